"""One answer as it is written down: a number with the precision that its digits claim, a shape, a formula."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from specc.exam.expression import Expression, letters, parse
from specc.exam.expression import evaluate as value_of
from specc.exam.quantity import Quantity, quantity, ungrouped, worded
from specc.exam.unreadable import Unreadable

SHAPES = frozenset({"output"})
"""Figures that are shapes."""


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
} | {"nothing": 0, "nil": 0}
"""Numbers that are written out."""
_NO = re.compile(r"(?:no|without) (?:\w+ )?(?:param(?:eter)?s?|weights?|bias(?:es)?|macs|flops)")
"""`no learnable params`: 0."""
_REMARK = re.compile(
    r"(?<=\w)\s*\((?:\s*=[^()]*|[^()]*\d\s+[A-Za-z]{3,}[^()]*|[A-Za-z',. ]+ [A-Za-z',. ]+)\)$"
)
"""Words in parentheses behind a figure: `2,416 (2400 weights + 16 biases)`, `0 (pooling has none)`."""
MISSING = frozenset({"", "-", "–", "—", "?", "n/a", "none", "null"})
"""What stands where no answer was given."""
_UNKNOWN = re.compile(
    r"n\.?/?a\.?|nan|tbd|todo|skip(?:ped)?|blank|idk|dunno|no (?:answer|idea|clue)|unknown|not sure|[?–—.-]+"
    r"|(?:i )?(?:do not|don'?t) know(?: (?:it|this|how))?|#(?:n/a|ref|value|name\?)!?"
)
"""The same in words, and what a spreadsheet writes for it."""


def read(text: str, figure: str, *, shaped: bool = False) -> Written | None:
    """An answer to a question for a figure, which may be `shaped`; None where none was given.

    Raises:
        Unreadable: it is nothing that could be right.
    """
    text = _REMARK.sub("", _tidied(text))
    if text.lower() in MISSING or _UNKNOWN.fullmatch(text.lower().replace("’", "'")):
        return None
    if text.lower() in {"all", "everything", "whole input"}:
        return Word("all")
    if text.lower() in NUMBER_WORDS or _NO.fullmatch(text.lower()):
        return Quantity(Fraction(NUMBER_WORDS.get(text.lower(), 0)))
    if figure == "compression_ratio":
        text = re.sub(r"(?i)^factor\s+|(?<=\d)\s*(?::\s*1|to 1|times|x|×)$", "", text)
        text = re.sub(r"^([\d.,]+)\s*(?::\s*([\d.,]+)|(%))$", _ratio, text)
    wanted = shaped or figure in SHAPES or figure.startswith("receptive")
    shape = _shape(text, wanted=wanted) or (_free_shape(text) if wanted else None)
    if shape is not None:
        return shape
    found = quantity(text, memory=figure == "memory")
    return found if found is not None else _formula(text, memory=figure == "memory")


_LABEL = re.compile(
    r"(?i)^(?:(?:my )?(?:answer|ans|result|total|sum|params?|parameters|output|shape)\s*[:=]|ans )\s*"
)
"""What an answer may begin with."""


def _ratio(match: re.Match[str]) -> str:
    """`1:2` and `50%` as fractions."""
    return f"{match[1]}/{match[2] or 100}"


def _tidied(text: str) -> str:
    """The answer without the signs of LaTeX around and between its digits, and those that end a sentence.

    A spreadsheet writes `="156"` for a number that stays a text.
    """
    text = re.sub(r"\\(?:text|mathrm)\{([^{}]*)\}", r"\1", text.strip())
    for sign, plain in (("{,}", ","), (r"\,", " "), ("−", "-")):
        text = text.replace(sign, plain)
    text = re.sub(r'^="(.*)"$', r"\1", text.strip("$ "))
    text = re.sub(r"\s*(?:->|=>|[→⇒⟹])\s*", " = ", _LABEL.sub("", text))
    return re.sub(r"(?<=[\w)\]}])\s*[;!.?✓]+$", "", text)


# ---------------------------------------------------------------------- shapes

_BATCH = frozenset({"none", "b", "n", "batch", "?", "-1"})
_WRAPPED = re.compile(r"(?i)(?:torch\.|tf\.)?(?:size|tensorshape|shape)\s*[=:]?\s*(?=[(\[])")
_BETWEEN = re.compile(
    r"(?i)\s*[x×@,;*·]\s*|\s+(?:by|of)\s+|\s+(?:feature )?(?:maps|channels|filters|planes)"
    r"(?:\s+(?:of|at|with)\s+(?:size\s+)?|\s*,\s*|\s+(?=\d))"
)
_ASIDE = re.compile(
    r"(?i)(?<=[\d)\]])\s*(?:px|pixels?)\b|(?<=[\d)\]])\s*=\s*[\d., ]+$"
    r"|(?<=[\d)\]])\s*\(?[nbcdhwt](?:\s*[,x×]?\s*[nbcdhwt])+\)?$"
)
"""`= 1176` and `(C, H, W)` behind a shape, `px` behind a size."""
_SQUARED = re.compile(r"(\d+)\s*(?:\^|\*\*)?\s*(?:²|(?<=[*^])2(?!\d))")
_NAMED = re.compile(r"(?i)\b([a-z]+)\s*[=:]\s*(\d+)\b|(\d+)\s+(channels|high|wide)\b")
_AXES = ("n b batch", "c channels channel maps filters depth", "d", "h height high rows",
         "w width wide columns cols")  # fmt: skip
"""Names of axes in PyTorch's order."""


def _shape(text: str, *, wanted: bool) -> Shape | None:
    """`[6, 14, 14]`, `6x14x14`, `14×14×6`, `6@14×14`, `(None, 14, 14, 6)`; None for no shape."""
    if wanted:
        text = _in_order(_SQUARED.sub(r"\1x\1", _ASIDE.sub("", text.removeprefix("="))))
    bracketed = text[:1] in "[{⟨" or (text[:1] == "(" and "," in text)
    inner = text.strip("[](){}⟨⟩ ")
    if wanted:
        inner = re.sub(r"[\[\](){}⟨⟩]", " ", worded(_WRAPPED.sub("", text))[0]).strip(" ,")
    parts = [p.strip() for p in _BETWEEN.split(inner) if p.strip()]
    if wanted and len(parts) == 1:
        parts = inner.split()
    batch = len(parts) > 1 and parts[0].lower() in _BATCH
    sizes = parts[1:] if batch else parts
    if not sizes or not all(re.fullmatch(r"\d{1,9}", p) for p in sizes):
        return None
    return Shape(tuple(map(int, sizes)), batch) if wanted or bracketed else None


def _in_order(text: str) -> str:
    """`H: 14, W: 14, C: 6` as `6x14x14`: axes that are named stand in PyTorch's order."""
    found = [((m[1] or m[4]).lower(), m[2] or m[3]) for m in _NAMED.finditer(text)]
    left = _NAMED.sub("", text).strip("[](){}, ;x×and\n")
    places = {name: at for at, names in enumerate(_AXES) for name in names.split()}
    if left or len(found) < 2 or not all(name in places for name, _ in found):
        return text
    return "x".join(size for _, size in sorted(found, key=lambda f: places[f[0]]))


def _free_shape(text: str) -> FreeShape | None:
    """`[6, H - 4, W - 4]`, `8xHxW`; an x stands between sizes where nothing else does."""
    bare = text.strip("[]{}⟨⟩ ")
    signs = r"[,;]" if re.search(r"[,;]", bare) else r"(?:[×@]|(?<!a)[xX])"
    parts = [p for p in re.split(rf"\s*{signs}\s*", bare) if p]
    if len(parts) < 2 and text[:1] != "[":
        return None
    return FreeShape(tuple(parse(part) for part in parts))


# -------------------------------------------------------------------- formulas


def _formula(text: str, *, memory: bool) -> Quantity | Symbols:
    """A formula in letters, or the value of one in numbers. What stands after `=` is the result."""
    text = _with_itself(text)
    sides = [s.strip() for s in re.split(r"[=≈]", text) if s.strip()]
    if len(sides) > 1:
        last = quantity(sides[-1], memory=memory)
        if last is not None:
            return _with_working(last, sides[-2])
    bare, unit = worded(sides[-1] if sides else text, memory=memory)
    expression = parse(ungrouped(bare))
    if letters(expression):
        return Symbols(expression)
    try:
        return Quantity(value_of(expression, {}) * unit.factor)
    except ZeroDivisionError:
        raise Unreadable("it divides by zero") from None
    except ArithmeticError as error:
        raise Unreadable(str(error)) from None


def _with_itself(text: str) -> str:
    """`258 (256+2)` without its parentheses, which say the same number: no product."""
    match = re.fullmatch(r"(\d[\d.,_' ]*)\s+(\(.+)", text)
    if match is None:
        return text
    try:
        number, inner = quantity(match[1].strip()), value_of(parse(ungrouped(match[2])), {})
    except (Unreadable, KeyError, ArithmeticError):
        return text
    return match[1].strip() if number is not None and number.value == inner else text


def _with_working(last: Quantity, before: str) -> Quantity:
    """A result; with what the side before it comes to, where that is a number and not this one."""
    try:
        comes = value_of(parse(ungrouped(worded(before)[0])), {})
    except (Unreadable, KeyError, ArithmeticError):
        return last
    return last if abs(comes - last.value) <= last.spread else replace(last, working=comes)


def dotted_thousands(text: str, *, memory: bool) -> str | None:
    """`48.000` and `1.234.567` without their dots, which may stand for a decimal point or for nothing."""
    bare, unit = worded(text.rpartition("=")[2].strip("$ "), memory=memory)
    if unit.factor != 1:
        return None
    return bare.replace(".", "") if re.fullmatch(r"[1-9]\d{0,2}(\.\d{3})+", bare) else None
