"""A worked example as text: what is given, every value with its working, the gradients, the steps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from msgspec import Struct

from specc.byhand.array import Array, dropped, indices
from specc.byhand.example import Round, Slope, Worked
from specc.byhand.optimizers import Moved
from specc.byhand.scalar import Scalar, Value
from specc.byhand.text import Style, Writer, joined
from specc.byhand.work import Step

MOST_LINES = 24
"""Workings of one value; the others are counted."""
MOST_TERMS = 8
"""Summands of a chain rule that are written out."""


def style_of(worked: Worked, places: int | None = None) -> Style:
    """Decimals where an example was given in decimals; as many as it asks for, else 4."""
    asked = places if places is not None else worked.plan.places
    decimal = worked.plan.optimizer is not None or any(g.decimal for g in worked.plan.givens)
    return Style(4 if asked is None else asked, decimal)


def as_text(worked: Worked, places: int | None = None) -> str:
    """The whole example."""
    shower = Shower(style_of(worked, places))
    return "\n".join([worked.plan.title, *shower.example(worked)])


def item(value: Array, batched: bool) -> Array:
    """A value without its batch axis where there is one item."""
    if batched and value.rank and value.sizes[0] == 1:
        return dropped(value, 0, 0)
    return value


def shape(value: Array) -> str:
    """`2×3`, empty for one number."""
    return "×".join(map(str, value.sizes))


class Shower(Struct, frozen=True):
    """Lines of text in one style."""

    style: Style

    def example(self, worked: Worked) -> Iterator[str]:
        """Everything in order."""
        yield ""
        yield "given"
        for name, value, batched in worked.given:
            yield from self.value(name, item(value, batched))
        for number, one in enumerate(worked.rounds, 1):
            if len(worked.rounds) > 1:
                yield ""
                yield f"step {number}"
            yield from self.round(worked, one)
        if worked.shown:
            yield ""
            yield "result"
            for name, value, batched in worked.shown:
                yield from self.value(name, item(value, batched))

    def round(self, worked: Worked, one: Round) -> Iterator[str]:
        """One pass."""
        for step in one.steps:
            yield ""
            yield from self.step(step)
        if one.objective is None:
            return
        yield ""
        yield from self.objective(worked, one)
        yield ""
        yield "gradients"
        inputs = {g.name for g in worked.plan.givens if g.node is not None}
        for slope in one.slopes:
            yield from self.slope(slope)
        for moved in one.moved:
            yield ""
            yield from self.moved(moved, batched=moved.name in inputs)

    def step(self, step: Step) -> Iterator[str]:
        """`y = conv(weight=K)`, its numbers, and how each was made."""
        value = item(step.value, step.batched)
        words = " ".join(step.words.split())
        yield f"{step.name} = {words}" if words not in ("", step.name) else step.name
        yield from self.numbers(value)
        leaves = {a for source in step.sources for a in source.items}
        yield from self.workings(step.name, value, leaves)

    def objective(self, worked: Worked, one: Round) -> Iterator[str]:
        """`L = mse + 0.1·norm = 0.3`."""
        assert one.objective is not None
        names = " + ".join(name for name, _ in one.terms)
        total = self.style.number(one.objective.value)
        yield f"L = {names} = {total}  ({worked.plan.sense})"

    def slope(self, slope: Slope) -> Iterator[str]:
        """`dL/dw = …`, and the chain rule for each number."""
        name, value = f"dL/d{slope.name}", item(slope.values, slope.batched)
        yield from self.value(name, value)
        rows = zip(indices(value.sizes), value.items, slope.terms, strict=True)
        for index, a, terms in list(rows)[:MOST_LINES]:
            if not terms or len(terms) > MOST_TERMS:
                continue
            text = joined([self._product(left, right) for left, right in terms])
            place = f"[{', '.join(map(str, index))}]" if index else ""
            yield f"      {name}{place} = {text} {self._equals(a)} {self.style.number(a.value)}"

    def _product(self, left: Value, right: Value) -> str:
        first, second = self.style.number(left), self.style.number(right)
        if "/" in first:
            first = f"−({first[1:]})" if first[0] == "−" else f"({first})"
        bare = second[0] != "−" and "/" not in second
        return f"{first}·{second if bare else f'({second})'}"

    def moved(self, moved: Moved, *, batched: bool) -> Iterator[str]:
        """A weight's step, with every quantity on the way."""
        yield f"update of {moved.name}"
        leaves = {*moved.before.items, *moved.gradient.items}
        for name, value in moved.on_the_way:
            shown = moved.name if name == "new" else name
            yield from self.workings(shown, item(value, batched), leaves)
            leaves |= {*value.items}

    # ------------------------------------------------------------------ numbers

    def value(self, name: str, value: Array) -> Iterator[str]:
        """A name with its shape and its numbers; short ones on one line."""
        rows = list(self.numbers(value))
        if len(rows) == 1:
            yield f"  {name} = {rows[0].strip()}"
            return
        yield f"  {name}  {shape(value)}"
        yield from (f"  {row}" for row in rows)

    def numbers(self, value: Array) -> Iterator[str]:
        """The numbers in rows and columns; of more axes, one matrix after the other."""
        if value.rank <= 1:
            texts = [self.style.number(v) for v in value.values]
            yield f"  [{', '.join(texts)}]" if value.rank else f"  {texts[0]}"
            return
        lead = value.sizes[:-2]
        for place in indices(lead):
            if any(n > 1 for n in lead):
                yield f"  [{', '.join(map(str, place))}]"
            yield from self._matrix(_plane(value, place))

    def _matrix(self, rows: Sequence[Sequence[Scalar]]) -> Iterator[str]:
        texts = [[self.style.number(a.value) for a in row] for row in rows]
        widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
        for row in texts:
            cells = [text.rjust(width) for text, width in zip(row, widths, strict=True)]
            yield f"  [ {'  '.join(cells)} ]"

    def workings(self, name: str, value: Array, leaves: set[Scalar]) -> Iterator[str]:
        """`y[0, 1] = 1·2 + 3·4 = 14` for every number that was computed."""
        write = Writer(self.style, leaves)
        left_out = 0
        lines = 0
        for index, a in zip(indices(value.sizes), value.items, strict=True):
            text = write(a)
            result = self.style.number(a.value)
            if not text or text == result:
                continue
            if lines == MOST_LINES:
                left_out += 1
                continue
            lines += 1
            place = f"[{', '.join(map(str, index))}]" if index else ""
            yield f"    {name}{place} = {text} {self._equals(a)} {result}"
        if left_out:
            yield f"    … {left_out} more"

    def _equals(self, a: Scalar) -> str:
        """`=` for what is shown in full, `≈` for what is rounded."""
        return "=" if a.exact and not self._cut(a) else "≈"

    def _cut(self, a: Scalar) -> bool:
        text = self.style.number(a.value).replace("−", "-")
        try:
            return Fraction(text) != a.value
        except ValueError:
            return True


def _plane(value: Array, place: Sequence[int]) -> list[list[Scalar]]:
    height, width = value.sizes[-2:]
    return [[value[(*place, i, j)] for j in range(width)] for i in range(height)]
