"""Recurrent layers step by step: nn.RNN, nn.LSTM and nn.GRU with their weights' names and orders of gates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from specc.byhand import scalar as s
from specc.byhand.activations import ELEMENTS
from specc.byhand.array import Array, build, dropped, each, joined, picked, reshaped
from specc.byhand.modules import MODULES, Forward, Weights, linear
from specc.byhand.notes import note
from specc.byhand.scalar import Scalar

States = tuple[Array, ...]


class Cell(Struct, frozen=True):
    """One cell in one direction: its weights, how many units, and the name of the time in notes."""

    weights: Weights
    name: str
    units: int
    bound: str = "tanh"

    def read(self, way: str, x: Array) -> Array:
        """W·x + b for all gates; `way` is `ih` or `hh`."""
        w = self.weights
        return linear(x, w[f"weight_{way}_{self.name}"], w.get(f"bias_{way}_{self.name}"))

    def gate(self, values: Array, number: int) -> Array:
        """The part of one gate."""
        return picked(values, -1, range(number * self.units, (number + 1) * self.units))

    def gates(self, x: Array, h: Array) -> Array:
        """W·x + U·h + b for all gates."""
        return each(s.add, self.read("ih", x), self.read("hh", h))


Step = Callable[[Cell, Array, States, str], States]
"""From the input and the old states to the new ones, the output first; the text is `[t]` for notes."""


def _rnn(cell: Cell, x: Array, states: States, at: str) -> States:
    """h′ = tanh(W·x + U·h + b)."""
    return (note(f"h{at}", each(ELEMENTS[cell.bound], cell.gates(x, states[0]))),)


def _lstm(cell: Cell, x: Array, states: States, at: str) -> States:
    """c′ = f·c + i·g, h′ = o·tanh(c′)."""
    h, c = states
    whole = cell.gates(x, h)
    i, f, o = (note(f"{n}{at}", each(s.sigmoid, cell.gate(whole, k))) for n, k in _LSTM)
    g = note(f"g{at}", each(s.tanh, cell.gate(whole, 2)))
    new = note(f"c{at}", each(lambda a, b, d, e: s.dot([a, d], [b, e]), f, c, i, g))
    out = note(f"h{at}", each(lambda a, b: s.multiply(a, s.tanh(b)), o, new))
    projection = cell.weights.get(f"weight_hr_{cell.name}")
    if projection is not None:
        out = note(f"y{at}", linear(out, projection, None))
    return out, new


_LSTM = (("i", 0), ("f", 1), ("o", 3))


def _gru(cell: Cell, x: Array, states: States, at: str) -> States:
    """h′ = (1 − z)·n + z·h, with the reset gate behind the product as in cuDNN."""
    (h,) = states
    reads, keeps = cell.read("ih", x), cell.read("hh", h)
    r, z = (
        note(f"{name}{at}", each(_sum_sigmoid, cell.gate(reads, k), cell.gate(keeps, k)))
        for k, name in enumerate("rz")
    )
    inner = each(s.multiply, r, cell.gate(keeps, 2))
    n = note(f"n{at}", each(lambda a, b: s.tanh(s.add(a, b)), cell.gate(reads, 2), inner))
    mixed = each(lambda a, b, d: s.dot([s.subtract(s.ONE, a), a], [b, d]), z, n, h)
    return (note(f"h{at}", mixed),)


def _sum_sigmoid(a: Scalar, b: Scalar) -> Scalar:
    return s.sigmoid(s.add(a, b))


# ----------------------------------------------------------------------- modules


def _module(step: Step, states: int) -> Callable[..., Forward]:
    def make(weights: Weights, features: int, units: int, *_: Any, **options: Any) -> Forward:
        del features
        return lambda x, start=None: _run(step, states, weights, units, options, x, start)

    return make


def _run(
    step: Step, states: int, weights: Weights, units: int, options: dict[str, Any], x: Array, start: Any
) -> tuple[Array, Any]:  # fmt: skip
    """All outputs [B, T, n], and the last states [layers, B, n]."""
    ways = ("", "_reverse") if options.get("bidirectional") else ("",)
    layers = int(options.get("num_layers", 1))
    ends: list[States] = []
    for level in range(layers):
        outputs: list[Array] = []
        for number, way in enumerate(ways):
            bound = str(options.get("nonlinearity", "tanh"))
            cell = Cell(weights, f"l{level}{way}", units, bound)
            first = _first(start, level * len(ways) + number)
            several = layers > 1 or len(ways) > 1
            made, end = _through(step, states, cell, x, first, several, bool(way))
            outputs.append(made)
            ends.append(end)
        x = outputs[0] if len(outputs) == 1 else joined(outputs, 2)
    last = [_stacked([end[k] for end in ends]) for k in range(states)]
    return x, last[0] if states == 1 else tuple(last)


def _first(start: Any, number: int) -> States | None:
    if start is None:
        return None
    listed = start if isinstance(start, tuple) else (start,)
    return tuple(dropped(a, 0, number) for a in listed)


def _stacked(arrays: list[Array]) -> Array:
    return joined([reshaped(a, (1, *a.sizes)) for a in arrays], 0)


def _through(
    step: Step, states: int, cell: Cell, x: Array, start: States | None, several: bool, back: bool
) -> tuple[Array, States]:
    """One cell along the sequence; backwards its outputs still stand at their positions."""
    batch, time = x.sizes[:2]
    width = cell.weights[f"weight_hh_{cell.name}"].sizes[1]
    zeros = tuple(Array((batch, n), (s.ZERO,) * (batch * n)) for n in (width, cell.units)[:states])
    now = start or zeros
    outputs: list[Array] = []
    for t in reversed(range(time)) if back else range(time):
        at = f"[{t}]" if not several else f"_{cell.name}[{t}]"
        now = step(cell, dropped(x, 1, t), now, at)
        outputs.append(reshaped(now[0], (batch, 1, width)))
    return joined(outputs[::-1] if back else outputs, 1), now


MODULES.update(
    {"nn.RNN": _module(_rnn, 1), "nn.LSTM": _module(_lstm, 2), "nn.GRU": _module(_gru, 1)}
)


# ----------------------------------------------------------------------- helpers


def run_lstm(
    lstm: Forward, x: Array, start: Any = None, last: bool = False, flipped: bool = False
) -> tuple[Array, Array, Array]:
    """All outputs (or the last), and the last states."""
    outputs, (h, c) = lstm(x, start)
    return (
        _kept(outputs, last, flipped),
        dropped(h, 0, -1 % h.sizes[0]),
        dropped(c, 0, -1 % c.sizes[0]),
    )


def run_recurrent(
    cells: Forward, x: Array, start: Any = None, last: bool = False, flipped: bool = False
) -> tuple[Array, Array]:
    """All outputs (or the last), and the last state."""
    outputs, h = cells(x, start)
    return _kept(outputs, last, flipped), dropped(h, 0, h.sizes[0] - 1)


def run_states(
    cells: Forward, x: Array, start: Any = None, last: bool = False, flipped: bool = False
) -> tuple[Array, ...]:
    """All outputs (or the last), the last states of the top layer, and those of every cell."""
    outputs, ends = cells(x, start)
    states = ends if isinstance(ends, tuple) else (ends,)
    each_cell = [[dropped(state, 0, k) for k in range(state.sizes[0])] for state in states]
    ways = outputs.sizes[2] // each_cell[0][0].sizes[1]
    tops = [joined(found[-ways:], 1) for found in each_cell]
    kept = last_outputs(outputs) if last and ways > 1 else _kept(outputs, last, flipped)
    return kept, *tops, *(cell for found in each_cell for cell in found)


def _kept(outputs: Array, last: bool, flipped: bool) -> Array:
    time = outputs.sizes[1]
    if flipped:
        outputs = picked(outputs, 1, range(time - 1, -1, -1))
    return dropped(outputs, 1, time - 1) if last else outputs


def last_outputs(x: Array) -> Array:
    """Where each direction ends: [B, T, 2n] to [B, 2n], the second direction's at the start."""
    half = x.sizes[2] // 2
    forward, backward = (picked(x, 2, range(a, a + half)) for a in (0, half))
    return joined([dropped(forward, 1, x.sizes[1] - 1), dropped(backward, 1, 0)], 1)


def valid_first(x: Array, mask: Array) -> Array:
    """The positions in front where the mask is true, in their order."""

    def source(row: int, place: int) -> int:
        return sorted(range(x.sizes[1]), key=lambda t: not mask[(row, t)].value)[place]

    return build(x.sizes, lambda i: x[(i[0], source(i[0], i[1]), *i[2:])])


def spread_valid(x: Array, mask: Array) -> Array:
    """The outputs back at the positions where the mask is true; elsewhere the one before, or 0."""

    def value(i: tuple[int, ...]) -> Scalar:
        place = sum(bool(mask[(i[0], t)].value) for t in range(i[1] + 1)) - 1
        return x[(i[0], place, *i[2:])] if place >= 0 else s.ZERO

    return build(x.sizes, value)


HELPERS: dict[str, Callable[..., Any]] = {
    "run_lstm": run_lstm,
    "run_recurrent": run_recurrent,
    "run_states": run_states,
    "last_outputs": last_outputs,
    "valid_first": valid_first,
    "spread_valid": spread_valid,
}
