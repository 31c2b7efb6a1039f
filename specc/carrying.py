"""Who hands states from one batch to the next: layers and scans with `carry`."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from specc.program import Adapted, Apply, Body, Invoke, Node, Path, Rounds, Scan, TrainPlan

Found = tuple[Path, Node]


def carriers(
    body: Body, prefix: Path = (), among: Collection[int] | None = None
) -> Iterator[Found]:
    """Every call below a body that carries states: the path of what holds them, and the node.

    `among` are the numbers of the body's nodes that count, all by default. What is called twice comes
    twice, and so does what is inside of a scan, which calls it at every step.
    """
    chosen = range(len(body.nodes)) if among is None else sorted(among)
    for node in (body.nodes[number] for number in chosen):
        match node.operation:
            case Apply(layer=layer, stage=stage) if stage is not None and getattr(
                layer, "carry", False
            ):
                yield prefix + stage, node
            case Scan(stage=stage, carry=True):
                yield prefix + stage, node
            case Scan(stage=stage, body=inner) | Adapted(stage=stage, body=inner):
                yield from [*carriers(inner, prefix + stage)] * 2
            case Invoke(stage=stage, body=inner):
                own = () if inner.role not in ("block", "cell") else prefix
                yield from carriers(inner, own + stage)
            case Rounds(stage=stage, bodies=bodies):
                for inner, _ in bodies:
                    yield from carriers(inner, prefix + stage)


def carries(body: Body) -> bool:
    """Whether anything below a body carries states."""
    return any(True for _ in carriers(body))


def windows(plan: TrainPlan) -> int:
    """The windows of a sequence that states go on through; 0 where none are carried."""
    if not carries(plan.body):
        return 0
    from specc.data.windows import Windows  # only where something carries

    data = plan.data
    return data.count if isinstance(data, Windows) and not data.series else 0
