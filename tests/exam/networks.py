"""Random networks with the wrong totals that slips in several layers give, by formulas of the test's own."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field


@dataclass
class Layer:
    """A layer with its figures: right, and after each slip that has a meaning in it."""

    text: str
    kind: str
    right: int
    wrong: dict[str, int] = field(default_factory=dict)
    both: dict[frozenset[str], int] = field(default_factory=dict)

    def after(self, *slips: str) -> int:
        """The parameters after one slip or two, where they have a meaning."""
        known = frozenset(s for s in slips if s in self.wrong)
        if len(known) == 2:
            return self.both[known]
        return self.wrong[next(iter(known))] if known else self.right


@dataclass
class Net:
    """Layers on an image, and their parameters."""

    size: int
    channels: int
    layers: list[Layer]

    @property
    def spec(self) -> str:
        """The network N."""
        layers = "\n      -> ".join(f"{one.text} as L{i}" for i, one in enumerate(self.layers))
        start = f"in x: image[{self.channels}, {self.size}, {self.size}]"
        return f"specc 1\n\nnetwork N {{\n    {start}\n    x -> {layers}\n}}\n"

    @property
    def whole(self) -> int:
        """The right total."""
        return sum(one.right for one in self.layers)

    def total(self, after: Callable[[int, Layer], tuple[str, ...]]) -> int:
        """The total when each layer suffers the slips that `after` gives it."""
        return sum(one.after(*after(at, one)) for at, one in enumerate(self.layers))


def conv(c: int, f: int, k: int, text: str = "") -> Layer:
    """A convolution."""
    one = k * k * c
    return Layer(
        text or f"conv({f}, {k}x{k}, padding={k // 2})", "conv", (one + 1) * f,
        {"bias-forgotten": one * f, "one-bias": one * f + 1, "kernel-not-squared": (k * c + 1) * f,
         "input-channels-forgotten": (k * k + 1) * f},
        {frozenset({"bias-forgotten", "kernel-not-squared"}): k * c * f,
         frozenset({"bias-forgotten", "input-channels-forgotten"}): k * k * f,
         frozenset({"one-bias", "kernel-not-squared"}): k * c * f + 1,
         frozenset({"one-bias", "input-channels-forgotten"}): k * k * f + 1,
         frozenset({"kernel-not-squared", "input-channels-forgotten"}): (k + 1) * f},
    )  # fmt: skip


def linear(m: int, n: int, text: str = "") -> Layer:
    """A fully connected layer."""
    return Layer(
        text or f"linear({n})", "linear", (m + 1) * n,
        {"bias-forgotten": m * n, "one-bias": m * n + 1},
    )  # fmt: skip


def drawn(r: random.Random) -> Net:
    """Two or three convolutions with pooling, then two or three fully connected layers."""
    size, channels = r.choice([16, 24, 32]), r.choice([1, 3])
    layers, c, n = [], channels, size
    for _ in range(r.choice([2, 3])):
        f, k = r.randint(4, 40), r.choice([3, 5])
        layers += [conv(c, f, k), Layer("max_pool(2x2)", "max_pool", 0)]
        c, n = f, n // 2
    m = c * n * n
    for at in range(r.choice([2, 3])):
        wide = r.randint(8, 150)
        layers.append(linear(m, wide, f"flatten -> linear({wide})" if at == 0 else ""))
        m = wide
    return Net(size, channels, layers)


SPREAD = ("bias-forgotten", "one-bias", "kernel-not-squared", "input-channels-forgotten")
TWO = (("bias-forgotten", "kernel-not-squared"), ("bias-forgotten", "input-channels-forgotten"),
       ("kernel-not-squared", "one-bias"))  # fmt: skip


def one_slip(net: Net) -> Iterator[tuple[frozenset[str], int]]:
    """One slip: in all layers, in those of one kind, in one layer, in two."""
    for slip in SPREAD:
        has = [at for at, one in enumerate(net.layers) if slip in one.wrong]
        chosen = [set(has), *({at} for at in has), {has[0], has[-1]}]
        chosen += [{at for at in has if net.layers[at].kind == kind} for kind in ("conv", "linear")]
        for which in chosen:
            if which:
                yield (
                    frozenset({slip}),
                    net.total(lambda at, _, s=slip, w=which: (s,) if at in w else ()),
                )


def two_slips(net: Net) -> Iterator[tuple[frozenset[str], int]]:
    """Two slips: both everywhere; one everywhere and one in a layer; a layer missing or twice besides."""
    for first, second in TWO:
        yield frozenset({first, second}), net.total(lambda _, __, f=first, s=second: (f, s))
        at = next(i for i, one in enumerate(net.layers) if second in one.wrong)
        yield (
            frozenset({first, second}),
            net.total(lambda i, _, f=first, s=second, a=at: (f, s) if i == a else (f,)),
        )
    for slip in ("bias-forgotten", "kernel-not-squared"):
        whole = net.total(lambda _, __, s=slip: (s,))
        for one in (net.layers[0], net.layers[-1]):
            yield frozenset({slip, "layer-missing"}), whole - one.after(slip)
            yield frozenset({slip, "layer-twice"}), whole + one.after(slip)
