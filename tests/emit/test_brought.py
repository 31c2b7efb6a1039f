"""Helpers have the options that their calls give, and no branch for others."""

from __future__ import annotations

import subprocess
import sys
from itertools import product
from pathlib import Path

import pytest

from specc.emit.brought import helpers
from specc.emit.names import helper_names

ATTENTION = [n for n in sorted(helper_names()) if n.endswith("Attention")]
OPTIONS = ["causal=True", "dropout=0.1", "bias=False", "add_bias_kv=True", "add_zero_attn=True"]


def test_what_no_call_gives_is_not_there() -> None:
    [text] = helpers({"SelfAttention"}, "self.attention1 = SelfAttention(8, 2, causal=True)")
    assert "def __init__(self, features: int, heads: int, causal: bool = False) -> None:" in text
    assert "F.scaled_dot_product_attention(q, k, v, is_causal=self.causal)" in text
    assert "dropout" not in text


@pytest.mark.parametrize(
    ("code", "head"),
    [
        ("neighbour_sum(x, graph)", "graph: Graph)"),
        ("neighbour_sum(x, graph, w)", "graph: Graph, weight: Tensor)"),
        ("neighbour_sum(x, graph, w) + neighbour_sum(x, graph)", "weight: Tensor | None = None)"),
    ],
)
def test_what_every_call_gives_is_never_none(code: str, head: str) -> None:
    [text] = helpers({"neighbour_sum"}, code)
    assert f"{head} -> Tensor:" in text
    assert ("is None" in text) is ("None" in head)


def test_every_choice_is_laid_out(tmp_path: Path) -> None:
    for number, chosen in enumerate(product([False, True], repeat=len(OPTIONS))):
        given = ", ".join(o for o, on in zip(OPTIONS, chosen, strict=True) if on)
        calls = "".join(f"{n}(8, 2, {given})\n" for n in ATTENTION)
        text = "\n\n\n".join(helpers(set(ATTENTION), calls))
        tmp_path.joinpath(f"m{number}.py").write_text(f"{text}\n")
    command = [sys.executable, "-m", "ruff", "format", "--isolated", "--check", str(tmp_path)]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout
