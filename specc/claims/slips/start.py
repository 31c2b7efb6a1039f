"""The right working of a layer's figure, from which slips depart."""

from __future__ import annotations

from specc.claims.again import Case, case_of
from specc.claims.slips.sizes import shape_of
from specc.claims.slips.slip import Working
from specc.claims.slips.weights import kernel_of
from specc.claims.subjects import Subject, Tables
from specc.claims.upstream import field_working
from specc.count.memory import FLOAT
from specc.formula import Constant, Formula, gathered
from specc.sizes import Size
from specc.types import Tensor


def start(tables: Tables, subject: Subject, word: str) -> Working | None:
    """None where the subject is no single layer, or the figure has no working."""
    case = case_of(subject)
    if case is None or not isinstance(case.inference.outputs[0][1], Tensor):
        return None
    if word == "output":
        return Working(case, tables, shape_of(case.inference), shape=True)
    formula = _formula(case, word)
    if formula is None:
        return None
    return Working(case, tables, (formula,), times=_times(case, word), word=word)


def _formula(case: Case, word: str) -> Formula | None:
    """The formula of one copy."""
    row = case.entry.row
    match word:
        case "params":
            return row.formula or Constant(0)
        case "trainable":
            return trained(case)
        case "memory":
            return FLOAT * row.formula if row.formula is not None else Constant(0)
        case "weights":
            return kernel_of(case)
        case "biases":
            return gathered(row.biases) if row.biases is not None else Constant(0)
        case "macs" | "flops":
            macs = case.inference.macs or Constant(0)
            return 2 * macs if word == "flops" else macs
        case "receptive_field":
            return field_working(case.entry)
        case _:
            rules = (r.formula for r in case.inference.sizes if r.axis == word)
            return next(rules, None)


def trained(case: Case) -> Formula:
    """What is learnt of one copy: nothing where it is frozen, no moving averages."""
    row = case.entry.row
    if row.formula is None or not row.trainable:
        return Constant(0)
    own = case.inference.count
    return row.formula if row.non_trainable == 0 or own is None else own


def _times(case: Case, word: str) -> Size:
    place = case.entry.place
    if word in {"macs", "flops"}:
        return place.times * place.steps
    return case.entry.row.times if word in _COUNTED else 1


_COUNTED = frozenset({"params", "trainable", "memory", "weights", "biases"})
