"""Attention with masks and added keys: PyTorch's values, given PyTorch's weights."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from specc.layers.attention import Attention
from specc.layers.base import Inference, LayerError
from specc.types import Tensor
from tests.layers.contract import build, check, printed, sequence, tensor

MASK = Tensor((5,), ("time",), "bool")
OPTIONS = [(kv, zero) for kv in (False, True) for zero in (False, True)]
# The first key of each item counts, so that every causal position sees one.
KEPT = torch.tensor([[1, 1, 1, 0, 0], [1, 0, 1, 0, 1], [1, 1, 1, 1, 1]], dtype=torch.bool)

THEIRS = ("q_proj_weight", "k_proj_weight", "v_proj_weight")


def peer(own: nn.Module, theirs: nn.MultiheadAttention) -> nn.MultiheadAttention:
    """PyTorch's module with the weights of the generated one."""
    mine = own.state_dict()
    kept = {n.replace("in_proj.", "in_proj_"): w for n, w in mine.items()}
    if "k_proj.weight" in mine:
        kept |= {n: mine[n.replace("_weight", ".weight")] for n in THEIRS}
        kept["in_proj_bias"] = torch.cat([mine[f"{n}_proj.bias"] for n in "qkv"])
    elif "q_proj.weight" in mine:
        q, kv = mine["q_proj.weight"], mine["kv_proj.weight"].chunk(2)
        kept |= dict(
            zip(("q_proj_weight", "k_proj_weight", "v_proj_weight"), (q, *kv), strict=True)
        )
        kept["in_proj_bias"] = torch.cat((mine["q_proj.bias"], mine["kv_proj.bias"]))
    wanted = theirs.state_dict()
    theirs.load_state_dict({n: w for n, w in kept.items() if n in wanted})
    return theirs.eval()


def module(inference: Inference) -> nn.Module:
    made = build(inference)
    assert made is not None
    return made.eval()


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize(("bias_kv", "zero"), OPTIONS)
def test_on_itself_it_is_pytorch(causal: bool, bias_kv: bool, zero: bool) -> None:
    layer = Attention(heads=2, causal=causal, add_bias_kv=bias_kv, add_zero_attn=zero)
    found = layer.infer(sequence(5, 6), None, MASK)
    own = module(found)
    theirs = nn.MultiheadAttention(6, 2, add_bias_kv=bias_kv, add_zero_attn=zero, batch_first=True)
    x = torch.randn(3, 5, 6)
    hidden = torch.ones(5, 5, dtype=torch.bool).triu(1) if causal else None
    wanted, _ = peer(own, theirs)(x, x, x, key_padding_mask=~KEPT, attn_mask=hidden)
    torch.testing.assert_close(own(x, mask=KEPT), wanted, rtol=1e-4, atol=1e-5)
    assert found.count is not None
    assert found.count.value == sum(p.numel() for p in theirs.parameters())


@pytest.mark.parametrize(("bias_kv", "zero"), OPTIONS)
def test_on_a_memory_it_is_pytorch(bias_kv: bool, zero: bool) -> None:
    layer = Attention(heads=2, add_bias_kv=bias_kv, add_zero_attn=zero)
    found = layer.infer(sequence(4, 6), sequence(5, 3), MASK)
    own = module(found)
    theirs = nn.MultiheadAttention(
        6, 2, add_bias_kv=bias_kv, add_zero_attn=zero, kdim=3, vdim=3, batch_first=True
    )
    x, memory = torch.randn(3, 4, 6), torch.randn(3, 5, 3)
    wanted, _ = peer(own, theirs)(x, memory, memory, key_padding_mask=~KEPT)
    torch.testing.assert_close(own(x, memory, mask=KEPT), wanted, rtol=1e-4, atol=1e-5)
    assert found.count is not None
    assert found.count.value == sum(p.numel() for p in theirs.parameters())


def test_values_of_their_own_are_those_of_pytorch() -> None:
    found = Attention(heads=2, add_bias_kv=True).infer(
        sequence(4, 6), sequence(5, 3), MASK, sequence(5, 8)
    )
    own = module(found)
    theirs = nn.MultiheadAttention(6, 2, add_bias_kv=True, kdim=3, vdim=8, batch_first=True)
    x, memory, values = torch.randn(3, 4, 6), torch.randn(3, 5, 3), torch.randn(3, 5, 8)
    wanted, _ = peer(own, theirs)(x, memory, values, key_padding_mask=~KEPT)
    torch.testing.assert_close(own(x, memory, values, mask=KEPT), wanted, rtol=1e-4, atol=1e-5)
    assert found.count is not None
    assert found.count.value == sum(p.numel() for p in theirs.parameters())


def test_values_go_with_a_memory_of_their_length() -> None:
    for operands, code in (
        ((sequence(4, 6), None, None, sequence(4, 6)), "E204"),
        ((sequence(4, 6), sequence(5, 3), None, sequence(4, 3)), "E302"),
    ):
        with pytest.raises(LayerError) as found:
            Attention(heads=2).infer(*operands)
        assert found.value.code == code


def test_padding_changes_nothing() -> None:
    """A sequence with padding behind it gives what it gives alone."""
    own = module(Attention(heads=2).infer(sequence(5, 6), None, MASK))
    x = torch.randn(3, 5, 6)
    torch.testing.assert_close(own(x, KEPT)[:1, :3], own(x[:1, :3]), rtol=1e-4, atol=1e-5)


def test_no_key_gives_nothing_and_no_nan() -> None:
    own = module(Attention(heads=2, bias=False).infer(sequence(5, 6), None, MASK))
    x = torch.randn(3, 5, 6, requires_grad=True)
    y = own(x, torch.zeros(3, 5, dtype=torch.bool))
    y.sum().backward()
    assert x.grad is not None
    assert y.abs().max() == 0
    assert x.grad.isfinite().all()


def test_a_further_key_costs_a_product_and_is_shown() -> None:
    plain, more = (Attention(heads=2, add_bias_kv=b).infer(sequence(5, 6)) for b in (False, True))
    assert plain.macs is not None
    assert more.macs is not None
    assert more.macs.value - plain.macs.value == 2 * 5 * 6
    assert more.macs.numbers() == "4·5·6·6 + 2·5·(5 + 1)·6"
    assert more.notes == ("keys: 5 + 1 = 6",)
    assert [p.name for p in more.parts if p.macs is None] == ["bias_k", "bias_v"]


def test_without_any_of_it_the_class_stays_the_short_one() -> None:
    call = Attention(heads=2).infer(sequence(5, 6)).module
    assert call is not None
    assert printed(call) == "SelfAttention(6, 2)"


@pytest.mark.parametrize(
    ("mask", "code"),
    [
        (tensor(5), "E203"),
        (Tensor((4,), ("time",), "bool"), "E302"),
        (Tensor((5,), ("time",), "bool", batched=False), "E203"),
    ],
)
def test_a_mask_says_yes_or_no_at_every_position(mask: Tensor, code: str) -> None:
    with pytest.raises(LayerError) as found:
        Attention(heads=2).infer(sequence(5, 6), None, mask)
    assert found.value.code == code
    assert found.value.argument == 2


def test_under_half_precision() -> None:
    layer = Attention(heads=2, add_bias_kv=True, add_zero_attn=True)
    run = check(layer, sequence(5, 6), None, MASK)
    assert run.module is not None
    with torch.autocast("cpu", torch.bfloat16):
        assert run.module(torch.randn(3, 5, 6), KEPT).shape == (3, 5, 6)
