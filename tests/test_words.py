"""Every word of the language has a meaning, and a spec that has it and is right."""

from __future__ import annotations

import re

import pytest

from specc.pipeline import compile_text
from specc.syntax.words import DECLARATIONS, RESERVED, SETTINGS, STATEMENTS
from specc.types import PORT_AXES
from specc.words import meaning, meanings

KNOWN = {"and", "or", "not", "true", "false"}  # they mean what they mean elsewhere


@pytest.mark.parametrize("word", sorted({*DECLARATIONS, *STATEMENTS, *SETTINGS, *RESERVED} - KNOWN))
def test_every_word_of_the_grammar_is_explained(word: str) -> None:
    found = meaning(word)
    assert found is not None
    assert len(found.text) > 10
    assert "—" not in found.text


@pytest.mark.parametrize("spec", sorted({m.spec for m in meanings().values()}))
def test_the_specs_are_right(spec: str) -> None:
    found = compile_text(spec, "words.spec").diagnostics
    assert [f"{d.code} {d.message}" for d in found] == []


def test_every_word_stands_in_its_spec() -> None:
    missing = [m.word for m in meanings().values() if not re.search(rf"\b{m.word}\b", m.spec)]
    assert missing == ["use"]  # it needs a second file


def test_types_of_ports_are_explained() -> None:
    for word in (*PORT_AXES, "graph", "tensor"):
        assert meaning(word) is not None, word


def test_words_that_are_called_are_explained() -> None:
    for word in ("adapt", "generate", "rows", "nearest", "degree"):
        assert meaning(word) is not None, word
    assert getattr(meaning("weight"), "text", "") != getattr(meaning("buffer"), "text", "")


def test_other_words_have_none() -> None:
    assert meaning("conv") is None
