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
"""Workings of one value; the others are counted, unless all are asked for."""
MOST_TERMS = 8
"""Summands of a chain rule, and parts of a long working, that are written out; likewise."""
ALL = "all with --full"


def style_of(worked: Worked, places: int | None = None) -> Style:
    """Decimals where an example was given in decimals; as many as it asks for, else 4."""
    asked = places if places is not None else worked.plan.places
    decimal = worked.plan.optimizer is not None or any(g.decimal for g in worked.plan.givens)
    return Style(4 if asked is None else asked, decimal)


def as_text(worked: Worked, places: int | None = None, *, full: bool = False) -> str:
    """The whole example; `full` leaves nothing out of the workings."""
    shower = Shower(style_of(worked, places), full)
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
    """Lines of text in one style; `full` writes out every working."""

    style: Style
    full: bool = False

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
        yield from self.numbers(value, step.rows)
        leaves = {a for source in step.sources for a in source.items}
        yield from self.workings(step.name, value, leaves, step.rows)

    def objective(self, worked: Worked, one: Round) -> Iterator[str]:
        """`L = mse + 0.1·norm = 0.3`."""
        assert one.objective is not None
        names = " + ".join(name for name, _ in one.terms)
        total = self.style.number(one.objective.value)
        yield f"L = {names} = {total}  ({worked.plan.sense})"

    def slope(self, slope: Slope) -> Iterator[str]:
        """`dL/dw = …`, and the chain rule for each number."""
        name, value = f"dL/d{slope.name}", item(slope.values, slope.batched)
        yield from self.value(name, value, slope.rows)
        lines = [
            f"      {name}{_place(index, slope.rows)} = {self._sum(terms)} "
            f"{self._equals(a)} {self.style.number(a.value)}"
            for index, a, terms in zip(indices(value.sizes), value.items, slope.terms, strict=True)
            if terms
        ]
        yield from self._most(lines, "      ")

    def _most(self, lines: Sequence[str], indent: str, most: int = MOST_LINES) -> Iterator[str]:
        """As many lines as are shown, and how many are not; a last one is not held back."""
        shown = len(lines) if self.full or len(lines) <= most + 1 else most
        yield from lines[:shown]
        if lines[shown:]:
            yield f"{indent}… {len(lines) - shown} more; {ALL}"

    def _sum(self, terms: Sequence[tuple[Value, Value]]) -> str:
        shown = len(terms) if self.full or len(terms) <= MOST_TERMS + 1 else MOST_TERMS
        text = joined([self._product(left, right) for left, right in terms[:shown]])
        return text if shown == len(terms) else f"{text} + … {len(terms) - shown} more"

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

    def value(self, name: str, value: Array, rows: Sequence[str] = ()) -> Iterator[str]:
        """A name with its shape and its numbers; short ones on one line."""
        lines = list(self.numbers(value, rows))
        if len(lines) == 1 and not rows:
            yield f"  {name} = {lines[0].strip()}"
            return
        yield f"  {name}  {shape(value)}"
        yield from (f"  {line}" for line in lines)

    def numbers(self, value: Array, rows: Sequence[str] = ()) -> Iterator[str]:
        """The numbers in rows and columns; of more axes, one matrix after the other. Named rows, and
        matrices of one row, have their name before them.
        """
        if value.rank <= 1 and not rows:
            texts = [self.style.number(v) for v in value.values]
            yield f"  [{', '.join(texts)}]" if value.rank else f"  {texts[0]}"
            return
        width = value.sizes[-1] if value.rank > 1 else 1
        lead = value.sizes[:1] if rows and value.rank <= 2 else value.sizes[:-2]
        names = [_place(index, rows) for index in indices(lead)]
        share = len(value.items) // max(len(names), 1)
        if share == width and (rows or len(names) > 1):
            yield from _beside(names, self._matrix(value.items, width))
            return
        for number, name in enumerate(names):
            if len(names) > 1:
                yield f"  {name}"
            lines = self._matrix(value.items[number * share : (number + 1) * share], width)
            yield from (f"  {line}" for line in lines)

    def _matrix(self, items: Sequence[Scalar], width: int) -> list[str]:
        """Rows of so many numbers, the columns below one another."""
        texts = [self.style.number(a.value) for a in items]
        rows = [texts[i : i + width] for i in range(0, len(texts), max(width, 1))]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        cells = ([t.rjust(w) for t, w in zip(row, widths, strict=True)] for row in rows)
        return [f"[ {'  '.join(row)} ]" for row in cells]

    def workings(
        self, name: str, value: Array, leaves: set[Scalar], rows: Sequence[str] = ()
    ) -> Iterator[str]:
        """`y[0, 1] = 1·2 + 3·4 = 14` for every number that was computed."""
        write = Writer(self.style, leaves, self.full)
        lines = []
        for index, a in zip(indices(value.sizes), value.items, strict=True):
            text, result = write(a), self.style.number(a.value)
            if not text or text == result:
                continue
            line = f"    {name}{_place(index, rows)} = {text} {self._equals(a)} {result}"
            lines.append("\n".join([line, *self._parts(write, a)]))
        yield from "\n".join(self._most(lines, "    ")).splitlines()

    def _parts(self, write: Writer, a: Scalar) -> Iterator[str]:
        """`0.2 = 1 − 0.8` for what stands in a long working by its number alone; in full also theirs."""
        lines: dict[str, None] = {}  # equal ones once
        waiting = write.parts(a)
        seen = {*waiting}
        for part in waiting:
            lines[f"      {self.style.number(part.value)} {self._equals(part)} {write(part)}"] = (
                None
            )
            below = [p for p in write.parts(part) if p not in seen] if self.full else []
            seen.update(below)
            waiting += below
        yield from self._most(list(lines), "      ", MOST_TERMS)

    def _equals(self, a: Scalar) -> str:
        """`=` for what is shown in full, `≈` for what is rounded."""
        return "=" if a.exact and not self._cut(a) else "≈"

    def _cut(self, a: Scalar) -> bool:
        text = self.style.number(a.value).replace("−", "-")
        try:
            return Fraction(text) != a.value
        except ValueError:
            return True


def _place(index: Sequence[int], rows: Sequence[str] = ()) -> str:
    """`[1, 0]`, with the name of a row that has one: `[0→1, 0]`."""
    first = [rows[index[0]]] if rows else [str(i) for i in index[:1]]
    return f"[{', '.join([*first, *map(str, index[1:])])}]" if index else ""


def _beside(names: Sequence[str], lines: Sequence[str]) -> Iterator[str]:
    longest = max(map(len, names), default=0)
    for name, line in zip(names, lines, strict=True):
        yield f"  {name.ljust(longest)}  {line}"
