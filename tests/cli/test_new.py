"""`specc new`: every template is a spec without mistakes."""

from __future__ import annotations

from pathlib import Path

import pytest

from specc.cli.new import templates
from tests.cli.conftest import Run


@pytest.mark.parametrize("template", templates())
def test_templates_check(template: str, specc: Run) -> None:
    assert specc("new", "first", "--template", template).status == 0
    assert specc("check", "first.spec").out == "1 spec, no mistakes\n"


def test_a_file_is_never_overwritten(specc: Run) -> None:
    Path("first.spec").write_text("mine", encoding="utf-8")
    ended = specc("new", "first")
    assert (ended.status, "is there already" in ended.err) == (2, True)
    assert Path("first.spec").read_text(encoding="utf-8") == "mine"


def test_templates_are_listed(specc: Run) -> None:
    assert specc("new", "--template", "list").out.split() == templates()
    assert specc("new").err == "specc: name the spec to write: specc new first\n"
    said = specc("new", "x", "--template", "vea").err
    assert "did you mean vae? there are autoencoder, cnn, " in said


def test_the_next_commands_can_be_pasted(specc: Run) -> None:
    assert "specc check 'my net.spec'" in specc("new", "my net").out
