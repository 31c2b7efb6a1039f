"""What the words of the language itself mean: `specc explain minimize`, from `pages/words.md`.

A section of the page is a few words, each with a line, and a spec that has them.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from msgspec import Struct

_WORD = re.compile(r"`(\w+)`(?=(?:, `\w+`)*: )")


class Meaning(Struct, frozen=True):
    """A word of the language in a sentence, with a spec that has it."""

    word: str
    section: str
    text: str
    spec: str


def meaning(word: str) -> Meaning | None:
    """What a word of the language means, None for any other word."""
    return meanings().get(word)


@cache
def meanings() -> dict[str, Meaning]:
    """All words of the language."""
    found: dict[str, Meaning] = {}
    for section in _page().split("\n## ")[1:]:
        title = section.partition("\n")[0]
        spec = section.partition("```spec\n")[2].partition("```")[0]
        for line in re.findall(r"^- (.*)$", section, re.M):
            text = line.partition(": ")[2]
            found |= {word: Meaning(word, title, text, spec) for word in _WORD.findall(line)}
    return {**_settings(found["train"]), **found}


def _settings(train: Meaning) -> dict[str, Meaning]:
    """The settings of a training, by what they say of themselves."""
    from specc.settings import SampleSettings, TrainSettings

    fields = {**SampleSettings.model_fields, **TrainSettings.model_fields}
    return {
        name: Meaning(
            name, train.section, f"{field.description}{_usual(field.default)}", train.spec
        )
        for name, field in fields.items()
        if name != "checkpoint_unit"
    }


def _usual(value: object) -> str:
    return "" if value is None else f"; {value} where nothing is said"


def _page() -> str:
    return files("specc").joinpath("pages", "words.md").read_text(encoding="utf-8")
