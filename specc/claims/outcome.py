"""The result of one claim, and of a whole `answers` block."""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct

from specc.diagnostics import Diagnostic
from specc.layers.base import Convention
from specc.sizes import Size, render
from specc.source import Span

Value: TypeAlias = "Size | float | str | bool | tuple[Value, ...] | None"
"""What a figure or a side of a claim is: a number, a shape, a word or a truth."""


class Outcome(Struct, frozen=True):
    """One claim: what was claimed and what is true. `computed` is None when the figure is unknown.

    `diagnostics` say what is wrong (E602) or doubtful; `working` leads to the true value.
    """

    subject: str
    span: Span
    claimed: Value
    computed: Value
    right: bool
    working: str = ""
    diagnostics: tuple[Diagnostic, ...] = ()


class Sheet(Struct, frozen=True):
    """An `answers` block: its claims, how they count, and the marks it is worth; None when not said."""

    title: str
    convention: Convention
    tolerance: float | None
    marks: float | None
    outcomes: tuple[Outcome, ...]

    @property
    def right(self) -> int:
        """How many claims hold."""
        return sum(o.right for o in self.outcomes)


def text(value: Value) -> str:
    """A value as it is written in a message: `61,706`, `[6, 14, 14]`."""
    if isinstance(value, tuple):
        return f"[{', '.join(text(v) for v in value)}]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:,.6g}".replace("-", "−")
    if value is None or isinstance(value, str):
        return value or "nothing"
    return render(value)


def same(left: Value, right: Value, tolerance: float = 0.0) -> bool:
    """Whether two values are equal, numbers within a relative tolerance."""
    if isinstance(left, tuple) or isinstance(right, tuple):
        return _same_lists(_listed(left), _listed(right), tolerance)
    if isinstance(left, (int, float)) and isinstance(right, (int, float)):
        return abs(left - right) <= tolerance * abs(right)
    return left == right


def _same_lists(left: tuple[Value, ...], right: tuple[Value, ...], tolerance: float) -> bool:
    if len(left) != len(right):
        return False
    return all(same(a, b, tolerance) for a, b in zip(left, right, strict=True))


def _listed(value: Value) -> tuple[Value, ...]:
    """A lone number is a shape of one axis: `F6.output = 84`."""
    return value if isinstance(value, tuple) else (value,)
