"""Programs over graphs as generated code."""

from __future__ import annotations

import json
from pathlib import Path

from specc.emit.package import write
from specc.pipeline import compile_text
from tests.emit.test_procedures import script
from tests.resolve.test_graph_programs import GOOD, HEAD


def test_every_program_over_a_graph_runs(tmp_path: Path) -> None:
    bodies = [f"program p{n} {{\n{body}\n}}\n" for n, body in enumerate(GOOD.values())]
    program = compile_text(HEAD + "\n".join(bodies), "model.spec").program
    assert program is not None
    write(program, tmp_path)
    status, words = script(tmp_path / "train.py", "--quiet", "--steps", "2")
    assert status == 0, words
    accuracy = json.loads((tmp_path / "run" / "p1_figures.json").read_text())
    assert set(accuracy) == {"mean", "mean_2"}
    assert len(list((tmp_path / "run").glob("p0_*.png"))) == 1
    assert len(json.loads((tmp_path / "run" / "p5_figures.json").read_text())["sum"][0]) == 4
