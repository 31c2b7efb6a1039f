"""Formulas in letters: `(k^2*c+1)*f` is the layer's formula when both agree wherever they are evaluated.

Two polynomials of low degree that agree at a few random large points are the same (Schwartz 1980).
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import islice, permutations

from msgspec import Struct

from specc.claims.figures import Figure
from specc.claims.slips.rewrite import symbols, valued
from specc.exam.expression import Expression, Letter, evaluate, letters, spelt
from specc.formula import Formula
from specc.sizes import Size, Symbolic, free_symbols
from specc.sizes import evaluate as size_value

POINTS = 6
LARGEST = 10_000
MOST_TRIALS = 2_000  # ways to give letters a meaning

Meaning = dict[str, tuple[str, ...]]
"""What each letter of the student stands for: quantities of the layer's formula."""

_KERNEL = ("k_h", "k_w", "k_d", "k", "k_1", "k_2", "k_3")
_NAMES: Mapping[str, str] = {
    "kernel": "k kernel kernel_size ks", "k_h": "kh k_h", "k_w": "kw k_w",
    "c_in": "c cin c_in C C_in Cin in_channels channels depth", "s": "s stride",
    "c_out": "f cout c_out C_out Cout filters out_channels n_filters maps",
    "n_in": "n n_in nin inputs", "n_out": "o n_out nout outputs units",
    "groups": "g groups", "p": "p padding", "T": "T", "d": "d d_model", "c": "c channels",
}  # fmt: skip
"""Usual letters; all that is not here is tried in every sense that is left."""

_ANY = re.compile(r"[^\W\d_](?:_\w+|\d{1,2})?")
"""What a student may call a quantity: one letter, perhaps with an index."""


class Reading(Struct, frozen=True):
    """A student's formula: whether it is the right one, its value here, and how its letters were read."""

    identical: bool
    value: Fraction | None = None
    meaning: str = ""


def read_symbols(e: Expression, figure: Figure, values: Mapping[str, Size]) -> Reading | None:
    """Compare a formula with a figure; None where its letters have no meaning.

    `values` are the parameters of the file, which are letters too.
    """
    own = symbols(figure.formula) if figure.formula is not None else {}
    free = free_symbols(figure.value) if isinstance(figure.value, Symbolic) else frozenset()
    whole = e
    e = spelt(e, lambda name: name in free or name in values or bool(_usual(name, own)))
    found = _free(e, figure)
    if found is not None:
        return found
    if figure.formula is not None and all(_usual(n, own) or _ANY.fullmatch(n) for n in letters(e)):
        found = _in_letters(e, figure.formula, word=isinstance(whole, Letter))
        if found is not None:
            return found
    apart = _apart(whole)
    if apart is not None and figure.formula is not None:
        found = _in_letters(apart, figure.formula, word=True)
        if found is not None and found.identical:
            return found
    known = {n: Fraction(v) for n, v in values.items() if isinstance(v, int)}
    return Reading(False, _evaluated(e, known)) if letters(e) <= known.keys() else None


def _apart(e: Expression) -> Expression | None:
    """`VD` as V·D, where every name is of such letters side by side; None for words."""
    names = letters(e)
    if not any(len(n) > 1 for n in names) or any(len(n) > 3 or not n.isalpha() for n in names):
        return None
    return spelt(e, lambda name: len(name) == 1)


def _in_letters(e: Expression, formula: Formula, *, word: bool) -> Reading | None:
    """A formula in the letters of a layer: the right one however they are read, else by usual letters.

    What any letters of the student's own would come to is a guess, and so is what a word would.
    """
    own = symbols(formula)
    for put_in in (False, True):
        for meaning in islice(_meanings(letters(e), own), MOST_TRIALS):
            if _identical(e, formula, meaning, put_in=put_in):
                return Reading(True, _here(e, formula, meaning), _said(meaning))
    fixed = {n: _usual(n, own) for n in sorted(letters(e))}
    if not all(fixed.values()) or (word and len(fixed) > 1):
        return None
    return Reading(False, _here(e, formula, fixed), _said(fixed))


# ----------------------------------------------------------------- free sizes


def _free(e: Expression, figure: Figure) -> Reading | None:
    """A figure with free sizes, and a formula in their names."""
    size = figure.value
    if not isinstance(size, Symbolic) or not letters(e) <= free_symbols(size):
        return None
    return Reading(same_size(e, size))


def same_size(e: Expression, size: Size) -> bool:
    """Whether a formula in the names of free sizes is that size."""
    if not letters(e) <= free_symbols(size):
        return False
    chance = random.Random(0)
    for _ in range(POINTS):
        point = {name: chance.randint(2, LARGEST) for name in sorted(free_symbols(size))}
        theirs = _evaluated(e, {n: Fraction(v) for n, v in point.items()})
        if theirs != size_value(size, point):
            return False
    return True


# ------------------------------------------------------------ a layer's letters


def _meanings(names: frozenset[str], own: Mapping[str, Size]) -> Iterator[Meaning]:
    """The ways to read the letters: by their own names, by usual ones, and the rest in every order."""
    fixed = {n: m for n in sorted(names) if (m := _usual(n, own))}
    rest = [n for n in sorted(names) if n not in fixed]
    taken = {q for m in fixed.values() for q in m}
    free = [g for g in _groups(own) if not set(g) & taken]
    for chosen in permutations(free, len(rest)):
        yield {**fixed, **dict(zip(rest, chosen, strict=True))}


def _usual(name: str, own: Mapping[str, Size]) -> tuple[str, ...]:
    if name in own:
        return (name,)
    for quantity, words in _NAMES.items():
        if name in words.split():
            found = _KERNEL if quantity == "kernel" else (quantity,)
            kept = tuple(q for q in found if q in own)
            if kept and len({own[q] for q in kept}) == 1:
                return kept
    return ()


def _groups(own: Mapping[str, Size]) -> list[tuple[str, ...]]:
    """What one letter may stand for: a quantity, or several alike such as both sides of a kernel."""
    families = (_KERNEL, ("h_out", "w_out", "d_out"), ("h_in", "w_in", "d_in"))
    alike = [tuple(q for q in family if q in own) for family in families]
    joint = [g for g in alike if len(g) > 1 and len({own[q] for q in g}) == 1]
    return [*joint, *((q,) for q in own)]


def _identical(e: Expression, formula: Formula, meaning: Meaning, *, put_in: bool = False) -> bool:
    """Whether both agree wherever they are evaluated; `put_in`: with numbers for the other letters."""
    own = symbols(formula)
    named = {q for quantities in meaning.values() for q in quantities}
    fixed = {n: v for n, v in own.items() if n not in named} if put_in else {}
    if put_in and not (fixed and named):
        return False
    chance = random.Random(0)
    for _ in range(POINTS):
        try:
            point = {**_point(formula, meaning, chance), **fixed}
            true = valued(formula, point)
            theirs = _evaluated(e, _values(meaning, point))
        except (ArithmeticError, ValueError):
            return False
        if true is None or not isinstance(true.value, int) or theirs != true.value:
            return False
    return True


def _point(formula: Formula, meaning: Meaning, chance: random.Random) -> dict[str, Size]:
    """Random values; quantities behind one letter are alike, and groups divide the channels."""
    own = symbols(formula)
    groups = chance.randint(2, 50) if "groups" in own else 1
    point: dict[str, Size] = {n: groups * chance.randint(2, LARGEST) for n in own}
    if groups > 1:
        point["groups"] = groups
    for quantities in meaning.values():
        point.update(dict.fromkeys(quantities, point[quantities[0]]))
    return point


def _values(meaning: Meaning, point: Mapping[str, Size]) -> dict[str, Fraction]:
    found = {letter: point[quantities[0]] for letter, quantities in meaning.items()}
    return {letter: Fraction(v) for letter, v in found.items() if isinstance(v, int)}


def _here(e: Expression, formula: Formula, meaning: Meaning) -> Fraction | None:
    return _evaluated(e, _values(meaning, symbols(formula)))


def _evaluated(e: Expression, values: Mapping[str, Fraction]) -> Fraction | None:
    try:
        return evaluate(e, values)
    except (ArithmeticError, KeyError):
        return None


def _said(meaning: Meaning) -> str:
    """`k = k_h = k_w, c = c_in`: for letters that are not the formula's own."""
    return ", ".join(
        " = ".join((letter, *quantities))
        for letter, quantities in meaning.items()
        if quantities != (letter,)
    )
