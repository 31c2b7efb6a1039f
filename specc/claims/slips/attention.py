"""Slips in counting attention: four projections of d to d, whatever the heads."""

from __future__ import annotations

from collections.abc import Iterator

from specc.claims.slips.rewrite import constant, symbols, without_ones
from specc.claims.slips.slip import Change, Slip, Working
from specc.formula import Sum, product, total
from specc.sizes import render


def _attention(w: Working) -> bool:
    return w.case.layer.word == "attention" and w.formula.value != 0


def _heads(w: Working) -> Iterator[Change]:
    heads = getattr(w.case.layer, "heads", 1)
    if _attention(w) and heads != 1:
        reason = f"the {render(heads)} heads share the features; they do not multiply them"
        yield w.to(heads * w.formula), reason
        if isinstance(w.formula, Sum) and len(w.formula.terms) > 1:
            *first, last = (t for _, t in w.formula.terms)
            yield w.to(total((*(heads * t for t in first), last))), reason


def _no_projection(w: Working) -> Iterator[Change]:
    if _attention(w) and isinstance(w.formula, Sum) and len(w.formula.terms) > 1:
        kept = total(t for _, t in w.formula.terms[:-1])
        yield w.to(kept), "the projection of the joined heads (out_proj) is forgotten"


def _no_values(w: Working) -> Iterator[Change]:
    found = constant(w.formula, {3}, 2) if _attention(w) else None
    if found is not None:
        yield w.to(found), "queries, keys and values are three projections, not two"
    if _attention(w) and isinstance(w.formula, Sum) and "m" not in symbols(w.formula):
        yield w.to(w.formula.terms[-1][1]), "there are four projections; that is one"
    one = constant(w.formula, {3}, 1) if _attention(w) else None
    if one is not None:
        yield w.to(one), "queries, keys and values are three projections, not one"


def _one_head(w: Working) -> Iterator[Change]:
    heads, own = getattr(w.case.layer, "heads", 1), symbols(w.formula)
    size = own.get("d")
    if _attention(w) and isinstance(heads, int) and isinstance(size, int) and heads > 1:
        biased = 1 if without_ones(w.formula) is not None else 0
        one = 3 * product((size + biased, size // heads))
        yield w.to(one), f"that is one head of {heads}, without out_proj"


HEAD_SLIPS = (
    Slip("heads-multiplied", "the heads are multiplied in", _heads, deep=True),
    Slip("projection-forgotten", "the output projection is forgotten", _no_projection, deep=True),
    Slip("values-forgotten", "one of queries, keys and values is forgotten", _no_values, deep=True),
    Slip("one-head", "one head is counted, not all", _one_head, deep=True),
)
