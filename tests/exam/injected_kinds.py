"""Random layers of further kinds with wrong figures that slips give, by formulas of the test's own."""

from __future__ import annotations

import random
from collections.abc import Callable

from tests.exam.injections import Injected, network


def table(r: random.Random) -> Injected:
    """An embedding of tokens."""
    t, v, d = r.randint(3, 20), r.randint(30, 900), r.randint(4, 128)
    found = Injected(network(f"tokens[{t}, vocab={v}]", f"embedding({d})"))
    found.right = {"params": v * d, "output": (t, d), "macs": 0}
    found.slip("params", "table-side", v, d, (v + 1) * d, v * d + v)
    found.slip("params", "steps-multiplied", t * v * d)
    found.slip("params", "bias-added", v * d + d)
    found.slip("output", "table-side", (t, v), (v, d))
    found.slip("output", "axes-order", (d, t))
    found.slip("macs", "looked-up", t * v * d)
    return found


def signal(r: random.Random) -> Injected:
    """A convolution along a signal."""
    c, f, k = r.randint(2, 12), r.randint(2, 24), r.choice([3, 5, 7])
    n, s, p = r.randint(20, 90), r.choice([1, 2, 3]), r.choice([0, 1, 2])
    found = Injected(network(f"signal[{c}, {n}]", f"conv({f}, {k}, stride={s}, padding={p})"))
    long = (n + 2 * p - k) // s + 1
    found.right = {"params": (k * c + 1) * f, "output": (f, long), "macs": k * c * f * long}
    found.slip("params", "bias-forgotten", k * c * f)
    found.slip("params", "kernel-axes", (k * k * c + 1) * f)
    found.slip("params", "input-channels-forgotten", (k + 1) * f)
    found.slip("params", "bias-per-channel", k * c * f + c * f)
    found.slip("params", "in-out-swapped", (k * f + 1) * c)
    found.slip("output", "maps-multiplied", (c * f, long))
    found.slip("output", "channels-forgotten", (long,))
    found.slip("output", "stride-forgotten", (f, n + 2 * p - k + 1))
    found.slip("macs", "weights-once", k * c * f, (k * c + 1) * f)
    found.slip("macs", "wrong-positions", k * c * f * n)
    return found


def volume(r: random.Random) -> Injected:
    """A convolution of a volume."""
    c, f, k = r.randint(1, 6), r.randint(2, 12), r.choice([3, 5])
    d, h, w = r.randint(8, 16), r.randint(17, 30), r.randint(17, 30)
    found = Injected(network(f"volume[{c}, {d}, {h}, {w}]", f"conv({f}, {k}x{k}x{k})"))
    deep, high, wide = d - k + 1, h - k + 1, w - k + 1
    one = k**3 * c
    found.right = {"params": (one + 1) * f, "output": (f, deep, high, wide),
                   "macs": one * f * deep * high * wide}  # fmt: skip
    found.slip("params", "bias-forgotten", one * f)
    found.slip("params", "kernel-axes", (k * k * c + 1) * f)
    found.slip("params", "kernel-not-squared", (k * c + 1) * f)
    found.slip("output", "axis-forgotten", (f, high, wide))
    found.slip("output", "axis-kept", (f, d, high, wide))
    found.slip("macs", "one-axis", one * f * high * wide)
    found.slip("macs", "kernel-axes", k * k * c * f * deep * high * wide)
    return found


def depthwise(r: random.Random) -> Injected:
    """A convolution with a kernel for each channel."""
    c, k, n = r.randint(3, 40), r.choice([3, 5]), r.randint(8, 30)
    found = Injected(network(f"image[{c}, {n}, {n}]", f"conv({c}, {k}x{k}, groups={c})"))
    out = n - k + 1
    found.right = {
        "params": (k * k + 1) * c,
        "output": (c, out, out),
        "macs": k * k * c * out * out,
    }
    found.slip("params", "groups-ignored", (k * k * c + 1) * c)
    found.slip("params", "bias-forgotten", k * k * c)
    found.slip("params", "groups-miscounted", k * k + c, (k * k + 1) * c * c)
    found.slip("params", "one-output", k * k + 1)
    found.slip("output", "maps-multiplied", (c * c, out, out))
    found.slip("macs", "groups-ignored", k * k * c * c * out * out)
    return found


def slope(r: random.Random) -> Injected:
    """`prelu`, whose one slope is learnt; pools and maps that only rearrange."""
    c, h, w, f = r.randint(2, 40), r.randint(2, 9), r.randint(2, 9), r.choice([2, 3])
    word = r.choice(["prelu", f"pixel_shuffle({f})", f"upsample(scale={f})", "global_avg_pool",
                     f"adaptive_avg_pool({f}x{f})", "flatten"])  # fmt: skip
    if word.startswith("pixel"):
        c = c * f * f
    if word.startswith("adaptive"):
        h, w = f * f * h, f * f * w
    found = Injected(network(f"image[{c}, {h}, {w}]", word))
    match word.partition("(")[0]:
        case "prelu":
            found.right = {"params": 1}
            found.slip("params", "slopes", c, 0)
            found.slip("params", "outputs-counted", c * h * w)
        case "pixel_shuffle":
            found.right = {"output": (c // (f * f), f * h, f * w)}
            found.slip("output", "shuffle-miscounted", (c // f, f * h, f * w), (c // (f * f), h, w),
                       (c * f * f, f * h, f * w), (c // (f * f), f * f * h, f * f * w))  # fmt: skip
            found.slip("output", "input-channels-kept", (c, f * h, f * w))
        case "upsample":
            found.right = {"output": (c, f * h, f * w)}
            found.slip("output", "scale-miscounted", (f * c, f * h, f * w), (f * f * c, f * h, f * w),
                       (c, f * f * h, f * f * w))  # fmt: skip
        case "global_avg_pool":
            found.right = {"output": (c,)}
            found.slip("output", "pooled-wrongly", (c, 1, 1), (1, h, w), (h * w,), (1,))
        case "adaptive_avg_pool":
            found.right = {"output": (c, f, f)}
            found.slip("output", "pooled-wrongly", (c, h // f, w // f))
            found.slip("output", "input-copied", (c, h, w))
        case _:
            found.right = {"output": (c * h * w,)}
            found.slip("output", "flatten-of-wrong-map", (c,), (h * w,), (c, h * w), (c * h,))
            found.slip("output", "input-copied", (c, h, w))
    return found


def cells(r: random.Random) -> Injected:
    """Cells on top of each other and in both directions, in PyTorch's convention."""
    word, gates = r.choice([("lstm", 4), ("gru", 3)])
    d, h, t = r.randint(3, 40), r.randint(3, 40), r.randint(3, 20)
    both, layers = r.random() < 0.6, r.choice([1, 2])
    ways = 1 + both
    options = f", layers={layers}, bidirectional={str(both).lower()}"
    found = Injected(network(f"sequence[{t}, {d}]", f"{word}({h}{options})"))

    def whole(own: int = gates, reads: int = ways * h, state: int = h, first: int = d) -> int:
        return ways * own * h * (first + state + 2 + (reads + state + 2) * (layers - 1))

    found.right = {"params": whole(), "output": (t, ways * h)}
    found.slip("params", "other-gates", whole(own=2), *([whole(own=5)] if gates == 4 else []))
    found.slip("params", "gates-miscounted", whole(own=7 - gates), whole(own=1))
    found.slip("params", "one-bias", whole() - 2 * ways * layers * gates * h + h)
    found.slip("output", "axes-order", (ways * h, t))
    if layers == 2:
        found.slip("params", "first-width", 2 * ways * gates * h * (d + h + 2))
        found.slip("params", "one-layer", ways * gates * h * (d + h + 2))
    else:
        found.slip("params", "whole-sequence", whole(first=t * d))
        found.slip("params", "widths-swapped", ways * gates * d * (d + h + 2))
    if both:
        found.slip("params", "one-direction", whole() // 2)
        found.slip("params", "state-width", whole(state=2 * h))
        found.slip("output", "one-direction", (t, h))
    if both and layers == 2:
        found.slip("params", "state-width", whole(reads=h))
    return found


def heads(r: random.Random) -> Injected:
    """What a head of attention gives and has."""
    number, size, t = r.choice([2, 4, 8]), r.choice([4, 8, 16]), r.randint(3, 40)
    d = number * size
    found = Injected(network(f"sequence[{t}, {d}]", f"attention(heads={number})"))
    scores = t * t * d
    found.right = {"params": 4 * d * (d + 1), "output": (t, d), "macs": 4 * t * d * d + 2 * scores}
    found.slip("params", "values-forgotten", d * (d + 1))
    found.slip("params", "heads-multiplied", (3 * number + 1) * d * (d + 1))
    found.slip("output", "head-output", (t, size), (t, number * d), (t, t))
    found.slip("macs", "one-product", scores, 4 * t * d * d + 2 * number * scores,
               4 * t * d * d + 2 * scores // number)  # fmt: skip
    return found


def memory(r: random.Random) -> Injected:
    """Memory and the receptive field as an area."""
    c, f, k, n = r.randint(1, 6), r.randint(2, 12), r.choice([3, 5]), r.randint(9, 30)
    found = Injected(network(f"image[{c}, {n}, {n}]", f"conv({f}, {k}x{k})"))
    count, output = (k * k * c + 1) * f, f * (n - k + 1) ** 2
    found.right = {"memory": 4 * count, "receptive_field": k}
    found.slip("memory", "outputs-counted", 4 * output, 4 * count + 4 * output)
    found.slip("memory", "bytes-forgotten", count)
    found.slip("receptive_field", "own-window", k * k)
    return found


KINDS: dict[str, Callable[[random.Random], Injected]] = {
    "table": table, "signal": signal, "volume": volume, "depthwise": depthwise, "slope": slope,
    "cells": cells, "heads": heads, "memory": memory,
}  # fmt: skip
