"""Slips that belong to one kind of layer: tables, windows, wrappers, and cells on top of each other."""

from __future__ import annotations

from collections.abc import Iterator

from specc.claims.slips.rewrite import symbols, valued, without
from specc.claims.slips.slip import Change, Slip, Working
from specc.formula import Constant, Formula, Sum, product, total
from specc.sizes import Size, render

_AXES = {"k_h": 0, "k_w": 1, "k_d": 0, "k": 0}


def _squared(w: Working) -> Iterator[Change]:
    """One axis more or fewer than the kernel has."""
    own = symbols(w.formula)
    if "k" in own and own["k"] != 1 and w.case.layer.word in {"conv", "conv_transpose"}:
        found = valued(w.formula, {"k": own["k"] * own["k"]})
        if found is not None:
            yield w.to(found), "the kernel has one axis, along the signal"
    if "k_d" in own:
        found = without(w.formula, ("k_d",))
        if found is not None:
            yield w.to(found), "the kernel has three axes, depth too"


def _dilated(w: Working) -> Iterator[Change]:
    """The reach of a dilated kernel, holes included, for its size."""
    dilation = getattr(w.case.layer, "dilation", 1)
    if isinstance(dilation, tuple) or dilation == 1:
        return
    own = {n: v for n, v in symbols(w.formula).items() if n in _AXES}
    found = valued(w.formula, {n: dilation * (v - 1) + 1 for n, v in own.items()}) if own else None
    if found is not None:
        yield (
            w.to(found),
            f"dilation={render(dilation)} spreads the kernel; the holes have no weights",
        )


def _no_lengths(w: Working) -> Iterator[Change]:
    if w.case.layer.word == "weight_norm" and isinstance(w.formula, Sum) and w.word == "params":
        kept = total(t for _, t in w.formula.terms[:-1])
        yield w.to(kept), "the learnt length g of each output's weights is forgotten"


def _table(w: Working) -> Iterator[Change]:
    x = w.case.input
    if w.case.layer.word == "embedding" and x is not None and x.sizes and w.formula.value != 0:
        steps = x.sizes[0]
        yield w.to(product((w.formula, steps))), f"all {render(steps)} steps read the same table"


def _fixed_positions(w: Working) -> Iterator[Change]:
    if w.case.layer.word == "learned_positions" and w.formula.value != 0:
        yield w.to(Constant(0)), "the table of positions is learnt; sinusoids are not"


def _nothing_learnt(w: Working) -> Iterator[Change]:
    affine = getattr(w.case.layer, "affine", False) is True
    if w.case.layer.word.endswith("_norm") and affine and w.formula.value != 0:
        yield w.to(Constant(0)), "affine=true: each channel has a learnt scale and offset"


def _first_width(w: Working) -> Iterator[Change]:
    """Every cell of several on top of each other fed with the input of the first."""
    layers = getattr(w.case.layer, "layers", 1)
    cell = w.case.layer.word in {"rnn", "lstm", "gru"}
    if cell and isinstance(layers, int) and layers > 1 and w.formula.value != 0:
        one = w.case.again(layers=1, dropout=0.0)
        found = None if one is None else one.macs if w.word == "macs" else one.count
        if found is not None:
            reason = "the second layer of cells reads the states of the first, not the input"
            yield w.to(product((layers, found))), reason


def _cell_biases(w: Working) -> Iterator[Change]:
    x, biases = w.case.input, w.case.entry.row.biases
    if w.case.layer.word in {"rnn", "lstm", "gru"} and x is not None and biases is not None:
        steps: Size = x.sizes[0]
        yield w.to(w.formula + product((steps, biases))), "adding the biases multiplies nothing"


PARAMS = (
    Slip("kernel-axes", "the kernel has another number of axes", _squared, deep=True),
    Slip("dilation-in-kernel", "the holes of a dilated kernel are counted", _dilated),
    Slip("lengths-forgotten", "the lengths of weight_norm are forgotten", _no_lengths),
    Slip("steps-multiplied", "the steps are multiplied in", _table),
    Slip("positions-not-learnt", "learnt positions are taken for sinusoids", _fixed_positions),
    Slip("norm-forgotten", "what a norm learns is forgotten", _nothing_learnt),
    Slip("first-width", "every layer of cells is fed with the input", _first_width),
)
MACS = (
    *(s for s in PARAMS if s.name in {"kernel-axes", "dilation-in-kernel", "first-width"}),
    Slip("bias-additions", "additions of biases are counted", _cell_biases),
)


def _kernel_stride(w: Working) -> Iterator[Change]:
    """A pooling window that is taken to move by its own size."""
    if w.case.layer.word.endswith("_pool"):
        parts = [_by_window(p) for p in w.parts]
        yield w.to(*parts), "the stride is given; it is not the window's size"


def _by_window(part: Formula) -> Formula:
    own = symbols(part)
    found = valued(part, {"s": own["k"]}) if {"k", "s"} <= own.keys() else None
    return part if found is None else found


SIZES = (Slip("stride-of-window", "a window is taken to move by its own size", _kernel_stride),)
