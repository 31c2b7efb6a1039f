"""Looking for the slips that give a figure: one, or two at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import TypeAlias

from msgspec.structs import replace

from specc.claims.figures import FIGURES
from specc.claims.outcome import Value
from specc.claims.slips import earlier, further, kinds, sums, work
from specc.claims.slips.params import BIASES, PARAMS, TRAINABLE, WEIGHTS
from specc.claims.slips.sizes import AXIS, SIZES
from specc.claims.slips.slip import Change, Finding, Slip, Working
from specc.claims.slips.start import start
from specc.claims.slips.together import one_in_several, two_at_once
from specc.claims.subjects import Subject, Tables
from specc.sizes import SizeLimit

Matches: TypeAlias = Callable[[Value], bool]
"""Whether a value is the claimed one."""

SLIPS: Mapping[str, tuple[Slip, ...]] = {
    "params": PARAMS,
    "trainable": TRAINABLE,
    "weights": WEIGHTS,
    "biases": BIASES,
    "output": (*SIZES, *further.SIZES, *kinds.SIZES),
    "macs": work.MACS,
    "flops": work.FLOPS,
    "memory": work.MEMORY,
    "receptive_field": work.FIELD,
}
"""The slips of each figure of a layer, the most telling first."""

PAIRS = 4_000
"""Pairs of slips that are tried for one figure."""
COUNTED = frozenset({"params", "weights", "macs", "flops", "memory"})
"""Figures of which another layer's may be given by mistake."""
SMALL = 100
"""Numbers up to which that may be chance."""
VAGUE = frozenset({"one-too-many"})
"""Slips that say little, and nothing where another one gives the same figure."""
CHANCE = 0.03
"""Pairs explain nothing where so large a share of the numbers of this size is the result of some pair."""


PAIRED = frozenset({
    "bias-forgotten", "one-bias", "input-channels-forgotten", "in-out-swapped", "groups-ignored",
    "kernel-not-squared", "flatten-of-wrong-map", "one-copy", "convention", "norm-one", "moving-averages",
    "tied-twice", "projection-forgotten", "heads-multiplied", "gates-miscounted", "recurrent-biases",
    "recurrent-matrix-forgotten", "input-matrix-forgotten", "one-direction", "one-layer", "first-width",
    "one-head", "steps-multiplied", "one-step",
    "flops-for-macs", "macs-for-flops", "bias-additions", "wrong-positions", "scores-forgotten",
    "one-product", "length-once", "one-place", "biases-included", "doubles",
    "halves", "bytes-forgotten", "partial-connections",
    *(s.name for s in (*SIZES, *work.FIELD) if s.name not in {"one-too-many", "other-legal-size"}),
})  # fmt: skip
"""Slips common enough to be made two at a time; with rarer ones nearly every number could be explained."""


def slips_of(word: str) -> tuple[Slip, ...]:
    """The slips of a figure; a word that is no figure names an axis of an output."""
    return SLIPS.get(word, AXIS)


def diagnose(
    tables: Tables, subject: Subject, word: str, matches: Matches, *, exact: bool = True
) -> tuple[Finding, ...]:
    """Every slip that gives the claimed figure, each way once; pairs only where none does alone.

    A rounded figure (`exact` is False) fits too many pairs to say anything of them.
    """
    single = _distinct(f for f in alternatives(tables, subject, word) if matches(f.value))
    working = start(tables, subject, word) if exact else None
    if exact and working is None:
        known = {f.slips[0].name for f in single}
        several = _sums(one_in_several, tables, subject, word, matches)
        single = (*single, *(f for f in several if f.slips[0].name not in known))
    if single or not exact:
        return tuple(f for f in single if f.slips[0].name not in VAGUE) or single
    if word != "output" and (follows := _earlier(tables, subject, word, matches)):
        return follows
    if working is None:
        return _sums(two_at_once, tables, subject, word, matches)
    return (
        _pairs(working, word, matches)
        or _earlier(tables, subject, word, matches)
        or tuple(_of_another(tables, subject, word, matches))
    )


def _of_another(tables: Tables, subject: Subject, word: str, matches: Matches) -> Iterator[Finding]:
    """The same figure of another layer of the network, where it is no small number."""
    if word not in COUNTED or subject.network is None:
        return
    for entry in tables.entries(subject.network):
        other = replace(subject, text=entry.row.label, entries=(entry,))
        found = FIGURES[word](other)
        value = None if found is None else found.value
        if isinstance(value, int) and value > SMALL and matches(value):
            slip = Slip("other-layer", "the figure of another layer is given", _nothing)
            yield Finding((slip,), value, f"that is {entry.row.label}")
            return


def _nothing(w: Working) -> Iterator[Change]:
    """A slip that changes no working."""
    del w
    return iter(())


def _earlier(tables: Tables, subject: Subject, word: str, matches: Matches) -> tuple[Finding, ...]:
    """Errors in the sizes before, carried on: each network value once."""
    found = earlier.findings(tables, subject, word)
    return _distinct(f for f in found if matches(f.value))


def _sums(
    look: Callable[..., tuple[Finding, ...]],
    tables: Tables,
    subject: Subject,
    word: str,
    matches: Matches,
) -> tuple[Finding, ...]:
    """Slips in several layers of a sum."""
    whole = sums.whole_of(subject, word)
    if not isinstance(whole, int):
        return ()
    return look(sums.workings_of(tables, subject, word), whole, slips_of(word), matches)


def alternatives(tables: Tables, subject: Subject, word: str) -> Iterator[Finding]:
    """Every wrong figure that one slip leads to, with its way."""
    working = start(tables, subject, word)
    if working is None:
        yield from sums.findings(tables, subject, word, slips_of(word))
        return
    right = working.value
    for slip in slips_of(word):
        for changed, reason in _changes(slip, working):
            if changed.value != right:
                yield _finding((slip,), changed, reason, working)


def _finding(slips: tuple[Slip, ...], working: Working, reason: str, right: Working) -> Finding:
    shape = len(working.parts) > 1
    parts = working.parts if shape else (working.whole,)
    value: Value = tuple(p.value for p in parts) if shape else parts[0].value
    return Finding(slips, value, reason, parts, right=right.parts)


def _changes(slip: Slip, working: Working) -> list[Change]:
    """The workings that a slip leads to; none where it has no meaning."""
    try:
        found = list(slip.change(working))
        return found if working.shape else [c for c in found if len(c[0].parts) == 1]
    except (ArithmeticError, SizeLimit, TypeError, ValueError):
        return []


def _pairs(working: Working, word: str, matches: Matches) -> tuple[Finding, ...]:
    """Two slips at once, where that is no chance hit."""
    found: list[Finding] = []
    values: set[Value] = set()
    right = working.value
    for finding in islice(_double(working, word), PAIRS):
        if finding.value != right:
            values.add(finding.value)
            if matches(finding.value):
                found.append(finding)
    if not found or _crowded(values, found[0].value):
        return ()
    return _distinct(_by_slips(found))


def _double(working: Working, word: str) -> Iterator[Finding]:
    slips = [s for s in slips_of(word) if s.name in PAIRED]
    deep = [s for s in slips if s.deep]
    for first in slips:
        for once, reason in _changes(first, working):
            if once.value == working.value:
                continue
            for second in deep:
                if second.name == first.name:
                    continue
                for twice, other in _changes(second, once):
                    if twice.value not in {once.value, working.value}:
                        yield _finding((first, second), twice, f"{reason}, and {other}", working)


def _crowded(values: Iterable[Value], claimed: Value) -> bool:
    """Whether so many numbers near the claimed one come from some pair that this one says little."""
    if not isinstance(claimed, int) or claimed <= 0:
        return False
    near = sum(1 for v in values if isinstance(v, int) and claimed <= 2 * v and v <= 2 * claimed)
    return near > CHANCE * 1.5 * claimed


def _by_slips(found: Iterable[Finding]) -> Iterator[Finding]:
    """One finding for each pair, whichever slip comes first."""
    seen: set[frozenset[str]] = set()
    for finding in found:
        names = frozenset(s.name for s in finding.slips)
        if names not in seen:
            seen.add(names)
            yield finding


def _distinct(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """The first finding of every slip and way."""
    seen: dict[tuple[tuple[str, ...], str], Finding] = {}
    for finding in found:
        way = finding.way or finding.reason
        seen.setdefault((tuple(s.name for s in finding.slips), way), finding)
    return tuple(seen.values())
