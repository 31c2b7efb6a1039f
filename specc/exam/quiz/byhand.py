"""Questions by hand: a number of an `example` block, worked by the same rules that `specc run` shows."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from fractions import Fraction
from random import Random

from msgspec import Struct
from msgspec.structs import replace

from specc.byhand.array import Array, indices
from specc.byhand.example import Worked, work
from specc.byhand.scalar import Scalar, Value
from specc.byhand.show import item, style_of
from specc.byhand.text import Style, Writer, joined
from specc.byhand.work import WorkError
from specc.exam.quiz.item import Item, Point, Step, Wrong
from specc.exam.quiz.options import apart, options
from specc.program import ExamplePlan, GivenTensor, Program

PLACES = 4
"""Digits of an answer where the example asks for no others."""
SMALL = 0.1
"""Below, it is significant digits that count."""
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six")


class HandTopic(Struct, frozen=True):
    """A number of an example: `y[0, 1]`, `dL/dw`, `w after the first step`."""

    title: str
    number: str

    @property
    def name(self) -> str:
        """What the question is called."""
        return f"{self.title}: {self.number}"


def hand_topics(program: Program) -> list[HandTopic]:
    """Every number of every example that takes work, and that has a name in the text."""
    text = program.file.source.text
    return [
        HandTopic(plan.title, name)
        for plan in program.examples
        for name, (value, _) in _numbers(plan).items()
        if math.isfinite(value) and _visible(name, text)
    ]


def _visible(name: str, text: str) -> bool:
    """Whether a student can find it: no part is a number that specc gave to a layer, as in `flatten1`."""
    words = re.findall(r"[A-Za-z_]\w*", name.partition("[")[0].removeprefix("dL/d"))
    numbered = [w for w in words if w[-1].isdigit() and not w.startswith(("weight", "bias"))]
    return all(re.search(rf"\b{w}\b", text) for w in numbered)


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


def hand_item(
    program: Program, topic: HandTopic, random: Random | None = None, kind: str = "number"
) -> Item | None:
    """The question with its solution, and the slips that give another number."""
    plan = _plan(program, topic)
    found = _numbers(plan).get(topic.number) if plan is not None else None
    if plan is None or found is None:
        return None
    value, working = found
    places = plan.places or PLACES
    right = answer(value, places)
    wrong = tuple(_wrong(plan, topic, right, places))
    offered = options(right, wrong, random or Random(0), kind)
    return Item(
        topic.name,
        "choice" if offered else "number",
        f'In the example "{topic.title}": how much is {topic.number}?{_rounded(right, places)}',
        right,
        (Step(topic.number, working),),
        (Point("M1", f"what it is made of: {working}"), Point("A1", right)),
        wrong,
        offered,
        places,
    )


def answer(value: Value, places: int = PLACES) -> str:
    """A number as an answer, as a form can compare it: whole, or a decimal.

    A small one that has no few decimals is written with as many significant digits.
    """
    told = Style(places, decimal=True).number(value).replace("−", "-")
    exact = isinstance(value, Fraction) and "e" not in told and Fraction(told) == value
    return told if exact or not 0 < abs(float(value)) < SMALL else f"{float(value):.{places}g}"


def _rounded(right: str, places: int) -> str:
    """What the question says of the digits that it wants."""
    if "." not in right and "e" not in right:
        return ""
    small = 0 < abs(float(right)) < SMALL or "e" in right
    number = _NUMBERS[places] if places < len(_NUMBERS) else str(places)
    what = "significant digit" if small else "decimal"
    return f" Give {number} {what}{'' if places == 1 else 's'}."


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


def _wrong(plan: ExamplePlan, topic: HandTopic, right: str, places: int) -> Iterator[Wrong]:
    """What the number would be after a slip: the example is worked again with it."""
    seen = [right]
    for slip, reason, changed in _slips(plan):
        found = _numbers(changed).get(topic.number)
        if found is None or not math.isfinite(found[0]):
            continue
        told = answer(found[0], places)
        if all(apart(told, other, places) for other in seen):
            seen.append(told)
            yield Wrong(told, (slip,), (reason,))


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
