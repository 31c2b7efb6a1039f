"""One answer as it is written down: a number with the precision that its digits claim, a shape, a formula."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TypeAlias

from msgspec import Struct

from specc.exam.expression import Expression, letters, parse
from specc.exam.expression import evaluate as value_of
from specc.exam.unreadable import Unreadable

SHAPES = frozenset({"output"})
"""Figures that are shapes."""
BYTES: dict[str, int] = {
    "b": 1, "byte": 1, "bytes": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9,
    "kib": 2**10, "mib": 2**20, "gib": 2**30,
}  # fmt: skip
"""Units of memory: MB is 10^6 bytes, MiB 2^20 (IEC 80000-13)."""
_THOUSANDS = {
    "k": 10**3, "thousand": 10**3, "m": 10**6, "mio": 10**6, "million": 10**6,
    "g": 10**9, "b": 10**9, "bn": 10**9, "billion": 10**9, "t": 10**12,
}  # fmt: skip
_NOUN = re.compile(
    r"(?i)\s*(parameters?|params?|weights?|biases|bias|mult-?adds?|macs?|flops?|pixels?|px|numbers?)$"
)
_GROUPED = re.compile(r"-?\d{1,3}(?:([ ,_'\u00a0\u202f\u2009])\d{3})(?:\1\d{3})*(?:\.\d+)?")
_PLAIN = re.compile(r"(-?\d[\d_]*)(?:([.,])(\d+))?")
_POWER = re.compile(r"\s*(?:[eE]([+-]?\d{1,3})|[x×·*∙]\s*10(?:\^|\*\*)\(?([+-]?\d{1,3})\)?)")
_SUPER = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")


class Quantity(Struct, frozen=True):
    """A number that may lie `spread` to either side; `unit` is a unit of memory as it was written."""

    value: Fraction
    spread: Fraction = Fraction(0)
    unit: str = ""


class Shape(Struct, frozen=True):
    """Sizes in the order they were written; `batch` when a batch axis stood in front."""

    sizes: tuple[int, ...]
    batch: bool = False


class Symbols(Struct, frozen=True):
    """A formula in letters."""

    expression: Expression


class FreeShape(Struct, frozen=True):
    """A shape with formulas in letters: `[6, H - 4, W - 4]`."""

    sizes: tuple[Expression, ...]


class Word(Struct, frozen=True):
    """`all`."""

    text: str


Written: TypeAlias = Quantity | Shape | FreeShape | Symbols | Word

NUMBER_WORDS: dict[str, int] = {
    word: number
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve".split()
    )
} | {"nothing": 0, "no parameters": 0, "no weights": 0, "no biases": 0}
"""Numbers that are written out."""
MISSING = frozenset({"", "-", "–", "—", "?", "n/a", "none", "null"})
"""What stands where no answer was given."""


def read(text: str, figure: str) -> Written | None:
    """An answer to a question for a figure; None where none was given.

    Raises:
        Unreadable: it is nothing that could be right.
    """
    text = text.strip()
    if text.lower() in MISSING:
        return None
    if text.lower() in {"all", "everything", "whole input"}:
        return Word("all")
    if text.lower() in NUMBER_WORDS:
        return Quantity(Fraction(NUMBER_WORDS[text.lower()]))
    if figure == "compression_ratio":
        text = re.sub(r"(?i)(?<=\d)\s*(?::\s*1|to 1|times|x|×)$", "", text)
    wanted = figure in SHAPES or figure.startswith("receptive")
    shape = _shape(text, wanted=wanted) or (_free_shape(text) if wanted else None)
    if shape is not None:
        return shape
    found = quantity(text, memory=figure == "memory")
    return found if found is not None else _formula(text)


# --------------------------------------------------------------------- numbers


def quantity(text: str, *, memory: bool = False) -> Quantity | None:
    """`61 706`, `61,706`, `61.7K`, `6.17e4`, `6.17·10⁴`, `≈ 61 700`, `0.24 MiB`; None for no number."""
    about = text[:1] in "≈~" or text.lower().startswith(("ca", "about "))
    bare = re.sub(r"^(?:[≈~]|ca\.?|about)\s*", "", text, flags=re.I)
    bare = bare if memory else _NOUN.sub("", bare)
    if re.fullmatch(r"-?\d{1,3}(\.\d{3}){2,}", bare):
        bare = bare.replace(".", "")
    match = _GROUPED.match(bare) or _PLAIN.match(bare)
    if match is None:
        return None
    number, decimals = _digits(match.group())
    power, rest = _scale(bare[match.end() :])
    if power is None:
        return None
    factor, unit = _unit(rest, memory=memory)
    if factor is None:
        return None
    scaled = power != 1 or factor != 1 or decimals > 0
    step = Fraction(1, 10**decimals) * power * factor
    if about and not scaled:
        step, scaled = _trailing(number), True
    return Quantity(number * power * factor, step / 2 if scaled else Fraction(0), unit)


def _digits(text: str) -> tuple[Fraction, int]:
    """The number and how many decimals it has. A comma before other than three digits is decimal."""
    if _GROUPED.fullmatch(text):
        text = re.sub(r"[ ,_'\u00a0\u202f\u2009]", "", text)
    text = text.replace("_", "").replace(",", ".")
    return Fraction(text), len(text.partition(".")[2])


def _scale(text: str) -> tuple[Fraction | None, str]:
    """What `e4` or `·10⁴` multiplies with, and what stands after it."""
    plain = re.sub(r"10([⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+)", lambda m: "10^" + m[1].translate(_SUPER), text)
    match = _POWER.match(plain)
    if match is None:
        return Fraction(1), text
    exponent = int(match.group(1) or match.group(2))
    return Fraction(10) ** exponent if abs(exponent) <= 30 else None, plain[match.end() :]


def _unit(text: str, *, memory: bool) -> tuple[int | None, str]:
    word = text.strip().lower()
    if not word:
        return 1, ""
    if memory and word in BYTES:
        return BYTES[word], text.strip()
    return _THOUSANDS.get(word), ""


def _trailing(number: Fraction) -> Fraction:
    """The place of the last digit that is not 0: 100 for 61 700."""
    whole, step = int(number), 1
    while whole and whole % (10 * step) == 0:
        step *= 10
    return Fraction(step)


# ---------------------------------------------------------------------- shapes

_BATCH = frozenset({"none", "b", "n", "batch", "?"})


def _shape(text: str, *, wanted: bool) -> Shape | None:
    """`[6, 14, 14]`, `6x14x14`, `14×14×6`, `6@14×14`, `(None, 14, 14, 6)`; None for no shape."""
    inner = text.strip("[](){}⟨⟩ ")
    bracketed = text[:1] in "[{⟨" or (text[:1] == "(" and "," in text)
    parts = [p.strip() for p in re.split(r"\s*[x×@,;*·]\s*|\s+by\s+", inner) if p.strip()]
    if wanted and len(parts) == 1:
        parts = inner.split()
    batch = len(parts) > 1 and parts[0].lower() in _BATCH
    sizes = parts[1:] if batch else parts
    if not sizes or not all(re.fullmatch(r"\d{1,9}", p) for p in sizes):
        return None
    return Shape(tuple(map(int, sizes)), batch) if wanted or bracketed else None


def _free_shape(text: str) -> FreeShape | None:
    parts = re.split(r"\s*[×@,;]\s*|\s+x\s+", text.strip("[]{}⟨⟩ "))
    if len(parts) < 2 and text[:1] != "[":
        return None
    return FreeShape(tuple(parse(part) for part in parts))


# -------------------------------------------------------------------- formulas


def _formula(text: str) -> Quantity | Symbols:
    """A formula in letters, or the value of one in numbers. What stands after `=` is the result."""
    sides = [s for s in text.split("=") if s.strip()]
    if len(sides) > 1:
        last = quantity(sides[-1].strip())
        if last is not None:
            return last
    expression = parse(sides[-1] if sides else text)
    if letters(expression):
        return Symbols(expression)
    try:
        return Quantity(value_of(expression, {}))
    except ArithmeticError as error:
        raise Unreadable(str(error)) from None


def dotted_thousands(text: str) -> str | None:
    """`48.000` and `1.234.567` without their dots, which may stand for a decimal point or for nothing."""
    bare = text.strip()
    return bare.replace(".", "") if re.fullmatch(r"[1-9]\d{0,2}(\.\d{3})+", bare) else None
