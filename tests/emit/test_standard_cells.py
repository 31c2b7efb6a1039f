"""The cells of the library: the kernels of PyTorch give what their equations give."""

from __future__ import annotations

import copy
from importlib.resources import files
from typing import Any

import pytest
import torch
from torch import nn

from specc.count.counter import count
from specc.diagnostics import Diagnostics
from specc.pipeline import compile_text
from specc.program import Program
from specc.source import Source
from specc.std import INDEX
from specc.syntax.format import format_text
from tests.laws.conformity import conforms, module_of

LIBRARY = files("specc.std").joinpath("recurrent.spec").read_text(encoding="utf-8")
SEQUENCES = {
    "rnn_cell": 620, "lstm_cell": 2480, "peephole_lstm": 2540, "full_peephole_lstm": 3680,
    "gru_cell": 1880, "gru_reset_before": 1860,
}  # fmt: skip
TREES = {"child_sum_lstm": 3380, "binary_tree_lstm": 6200, "rntn": 33_320}


def network(stage: str, port: str = "sequence[T, 10]", port_name: str = "x") -> Program:
    text = f"specc 1\nnetwork Net {{\n    in {port_name}: {port}\n    {port_name} -> {stage}\n}}\n"
    result = compile_text(text)
    assert [d.message for d in result.diagnostics] == []
    assert result.program is not None
    return result.program


def instance(program: Program) -> Any:
    torch.manual_seed(0)
    return module_of(program).Net()


def test_the_index_holds_the_library() -> None:
    words = {w for w, stem in INDEX.items() if stem == "recurrent"}
    assert words == {*SEQUENCES, *TREES}
    assert all(f"cell {word}(units)" in LIBRARY for word in words)


@pytest.mark.parametrize(("word", "params"), SEQUENCES.items())
def test_cells_of_sequences(word: str, params: int) -> None:
    program = network(f"scan({word}(20))")
    assert count(program).totals.params == params
    conforms(program, {"T": 5})


@pytest.mark.parametrize(("word", "params"), TREES.items())
def test_cells_of_trees(word: str, params: int) -> None:
    program = network(f"fold({word}(20))", "tree[N, vocab=5]")
    assert count(program).totals.params == params
    conforms(program, {"N": 5})


def copied(
    linear: nn.Linear, kernel: Any, gate: int, hidden: bool = True, read: bool = True, end: str = ""
) -> None:
    """One gate's weights of a kernel in a linear layer of [h, x], of h or of x."""
    rows = slice(20 * gate, 20 * (gate + 1))
    parts = [("hh", hidden), ("ih", read)]
    weights = [getattr(kernel, f"weight_{n}_l0{end}")[rows] for n, used in parts if used]
    offsets = [getattr(kernel, f"bias_{n}_l0{end}")[rows] for n, used in parts if used]
    with torch.no_grad():
        linear.weight.copy_(torch.cat(weights, 1))
        linear.bias.copy_(torch.stack(offsets).sum(0))


def test_the_lstm_kernel_is_its_equations() -> None:
    kernel = instance(network("scan(lstm(20))"))
    plain = instance(network("scan(lstm_cell(20))"))
    cell = plain.lstm_cell1
    for linear, gate in zip(
        (cell.linear1, cell.linear2, cell.linear3, cell.linear4), (1, 0, 2, 3), strict=True
    ):
        copied(linear, kernel.lstm1, gate)
    x = torch.randn(3, 7, 10)
    torch.testing.assert_close(plain(x), kernel(x))


def test_the_gru_kernel_is_its_equations() -> None:
    kernel = instance(network("scan(gru(20))"))
    plain = instance(network("scan(gru_cell(20))"))
    cell = plain.gru_cell1
    copied(cell.linear1, kernel.gru1, 0)
    copied(cell.linear2, kernel.gru1, 1)
    copied(cell.linear3, kernel.gru1, 2, hidden=False)
    copied(cell.linear4, kernel.gru1, 2, read=False)
    x = torch.randn(3, 7, 10)
    torch.testing.assert_close(plain(x), kernel(x))


def test_the_vanilla_kernel_is_its_equation() -> None:
    kernel = instance(network("scan(rnn(20), keep=last)"))
    plain = instance(network("scan(rnn_cell(20), keep=last)"))
    copied(plain.rnn_cell1.linear1, kernel.rnn1, 0)
    x = torch.randn(3, 7, 10)
    torch.testing.assert_close(plain(x), kernel(x))


def test_stacked_both_ways_is_its_parts() -> None:
    """The second layer reads both directions of the first; the last output is where each ends."""
    net = instance(network("gru(20, layers=2, bidirectional=true, keep=last)"))
    start = torch.randn(3, 7, 10)
    x = start
    for level in (0, 1):
        found = []
        for way in ("", "_reverse"):
            one = nn.GRU(x.shape[2], 20, batch_first=True)
            with torch.no_grad():
                for name, value in one.named_parameters():
                    value.copy_(getattr(net.gru1, name.replace("_l0", f"_l{level}{way}")))
            found.append(one(x.flip(1))[0].flip(1) if way else one(x)[0])
        x = torch.cat(found, 2)
    torch.testing.assert_close(net(start), torch.cat((x[:, -1, :20], x[:, 0, 20:]), 1))


def test_the_library_is_laid_out() -> None:
    assert format_text(Source("recurrent.spec", LIBRARY), Diagnostics()) == LIBRARY


@pytest.mark.parametrize(
    ("stage", "params"),
    [
        ("lstm(20, biases=1)", 2480), ("rnn(20, biases=1)", 620), ("gru(20, biases=1)", 1860),
        ("gru(20, biases=1, bidirectional=true)", 3720), ("lstm(20, biases=1, layers=2)", 5760),
    ],
)  # fmt: skip
def test_one_offset_for_each_gate_is_counted_and_kept(stage: str, params: int) -> None:
    program = network(stage)
    conforms(program, {"T": 5})
    assert {count(program, c).totals.params for c in ("textbook", "pytorch", "keras")} == {params}
    net = copy.deepcopy(instance(program))
    assert sum(p.numel() for p in net.parameters()) == params
    before = {n: p.clone() for n, p in net.named_parameters()}
    optimizer = torch.optim.AdamW(net.parameters(), lr=0.1, weight_decay=0.5)
    for _ in range(3):
        optimizer.zero_grad()
        net(torch.randn(4, 5, 10)).pow(2).mean().backward()
        optimizer.step()
    second = [b for n, b in net.named_buffers() if "bias_hh" in n]
    assert second
    assert all((b == 0).all() for b in second)
    assert all((p != before[n]).any() for n, p in net.named_parameters())


def test_one_offset_is_the_equations() -> None:
    kernel, plain = (
        instance(network("lstm(20, biases=1)")),
        instance(network("scan(lstm_cell(20))")),
    )
    cell = plain.lstm_cell1
    linears = (cell.linear1, cell.linear2, cell.linear3, cell.linear4)
    for linear, gate in zip(linears, (1, 0, 2, 3), strict=True):
        copied(linear, kernel.lstm1, gate)
    x = torch.randn(3, 7, 10)
    torch.testing.assert_close(plain(x), kernel(x))
    whole = nn.LSTM(10, 20, batch_first=True)
    whole.load_state_dict(kernel.lstm1.state_dict())
    torch.testing.assert_close(whole(x)[0], kernel(x))
