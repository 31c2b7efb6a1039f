"""Slips in the shape of a layer's output."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import permutations

from specc.claims.again import Case
from specc.claims.guess import Guess
from specc.formula import (
    Extreme,
    Formula,
    Power,
    Product,
    Quotient,
    Rounded,
    Sum,
)
from specc.layers.base import Inference, SizeRule
from specc.sizes import Size, floor_div, render, size_max, size_min


def _order(case: Case) -> Iterator[Guess]:
    sizes, axes = _shape(case.inference)
    if 1 < len(sizes) <= 4:
        for other in permutations(sizes):
            yield Guess(other, f"the axes are {', '.join(axes)}, in this order")


def _changed(case: Case) -> Iterator[Guess]:
    for changes, reason in _changes(case):
        found = case.again(**changes)
        if found is not None:
            yield Guess(_shape(found)[0], reason + _working(case))


def _changes(case: Case) -> Iterator[tuple[dict[str, object], str]]:
    padding = getattr(case.layer, "padding", 0)
    given = f"padding={_written(padding)}"
    yield {"padding": 0}, f"{given} is forgotten"
    if isinstance(padding, int) and padding > 1 and padding % 2 == 0:
        yield {"padding": padding // 2}, f"{given} is added at both ends"
    stride = getattr(case.layer, "stride", None)
    yield {"stride": 1}, "the stride is forgotten" if stride else "a window moves by its own size"
    yield {"dilation": 1}, "the dilation is forgotten"
    yield {"output_padding": 0}, "output_padding is forgotten"
    up = getattr(case.layer, "ceil_mode", False)
    yield (
        {"ceil_mode": not up},
        "the division is rounded up" if up else "the division is rounded down",
    )
    yield {"padding": "same"}, f"{given} is not padding=same"


def _written(value: object) -> str:
    return "x".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _arithmetic(case: Case) -> Iterator[Guess]:
    up = any("⌈" in rule.formula.numbers() for rule in case.inference.sizes)
    rounded = (
        "the division is rounded up, not down" if up else "the division is rounded down, not up"
    )
    yield from _by_axis(case, lambda rule: _other_way(rule.formula), rounded)
    yield from _by_axis(case, lambda rule: rule.formula.value - 1, "the + 1 at the end is missing")
    yield from _by_axis(case, lambda rule: rule.formula.value + 1, "one too many")


def _by_axis(case: Case, size: Callable[[SizeRule], Size], reason: str) -> Iterator[Guess]:
    by_axis = {rule.axis: size(rule) for rule in case.inference.sizes}
    sizes, axes = _shape(case.inference)
    if by_axis:
        changed = tuple(by_axis.get(axis, old) for axis, old in zip(axes, sizes, strict=True))
        yield Guess(changed, reason + _working(case))


def _other_way(f: Formula) -> Size:
    """The value with every division rounded the other way."""
    match f:
        case Rounded(_, above, below, to):
            top, bottom = _other_way(above), _other_way(below)
            return floor_div(top if to == "ceil" else top + bottom - 1, bottom)
        case Sum(_, terms):
            values = [sign * _other_way(t) for sign, t in terms]
            result: Size = 0
            for value in values:
                result = result + value
            return result
        case Product(_, factors):
            product: Size = 1
            for factor in factors:
                product = product * _other_way(factor)
            return product
        case Quotient(_, above, below):
            return floor_div(_other_way(above), _other_way(below))
        case Power(_, base, exponent):
            return _other_way(base) ** exponent
        case Extreme(_, options, kind):
            return (size_max if kind == "max" else size_min)(*(_other_way(o) for o in options))
        case _:
            return f.value


def _working(case: Case) -> str:
    """`: ⌊(28 + 2·2 − 5)/1⌋ + 1 = 28`, once for axes that are alike."""
    found = dict.fromkeys(rule.formula.working() for rule in case.inference.sizes)
    return f": {'; '.join(found)}" if found else ""


def _channels(case: Case) -> Iterator[Guess]:
    x, (sizes, _) = case.input, _shape(case.inference)
    if x is None or not x.sizes:
        return
    yield Guess(tuple(x.sizes), "that is its input")
    if len(sizes) > 1:
        reason = f"it gives {render(sizes[0])} channels, whatever comes in"
        yield Guess((x.sizes[0], *sizes[1:]), reason)
        yield Guess(sizes[1:], f"there are {render(sizes[0])} channels of that size")


def _shape(inference: Inference) -> tuple[tuple[Size, ...], tuple[str, ...]]:
    return inference.output.sizes, inference.output.axes


SLIPS = (_changed, _arithmetic, _order, _channels)
