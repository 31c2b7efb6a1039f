"""Slips in the shape of a layer's output."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import permutations

from specc.claims.slips.rewrite import nodes, rebuilt, symbols, turned, valued
from specc.claims.slips.slip import Change, Slip, Working
from specc.formula import Constant, Formula, Product, Rounded, Sum, Var, product, var
from specc.layers.base import Inference
from specc.sizes import render


def shape_of(inference: Inference) -> tuple[Formula, ...]:
    """The size of each axis with its rule where it has one."""
    rules = {rule.axis: rule.formula for rule in inference.sizes}
    output = inference.output
    return tuple(rules.get(a, Constant(s)) for a, s in zip(output.axes, output.sizes, strict=True))


def _axes(w: Working, change: Callable[[Formula], Formula | None], reason: str) -> Iterator[Change]:
    """The same change along every axis where it has a meaning."""
    changed = [change(p) for p in w.parts]
    if any(c is not None for c in changed):
        parts = [p if c is None else c for c, p in zip(changed, w.parts, strict=True)]
        yield w.to(*parts), reason


def _again(w: Working, reason: str, **changes: object) -> Iterator[Change]:
    found = w.case.again(**changes)
    if found is not None:
        yield w.to(*shape_of(found)), reason


def _given(w: Working) -> str:
    padding = getattr(w.case.layer, "padding", 0)
    shown = "x".join(map(str, padding)) if isinstance(padding, tuple) else str(padding)
    return f"padding={shown}"


# --------------------------------------------------------------------- padding


def _padding(w: Working) -> Iterator[Change]:
    reason = f"{_given(w)} is forgotten"
    yield from _axes(w, lambda p: valued(p, {"p": 0}) if "p" in symbols(p) else None, reason)
    if getattr(w.case.layer, "padding", 0) == "same":
        yield from _again(w, reason, padding=0)


def _one_side(w: Working) -> Iterator[Change]:
    yield from _axes(w, _single_margin, f"{_given(w)} is added at both ends")


def _single_margin(p: Formula) -> Formula | None:
    """`2·p` becomes p."""
    if symbols(p).get("p", 0) == 0:
        return None
    return rebuilt(p, lambda n: next(_margins(n), n))


def _margins(node: Formula) -> Iterator[Formula]:
    if isinstance(node, Product) and len(node.factors) == 2:
        two, margin = node.factors
        twice = isinstance(two, Constant) and two.value == 2
        if twice and isinstance(margin, Var) and margin.symbol == "p":
            yield margin


def _half_kernel(w: Working) -> Iterator[Change]:
    """Half a kernel of padding, and no more, for `same` in a transposed convolution."""
    kernel, layer = getattr(w.case.layer, "kernel", 0), w.case.layer
    if layer.word == "conv_transpose" and getattr(layer, "padding", 0) == "same":
        sides = kernel if isinstance(kernel, tuple) else (kernel,)
        if all(isinstance(k, int) for k in sides):
            half = tuple((k - 1) // 2 for k in sides)
            reason = "padding=same gives size · stride, which takes output_padding too"
            yield from _again(w, reason, padding=half if isinstance(kernel, tuple) else half[0])


def _not_same(w: Working) -> Iterator[Change]:
    if getattr(w.case.layer, "padding", "same") != "same":
        yield from _again(w, f"{_given(w)} is not padding=same", padding="same")


# ------------------------------------------------------- stride and arithmetic


def _stride(w: Working) -> Iterator[Change]:
    own = getattr(w.case.layer, "stride", None)
    window = bool(w.case.inference.windows) and w.case.layer.word.endswith("_pool")
    moved = "a window moves by its own size" if window else "the scale is forgotten"
    reason = "the stride is forgotten" if own else moved
    yield from _axes(w, lambda p: valued(p, {"s": 1}) if "s" in symbols(p) else None, reason)


def _dilation(w: Working) -> Iterator[Change]:
    yield from _axes(
        w, lambda p: valued(p, {"d": 1}) if "d" in symbols(p) else None, "the dilation is forgotten"
    )


def _added(w: Working) -> Iterator[Change]:
    yield from _axes(
        w,
        lambda p: valued(p, {"added": 0}) if "added" in symbols(p) else None,
        "output_padding is forgotten",
    )


def _rounding(w: Working) -> Iterator[Change]:
    up = any(isinstance(n, Rounded) and n.to == "ceil" for p in w.parts for n in nodes(p))
    reason = (
        "the division is rounded up, not down" if up else "the division is rounded down, not up"
    )
    yield from _axes(w, turned, reason)


def _plus_one(w: Working) -> Iterator[Change]:
    yield from _axes(w, _no_plus_one, "the + 1 at the end is missing")


def _no_plus_one(p: Formula) -> Formula | None:
    if not isinstance(p, Sum) or not (isinstance(p.terms[-1][1], Constant) and p.terms[-1][0] == 1):
        return None
    last = p.terms[-1][1]
    return _without_last(p) if last.value == 1 else None


def _without_last(p: Sum) -> Formula:
    result = p.terms[0][1]
    for sign, term in p.terms[1:-1]:
        result = result + term if sign == 1 else result - term
    return result


def _one_more(w: Working) -> Iterator[Change]:
    yield from _axes(w, lambda p: p + 1 if symbols(p).keys() & {"n", "s"} else None, "one too many")


def _kernel(w: Working) -> Iterator[Change]:
    """The window is taken to fit at every position."""
    if w.case.layer.word in {"conv", "conv_transpose"}:
        yield from _axes(
            w,
            lambda p: valued(p, {"k": 0}) if "k" in symbols(p) else None,
            "the size of the kernel is forgotten",
        )


def _one_way(w: Working) -> Iterator[Change]:
    reason = "the outputs of both directions stand side by side"
    yield from _again(w, reason, bidirectional=False)


# ------------------------------------------------------------------ transposed


def _forward(w: Working) -> Iterator[Change]:
    """A transposed convolution by the rule of the convolution."""
    if w.case.layer.word == "conv_transpose":
        yield from _axes(w, _as_forward, "that is the rule of conv; conv_transpose turns it round")


def _as_forward(p: Formula) -> Formula | None:
    v = symbols(p)
    if not {"n", "s", "p", "k"} <= v.keys():
        return None
    reach = var("k", v["k"]) if "d" not in v else var("d", v["d"]) * (var("k", v["k"]) - 1) + 1
    return (var("n", v["n"]) + 2 * var("p", v["p"]) - reach) // var("s", v["s"]) + 1


def _times_stride(w: Working) -> Iterator[Change]:
    if w.case.layer.word == "conv_transpose":
        yield from _axes(
            w,
            _only_stride,
            "size · stride is only the rule where kernel, stride and padding fit it",
        )


def _only_stride(p: Formula) -> Formula | None:
    v = symbols(p)
    return product((var("n", v["n"]), var("s", v["s"]))) if {"n", "s", "k"} <= v.keys() else None


def _not_one_less(w: Working) -> Iterator[Change]:
    """n steps of the stride for the n − 1 between n windows."""
    if w.case.layer.word == "conv_transpose":
        yield from _axes(w, _all_steps, "between n windows lie n − 1 strides")


def _all_steps(p: Formula) -> Formula | None:
    v = symbols(p)
    if not {"n", "s", "p", "k"} <= v.keys() or "d" in v or "added" in v:
        return None
    steps = product((var("n", v["n"]), var("s", v["s"])))
    return steps - 2 * var("p", v["p"]) + var("k", v["k"])


def _other_size(w: Working) -> Iterator[Change]:
    """Several input sizes give one output at stride > 1, so that a transposed one may give several."""
    layer = w.case.layer
    stride = getattr(layer, "stride", 1)
    if layer.word == "conv_transpose" and getattr(layer, "output_padding", 0) == 0 and stride != 1:
        reason = f"at stride {render(stride)} that size is legal too, but takes output_padding=1"
        yield from _again(w, reason, output_padding=1)


# -------------------------------------------------------------------- the axes


def _order(w: Working) -> Iterator[Change]:
    axes = w.case.inference.output.axes
    if 1 < len(w.parts) <= 4 and len(axes) == len(w.parts):
        for other in permutations(w.parts):
            if other != w.parts:
                yield w.to(*other), f"the axes are {', '.join(axes)}, in this order"


def _input(w: Working) -> Iterator[Change]:
    x = w.case.input
    if x is not None and x.sizes:
        yield w.to(*map(Constant, x.sizes)), "that is its input"


def _channels(w: Working) -> Iterator[Change]:
    x = w.case.input
    if x is not None and x.sizes and len(w.parts) > 1:
        own = render(w.parts[0].value)
        reason = f"it gives {own} channels, whatever comes in"
        yield w.to(Constant(x.sizes[0]), *w.parts[1:]), reason


def _no_channels(w: Working) -> Iterator[Change]:
    if _in_order(w) and w.case.inference.output.axes[0] == "channels":
        own = render(w.parts[0].value)
        are = "is 1 channel" if own == "1" else f"are {own} channels"
        yield w.to(*w.parts[1:]), f"there {are} of that size"
        sides = w.parts[1:]
        if len(sides) > 1 and len({p.value for p in sides}) == 1:
            yield (
                w.to(sides[0]),
                f"that is one side of its {own} channel{'s' * (own != '1')}; a shape has all axes",
            )


def _no_axis(w: Working) -> Iterator[Change]:
    """Any axis but the channels left out: the steps of a sequence, one side of a map."""
    if _in_order(w):
        if w.case.inference.output.axes[0] == "channels":
            yield w.to(w.parts[0]), "those are its channels; a shape has all axes"
        for at, axis in enumerate(w.case.inference.output.axes):
            if axis != "channels":
                left = render(w.parts[at].value)
                yield (
                    w.to(*w.parts[:at], *w.parts[at + 1 :]),
                    f"one axis is left out: {axis}, {left}",
                )


def _in_order(w: Working) -> bool:
    """Whether there are several axes, each where it belongs."""
    own = w.case.inference.output
    last = len(own.sizes) - 1
    rules = {rule.axis for rule in w.case.inference.sizes}
    kept = all(
        p.value == s
        for a, s, p in zip(own.axes, own.sizes, w.parts, strict=False)
        if a not in rules
    )
    return len(w.parts) == len(own.axes) and last > 0 and kept


def _only_channels(w: Working) -> Iterator[Change]:
    x = w.case.input
    if w.case.layer.word == "flatten" and x is not None and x.axes[:1] == ("channels",):
        yield w.to(Constant(x.sizes[0])), "every position of every channel is kept"
        yield w.to(product(x.sizes[1:])), "every position of every channel is kept"


def _flat(w: Working) -> Iterator[Change]:
    if len(w.parts) > 1:
        whole = product(p.value for p in w.parts)
        yield w.to(whole), "that is how many numbers it has; its shape is asked for"


SIZES = (
    Slip("padding-forgotten", "the padding is forgotten", _padding, deep=True),
    Slip("padding-one-side", "the padding is added on one side only", _one_side, deep=True),
    Slip("stride-forgotten", "the stride is forgotten", _stride, deep=True),
    Slip("dilation-forgotten", "the dilation is forgotten", _dilation, deep=True),
    Slip("output-padding-forgotten", "output_padding is forgotten", _added, deep=True),
    Slip("rounding", "the division is rounded the wrong way", _rounding, deep=True),
    Slip("plus-one-forgotten", "the + 1 is forgotten", _plus_one, deep=True),
    Slip("forward-formula", "the rule of conv is used for conv_transpose", _forward),
    Slip("size-times-stride", "the size is only multiplied by the stride", _times_stride),
    Slip("minus-one-forgotten", "a stride too many is counted", _not_one_less, deep=True),
    Slip("other-legal-size", "the other legal size of conv_transpose", _other_size),
    Slip("not-same", "padding=same is assumed", _not_same),
    Slip("output-padding-forgotten", "output_padding is forgotten", _half_kernel),
    Slip("kernel-forgotten", "the kernel's size is forgotten", _kernel, deep=True),
    Slip("one-direction", "one direction is counted, not both", _one_way),
    Slip("one-too-many", "one position too many", _one_more),
    Slip("axes-order", "the axes are in another order", _order, deep=True),
    Slip("input-copied", "the input's shape is given", _input),
    Slip("input-channels-kept", "the input's channels are kept", _channels, deep=True),
    Slip("channels-forgotten", "the channels are left out", _no_channels, deep=True),
    Slip("axis-forgotten", "an axis is left out", _no_axis, deep=True),
    Slip("flattened", "the numbers are counted", _flat),
    Slip("flatten-of-wrong-map", "flatten keeps only the channels, or one of them", _only_channels),
)

AXIS = tuple(
    s for s in SIZES if s.name not in {
        "axes-order", "input-copied", "input-channels-kept", "channels-forgotten", "flattened",
        "axis-forgotten", "flatten-of-wrong-map",
    }
)  # fmt: skip
"""Those that say something of one axis alone."""
