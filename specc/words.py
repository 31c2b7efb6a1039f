"""What the words of the language itself mean: `specc explain minimize`, from `pages/words.md`.

A section of the page is a few words, each with a line, and specs that have them.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from msgspec import Struct

_WORD = re.compile(r"`(\w+)`(?=(?:, `\w+`)*: )")


class Meaning(Struct, frozen=True):
    """A word of the language in a sentence, with a spec that has it.

    `parts` are what is written with it, and what each means.
    """

    word: str
    section: str
    text: str
    spec: str
    parts: tuple[tuple[str, str], ...] = ()


def meaning(word: str) -> Meaning | None:
    """What a word of the language means, None for any other word."""
    return meanings().get(word)


@cache
def meanings() -> dict[str, Meaning]:
    """All words of the language."""
    found: dict[str, Meaning] = {}
    for section in _page().split("\n## ")[1:]:
        title = section.partition("\n")[0]
        specs = re.findall(r"^```spec\n(.*?)^```", section, re.M | re.S)
        for item in re.split(r"^- ", section, flags=re.M)[1:]:
            line, *below = item.splitlines()
            text = line.partition(": ")[2]
            parts = tuple(p for p in map(_part, below) if p is not None)
            for word in _WORD.findall(line):
                found[word] = Meaning(word, title, text, _with(word, specs), parts)
    training = _page().partition("## Training")[2].partition("\n## ")[0]
    specs = re.findall(r"^```spec\n(.*?)^```", training, re.M | re.S)
    return {**_settings(specs), **found}


def _part(line: str) -> tuple[str, str] | None:
    """What is written, and what it means, in a line below a word: `  - `in x`: what comes`."""
    written = re.match(r"  - (`.*?`(?:, `.*?`)*): (.*)", line)
    return None if written is None else (written[1].replace("`", ""), written[2].replace("`", ""))


def _with(word: str, specs: list[str]) -> str:
    """The first spec that has the word."""
    return next((s for s in specs if re.search(rf"\b{word}\b", s)), specs[0])


def _settings(specs: list[str]) -> dict[str, Meaning]:
    """The settings of a training, by what they say of themselves."""
    from specc.settings import SampleSettings, TrainSettings

    fields = {**SampleSettings.model_fields, **TrainSettings.model_fields}
    return {
        name: Meaning(
            name, "Training", f"{field.description}{_usual(field.default)}", _with(name, specs)
        )
        for name, field in fields.items()
        if name != "checkpoint_unit"
    }


def _usual(value: object) -> str:
    return "" if value is None else f"; {value} where nothing is said"


def _page() -> str:
    return files("specc").joinpath("pages", "words.md").read_text(encoding="utf-8")
