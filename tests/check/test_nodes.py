"""Warnings about one graph whose nodes are partly known."""

from __future__ import annotations

import pytest

from specc.pipeline import compile_text

TEXT = """specc 1

network Net {
    in g: graph[node=100]
    g -> sage(16) -> relu -> sage(4)
}
train T {
    data stochastic_blocks(GIVEN) as g, block
    LOSS
    optimizer adam(lr=1e-2)
}
"""
MASKED = "minimize cross_entropy(Net(g), block, where=labelled)"


def said(given: str, loss: str) -> list[tuple[str, str, str]]:
    text = TEXT.replace("GIVEN", given).replace("LOSS", loss)
    return [(d.code, d.message, d.span.text) for d in compile_text(text).diagnostics]


def test_a_loss_of_all_nodes() -> None:
    loss = "cross_entropy(Net(g), block)"
    message = "this loss learns from block of all nodes, those that are held out too"
    assert said("labelled=5", f"minimize {loss}") == [("W531", message, loss)]


@pytest.mark.parametrize(
    "loss",
    [
        MASKED,
        "m = (labelled) \n    minimize cross_entropy(Net(g), block, where=m)",
        "minimize mean(mean(Net(g), axis=nodes))",
    ],
)
def test_a_loss_of_some_nodes_or_without_labels(loss: str) -> None:
    assert said("labelled=5", loss) == []


def test_a_batch_that_ends_too_early() -> None:
    (found,) = said("neighbours=[10]", MASKED)
    assert found == ("W532", "Net sees 2 hops far, and a batch ends after 1 hop", "Net(g)")
    assert said("neighbours=[10, 5]", MASKED) == []


@pytest.mark.parametrize("source", ["size=25, labelled=25", "size=5, labelled=9"])
def test_some_nodes_are_left_for_the_test(source: str) -> None:
    codes = [c for c, *_ in said(source, MASKED)]
    assert codes[0] == "E204"
    assert said("size=25, labelled=24", MASKED) == []
