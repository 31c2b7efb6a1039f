"""The weights of a layer with and without its offsets, from which many slips depart."""

from __future__ import annotations

from specc.claims.again import Case
from specc.claims.slips.rewrite import without_ones
from specc.claims.slips.slip import Working
from specc.formula import Constant, Formula, Product, Sum, product, total
from specc.layers.base import Inference
from specc.sizes import Size


def biases_of(case: Case) -> Size:
    """How many offsets one copy of the layer has."""
    biases = case.entry.row.biases
    return 0 if biases is None else biases.value


def kernel_of(case: Case) -> Formula:
    """The weights without the biases, in the order of the layer's own formula: 5·5·1·6."""
    weights = case.entry.row.weights or Constant(0)
    own = kernel_in(case.inference)
    return own if own.value == weights.value else weights


def kernel_in(inference: Inference) -> Formula:
    """`(5·5·1 + 1)·6` without its `+ 1`; the sum of the weights where the count has another form."""
    match inference.count:
        case Product(_, (Sum(_, ((1, weights_), (1, Constant(1)))), *rest)):
            flat = weights_.factors if isinstance(weights_, Product) else (weights_,)
            return product((*flat, *rest))
        case _:
            return total(p.count for p in inference.parameters if p.kind == "weight")


def kernel_at(w: Working) -> Formula | None:
    """The formula at hand without offsets; None where it has none."""
    bare = without_ones(w.formula)
    if bare is not None:
        return bare if bare.value != 0 else None
    row = w.case.entry.row
    if row.formula is None or w.formula.value != row.formula.value or biases_of(w.case) == 0:
        return None
    own = kernel_of(w.case)
    return own if own.value != 0 else None
