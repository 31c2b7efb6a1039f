from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Run

SPEC = """specc 1

example "a mean" {
    given x = [1, 2, 4]
    m = mean(x)
    show m
}

example "a softmax" {
    given z = [0, 0]
    p = softmax(z)
}
"""


def test_every_value_is_printed(specc: Run, tmp_path: Path) -> None:
    tmp_path.joinpath("a.spec").write_text(SPEC, encoding="utf-8")
    ended = specc("run", "a.spec")
    assert ended.status == 0
    assert "m = (1 + 2 + 4)/3 = 7/3" in ended.out
    assert "p = softmax(z)\n  [1/2, 1/2]" in ended.out


def test_json_is_exact_and_alone(specc: Run, tmp_path: Path) -> None:
    tmp_path.joinpath("a.spec").write_text(SPEC, encoding="utf-8")
    ended = specc("run", "a.spec", "--only", "mean", "--json")
    (example,) = json.loads(ended.out)["examples"]
    assert example["shown"]["m"] == {"shape": [], "value": 7 / 3, "exact": "7/3"}


def test_a_title_that_is_not_there(specc: Run, tmp_path: Path) -> None:
    tmp_path.joinpath("a.spec").write_text(SPEC, encoding="utf-8")
    ended = specc("run", "a.spec", "--only", "median")
    assert ended.status == 2
    assert '"a mean", "a softmax"' in ended.err


def test_places(specc: Run, tmp_path: Path) -> None:
    tmp_path.joinpath("a.spec").write_text(
        'specc 1\nexample "e" { given x = 1.0\n y = exp(x) }\n', encoding="utf-8"
    )
    assert "y = e^1 ≈ 2.72\n" in specc("run", "a.spec", "--places", "2").out


def test_full_leaves_nothing_out(specc: Run, tmp_path: Path) -> None:
    tmp_path.joinpath("a.spec").write_text(
        'specc 1\nexample "e" { given x = zeros(30)\n y = x + 1 }\n', encoding="utf-8"
    )
    assert "… 6 more; all with --full" in specc("run", "a.spec").out
    ended = specc("run", "a.spec", "e", "--full")
    assert "y[29] = 0 + 1 = 1" in ended.out
    assert "more" not in ended.out
