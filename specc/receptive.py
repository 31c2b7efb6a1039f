"""Receptive fields: which positions of the input one output position can see, along every axis.

A `Field` says it exactly for chains of windows, through strides, upsampling and skips (the arithmetic
is that of Araujo, Norris and Sim, Distill 2019; positions between the strides of an upsampling layer
are told apart, which the closed form there does not do). What a merge sees is the hull of its branches.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import reduce
from math import gcd, lcm
from typing import TypeAlias

from msgspec import Struct

from specc.layers.base import Window
from specc.sizes import Size, bounds, known, render, size_max, size_min

HOPS = "hops"
"""The axis of a graph: how many edges away what is seen stands, plus one."""

LONGEST_PERIOD = 4096
"""Phases of an upsampling path that are told apart; beyond it a field counts as unknown."""


class Field(Struct, frozen=True):
    """What the output positions see: position `q·P + r` sees `lows[r] + q·shift` to `highs[r] + q·shift`.

    P is the number of phases, 1 where no upsampling layer is in the way. Ends are included.
    """

    lows: tuple[Size, ...] = (0,)
    highs: tuple[Size, ...] = (0,)
    shift: Size = 1

    @property
    def size(self) -> Size:
        """The number of input positions seen, the most of all phases; padding counts as seen."""
        spans = [h - low + 1 for low, h in zip(self.lows, self.highs, strict=True)]
        return spans[0] if len(set(spans)) == 1 else size_max(*spans)

    @property
    def jump(self) -> Size | Fraction:
        """How far the field moves on the input when the output moves by one."""
        phases = len(self.lows)
        if phases == 1 or not known(self.shift):
            return self.shift
        jump = Fraction(self.shift, phases)
        return jump.numerator if jump.denominator == 1 else jump

    @property
    def start(self) -> Size:
        """The first input position that output 0 sees; negative inside the padding."""
        return self.lows[0]

    def low(self, position: Size) -> Size:
        """The first input position seen from an output position."""
        return self._at(self.lows, position)

    def high(self, position: Size) -> Size:
        """The last input position seen from an output position."""
        return self._at(self.highs, position)

    def across(self, first: Size, last: Size) -> tuple[Size, Size]:
        """The first and the last input position seen from any of several output positions.

        Phases may see nothing, or further back than the one before; after a turn all are further on.
        """
        phases = len(self.lows)
        nothing = known(first) and known(last) and last < first
        if (phases == 1 and not nothing) or not known(first) or not known(last):
            return self.low(first), self.high(last)
        from_start = range(first, min(last, first + phases - 1) + 1)
        to_end = range(max(first, last - phases + 1), last + 1)
        lows = [self.low(p) for p in from_start if not self.blind(p)]
        highs = [self.high(p) for p in to_end if not self.blind(p)]
        if not lows or not highs:
            return self.low(first), self.low(first) - 1
        return size_min(*lows), size_max(*highs)

    def blind(self, position: int) -> bool:
        """Whether an output position sees nothing: it gets only the bias."""
        low, high = self.low(position), self.high(position)
        return known(low) and known(high) and high < low

    def _at(self, ends: tuple[Size, ...], position: Size) -> Size:
        if len(ends) == 1:
            return ends[0] + self.shift * position
        if not known(position):
            raise UnclearFieldError
        turn, phase = divmod(position, len(ends))
        return ends[phase] + self.shift * turn


class UnclearFieldError(Exception):
    """A field that has no simple form: a symbolic stride across the phases of an upsampling layer."""


class Everything(Struct, frozen=True):
    """The field after `flatten`, `linear` on a map, attention or global pooling: all positions."""


EVERYTHING = Everything()
Seen: TypeAlias = Field | Everything
Fields: TypeAlias = Mapping[tuple[str, str], Seen]
"""Per input port and axis of the body."""

POINT = Field()


def compose(outer: Seen, inner: Seen) -> Seen:
    """The field through two maps: `outer` looks at positions that themselves see `inner`."""
    if isinstance(outer, Everything) or isinstance(inner, Everything):
        return EVERYTHING
    if inner == POINT:
        return outer
    try:
        return _composed(outer, inner)
    except UnclearFieldError:
        return EVERYTHING


def _composed(outer: Field, inner: Field) -> Field:
    phases = _phases(outer, inner)
    lows, highs = [], []
    for position in range(phases):
        low, high = inner.across(outer.low(position), outer.high(position))
        lows.append(low)
        highs.append(high)
    moved = outer.low(phases) - outer.low(0)
    shift = inner.low(moved) - inner.low(0)
    return Field(tuple(lows), tuple(highs), shift)


def _phases(outer: Field, inner: Field) -> int:
    """After how many output positions both maps repeat."""
    own, below = len(outer.lows), len(inner.lows)
    if below == 1:
        return own
    if not known(outer.shift):
        raise UnclearFieldError
    phases = own * (below // gcd(below, outer.shift))
    if phases > LONGEST_PERIOD:
        raise UnclearFieldError
    return phases


def union(fields: Iterable[Seen]) -> Seen:
    """The hull of what several branches see."""
    return reduce(_hull, fields)


def _hull(left: Seen, right: Seen) -> Seen:
    if isinstance(left, Everything) or isinstance(right, Everything) or left == right:
        return left if isinstance(left, Everything) else right
    phases = lcm(len(left.lows), len(right.lows))
    a, b = _unrolled(left, phases), _unrolled(right, phases)
    if a.shift != b.shift or phases > LONGEST_PERIOD:
        return EVERYTHING
    ends = [_both(a, b, i) for i in range(phases)]
    return Field(tuple(low for low, _ in ends), tuple(high for _, high in ends), a.shift)


def _both(a: Field, b: Field, phase: int) -> tuple[Size, Size]:
    """What a phase sees in either of two fields; where one sees nothing, what the other does."""
    if a.blind(phase) or b.blind(phase):
        seeing = b if a.blind(phase) else a
        return seeing.lows[phase], seeing.highs[phase]
    lows, highs = (a.lows[phase], b.lows[phase]), (a.highs[phase], b.highs[phase])
    return size_min(*lows), size_max(*highs)


def _unrolled(field: Field, phases: int) -> Field:
    """The same field, written with more phases."""
    if len(field.lows) == phases:
        return field
    lows = tuple(field.low(i) for i in range(phases))
    highs = tuple(field.high(i) for i in range(phases))
    return Field(lows, highs, field.shift * (phases // len(field.lows)))


def power(field: Seen, times: Size) -> Seen:
    """The field after `times` rounds of the same map, one after the other."""
    if isinstance(field, Everything) or field == POINT or times == 1:
        return field
    if field.shift == 1 and len(field.lows) == 1:
        return Field((field.lows[0] * times,), (field.highs[0] * times,), 1)
    return _squared(field, times) if known(times) else EVERYTHING


def _squared(field: Field, times: int) -> Seen:
    """Repeated squaring; a shrinking map cannot be repeated often, so the numbers stay small."""
    result: Seen = POINT
    step: Seen = field
    while times:
        if times & 1:
            result = compose(step, result)
        times >>= 1
        step = compose(step, step) if times else step
    return result


def window_field(window: Window) -> Seen:
    """What one output position of a layer sees along the axis of the window."""
    reach = (window.kernel - 1) * window.dilation
    if window.spans:
        lows, highs = zip(*window.spans, strict=True)
        return Field(lows, highs, window.stride)
    if window.up == 1:
        return Field((-window.before,), (reach - window.before,), window.stride)
    numbers = (window.up, window.kernel, window.dilation, window.before, window.stride)
    if not all(known(n) for n in numbers):
        return EVERYTHING
    return _upsampled(window)


def _upsampled(window: Window) -> Seen:
    """Output o gets input i where `o·stride + before = up·i + dilation·j` for a j of the kernel."""
    up, kernel, dilation, before, stride = (
        bounds(n)[0] or 0
        for n in (window.up, window.kernel, window.dilation, window.before, window.stride)
    )
    phases = up // gcd(up, stride)
    if max(phases, kernel) > LONGEST_PERIOD:
        return EVERYTHING
    lows: list[Size] = []
    highs: list[Size] = []
    for position in range(phases):
        at = position * stride + before
        seen = [(at - dilation * j) // up for j in range(kernel) if (at - dilation * j) % up == 0]
        # Position that gets only the bias (kernel < stride): an empty interval between neighbours.
        lows.append(min(seen, default=-((dilation * (kernel - 1) - at) // up)))
        highs.append(max(seen, default=lows[-1] - 1))
    return Field(tuple(lows), tuple(highs), phases * stride // up)


def render_seen(fields: Fields) -> str:
    """`14×14`, `all`, or nothing where the input has no axis to move along."""
    ports = list(dict.fromkeys(port for port, _ in fields))
    texts = [_axes_text({a: s for (p, a), s in fields.items() if p == port}) for port in ports]
    if len(set(texts)) <= 1:
        return texts[0] if texts else ""
    return ", ".join(f"{port} {text}" for port, text in zip(ports, texts, strict=True))


def _axes_text(seen: Mapping[str, Seen]) -> str:
    if all(isinstance(s, Everything) for s in seen.values()):
        return "all"
    return "×".join(seen_text(axis, s) for axis, s in seen.items())


def extent(axis: str, seen: Field) -> Size:
    """How far is seen: a number of positions along an axis, of hops along the edges of a graph."""
    return seen.size - 1 if axis == HOPS else seen.size


def seen_text(axis: str, seen: Seen) -> str:
    """`14` positions along an axis; `2 hops` along the edges of a graph."""
    if isinstance(seen, Everything):
        return "all"
    far = extent(axis, seen)
    if axis != HOPS:
        return render(far)
    return f"{render(far)} hop{'' if far == 1 else 's'}"
