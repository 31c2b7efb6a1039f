"""The right working of a layer's figure, from which slips depart."""

from __future__ import annotations

from specc.claims.again import Case, case_of
from specc.claims.slips.sizes import shape_of
from specc.claims.slips.slip import Working
from specc.claims.slips.weights import biases_of, kernel_of
from specc.claims.subjects import Subject, Tables
from specc.claims.upstream import field_working
from specc.count.memory import FLOAT
from specc.formula import Constant, Formula, product
from specc.types import Tensor


def start(tables: Tables, subject: Subject, word: str) -> Working | None:
    """None where the subject is no single layer, or the figure has no working."""
    case = case_of(subject)
    if case is None or not isinstance(case.inference.outputs[0][1], Tensor):
        return None
    if word == "output":
        return Working(case, tables, shape_of(case.inference), shape=True)
    formula = _formula(case, word)
    return None if formula is None else Working(case, tables, (formula,))


def _formula(case: Case, word: str) -> Formula | None:
    row = case.entry.row
    match word:
        case "params" | "trainable":
            return row.counted if row.formula is not None else Constant(0)
        case "memory":
            return FLOAT * row.counted if row.formula is not None else Constant(0)
        case "weights":
            return _times(case, kernel_of(case))
        case "biases":
            return Constant(biases_of(case))
        case "macs" | "flops":
            macs = case.entry.macs or Constant(0)
            return 2 * macs if word == "flops" else macs
        case "receptive_field":
            return field_working(case.entry)
        case _:
            rules = (r.formula for r in case.inference.sizes if r.axis == word)
            return next(rules, None)


def _times(case: Case, formula: Formula) -> Formula:
    times = case.entry.row.times
    return formula if times == 1 else product((times, formula))
