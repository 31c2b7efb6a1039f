"""Programs as generated code: they run with trained weights, and write into the folder of the run alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from specc.emit.package import write
from specc.pipeline import compile_text
from tests import reviewers, scripts
from tests.resolve.test_procedure import GOOD, HEAD

PROGRAMS = """
## Every kind of thing that a program shows.
program walk(steps=4, far=1.0) {
    code = Encoder(test.x).mu
    a = rows(code, at=0)
    b = rows(code, at=1)
    total = 0
    for t in range(steps + 1) {
        s = far * t / steps
        now = Decoder((1 - s) * a + s * b)
        show animation(now)
        if t > 2 {
            total = total + mean(mean(now), axis=batch)
        }
    }
    show total
    show grid(rows(test.x, first=4), Decoder(rows(code, first=4)))
    show grid(rows(test.x, first=9))
    show scatter(pca(code), test.label)
}

program films {
    t = each(6) / 5
    z = t * Encoder(rows(test.x, at=0)).mu
    show animation(Decoder(z))
    show curve(z)
    export Encoder
}

program climb {
    count 10
    p ~ normal[64]
    first = mean(sum(Encoder(p).mu), axis=batch)
    repeat 20 {
        p = p + 0.1 * gradient(sum(Encoder(p).mu), p)
    }
    gain = mean(sum(Encoder(p).mu), axis=batch) - first
    show gain
    if gain > 1000 {
        return first
    }
    show mean(select(p, axis=features, index=3), axis=batch)
}

program looking {
    train = Encoder(AE.train.x).mu
    codes = Encoder(AE.test.x).mu
    show mean(rows(AE.train.label, at=nearest(codes, among=train)) == AE.test.label, axis=batch)
    lambda = rows(codes, where=AE.test.label == 3)
    show mean(norm(lambda - mean(lambda, axis=batch)), axis=batch)
}

expect climb.gain > 0
expect walk.total / 2 <= 1
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a package whose networks were trained for a moment."""
    folder = tmp_path_factory.mktemp("package")
    program = compile_text(HEAD + PROGRAMS, "model.spec").program
    assert program is not None
    write(program, folder)
    status, said = script(folder / "train.py", "--quiet", "--steps", "20")
    assert status == 0, said
    assert "promise kept    climb.gain > 0" in said
    promises = json.loads((folder / "run" / "promises.json").read_text())
    assert ("climb.gain > 0", True) in [(p["words"], p["kept"]) for p in promises]
    return folder


def script(path: Path, *flags: str) -> tuple[int | None, str]:
    ended = scripts.run(path, *flags)
    return ended.returncode, ended.stdout + ended.stderr


def test_the_training_ends_with_the_programs(run: Path) -> None:
    out = run / "run"
    assert len(json.loads((out / "walk_figures.json").read_text())) == 1
    film = Image.open(out / "walk_animation.gif")
    assert getattr(film, "n_frames", 1) >= 2
    assert {p.name for p in out.glob("walk_*.png")} == {
        "walk_grid.png", "walk_grid_2.png", "walk_scatter.png",
    }  # fmt: skip
    assert (out / "films_curve.png").exists()


def test_an_argument_changes_the_run_and_nothing_else_is_written(run: Path, tmp_path: Path) -> None:
    before = {p: p.stat().st_mtime_ns for p in run.rglob("*") if "__pycache__" not in p.parts}
    out = tmp_path / "out"
    flags = ("--program", "walk", "--with", "steps=2", "--out", str(out))
    status, said = script(run / "sample.py", *flags)
    assert (status, "walk.total" in said) == (0, True)
    assert json.loads((out / "walk_figures.json").read_text())["total"] == 0.0
    assert {p.name.split("_")[0] for p in out.iterdir()} == {"walk", "promises.json"}
    assert before == {p: p.stat().st_mtime_ns for p in before}


def test_what_is_wrong_on_the_command_line_is_said(run: Path, tmp_path: Path) -> None:
    status, said = script(run / "sample.py", "--program", "walk", "--with", "stepz=2")
    assert (status, said.strip()) == (
        1, "walk has no stepz; it takes steps (a whole number), far (a number); did you mean steps?",
    )  # fmt: skip
    status, said = script(run / "sample.py", "--program", "walk", "--with", "steps=two")
    assert (status, said.strip()) == (1, "steps of walk is a whole number, not 'two'")
    status, said = script(run / "sample.py", "--run", str(tmp_path))
    assert (status, said.startswith("there are no weights in")) == (1, True)
    status, said = script(run / "sample.py", "--count", "0")
    assert (status, "--count: 0 is no whole number from 1" in said) == (2, True)


def test_a_division_by_0_is_said_with_its_line(run: Path, tmp_path: Path) -> None:
    program = "program share(steps=2) {\n    s = 1 / (steps - 1)\n    show s\n}\n"
    compiled = compile_text(HEAD + program, "model.spec").program
    assert compiled is not None
    write(compiled, tmp_path)
    flags = ("--run", str(run / "run"), "--out", str(tmp_path), "--program", "share")
    assert script(tmp_path / "sample.py", *flags)[0] == 0
    status, said = script(tmp_path / "sample.py", *flags, "--with", "steps=1")
    assert (status, said.strip()) == (
        1, "program share steps=1 divides by 0 in: s = 1 / (steps - 1)",
    )  # fmt: skip


def test_numbers_are_computed_by_python(run: Path, tmp_path: Path) -> None:
    text = """
program numbers(angle=0.5, left=4.0) {
    s = cos(angle)^2 + sin(angle)^2 + abs(-angle)
    root = sqrt(left) * s
    show root
    show grid(Decoder(root * Encoder(test.x).mu))
}
"""
    status, said = performed(run, tmp_path, text)
    assert (status, "numbers.root = 3" in said) == (0, True)
    written = (tmp_path / "sample.py").read_text()
    assert "math.cos(angle)" in written
    assert "torch.cos" not in written
    flags = ("--run", str(run / "run"), "--out", str(tmp_path), "--program", "numbers")
    status, said = script(tmp_path / "sample.py", *flags, "--with", "left=-4")
    assert status == 1
    assert said.startswith("program numbers left=-4.0 fails (")
    assert said.strip().endswith("in: root = math.sqrt(left) * s")


def performed(run: Path, folder: Path, text: str) -> tuple[int, str]:
    """The end and the words of programs with the weights of a run."""
    compiled = compile_text(HEAD + text, "model.spec").program
    assert compiled is not None
    write(compiled, folder)
    return script(folder / "sample.py", "--run", str(run / "run"), "--out", str(folder / "out"))


def test_a_promise_about_a_figure_that_was_not_shown_is_broken(run: Path, tmp_path: Path) -> None:
    text = """
program far {
    size = mean(mean(test.x), axis=batch)
    if size > 100 {
        huge = size
        show huge
    }
    show size
}
expect far.huge > 1
expect far.size > 0
"""
    status, said = performed(run, tmp_path, text)
    assert (status, "Error" in said) == (1, False)
    assert "promise BROKEN  far.huge > 1   (far.huge not shown in this run)" in said
    assert "promise kept    far.size > 0" in said
    assert "from session import Session, holds, shown, tell" in (tmp_path / "sample.py").read_text()


def test_a_condition_that_no_row_has_is_said(run: Path, tmp_path: Path) -> None:
    text = "program few {\n    x = rows(test.x, where=test.label  == 30)\n    show grid(x)\n}\n"
    status, said = performed(run, tmp_path, text)
    assert (status, said.strip()) == (1, "program few: no row has test.label == 30")


def test_the_exported_encoder_is_the_trained_one(run: Path) -> None:
    weights = load_file(run / "run" / "films_encoder.safetensors")
    whole = load_file(run / "run" / "model.safetensors")
    assert weights.keys() == {k[8:] for k in whole if k.startswith("encoder.")}
    graph = torch.export.load(run / "run" / "films_encoder.pt2").module()
    x = torch.rand(7, 64)
    h = torch.relu(x @ weights["linear1.weight"].T + weights["linear1.bias"])
    mu = h @ weights["linear2.weight"].T + weights["linear2.bias"]
    assert torch.allclose(graph(x)[0], mu, atol=1e-5)


def test_a_broken_promise_ends_with_1(run: Path, tmp_path: Path) -> None:
    text = HEAD + PROGRAMS.replace("expect climb.gain > 0", "expect climb.gain > 1e9")
    program = compile_text(text, "model.spec").program
    assert program is not None
    write(program, tmp_path, using=True)
    flags = ("--run", str(run / "run"), "--out", str(tmp_path / "out"))
    status, said = script(tmp_path / "sample.py", *flags)
    assert (status, "promise BROKEN  climb.gain > 1e9" in said) == (1, True)


def test_weights_of_another_model_are_refused(run: Path, tmp_path: Path) -> None:
    program = compile_text(HEAD.replace("linear(16)", "linear(17)") + PROGRAMS).program
    assert program is not None
    write(program, tmp_path, using=True)
    status, said = script(tmp_path / "sample.py", "--run", str(run / "run"))
    assert (status, "has the weights of another model" in said) == (1, True)


def test_every_program_that_compiles_runs(run: Path, tmp_path: Path) -> None:
    bodies = [f"program p{n} {{\n{body}\n}}\n" for n, body in enumerate(GOOD.values())]
    program = compile_text(HEAD + "\n".join(bodies), "model.spec").program
    assert program is not None
    write(program, tmp_path, using=True)
    flags = ("--run", str(run / "run"), "--out", str(tmp_path / "out"))
    status, said = script(tmp_path / "sample.py", *flags)
    assert status == 0, said


def test_the_code_reads_like_the_spec(run: Path) -> None:
    text = (run / "sample.py").read_text(encoding="utf-8")
    assert "    for t in range(steps + 1):\n        s = far * t / steps\n" in text
    assert "        if t > 2:\n" in text
    assert "Every kind of thing that a program shows." in text


def test_the_linter_and_mypy_have_nothing_to_say(run: Path) -> None:
    names = ["sample.py", "session.py", "pictures.py"]
    (run / "__init__.py").unlink()
    assert not reviewers.formatter_and_linter(run, *names)
    assert not reviewers.type_checker(run, *names)
