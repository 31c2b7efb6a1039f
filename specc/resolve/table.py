"""The table of a body up to a layer that does not fit, for the diagnostic."""

from __future__ import annotations

from collections.abc import Iterable

from specc.layers.base import Inference, Layer
from specc.layers.written import written
from specc.program import Apply, BareTensor, Body, Invoke, Node, ReadPort, Ref, Rounds, Scan, Stage
from specc.resolve.context import Scope
from specc.resolve.values import Flow
from specc.sizes import Size, render
from specc.types import Tensor

Row = tuple[str, ...]

MOST = 40  # rows; of more, the last are shown


def table_before(
    scope: Scope, flows: Iterable[Flow | None], layer: Layer, name: str
) -> tuple[Row, ...]:
    """Name, operation, output and parameters of what leads to the operands, then the layer that fails."""
    nodes = _leading(scope, [f.ref for f in flows if f is not None])
    rows = [_row(scope, node) for node in nodes][-MOST:]
    return (*rows, (name, written(layer, layer.word), "does not fit", ""))


def _leading(scope: Scope, refs: list[Ref]) -> list[Node]:
    """The nodes that the values are computed from, in order."""
    found = set[int]()
    ahead = [r.node for r in refs if r.node >= 0]
    while ahead:
        number = ahead.pop()
        if number not in found:
            found.add(number)
            operands = scope.nodes[number].operands
            ahead.extend(o.node for o in operands if o is not None and o.node >= 0)
    return [scope.nodes[i] for i in sorted(found)]


def _row(scope: Scope, node: Node) -> Row:
    kind = node.types[0][1] if node.types else None
    shape = str(kind) if isinstance(kind, Tensor) and kind.sizes else ""
    stage, op = _stage(scope, node)
    params = _params(stage) if stage is not None else 0
    return node.variable or node.name, op, shape, "" if params == 0 else render(params)


def _stage(scope: Scope, node: Node) -> tuple[Stage | None, str]:
    """The stage that a node calls, and what it does in words."""
    match node.operation:
        case Apply(layer, _, path):
            stage = scope.stages.get(path[0]) if path is not None and len(path) == 1 else None
            return stage, written(layer, layer.word)
        case Invoke(path, body):
            return scope.stages.get(path[0]), body.name
        case Scan(path, body) as scan:
            return scope.stages.get(path[0]), f"{scan.word} {body.name}"
        case Rounds(path, _):
            return scope.stages.get(path[0]), "repeat"
        case ReadPort():
            return None, "input"
        case _:
            return None, ""


def _params(stage: Stage) -> Size:
    """What a stage learns, ties left out."""
    match stage.unit:
        case Body() as body:
            return _total(_params(s) for s in body.stages)
        case Rounds(_, bodies):
            return _total(n * _total(_params(s) for s in body.stages) for body, n in bodies)
        case BareTensor(parameter, trainable, _):
            return parameter.count.value if trainable else 0
        case Inference() as inference:
            tied = {t.parameter for t in stage.ties}
            own = (p for p in inference.parameters if p.kind != "buffer" and p.name not in tied)
            return _total(p.count.value for p in own)


def _total(sizes: Iterable[Size]) -> Size:
    result: Size = 0
    for size in sizes:
        result = result + size
    return result
