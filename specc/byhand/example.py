"""A whole example: its values, the gradients of its objective, and the steps of its optimizer."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from msgspec import Struct

from specc.byhand import scalar as s
from specc.byhand.array import Array
from specc.byhand.gradient import gradients, shares
from specc.byhand.graph import built
from specc.byhand.optimizers import Moved, Stepper
from specc.byhand.scalar import Scalar, Value, given
from specc.byhand.work import Step, Worker
from specc.program import ExamplePlan, GivenTensor, Ref
from specc.types import Tensor


class Slope(Struct, frozen=True):
    """The derivative of the objective by each number of a value.

    `terms` are the summands of the chain rule: the derivative by a number that was made of it, times the
    slope of that one.
    """

    name: str
    values: Array
    batched: bool
    terms: tuple[tuple[tuple[Value, Value], ...], ...] = ()
    rows: tuple[str, ...] = ()


class Round(Struct, frozen=True):
    """One pass: the values, the objective with its terms, its gradients, and what the optimizer did."""

    steps: tuple[Step, ...]
    objective: Scalar | None = None
    terms: tuple[tuple[str, Scalar], ...] = ()
    slopes: tuple[Slope, ...] = ()
    moved: tuple[Moved, ...] = ()


class Worked(Struct, frozen=True):
    """An example that was worked: what was given, each pass, and what it shows at the end."""

    plan: ExamplePlan
    given: tuple[tuple[str, Array, bool], ...]
    rounds: tuple[Round, ...]
    shown: tuple[tuple[str, Array, bool], ...]


def work(plan: ExamplePlan) -> Worked:
    """Work an example.

    Raises:
        WorkError: something in it cannot be worked by hand.
    """
    stepper = None if plan.optimizer is None else Stepper(plan.optimizer)
    start = {g.name: Array(g.sizes, tuple(map(given, g.items))) for g in plan.givens}
    at, rounds = start, []
    for _ in range(plan.steps if stepper is not None and plan.terms else 1):
        made, shown = _pass(plan, at, stepper)
        rounds.append(made)
        at = {**at, **{m.name: m.after for m in made.moved}}
    inputs = {g.name for g in plan.givens if g.node is not None and g.graph is None}
    told = tuple((name, array, name in inputs) for name, array in start.items())
    return Worked(plan, told, tuple(rounds), shown)


def _pass(
    plan: ExamplePlan, at: Mapping[str, Array], stepper: Stepper | None
) -> tuple[Round, tuple[tuple[str, Array, bool], ...]]:
    inputs = {g.name: _input(g, at[g.name]) for g in plan.givens if g.node is not None}
    tensors = {g.name: at[g.name] for g in plan.givens if g.node is None}
    worker = Worker(tensors)
    values = worker.work(plan.body, inputs)
    shown = tuple((w.name, values[w.value], _batched(plan, w.value)) for w in plan.shows)
    steps = tuple(worker.steps)
    terms = tuple((t.name, _mean(values[t.value])) for t in plan.terms)
    if not terms:
        return Round(steps), shown
    objective = s.add(*(value for _, value in terms))
    found = gradients(objective)
    batched = {g.name for g in plan.givens if g.node is not None and g.graph is None}
    slopes = tuple(_slopes(found, at, steps, batched))
    moved = () if stepper is None else stepper.step(_learnt(plan, at), found, plan.sense)
    return Round(steps, objective, terms, slopes, moved), shown


def _input(told: GivenTensor, array: Array) -> Any:
    """A tensor as it is, a graph with its edges."""
    if told.graph is None:
        return array
    edge, whole = (
        None if part is None else Array(part[0], tuple(map(given, part[1])))
        for part in (told.graph.edge, told.graph.whole)
    )
    return built(array, told.graph.ends, edge, whole)


def _batched(plan: ExamplePlan, ref: Ref) -> bool:
    kind = plan.body.nodes[ref.node].type(ref.port)
    return isinstance(kind, Tensor) and kind.batched and kind.over == "items"


def _mean(value: Array) -> Scalar:
    """An objective is a mean over the batch."""
    return value.items[0] if len(value.items) == 1 else s.mean(value.items)


def _learnt(plan: ExamplePlan, at: Mapping[str, Array]) -> dict[str, Array]:
    """What the optimizer changes: the named givens, else the weights, else every given number."""
    weights = [g.name for g in plan.givens if g.node is None]
    return {name: at[name] for name in plan.learnt or weights or at}


def _slopes(
    found: Mapping[Scalar, Value],
    at: Mapping[str, Array],
    steps: tuple[Step, ...],
    inputs: set[str],
) -> list[Slope]:
    """From the objective back to what is given; values that it does not depend on are left out."""
    listed = [(step.name, step.value, step.batched, step.rows) for step in reversed(steps)]
    listed += [(name, array, name in inputs, ()) for name, array in at.items()]
    slopes: dict[str, Slope] = {}
    chain = _chain(found, steps)
    told = _depending(found)
    for name, array, batched, rows in listed:
        if any(item in told for item in array.items) and name not in slopes:
            terms = tuple(tuple(chain.get(item, ())) for item in array.items)
            slopes[name] = Slope(name, _as_array(found, array), batched, terms, rows)
    return list(slopes.values())


def _depending(found: Mapping[Scalar, Value]) -> set[Scalar]:
    """The numbers on the way that come from something given; the others are constants."""
    told: set[Scalar] = set()
    for at in sorted(found, key=lambda a: a.order):
        if at.op == "given" or any(source in told for source in at.sources):
            told.add(at)
    return told


def _chain(
    found: Mapping[Scalar, Value], steps: tuple[Step, ...]
) -> dict[Scalar, list[tuple[Value, Value]]]:
    """The summands of the chain rule for every number that a step reads."""
    chain: dict[Scalar, list[tuple[Value, Value]]] = {}
    made: set[Scalar] = set()
    for step in steps:
        leaves = {a for source in step.sources for a in source.items}
        fresh = [a for a in step.value.items if a in found and a not in leaves and a not in made]
        made.update(fresh)
        for value in fresh:
            for leaf, slope in shares(value, leaves).items():
                chain.setdefault(leaf, []).append((found[value], slope))
    return chain


def _as_array(found: Mapping[Scalar, Value], array: Array) -> Array:
    return Array(array.sizes, tuple(given(found.get(a, Fraction(0))) for a in array.items))
