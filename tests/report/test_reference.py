"""docs/reference.md is what the libraries say of themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

from specc.layers.conventions import APART
from specc.report.reference import entries, markdown, page, words
from specc.std import INDEX

PAGE = Path(__file__).parents[2] / "docs" / "reference.md"


def test_the_page_is_up_to_date() -> None:
    """Otherwise: `python -m specc.report.reference > docs/reference.md`."""
    assert PAGE.read_text(encoding="utf-8") == markdown()


def test_every_word_says_what_it_is() -> None:
    for word in words():
        for entry in entries(word):
            assert entry.summary, word


def test_conventions_name_known_layers_and_their_sources() -> None:
    assert set(APART) <= set(words())
    assert all(a.source and a.text for found in APART.values() for a in found)
    assert any("Keras counts" in line for line in page("batch_norm"))


def test_a_source_tells_the_types_of_its_fields() -> None:
    assert "  fields by default: signal: vector[140], label: category[2]" in page("ecg")
    assert not any("fields by default" in line for word in ("csv", "conv") for line in page(word))


def test_masks_are_no_fields() -> None:
    fields, masks = (
        line for line in page("karate_club") if "by default:" in line or "bound" in line
    )
    assert "labelled" not in fields
    assert "labelled, held_out" in masks


@pytest.mark.parametrize("word", INDEX)
def test_ready_definitions_are_told_with_their_text(word: str) -> None:
    (entry,) = (e for e in entries(word) if e.definition is not None)
    text = "\n".join(page(word))
    assert entry.summary in text
    assert f"{entry.signature} {{" in text
    assert "out " in text
    assert f"### `{word}`" in markdown()
