"""`specc explain FILE STEP`: who learns, what is fixed, what is shared."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.report.test_programs import WALK
from tests.resolve.test_procedure import HEAD

GAN = """specc 1

generator G {
    in z: vector[16]
    z -> linear(32) -> relu -> linear(2)
}
discriminator D {
    in x: vector[2]
    x -> linear(32) as body -> leaky_relu(0.2) -> linear(1) as head
}
encoder E {
    in x: vector[2]
    x -> linear(16)
}

train GAN {
    data gaussians(modes=8) as real, mode
    z ~ normal[16]
    fake = G(z + 0.1 * stop(E(real)))

    step discriminator {
        u ~ uniform(0, 1)[1]
        minimize bce_with_logits(D(real), 1)
            + bce_with_logits(D(u * fake), 0)    # mixed
        update D.head with adam(betas=[0.5, 0.999]) repeat 3
    }
    step generator {
        minimize bce_with_logits(D(fake), 1)
        update G with adam(lr=1e-4) every 2
        clip_grad_norm 1
        schedule cosine()
    }
    epochs 1
}
"""
GAME = """
train Game {
    data gaussians(modes=8) as real, mode
    z ~ normal[16]
    v = mean(logsigmoid(D(real))) + mean(logsigmoid(-D(G(z))))
    step both {
        maximize v
        update D with sgd(lr=0.1)
        minimize v
        update G with sgd(lr=0.1)
    }
    epochs 1
}
"""


@pytest.fixture
def gan(tmp_path: Path) -> Path:
    path = tmp_path / "gan.spec"
    path.write_text(GAN, encoding="utf-8")
    return path


def said(out: str) -> dict[str, str]:
    rows = [line.split(None, 1) for line in out.splitlines()[1:]]
    return {row[0]: row[1] for row in rows}


def test_who_learns_and_when(specc: Run, gan: Path) -> None:
    out = specc("explain", str(gan), "discriminator").out
    assert out.startswith(
        "step discriminator of GAN, line 21: step 1 of 2, in every iteration, 3 times"
    )
    assert said(out)["minimize"] == "bce_with_logits(D(real), 1) + bce_with_logits(D(u * fake), 0)"
    assert "in D.head with adam(lr=0.001, betas=[0.5, 0.999])" in said(out)["D"]
    assert "in iterations 0, 2, 4, …" in specc("explain", str(gan), "GAN.generator").out


def test_three_kinds_of_freezing_are_told_apart(specc: Run, gan: Path) -> None:
    first = said(specc("explain", str(gan), "discriminator").out)
    second = said(specc("explain", str(gan), "generator").out)
    assert second["D"].startswith("fixed weights: they stay, and the gradient flows through to G")
    assert second["D"].endswith("it learns in discriminator")
    assert first["G"].startswith("not in this optimizer: nobody behind it learns here")
    assert second["E"].startswith("no gradient: stop in line 19 ends it")
    assert second["E"].endswith("no step of this training updates it")


def test_what_is_shared_and_what_is_its_own(specc: Run, gan: Path) -> None:
    found = said(specc("explain", str(gan), "discriminator").out)
    assert "shared with generator, without a gradient back" in found["fake"]
    assert found["u"].endswith("drawn at each run of this step")
    assert "shared with discriminator" in said(specc("explain", str(gan), "generator").out)["fake"]


def test_a_value_behind_weights_that_change_is_computed_anew(specc: Run, tmp_path: Path) -> None:
    path = tmp_path / "turned.spec"
    first, second = GAN.index("    step disc"), GAN.index("    step gen")
    end = GAN.index("    epochs")
    path.write_text(GAN[:first] + GAN[second:end] + GAN[first:second] + GAN[end:], encoding="utf-8")
    found = said(specc("explain", str(path), "discriminator").out)
    assert found["fake"].endswith("computed anew, also in generator, as G changes between")
    assert "shared with generator" in found["z"]


def test_limits_and_schedule(specc: Run, gan: Path) -> None:
    found = said(specc("explain", str(gan), "generator").out)
    assert found["clipped"] == "norm of all gradients together at most 1"
    assert found["schedule"] == "cosine"


def test_two_players_of_one_value(specc: Run, tmp_path: Path) -> None:
    path = tmp_path / "game.spec"
    path.write_text(GAN[: GAN.index("encoder E")] + GAME, encoding="utf-8")
    out = specc("explain", str(path), "both").out
    assert "maximize   v" in out
    assert "minimize   v" in out
    assert "all gradients from one forward pass, then all updates" in out


def test_all_steps_of_a_training_and_one_without_steps(specc: Run, gan: Path) -> None:
    out = specc("explain", str(gan), "GAN").out
    assert out.count("step discriminator of") == out.count("step generator of") == 1
    text = gan.read_text(encoding="utf-8").split("train GAN")[0]
    text += "train One {\n    data gaussians(modes=8) as x, mode\n    minimize mse(G(E(x)), x)\n"
    gan.write_text(text + "    optimizer adam(lr=1e-3)\n}\n", encoding="utf-8")
    out = specc("explain", str(gan), "One").out
    assert out.startswith("train One, line 16: one step, in every iteration\n")


def test_other_forms(specc: Run, gan: Path) -> None:
    [step] = json.loads(specc("explain", str(gan), "generator", "--json").out)["steps"]
    kinds = {p["name"]: p["freezing"] for p in step["players"]}
    assert kinds == {"D": "fixed weights", "G": "learns", "E": "no gradient"}
    assert step["aims"][0]["updates"] == [["G", "adam(lr=0.0001)"]]
    out = specc("explain", str(gan), "generator", "--markdown").out
    assert out.startswith("### step generator of GAN")
    assert "| clipped | norm of all" in out
    out = specc("explain", str(gan), "generator", "--latex").out
    assert r"\item[schedule] cosine" in out


def test_an_unknown_step_finds_the_nearest(specc: Run, gan: Path) -> None:
    ended = specc("explain", str(gan), "generatr")
    assert (ended.status, ended.out) == (2, "")
    assert "no layer or step is named 'generatr'; did you mean generator?" in ended.err


def test_a_program_is_explained_too(specc: Run) -> None:
    Path("p.spec").write_text(HEAD + WALK, encoding="utf-8")
    assert specc("explain", "p.spec", "walk").out.startswith("program walk, line 21\n")
    [found] = json.loads(specc("explain", "p.spec", "walk", "--json").out)["programs"]
    assert found["program"] == "walk"
    assert (
        "no layer, step or program is named 'wolk'; did you mean walk?"
        in specc("explain", "p.spec", "wolk").err
    )
    assert specc("explain", "p.spec", "walk", "--latex").status == 2
