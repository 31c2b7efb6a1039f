"""Exact integer sizes that may hold free symbols: `Size = int | Symbolic`.

A symbol stands for a positive whole number. Whatever turns out constant is a plain `int` again, so
code that never meets a symbol never pays for one. Equality is that of the canonical form.
"""

from specc.sizes.algebra import (
    Size,
    SizeLimit,
    Symbolic,
    bounds,
    ceil_div,
    floor_div,
    known,
    size_max,
    size_min,
    symbol,
)
from specc.sizes.constraints import Constraint, holds, multiples, nearest_valid, solve
from specc.sizes.settled import settled
from specc.sizes.substitution import evaluate, free_symbols, substitute
from specc.sizes.text import render, render_latex, render_python

__all__ = [
    "Constraint",
    "Size",
    "SizeLimit",
    "Symbolic",
    "bounds",
    "ceil_div",
    "evaluate",
    "floor_div",
    "free_symbols",
    "holds",
    "known",
    "multiples",
    "nearest_valid",
    "render",
    "render_latex",
    "render_python",
    "settled",
    "size_max",
    "size_min",
    "solve",
    "substitute",
    "symbol",
]
