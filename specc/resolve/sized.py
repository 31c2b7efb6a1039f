"""Free sizes that the weights of a trained network depend on: the calls of the file give them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from specc.layers.base import Inference
from specc.layers.code import Printer
from specc.program import BareTensor, Body, Rounds, SamplePlan, Stage, TrainPlan
from specc.resolve.context import Calls, Context
from specc.sizes import Symbolic, free_symbols
from specc.source import Span
from specc.types import Tensor


def to_fill(context: Context, plans: Iterable[TrainPlan | SamplePlan]) -> Calls:
    """What calls give to sizes that weights depend on: by network and name, and without network where
    the size is a parameter of the file."""
    found: Calls = {}
    for network, names in _weighed(context, plans):
        for name in sorted(names):
            given = context.calls.get((network, name))
            if given is not None:
                found.setdefault(("" if name in context.parameters else network, name), given)
    return found


def refuse_open(context: Context, plans: Iterable[TrainPlan], places: dict[str, Span]) -> None:
    """Report weights of a training whose sizes no call gives (E203)."""
    for plan in plans:
        own = [("", _of_stages(plan.body.stages) | _drawn(context, plan.body))]
        for network, names in (*_weighed(context, (plan,)), *own):
            if names:
                _report(context, plan.name, network, sorted(names), places[plan.name])
                return


def _report(context: Context, plan: str, network: str, names: list[str], place: Span) -> None:
    what = f"the weights of {network}" if network else "a value of it"
    message = f"train {plan} needs every size, and {what} may have any {', '.join(names)}"
    helps = tuple(f"param {name} = 12 gives {name} a value" for name in names)
    context.report("E203", message, place, helps=helps)


def _weighed(
    context: Context, plans: Iterable[TrainPlan | SamplePlan]
) -> Iterator[tuple[str, frozenset[str]]]:
    """The networks that the plans use, with the free sizes that their weights depend on."""
    waiting = [name for plan in plans for name in plan.body.uses]
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        body = None if name in seen else context.network(name, None, context.definitions[name].span)
        seen.add(name)
        if body is not None:
            waiting += body.uses
            yield name, _of_stages(body.stages)


def _of_stages(stages: Iterable[Stage]) -> frozenset[str]:
    return frozenset[str]().union(*(_of_unit(s.unit) for s in stages))


def _of_unit(unit: object) -> frozenset[str]:
    match unit:
        case Inference():
            return _of_sizes(s for p in unit.parameters for s in p.sizes) | _printed(unit)
        case BareTensor():
            return _of_sizes(unit.parameter.sizes)
        case Body():
            return _of_stages(unit.stages)
        case Rounds():
            counts = _of_sizes(count for _, count in unit.bodies)
            return counts.union(*(_of_stages(body.stages) for body, _ in unit.bodies))
        case _:
            return frozenset()


def _printed(unit: Inference) -> frozenset[str]:
    """The sizes that a constructor takes."""
    read: set[str] = set()

    def note(name: str) -> str:
        read.add(name)
        return name

    if unit.module is not None:
        Printer(lambda index, part: f"{index}{part}", "self", note)(unit.module)
    return frozenset(read)


def _drawn(context: Context, body: Body) -> frozenset[str]:
    """The parameters of the file without a value that a value of a training depends on."""
    types = (type for node in body.nodes for _, type in node.types if isinstance(type, Tensor))
    return _of_sizes(s for type in types for s in type.sizes) & context.parameters.keys()


def _of_sizes(sizes: Iterable[object]) -> frozenset[str]:
    return frozenset[str]().union(*(free_symbols(s) for s in sizes if isinstance(s, Symbolic)))
