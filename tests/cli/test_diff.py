from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import LENET, Run


def test_text_and_json(specc: Run, lenet: Path, tmp_path: Path) -> None:
    new = tmp_path / "new.spec"
    new.write_text(LENET.replace("linear(84) ", "linear(64) "), encoding="utf-8")
    ended = specc("diff", lenet.name, new.name)
    assert ended.status == 0
    assert "~ F6      linear  features 84 → 64   output 84 → 64" in ended.out
    assert "params 61,706 → 59,086 (−2,620, −4.2 %)" in ended.out
    document = json.loads(specc("diff", lenet.name, new.name, "--json").out)
    assert document["sums"]["params"] == {"before": 61_706, "after": 59_086}


def test_nothing_changed(specc: Run, lenet: Path) -> None:
    assert specc("diff", lenet.name, lenet.name).out == "nothing that specc sees has changed\n"


def test_a_wrong_spec_is_reported(specc: Run, lenet: Path, tmp_path: Path) -> None:
    tmp_path.joinpath("bad.spec").write_text("specc 1\nnetwrk N {}\n", encoding="utf-8")
    assert specc("diff", lenet.name, "bad.spec").status == 1
