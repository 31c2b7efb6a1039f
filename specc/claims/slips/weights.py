"""The weights of a layer with and without its offsets, from which many slips depart."""

from __future__ import annotations

from specc.claims.again import Case
from specc.claims.slips.rewrite import without_ones
from specc.claims.slips.slip import Working
from specc.count.add import add_up
from specc.count.weights import parameters
from specc.formula import Constant, Formula, Product, Sum, product, total
from specc.layers.base import Inference
from specc.sizes import Size


def biases_of(case: Case) -> Size:
    """How many offsets the layer has, copies included."""
    own = parameters(case.entry.stage) if case.entry.stage is not None else ()
    return case.entry.row.times * add_up(p.count.value for p in own if p.kind == "bias")


def kernel_of(case: Case) -> Formula:
    """The weights without the biases, in the order of the layer's own formula: 5·5·1·6."""
    if case.entry.stage is None or case.entry.stage.ties:
        own = parameters(case.entry.stage) if case.entry.stage is not None else ()
        return total(p.count for p in own if p.kind == "weight")
    return kernel_in(case.inference)


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
    if w.formula.value != w.case.entry.row.counted.value or biases_of(w.case) == 0:
        return None
    own = kernel_of(w.case)
    times = w.case.entry.row.times
    found = own if times == 1 else product((times, own))
    return found if found.value != 0 else None
