"""Masked sequences: kernels and cells read what the mask leaves, in each direction and wherever it is."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from tests.emit.test_standard_cells import copied, instance, network

STEPS = 6


def masked(stage: str) -> Any:
    """A network of ids of which 0 does not count."""
    text = stage.replace(")", ", mask=ids != 0)", 1) if "scan(" not in stage else stage
    text = text.replace("MASK", "mask=ids != 0")
    return instance(
        network(f"embedding(10) -> {text}", f"tokens[{STEPS}, vocab=9]", port_name="ids")
    )


def alone(net: Any, ids: Tensor) -> Tensor:
    """What comes of a sequence of these ids and nothing else."""
    found: Tensor = net(ids[None])[0]
    return found


MASKS = st.lists(st.lists(st.booleans(), min_size=STEPS, max_size=STEPS), min_size=1, max_size=4)
WAYS = ["", ", reverse=true", ", bidirectional=true"]
KERNELS = [f"{word}(20{way})" for word in ("rnn", "gru", "lstm") for way in WAYS]
STACKED = ["gru(20, layers=2, bidirectional=true)", "lstm(20, layers=2)"]
CELLS = [f"scan(gru_cell(20){way}, MASK)" for way in WAYS]


@pytest.mark.parametrize("stage", [*KERNELS, *STACKED, *CELLS])
@given(masks=MASKS)
@settings(max_examples=6, deadline=None)
def test_only_what_counts_is_read(stage: str, masks: list[list[bool]]) -> None:
    net, mask = masked(stage), torch.tensor(masks)
    last = masked(stage.replace("20", "20, keep=last", 1) if "scan" not in stage else
                  stage.replace("MASK", "keep=last, MASK"))  # fmt: skip
    ids = torch.randint(1, 9, mask.shape) * mask
    outputs, ends = net(ids), last(ids)
    for row, (own, kept) in enumerate(zip(ids, mask, strict=True)):
        if not kept.any():
            continue
        torch.testing.assert_close(outputs[row, kept], alone(net, own[kept]), rtol=1e-4, atol=1e-5)
        torch.testing.assert_close(ends[row], alone(last, own[kept]), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("way", WAYS)
@given(masks=MASKS)
@settings(max_examples=8, deadline=None)
def test_the_kernel_and_the_equations_agree_everywhere(way: str, masks: list[list[bool]]) -> None:
    kernel, plain = masked(f"lstm(20{way})"), masked(f"scan(lstm_cell(20){way}, MASK)")
    plain.embedding1.load_state_dict(kernel.embedding1.state_dict())
    cells = [c for n, c in plain.named_children() if n.startswith("lstm_cell")]
    for cell, end in zip(cells, ("", "_reverse"), strict=False):
        linears = (cell.linear1, cell.linear2, cell.linear3, cell.linear4)
        for linear, gate in zip(linears, (1, 0, 2, 3), strict=True):
            copied(linear, kernel.lstm1, gate, end=end)
    mask = torch.tensor(masks)
    ids = torch.randint(1, 9, mask.shape) * mask
    torch.testing.assert_close(plain(ids), kernel(ids), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("bidirectional", [False, True])
def test_a_masked_kernel_is_a_packed_sequence(bidirectional: bool) -> None:
    way = ", bidirectional=true" if bidirectional else ""
    net = masked(f"gru(20{way})")
    lengths = torch.tensor([6, 2, 4])
    mask = torch.arange(STEPS) < lengths[:, None]
    ids = torch.randint(1, 9, mask.shape) * mask
    x = net.embedding1(ids)
    packed = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    wanted, _ = nn.utils.rnn.pad_packed_sequence(net.gru1(packed)[0], batch_first=True)
    torch.testing.assert_close(net(ids)[mask], wanted[mask], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("stage", ["gru(20)", "scan(gru_cell(20), MASK)"])
def test_outputs_stand_still_in_gaps_and_begin_with_nothing(stage: str) -> None:
    net = masked(stage)
    y = net(torch.tensor([[0, 3, 0, 0, 4, 0]]))[0]
    assert (y[0] == 0).all()
    assert (y[1:4] == y[1]).all()
    assert (y[5] == y[4]).all()
    assert not torch.equal(y[4], y[3])
    assert (net(torch.zeros(1, STEPS, dtype=torch.int64)) == 0).all()


def test_gradients_reach_what_counts_alone() -> None:
    net = masked("gru(20, bidirectional=true)")
    ids = torch.tensor([[0, 3, 0, 5, 0, 0]])
    net(ids)[0, 1].sum().backward()
    reached = net.embedding1.weight.grad.abs().sum(1).nonzero().flatten().tolist()
    assert reached == [3, 5]
