"""`specc train` and `specc sample` run the built scripts: flags, exit status and signals pass through."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from specc.cli import build
from specc.cli.train import Choices, call
from specc.program import Program
from tests.cli.conftest import Run

SCRIPT = """
import sys
from pathlib import Path
run = Path(__file__).with_name("run")
run.mkdir(exist_ok=True)
(run / "result.json").write_text('{"name": "Made", "values": {"loss": 0.5}}')
(run / "walk_figures.json").write_text('{"t": 0.25}')
(run / "promises.json").write_text('[{"words": "walk.t < 1", "kept": true}]')
if "sample" in __file__:
    print("a picture")
Path(__file__).with_name("seen.txt").write_text(" ".join(sys.argv[1:]))
sys.exit(7)
"""

WAITING = """
import signal, sys, time
from pathlib import Path
count = 0
def stop(number, frame):
    global count
    count += 1
for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, stop)
Path(sys.argv[1]).write_text("ready")
while not count:
    time.sleep(0.01)
time.sleep(0.1)
sys.exit(100 + count)
"""

CALLER = "import sys; from pathlib import Path; from specc.cli.train import call; "
CALLER += "sys.exit(call(Path(sys.argv[1]), sys.argv[2:]))"


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> None:
    """Packages whose scripts only say how they were called."""

    def write(program: Program, target: Path) -> list[Path]:
        del program
        target.mkdir(parents=True, exist_ok=True)
        for name in ("train.py", "sample.py"):
            (target / name).write_text(SCRIPT, encoding="utf-8")
        return [target / "train.py"]

    monkeypatch.setattr(build, "write", write)


@pytest.mark.usefixtures("fake")
def test_flags_and_status_pass_through(specc: Run) -> None:
    specc("new", "first")
    given = ["--epochs", "2", "--seed", "3", "--device", "cpu", "--threads", "1", "--resume"]
    ended = specc("train", "first.spec", "--out", "made", *given, "--", "--tensorboard")
    assert ended.status == 7
    seen = Path("made/first/seen.txt").read_text(encoding="utf-8")
    assert seen == "--epochs 2 --seed 3 --device cpu --threads 1 --resume --tensorboard"
    assert specc("train", "first.spec", "--out", "made", "--tensorboard").status == 2


@pytest.mark.usefixtures("fake")
def test_json_holds_what_came_out_and_stands_alone(specc: Run) -> None:
    specc("new", "first", "--template", "vae")
    ended = specc("train", "first.spec", "--json", "--quiet")
    assert json.loads(ended.out) == {
        "run": "runs/first/run",
        "status": 7,
        "trainings": [{"name": "Made", "values": {"loss": 0.5}}],
        "figures": {"walk": {"t": 0.25}},
        "promises": [{"words": "walk.t < 1", "kept": True}],
    }
    ended = specc("sample", "first.spec", "--json")
    found = json.loads(ended.out)
    assert (found["status"], found["figures"]) == (7, {"walk": {"t": 0.25}})
    assert [p["words"] for p in found["promises"]] == ["walk.t < 1"]
    assert "runs/first/run/walk_figures.json" in found["files"]


@pytest.mark.usefixtures("fake")
def test_what_cannot_be_trained(specc: Run, lenet: Path) -> None:
    assert "lenet.spec has no train block" in specc("train", "lenet.spec").err
    lenet.write_text("specc 1\n\nnetwork N {\n    x -> linaer(2)\n}\n", encoding="utf-8")
    ended = specc("train", "lenet.spec")
    assert ended.status == 1
    assert not Path("runs").exists()


@pytest.mark.usefixtures("fake")
def test_sampling_needs_a_run(specc: Run) -> None:
    specc("new", "first", "--template", "vae")
    ended = specc("sample", "first.spec")
    assert (ended.status, "run specc train first" in ended.err) == (2, True)
    specc("train", "first.spec")
    assert specc("sample", "first.spec", "--seed", "4").status == 7
    assert Path("runs/first/seen.txt").read_text(encoding="utf-8") == "--seed 4"


def test_a_killed_script_gives_the_status_of_a_shell(tmp_path: Path) -> None:
    script = tmp_path / "killed.py"
    script.write_text("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n", encoding="utf-8")
    assert call(script, []) == 128 + signal.SIGKILL


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_reaches_the_script_once(number: signal.Signals, tmp_path: Path) -> None:
    script, ready = tmp_path / "waiting.py", tmp_path / "ready"
    script.write_text(WAITING, encoding="utf-8")
    caller = subprocess.Popen([sys.executable, "-c", CALLER, str(script), str(ready)])
    deadline = time.monotonic() + 20
    while not ready.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    caller.send_signal(number)
    assert caller.wait(20) == 101


def test_choices_that_are_not_made_are_left_to_the_spec() -> None:
    assert Choices().flags() == []
