"""A tree by hand: the state of every node, from the leaves to the root."""

from __future__ import annotations

import pytest

from specc.byhand.example import work
from specc.byhand.show import as_text
from specc.pipeline import compile_text

TEXT = """specc 1

cell merge(units) {
    in symbol
    state h[units]
    e = symbol -> embedding(units)
    next h = relu(linear(units, bias=false)([h.left, h.right]) + e)
    out next h
}
network Judge {
    in t: tree[3, vocab=3]
    t -> fold(merge(2)) as m
}
example "a small tree" {
    given t: tree[3, vocab=3] = TREE
    given Judge.m.embedding1.weight = [[0, 0], [1, 1/2], [1/3, 1]]
    given Judge.m.linear1.weight = [[1, 0, 1/2, 0], [0, 1, 0, 1]]
    y = Judge(t)
    show y
}
"""
TREE = "[[0, 2, 3], [1, 0, 0], [2, 0, 0]]"


def lines(text: str) -> str:
    program = compile_text(text).program
    assert program is not None
    (example,) = program.examples
    return as_text(work(example))


def test_every_node_is_shown_from_the_leaves_to_the_root() -> None:
    shown = lines(TEXT.replace("TREE", TREE))
    heads = [line for line in shown.splitlines() if ".next_h =" in line]
    assert [line.split(".next_h")[0] for line in heads] == [
        "Judge.m[3]", "Judge.m[2]", "Judge.m[1]",
    ]  # fmt: skip
    assert "Judge.m[1].h_left\n  [1, 1/2]" in shown
    assert "Judge.m[1].h_right\n  [1/3, 1]" in shown
    result = shown.partition("result\n")[2].split()
    assert result == "y 3×2 [ 7/6 3/2 ] [ 1 1/2 ] [ 1/3 1 ]".split()


def test_the_root_alone() -> None:
    text = TEXT.replace("TREE", TREE).replace("merge(2))", "merge(2), keep=root)")
    assert lines(text).endswith("y = [7/6, 3/2]")


def test_of_several_trees_the_item_stands_first() -> None:
    shown = lines(TEXT.replace("TREE", f"[{TREE}, {TREE}]"))
    assert "Judge.m[1, 3].next_h" in shown


def test_a_gradient_goes_down_the_tree() -> None:
    text = TEXT.replace("TREE", TREE).replace("show y", "minimize mean(sum(y))")
    shown = lines(text.replace("merge(2))", "merge(2), keep=root)"))
    assert "dL/dJudge.m[1].next_h = [1, 1]" in shown
    assert "dL/dJudge.m[3].next_h = [1/2, 1]" in shown


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            "[[0, 2, 3], [3, 0, 0], [2, 0, 0]]",
            "the symbol of node 2 is no whole number from 0 to 2",
        ),
        (
            "[[0, 2, 4], [1, 0, 0], [2, 0, 0]]",
            "the children of node 1 stand below it: 2 … 3, or 0",
        ),
        ("[[0, 2, 3], [1, 0, 0], [2, 1, 0]]", "the children of node 3 stand below it: 0"),
    ],
)
def test_what_is_no_tree(rows: str, message: str) -> None:
    (found,) = compile_text(TEXT.replace("TREE", rows)).diagnostics
    assert (found.code, found.message) == ("E701", message)
