"""Units of memory that are taken for each other."""

from __future__ import annotations

from fractions import Fraction

from specc.claims.outcome import Value
from specc.exam.compare import agrees
from specc.exam.quantity import BYTES, Quantity
from specc.exam.written import Written

_OTHER = {"kb": "KiB", "mb": "MiB", "gb": "GiB", "kib": "kB", "mib": "MB", "gib": "GB"}


def inverted(written: Written, word: str, value: Value, tolerance: float | None) -> str:
    """Why a ratio is wrong, when it is right the other way round; else empty."""
    if word != "compression_ratio" or not isinstance(written, Quantity) or written.value == 0:
        return ""
    turned = Quantity(1 / written.value, written.spread / written.value**2)
    return "that is code to input; the ratio is input to code" * agrees(turned, value, tolerance)


def mistaken_unit(written: Written, value: Value, tolerance: float | None) -> str:
    """Why a figure of memory is wrong, when it is right in the other kind of unit; else empty."""
    if not isinstance(written, Quantity) or written.unit.lower() not in _OTHER:
        return ""
    unit, other = written.unit, _OTHER[written.unit.lower()]
    ratio = Fraction(BYTES[other.lower()], BYTES[unit.lower()])
    if not agrees(Quantity(written.value * ratio, written.spread * ratio), value, tolerance):
        return ""
    sizes = f"{BYTES[unit.lower()]:,} bytes, {other} {BYTES[other.lower()]:,}"
    return f"that many {other}, not {unit}: {unit} is {sizes}"
