"""Slips in counting the weights and the work of recurrent layers: gates·(d + h + biases)·h."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from specc.claims.slips.rewrite import added, constant, nodes, rebuilt, without
from specc.claims.slips.slip import Change, Slip, Working
from specc.formula import Constant, Formula, Product, Sum, Var, product
from specc.sizes import render

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
    own = GATES.get(w.case.layer.word, 1)
    if not _cell(w) or own == 1:
        return
    names = ", ".join(getattr(w.case.layer, "gates", ()))
    for other in (3 if own == 4 else 4, 1):
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
    several = _cell(w) or w.case.entry.place.steps != 1
    found = without(w.formula, ("T",)) if several else None
    if found is not None:
        yield w.to(found), "that is one step; the cell works at each"


def _one_way(w: Working) -> Iterator[Change]:
    both = getattr(w.case.layer, "bidirectional", False)
    if _cell(w) and both and isinstance(w.formula, Product):
        first, *rest = w.formula.factors
        if first.value == 2 and rest:
            yield w.to(product(rest)), "the other direction has weights of its own"


def _one_layer(w: Working) -> Iterator[Change]:
    if _cell(w) and getattr(w.case.layer, "layers", 1) != 1:
        one = w.case.again(layers=1, dropout=0.0)
        if one is not None and one.count is not None:
            number = render(getattr(w.case.layer, "layers", 1))
            yield w.to(one.count), f"there are {number} layers of cells"


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
)
STEP_SLIPS = (
    Slip("one-step", "one step is counted, not all", _one_step, deep=True),
    *(s for s in GATE_SLIPS if s.name in {
        "gates-miscounted", "recurrent-matrix-forgotten", "input-matrix-forgotten", "one-direction"
    }),
)  # fmt: skip
