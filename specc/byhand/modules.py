"""Modules with weights: what `nn.Linear(…)` and its like compute, with the arguments of generated code.

A weight is read by its name in the state dict. Normalisation over the batch uses the batch's own mean and
variance, dropout drops nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from math import prod
from typing import Any

from specc.byhand import activations as act
from specc.byhand import scalar as s
from specc.byhand import spatial
from specc.byhand.array import (
    Array,
    build,
    each,
    expanded,
    indices,
    joined,
    picked,
    reduced,
    reshaped,
    swapped,
)  # fmt: skip
from specc.byhand.notes import note
from specc.byhand.products import matmul
from specc.byhand.scalar import Scalar, constant

Weights = Mapping[str, Array]
Forward = Callable[..., Any]


def linear(x: Array, weight: Array, bias: Array | None) -> Array:
    """x·Wᵀ + b along the last axis."""
    n_in, n_out = x.sizes[-1], weight.sizes[0]
    rows = [x.items[i : i + n_in] for i in range(0, len(x.items), n_in)]
    columns = [weight.items[i * n_in : (i + 1) * n_in] for i in range(n_out)]
    items = tuple(
        s.dot(column, row, None if bias is None else bias.items[k])
        for row in rows
        for k, column in enumerate(columns)
    )
    return Array((*x.sizes[:-1], n_out), items)


def _linear(w: Weights, *_: Any, **__: Any) -> Forward:
    return lambda x: linear(x, w["weight"], w.get("bias"))


def _bilinear(w: Weights, *_: Any, **__: Any) -> Forward:
    weight, bias = w["weight"], w.get("bias")

    def forward(a: Array, b: Array) -> Array:
        def element(index: tuple[int, ...]) -> Scalar:
            *row, k = index
            pairs = list(indices(weight.sizes[1:]))
            left = [s.multiply(a[(*row, i)], b[(*row, j)]) for i, j in pairs]
            right = [weight[(k, i, j)] for i, j in pairs]
            return s.dot(left, right, None if bias is None else bias[(k,)])

        return build((*a.sizes[:-1], weight.sizes[0]), element)

    return forward


def _conv(w: Weights, *_: Any, **options: Any) -> Forward:
    mode, padding = options.pop("padding_mode", "zeros"), options.pop("padding", 0)
    options.pop("bias", None)

    def forward(x: Array) -> Array:
        margin = padding
        if mode != "zeros":
            rank = x.rank - 2
            ends = spatial.per_axis(padding, rank)
            x = spatial.pad(x, [p for p in reversed(ends) for _ in range(2)], mode)
            margin = 0
        return spatial.conv(x, w["weight"], w.get("bias"), padding=margin, **options)

    return forward


def _conv_transpose(w: Weights, *_: Any, **options: Any) -> Forward:
    options.pop("bias", None)
    return lambda x: spatial.conv_transpose(x, w["weight"], w.get("bias"), **options)


def _embedding(w: Weights, *_: Any, **options: Any) -> Forward:
    table = w["weight"]
    width = table.sizes[1]

    def forward(ids: Array) -> Array:
        read = [int(i.value) for i in ids.items]
        rows = picked(table, 0, read)
        if options.keys() & {"padding_idx", "max_norm", "scale_grad_by_freq"}:
            cut = [
                _row(rows.items[k * width : (k + 1) * width], i, read, options)
                for k, i in enumerate(read)
            ]
            rows = Array(rows.sizes, tuple(item for row in cut for item in row))
        return reshaped(rows, (*ids.sizes, width))

    return forward


def _row(
    row: Sequence[Scalar], number: int, read: list[int], options: Mapping[str, Any]
) -> list[Scalar]:
    """A row of a table as PyTorch's options have it: cut to a length, which the gradient does not see; the
    gradient 0 for padding, or divided by how often the row is read.
    """
    slope = Fraction(1, read.count(number) if options.get("scale_grad_by_freq") else 1)
    if options.get("padding_idx") == number:
        slope = Fraction(0)
    share: Fraction | float = Fraction(1)
    longest, order = options.get("max_norm"), float(options.get("norm_type", 2))
    if longest is not None:
        length = sum(abs(float(v.value)) ** order for v in row) ** (1 / order)
        share = float(longest) / (length + 1e-7) if length > longest else share
    return [s.made("row", v.value * share, (v,), [slope]) for v in row]


def _prelu(w: Weights, *_: Any, **__: Any) -> Forward:
    slope = w["weight"]

    def forward(x: Array) -> Array:
        shape = (1, -1, *(1,) * (x.rank - 2)) if len(slope.items) > 1 else (1,)
        slopes = reshaped(slope, shape)
        return each(lambda a, c: a if a.value > 0 else s.multiply(c, a), x, slopes)

    return forward


def _same(_: Weights, *__: Any, **___: Any) -> Forward:
    return lambda x: x


# --------------------------------------------------------------- normalisation


def grouped(x: Array, key: Callable[[tuple[int, ...]], object], eps: float) -> Array:
    """(x − mean)/√(variance + eps) among the elements that share a key, with the variance over n."""
    groups: dict[object, list[int]] = {}
    for place, index in enumerate(indices(x.sizes)):
        groups.setdefault(key(index), []).append(place)
    rows = [[x.items[p] for p in places] for places in groups.values()]
    means = _noted("mean", map(s.mean, rows))
    gaps = [[s.subtract(a, m) for a in row] for row, m in zip(rows, means, strict=True)]
    variances = _noted("variance", (s.mean([s.multiply(g, g) for g in row]) for row in gaps))
    items = list(x.items)
    for places, row, variance in zip(groups.values(), gaps, variances, strict=True):
        spread = s.sqrt(s.add(variance, constant(eps)) if eps else variance)
        for place, gap in zip(places, row, strict=True):
            items[place] = s.divide(gap, spread)
    return note("normalised", Array(x.sizes, tuple(items)))


def _noted(name: str, values: Iterable[Scalar]) -> tuple[Scalar, ...]:
    items = tuple(values)
    return note(name, Array((len(items),), items)).items


def affine(x: Array, w: Weights, shape: Sequence[int]) -> Array:
    """·weight + bias, where they are."""
    weight, bias = w.get("weight"), w.get("bias")
    if weight is not None:
        x = each(s.multiply, x, reshaped(weight, shape))
    return x if bias is None else each(s.add, x, reshaped(bias, shape))


def _channels(x: Array) -> tuple[int, ...]:
    return (1, -1, *(1,) * (x.rank - 2))


def _batch_norm(w: Weights, *_: Any, eps: float = 1e-5, **__: Any) -> Forward:
    return lambda x: affine(grouped(x, lambda i: i[1], eps), w, _channels(x))


def _instance_norm(w: Weights, *_: Any, eps: float = 1e-5, **__: Any) -> Forward:
    return lambda x: affine(grouped(x, lambda i: i[:2], eps), w, _channels(x))


def _group_norm(
    w: Weights, groups: int, channels: int, *_: Any, eps: float = 1e-5, **__: Any
) -> Forward:
    each_group = channels // groups
    return lambda x: affine(grouped(x, lambda i: (i[0], i[1] // each_group), eps), w, _channels(x))


def _layer_norm(w: Weights, shape: Any, *_: Any, eps: float = 1e-5, **__: Any) -> Forward:
    last = shape if isinstance(shape, (tuple, list)) else (shape,)
    return lambda x: affine(grouped(x, lambda i: i[: x.rank - len(last)], eps), w, last)


def _rms_norm(w: Weights, shape: Any, *_: Any, eps: float | None = None, **__: Any) -> Forward:
    last = shape if isinstance(shape, (tuple, list)) else (shape,)
    small = constant(2.220446049250313e-16 if eps is None else eps)

    def forward(x: Array) -> Array:
        flat = reshaped(x, (*x.sizes[: x.rank - len(last)], prod(last)))
        squares = reduced(
            lambda row: s.mean([s.multiply(a, a) for a in row]), flat, [-1], keep=True
        )
        root = each(lambda a: s.sqrt(s.add(a, small)), squares)
        return affine(reshaped(each(s.divide, flat, root), x.sizes), w, last)

    return forward


def local_response_norm(
    x: Array, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0
) -> Array:
    """x/(k + α·mean of squares over neighbouring channels)^β (Krizhevsky et al. 2012)."""

    def element(index: tuple[int, ...]) -> Scalar:
        at = index[1] - size // 2
        near = [c for c in range(at, at + size) if 0 <= c < x.sizes[1]]
        terms = [x[(index[0], c, *index[2:])] for c in near]
        mean = s.divide(s.dot(terms, terms), constant(size))
        below = s.add(constant(k), act.scaled(alpha, mean))
        return s.divide(x[index], s.power(below, constant(beta)))

    return build(x.sizes, element)


# -------------------------------------------------------------------- attention


def attend(
    q: Array, k: Array, v: Array, *, causal: bool = False, mask: Array | None = None, added: int = 0
) -> Array:
    """softmax(q·kᵀ/√d)·v, for each head; a causal row sees itself and what is before. The last `added`
    keys are seen by all.
    """
    length = k.sizes[-2] - added
    root = s.sqrt(constant(q.sizes[-1]))
    scores = each(lambda a: s.divide(a, root), matmul(q, swapped(k, -1, -2)))
    if causal:
        scores = _hidden(scores, lambda i: i[-2] < i[-1] < length)
    if mask is not None:
        scores = _hidden(scores, lambda i: i[-1] < length and not mask[(i[0], i[-1])].value)
    weights = note("weights", act.attention_weights(note("scores", scores)))
    return note("heads", matmul(weights, v))


def _hidden(scores: Array, hides: Callable[[tuple[int, ...]], bool]) -> Array:
    """Scores with −∞ at the places that are not seen."""
    rows = zip(indices(scores.sizes), scores.items, strict=True)
    below = -math.inf
    return Array(
        scores.sizes, tuple(s.flat("masked", below, a) if hides(i) else a for i, a in rows)
    )


def _heads(x: Array, number: int) -> Array:
    """[B, T, D] to [B, heads, T, D/heads]."""
    b, t, d = x.sizes
    return swapped(reshaped(x, (b, t, number, d // number)), 1, 2)


def _projected(x: Array, w: Weights, name: str) -> Array:
    return linear(x, w[f"{name}.weight"], w.get(f"{name}.bias"))


def _put_together(y: Array, w: Weights) -> Array:
    b, h, t, d = y.sizes
    return _projected(reshaped(swapped(y, 1, 2), (b, t, h * d)), w, "out_proj")


def _beside(
    parts: Sequence[Array], w: Weights, add_bias_kv: bool = False, add_zero_attn: bool = False
) -> list[Array]:
    """Keys and values with the learnt row and the row of zeros behind them."""
    made = []
    for part, name in zip(parts, ("bias_k", "bias_v"), strict=True):
        b, _, d = part.sizes
        rows = [part]
        if add_bias_kv:
            rows.append(expanded(w[name], (b, 1, d)))
        if add_zero_attn:
            rows.append(Array((b, 1, d), (constant(0),) * (b * d)))
        made.append(joined(rows, 1) if len(rows) > 1 else part)
    return made


def _attended(
    w: Weights, heads: int, parts: Sequence[Array], causal: bool, mask: Array | None, **more: Any
) -> Array:
    """The attention of projected queries, keys and values."""
    q, k, v = parts
    beside = {n: more.get(n, False) for n in ("add_bias_kv", "add_zero_attn")}
    k, v = _beside((k, v), w, **beside)
    split = (_heads(part, heads) for part in (q, k, v))
    return _put_together(attend(*split, causal=causal, mask=mask, added=sum(beside.values())), w)


def _self_attention(
    w: Weights, features: int, heads: int, causal: bool = False, *_: Any, **more: Any
) -> Forward:
    def forward(x: Array, mask: Array | None = None) -> Array:
        every = _projected(x, w, "in_proj")
        parts = [picked(every, -1, range(i * features, (i + 1) * features)) for i in range(3)]
        named = [note(n, p) for n, p in zip("qkv", parts, strict=True)]
        return _attended(w, heads, named, **{"causal": causal, **more}, mask=mask)

    return forward


def _cross_attention(w: Weights, features: int, heads: int, *_: Any, **more: Any) -> Forward:
    def forward(x: Array, memory: Array, mask: Array | None = None) -> Array:
        both = _projected(memory, w, "kv_proj")
        parts = [picked(both, -1, range(i * features, (i + 1) * features)) for i in range(2)]
        parts = [_projected(x, w, "q_proj"), *parts]
        return _attended(w, heads, parts, causal=False, mask=mask, **more)

    return forward


def _split_attention(w: Weights, features: int, heads: int, *_: Any, **more: Any) -> Forward:
    def forward(x: Array, memory: Array, values: Array, mask: Array | None = None) -> Array:
        named = zip((x, memory, values), ("q_proj", "k_proj", "v_proj"), strict=True)
        parts = [_projected(part, w, name) for part, name in named]
        return _attended(w, heads, parts, causal=False, mask=mask, **more)

    del features
    return forward


MODULES: dict[str, Callable[..., Forward]] = {
    "nn.Linear": _linear,
    "nn.Bilinear": _bilinear,
    "nn.Embedding": _embedding,
    "nn.PReLU": _prelu,
    "nn.GroupNorm": _group_norm,
    "nn.LayerNorm": _layer_norm,
    "nn.RMSNorm": _rms_norm,
    "SelfAttention": _self_attention,
    "CrossAttention": _cross_attention,
    "SplitAttention": _split_attention,
    "WideSelfAttention": _self_attention,
    "WideCrossAttention": _cross_attention,
    **{f"nn.Conv{n}d": _conv for n in (1, 2, 3)},
    **{f"nn.ConvTranspose{n}d": _conv_transpose for n in (1, 2, 3)},
    **{f"nn.BatchNorm{n}d": _batch_norm for n in (1, 2, 3)},
    **{f"nn.InstanceNorm{n}d": _instance_norm for n in (1, 2, 3)},
    **{f"nn.{n}": _same for n in ("Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "AlphaDropout",
                                  "FeatureAlphaDropout")},
}  # fmt: skip
"""Modules by their name in generated code: each takes the weights and the constructor's arguments."""
