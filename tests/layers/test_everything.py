"""The contract, for layers with and without weights: shapes, counts, names and working are torch's."""

from __future__ import annotations

import pytest

from specc.layers import arithmetic as arith
from specc.layers import (
    attention,
    comparison,
    conv,
    dense,
    dropout,
    elementwise,
    embedding,
    framing,
    joining,
    norm,
    patches,
    pool,
    reduce,
    reparametrised,
    resample,
)
from specc.layers.base import Layer
from specc.types import Tensor
from tests.layers.contract import check, sequence, tensor

IDS = Tensor((7,), ("time",), "int", 11)
MASK = Tensor((5,), ("time",), "bool")
LABEL = Tensor((), (), "int", 5)
ONE = Tensor((), (), "float", batched=False, constant=1.0)
NUMBER = Tensor((), ())
IMAGE = tensor(4, 9, 7)
SIGNAL = Tensor((4, 9), ("channels", "length"))
VOLUME = Tensor((2, 5, 6, 7), ("channels", "depth", "height", "width"))

CASES: list[tuple[Layer, tuple[Tensor | None, ...]]] = [
    *((dense.Linear(features=3, bias=b), (x,)) for b in (True, False) for x in (tensor(5), sequence(4, 5))),
    (dense.Bilinear(features=3), (tensor(5), tensor(4))),
    (dense.Bilinear(features=3, bias=False), (sequence(2, 5), sequence(2, 4))),
    *((conv.Conv(channels=6, kernel=3), (x,)) for x in (IMAGE, SIGNAL, VOLUME)),
    (conv.Conv(channels=6, kernel=(3, 5), stride=2, padding=(1, 2), bias=False), (IMAGE,)),
    (conv.Conv(channels=6, kernel=3, dilation=2, groups=2, padding=2), (IMAGE,)),
    *((conv.Conv(channels=3, kernel=k, stride=s, padding="same"), (IMAGE,))
      for k in (2, 3, 5) for s in (1, 2, 3)),
    (conv.Conv(channels=3, kernel=3, padding="valid", padding_mode="zeros"), (IMAGE,)),
    (conv.Conv(channels=3, kernel=3, padding=1, padding_mode="reflect"), (IMAGE,)),
    *((conv.ConvTranspose(channels=6, kernel=4, stride=2, padding=1), (x,)) for x in (IMAGE, SIGNAL, VOLUME)),
    (conv.ConvTranspose(channels=6, kernel=3, stride=2, output_padding=1, groups=2, bias=False), (IMAGE,)),
    *(
        (conv.ConvTranspose(channels=3, kernel=k, stride=s, padding="same"), (IMAGE,))
        for k in (1, 2, 3, 5)
        for s in (1, 2, 3)
    ),
    *((pool.MaxPool(kernel=2), (x,)) for x in (IMAGE, SIGNAL, VOLUME)),
    (pool.MaxPool(kernel=3, stride=2, padding=1), (IMAGE,)),
    (pool.MaxPool(kernel=3, stride=2, dilation=2, ceil_mode=True), (IMAGE,)),
    *((pool.AvgPool(kernel=2), (x,)) for x in (IMAGE, SIGNAL, VOLUME)),
    (pool.AvgPool(kernel=3, stride=2, padding=1, ceil_mode=True, count_include_pad=False), (IMAGE,)),
    (pool.LpPool(kernel=2, p=2.0), (IMAGE,)),
    (pool.LpPool(kernel=3, stride=1, p=3.0), (SIGNAL,)),
    *((pool.AdaptiveAvgPool(size=3), (x,)) for x in (IMAGE, SIGNAL, VOLUME)),
    (pool.AdaptiveMaxPool(size=(2, 3)), (IMAGE,)),
    *((pool.GlobalAvgPool(), (x,)) for x in (IMAGE, SIGNAL, VOLUME)),
    (pool.GlobalMaxPool(keepdims=True), (IMAGE,)),
    *((norm.BatchNorm(), (x,)) for x in (tensor(5), SIGNAL, IMAGE, VOLUME)),
    (norm.BatchNorm(affine=False, track_running_stats=False, momentum=None), (IMAGE,)),
    *((layer, (IMAGE,)) for layer in (
        norm.BatchNorm(bias=False), norm.InstanceNorm(affine=True, bias=False),
        norm.GroupNorm(groups=2, bias=False), norm.BatchNorm(affine=False, bias=False))),
    *((norm.InstanceNorm(affine=a), (IMAGE,)) for a in (True, False)),
    *((norm.GroupNorm(groups=2), (x,)) for x in (tensor(4), IMAGE)),
    *((norm.LayerNorm(), (x,)) for x in (tensor(5), sequence(3, 5))),
    (norm.LayerNorm(axes=3, bias=False), (IMAGE,)),
    *((norm.RMSNorm(), (x,)) for x in (tensor(5), sequence(3, 5))),
    (norm.LocalResponseNorm(size=5), (IMAGE,)),
    (reparametrised.WeightNorm(layer=conv.Conv(channels=6, kernel=3)), (IMAGE,)),
    (reparametrised.WeightNorm(layer=dense.Linear(features=3)), (tensor(5),)),
    (reparametrised.SpectralNorm(layer=conv.Conv(channels=6, kernel=3)), (IMAGE,)),
    (reparametrised.SpectralNorm(layer=dense.Linear(features=3, bias=False)), (tensor(5),)),
    *((dropout.Dropout(p=0.2), (x,)) for x in (tensor(5), IMAGE)),
    *((dropout.ChannelDropout(), (x,)) for x in (SIGNAL, IMAGE, VOLUME)),
    (dropout.AlphaDropout(), (tensor(5),)),
    (dropout.FeatureAlphaDropout(), (IMAGE,)),
    (dropout.GaussianNoise(std=0.1), (IMAGE,)),
    *((embedding.Embedding(features=6), (x,)) for x in (IDS, LABEL)),
    *((embedding.Embedding(features=6, padding_idx=3, max_norm=1.0, norm_type=1.0, scale_grad_by_freq=f,
                           sparse=not f), (IDS,)) for f in (True, False)),
    (embedding.LearnedPositions(length=9), (sequence(4, 6),)),
    (embedding.LearnedPositions(length=4), (sequence(4, 6),)),
    (embedding.SinusoidalPositions(), (sequence(4, 6),)),
    (embedding.SinusoidalEmbedding(features=6), (NUMBER,)),
    (embedding.OneHot(), (LABEL,)),
    *((attention.Attention(heads=2, causal=c, bias=b), (sequence(5, 6),))
      for c in (True, False) for b in (True, False)),
    (attention.Attention(heads=3, dropout=0.1), (sequence(5, 6), sequence(4, 8))),
    *((attention.Attention(heads=2, causal=c, add_bias_kv=kv, add_zero_attn=z), (sequence(5, 6), None, m))
      for c in (True, False) for kv in (True, False) for z in (True, False) for m in (MASK, None)),
    *((attention.Attention(heads=3, add_bias_kv=kv, add_zero_attn=z), (sequence(4, 6), sequence(5, 8), m))
      for kv, z in ((True, False), (False, True), (True, True)) for m in (MASK, None)),
    *((attention.Attention(heads=3, bias=b, add_bias_kv=kv),
       (sequence(4, 6), sequence(5, 8), m, sequence(5, 3)))
      for b in (True, False) for kv in (True, False) for m in (MASK, None)),
    *((joining.Concat(), v) for v in ((IMAGE, IMAGE), (tensor(3), tensor(4), tensor(1)))),
    (joining.Concat(axis="height"), (IMAGE, IMAGE)),
    *((joining.Stack(), v) for v in ((tensor(3), tensor(3)), (NUMBER, NUMBER))),
    (joining.Stack(axis=1), (sequence(3, 4), sequence(3, 4))),
    (framing.Pad(margin=1), (IMAGE,)),
    (framing.Pad(margin=(1, 2, 0, 3), value=2.0), (IMAGE,)),
    (framing.Pad(margin=2, mode="reflect"), (SIGNAL,)),
    *((resample.Upsample(), (x,)) for x in (IMAGE, SIGNAL, VOLUME)),
    (resample.Upsample(scale=3), (IMAGE,)),
    *((resample.Upsample(scale=2, mode=m), (IMAGE,))
      for m in ("bilinear", "bicubic", "nearest_exact", "area")),
    (resample.Upsample(size=(12, 13), mode="bilinear", align_corners=True), (IMAGE,)),
    (resample.PixelShuffle(factor=2), (IMAGE,)),
    (resample.PixelUnshuffle(factor=2), (tensor(3, 8, 6),)),
    *((patches.ChannelShuffle(groups=2), (x,)) for x in (IMAGE, SIGNAL)),
    (patches.Unfold(kernel=3), (IMAGE,)),
    (patches.Unfold(kernel=(3, 2), stride=2, padding=(1, 0), dilation=(1, 2)), (IMAGE,)),
    (patches.Fold(size=(9, 7), kernel=3), (Tensor((36, 35), ("channels", "length")),)),
    (patches.Fold(size=8, kernel=(4, 2), stride=(4, 2)), (Tensor((24, 8), ("channels", "length")),)),
    (patches.Fold(size=5, kernel=3, padding=1, stride=2), (Tensor((18, 9), ("channels", "length")),)),
    (framing.Crop(), (IMAGE, tensor(2, 4, 5))),
    (framing.Crop(size=3), (IMAGE,)),
    *((op(), (a, b)) for op in (arith.Add, arith.Subtract, arith.Multiply, comparison.Less, comparison.Equal)
      for a, b in ((IMAGE, IMAGE), (tensor(5), ONE), (ONE, tensor(5)), (IMAGE, NUMBER), (NUMBER, tensor(5)))),
    (arith.Divide(), (tensor(5), NUMBER)),
    (arith.Power(), (tensor(5), Tensor((), (), batched=False, constant=2.0))),
    (arith.Matmul(), (sequence(3, 4), sequence(4, 5))),
    (comparison.Where(), (Tensor((5,), ("features",), "bool"), tensor(5), ONE)),
    (comparison.LogicalAnd(), (Tensor((5,), ("features",), "bool"), Tensor((5,), ("features",), "bool"))),
    *((cls(), (tensor(5),)) for cls in (
        elementwise.Negate, elementwise.Abs, elementwise.Sign, elementwise.Square, elementwise.Exp,
        elementwise.Sin, elementwise.Cos, elementwise.Floor, elementwise.Round)),
    *((cls(), (tensor(5).with_range(0.0, 1.0),))
      for cls in (elementwise.Sqrt, elementwise.Log, elementwise.Log1p)),
    (elementwise.Clamp(low=0.0, high=1.0), (IMAGE,)),
    (elementwise.Clamp(low=-0.5), (IMAGE,)),
    *((cls(axis=a), (IMAGE,)) for a in (None, "height", ("height", "width"), "batch", ("batch", "channels"))
      for cls in (reduce.Mean, reduce.Sum, reduce.Max, reduce.Min, reduce.Std, reduce.Norm, reduce.LogSumExp,
                  reduce.Product, reduce.Var)),
    *((cls(), (NUMBER,)) for cls in (reduce.Mean, reduce.Sum, reduce.Max)),
    (reduce.Mean(axis="height", keepdims=True), (IMAGE,)),
    (reduce.Max(), (ONE, tensor(5))),
    (reduce.Min(), (tensor(5), tensor(5))),
    (reduce.ArgMax(), (tensor(5),)),
    (reduce.ArgMax(), (IMAGE,)),
    (reduce.ArgMin(), (tensor(5),)),
    (reduce.CumSum(axis="time"), (sequence(3, 4),)),
]  # fmt: skip


@pytest.mark.parametrize(("layer", "operands"), CASES, ids=lambda v: getattr(v, "word", ""))
def test_contract(layer: Layer, operands: tuple[Tensor | None, ...]) -> None:
    check(layer, *operands)
