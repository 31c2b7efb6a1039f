"""Convolution and transposed convolution in one, two or three dimensions, whichever the input has."""

from typing import Literal

from msgspec import Struct
from pydantic import Field

from specc.formula import Formula, product, var
from specc.layers.base import (
    Extent,
    Inference,
    Layer,
    LayerError,
    Operand,
    Parameter,
    Positive,
    SizeRule,
    Window,
    per_axis,
)
from specc.layers.base import Margin as MarginSize
from specc.layers.code import Code, Fn, Item, Module, Raw, X
from specc.layers.spatial import (
    Map,
    Padding,
    Slide,
    changed,
    compact,
    fitting,
    left_over,
    ratio,
    result,
    same_margins,
    spatial_map,
    surely_positive,
)
from specc.sizes import Constraint, Size, floor_div, known, render, size_max

_SEARCH = 1_000  # numbers of groups on each side that a help looks at
PaddingMode = Literal["zeros", "reflect", "replicate", "circular"]


def divides(groups: Size, channels: Size, what: str) -> tuple[Constraint, ...]:
    """The condition that channels fall into equal groups.

    Raises:
        LayerError: E303, they do not.
    """
    rest = channels % groups
    if rest == 0:
        return ()
    if not known(channels) or not known(groups):
        return (Constraint("divides", groups, channels),)
    near = _divisors_around(channels, groups)
    raise LayerError(
        "E303",
        f"{render(channels)} {what} do not divide into {render(groups)} groups",
        text=f"{channels}/{groups} = {ratio(channels, groups)}",
        argument="groups",
        helps=(" or ".join(f"groups={g}" for g in near),) if near else (),
    )


def _divisors_around(channels: int, groups: int) -> list[int]:
    """The nearest divisors below and above, as far as a short search goes."""
    below = range(min(groups, channels + 1) - 1, max(groups - _SEARCH, 0), -1)
    above = range(groups + 1, min(groups + _SEARCH, channels) + 1)
    found = (next((g for g in side if channels % g == 0), None) for side in (below, above))
    return [g for g in found if g is not None]


class _Convolution(Layer):
    """What both directions share: weights, counts and hyperparameters by axis."""

    stateful = True
    tieable = ("weight", "bias")

    channels: Positive = Field(description="Number of output channels (feature maps).")
    kernel: Extent = Field(
        description="Size of the kernel: `3x3`, `3`, or one number for each axis."
    )
    stride: Extent = Field(1, description="Step between neighbouring positions of the kernel.")

    def _by_axis(self, value: Size | tuple[Size, ...], m: Map, name: str) -> tuple[Size, ...]:
        return per_axis(value, m.rank, name)

    def _kernels(self, m: Map) -> tuple[Size, ...]:
        return per_axis(self.kernel, m.rank, "kernel")

    def _filter(self, m: Map, groups: Size) -> Formula:
        """Weights of one output channel: k_h·k_w·c_in/groups."""
        weights = product((*m.variables("k", self._kernels(m)), var("c_in", m.channels)))
        return weights if groups == 1 else weights / var("groups", groups)

    def _count(self, m: Map, groups: Size, bias: bool) -> Formula:
        weights, c_out = self._filter(m, groups), var("c_out", self.channels)
        return (weights + 1) * c_out if bias else weights * c_out

    def _tensors(self, m: Map, leading: tuple[Size, Size], bias: bool) -> tuple[Parameter, ...]:
        sizes = (*leading, *self._kernels(m))
        names = ("c_out", "c_in", *m.symbols("k"))
        weight = Parameter(
            "weight", sizes, product(var(n, s) for n, s in zip(names, sizes, strict=True))
        )
        if not bias:
            return (weight,)
        c_out = var("c_out", self.channels)
        return (weight, Parameter("bias", (self.channels,), c_out, "bias"))


class Conv(_Convolution):
    """Cross-correlation with learnt kernels, as in every deep-learning framework."""

    word = "conv"
    read_with = (("padding_mode", "padding", None),)
    summary = "Convolution in 1, 2 or 3 dimensions, whichever the input has."
    formula = "y[c, i] = b[c] + Σ w[c, k, j]·x[k, stride·i + dilation·j − padding]"

    padding: Padding = Field(
        0,
        description="Zeros added at both ends of each axis; `same` gives ⌈size/stride⌉ positions as "
        "TensorFlow's SAME does, `valid` adds none.",
    )
    dilation: Extent = Field(1, description="Distance between neighbouring elements of the kernel.")
    groups: Positive = Field(
        1,
        description="Channels fall into so many groups that see only themselves; c_in is depthwise.",
    )
    bias: bool = Field(True, description="Whether each output channel has a learnt offset.")
    padding_mode: PaddingMode = Field(
        "zeros", description="What is added: `zeros`, `reflect`, `replicate` or `circular`."
    )

    def infer(self, *operands: Operand | None) -> Inference:
        """[c_in, n…] to [c_out, ⌊(n + 2·p − d·(k − 1) − 1)/s⌋ + 1 …]."""
        m = spatial_map(operands[0], self.word)
        conditions = divides(self.groups, m.channels, "input channels")
        conditions += divides(self.groups, self.channels, "output channels")
        slides = self._slides(m)
        conditions += fitting(slides, "kernel", self.word) + self._reflected(slides)
        sizes = tuple(s.output.value for s in slides)
        macs = product((self._count(m, self.groups, False), *m.positions("out", sizes)))
        leading = (self.channels, floor_div(m.channels, self.groups))
        return Inference(
            outputs=(("output", result(m.x, (self.channels, *sizes))),),
            forward=Fn(Module(), (self._padded(slides),)),
            module=self._module(m, slides),
            parameters=self._tensors(m, leading, self.bias),
            count=self._count(m, self.groups, self.bias),
            macs=macs,
            sizes=tuple(s.rule for s in slides),
            sees="window",
            windows=tuple(s.window for s in slides),
            constraints=conditions,
            notes=self._notes(slides),
        )

    def _slides(self, m: Map) -> tuple[Slide, ...]:
        strides = per_axis(self.stride, m.rank, "stride")
        dilations = per_axis(self.dilation, m.rank, "dilation")
        rows = zip(m.axes, m.sizes, self._kernels(m), strides, dilations, strict=True)
        if self.padding == "same":
            return tuple(Slide(*row, *same_margins(*row[1:]), same=True) for row in rows)
        given = 0 if isinstance(self.padding, str) else self.padding
        margins = per_axis(given, m.rank, "padding")
        return tuple(Slide(*row, p, p) for row, p in zip(rows, margins, strict=True))

    def _reflected(self, slides: tuple[Slide, ...]) -> tuple[Constraint, ...]:
        """`reflect` needs a margin smaller than the map, `circular` one that is not larger."""
        spare = {"reflect": 1, "circular": 0}.get(self.padding_mode)
        found: list[Constraint] = []
        for s in slides if spare is not None else ():
            room = s.size - s.after - (spare or 0)
            if known(room) and room < 0:
                raise LayerError(
                    "E301",
                    f"{self.padding_mode} padding of {render(s.after)} needs a larger {s.axis}",
                    text=f"{s.axis} {render(s.size)}",
                    argument="padding",
                )
            found += [] if surely_positive(room + 1) else [Constraint("ge", room, 0)]
        return tuple(found)

    # Where SAME pads both ends alike, or at stride 1, PyTorch's own padding does it.

    def _own_padding(self, slides: tuple[Slide, ...]) -> Code:
        """What the module's `padding` says, None where the input is padded before."""
        if self.padding == "same" and all(s.stride == 1 for s in slides):
            return "same"
        if all(s.before == s.after for s in slides):
            return compact(tuple(s.before for s in slides))
        return None

    def _padded(self, slides: tuple[Slide, ...]) -> Code:
        if self._own_padding(slides) is not None:
            return X(0)
        mode = changed(mode=(self.padding_mode.replace("zeros", "constant"), "constant"))
        if all(known(s.before) for s in slides):
            margins = tuple(p for s in reversed(slides) for p in (s.before, s.after))
            return Fn("F.pad", (X(0), margins), mode)
        kernel, stride, dilation = (
            tuple(getattr(s, name) for s in slides) for name in ("kernel", "stride", "dilation")
        )
        return Fn("pad_same", (X(0), kernel, stride, dilation), mode)

    def _module(self, m: Map, slides: tuple[Slide, ...]) -> Fn:
        own = self._own_padding(slides)
        arguments = (m.channels, self.channels, compact(self._kernels(m)))
        return Fn(
            f"nn.Conv{m.rank}d",
            arguments,
            changed(
                stride=(compact(tuple(s.stride for s in slides)), 1),
                padding=(0 if own is None else own, 0),
                dilation=(compact(tuple(s.dilation for s in slides)), 1),
                groups=(self.groups, 1),
                bias=(self.bias, True),
                padding_mode=("zeros" if own is None else self.padding_mode, "zeros"),
            ),
        )

    def _notes(self, slides: tuple[Slide, ...]) -> tuple[str, ...]:
        uneven = [s for s in slides if s.before != s.after]
        if self.padding != "same" or not uneven or all(s.stride == 1 for s in slides):
            return ()
        first = uneven[0]
        ends = f"({render(first.before)}, {render(first.after)})"
        both = render(first.after)
        tensorflow = f"padding=same pads {ends} along {first.axis}, as TensorFlow does"
        ours = f"padding={both} pads ({both}, {both})"
        return (f"{tensorflow}; {ours}: the windows lie elsewhere, so the values differ",)


class Spread(Struct, frozen=True):
    """A kernel that is laid down along one axis, with what is cut off and added."""

    axis: str
    size: Size
    kernel: Size
    stride: Size
    dilation: Size
    before: Size
    after: Size
    added: Size = 0
    same: bool = False

    @property
    def output(self) -> Formula:
        """The number of output positions, as a formula (Dumoulin & Visin 2016, relationship 14)."""
        n, s, p = var("n", self.size), var("s", self.stride), var("p", self.before)
        if self.same:
            return n * s
        k = var("k", self.kernel)
        reach = k if self.dilation == 1 else var("d", self.dilation) * (k - 1) + 1
        out = (n - 1) * s - 2 * p + reach
        return out if self.added == 0 else out + var("added", self.added)

    @property
    def window(self) -> Window:
        """What one output position sees; at stride 1 a convolution that pads what this does not cut."""
        before = self.before
        if self.stride == 1:
            before = self.dilation * (self.kernel - 1) - before
        return Window(self.axis, self.kernel, 1, self.dilation, before, up=self.stride)


def _same_cut(kernel: Size, stride: Size, dilation: Size) -> tuple[Size, Size, Size]:
    """What SAME cuts off at both ends and adds: the gradient of SAME's convolution on size·stride."""
    spare = dilation * (kernel - 1) + 1 - stride
    cut = size_max(spare, 0)
    return cut // 2, cut - cut // 2, size_max(-spare, 0)


def _check_added(added: Size, stride: Size, dilation: Size) -> None:
    """PyTorch wants less than one step of added positions.

    Raises:
        LayerError: E204, there are more.
    """
    if known(added) and known(stride) and known(dilation) and added >= max(stride, dilation):
        raise LayerError(
            "E204",
            f"output_padding is {added}; it must be less than the stride or the dilation",
            text=f"{added} ≥ {max(stride, dilation)}",
            argument="output_padding",
        )


class ConvTranspose(_Convolution):
    """The gradient of a convolution with respect to its input, used to upsample."""

    word = "conv_transpose"
    summary = "Transposed convolution: learnt upsampling."
    formula = "every x[k, i] adds w[k, c, j]·x[k, i] to y[c, stride·i + dilation·j − padding]"

    padding: Padding = Field(
        0,
        description="Positions cut off at both ends; `same` gives size·stride positions as "
        "TensorFlow's SAME does, `valid` cuts none.",
    )
    output_padding: MarginSize = Field(
        0,
        description="Positions added at the end: several input sizes give one size at stride > 1.",
    )
    groups: Positive = Field(1, description="Channels fall into so many groups of their own.")
    bias: bool = Field(True, description="Whether each output channel has a learnt offset.")
    dilation: Extent = Field(1, description="Distance between neighbouring elements of the kernel.")

    def infer(self, *operands: Operand | None) -> Inference:
        """[c_in, n…] to [c_out, (n − 1)·s − 2·p + d·(k − 1) + 1 + output_padding …]."""
        m = spatial_map(operands[0], self.word)
        conditions = divides(self.groups, m.channels, "input channels")
        conditions += divides(self.groups, self.channels, "output channels")
        spreads = self._spreads(m)
        rules = tuple(SizeRule(s.axis, s.output) for s in spreads)
        sizes = tuple(rule.formula.value for rule in rules)
        conditions += left_over(rules, self.word)
        macs = product((self._count(m, self.groups, False), *m.positions("in", m.sizes)))
        return Inference(
            outputs=(("output", result(m.x, (self.channels, *sizes))),),
            forward=self._forward(spreads),
            module=self._module(m, spreads),
            parameters=self._swapped(m),
            count=self._count(m, self.groups, self.bias),
            macs=macs,
            sizes=rules,
            sees="window",
            windows=tuple(s.window for s in spreads),
            constraints=conditions,
        )

    def _swapped(self, m: Map) -> tuple[Parameter, ...]:
        """PyTorch keeps the weight with its input channels first."""
        leading = (m.channels, floor_div(self.channels, self.groups))
        return self._tensors(m, leading, self.bias)

    def _spreads(self, m: Map) -> tuple[Spread, ...]:
        strides = per_axis(self.stride, m.rank, "stride")
        dilations = per_axis(self.dilation, m.rank, "dilation")
        rows = list(zip(m.axes, m.sizes, self._kernels(m), strides, dilations, strict=True))
        added = per_axis(self.output_padding, m.rank, "output_padding")
        if self.padding == "same":
            self._refuse_output_padding(added)
            return tuple(Spread(*row, *_same_cut(*row[2:]), same=True) for row in rows)
        for (_, _, _, stride, dilation), extra in zip(rows, added, strict=True):
            _check_added(extra, stride, dilation)
        given = 0 if isinstance(self.padding, str) else self.padding
        cut = per_axis(given, m.rank, "padding")
        return tuple(Spread(*r, p, p, a) for r, p, a in zip(rows, cut, added, strict=True))

    def _refuse_output_padding(self, added: tuple[Size, ...]) -> None:
        if any(a != 0 for a in added):
            raise LayerError(
                "E204",
                "padding=same settles the output size; output_padding has no place beside it",
                argument="output_padding",
            )

    def _forward(self, spreads: tuple[Spread, ...]) -> Code:
        """SAME may cut one position more at the end than at the start, which the module cannot."""
        call: Code = Fn(Module(), (X(0),))
        if all(s.before == s.after for s in spreads):
            return call
        if all(known(s.before) and known(s.after) for s in spreads):
            ends = [(":" if s.before == s.after else f":-{s.after - s.before}") for s in spreads]
            return Item(call, (Raw("..."), *map(Raw, ends)))
        raise LayerError(
            "E203",
            "padding=same of a transposed convolution needs a kernel and stride that are known",
            argument="kernel",
        )

    def _module(self, m: Map, spreads: tuple[Spread, ...]) -> Fn:
        return Fn(
            f"nn.ConvTranspose{m.rank}d",
            (m.channels, self.channels, compact(self._kernels(m))),
            changed(
                stride=(compact(tuple(s.stride for s in spreads)), 1),
                padding=(compact(tuple(s.before for s in spreads)), 0),
                output_padding=(compact(tuple(s.added for s in spreads)), 0),
                groups=(self.groups, 1),
                bias=(self.bias, True),
                dilation=(compact(tuple(s.dilation for s in spreads)), 1),
            ),
        )
