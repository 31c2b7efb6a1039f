"""Whether every weight of an example has its numbers, in its own shape (E701)."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import prod

from msgspec import Struct
from msgspec.structs import replace

from specc.layers.base import Inference
from specc.nearest import nearest
from specc.program import BareTensor, Body, GivenTensor, Invoke, Rounds, Stage
from specc.resolve.context import Scope
from specc.syntax import tree

_NORMS = frozenset("batch_norm layer_norm group_norm instance_norm rms_norm".split())
_MOST_ROUNDS = 64


class Needed(Struct, frozen=True):
    """A weight that an example reads: its path as it is written, its sizes, and what it is if not given."""

    path: str
    sizes: tuple[int, ...]
    usual: Fraction | None

    @property
    def numbers(self) -> int:
        """How many numbers it has."""
        return prod(self.sizes)


def stated(
    scope: Scope, example: tree.Example, givens: list[GivenTensor]
) -> tuple[GivenTensor, ...]:
    """The givens with those that go without saying: the scale and offset of a normalisation."""
    wanted = {n.path: n for n in needed(scope)}
    sound = tuple(_sound(scope, g, wanted) for g in givens)
    named = {g.name for g in givens}
    missing = [n for n in wanted.values() if n.path not in named]
    if any(n.usual is None for n in missing):
        _report(scope, example, [n for n in missing if n.usual is None])
    return (*sound, *(_implied(n, example) for n in missing if n.usual is not None))


def _implied(needed: Needed, example: tree.Example) -> GivenTensor:
    value = needed.usual or Fraction(0)
    return GivenTensor(
        needed.path, None, needed.sizes, (value,) * needed.numbers, example.title.span
    )


def _sound(scope: Scope, given: GivenTensor, wanted: dict[str, Needed]) -> GivenTensor:
    """The given in the shape of its weight."""
    if given.node is not None or given.name in scope.names:
        return given
    need = wanted.get(given.name)
    if need is None:
        _unknown(scope, given, list(wanted))
    elif need.numbers != len(given.items):
        have = "×".join(map(str, given.sizes)) or "one number"
        want = "×".join(map(str, need.sizes))
        scope.context.report("E701", f"{given.name} is {want}, not {have}", given.span, text=have)
    else:
        return replace(given, sizes=need.sizes)
    return given


def _report(scope: Scope, example: tree.Example, missing: list[Needed]) -> None:
    shown = missing if len(missing) <= 3 else missing[:2]
    names = [f"{n.path} ({'×'.join(map(str, n.sizes)) or 'one number'})" for n in shown]
    if shown != missing:
        names.append(f"{len(missing) - len(shown)} other weights")
    listed = " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
    scope.context.report(
        "E701",
        f"{listed} {'is' if len(missing) == 1 else 'are'} not given",
        example.title.span,
        helps=tuple(f"given {n.path} = {_sample(n.sizes)}" for n in missing[:4]),
    )


def _sample(sizes: tuple[int, ...]) -> str:
    if not sizes:
        return "0"
    more = ", …" if sizes[0] > 3 else ""
    return "[" + ", ".join([_sample(sizes[1:])] * min(sizes[0], 3)) + more + "]"


def _unknown(scope: Scope, given: GivenTensor, names: list[str]) -> None:
    close = nearest(given.name, names)
    scope.context.report(
        "E701",
        f'no weight of this example is called "{given.name}"',
        given.span,
        text=f'did you mean "{close[0]}"?' if close else "",
        notes=(f"weights: {', '.join(names[:12])}",) if names else (),
    )


# ------------------------------------------------------------------- all weights


def needed(scope: Scope) -> Iterator[Needed]:
    """Every weight that the example reads and that is not another's."""
    own = [s for s in scope.stages.values() if not isinstance(s.unit, BareTensor)]
    yield from _below("", own)
    for name in scope.uses:
        body = _called(scope, name)
        if body is not None:
            yield from _below(f"{name}.", body.stages)


def _called(scope: Scope, name: str) -> Body | None:
    for node in scope.nodes:
        if isinstance(node.operation, Invoke) and node.operation.stage == (name,):
            return node.operation.body
    return scope.context.network(name, None, scope.nodes[0].span) if scope.nodes else None


def _below(prefix: str, stages: tuple[Stage, ...] | list[Stage]) -> Iterator[Needed]:
    for stage in stages:
        yield from _of_stage(prefix + stage.name, stage)


def _of_stage(path: str, stage: Stage) -> Iterator[Needed]:
    match stage.unit:
        case Inference():
            yield from _of_layer(path, stage, stage.unit)
        case Body():
            yield from _below(f"{path}.", stage.unit.stages)
        case Rounds(_, bodies):
            rounds = [b for b, times in bodies for _ in range(min(int(str(times)), _MOST_ROUNDS))]
            for number, body in enumerate(rounds):
                yield from _below(f"{path}[{number}].", body.stages)
        case BareTensor(parameter, _, value):
            usual = None if value is None else Fraction(repr(value))
            yield Needed(path, _numbers(parameter.sizes), usual)


def _of_layer(path: str, stage: Stage, inference: Inference) -> Iterator[Needed]:
    word = stage.layer.word if stage.layer is not None else ""
    tied = {t.parameter for t in stage.ties}
    for p in inference.parameters:
        if p.name not in tied and p.kind != "buffer":
            yield Needed(f"{path}.{p.name}", _numbers(p.sizes), _usual(word, p.name))


def _usual(word: str, name: str) -> Fraction | None:
    if word in _NORMS:
        return Fraction(0 if name == "bias" else 1)
    return Fraction(1, 4) if word == "prelu" else None


def _numbers(sizes: tuple[object, ...]) -> tuple[int, ...]:
    return tuple(s for s in sizes if isinstance(s, int))
