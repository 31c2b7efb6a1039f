"""The usual slips: what a wrong figure would be the right answer to.

Each slip is a recomputation from the layer's own rule. The first that gives the claimed figure explains it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from specc.claims import slips_params, slips_sizes, slips_sums, slips_work
from specc.claims.again import Case, case_of
from specc.claims.guess import Guess
from specc.claims.outcome import Value, same
from specc.claims.subjects import Subject, Tables

Slip = Callable[[Case], Iterator[Guess]]

SLIPS: Mapping[str, tuple[Slip, ...]] = {
    "params": slips_params.SLIPS,
    "trainable": slips_params.SLIPS,
    "weights": slips_params.SLIPS,
    "output": slips_sizes.SLIPS,
    "macs": slips_work.MACS,
    "receptive_field": slips_work.FIELD,
}
"""The slips of each figure of a layer, the most telling first."""


def explain_slip(tables: Tables, subject: Subject, word: str, claimed: Value) -> str:
    """The sentence of the slip that gives the claimed figure; empty where none does."""
    found = next((g for g in _guesses(tables, subject, word) if same(claimed, g.value)), None)
    return found.sentence if found is not None else ""


def _guesses(tables: Tables, subject: Subject, word: str) -> Iterable[Guess]:
    case = case_of(subject)
    if case is not None:
        return (guess for slip in SLIPS.get(word, ()) for guess in slip(case))
    return slips_sums.guesses(tables, subject) if word in {"params", "trainable"} else ()
