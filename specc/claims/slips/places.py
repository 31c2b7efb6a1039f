"""Slips in counting what is done at every position, node or edge, and in normalising."""

from __future__ import annotations

from collections.abc import Iterator

from specc.claims.slips.rewrite import rebuilt, symbols, valued, without
from specc.claims.slips.slip import Change, Slip, Working
from specc.formula import Constant, Formula, Product, Sum, Var, formula, product, total
from specc.sizes import Size, render
from specc.types import Graph

PLACES = {"nodes": "nodes", "edges": "edges", "n_time": "positions", "n_length": "positions",
          "T": "positions", "n": "positions"}  # fmt: skip
"""The letters in a count of work that say at how many places a layer works, and what they are."""


def _places(w: Working) -> dict[str, Size]:
    macs = w.case.inference.macs
    own = symbols(macs) if macs is not None else {}
    return {name: own[name] for name in PLACES if name in own and own[name] != 1}


def _multiplied(w: Working) -> Iterator[Change]:
    if w.formula.value == 0 or w.case.layer.word in _CELLS:
        return
    for name, number in _places(w).items():
        reason = f"all {render(number)} {PLACES[name]} share the weights"
        yield w.to(product((w.formula, formula(number)))), reason


_CELLS = frozenset({"rnn", "lstm", "gru"})


def _one_place(w: Working) -> Iterator[Change]:
    for name, number in _places(w).items():
        found = without(w.formula, (name,)) if w.case.layer.word not in _CELLS else None
        if found is not None:
            yield w.to(found), f"that is one of {render(number)} {PLACES[name]}"


def _other_places(w: Working) -> Iterator[Change]:
    """Work at each node taken for work at each edge, and the reverse."""
    graph = _graph(w)
    own = symbols(w.formula)
    for mine, other in (("nodes", "edges"), ("edges", "nodes")):
        if graph is not None and mine in own:
            found = valued(w.formula, {mine: getattr(graph, other)})
            if found is not None:
                yield w.to(found), f"it is done for each of the {mine}, not of the {other}"


def _graph(w: Working) -> Graph | None:
    kinds = (k for b in w.tables.program.networks for _, k in b.inputs)
    return next((k for k in kinds if isinstance(k, Graph)), None)


# ------------------------------------------------------------------- attention


def _one_length(w: Working) -> Iterator[Change]:
    """T·T·d with one T: every position meets every other."""
    if w.case.layer.word == "attention" and isinstance(w.formula, Sum):
        *first, (sign, last) = w.formula.terms
        found = rebuilt(last, _once)
        if sign == 1 and found is not None and found.value != last.value:
            reason = "every position meets every other: the length counts twice"
            yield w.to(total((*(t for _, t in first), found))), reason


def _once(node: Formula) -> Formula:
    """A product with each letter for a length once."""
    if not isinstance(node, Product):
        return node
    seen: set[str] = set()
    kept = []
    for part in node.factors:
        letter = part.symbol if isinstance(part, Var) else ""
        if letter not in seen or letter not in {"T", "S"}:
            kept.append(part)
        if letter == "S" and "T" in seen:
            kept.pop()
        seen.add(letter)
    return product(kept)


def _some_biases(w: Working) -> Iterator[Change]:
    """The offsets of one projection for those of all."""
    own = symbols(w.formula)
    if w.case.layer.word == "attention" and isinstance(own.get("d"), int) and "m" not in own:
        width = own["d"]
        bare = rebuilt(w.formula, _unbiased)
        if bare is not None and bare.value != w.formula.value:
            yield w.to(bare + width), "each of the four projections has offsets, not only the last"
            reason = "the projection of the joined heads has offsets too"
            yield w.to(bare + 3 * width), reason


def _unbiased(node: Formula) -> Formula | None:
    if not isinstance(node, Sum) or not any(t == Constant(1) for _, t in node.terms):
        return node
    kept = [t for _, t in node.terms if t != Constant(1)]
    return total(kept)


# ------------------------------------------------------------------------ norm


def _norm(w: Working) -> bool:
    return w.case.layer.word.endswith("_norm") and w.case.input is not None


def _invented(w: Working) -> Iterator[Change]:
    """A scale and an offset where nothing is learnt."""
    x = w.case.input
    if _norm(w) and w.formula.value == 0 and x is not None and x.sizes:
        width = x.sizes[0] if x.axes[:1] == ("channels",) else x.sizes[-1]
        reason = f"this {w.case.layer.word} learns nothing: affine=false"
        yield w.to(product((2, width))), reason
        yield w.to(formula(width)), reason


def _per_group(w: Working) -> Iterator[Change]:
    groups = getattr(w.case.layer, "groups", None)
    if _norm(w) and groups is not None and w.formula.value != 0:
        reason = f"each channel has its own, not each of the {render(groups)} groups"
        yield w.to(2 * formula(groups)), reason
    elif _norm(w) and w.formula.value != 0:
        yield w.to(Constant(2)), "each channel or feature has its own, not the layer as a whole"


def _offset_too(w: Working) -> Iterator[Change]:
    if w.case.layer.word == "rms_norm" and w.formula.value != 0:
        yield w.to(2 * w.formula), "rms_norm has a scale and no offset"


def _last_axis(w: Working) -> Iterator[Change]:
    """Scales of all positions."""
    x = w.case.input
    if not _norm(w) or x is None or len(x.sizes) < 2 or w.formula.value == 0:
        return
    if x.axes[:1] == ("channels",) and w.formula.value == 2 * x.sizes[0]:
        return  # that is told of its channels
    every = 2 * product(x.sizes)
    if every.value != w.formula.value:
        yield w.to(every), "a scale and an offset are shared by all positions"


PARAMS = (
    Slip("places-multiplied", "the places that share the weights are multiplied in", _multiplied,
         deep=True),
    Slip("some-biases", "the offsets of some projections are forgotten", _some_biases),
    Slip("norm-invented", "a norm that learns nothing is given weights", _invented),
    Slip("norm-per-group", "one pair of numbers for a group or layer", _per_group),
    Slip("offset-added", "an offset is counted that the norm has not", _offset_too),
    Slip("norm-positions", "every position is counted", _last_axis),
)  # fmt: skip
MACS = (
    Slip("one-place", "one place is counted, not all", _one_place, deep=True),
    Slip("other-places", "nodes are taken for edges, or edges for nodes", _other_places, deep=True),
    Slip("length-once", "the length of a sequence counts once, not twice", _one_length, deep=True),
)
