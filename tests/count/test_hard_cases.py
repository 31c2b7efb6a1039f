"""Counting cases that layer-by-layer tools get wrong, by rule and by the generated module."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from specc.count import CountReport, count
from specc.pipeline import compile_text
from specc.program import Program
from tests.laws.conformity import example, networks

SPECS = Path(__file__).parents[2] / "specs"


@dataclass(frozen=True)
class Case:
    """A spec with its learnable parameters, and its multiply-accumulates where they are stated."""

    text: str
    params: int
    macs: int | None = None


PEEPHOLE = """cell peephole(units) {
    in x
    state h[units], c[units]
    weight p_f[units], p_i[units], p_o[units]
    gate f = sigmoid(linear(units)([h, x]) + p_f * c)
    gate i = sigmoid(linear(units)([h, x]) + p_i * c)
    g = tanh(linear(units)([h, x]))
    next c = f * c + i * g
    gate o = sigmoid(linear(units)([h, x]) + p_o * next c)
    next h = o * tanh(next c)
    out next h
}

"""
SEQUENCE = "network N {\n    in x: sequence[10, 32]\n    x -> %s\n}"

CASES = {
    "LSTM": Case(SEQUENCE % "lstm(64)", 25_088, 245_760),
    "bidirectional LSTM of two layers": Case(
        SEQUENCE % "lstm(64, layers=2, bidirectional=true)", 149_504, 1_474_560
    ),
    "GRU": Case(SEQUENCE % "gru(64)", 18_816, 184_320),
    "peephole LSTM": Case(PEEPHOLE + SEQUENCE % "scan(peephole(64))", 25_024, 245_760),
    "grouped conv": Case(
        "network N {\n    in x: image[16, 8, 8]\n    x -> conv(32, 3x3, padding=1, groups=4)\n}",
        1_184, 73_728,
    ),
    "transposed conv": Case(
        "network N {\n    in x: image[32, 8, 8]\n"
        "    x -> conv_transpose(16, 4x4, stride=2, padding=1)\n}",
        8_208, 524_288,
    ),
    "linear on a sequence": Case(
        "network N {\n    in x: sequence[10, 32]\n    x -> linear(64)\n}", 2_112, 20_480
    ),
    "multi-head attention": Case(
        "network N {\n    in x: sequence[10, 64]\n    x -> attention(heads=4)\n}",
        16_640, 4 * 10 * 64 * 64 + 2 * 10 * 10 * 64,
    ),
    "transformer layer": Case(
        "network N {\n    in x: sequence[10, 64]\n"
        "    h = x + (x -> layer_norm -> attention(heads=4))\n"
        "    out y = h + (h -> layer_norm -> linear(256) -> gelu -> linear(64))\n}",
        49_984,
    ),
    "tied autoencoder": Case(
        "encoder E {\n    in x: vector[784]\n    x -> linear(32) as code\n}\n\n"
        "decoder D {\n    in h: vector[32]\n"
        "    h -> linear(784, weight=transpose(E.code.weight))\n}\n\n"
        "network N {\n    in x: vector[784]\n    out y = D(E(x))\n}",
        25_904, 50_176,
    ),
    "tied embedding and head": Case(
        "network N {\n    in ids: tokens[10, vocab=100]\n    ids -> embedding(64) as table\n"
        "      -> linear(100, bias=false, weight=table.weight)\n}",
        6_400, 64_000,
    ),
    "position table": Case(
        "network N {\n    in ids: tokens[16, vocab=65]\n"
        "    ids -> embedding(64) -> learned_positions(16)\n}",
        5_184, None,
    ),
    "siamese tower called twice": Case(
        "block tower(width) {\n    x -> linear(width) -> relu -> linear(width)\n}\n\n"
        "network N {\n    in a: vector[64]\n    in b: vector[64]\n    let f = tower(64)\n"
        "    out y = distance(f(a), f(b))\n}",
        8_320, 2 * 8_192,
    ),
    "siamese tower with a learnt scale, called twice": Case(
        "block tower(width) {\n    x -> linear(64) -> relu -> linear(width)\n}\n\n"
        "network N {\n    in a: vector[80]\n    in b: vector[80]\n    weight scale[1]\n"
        "    let f = tower(48)\n    out y = scale * distance(f(a), f(b))\n}",
        8_305, 2 * 8_192,
    ),
    "shared activations": Case(
        "network Act {\n    in x: vector[10]\n    x -> relu -> sigmoid\n}\n\n"
        "network N {\n    in x: vector[5]\n"
        "    g = x -> linear(10)\n    h = x -> linear(10)\n    out y = Act(g) + Act(h)\n}",
        120, 100,
    ),
}  # fmt: skip


def compiled(text: str) -> Program:
    found = compile_text(f"specc 1\n\n{text}\n")
    assert found.program is not None, [d.message for d in found.diagnostics]
    return found.program


def whole(report: CountReport) -> int:
    value = report.network("N").totals.params
    assert isinstance(value, int)
    return value


@pytest.mark.parametrize("name", CASES)
def test_by_rule(name: str) -> None:
    case = CASES[name]
    report = count(compiled(case.text))
    assert whole(report) == case.params
    if case.macs is not None:
        mixed = [r for r in report.network("N").rows if r.op not in {"distance", "add", "multiply"}]
        assert sum(r.macs for r in mixed if isinstance(r.macs, int)) == case.macs


@pytest.mark.parametrize("name", CASES)
def test_by_the_generated_module(name: str) -> None:
    case = CASES[name]
    program = compiled(case.text)
    module = networks(program, {}, "meta")["N"].eval()
    assert sum(p.numel() for p in {id(p): p for p in module.parameters()}.values()) == case.params
    body = program.networks[-1]
    # A batch of two, and PyTorch's counter takes a multiplication and an addition for two.
    counter = FlopCounterMode(display=False)
    with (
        counter,
        torch.no_grad(),
        torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.MATH),
    ):
        module(*(example(kind, {}) for _, kind in body.inputs))  # type: ignore[arg-type]
    if case.macs is not None:
        assert counter.get_total_flops() == 2 * 2 * case.macs


def test_both_halves_of_a_half_frozen_net_are_shown() -> None:
    text = (
        "network N {\n    in x: vector[8]\n    x -> linear(8) as lower -> relu\n"
        "      -> linear(8) as upper\n}\n\n"
        "train Halves {\n    data digits(flat=true) as x, y\n"
        "    minimize mse(N(x[0:8]), x[0:8])\n    update N.upper with adam()\n}"
    )
    totals = count(compiled(text)).network("N").totals
    assert (totals.params, totals.trainable, totals.non_trainable) == (144, 72, 72)


def test_gpt2_xl() -> None:
    text = (SPECS / "transformers" / "gpt2.spec").read_text(encoding="utf-8")
    found = compile_text(
        text.partition("answers")[0], overrides={"width": 1_600, "depth": 48, "heads": 25}
    ).program
    assert found is not None
    assert count(found).network("GPT2").totals.params == 1_557_611_200
    module = networks(found, {"T": 8})["GPT2"]  # without memory for its numbers
    assert sum(p.numel() for p in set(module.parameters())) == 1_557_611_200
