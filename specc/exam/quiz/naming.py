"""What a question calls a layer: by its own name, or by its place among those of its kind."""

from __future__ import annotations

from specc.program import Apply, Body, Invoke, Node, Rounds, Scan

_WAYS = ("forward", "backward")


def called(network: Body, path: tuple[str, ...]) -> str:
    """`C1`, `enc.fc`; `the 2nd conv of the 1st residual` where the spec gives no name."""
    body: Body | None = network
    words: list[str] = []
    for part in path:
        node = _node(body, part) if body is not None else None
        words.append(part if body is None or node is None else _word(body, node, part))
        body = _inside(node) if node is not None else None
    return ".".join(path) if tuple(words) == path else " of ".join(reversed(words))


def kind(node: Node) -> str:
    """What a node is: the word of a layer, the name of a block or cell, `repeat`."""
    match node.operation:
        case Apply(layer, _, _):
            return layer.word
        case Invoke(_, inner) | Scan(_, inner):
            return inner.name
        case Rounds():
            return "repeat"
        case _:
            return ""


def _ordinal(number: int) -> str:
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10 if number % 100 // 10 != 1 else 0, "th")
    return f"{number}{ending}"


def _word(body: Body, node: Node, part: str) -> str:
    stage = next((s for s in body.stages if s.name == part), None)
    if node.named or (stage is not None and stage.named):
        return part
    if node.variable is not None:
        return node.variable
    own, way = kind(node), part.rpartition("_")[2]
    if way in _WAYS:
        return f"the {way} {own}"
    alike = [n for n in body.nodes if kind(n) == own]
    return f"the {own}" if len(alike) == 1 else f"the {_ordinal(alike.index(node) + 1)} {own}"


def _node(body: Body, part: str) -> Node | None:
    return next((n for n in body.nodes if n.name == part or _stage(n) == part), None)


def _stage(node: Node) -> str:
    match node.operation:
        case Apply(_, _, tuple(path)) | Invoke(path, _) | Scan(path, _) | Rounds(path, _):
            return path[-1]
        case _:
            return ""


def _inside(node: Node) -> Body | None:
    match node.operation:
        case Invoke(_, inner) | Scan(_, inner):
            return inner
        case Rounds(_, bodies):
            return bodies[0][0]
        case _:
            return None
