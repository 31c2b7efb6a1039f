"""Several train blocks: one after the other, with the weights of those before."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from safetensors.torch import load_file

from specc.emit.package import package
from specc.pipeline import compile_text
from tests import scripts

SPEC = """specc 1

encoder Encoder {
    in x: vector[64]
    x -> linear(16) -> relu -> linear(8)
}
decoder Decoder {
    in z: vector[8]
    z -> linear(64) -> sigmoid
}
network Head {
    in z: vector[8]
    z -> linear(10)
}
train Pretrain {
    data digits(flat=true) as x, label
    minimize mse(Decoder(Encoder(x)), x)
    optimizer adam(lr=2e-3)
    epochs 1
}
train Classify {
    data digits(flat=true) as x, label
    minimize cross_entropy(Head(Encoder(x)), label)
    update Head with adam(lr=1e-2)
    epochs 1
}
sample Pictures {
    z ~ normal[8]
    show grid(Decoder(z) -> reshape[1, 8, 8])
}
expect Pretrain.test.mse <= 0.2
expect test.cross_entropy <= 3
"""


def built(folder: Path) -> Path:
    compiled = compile_text(SPEC, "staged.spec")
    assert [d.message for d in compiled.diagnostics] == []
    assert compiled.program is not None
    for name, text in package(compiled.program).items():
        folder.joinpath(name).write_text(text, encoding="utf-8")
    return folder / "train.py"


def test_a_stage_begins_with_the_weights_of_the_one_before(tmp_path: Path) -> None:
    script = built(tmp_path)
    run = scripts.run(script, "--quiet")
    assert run.returncode == 0, run.stderr
    assert run.stderr.count("promise kept") == 2
    first = load_file(str(tmp_path / "run" / "pretrain" / "model.safetensors"))
    second = load_file(str(tmp_path / "run" / "classify" / "model.safetensors"))
    shared = [name for name in first if name in second]
    assert len(shared) == 4
    assert all(first[name].equal(second[name]) for name in shared)  # only the head learnt
    assert (tmp_path / "run" / "samples.png").exists()
    again = scripts.run(script, "--quiet", "--resume")
    assert again.returncode == 0
    assert "resumed at step 23" in again.stderr


@pytest.mark.parametrize("first", ["", "    early_stopping 2\n"], ids=["one stops", "both stop"])
def test_each_stage_stops_by_what_it_watches(first: str, tmp_path: Path) -> None:
    one, two = SPEC.split("train Classify")
    one = one.replace("epochs 1", f"epochs 2\n{first}")
    two = (
        two.replace(
            "epochs 1", "epochs 9\n    early_stopping 1\n    watch accuracy\n    validation 0.2"
        )
        .replace("adam(lr=1e-2)", "adam(lr=1e-9)\n    metric accuracy(Head(Encoder(x)), label)")
        .partition("expect")[0]
    )
    program = compile_text(one + "train Classify" + two, "staged.spec").program
    assert program is not None
    for name, text in package(program).items():
        tmp_path.joinpath(name).write_text(text, encoding="utf-8")
    ended = scripts.run(tmp_path / "train.py", "--quiet")
    assert ended.returncode == 0, ended.stderr
    result = json.loads((tmp_path / "run" / "classify" / "result.json").read_text())
    assert (result["split"], result["steps"]) == ("validation", 2 * 18)


@pytest.mark.parametrize(
    ("path", "known"), [("Pretrain.test.cross_entropy", "mse"), ("test.mse", "cross")]
)
def test_a_promise_is_about_its_own_stage(path: str, known: str) -> None:
    compiled = compile_text(SPEC + f"expect {path} <= 1\n")
    [problem] = [d for d in compiled.diagnostics if d.code == "E401"]
    assert known in problem.notes[0]


@pytest.mark.slow
def test_the_input_that_excites_a_unit_most_is_its_row_of_weights(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    compiled = compile_text(
        (root / "specs/mlp/activation_maximisation.spec").read_text(encoding="utf-8")
    )
    assert compiled.program is not None
    for name, text in package(compiled.program).items():
        tmp_path.joinpath(name).write_text(text, encoding="utf-8")
    assert scripts.run(tmp_path / "train.py", "--quiet").returncode == 0
    found = load_file(str(tmp_path / "run" / "excite" / "model.safetensors"))
    row, pattern = found["net.hidden.weight"][3], found["pattern"]
    assert (row @ pattern / row.norm() / pattern.norm()).item() > 0.999


def files_of(text: str) -> dict[str, str]:
    program = compile_text(text, "staged.spec").program
    assert program is not None
    return package(program)


def test_stages_with_one_kind_of_loop_and_the_same_data_share_both() -> None:
    files = files_of(SPEC)
    assert {n for n in files if n.startswith(("data", "trainer"))} == {"data.py", "trainer.py"}
    assert '"""The data of all stages:' in files["data.py"]


def test_what_only_one_stage_does_is_in_its_own_file() -> None:
    files = files_of(SPEC.replace("adam(lr=2e-3)", "adam(lr=2e-3)\n    ema 0.9"))
    assert "self.ema.update_parameters(self.model)" in files["train_pretrain.py"]
    assert "ema" not in files["trainer.py"] + files["train_classify.py"]


def test_stages_with_other_data_share_the_loop(tmp_path: Path) -> None:
    text = SPEC.replace("as x, label\n    minimize cross", "as pixels, label\n    minimize cross")
    files = files_of(text.replace("Head(Encoder(x))", "Head(Encoder(pixels))"))
    assert {n for n in files if n.startswith("data")} == {"data_pretrain.py", "data_classify.py"}
    assert "except (data_classify.DataError, data_pretrain.DataError)" in files["trainer.py"]
    for name, content in files.items():
        tmp_path.joinpath(name).write_text(content, encoding="utf-8")
    run = scripts.run(tmp_path / "train.py", "--quiet", "--steps", "2")
    assert run.stderr.count("promise") == 2, run.stderr


def test_loops_of_another_kind_are_kept_apart() -> None:
    files = files_of(SPEC.replace("update Head", "accumulate 2\n    update Head"))
    assert {n for n in files if n.startswith("trainer")} == {
        "trainer_pretrain.py",
        "trainer_classify.py",
    }
