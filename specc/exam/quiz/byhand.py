"""Questions by hand: a number of an `example` block, worked by the same rules that `specc run` shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from random import Random

from msgspec import Struct
from msgspec.structs import replace

from specc.byhand.array import Array, indices
from specc.byhand.example import Worked, work
from specc.byhand.scalar import Scalar, Value, magnitude
from specc.byhand.show import item, style_of
from specc.byhand.text import Style, Writer, joined
from specc.byhand.work import WorkError
from specc.exam.quiz.item import Item, Point, Step, Wrong
from specc.program import ExamplePlan, GivenTensor, Program

_ANSWER = Style(4, decimal=True)
"""Answers are decimals, as a form can compare them."""


class HandTopic(Struct, frozen=True):
    """A number of an example: `y[0, 1]`, `dL/dw`, `w after the first step`."""

    title: str
    number: str

    @property
    def name(self) -> str:
        """What the question is called."""
        return f"{self.title}: {self.number}"


def hand_topics(program: Program) -> list[HandTopic]:
    """Every number of every example that takes work."""
    return [HandTopic(plan.title, name) for plan in program.examples for name in _numbers(plan)]


def choose_by_hand(found: list[HandTopic], number: int, random: Random) -> list[HandTopic]:
    """So many of them: of as many examples and values as there are, in the order of the spec."""
    left = random.sample(found, len(found))
    chosen: list[HandTopic] = []
    while left and len(chosen) < number:
        best = min(left, key=lambda t: (_used(chosen, t), left.index(t)))
        left.remove(best)
        chosen.append(best)
    return sorted(chosen, key=found.index)


def _used(chosen: list[HandTopic], topic: HandTopic) -> int:
    value = topic.number.partition("[")[0]
    same = [t for t in chosen if t.title == topic.title]
    return len(same) + 3 * sum(t.number.partition("[")[0] == value for t in same)


def has_answer(program: Program, topic: HandTopic) -> bool:
    """Whether another version of the spec has that number too."""
    plan = _plan(program, topic)
    return plan is not None and topic.number in _numbers(plan)


def hand_item(program: Program, topic: HandTopic) -> Item | None:
    """The question with its solution, and the slips that give another number."""
    plan = _plan(program, topic)
    found = _numbers(plan).get(topic.number) if plan is not None else None
    if plan is None or found is None:
        return None
    value, working = found
    right = answer(value)
    digits = "decimals" if magnitude(value) >= 0.1 else "significant digits"
    rounded = "" if "." not in right else f" Give four {digits}."
    return Item(
        topic.name,
        "number",
        f'In the example "{topic.title}": how much is {topic.number}?{rounded}',
        right,
        (Step(topic.number, working),),
        (Point("M1", f"what it is made of: {working}"), Point("A1", right)),
        tuple(_wrong(plan, topic, right)),
    )


def answer(value: Value) -> str:
    """A number as an answer: a whole number, or a decimal of four places, below 0.1 of four digits."""
    return _ANSWER.number(value).replace("−", "-")


def _plan(program: Program, topic: HandTopic) -> ExamplePlan | None:
    return next((p for p in program.examples if p.title == topic.title), None)


# ------------------------------------------------------------------------ numbers

Found = dict[str, tuple[Value, str]]
"""Numbers by the names that they are asked by, with their workings."""


def _numbers(plan: ExamplePlan) -> Found:
    """The numbers of the first pass: values, derivatives, weights after a step."""
    try:
        worked = work(plan)
    except WorkError:
        return {}
    style, first = style_of(worked), worked.rounds[0]
    found: Found = {}
    for step in first.steps:
        leaves = {a for source in step.sources for a in source.items}
        found |= _each(step.name, item(step.value, step.batched), Writer(style, leaves))
    for slope in first.slopes:
        value = item(slope.values, slope.batched)
        for index, a, terms in zip(indices(value.sizes), value.items, slope.terms, strict=False):
            if terms:
                told = joined([f"{style.number(b)}·{style.number(c)}" for b, c in terms])
                found[f"dL/d{slope.name}{_at(index)}"] = (
                    a.value,
                    f"{told} = {style.number(a.value)}",
                )
    return {**found, **_moved(worked, style)}


def _moved(worked: Worked, style: Style) -> Found:
    found: Found = {}
    inputs = {g.name for g in worked.plan.givens if g.node is not None}
    for moved in worked.rounds[0].moved:
        leaves = {*moved.before.items, *moved.gradient.items}
        for name, value in moved.on_the_way:
            if name == "new":
                own = item(value, moved.name in inputs)
                numbers = _each(moved.name, own, Writer(style, leaves))
                found |= {f"{n} after the first step": told for n, told in numbers.items()}
            leaves |= {*value.items}
    return found


def _each(name: str, value: Array, write: Callable[[Scalar], str]) -> Found:
    found: Found = {}
    for index, a in zip(indices(value.sizes), value.items, strict=True):
        text, result = write(a), answer(a.value)
        if text and text != result:
            found[f"{name}{_at(index)}"] = (a.value, f"{text} = {result}")
    return found


def _at(index: tuple[int, ...]) -> str:
    return f"[{', '.join(map(str, index))}]" if index else ""


# -------------------------------------------------------------------------- slips


def _wrong(plan: ExamplePlan, topic: HandTopic, right: str) -> Iterator[Wrong]:
    """What the number would be after a slip: the example is worked again with it."""
    seen = {right}
    for slip, reason, changed in _slips(plan):
        found = _numbers(changed).get(topic.number)
        if found is not None and answer(found[0]) not in seen:
            seen.add(answer(found[0]))
            yield Wrong(answer(found[0]), (slip,), (reason,))


def _slips(plan: ExamplePlan) -> Iterator[tuple[str, str, ExamplePlan]]:
    turned = tuple(_turned(g) for g in plan.givens)
    if turned != plan.givens:
        reason = "a layer does not turn the kernel round; the convolution of mathematics does"
        yield "kernel-turned", reason, replace(plan, givens=turned)
    bare = tuple(_without_bias(g) for g in plan.givens)
    if bare != plan.givens:
        yield "bias-forgotten", "the biases are missing", replace(plan, givens=bare)
    if plan.terms:
        other = "maximize" if plan.sense == "minimize" else "minimize"
        yield (
            "sign-turned",
            f"the step goes the other way: {plan.sense}",
            replace(plan, sense=other),
        )
    if plan.optimizer is not None and getattr(plan.optimizer, "lr", 1.0) != 1.0:
        whole = plan.optimizer.model_copy(update={"lr": 1.0})
        yield "rate-forgotten", "the learning rate is forgotten", replace(plan, optimizer=whole)


def _turned(given: GivenTensor) -> GivenTensor:
    """A kernel turned by half a circle; anything else as it is."""
    if given.node is not None or len(given.sizes) < 3:
        return given
    size = given.sizes[-1] * given.sizes[-2]
    rows = (given.items[i : i + size][::-1] for i in range(0, len(given.items), size))
    return replace(given, items=tuple(n for row in rows for n in row))


def _without_bias(given: GivenTensor) -> GivenTensor:
    if given.node is not None or not (given.name.endswith("bias") or len(given.sizes) == 1):
        return given
    return replace(given, items=(Fraction(0),) * len(given.items))
