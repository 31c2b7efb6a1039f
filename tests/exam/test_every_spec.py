"""Every figure of every layer of the specs that come with specc can be asked for and diagnosed."""

from __future__ import annotations

from pathlib import Path

import pytest

from specc.claims.slips import alternatives, diagnose
from specc.claims.subjects import Subject, Tables
from specc.pipeline import compile_file

SPECS = sorted((Path(__file__).parents[2] / "specs").rglob("*.spec"))
FIGURES = ("params", "weights", "biases", "output", "macs", "flops", "memory", "receptive_field",
           "height", "trainable")  # fmt: skip


@pytest.mark.parametrize("path", SPECS, ids=lambda p: p.stem)
def test_slips_of_every_layer(path: Path) -> None:
    program = compile_file(str(path)).program
    assert program is not None
    tables = Tables(program)
    span = program.file.span
    for body in program.networks:
        for entry in tables.entries(body)[:60]:
            subject = Subject(entry.row.path, span, body, (entry,))
            for word in FIGURES:
                for finding in alternatives(tables, subject, word):
                    assert finding.sentence
        whole = Subject(body.name, span, body, tables.entries(body), tables.totals(body))
        for word in ("params", "macs", "flops", "memory"):
            assert diagnose(tables, whole, word, lambda value: value == -1) == ()
