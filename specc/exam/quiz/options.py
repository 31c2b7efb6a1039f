"""The options of a multiple choice, and how near a decimal must come."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from random import Random

from specc.exam.quiz.item import Wrong

OPTIONS = 4
"""Of a multiple choice, the right one among them."""


def options(
    right: str, wrong: Sequence[Wrong], random: Random, kind: str = "choice"
) -> tuple[str, ...]:
    """The right answer among the most telling wrong ones, in the order of their size.

    No options where there is no wrong one, where numbers are wanted, or where `both` are and there are few.
    """
    if kind == "number" or len(wrong) < (1 if kind == "choice" else OPTIONS - 1):
        return ()
    pool = list(wrong[: 2 * (OPTIONS - 1)])
    picked = random.sample(pool, min(OPTIONS - 1, len(pool)))
    return tuple(sorted([right, *(w.text for w in picked)], key=_order))


def _order(told: str) -> list[float]:
    """An answer as numbers: those of a shape, or the one."""
    parts = told.strip("[]").split(", ") if told.startswith("[") else [told.replace(",", "")]
    return [float(p) for p in parts if p]


def spread(told: str, places: int) -> Decimal:
    """How far an answer may be from a number: by a unit of its last place, by nothing from a whole one.

    Small numbers are asked for with so many significant digits, others with so many decimals.
    """
    number = Decimal(told.replace(",", ""))
    if "." not in told and "e" not in told:
        return Decimal(0)
    lead = number.adjusted() if number else 0
    small_or_large = lead < -1 or lead >= 9
    return Decimal(1).scaleb(lead - places + 1 if small_or_large else -places)


def apart(one: str, other: str, places: int) -> bool:
    """Whether no answer is near enough to both."""
    near = spread(one, places) + spread(other, places)
    return abs(Decimal(one.replace(",", "")) - Decimal(other.replace(",", ""))) > near
