"""Slips of a whole network or file: kinds of layers, networks and weights that are left out."""

from __future__ import annotations

import pytest

from specc.claims.outcome import same
from specc.claims.slips import diagnose
from specc.exam.asked import Desk
from specc.exam.result import Question
from specc.pipeline import compile_text

NETS = """specc 1

network Net {
    in x: image[1, 8, 8]
    x -> conv(4, 3x3) as C1 -> batch_norm as B1 -> conv(8, 3x3) as C2 -> batch_norm as B2 -> flatten
      -> linear(20) as F1 -> linear(5) as F2
}

network Graph {
    in g: graph[node=8, nodes=5, edges=7]
    g -> gcn(4) as A -> gcn(3) as B
}

network Up {
    in x: image[4, 7, 7]
    x -> conv_transpose(8, 3x3, stride=2, padding=same) as U
}
"""
NET = {"conv": 40 + 296, "batch_norm": 8 + 16, "linear": 129 * 20 + 21 * 5}
GRAPH, UP = 36 + 15, 37 * 8


def said(figure: str, value: object) -> str:
    program = compile_text(NETS).program
    assert program is not None
    asked = Desk(program).ask(Question(figure))
    found = diagnose(asked.tables, asked.subject, asked.word, lambda other: same(value, other))  # type: ignore[arg-type]
    return " | ".join(f.sentence for f in found)


@pytest.mark.parametrize(
    ("figure", "value", "sentence"),
    [
        ("Net.params", NET["conv"], "only conv is counted, without batch_norm, linear"),
        ("Net.params", NET["conv"] + NET["linear"], "every batch_norm is missing: 24"),
        ("Net.params", sum(NET.values()) - NET["linear"], "every linear is missing: 2,685"),
        ("Graph.params", GRAPH - 7, "every b is missing: 7"),
        ("Graph.params", 5 * GRAPH, "all 5 nodes share the weights"),
        ("file.params", GRAPH + UP, "Net is missing: 3,045"),
        ("file.params", sum(NET.values()) + UP, "Graph is missing: 51"),
        (
            "U.output",
            (8, 13, 13),
            "padding=same gives size · stride, which takes output_padding too",
        ),
    ],
)
def test_what_is_left_out_is_named(figure: str, value: object, sentence: str) -> None:
    assert sentence in said(figure, value)
