from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Run


def test_a_layer_is_asked(specc: Run) -> None:
    ended = specc("solve", "conv", "output == [6, 14, 14]", "--input", "1x28x28")
    assert ended.status == 0
    assert "       6       5       2        2     156\n" in ended.out
    assert "11 solutions among 330 combinations" in ended.out


def test_a_spec_is_asked(specc: Run, lenet: Path) -> None:
    ended = specc("solve", lenet.name, "S2.output == [6, 15, 15]", "--vary", "C1.kernel", "--json")
    assert json.loads(ended.out)["solutions"] == [
        {"C1.kernel": 2, "params": 61_580}, {"C1.kernel": 3, "params": 61_610},
    ]  # fmt: skip


def test_no_solution_is_status_1(specc: Run) -> None:
    ended = specc("solve", "mlp", "params == 1")
    assert ended.status == 1
    assert ended.out.startswith("no solution among 3,456 combinations: inputs 1..6; widths 1..8;")


def test_a_question_without_an_input(specc: Run) -> None:
    ended = specc("solve", "conv", "params == 10")
    assert ended.status == 2
    assert "--input 3x32x32" in ended.err


def test_a_word_that_is_no_layer_needs_no_input(specc: Run) -> None:
    ended = specc("solve", "nosuch", "params == 10")
    assert (ended.status, "no layer" in ended.err) == (2, True)


def test_json_keeps_the_limit(specc: Run) -> None:
    for asked in (("mlp", "params == 32"), ("linear", "params <= 650", "--input", "64")):
        document = json.loads(specc("solve", *asked, "--limit", "2", "--json").out)
        assert len(document["solutions"]) == 2
        assert document["found"] > 2


def test_a_figure_of_a_spec_with_one_network_needs_no_subject(specc: Run) -> None:
    specc("new", "mine")
    ended = specc("solve", "mine.spec", "params == 4810", "--vary", "hidden=60..70")
    assert "1 solution among 11 combinations" in ended.out


def test_free_sizes_are_varied_or_set(specc: Run) -> None:
    text = "specc 1\n\nnetwork Net {\n    in x: image[1, H, W]\n    x -> flatten -> linear(10)\n}\n"
    Path("free.spec").write_text(text, encoding="utf-8")
    asked = ["solve", "free.spec", "params == 7850", "--vary", "H=20..40"]
    assert specc(*asked, "--set", "W=28").out.startswith(" H  params\n28   7,850\n")
    ended = specc(*asked)
    assert (ended.status, "depends on W, which is free" in ended.err) == (2, True)
