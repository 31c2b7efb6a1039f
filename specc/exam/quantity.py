"""Numbers as they are written down: with groups, powers, thousands, units of memory and nouns behind them."""

from __future__ import annotations

import re
from fractions import Fraction

from msgspec import Struct

from specc.exam.unreadable import Unreadable

BYTES: dict[str, int] = {
    "b": 1, "byte": 1, "bytes": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9,
    "kib": 2**10, "mib": 2**20, "gib": 2**30,
}  # fmt: skip
"""Units of memory: MB is 10^6 bytes, MiB 2^20 (IEC 80000-13)."""
_BITS = {"bit": 1, "bits": 1, "kbit": 10**3, "mbit": 10**6, "gbit": 10**9}
THOUSANDS = {
    "k": 10**3, "thousand": 10**3, "m": 10**6, "mio": 10**6, "million": 10**6,
    "g": 10**9, "b": 10**9, "bn": 10**9, "billion": 10**9, "t": 10**12,
}  # fmt: skip
_FILLERS = frozenset("in total all altogether of the memory ram storage".split())
_NOUNS = _FILLERS | frozenset(
    "parameter parameters param params weight weights bias biases mult adds add macs mac flops flop "
    "multiplication multiplications addition additions operation operations ops multiply "
    "pixel pixels px number numbers value values float floats neuron neurons node nodes class classes "
    "logits element elements entries scalars learnable learned trainable "
    "and plus with without incl including excl excluding no".split()
)
"""Words behind a number that change nothing of it."""
_QUANTITIES = frozenset(
    "unit units input inputs output outputs channel channels filter filters map maps feature features "
    "layer layers step steps token tokens edge edges head heads".split()
)
"""Nouns likewise, but names of quantities where they stand in a formula with letters."""
_ABOUT = re.compile(
    r"(?i)\s*(?:[≈~∼≃≅]|(?:ca|circa|approx|approximately|about|around|roughly|etwa|rund)\b\.?)\s*"
)
_GROUPED = re.compile(r"-?\d{1,3}(?:([ ,_'\u00a0\u202f\u2009])\d{3})(?:\1\d{3})*(?!\d)(?:\.\d+)?")
_GROUPS = re.compile(r"(?<![\d.,])\d{1,3}(?:[ ,_'\u00a0\u202f\u2009]\d{3})+(?!\d)")
_DOTTED = re.compile(r"-?\d{1,3}(?:\.\d{3})+(?=,\d{1,2}(?!\d))|-?\d{1,3}(?:\.\d{3}){2,}(?![\d,.])")
_PLAIN = re.compile(r"(-?\d[\d_]*)(?:([.,])(\d+))?")
_POWER = re.compile(r"\s*(?:[eE]([+-]?\d{1,9})|[x×·*∙]\s*10(?:\^|\*\*)\(?([+-]?\d{1,9})\)?)")
_SUPER = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_WORD = re.compile(r"[^\W\d_]+")
_LETTER = re.compile(r"[^\W\dxX_]")
_PREFIXED = re.compile(r"(?i)([kmgt])((?:flop|mac|param)s?)")
_BEHIND = re.compile(r"\(?[^\W\d_]+(?:[\s+&/,.()-]+[^\W\d_]+)*[.)]*")
_PLACE = re.compile(r"(?<=[\w)\]])(?:\s+|(?=\()|(?<=[\d)\]])(?=[^\W\d_]))")


class Quantity(Struct, frozen=True):
    """A number that may lie `spread` to either side; `unit` is a unit of memory as it was written.

    `working` is what the sum or product before it comes to, where that is another number.
    """

    value: Fraction
    spread: Fraction = Fraction(0)
    unit: str = ""
    working: Fraction | None = None


class Unit(Struct, frozen=True):
    """What the words behind a number multiply it with."""

    factor: Fraction = Fraction(1)
    name: str = ""


def quantity(text: str, *, memory: bool = False) -> Quantity | None:
    """`61 706`, `61,706`, `61.7K`, `6.17e4`, `6.17·10⁴`, `≈ 61 700`, `0.24 MiB`; None for no number.

    Raises:
        Unreadable: a number that is too large, or a unit of memory for something else.
    """
    about = _ABOUT.match(text)
    bare = (text[about.end() :] if about else text).removeprefix("+").lstrip()
    dotted = _DOTTED.match(bare)
    if dotted is not None:  # 61.706,0 and 1.234.567, as on the continent
        bare = dotted[0].replace(".", "") + bare[dotted.end() :]
    match = _GROUPED.match(bare) or _PLAIN.match(bare)
    if match is None:
        return None
    power, rest = _scale(bare[match.end() :])
    number, decimals = _digits(match.group(), scientific=power is not None)
    unit = unit_of(rest, memory=memory)
    if unit is None:
        return None
    factor = (power or 1) * unit.factor
    scaled = power is not None or unit.factor != 1 or decimals > 0
    step = Fraction(1, 10**decimals) * factor
    if about and not scaled:
        step, scaled = _trailing(number), True
    return Quantity(number * factor, step / 2 if scaled else Fraction(0), unit.name)


def _digits(text: str, *, scientific: bool) -> tuple[Fraction, int]:
    """The number and how many decimals it has.

    A comma before other than three digits is decimal, and so is one after a single digit and before a
    power of ten: `4,812e4`.
    """
    if _GROUPED.fullmatch(text) and not (scientific and re.fullmatch(r"-?\d,\d{3}", text)):
        text = re.sub(r"[ ,_'\u00a0\u202f\u2009]", "", text)
    text = text.replace("_", "").replace(",", ".")
    return Fraction(text), len(text.partition(".")[2])


def _scale(text: str) -> tuple[Fraction | None, str]:
    """What `e4` or `·10⁴` multiplies with, None where there is no such power, and what stands after it."""
    plain = re.sub(r"10([⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+)", lambda m: "10^" + m[1].translate(_SUPER), text)
    match = _POWER.match(plain)
    if match is None:
        return None, text
    exponent = int(match.group(1) or match.group(2))
    if abs(exponent) > 30:
        raise Unreadable("too large a power of ten")
    return Fraction(10) ** exponent, plain[match.end() :]


def ungrouped(text: str) -> str:
    """A formula with its numbers in one piece: `48,000 + 120`; a comma between arguments stays."""
    if "min" in text or "max" in text:
        return text
    return _GROUPS.sub(lambda m: re.sub(r"\D", "", m[0]), text)


def _trailing(number: Fraction) -> Fraction:
    """The place of the last digit that is not 0: 100 for 61 700."""
    whole, step = int(number), 1
    while whole and whole % (10 * step) == 0:
        step *= 10
    return Fraction(step)


# ----------------------------------------------------------------------- words


def unit_of(text: str, *, memory: bool, inside: str = "") -> Unit | None:
    """What stands behind a number or a formula (`inside`); None where that is more than units and nouns.

    Raises:
        Unreadable: a unit of memory for something else.
    """
    bare = text.strip().removesuffix(".")
    if not bare:
        return Unit()
    if not _BEHIND.fullmatch(bare):
        return None
    first, *rest = _WORD.findall(_PREFIXED.sub(r"\1 \2", bare))
    found = _factor(first, memory=memory)
    if inside and len(first) == 1 and not (memory and found):
        found = None  # `(5*5+1)k` is no thousand
    in_letters = bool(_LETTER.search(inside))
    nouns = _FILLERS if memory else _NOUNS if in_letters else _NOUNS | _QUANTITIES
    left = [first, *rest] if found is None else rest
    return (found or Unit()) if all(w.lower() in nouns for w in left) else None


def _factor(word: str, *, memory: bool) -> Unit | None:
    low = word.lower()
    if memory and low in BYTES:
        return Unit(Fraction(BYTES[low]), word)
    if memory and low in _BITS:
        return Unit(Fraction(_BITS[low], 8))
    if low in BYTES.keys() | _BITS.keys() and len(low) > 1:
        raise Unreadable(f"{word} is a unit of memory, which this is not")
    return Unit(Fraction(THOUSANDS[low])) if low in THOUSANDS else None


def worded(text: str, *, memory: bool = False) -> tuple[str, Unit]:
    """A formula or a shape without the words behind it: `10164*4 bytes`, `32×32 pixels`.

    Raises:
        Unreadable: a unit of memory for something else.
    """
    for place in _PLACE.finditer(text):
        head, tail = text[: place.start()], text[place.end() :]
        unit = unit_of(tail, memory=memory, inside=head) if tail else None
        if unit is not None:
            return head, unit
    return text, Unit()
