"""Text as windows of numbered characters or words: of a file of the user, or made from a small grammar.

The stories are drawn sentence by sentence, every choice equally likely, so how many bits a symbol holds is
known: no model can do better in the mean.
"""

import re
from abc import abstractmethod
from math import log2
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from specc.data.base import DataField, DataSource, Splitting
from specc.data.sequences import tokens

WORDS = r"\w+|[^\w\s]"
"""What a word is: letters and digits in a row, or a sign by itself."""

SLOTS: dict[str, tuple[str, ...]] = {
    "who": (
        "the fox", "the old king", "a sailor", "the miller",
        "her sister", "a small bird", "the wolf", "the baker",
    ),
    "did": ("saw", "found", "followed", "forgot", "heard", "carried", "painted", "sold"),
    "what": (
        "a silver key", "the last apple", "a letter", "the black horse",
        "an empty box", "the moon", "a song", "the broken wheel",
    ),
    "where": (
        "by the river", "in the deep wood", "under the bridge", "behind the mill",
        "at the market", "on the hill", "near the sea", "inside the tower",
    ),
    "when": ("at night", "in spring", "long ago", "one morning"),
}  # fmt: skip
"""What can stand in each place of a sentence."""

SENTENCES = (
    "{who} {did} {what} {where}.",
    "{when} {who} {did} {what}.",
    "{who} said that {who} {did} {what}.",
    "{when} {where} {who} {did} {what} for {who}.",
)
"""The forms of a sentence, equally likely."""

Level = Literal["character", "word"]


class TextWindows(Splitting):
    """A text, read in windows one after the other."""

    length: int = Field(64, ge=1, le=100_000, description="Symbols in a window.")
    level: Level = Field("character", description="What a symbol is.")

    @classmethod
    def __pydantic_init_subclass__(cls, **settings: Any) -> None:
        """What a text has for itself comes first, and `length` and `level` behind it."""
        for name in ("length", "level"):
            cls.model_fields[name] = cls.model_fields.pop(name)
        super().__pydantic_init_subclass__(**settings)

    @property
    @abstractmethod
    def known(self) -> int:
        """How many symbols are told apart, 0 among them for any other."""

    def fields(self) -> tuple[DataField, ...]:
        """The symbols and those that follow each."""
        names = ("symbols", "next")
        symbols, after = (tokens(name, self.length, self.known) for name in names)
        return symbols, after


class Text(TextWindows):
    """A text in a file."""

    def untested(self, other: DataSource) -> str | None:
        """Numbers of symbols are those of one file."""
        del other
        return "each text numbers its own symbols, so that another one cannot be tested; put both in a file"

    word, kind = "text", "text"
    summary = "Windows of a text file: characters or words as numbers, and the ones that follow."
    path: str = Field(min_length=1, description="Path of the file, from where training is started.")
    vocab: int = Field(
        128,
        ge=2,
        le=1_000_000,
        description="Symbols told apart, the most frequent; 0 is any other.",
    )

    @property
    def known(self) -> int:
        """As many as are written."""
        return self.vocab


class Stories(TextWindows):
    """Sentences drawn from a small grammar."""

    word, kind = "stories", "stories"
    summary = (
        "Sentences of a small grammar, whose bits for each symbol are known: characters or words as "
        "numbers, and the ones that follow."
    )
    sentences: int = Field(4000, ge=10, le=1_000_000, description="Number of sentences.")
    seed: int = Field(0, ge=0, lt=2**32, description="Seed of the sentences.")

    @property
    def vocab(self) -> int:
        """All symbols of the grammar, and 0."""
        return len(symbols(self.level)) + 1

    @property
    def known(self) -> int:
        """As many as the grammar has."""
        return self.vocab

    @model_validator(mode="after")
    def _enough(self) -> Self:
        shortest = 8 if self.level == "word" else 30
        if self.sentences * shortest < 5 * self.length:
            raise ValueError(f"{self.sentences} sentences are short for windows of {self.length}")
        return self


def unknown(source: TextWindows, text: str) -> list[str]:
    """The symbols of a text that a source surely has none of, each once."""
    if not isinstance(source, Stories):
        return []
    read = re.findall(WORDS, text.lower()) if source.level == "word" else list(text)
    return [s for s in dict.fromkeys(read) if s not in symbols(source.level)]


def symbols(level: Level) -> frozenset[str]:
    """The symbols that sentences of the grammar are made of."""
    phrases = [phrase for slot in SLOTS.values() for phrase in slot]
    whole = " ".join([*phrases, *(re.sub(r"{\w+}", "", s) for s in SENTENCES)])
    return frozenset(re.findall(WORDS, whole) if level == "word" else whole)


def bits(level: Level) -> float:
    """How many bits a symbol holds in the mean: those of the choices by the number of symbols."""
    choices, count = 0.0, 0.0
    for sentence in SENTENCES:
        slots = re.findall(r"{(\w+)}", sentence)
        choices += log2(len(SENTENCES)) + sum(log2(len(SLOTS[s])) for s in slots)
        count += _size(re.sub(r"{\w+}", "", sentence), level) + (level == "character")
        count += sum(sum(_size(p, level) for p in SLOTS[s]) / len(SLOTS[s]) for s in slots)
    return choices / count


def _size(text: str, level: Level) -> int:
    return len(re.findall(WORDS, text)) if level == "word" else len(text)
