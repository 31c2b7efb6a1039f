"""Generated training: it learns, it survives being killed at any step, and it says what is wrong."""

from __future__ import annotations

import io
import json
import random
import re
import signal
import textwrap
import time
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from specc.emit.package import write
from specc.pipeline import compile_file, compile_text
from tests.scripts import Script

ROOT = Path(__file__).parents[2]

DROPPED = """specc 1

encoder Encoder {
    in x: vector[64]
    h = x -> dropout(0.2) -> linear(32) -> relu
    out mu     = h -> linear(4)
    out logvar = h -> linear(4)
}
bottleneck Latent {
    in mu, logvar
    out z ~ normal(mu, logvar=logvar)
}
decoder Decoder {
    in z: vector[4]
    z -> linear(32) -> relu -> dropout(0.2) -> linear(64)
}
train VAE {
    data digits(flat=true) as x, label
    e ~ normal(0, 1, like=x)
    mu, logvar = Encoder(x + 0.1 * e)
    logits = Decoder(Latent(mu, logvar))
    minimize bce_with_logits(logits, x, reduction=sum) + kl(normal(mu, logvar=logvar), normal(0, 1))
    optimizer adam(lr=1e-3)
    schedule cosine(warmup=10)
    clip_grad_norm 5.0
    ema 0.99
    batch 64
    epochs 4
}
"""


def built(text: str, folder: Path) -> Path:
    compiled = compile_text(text, "model.spec")
    assert compiled.program is not None, [d.message for d in compiled.diagnostics]
    write(compiled.program, folder)
    return folder / "train.py"


def started(script: Path, out: Path, *flags: str) -> Script:
    return Script(script, "--quiet", "--out", str(out), *flags)


def finished(script: Path, out: Path, *flags: str) -> tuple[int, str]:
    ended = started(script, out, *flags).wait()
    assert ended.returncode is not None
    return ended.returncode, ended.stderr


def logged(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (out / "log.jsonl").read_text().splitlines()]


PLAYERS = """specc 1

generator G {
    in z: vector[8]
    z -> linear(64 * 2 * 2) -> reshape[64, 2, 2] -> batch_norm -> relu
      -> conv_transpose(16, 4x4, stride=2, padding=1) -> batch_norm -> relu
      -> conv_transpose(1, 4x4, stride=2, padding=1) -> tanh
}
discriminator D {
    in x: image[1, 8, 8]
    x -> conv(16, 4x4, stride=2, padding=1) -> leaky_relu(0.2) -> dropout(0.3) -> flatten -> linear(1)
}
train GAN {
    data digits(range=[-1, 1]) as real, label
    z ~ normal[8]
    fake = G(z)
    step discriminator {
        minimize bce_with_logits(D(real), 1) + bce_with_logits(D(fake), 0)
        update D with adam(lr=1e-3) every 2
    }
    step generator {
        minimize bce_with_logits(D(fake), 1)
        update G with rmsprop(lr=1e-3)
    }
    batch 64
    epochs 4
}
"""

PHASES = """specc 1

encoder Encoder {
    in x: vector[64]
    x -> dropout(0.1) -> linear(32) -> relu -> linear(4)
}
decoder Decoder {
    in z: vector[4]
    z -> linear(32) -> relu -> linear(64) -> sigmoid
}
discriminator Critic {
    in z: vector[4]
    z -> linear(16) -> relu -> linear(1)
}
train AAE {
    data digits(flat=true) as x, label
    e ~ normal(0, 1, like=x)
    code = Encoder(x + 0.1 * e)
    prior ~ normal[4]
    step reconstruction {
        minimize mse(Decoder(code), x)
        update Encoder, Decoder with adam(lr=1e-3)
        schedule cosine()
    }
    step criticism {
        minimize bce_with_logits(Critic(prior), 1) + bce_with_logits(Critic(code), 0)
        update Critic with adam(lr=1e-3)
    }
    step regularisation {
        minimize bce_with_logits(Critic(code), 1)
        update Encoder with sgd(lr=1e-2, momentum=0.9)
    }
    batch 64
    epochs 4
}
"""


CARRIED = """specc 1

network Echo {
    in x: sequence[T, 1]
    a = x -> gru(8, carry=true)
    a -> dropout(0.1) -> scan(peephole_lstm(8), carry=true) -> linear(2)
}
train Listening {
    data windows(echo(lag=2, length=24, examples=400), steps=4) as x, y, known
    minimize cross_entropy(Echo(x), y, where=known)
    optimizer adam(lr=1e-2)
    batch 32
    epochs 4
}
"""


SHARED = """specc 1

network Net {
    in digit: category[10]
    digit -> embedding(8, sparse=true) as table -> dropout(0.1)
      -> repeat 2 { linear(8, bias=false) -> layer_norm -> relu } -> linear(64) as head
}
train Learning {
    data digits(flat=true) as x, label
    minimize mse(Net(label), x)
    update Net.table with sparse_adam(lr=1e-2)
    update Net.repeat1, Net.head with muon(lr=1e-2)
    update Net.repeat1, Net.head with sgd(lr=1e-2, momentum=0.9)
    epochs 4
}
"""

MOMENTUM = (
    SHARED.partition("    update")[0]
    + """    optimizer sgd(lr=1e-1, momentum=0.9)
    epochs 4
}
"""
)

PLATEAU = """specc 1

network Net {
    in x: vector[64]
    x -> linear(16) -> dropout(0.2) -> relu -> linear(10)
}
train Learning {
    data digits(flat=true) as x, label
    logits = Net(x)
    minimize cross_entropy(logits, label)
    optimizer adam(lr=3e-2)
    schedule reduce_on_plateau(watch=accuracy, factor=0.5, patience=0, threshold=0.02, cooldown=1)
    metric accuracy(logits, label)
    epochs 8
    early_stopping 5
    validation 0.2
}
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [DROPPED, PLAYERS, PHASES, CARRIED, SHARED, MOMENTUM, PLATEAU],
    ids=["vae", "gan", "aae", "carried", "shared", "sparse momentum", "plateau"],
)
def test_a_killed_run_ends_with_the_same_weights(text: str, tmp_path: Path) -> None:
    script = built(text, tmp_path / "package")
    assert finished(script, tmp_path / "whole")[0] == 0
    whole = load_file(tmp_path / "whole" / "model.safetensors")
    rng = random.Random(7)
    for attempt in range(5):
        out = tmp_path / f"killed{attempt}"
        process = started(script, out, "--checkpoint-steps", "1")
        process.wait_for(out / "checkpoint.pt")
        time.sleep(rng.random() * 0.5)
        process.kill()
        process.wait()
        status, said = finished(script, out, "--resume", "--checkpoint-steps", "40")
        assert status == 0, said
        again = load_file(out / "model.safetensors")
        assert whole.keys() == again.keys()
        assert all((whole[k] == again[k]).all() for k in whole)
        assert [r["step"] for r in logged(out)] == [r["step"] for r in logged(tmp_path / "whole")]


def test_the_rate_falls_where_nothing_gets_better(tmp_path: Path) -> None:
    """A difference of 1 is never reached: the rate falls after each epoch but the first, to its least."""
    text = PLATEAU.replace(
        "threshold=0.02, cooldown=1", "threshold=1, threshold_mode=abs, min_lr=1e-2"
    )
    script = built(text, tmp_path / "package")
    status, said = finished(script, tmp_path / "run", "--epochs", "5")
    assert status == 0
    falls = re.findall(r"accuracy gets no better: learning rate (\S+)", said)
    assert falls == ["0.015", "0.01"]


def test_a_checkpoint_of_a_step_holds_what_the_end_of_the_epoch_changed(tmp_path: Path) -> None:
    script = built(PLATEAU, tmp_path / "package")
    rows = 1150  # of 1437, which are 18 batches
    assert finished(script, tmp_path / "run", "--epochs", "3", "--checkpoint-steps", "18")[0] == 0
    kept = torch.load(io.BytesIO((tmp_path / "run" / "checkpoint.pt").read_bytes()[32:]))
    assert kept["step"] == 3 * -(-rows // 64)
    assert [p["last_epoch"] for p in kept["plateaus"]] == [3]


ACCUMULATED = """specc 1

network Net {
    in x: vector[64]
    x -> linear(16) -> relu -> linear(10)
}
train Learning {
    data digits(flat=true) as x, label
    minimize cross_entropy(Net(x), label)
    optimizer sgd(lr=0.5)
    clip_grad_norm 0.1
    accumulate 3
    epochs 1
}
"""


def test_a_run_that_stops_between_two_updates_goes_on_with_its_gradients(tmp_path: Path) -> None:
    script = built(ACCUMULATED, tmp_path / "package")
    assert finished(script, tmp_path / "whole")[0] == 0
    cut = script.with_name("cut.py")
    cut.write_text(
        textwrap.dedent("""
        import sys
        import trainer, train
        ended = trainer.Trainer.advance
        def advance(self):
            ended(self)
            if self.step == 8:
                self.save()
                sys.exit(0)
        trainer.Trainer.advance = advance
        trainer.main(train.Training)
    """)
    )
    assert finished(cut, tmp_path / "cut")[0] == 0
    assert finished(script, tmp_path / "cut", "--resume")[0] == 0
    whole, again = (load_file(tmp_path / n / "model.safetensors") for n in ("whole", "cut"))
    assert all((whole[k] == again[k]).all() for k in whole)


def test_gradients_are_clipped_where_all_of_them_are_there(tmp_path: Path) -> None:
    """A step of rate 0.5 along a gradient of norm 0.1 at most moves the weights by 0.05."""
    script = built(ACCUMULATED, tmp_path / "package")
    ends = []
    for steps in ("3", "6"):
        assert finished(script, tmp_path / steps, "--steps", steps)[0] == 0
        ends.append(load_file(tmp_path / steps / "model.safetensors"))
    moved = sum(((ends[0][k] - ends[1][k]) ** 2).sum() for k in ends[0]) ** 0.5
    assert abs(float(moved) - 0.05) < 1e-4


def test_what_is_maximized_stops_when_it_gets_no_larger(tmp_path: Path) -> None:
    text = (
        PLATEAU.replace("minimize cross_entropy", "maximize -1 * cross_entropy")
        .replace(
            "schedule reduce_on_plateau(watch=accuracy, factor=0.5, patience=0, threshold=0.02, cooldown=1)",
            "",
        )
        .replace("early_stopping 5", "early_stopping 2")
        .replace("lr=3e-2", "lr=1e-3")
    )
    script = built(text, tmp_path / "package")
    assert finished(script, tmp_path / "run")[0] == 0
    assert max(r["epoch"] for r in logged(tmp_path / "run")) == 8


@pytest.mark.slow
@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_saves_and_ends(number: signal.Signals, status: int, tmp_path: Path) -> None:
    script = built(DROPPED, tmp_path / "package")
    process = started(script, tmp_path / "run", "--epochs", "2000")
    process.wait_for(tmp_path / "run" / "checkpoint.pt")
    process.send_signal(number)
    ended = process.wait(60)
    assert ended.returncode == status, ended.stderr
    assert "--resume" in ended.stderr


@pytest.mark.slow
def test_a_damaged_checkpoint_is_replaced_by_the_one_before(tmp_path: Path) -> None:
    script = built(DROPPED, tmp_path / "package")
    assert finished(script, tmp_path / "run", "--epochs", "2")[0] == 0
    last = tmp_path / "run" / "checkpoint.pt"
    content = bytearray(last.read_bytes())
    content[len(content) // 2] ^= 0xFF
    last.write_bytes(bytes(content))
    status, said = finished(script, tmp_path / "run", "--epochs", "3", "--resume")
    assert status == 0
    assert "damaged" in said
    assert "resumed at step" in said


@pytest.mark.slow
def test_a_changed_spec_is_refused_with_what_changed(tmp_path: Path) -> None:
    script = built(PLAYERS, tmp_path / "package")
    assert finished(script, tmp_path / "run", "--epochs", "1")[0] == 0
    built(
        PLAYERS.replace("conv(16,", "conv(24,").replace("adam(lr=1e-3)", "adam(lr=2e-3)"),
        tmp_path / "package",
    )
    status, said = finished(script, tmp_path / "run", "--resume")
    assert status == 1
    assert "d.conv1.weight: [16, 1, 4, 4] -> [24, 1, 4, 4]" in said
    assert "Adam of discriminator, lr: 0.001 -> 0.002" in said


PROMISES = re.compile(
    r"^expect .*\b(?:test|train|validation)\.|^program (?s:.*)^expect ", re.MULTILINE
)
LONG = {"dcgan_digits", "dcgan_digits_tutorial", "gradient_penalty"}
"""Specs that train for more than a minute: `make bars` runs them."""
BARS = {
    path.stem: path
    for path in sorted(ROOT.joinpath("specs").rglob("*.spec"))
    if PROMISES.search(path.read_text(encoding="utf-8"))
}


@pytest.mark.slow
@pytest.mark.parametrize(
    "stem", [pytest.param(s, marks=[pytest.mark.long] if s in LONG else []) for s in BARS]
)
def test_the_bar_is_reached(stem: str, tmp_path: Path) -> None:
    program = compile_file(str(BARS[stem])).program
    assert program is not None
    write(program, tmp_path / stem)
    status, said = finished(tmp_path / stem / "train.py", tmp_path / "run")
    assert status == 0, said
    assert "promise kept" in said
    assert "BROKEN" not in said
    assert list((tmp_path / "run").rglob("loss.png"))


def test_a_broken_promise_ends_with_1(tmp_path: Path) -> None:
    text = ROOT.joinpath("specs/mlp/digits_mlp.spec").read_text().replace("0.95", "1.01")
    status, said = finished(built(text, tmp_path / "p"), tmp_path / "run", "--epochs", "1")
    assert status == 1
    assert "promise BROKEN  test.accuracy >= 1.01" in said


def test_the_log_has_a_line_for_each_step(tmp_path: Path) -> None:
    text = ROOT.joinpath("specs/mlp/digits_mlp.spec").read_text()
    status, said = finished(built(text, tmp_path / "p"), tmp_path / "run", "--steps", "30")
    assert status in (0, 1), said
    records = logged(tmp_path / "run")
    assert [r["step"] for r in records] == list(range(1, 31))
    assert set(records[0]) == {"step", "epoch", "loss", "cross_entropy"}
    assert "the CPU; no GPU is used" in said.splitlines()[0]


def test_an_unknown_device_and_a_finished_run_are_said_plainly(tmp_path: Path) -> None:
    text = ROOT.joinpath("specs/mlp/digits_mlp.spec").read_text()
    script = built(text, tmp_path / "p")
    status, said = finished(script, tmp_path / "run", "--device", "gpu")
    assert (status, said.startswith("error: --device gpu: ")) == (2, True)
    finished(script, tmp_path / "run", "--steps", "3")
    _, said = finished(script, tmp_path / "run", "--steps", "2", "--resume")
    assert "resumed at step 3; no step is left of 2" in said


def test_a_loss_that_is_no_number_names_step_term_and_layer(tmp_path: Path) -> None:
    text = ROOT.joinpath("specs/autoencoders/deep.spec").read_text()
    text = text.replace("adam(lr=2e-3)", "sgd(lr=1e18)")
    status, said = finished(built(text, tmp_path / "p"), tmp_path / "run", "--epochs", "3")
    assert status == 1
    assert "mse is" in said
    assert "first not finite" in said


def test_the_loss_of_the_labelled_nodes_is_not_called_the_tests(tmp_path: Path) -> None:
    text = ROOT.joinpath("specs/graphs/karate_gcn.spec").read_text()
    _, said = finished(built(text, tmp_path / "p"), tmp_path / "run", "--epochs", "1")
    assert re.search(r"epoch 1  labelled: loss \S+  cross_entropy \S+  test: accuracy", said), said


@pytest.mark.slow
def test_the_club_breaks_the_same_way_from_every_seed(tmp_path: Path) -> None:
    text = ROOT.joinpath("specs/graphs/karate_gcn.spec").read_text()
    script = built(text, tmp_path / "p")
    for seed in range(1, 10):
        status, said = finished(script, tmp_path / "run", "--seed", str(seed))
        assert status == 0, (seed, said)
