"""A rounded answer that is wrong: cut off where it should be rounded, or too rough to tell slips apart."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from specc.claims.outcome import Value, text
from specc.claims.slips import Finding
from specc.exam.compare import plain
from specc.exam.quantity import Quantity

CHANCE = Fraction(1, 4)
"""So many slips may be expected to give about the number by chance; of more, none is named."""


def cut_off(written: Quantity, value: Value) -> str:
    """`61k` for 61,706, which is 62K; that 62K is right but too far; empty for another number."""
    step = 2 * written.spread
    if step == 0 or not isinstance(value, int):
        return ""
    near = plain(round(value / step) * step)
    if near == written.value:
        return f"{text(value)} rounded; the question wants it nearer"
    cut = written.value <= value < written.value + step
    return f"{text(value)} is cut off, not rounded: to {text(near)}" if cut else ""


def round_number(written: Quantity, value: Value) -> str:
    """`1600` for 1,617, which is asked for itself; empty for another number."""
    if not isinstance(value, int) or written.value.denominator != 1 or written.value <= 0:
        return ""
    zeros = len(str(written.value)) - len(str(written.value).rstrip("0"))
    step = 10**zeros
    if (
        zeros < 2
        or not 10 * step <= value != written.value
        or round(Fraction(value, step)) * step != written.value
    ):
        return ""
    return f"{text(value)} rounded; the number itself is asked for"


def telling(
    found: Sequence[Finding], written: Quantity, right: Value, tried: Sequence[Value]
) -> tuple[Finding, ...]:
    """The slips that give the very number that is written; else those that no chance explains.

    `tried` is what all slips give. Many of them as near to the right number hit a rounded one by chance.
    """
    exact = tuple(f for f in found if f.value == written.value)
    if exact or not found or not isinstance(right, int):
        return exact
    reach = max(abs(written.value - right), 4 * written.spread)
    near = {v for v in tried if isinstance(v, int) and abs(v - written.value) <= reach}
    return tuple(found) if len(near) * written.spread <= CHANCE * reach else ()


TOO_MANY = "it is rounded too far to say which slip gives it"
