"""Cells behind a mask, cut, or fed with their own outputs: by hand as the generated module computes them."""

from __future__ import annotations

import pytest
import torch

from specc.byhand.example import work
from specc.pipeline import compile_text
from tests.laws.conformity import module_of

CELL = """specc 1

cell mixed(units) {
    in x
    state h[units]
    next h = tanh(linear(units)([h, x]))
    out next h
}

network N {
    in x: sequence[5, 2]
    y = x -> scan(mixed(2)HOW) as S
    out total = sum(y, axis=time)
}

example "e" {
    given x = [[1, 0.5], [-1, 0.25], [0.5, 0.5], [2, -1], [0.75, 1]]
    given N.S.linear1.weight = [[0.5, -0.25, 1, 0.3], [0.1, 0.7, -0.6, 0.2]]
    given N.S.linear1.bias = [0.1, -0.2]
    loss = sum(N(x))
    minimize loss
}
"""
WAYS = [
    ", mask=x.MASKED", ", mask=x.MASKED, reverse=true", ", truncate=2", ", free_running=always",
    ", truncate=2, mask=x.MASKED", ", free_running=always, mask=x.MASKED",
    ", free_running=always, truncate=2", ", free_running=always, truncate=2, mask=x.MASKED", "",
]  # fmt: skip


@pytest.mark.parametrize("how", WAYS)
def test_a_scan_is_the_generated_module(how: str) -> None:
    text = CELL.replace("HOW", how.replace("x.MASKED", "(sum(x, axis=features) > 0)"))
    if "MASKED" in how:
        text = text.replace("mask=(sum(x, axis=features) > 0)", "mask=valid").replace(
            "    y = x", "    valid = sum(x, axis=features) > 0\n    y = x"
        )
    compiled = compile_text(text)
    assert compiled.program is not None, [d.message for d in compiled.diagnostics]
    (worked,) = (work(e) for e in compiled.program.examples)
    module = module_of(compiled.program).N().double()
    weights = dict(module.named_parameters())
    with torch.no_grad():
        for name, value in (
            ("weight", [[0.5, -0.25, 1, 0.3], [0.1, 0.7, -0.6, 0.2]]), ("bias", [0.1, -0.2])
        ):  # fmt: skip
            next(w for n, w in weights.items() if n.endswith(name)).copy_(torch.tensor(value))
    x = torch.tensor([[[1, 0.5], [-1, 0.25], [0.5, 0.5], [2, -1], [0.75, 1]]], dtype=torch.float64)
    loss = module(x).sum()
    loss.backward()
    first = worked.rounds[0]
    assert first.objective is not None
    assert float(first.objective.value) == pytest.approx(loss.item(), abs=1e-6)
    for name, weight in weights.items():
        slope = next(s for s in first.slopes if s.name.endswith(name.rpartition(".")[2]))
        assert weight.grad is not None
        expected = weight.grad.flatten().tolist()
        assert [float(v) for v in slope.values.values] == pytest.approx(expected, abs=1e-6)
