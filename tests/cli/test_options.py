"""The command line is frozen: whoever changes it changes this list, and the documentation."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer

from specc.cli.app import app
from tests.cli.conftest import Run

SHARED = "--color --json --quiet --set"
VERBS = {
    "check": f"{SHARED} --convention --fix --format --profile paths",
    "count": f"{SHARED} --batch --convention --csv --latex --markdown paths",
    "explain": f"{SHARED} --all --convention --latex --markdown layer topic",
    "build": f"{SHARED} --out paths",
    "train": f"{SHARED} --device --epochs --out --resume --seed --threads file",
    "sample": f"{SHARED} --device --out --seed file",
    "graph": f"{SHARED} --mermaid --out --svg paths",
    "fmt": "--check --color --diff --json --quiet paths",
    "grade": f"{SHARED} --convention --follow-through --out answers paper",
    "new": "--color --json --quiet --template name",
    "run": f"{SHARED} --device --full --only --out --places --seed --with paths",
    "solve": f"{SHARED} --convention --input --limit --vary conditions what",
    "diff": f"{SHARED} --convention new old",
    "quiz": f"{SHARED} --convention --format --kind --out --part --questions --seed --variants file",
}


def test_verbs_and_options() -> None:
    group = typer.main.get_command(app)
    commands = group.commands  # type: ignore[attr-defined]
    found = {
        verb: {o for p in command.params for o in p.opts if len(o) != 2 and o != "--help"}
        for verb, command in commands.items()
    }
    assert found == {verb: set(options.split()) for verb, options in VERBS.items()}


def test_a_verb_for_one_spec_proposes_one_of_a_folder(specc: Run, lenet: Path) -> None:
    folder = lenet.parent.as_posix()
    for words in (["train"], ["sample"], ["quiz"], ["grade"], ["diff", str(lenet)], ["solve"]):
        more = ["params == 1"] if words == ["solve"] else []
        ended = specc(*words, folder, *more)
        assert ended.status == 2
        assert f"{folder} is a folder; name one spec, such as " in ended.err


@pytest.mark.parametrize(
    "verb",
    [("train", "bad.spec"), ("sample", "bad.spec"), ("explain", "bad.spec"), ("quiz", "bad.spec"),
     ("diff", "bad.spec", "bad.spec"), ("grade", "bad.spec", "a.txt")],
)  # fmt: skip
def test_json_is_one_document_also_of_a_spec_with_mistakes(
    specc: Run, verb: tuple[str, ...]
) -> None:
    Path("bad.spec").write_text(
        "specc 1\n\nnetwork N {\n    in x: vector[3]\n    x -> linaer(3)\n}\n", encoding="utf-8"
    )
    Path("a.txt").write_text("", encoding="utf-8")
    ended = specc(*verb, "--json")
    assert ended.status == 1
    assert json.loads(ended.out)["diagnostics"][0]["code"] == "E201"
