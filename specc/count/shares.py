"""The weights and the work of a cell or a message-passing layer, equation by equation."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from specc.count.sums import Summer
from specc.formula import Formula, formula, product, summed, total, var
from specc.program import Apply, BareTensor, Body, Invoke, Node, Rounds, Scan, Stage
from specc.source import Span
from specc.unfolded import Written, equations, read


class Share(Struct, frozen=True):
    """What one equation owns and computes; `statement` is None for what belongs to none."""

    statement: Written | None
    count: Formula | None
    macs: Formula | None


def shares(summer: Summer, body: Body) -> Iterator[Share]:
    """The equations in order, those without weights and work left out; together they are the body."""
    stages, nodes = list(body.stages), list(body.nodes)
    for statement in equations(body):
        own = [s for s in stages if _belongs(s, statement)]
        stages = [s for s in stages if s not in own]
        mine = [n for n in nodes if _inside(n.span, statement)]
        nodes = [n for n in nodes if n not in mine]
        yield from _share(summer, statement, own, mine)
    yield from _share(summer, None, stages, nodes)


def _share(
    summer: Summer, statement: Written | None, stages: list[Stage], nodes: list[Node]
) -> Iterator[Share]:
    counts = [c for s in stages if (c := _count(summer, s)) is not None]
    macs = [m for n in nodes if (m := _macs(summer, n)) is not None]
    if counts or macs:
        yield Share(statement, summed(counts) if counts else None, summed(macs) if macs else None)


def _count(summer: Summer, stage: Stage) -> Formula | None:
    """The learnable weights of a stage; those of a block as the sum of its layers."""
    match stage.unit:
        case Body(stages=inner):
            found = [c for s in inner if (c := _count(summer, s)) is not None]
            return summed(found) if found else None
        case Rounds(_, bodies):
            inside = [(times, summer.owned(b).params) for b, times in bodies]
            return total(product((times, params)) for times, params in inside) if inside else None
        case _:
            return summer.weights(stage).params


def _macs(summer: Summer, node: Node) -> Formula | None:
    match node.operation:
        case Apply(_, inference):
            return inference.macs
        case Invoke(_, inner, ()):
            found = [m for n in inner.nodes if (m := _macs(summer, n)) is not None]
            return summed(found) if found else None
        case Scan(_, inner, steps):
            return product((var("T", steps), summer.macs(inner)))
        case _:
            work = summer.node_macs(node)
            return None if work == 0 else formula(work)


def _belongs(stage: Stage, statement: Written) -> bool:
    """Whether a stage is made in an equation, or is a bare tensor that the equation reads."""
    if isinstance(stage.unit, BareTensor):
        return stage.name in read(statement)
    return _inside(stage.span, statement)


def _inside(span: Span, statement: Written) -> bool:
    place = statement.span
    return place.source is span.source and place.start <= span.start and span.end <= place.end
