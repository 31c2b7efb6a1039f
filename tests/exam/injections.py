"""Random layers with the wrong figures that known slips give, by formulas of the test's own."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from math import ceil

Value = int | tuple[int, ...]


@dataclass
class Injected:
    """A layer called L: its spec, and for each figure what every slip gives.

    A slip may give several figures, such as pooling with any of several made-up counts.
    """

    spec: str
    right: dict[str, Value] = field(default_factory=dict)
    wrong: dict[str, dict[str, list[Value]]] = field(default_factory=dict)

    def slip(self, figure: str, name: str, *values: Value) -> None:
        """Keep what a slip gives where that is wrong."""
        kept = [v for v in values if v != self.right[figure]]
        if kept:
            self.wrong.setdefault(figure, {}).setdefault(name, []).extend(kept)

    def all(self) -> Iterator[tuple[str, str, Value]]:
        """Every figure, slip and wrong value."""
        for figure, slips in self.wrong.items():
            for name, values in slips.items():
                yield from ((figure, name, v) for v in values)


def network(kind: str, layer: str, before: str = "") -> str:
    """A spec with one layer of interest."""
    return f"specc 1\n\nnetwork N {{\n    in x: {kind}\n    x -> {before}{layer} as L\n}}\n"


def conv(r: random.Random) -> Injected:
    """A convolution of an image."""
    g = r.choice([1, 1, 1, 2, 4])
    c, f = g * r.randint(1, 12), g * r.randint(1, 24)
    k, s, p, bias = (
        r.choice([1, 2, 3, 5, 7]),
        r.choice([1, 1, 2, 3]),
        r.choice([0, 0, 1, 2, 3]),
        r.random() < 0.8,
    )
    h, w = r.randint(8, 40), r.randint(8, 40)
    options = f", stride={s}, padding={p}, groups={g}" + ("" if bias else ", bias=false")
    found = Injected(network(f"image[{c}, {h}, {w}]", f"conv({f}, {k}x{k}{options})"))
    high, wide = (h + 2 * p - k) // s + 1, (w + 2 * p - k) // s + 1
    one, b = k * k * c // g, int(bias)
    found.right = {"params": (one + b) * f, "output": (f, high, wide), "macs": one * f * high * wide,
                   "flops": 2 * one * f * high * wide, "memory": 4 * (one + b) * f}  # fmt: skip
    if bias:
        found.slip("params", "bias-forgotten", one * f)
        found.slip("params", "one-bias", one * f + 1)
        found.slip("params", "bias-per-position", one * f + f * high * wide)
    else:
        found.slip("params", "bias-added", one * f + f)
    found.slip("params", "one-output", one + b)
    found.slip("params", "kernel-not-squared", (k * c // g + b) * f)
    found.slip("params", "spatial-size", (one + b) * f * high * wide)
    found.slip("params", "work-counted", one * f * high * wide)
    if g == 1:
        found.slip("params", "input-channels-forgotten", (k * k + b) * f)
        found.slip("params", "in-out-swapped", (k * k * f + b) * c)
    else:
        found.slip("params", "groups-ignored", (k * k * c + b) * f)
        found.slip("macs", "groups-ignored", k * k * c * f * high * wide)
    sizes(
        found, f, lambda n, k_=k, s_=s, p_=p, **_: (n + 2 * p_ - k_) // s_ + 1, (h, w), k, s, p, c
    )
    found.slip("macs", "weights-once", one * f, (one + b) * f)
    found.slip("macs", "flops-for-macs", 2 * one * f * high * wide)
    found.slip("macs", "bias-additions", one * f * high * wide + f * high * wide)
    found.slip("macs", "wrong-positions", one * f * h * w)
    found.slip("flops", "macs-for-flops", one * f * high * wide)
    found.slip("memory", "bytes-forgotten", (one + b) * f)
    found.slip("memory", "doubles", 8 * (one + b) * f)
    return found


def sizes(
    found: Injected,
    f: int,
    rule: Callable[..., int],
    axes: tuple[int, int],
    k: int,
    s: int,
    p: int,
    c: int,
) -> None:
    """The slips in the size of a sliding window."""

    def shape(**other: int) -> tuple[int, ...]:
        return (f, *(rule(n, **other) for n in axes))

    def rounded_up(n: int) -> int:
        return ceil((n + 2 * p - k) / s) + 1

    if p:
        found.slip("output", "padding-forgotten", shape(p_=0))
        found.slip("output", "padding-one-side", (f, *((n + p - k) // s + 1 for n in axes)))
    found.slip("output", "stride-forgotten", shape(s_=1))
    found.slip("output", "plus-one-forgotten", (f, *(rule(n) - 1 for n in axes)))
    found.slip("output", "rounding", (f, *map(rounded_up, axes)))
    first, *rest = shape()
    found.slip("output", "axes-order", (*rest, first))
    found.slip("output", "input-copied", (c, *axes))
    found.slip("output", "channels-forgotten", tuple(rest))
    found.slip("output", "input-channels-kept", (c, *rest))


def conv_transpose(r: random.Random) -> Injected:
    """A transposed convolution of an image."""
    c, f, k, s = r.randint(1, 24), r.randint(1, 24), r.choice([2, 3, 4, 5]), r.choice([1, 2, 2, 3])
    p, h, w = r.choice([0, 1]), r.randint(4, 20), r.randint(4, 20)
    found = Injected(
        network(f"image[{c}, {h}, {w}]", f"conv_transpose({f}, {k}x{k}, stride={s}, padding={p})")
    )
    high, wide = (h - 1) * s - 2 * p + k, (w - 1) * s - 2 * p + k
    one = k * k * c
    found.right = {"params": (one + 1) * f, "output": (f, high, wide), "macs": one * f * h * w}
    found.slip("params", "bias-forgotten", one * f)
    found.slip("params", "kernel-not-squared", (k * c + 1) * f)
    found.slip("params", "in-out-swapped", (k * k * f + 1) * c)
    found.slip("params", "input-channels-forgotten", (k * k + 1) * f)
    found.slip("params", "spatial-size", (one + 1) * f * high * wide)
    if h + 2 * p >= k and w + 2 * p >= k:
        found.slip(
            "output", "forward-formula", (f, (h + 2 * p - k) // s + 1, (w + 2 * p - k) // s + 1)
        )
    if s > 1:
        found.slip("output", "other-legal-size", (f, high + 1, wide + 1))
    found.slip("output", "size-times-stride", (f, h * s, w * s))
    found.slip("output", "padding-forgotten", (f, high + 2 * p, wide + 2 * p))
    found.slip("output", "stride-forgotten", (f, h - 1 - 2 * p + k, w - 1 - 2 * p + k))
    found.slip("output", "axes-order", (high, wide, f))
    found.slip("macs", "wrong-positions", one * f * high * wide)
    found.slip("macs", "weights-once", one * f)
    return found


def linear(r: random.Random) -> Injected:
    """A fully connected layer behind a flattened map."""
    c, h, w, n = r.randint(2, 16), r.randint(3, 12), r.randint(3, 12), r.randint(2, 200)
    found = Injected(network(f"image[{c}, {h}, {w}]", f"linear({n})", "relu -> flatten -> "))
    m = c * h * w
    found.right = {"params": (m + 1) * n, "macs": m * n, "output": (n,), "flops": 2 * m * n,
                   "weights": m * n, "biases": n}  # fmt: skip
    found.slip("params", "bias-forgotten", m * n)
    found.slip("params", "one-bias", m * n + 1)
    found.slip("params", "one-output", m + 1)
    found.slip("params", "in-out-swapped", (n + 1) * m)
    found.slip("params", "flatten-of-wrong-map", (c + 1) * n, (h * w + 1) * n)
    found.slip("params", "only-biases", n)
    found.slip("weights", "biases-included", (m + 1) * n)
    found.slip("biases", "one-bias", 1)
    found.slip("macs", "flops-for-macs", 2 * m * n)
    found.slip("flops", "macs-for-flops", m * n)
    found.slip("flops", "bias-additions", 2 * m * n + n)
    return found


def pool(r: random.Random) -> Injected:
    """A pooling layer."""
    word, c, k = r.choice(["max_pool", "avg_pool"]), r.randint(1, 32), r.choice([2, 3, 4])
    s, h, w = r.choice([k, k, 2, 1]), r.randint(8, 40), r.randint(8, 40)
    found = Injected(network(f"image[{c}, {h}, {w}]", f"{word}({k}x{k}, stride={s})"))
    found.right = {"params": 0, "output": (c, (h - k) // s + 1, (w - k) // s + 1)}
    found.slip("params", "pooling-parameters", k * k, k * k * c, (k * k + 1) * c, 2 * c)
    sizes(found, c, lambda n, k_=k, s_=s, **_: (n - k_) // s_ + 1, (h, w), k, s, 0, c)
    return found


def norm(r: random.Random) -> Injected:
    """A batch normalisation."""
    c, h, w = r.randint(1, 128), r.randint(2, 20), r.randint(2, 20)
    found = Injected(network(f"image[{c}, {h}, {w}]", "batch_norm"))
    found.right = {"params": 2 * c}
    found.slip("params", "norm-one", c)
    found.slip("params", "norm-four", 4 * c)
    found.slip("params", "moving-averages", 4 * c)
    found.slip("params", "norm-positions", 2 * c * h * w)
    return found


def attention(r: random.Random) -> Injected:
    """Multi-head attention of a sequence on itself."""
    heads, size, t = r.choice([2, 4, 8]), r.choice([4, 8, 16, 32]), r.randint(4, 40)
    d = heads * size
    found = Injected(network(f"sequence[{t}, {d}]", f"attention(heads={heads})"))
    found.right = {"params": 4 * d * (d + 1), "macs": 4 * t * d * d + 2 * t * t * d}
    found.slip("params", "bias-forgotten", 4 * d * d)
    found.slip("params", "heads-multiplied", heads * 4 * d * (d + 1))
    found.slip("params", "projection-forgotten", 3 * d * (d + 1))
    found.slip("params", "values-forgotten", 3 * d * (d + 1), 2 * d * (d + 1))
    found.slip("params", "one-head", 3 * size * (d + 1))
    found.slip("params", "some-biases", 4 * d * d + d, 4 * d * d + 3 * d)
    found.slip("params", "places-multiplied", t * 4 * d * (d + 1))
    found.slip("macs", "scores-forgotten", 4 * t * d * d, 2 * t * t * d)
    found.slip("macs", "one-product", 4 * t * d * d + t * t * d)
    found.slip("macs", "length-once", 4 * t * d * d + 2 * t * d)
    found.slip("macs", "flops-for-macs", 2 * (4 * t * d * d + 2 * t * t * d))
    return found


def positions(r: random.Random) -> Injected:
    """A fully connected layer at every position of a sequence, or at every node of a graph."""
    d, n, t = r.randint(2, 64), r.randint(2, 64), r.randint(3, 50)
    sequence = r.random() < 0.5
    kind = f"sequence[{t}, {d}]" if sequence else f"graph[nodes={t}, edges={3 * t}, node={d}]"
    found = Injected(network(kind, f"linear({n})"))
    found.right = {"params": (d + 1) * n, "macs": t * d * n, "flops": 2 * t * d * n}
    found.slip("params", "bias-forgotten", d * n)
    found.slip("params", "in-out-swapped", (n + 1) * d)
    found.slip("params", "places-multiplied", t * (d + 1) * n)
    found.slip("macs", "one-place", d * n)
    found.slip("macs", "flops-for-macs", 2 * t * d * n)
    found.slip("flops", "macs-for-flops", t * d * n)
    if not sequence:
        found.slip("macs", "other-places", 3 * t * d * n)
    return found


def norms(r: random.Random) -> Injected:
    """Normalisation by layer, group or instance, and by the root of the mean square."""
    g, t = r.choice([2, 3, 4]), r.randint(4, 30)
    c = g * r.randint(2, 30)
    word, kind = r.choice([
        ("layer_norm", f"sequence[{t}, {c}]"), ("rms_norm", f"sequence[{t}, {c}]"),
        (f"group_norm({g})", f"image[{c}, {t}, {t}]"), ("instance_norm", f"image[{c}, {t}, {t}]"),
    ])  # fmt: skip
    found = Injected(network(kind, word))
    if word == "instance_norm":
        found.right = {"params": 0}
        found.slip("params", "norm-invented", 2 * c, c)
        return found
    found.right = {"params": c if word == "rms_norm" else 2 * c}
    if word == "rms_norm":
        found.slip("params", "offset-added", 2 * c)
        return found
    places = t * t if word.startswith("group") else t
    found.slip("params", "norm-one", c)
    found.slip("params", "norm-positions", 2 * c * places)
    found.slip("params", "norm-four", 4 * c)
    found.slip("params", "norm-per-group", 2 * g if word.startswith("group") else 2)
    return found


def cross_attention(r: random.Random) -> Injected:
    """Attention of a sequence on another of other width and length."""
    heads, size, t = r.choice([2, 4]), r.choice([4, 8, 16]), r.randint(4, 20)
    d, s, m = heads * size, r.randint(21, 40), r.randint(3, 90)
    spec = (
        f"specc 1\n\nnetwork N {{\n    in x: sequence[{t}, {d}]\n    in y: sequence[{s}, {m}]\n"
        f"    out z = x -> attention(heads={heads}, memory=y) as L\n}}\n"
    )
    found = Injected(spec)
    params = (d + 1) * d + (m + 1) * 2 * d + (d + 1) * d
    found.right = {"params": params, "macs": 2 * t * d * d + s * m * 2 * d + 2 * t * s * d}
    found.slip("params", "bias-forgotten", params - 4 * d)
    found.slip("params", "heads-multiplied", heads * params)
    found.slip("params", "projection-forgotten", params - (d + 1) * d)
    found.slip("macs", "scores-forgotten", found.right["macs"] - 2 * t * s * d)  # type: ignore[operator]
    found.slip("macs", "one-product", found.right["macs"] - t * s * d)  # type: ignore[operator]
    return found


def field_of(r: random.Random) -> Injected:
    """The receptive field after three windows."""
    windows = [(r.choice([2, 3, 5]), r.choice([1, 2, 2])) for _ in range(3)]
    before = "".join(f"conv(4, {k}x{k}, stride={s}) -> " for k, s in windows[:2])
    k, s = windows[2]
    found = Injected(network("image[1, 64, 64]", f"conv(4, {k}x{k}, stride={s})", before))
    right, jump, late = 1, 1, 1
    for k, s in windows:
        right += (k - 1) * jump
        jump *= s
        late += (k - 1) * jump
    found.right = {"receptive_field": right}
    found.slip("receptive_field", "own-window", k)
    found.slip("receptive_field", "strides-forgotten", 1 + sum(k - 1 for k, _ in windows))
    found.slip("receptive_field", "kernels-added", sum(k for k, _ in windows))
    found.slip("receptive_field", "own-stride", late)
    return found


def recurrent(r: random.Random) -> Injected:
    """An LSTM, GRU or plain layer over a sequence, in PyTorch's convention of two offsets for a gate."""
    word, gates = r.choice([("lstm", 4), ("gru", 3), ("rnn", 1)])
    d, h, t = r.randint(2, 64), r.randint(2, 64), r.randint(3, 20)
    found = Injected(network(f"sequence[{t}, {d}]", f"{word}({h})"))
    found.right = {"params": gates * (d + h + 2) * h, "macs": t * gates * (d + h) * h}
    found.slip("params", "bias-forgotten", gates * (d + h) * h)
    found.slip("params", "recurrent-biases", gates * (d + h + 1) * h)
    found.slip("params", "recurrent-matrix-forgotten", gates * (d + 2) * h)
    found.slip("params", "input-matrix-forgotten", gates * (h + 2) * h)
    found.slip("params", "steps-multiplied", t * gates * (d + h + 2) * h)
    if gates > 1:
        found.slip("params", "gates-miscounted", (7 - gates) * (d + h + 2) * h, (d + h + 2) * h)
    found.slip("macs", "one-step", gates * (d + h) * h)
    found.slip("macs", "recurrent-matrix-forgotten", t * gates * d * h)
    found.slip("macs", "flops-for-macs", 2 * t * gates * (d + h) * h)
    return found


FAMILIES: dict[str, Callable[[random.Random], Injected]] = {
    "conv": conv, "conv_transpose": conv_transpose, "linear": linear, "pool": pool, "norm": norm,
    "attention": attention, "recurrent": recurrent, "receptive field": field_of,
    "positions": positions, "norms": norms, "cross attention": cross_attention,
}  # fmt: skip
