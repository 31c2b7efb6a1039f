"""Guidelines by name: what departs from them is said where it stands."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from specc.check.profile import check_profile
from specc.cli.app import app
from specc.codes import page
from specc.diagnostics import Diagnostics
from specc.pipeline import compile_text

PAPER = """specc 1

block up(channels) {
    in x
    x -> conv_transpose(channels, 4x4, stride=2, padding=1, bias=false) -> batch_norm -> relu
}
generator G {
    in z: image[100, 1, 1]
    z -> conv_transpose(32, 4x4, bias=false) -> batch_norm -> relu
      -> up(16) -> conv_transpose(1, 4x4, stride=2, padding=1, bias=false) -> tanh
}
discriminator D {
    in x: image[1, 16, 16]
    x -> conv(16, 4x4, stride=2, padding=1, bias=false) -> leaky_relu(0.2)
      -> conv(32, 4x4, stride=2, padding=1, bias=false) -> batch_norm -> leaky_relu(0.2)
      -> conv(1, 4x4, bias=false) -> sigmoid -> flatten
}
"""


def said(text: str) -> list[tuple[str, str]]:
    program = compile_text(text).program
    assert program is not None
    diagnostics = Diagnostics()
    check_profile(program, "dcgan", diagnostics)
    return [(d.span.text.split("(")[0], d.message) for d in diagnostics]


def test_the_paper_follows_its_own_guidelines() -> None:
    assert said(PAPER) == []


def test_each_departure_is_named_where_it_stands() -> None:
    changes = {
        (" -> tanh", " -> sigmoid"): ("sigmoid", "tanh"),
        ("bias=false) -> batch_norm -> relu\n      -> up", "bias=false) -> relu\n      -> up"): (
            "conv_transpose", "no batch_norm behind"),
        ("bias=false) -> leaky_relu(0.2)\n", "bias=false) -> batch_norm -> leaky_relu(0.2)\n"): (
            "conv", "batch_norm behind the first and last"),
        ("batch_norm -> leaky_relu(0.2)", "batch_norm -> relu"): ("relu", "have leaky_relu"),
        ("-> conv(1, 4x4, bias=false)", "-> max_pool(4x4) -> conv(1, 1x1)"): ("max_pool", "stride"),
        ("-> conv(1, 4x4, bias=false) -> sigmoid -> flatten",
         "-> flatten -> linear(9) -> batch_norm -> leaky_relu(0.2) -> linear(1)"): ("linear", "dense"),
    }  # fmt: skip
    for (old, new), (at, words) in changes.items():
        assert old in PAPER
        found = said(PAPER.replace(old, new))
        assert any(place == at and words in message for place, message in found), (new, found)


def test_the_page_of_the_code(tmp_path: Path) -> None:
    shown = page("W515")
    assert shown is not None
    assert said(shown.snippet("Wrong"))
    assert said(shown.snippet("Right")) == []
    file = tmp_path / "gan.spec"
    file.write_text(shown.snippet("Wrong"), encoding="utf-8")
    plain = CliRunner().invoke(app, ["check", str(file)])
    held = CliRunner().invoke(app, ["check", "--profile", "dcgan", str(file)])
    assert "no mistakes" in plain.output
    assert "W515" in held.output
    assert held.exit_code == 0
