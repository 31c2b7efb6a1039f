"""Slips in counting the weights and the work of recurrent layers: gates·(d + h + biases)·h."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from specc.claims.slips.rewrite import (
    added,
    constant,
    nodes,
    rebuilt,
    symbols,
    valued,
    without,
    without_ones,
)
from specc.claims.slips.slip import Change, Slip, Working
from specc.formula import Constant, Formula, Product, Sum, Var, product, var
from specc.sizes import Size, render

GATES = {"rnn": 1, "lstm": 4, "gru": 3}


def _cell(w: Working) -> bool:
    return w.case.layer.word in GATES and w.formula.value != 0


def _read(node: Formula) -> bool:
    """Whether a node is the sum of what a gate reads: d + h + 1."""
    return isinstance(node, Sum) and any(
        isinstance(t, Var) and t.symbol == "d" for _, t in node.terms
    )


def _in_gates(w: Working, change: Callable[[Formula], Formula]) -> Formula | None:
    if not _cell(w) or not any(map(_read, nodes(w.formula))):
        return None
    return rebuilt(w.formula, lambda n: change(n) if _read(n) else n)


def _gates(w: Working) -> Iterator[Change]:
    yield from _of_gates(w, {4: (3, 1), 3: (4, 1)})


def _far_gates(w: Working) -> Iterator[Change]:
    yield from _of_gates(w, {4: (2, 5), 3: (2,)})


def _of_gates(w: Working, others: Mapping[int, tuple[int, ...]]) -> Iterator[Change]:
    """Other numbers of gates than the own."""
    own = GATES.get(w.case.layer.word, 1) if _cell(w) else 1
    names = ", ".join(getattr(w.case.layer, "gates", ()))
    for other in others.get(own, ()):
        found = constant(w.formula, {own}, other)
        if found is not None:
            yield w.to(found), f"{w.case.layer.word} has {own} gates ({names}), not {other}"


def _no_recurrence(w: Working) -> Iterator[Change]:
    found = _in_gates(w, lambda n: _less(n, ("h", "p")))
    if found is not None:
        yield w.to(found), "the recurrent matrix, from the old state, is forgotten"


def _no_input(w: Working) -> Iterator[Change]:
    found = _in_gates(w, lambda n: _less(n, ("d",)))
    if found is not None:
        yield w.to(found), "the matrix of the input is forgotten"


def _less(node: Formula, names: tuple[str, ...]) -> Formula:
    assert isinstance(node, Sum)
    kept = [(s, t) for s, t in node.terms if not (isinstance(t, Var) and t.symbol in names)]
    return added(kept) if kept else Constant(0)


def _biases(w: Working) -> Iterator[Change]:
    """One offset for each gate where two are counted, or two for one."""
    for old, new in ((2, 1), (1, 2)):
        found = _in_gates(w, lambda n, a=old, b=new: _offset(n, a, b))  # type: ignore[misc]
        if found is not None and found.value != w.formula.value:
            convention = w.tables.convention
            yield (
                w.to(found),
                f"{convention} counts {old} offset{'s' * (old > 1)} for each gate, not {new}",
            )


def _offset(node: Formula, old: int, new: int) -> Formula:
    assert isinstance(node, Sum)
    return added([
        (s, Constant(new) if isinstance(t, Constant) and t.value == old else t)
        for s, t in node.terms
    ])  # fmt: skip


def _steps(w: Working) -> Iterator[Change]:
    x = w.case.input
    if _cell(w) and x is not None and x.sizes and "T" not in _names(w.formula):
        reason = f"all {render(x.sizes[0])} steps share the weights"
        yield w.to(product((w.formula, x.sizes[0]))), reason


def _names(f: Formula) -> set[str]:
    return {n.symbol for n in nodes(f) if isinstance(n, Var)}


def _one_step(w: Working) -> Iterator[Change]:
    found = without(w.formula, ("T",)) if _cell(w) else None
    if found is not None:
        yield w.to(found), "that is one step; the cell works at each"


def _one_way(w: Working) -> Iterator[Change]:
    both = getattr(w.case.layer, "bidirectional", False)
    if _cell(w) and both and isinstance(w.formula, Product):
        reason = "the other direction has weights of its own"
        factors = list(w.formula.factors)
        two = next((f for f in factors if isinstance(f, Constant) and f.value == 2), None)
        if two is not None:
            factors.remove(two)
            yield w.to(product(factors)), reason
        alone = w.case.again(bidirectional=False)
        found = None if alone is None else alone.macs if w.word == "macs" else alone.count
        if found is not None and getattr(w.case.layer, "layers", 1) != 1:
            yield w.to(found), reason


def _state_width(w: Working) -> Iterator[Change]:
    """Both directions in what a layer or a state reads, where one is, and the reverse."""
    if not _cell(w) or not getattr(w.case.layer, "bidirectional", False):
        return
    h = symbols(w.formula).get("h")
    if h is None:
        return
    read = _in_gates(w, lambda n: _other(n, "d", 2 * h, h))
    if read is not None and read.value != w.formula.value:
        yield w.to(read), "the second layer of cells reads both directions of the first"
    kept = _in_gates(w, lambda n: _other(n, "h", h, 2 * h))
    if kept is not None and kept.value != w.formula.value:
        yield w.to(kept), "a direction reads its own state, not that of both"


def _other(node: Formula, name: str, old: Size, new: Size) -> Formula:
    """A sum with another value for a letter."""
    assert isinstance(node, Sum)
    return added([
        (s, var(name, new) if isinstance(t, Var) and t.symbol == name and t.value == old else t)
        for s, t in node.terms
    ])  # fmt: skip


def _one_offset(w: Working) -> Iterator[Change]:
    """One offset for each unit, whatever the gates."""
    bare, h = (without_ones(w.formula), symbols(w.formula).get("h")) if _cell(w) else (None, None)
    if bare is not None and h is not None and GATES[w.case.layer.word] > 1:
        yield w.to(bare + h), "each gate has offsets of its own"


def _whole_sequence(w: Working) -> Iterator[Change]:
    """All steps side by side for the input of a step."""
    x = w.case.input
    if x is None or len(x.sizes) != 2 or getattr(w.case.layer, "layers", 1) != 1:
        return
    steps, width = x.sizes
    found = _in_gates(w, lambda n: _other(n, "d", width, steps * width))
    if found is not None and found.value != w.formula.value:
        yield w.to(found), f"a step reads its own {render(width)} numbers, not those of all steps"


def _turned(w: Working) -> Iterator[Change]:
    """The widths of the input and of the state exchanged."""
    own = symbols(w.formula) if _cell(w) else {}
    if {"d", "h"} <= own.keys() and getattr(w.case.layer, "layers", 1) == 1:
        found = valued(w.formula, {"d": own["h"], "h": own["d"]})
        if found is not None:
            yield w.to(found), "what comes in and what goes out are exchanged"


def _one_layer(w: Working) -> Iterator[Change]:
    if _cell(w) and getattr(w.case.layer, "layers", 1) != 1:
        one = w.case.again(layers=1, dropout=0.0)
        found = None if one is None else one.macs if w.word == "macs" else one.count
        if found is not None:
            number = render(getattr(w.case.layer, "layers", 1))
            yield w.to(found), f"there are {number} layers of cells"


GATE_SLIPS = (
    Slip("gates-miscounted", "a gate too few or too many is counted", _gates, deep=True),
    Slip(
        "recurrent-matrix-forgotten", "the recurrent matrix is forgotten", _no_recurrence, deep=True
    ),
    Slip("input-matrix-forgotten", "the matrix of the input is forgotten", _no_input, deep=True),
    Slip("recurrent-biases", "one offset for two, or two for one", _biases, deep=True),
    Slip("steps-multiplied", "the steps are multiplied in", _steps, deep=True),
    Slip("one-direction", "one direction is counted, not both", _one_way, deep=True),
    Slip("one-layer", "one layer of cells is counted, not all", _one_layer),
    Slip("state-width", "one direction is read for both, or both for one", _state_width, deep=True),
    Slip("one-bias", "one offset is counted for all gates", _one_offset),
    Slip("whole-sequence", "a step is taken to read all steps", _whole_sequence, deep=True),
    Slip("widths-swapped", "input and state are exchanged", _turned),
    Slip("other-gates", "another number of gates is counted", _far_gates),
)
STEP_SLIPS = (
    Slip("one-step", "one step is counted, not all", _one_step, deep=True),
    *(s for s in GATE_SLIPS if s.name in {
        "gates-miscounted", "recurrent-matrix-forgotten", "input-matrix-forgotten", "one-direction",
        "one-layer", "state-width", "widths-swapped", "other-gates",
    }),
)  # fmt: skip
