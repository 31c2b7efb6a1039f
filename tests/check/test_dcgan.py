"""`check --profile dcgan`: every guideline by its name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from specc.check.dcgan import GUIDELINES, dcgan
from specc.pipeline import compile_text
from tests.cli.conftest import Run, specc

__all__ = ["specc"]  # a fixture of the verbs' tests

SPECS = Path(__file__).parents[2] / "specs" / "adversarial"
SPEC = """specc 1

block down(channels) {
    in x
    x -> conv(channels, 4x4, stride=2, padding=1, bias=false) -> batch_norm -> leaky_relu(0.2)
}

generator G {
    in z: vector[32]
    z -> reshape[32, 1, 1]
      -> conv_transpose(128, 4x4, bias=false) -> batch_norm -> relu
      -> conv_transpose(64, 4x4, stride=2, padding=1, bias=false) -> batch_norm -> relu
      -> conv_transpose(1, 4x4, stride=2, padding=1) -> tanh
}

discriminator D {
    in x: image[1, 16, 16]
    x -> conv(64, 4x4, stride=2, padding=1) -> leaky_relu(0.2)
      -> down(128) -> down(128)
      -> conv(1, 2x2) -> flatten
}

train DCGAN {
    data digits(size=16, range=[-1, 1]) as real, label
    z ~ normal[32]
    fake = G(z)
    step d {
        minimize bce_with_logits(D(real), 1) + bce_with_logits(D(fake), 0)
        update D with adam(lr=2e-4, betas=[0.5, 0.999])
    }
    step g {
        minimize bce_with_logits(D(fake), 1)
        update G with adam(lr=2e-4, betas=[0.5, 0.999])
    }
    init normal(0, 0.02)
}
"""


def rules(text: str) -> list[str]:
    program = compile_text(text).program
    assert program is not None
    named = [re.search(r"dcgan: ([\w-]+)", d.message) for d in dcgan(program)]
    return sorted({match[1] for match in named if match})


def test_the_paper_follows_its_guidelines() -> None:
    assert rules(SPEC) == []


CHANGES = {
    "no-pooling": (
        "-> down(128) -> down(128)",
        "-> conv(128, 3x3, padding=1) -> batch_norm -> leaky_relu(0.2) -> max_pool(4x4)",
    ),
    "no-dense": ("conv(1, 2x2) -> flatten", "flatten -> linear(64) -> batch_norm -> linear(1)"),
    "batch-norm": (
        "64, 4x4, stride=2, padding=1, bias=false) -> batch_norm",
        "64, 4x4, stride=2, padding=1)",
    ),
    "ends-without-norm": ("padding=1) -> tanh", "padding=1) -> batch_norm -> tanh"),
    "generator-relu": ("batch_norm -> relu", "batch_norm -> leaky_relu(0.3)"),
    "generator-tanh": ("-> tanh", "-> sigmoid"),
    "discriminator-leaky-relu": ("padding=1) -> leaky_relu(0.2)", "padding=1) -> leaky_relu(0.3)"),
    "adam": ("update D with adam(lr=2e-4, betas=[0.5, 0.999])", "update D with sgd(lr=0.01)"),
    "adam-momentum": ("betas=[0.5, 0.999]", "betas=[0.9, 0.999]"),
    "learning-rate": ("lr=2e-4", "lr=1e-3"),
    "init": ("init normal(0, 0.02)", "init kaiming_normal()"),
}


@pytest.mark.parametrize("rule", CHANGES)
def test_one_change_breaks_one_guideline(rule: str) -> None:
    before, after = CHANGES[rule]
    assert before in SPEC
    assert rules(SPEC.replace(before, after)) == [rule]


def test_convolutions_that_only_pooling_makes_smaller() -> None:
    text = SPEC.replace("stride=2, padding=1, bias=false) -> batch_norm -> leaky_relu(0.2)\n}", (
        "stride=1, padding=same, bias=false) -> batch_norm -> leaky_relu(0.2) -> max_pool(2x2)\n}"
    )).replace("conv(64, 4x4, stride=2, padding=1)", "conv(64, 3x3, padding=1) -> avg_pool(2x2)")  # fmt: skip
    assert rules(text) == ["no-pooling", "strided"]


@pytest.mark.parametrize("name", ["dcgan_digits", "dcgan_paper"])
def test_our_own_follow_the_paper(name: str) -> None:
    assert rules((SPECS / f"{name}.spec").read_text(encoding="utf-8")) == []


def test_where_the_tutorial_differs() -> None:
    found = rules((SPECS / "dcgan_tutorial.spec").read_text(encoding="utf-8"))
    wanted = {"batch-norm", "discriminator-leaky-relu", "generator-relu"}
    assert wanted <= set(found)
    assert "no-dense" not in found  # it spreads out z


def test_every_guideline_is_tried() -> None:
    assert set(GUIDELINES) == {*CHANGES, "strided"}


def test_only_when_asked_for_and_once_for_a_block(specc: Run) -> None:
    Path("d.spec").write_text(SPEC.replace("leaky_relu(0.2)\n}", "relu\n}"), encoding="utf-8")
    assert specc("check", "d.spec").out == "1 spec, no mistakes\n"
    ended = specc("check", "d.spec", "--profile", "dcgan", "--format", "concise")
    assert ended.status == 0
    assert ended.out.count("D has relu (dcgan: discriminator-leaky-relu)") == 1


def test_profiles_that_do_not_fit(specc: Run, tmp_path: Path) -> None:
    text = "specc 1\n\nnetwork N {\n    in x: vector[2]\n    x -> linear(1)\n}\n"
    tmp_path.joinpath("n.spec").write_text(text, encoding="utf-8")
    assert (
        "has a generator or a discriminator" in specc("check", "n.spec", "--profile", "dcgan").err
    )
    ended = specc("check", "n.spec", "--profile", "vae")
    assert (ended.status, ended.out) == (2, "")
    assert "there is no profile vae; there are: dcgan" in ended.err
