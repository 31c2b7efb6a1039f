"""What convolution, pooling and resampling share: maps with channels, windows that slide, margins."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Annotated, Literal, TypeAlias

from msgspec import Struct
from pydantic import BeforeValidator

from specc.formula import Formula, Var, ceil_div, smallest, var
from specc.layers.base import LayerError, Operand, SizeRule, Window, _sizes
from specc.layers.code import Code
from specc.layers.common import tensor
from specc.sizes import Constraint, Size, Symbolic, bounds, known, render, size_max
from specc.sizes import ceil_div as size_ceil_div
from specc.types import Interval, Tensor, named_axes

_LETTERS = {"height": "h", "width": "w", "depth": "d"}


def _padding(value: object) -> object:
    if isinstance(value, str):
        if value in ("same", "valid"):
            return value
        raise ValueError("whole number, one for each axis, same or valid")
    return _sizes(0)(value)


Padding: TypeAlias = Annotated[
    int | Symbolic | Literal["same", "valid"] | tuple[int | Symbolic, ...],
    BeforeValidator(_padding),
]
"""A number for all spatial axes, one for each, `same` (TensorFlow's SAME) or `valid` (none)."""


NONE_WORD = Literal["none"]
"""Put beside a type whose value the word `none` can be: `Annotated[float, NONE_WORD] | None`."""


def or_none(check: Callable[[object], object] | None = None) -> BeforeValidator:
    """A validator that reads the word `none` as no value, and hands others on."""

    def read(value: object) -> object:
        if value is None or value == "none":
            return None
        return value if check is None else check(value)

    return BeforeValidator(read)


OptionalExtent: TypeAlias = Annotated[
    Annotated[int, NONE_WORD] | Symbolic | tuple[int | Symbolic, ...] | None, or_none(_sizes(1))
]
"""Like `Extent`, or `none`."""


def ratio(above: int, below: int) -> str:
    """A division that should have come out whole: `73.14…`, `1.5`."""
    text = f"{above / below:.2f}"
    return f"{text}…" if 100 * above % below else text.rstrip("0").rstrip(".")


class Map(Struct, frozen=True):
    """An operand with channels first and spatial axes behind them."""

    x: Tensor

    @property
    def channels(self) -> Size:
        """The number of channels."""
        return self.x.sizes[0]

    @property
    def sizes(self) -> tuple[Size, ...]:
        """The sizes of the spatial axes."""
        return self.x.sizes[1:]

    @property
    def axes(self) -> tuple[str, ...]:
        """The names of the spatial axes."""
        return self.x.axes[1:]

    @property
    def rank(self) -> int:
        """The number of spatial axes."""
        return len(self.sizes)

    def symbols(self, letter: str) -> tuple[str, ...]:
        """A symbol for each spatial axis: `k_h`, `k_w`, or just `k` where there is one axis."""
        if self.rank == 1:
            return (letter,)
        return tuple(f"{letter}_{_LETTERS.get(a, i)}" for i, a in enumerate(self.axes, 1))

    def variables(self, letter: str, values: Iterable[Size]) -> tuple[Var, ...]:
        """A variable for each spatial axis."""
        return tuple(var(s, v) for s, v in zip(self.symbols(letter), values, strict=True))

    def positions(self, direction: str, sizes: Iterable[Size]) -> tuple[Var, ...]:
        """Variables for the sizes of a map: `h_out`, `w_out`."""
        names = [_LETTERS.get(a, "n" if self.rank == 1 else a) for a in self.axes]
        return tuple(var(f"{n}_{direction}", s) for n, s in zip(names, sizes, strict=True))


def numbers(operand: Operand | None, word: str, index: int = 0) -> Tensor:
    """The operand as a tensor of real numbers.

    Raises:
        LayerError: E301, it holds class ids or truth values.
    """
    x = tensor(operand, word, index)
    if x.dtype == "float":
        return x
    kind = "truth values" if x.dtype == "bool" else "class ids" if x.classes else "whole numbers"
    helps = ("embedding(…) makes vectors of them; one_hot makes zeros and a one",)
    raise LayerError(
        "E301",
        f"{word} takes real numbers, not {kind}",
        text=kind,
        argument=index,
        helps=helps if x.dtype == "int" else (),
    )


def result(x: Tensor, sizes: tuple[Size, ...], axes: tuple[str, ...] | None = None) -> Tensor:
    """Computed numbers of another shape; of their range nothing is known."""
    return Tensor(sizes, x.axes if axes is None else axes, batched=x.batched)


def with_zero(within: Interval) -> Interval:
    """The values that mixing with zeros, or shrinking towards zero, can give."""
    low, high = within.low, within.high
    return Interval(
        None if low is None else min(low, 0.0), None if high is None else max(high, 0.0)
    )


def spatial_map(operand: Operand | None, word: str, ranks: tuple[int, ...] = (1, 2, 3)) -> Map:
    """The operand as a map; axes that nobody has named are those of one.

    Raises:
        LayerError: E301, it has no channels or a wrong number of spatial axes.
    """
    x = numbers(operand, word)
    if len(x.axes) > 1 and x.axes[0] == "time" and x.axes[-1] == "features":
        raise LayerError(
            "E301",
            f"{word} moves along the last axis, but here that one holds the features",
            text=f"{x}: {', '.join(x.axes)}",
            helps=("-> permute([features, time]) first: channels come before positions",),
        )
    if x.rank - 1 in ranks:
        return Map(x.with_sizes(x.sizes, named_axes(x.axes)))
    wanted = " or ".join(map(str, ranks))
    raise LayerError(
        "E301",
        f"{word} takes channels and {wanted} spatial ax{'is' if ranks == (1,) else 'es'}, not {x}",
        text=f"{x.rank} {'axis' if x.rank == 1 else 'axes'}: {', '.join(x.axes)}" if x.rank else "",
        helps=("-> reshape[channels, height, width] makes a map of a vector",)
        if x.rank == 1
        else (),
    )


def times(sizes: Iterable[Size]) -> str:
    """Sizes as people write them: `5×5`."""
    return "×".join(map(render, sizes))


def compact(values: tuple[Size, ...]) -> Code:
    """One number where all axes have the same, else a tuple."""
    return values[0] if all(v == values[0] for v in values) else values


def changed(**pairs: tuple[Code, Code]) -> tuple[tuple[str, Code], ...]:
    """The keyword arguments (value, default) that are not PyTorch's default."""
    return tuple((name, value) for name, (value, default) in pairs.items() if value != default)


# -------------------------------------------------------------------- sliding


class Slide(Struct, frozen=True):
    """A window that slides along one axis, with margins at both ends."""

    axis: str
    size: Size
    kernel: Size
    stride: Size
    dilation: Size = 1
    before: Size = 0
    after: Size = 0
    same: bool = False
    up: bool = False  # rounded up: a last window may hang over the end

    @property
    def extent(self) -> Size:
        """The positions from the first to the last that the kernel touches."""
        return self.dilation * (self.kernel - 1) + 1

    @property
    def output(self) -> Formula:
        """The number of window positions, as a formula."""
        n, s, p = var("n", self.size), var("s", self.stride), var("p", self.before)
        if self.same:
            return ceil_div(n, s)
        free = n + 2 * p - self._reach()
        if not self.up:
            return free // s + 1
        # PyTorch drops a window that would begin in the margin at the end.
        spare = self.extent - self.stride - self.before
        always = (bounds(spare)[0] or 0) >= 0 and bounds(spare)[0] is not None
        turns = ceil_div(free, s)
        return (turns if always else smallest(turns, (n + p - 1) // s)) + 1

    def _reach(self) -> Formula:
        k = var("k", self.kernel)
        return k if self.dilation == 1 else var("d", self.dilation) * (k - 1) + 1

    @property
    def rule(self) -> SizeRule:
        """The working of the output's size."""
        return SizeRule(self.axis, self.output)

    @property
    def window(self) -> Window:
        """What one output position sees."""
        return Window(self.axis, self.kernel, self.stride, self.dilation, self.before)


def fitting(slides: Iterable[Slide], what: str, word: str) -> tuple[Constraint, ...]:
    """The conditions on free sizes under which every output has at least one position.

    Raises:
        LayerError: E301, the window is larger than the map.
    """
    slides = tuple(slides)
    outputs = [s.output for s in slides]
    for slide, output in zip(slides, outputs, strict=True):
        if known(output.value) and output.value < 1:
            raise _too_small(slides, slide, output, what, word)
    return tuple(at_least_one(o.value) for o in outputs if not surely_positive(o.value))


def surely_positive(size: Size) -> bool:
    """Whether a size is at least 1 whatever its symbols are."""
    low = bounds(size)[0]
    return low is not None and low >= 1


def at_least_one(size: Size) -> Constraint:
    """The condition that something is left."""
    return Constraint("ge", size, 1)


def left_over(rules: tuple[SizeRule, ...], word: str) -> tuple[Constraint, ...]:
    """The conditions under which every axis has a position.

    Raises:
        LayerError: E301, an axis has none.
    """
    for rule in rules:
        if known(rule.formula.value) and rule.formula.value < 1:
            raise LayerError(
                "E301",
                f"{word} leaves nothing of the {rule.axis}",
                text=rule.formula.working(),
                helps=("less padding, or a larger kernel",) if word.startswith("conv") else (),
            )
    values = [r.formula.value for r in rules]
    return tuple(at_least_one(v) for v in values if not surely_positive(v))


def _too_small(
    slides: tuple[Slide, ...], slide: Slide, output: Formula, what: str, word: str
) -> LayerError:
    sizes = times(s.size for s in slides)
    where = f"{sizes} feature map" if len(slides) > 1 else f"{slide.axis} of {sizes}"
    return LayerError(
        "E301",
        f"{_with_article(_window_text(slides, what))} does not fit {_with_article(where)}",
        text=output.working(),
        helps=_remedies(slides, slide, what, word),
    )


def _with_article(text: str) -> str:
    """`a 5×5 kernel`, `an 11×11 kernel`."""
    number = re.match(r"\d*", text)
    digits = number.group() if number else ""
    return f"{'an' if digits.startswith('8') or digits in ('11', '18') else 'a'} {text}"


def _window_text(slides: tuple[Slide, ...], what: str) -> str:
    """`5×5 window`, or `3×3 window with dilation 2 (5×5)`."""
    kernel = times(s.kernel for s in slides)
    text = f"{kernel} {what}" if len(slides) > 1 else f"{what} of {kernel}"
    if all(s.dilation == 1 for s in slides):
        return text
    dilations = {s.dilation for s in slides}
    dilation = (
        render(slides[0].dilation) if len(dilations) == 1 else times(s.dilation for s in slides)
    )
    return f"{text} with dilation {dilation} ({times(s.extent for s in slides)})"


def _remedies(slides: tuple[Slide, ...], slide: Slide, what: str, word: str) -> tuple[str, ...]:
    """What would fit: a smaller kernel, or margins that make up for all axes."""
    helps = [f"a {what} of at most {_largest(slides, slide)} fits"]
    lacking = [s.extent - s.size for s in slides]
    if word.startswith("conv") and all(known(n) for n in lacking):
        helps.append(f"padding={render(size_ceil_div(size_max(*lacking), 2))} makes it fit")
    return tuple(helps)


def _largest(slides: tuple[Slide, ...], slide: Slide) -> str:
    """`8`, the largest kernel that fits; where one axis has room for more, `3, or 8x3`."""
    rooms = [(s.size + s.before + s.after - 1) // s.dilation + 1 for s in slides]
    numbers = [r for r in rooms if isinstance(r, int)]
    if len(numbers) < len(rooms) or len(set(numbers)) == 1:
        return render(rooms[slides.index(slide)])
    return f"{min(numbers)}, or {'x'.join(map(str, numbers))},"


def same_margins(size: Size, kernel: Size, stride: Size, dilation: Size) -> tuple[Size, Size]:
    """TensorFlow's SAME: what is missing for ⌈size/stride⌉ outputs, the odd one at the end.

    Source: tensorflow.org/api_docs/python/tf/nn, "Notes on padding".
    """
    missing = (size_ceil_div(size, stride) - 1) * stride + dilation * (kernel - 1) + 1 - size
    total = size_max(missing, 0)
    return total // 2, total - total // 2
