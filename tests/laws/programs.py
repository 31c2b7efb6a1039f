"""Random sound programs: chains, sums, joins, blocks, repetitions, attention; all sizes fit by construction.

A size is drawn with a witness number and a key that says how it was made, so that values are added or
joined only where their sizes are equal for every number that a free size may be.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from hypothesis import strategies as st

from tests.laws.blocks import BLOCKS

AXES = {"image": ("channels", "h", "w"), "signal": ("channels", "l"), "sequence": ("t", "features")}
POINTWISE = ("relu", "gelu", "tanh", "leaky_relu(0.2)", "dropout(0.1)", "prelu", "identity", "silu")
SMALL = st.sampled_from((1, 2, 3, 4, 6, 8))


@dataclass(frozen=True)
class Axis:
    """A size: its number where free sizes have their first values, and how it was made."""

    number: int
    key: str = ""

    def to(self, number: int, how: str) -> Axis:
        return Axis(number, f"{self.key}>{how}" if self.key else "")


@dataclass(frozen=True)
class Value:
    """A variable of a network: its kind (`image`, `signal`, `sequence` or `vector`) and its sizes."""

    name: str
    kind: str
    sizes: tuple[Axis, ...]

    @property
    def channels(self) -> int:
        return self.sizes[-1 if self.kind == "sequence" else 0].number

    def with_channels(self, number: int) -> Value:
        new = Axis(number)
        sizes = (*self.sizes[:-1], new) if self.kind == "sequence" else (new, *self.sizes[1:])
        return replace(self, sizes=sizes)

    def with_space(self, change: Callable[[int], int], how: str) -> Value:
        space = tuple(a.to(change(a.number), how) for a in self.sizes[1:])
        return replace(self, sizes=(self.sizes[0], *space))

    @property
    def space(self) -> int:
        """The smallest spatial size."""
        return min(a.number for a in self.sizes[1:])


@dataclass
class Stages:
    """A chain that is drawn stage after stage; `value` is what comes out so far."""

    draw: st.DrawFn
    value: Value
    texts: list[str] = field(default_factory=list)

    def pick(self, *words: str) -> str:
        return self.draw(st.sampled_from(words))

    def add(self, text: str, value: Value | None = None) -> None:
        self.texts.append(text)
        self.value = value or self.value

    def kernel(self, size: int) -> str:
        return f"{size}x{size}" if self.value.kind == "image" else str(size)

    # ------------------------------------------------------------ convolutions

    def conv(self, keep: bool = False) -> None:
        value = self.value
        kernel = self.draw(st.sampled_from([k for k in (1, 3, 5) if k <= value.space]))
        groups = self.draw(
            st.sampled_from([g for g in (1, 2, value.channels) if value.channels % g == 0])
        )
        channels = value.channels if keep else groups * self.draw(st.sampled_from((1, 2, 3)))
        stride = 1 if keep else self.draw(st.sampled_from((1, 1, 2, 3)))
        dilation = self.draw(st.sampled_from((1, 2)))
        wide = dilation * (kernel - 1)
        most = wide // 2 if keep else self.draw(st.sampled_from((0, wide // 2, "same")))
        padding = most if most == "same" or value.space + 2 * int(most) > wide else wide // 2
        options = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
        plain = {"stride": 1, "padding": 0, "dilation": 1, "groups": 1}
        written = [f"{n}={v}" for n, v in options.items() if v != plain[n]]
        written += ["bias=false"] if self.draw(st.booleans()) else []
        text = ", ".join([f"conv({channels}", self.kernel(kernel), *written])
        self.add(f"{text})", value.with_channels(channels))
        if padding == "same":
            self.space(lambda n: -(-n // stride), f"c{stride}")
        elif stride != 1 or 2 * int(padding) != wide:
            pad = 2 * int(padding) - wide
            self.space(lambda n: (n + pad - 1) // stride + 1, f"f{stride},{pad}")

    def space(self, change: Callable[[int], int], how: str) -> None:
        self.value = self.value.with_space(change, how)

    def transposed(self) -> None:
        channels, stride = self.draw(SMALL), self.draw(st.sampled_from((1, 2)))
        kernel = stride + self.draw(st.sampled_from((0, 1)))
        text = f"conv_transpose({channels}, {self.kernel(kernel)}, stride={stride})"
        self.add(text, self.value.with_channels(channels))
        self.space(lambda n: (n - 1) * stride + kernel, f"t{stride},{kernel}")

    def pool(self) -> None:
        word = self.pick("max_pool", "avg_pool")
        kernel = self.draw(st.sampled_from((2, 3)))
        stride = self.draw(st.sampled_from((1, 2, kernel)))
        if self.value.space < kernel:
            return
        up = self.draw(st.booleans())
        text = f"{word}({self.kernel(kernel)}, stride={stride}" + (
            ", ceil_mode=true)" if up else ")"
        )
        self.add(text)

        def pooled(n: int) -> int:
            steps = -(-(n - kernel) // stride) if up else (n - kernel) // stride
            return steps + (0 if up and steps * stride >= n else 1)

        self.space(pooled, f"p{kernel},{stride},{up}")

    def larger(self) -> None:
        factor = self.draw(st.sampled_from((2, 3)))
        self.add(f"upsample({factor})")
        self.space(lambda n: n * factor, f"u{factor}")

    def shuffled(self) -> None:
        if self.value.kind != "image":
            return
        self.add(f"conv({4 * self.value.channels}, 1x1)")
        self.add("pixel_shuffle(2)")
        self.space(lambda n: n * 2, "u2")

    def windows(self) -> None:
        """The windows of an image side by side, a signal; of sizes that are numbers."""
        value = self.value
        if value.kind != "image" or value.space < 2 or any(a.key for a in value.sizes):
            return
        stride = self.draw(st.sampled_from((1, 2)))
        self.add(f"unfold(2x2, stride={stride})")
        steps = [(a.number - 2) // stride + 1 for a in value.sizes[1:]]
        sizes = (Axis(4 * value.channels), Axis(steps[0] * steps[1]))
        self.value = replace(value, kind="signal", sizes=sizes)

    # --------------------------------------------------------------- the same shape

    def pointwise(self) -> None:
        self.add(self.pick(*POINTWISE))

    def mixed(self) -> None:
        groups = [g for g in (1, 2, 3) if self.value.channels % g == 0]
        self.add(f"channel_shuffle({self.draw(st.sampled_from(groups))})")

    def norm(self) -> None:
        c = self.value.channels
        if self.value.kind == "sequence":
            self.add(self.pick("layer_norm", "rms_norm", "layer_norm(bias=false)"))
        elif self.value.kind == "vector":
            self.add(self.pick("batch_norm", "layer_norm", "batch_norm(affine=false)"))
        else:
            if self.value.sizes[1:] and all(a.number == 1 for a in self.value.sizes[1:]):
                return
            group = f"group_norm({c if self.draw(st.booleans()) else 1})"
            self.add(self.pick("batch_norm", group, "instance_norm", "instance_norm(affine=true)"))

    def linear(self, keep: bool = False) -> None:
        n = self.value.channels if keep else self.draw(SMALL)
        bias = "" if self.draw(st.booleans()) else ", bias=false"
        self.add(f"linear({n}{bias})", self.value.with_channels(n))

    def attention(self) -> None:
        heads = [h for h in (1, 2, 3, 4) if self.value.channels % h == 0]
        options = [
            self.pick("", f", {name}=true") for name in ("causal", "add_bias_kv", "add_zero_attn")
        ]
        if name := self.value.name:  # what the chain begins with has as many positions
            options.append(self.pick("", f", mask=mean({name}, axis=features) > 0"))
            options.append(self.pick("", f", memory={name}", f", memory={name}, values={name}"))
            options[0] = "" if options[-1] else options[0]
        self.add(f"attention(heads={self.draw(st.sampled_from(heads))}{''.join(options)})")

    def repeated(self) -> None:
        inner = Stages(self.draw, replace(self.value, name=""))
        for _ in range(self.draw(st.integers(1, 2))):
            inner.draw(st.sampled_from(inner.keeping()))()
        if inner.texts:
            rounds = self.draw(st.sampled_from((1, 2, 3)))
            self.add(f"repeat {rounds} {{ {' -> '.join(inner.texts)} }}")

    def each(self) -> None:
        sizes = self.draw(st.lists(SMALL, min_size=1, max_size=3))
        listed = ", ".join(map(str, sizes))
        stage = f"conv(c, {self.kernel(1)}) -> relu" if self.spatial else "linear(c) -> relu"
        self.add(f"for c in [{listed}] {{ {stage} }}", self.value.with_channels(sizes[-1]))

    # ---------------------------------------------------------------- other kinds

    def flat(self) -> None:
        number = 1
        for axis in self.value.sizes:
            number *= axis.number
        keys = ",".join(a.key or str(a.number) for a in self.value.sizes)
        free = any(a.key for a in self.value.sizes)
        axis = Axis(number, f"({keys})" if free else "")
        self.add("flatten", Value("", "vector", (axis,)))

    def pooled(self) -> None:
        size = self.draw(st.sampled_from((1, 2, 4)))
        self.add(f"adaptive_avg_pool({self.kernel(size)})")
        space = tuple(Axis(size) for _ in self.value.sizes[1:])
        self.value = replace(self.value, sizes=(self.value.sizes[0], *space))

    def averaged(self) -> None:
        self.add("global_avg_pool", Value("", "vector", self.value.sizes[:1]))

    @property
    def spatial(self) -> bool:
        return self.value.kind in ("image", "signal")

    def keeping(self) -> list[Callable[[], None]]:
        """What leaves the shape as it is."""
        if self.spatial:
            return [self.pointwise, self.norm, self.mixed, lambda: self.conv(keep=True)]
        more = [self.attention] if self.value.kind == "sequence" else []
        free = any(a.key for a in self.value.sizes[-1:])
        return [
            self.pointwise,
            self.norm,
            *([] if free else [lambda: self.linear(keep=True)]),
            *more,
        ]

    def changing(self) -> list[Callable[[], None]]:
        """What may be the next stage."""
        also = [*self.keeping(), self.repeated, self.each]
        if not self.spatial:
            return [*also, self.linear, *([self.flat] if self.value.kind == "sequence" else [])]
        if self.value.space > 40:
            return [*also, self.conv, self.pool, self.pooled]
        maps = [
            self.conv,
            self.conv,
            self.pool,
            self.transposed,
            self.larger,
            self.shuffled,
            self.windows,
        ]
        return [*also, *maps, self.pooled, self.flat, self.averaged]


# --------------------------------------------------------------------- blocks


def block(stages: Stages) -> None:
    """One use of a block."""
    value, draw = stages.value, stages.draw
    if value.kind == "image":
        channels = draw(SMALL)
        stride = draw(st.sampled_from((1, 2)))
        if draw(st.booleans()):
            stages.add(f"residual({channels}, stride={stride})", value.with_channels(channels))
            if stride == 2:
                stages.space(lambda n: (n - 1) // 2 + 1, "f2,-1")
        else:
            depth = draw(st.integers(1, 3))
            stages.add(f"stage({channels}, depth={depth})", value.with_channels(channels))
    elif value.kind == "sequence" and draw(st.booleans()):
        stages.add(f"layer({value.channels}, heads={1 if value.channels % 2 else 2})")
    elif value.kind in ("sequence", "vector"):
        units = draw(SMALL)
        stages.add(f"mixed({units})", value.with_channels(units))


# ------------------------------------------------------------------- networks


def chain(draw: st.DrawFn, start: Value, most: int = 3) -> tuple[str, Value]:
    """A pipe from a value: its text and what comes out."""
    stages = Stages(draw, start)
    for _ in range(draw(st.integers(1, most))):
        moves = [*stages.changing(), lambda: block(stages)]
        draw(st.sampled_from(moves))()
    return " -> ".join([start.name, *stages.texts]), stages.value


def joined(draw: st.DrawFn, one: Value, others: list[Value]) -> tuple[str, Value] | None:
    """A sum or a join with a value of fitting sizes."""
    same = [o for o in others if o.kind == one.kind and o.sizes == one.sizes]
    if same and draw(st.booleans()):
        sign = draw(st.sampled_from("+-*"))
        return f"{one.name} {sign} {draw(st.sampled_from(same)).name}", one
    space = slice(0, -1) if one.kind == "sequence" else slice(1, None)
    fits = [o for o in others if o.kind == one.kind and o.sizes[space] == one.sizes[space]]
    fits = [o for o in fits if not (o.sizes[0].key and o.kind == "vector")]
    if not fits or (one.kind == "vector" and one.sizes[0].key):
        return None
    other = draw(st.sampled_from(fits))
    return f"[{one.name}, {other.name}]", one.with_channels(one.channels + other.channels)


def first(draw: st.DrawFn, name: str, free: bool) -> tuple[str, Value]:
    """An input: its line, and its value."""
    kinds = ("image", "image", "sequence", "signal", "vector", "tokens")
    kind = draw(st.sampled_from(kinds))
    if kind == "tokens":
        return _embedded(draw, name, free)
    if kind == "vector":
        n = draw(st.sampled_from((5, 8, 12)))
        return f"in {name}: vector[{n}]", Value(name, kind, (Axis(n),))
    channels = Axis(draw(SMALL))
    letters = {"image": "HW", "signal": "L", "sequence": "T"}[kind]
    numbers = [draw(st.integers(5, 13)) for _ in letters]
    space = [
        Axis(16 if free else n, s if free else "") for s, n in zip(letters, numbers, strict=True)
    ]
    sizes = (*space, channels) if kind == "sequence" else (channels, *space)
    written = ", ".join(a.key or str(a.number) for a in sizes)
    return f"in {name}: {kind}[{written}]", Value(name, kind, sizes)


def _embedded(draw: st.DrawFn, name: str, free: bool) -> tuple[str, Value]:
    """An input of class ids with the vectors of its classes."""
    width, vocab, length = draw(SMALL), draw(st.integers(2, 20)), draw(st.integers(5, 13))
    words = (
        "padding_idx=1",
        "max_norm=0.5",
        "norm_type=1",
        "scale_grad_by_freq=true",
        "sparse=true",
    )
    chosen = draw(st.lists(st.sampled_from(words), max_size=5, unique=True))
    chosen = [c for c in chosen if c[:5] != "scale" or "sparse=true" not in chosen]
    steps = Axis(16, "T") if free else Axis(length)
    lines = (
        f"in {name}: tokens[{steps.key or length}, vocab={vocab}]",
        f"    {name}e = {name} -> embedding({', '.join([str(width), *chosen])})",
    )
    return "\n".join(lines), Value(f"{name}e", "sequence", (steps, Axis(width)))


def _network(draw: st.DrawFn, name: str, free: bool) -> str:
    line, value = first(draw, "x", free)
    lines, values = [line], [value]
    for number in range(draw(st.integers(1, 5))):
        one = draw(st.sampled_from(values))
        both = joined(draw, one, values) if draw(st.booleans()) else None
        text, made = both or chain(draw, one)
        if text != one.name:
            lines.append(f"v{number} = {text}")
            values.append(replace(made, name=f"v{number}"))
    named = values[1:] or values
    results = draw(st.lists(st.sampled_from(named), max_size=2, unique_by=lambda v: v.name))
    # What nothing reads is refused as dead, so every end is an output.
    read = "\n".join(lines)
    ends = [v for v in named if not _is_read(v.name, read)]
    for i, v in enumerate(dict.fromkeys([*ends, *results])):
        lines.append(f"out y{i} = {v.name}")
    return "\n".join([f"network {name} {{", *(f"    {line}" for line in lines), "}"])


def _is_read(name: str, text: str) -> bool:
    return any(
        name
        in line.partition(" = ")[2].replace(",", " ").replace("[", " ").replace("]", " ").split()
        for line in text.splitlines()
    )


@st.composite
def programs(draw: st.DrawFn, free: bool = False) -> str:
    """The text of a sound spec; with `free`, the spatial sizes and lengths are left open."""
    networks = [_network(draw, name, free) for name in ("A", "B")[: draw(st.integers(1, 2))]]
    text = "\n\n".join(networks)
    used = [BLOCKS[b] for b in BLOCKS if f"{b}(" in text or (b == "residual" and "stage(" in text)]
    return "\n\n".join(["specc 1", *used, text]) + "\n"
