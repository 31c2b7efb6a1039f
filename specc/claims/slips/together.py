"""A sum after several slips: one in all layers of a kind or in two layers, or two at once.

The ways are tried in the order in which they are likely. A way that gives so many of the numbers near the
claimed one that any number would be hit explains nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations, islice
from typing import TypeAlias

from specc.claims.outcome import Value
from specc.claims.slips.slip import Change, Finding, Slip, Working
from specc.formula import Constant
from specc.sizes import SizeLimit

Matches: TypeAlias = Callable[[Value], bool]
"""Whether a value is the claimed one."""

LAYERS = 40
"""Layers of a sum in which two slips are looked for."""
TRIED = 60_000
"""Numbers that are tried in one way."""
ALONE, JOINED, APART = 0.15, 0.06, 0.005
"""So large a share of the numbers around the claimed one may be given by one slip in several layers, by two
of which one is everywhere, and by two in two layers; where it is larger, a hit says nothing."""
USUAL = frozenset({
    "bias-forgotten", "one-bias", "input-channels-forgotten", "kernel-not-squared", "in-out-swapped",
    "groups-ignored", "flatten-of-wrong-map", "moving-averages", "norm-one", "pooling-parameters", "one-copy",
    "layer-missing", "layer-twice", "projection-forgotten", "heads-multiplied", "recurrent-biases",
    "gates-miscounted", "recurrent-matrix-forgotten", "tied-twice", "wrong-positions", "weights-once",
    "scores-forgotten", "one-step", "one-product", "convention",
})  # fmt: skip
"""Slips that are looked for in two places at once; the others are too rare to be told from chance there."""


@dataclass(frozen=True, slots=True)
class Made:
    """What a slip makes of one layer of the sum."""

    slip: Slip
    layer: int
    value: int
    reason: str
    working: Working | None = None


@dataclass(frozen=True, slots=True)
class Parts:
    """The layers of a sum that slips may change, and what else is in the sum."""

    workings: tuple[Working, ...]
    whole: int

    @property
    def numbers(self) -> list[int]:
        """The right figures of the layers."""
        return [_whole(w) for w in self.workings]

    def name(self, layer: int) -> str:
        """The path of a layer."""
        return self.workings[layer].case.entry.row.path

    def kind(self, layer: int) -> str:
        """The word of a layer: conv."""
        return self.workings[layer].case.layer.word


Way: TypeAlias = Callable[[Parts, tuple[Slip, ...], list[Made]], Iterator[Finding]]
"""Sums that slips lead to in one way."""


def one_in_several(
    workings: list[Working], whole: Value, slips: tuple[Slip, ...], matches: Matches
) -> tuple[Finding, ...]:
    """One slip in all layers of a kind, or in two layers."""
    return _first_way(((_in_kinds, ALONE), (_in_two, ALONE)), workings, whole, slips, matches)


def two_at_once(
    workings: list[Working], whole: Value, slips: tuple[Slip, ...], matches: Matches
) -> tuple[Finding, ...]:
    """Two slips: both everywhere, one of them in one layer, or each in one layer."""
    ways = ((_everywhere, JOINED), (_and_once, JOINED), (_apart, APART))
    return _first_way(ways, workings, whole, slips, matches)


def _first_way(
    ways: tuple[tuple[Way, float], ...],
    workings: list[Working],
    whole: Value,
    slips: tuple[Slip, ...],
    matches: Matches,
) -> tuple[Finding, ...]:
    """What the first way says that gives the claimed sum; nothing where it may be chance."""
    if not isinstance(whole, int) or not 1 < len(workings) <= LAYERS:
        return ()
    parts = Parts(tuple(workings), whole)
    made = _made(parts, (*slips, *LAYER_SLIPS))
    for way, chance in ways:
        found = _told(islice(way(parts, slips, made), TRIED), parts, matches, chance)
        if found:
            return found
    return ()


def _told(
    found: Iterable[Finding], parts: Parts, matches: Matches, chance: float
) -> tuple[Finding, ...]:
    """The findings that match, each family of them where it seldom matches."""
    families: dict[str, list[Finding]] = {}
    for finding in found:
        if finding.value != parts.whole:
            name = finding.slips[0].name if len(finding.slips) == 1 else ""
            families.setdefault(name, []).append(finding)
    return tuple(
        hit for family in families.values() for hit in _hits(family, parts.whole, matches, chance)
    )


def _hits(family: list[Finding], whole: int, matches: Matches, chance: float) -> list[Finding]:
    hits = [f for f in family if matches(f.value)]
    if not hits or _by_chance({f.value for f in family}, hits[0], whole, chance):
        return []
    seen: dict[tuple[frozenset[str], str], Finding] = {}
    for hit in hits:
        seen.setdefault((frozenset(s.name for s in hit.slips), hit.reason), hit)
    return list(seen.values())


def _by_chance(values: set[Value], hit: Finding, whole: int, chance: float) -> bool:
    assert isinstance(hit.value, int)
    reach = max(10, abs(hit.value - whole) // 4)
    near = sum(1 for v in values if isinstance(v, int) and abs(v - hit.value) <= reach)
    return near - 1 > chance * 2 * reach


# ------------------------------------------------------------------ of a layer


def _missing(w: Working) -> Iterator[Change]:
    yield w.to(Constant(0)), f"the layer is missing: {w.whole.working()}"


def _twice(w: Working) -> Iterator[Change]:
    yield w.to(2 * w.formula), f"the layer is counted twice: {w.whole.working()}"


LAYER_SLIPS = (
    Slip("layer-missing", "a layer is missing", _missing, deep=True),
    Slip("layer-twice", "a layer is counted twice", _twice, deep=True),
)
"""What happens to a layer in a sum alone."""


def changed(slip: Slip, working: Working) -> list[Change]:
    """The workings of a number that a slip leads to; none where it has no meaning or changes nothing."""
    try:
        found = [c for c in slip.change(working) if len(c[0].parts) == 1]
        return [(w, reason) for w, reason in found if w.value != working.value]
    except (ArithmeticError, SizeLimit, TypeError, ValueError):
        return []


def _whole(working: Working) -> int:
    value = working.whole.value
    return value if isinstance(value, int) else 0


def _made(parts: Parts, slips: tuple[Slip, ...]) -> list[Made]:
    """Every slip in every layer."""
    return [
        Made(slip, at, _whole(w), reason, w)
        for at, working in enumerate(parts.workings)
        for slip in slips
        for w, reason in changed(slip, working)
    ]


def _first(made: Iterable[Made]) -> list[Made]:
    """The most telling change of each slip in each layer; every convention is one of its own."""
    kept: dict[tuple[str, int], Made] = {}
    for one in made:
        kept.setdefault((_kind(one), one.layer), one)
    return list(kept.values())


def _kind(made: Made) -> str:
    return made.reason if made.slip.name == "convention" else made.slip.name


def _usual(made: Iterable[Made]) -> list[Made]:
    return [m for m in made if m.slip.name in USUAL]


# -------------------------------------------------------------------- the ways


def _in_kinds(parts: Parts, slips: tuple[Slip, ...], made: list[Made]) -> Iterator[Finding]:
    """One slip in all layers of one kind: in all conv."""
    del slips
    numbers = parts.numbers
    groups: dict[tuple[Slip, str, str], list[Made]] = {}
    for one in _first(made):
        groups.setdefault((one.slip, _kind(one), parts.kind(one.layer)), []).append(one)
    for (slip, said, kind), ones in groups.items():
        if len(ones) > 1 and slip not in LAYER_SLIPS:
            value = parts.whole + sum(m.value - numbers[m.layer] for m in ones)
            text = said if slip.name == "convention" else slip.text
            yield Finding((slip,), value, f"in every {kind}: {text}")


def _in_two(parts: Parts, slips: tuple[Slip, ...], made: list[Made]) -> Iterator[Finding]:
    """One slip in two layers."""
    del slips
    for one, other in combinations(_usual(_first(made)), 2):
        if one.slip.name == other.slip.name and one.layer != other.layer:
            where = f"{parts.name(one.layer)} and {parts.name(other.layer)}"
            yield Finding((one.slip,), _both(parts, one, other), f"in {where}: {one.slip.text}")


def _apart(parts: Parts, slips: tuple[Slip, ...], made: list[Made]) -> Iterator[Finding]:
    """Two slips in two layers."""
    del slips
    for one, other in combinations(_usual(_first(made)), 2):
        if one.slip.name != other.slip.name and one.layer != other.layer:
            reason = ", and ".join(f"{parts.name(m.layer)}: {m.reason}" for m in (one, other))
            yield Finding((one.slip, other.slip), _both(parts, one, other), reason)


def _both(parts: Parts, one: Made, other: Made) -> int:
    numbers = parts.numbers
    return parts.whole + one.value - numbers[one.layer] + other.value - numbers[other.layer]


def _everywhere(parts: Parts, slips: tuple[Slip, ...], made: list[Made]) -> Iterator[Finding]:
    """Two slips, each wherever it has a meaning."""
    deep = [s for s in slips if s.deep and s.name in USUAL]
    for slip, text, workings in _spread(parts, made):
        once = sum(map(_whole, workings))
        for second in deep:
            twice = [next((c[0] for c in changed(second, w)), w) for w in workings]
            value = sum(map(_whole, twice))
            if second.name != slip.name and value != once:
                reason = f"in all layers: {text}, and {second.text}"
                yield Finding((slip, second), parts.whole + value - sum(parts.numbers), reason)


def _and_once(parts: Parts, slips: tuple[Slip, ...], made: list[Made]) -> Iterator[Finding]:
    """One slip wherever it has a meaning, and another in one layer."""
    deep = [s for s in (*slips, *LAYER_SLIPS) if s.deep and s.name in USUAL]
    for slip, text, workings in _spread(parts, made):
        value = parts.whole + sum(map(_whole, workings)) - sum(parts.numbers)
        for at, working in enumerate(workings):
            for second in (s for s in deep if s.name != slip.name):
                for w, reason in changed(second, working)[:1]:
                    said = f"in all layers: {text}, and in {parts.name(at)}: {reason}"
                    yield Finding((slip, second), value + _whole(w) - _whole(working), said)


def _spread(parts: Parts, made: list[Made]) -> Iterator[tuple[Slip, str, list[Working]]]:
    """The workings of all layers after each slip, unchanged where it has no meaning; with what it is.

    Another convention is that of the whole, even where one layer alone is counted otherwise.
    """
    by_slip: dict[tuple[Slip, str], dict[int, Made]] = {}
    for one in _usual(_first(made)):
        by_slip.setdefault((one.slip, _kind(one)), {})[one.layer] = one
    for (slip, _), ones in by_slip.items():
        whole = len(ones) > 1 or slip.name == "convention"
        if whole and slip not in LAYER_SLIPS:
            text = next(iter(ones.values())).reason if slip.name == "convention" else slip.text
            changed = {at: one.working for at, one in ones.items()}
            yield slip, text, [changed.get(at) or w for at, w in enumerate(parts.workings)]
