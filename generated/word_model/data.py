"""The data of Stories: Sentences of a small grammar, whose bits for each symbol are known."""

from __future__ import annotations

import random
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor


class DataError(Exception):
    """The data is not what the spec says; the text names the file and the row."""


@dataclass(frozen=True)
class Split:
    """Rows as one tensor for each field, items first."""

    symbols: Tensor  # [N, 32]
    after: Tensor  # [N, 32]

    def __len__(self) -> int:
        return len(self.symbols)

    def fields(self) -> tuple[Tensor, ...]:
        """All fields in order."""
        return self.symbols, self.after

    def rows(self, start: int, stop: int) -> Split:
        """Some rows."""
        return Split(*(field[start:stop] for field in self.fields()))

    def at(self, rows: Tensor) -> Split:
        """The rows with these numbers."""
        return Split(*(field[rows] for field in self.fields()))

    def to(self, device: torch.device) -> Split:
        """The same rows on a device."""
        return Split(*(field.to(device) for field in self.fields()))


SENTENCES = (
    "{who} {did} {what} {where}.",
    "{when} {who} {did} {what}.",
    "{who} said that {who} {did} {what}.",
    "{when} {where} {who} {did} {what} for {who}.",
)
SLOTS = {
    "who": (
        "the fox",
        "the old king",
        "a sailor",
        "the miller",
        "her sister",
        "a small bird",
        "the wolf",
        "the baker",
    ),
    "did": (
        "saw",
        "found",
        "followed",
        "forgot",
        "heard",
        "carried",
        "painted",
        "sold",
    ),
    "what": (
        "a silver key",
        "the last apple",
        "a letter",
        "the black horse",
        "an empty box",
        "the moon",
        "a song",
        "the broken wheel",
    ),
    "where": (
        "by the river",
        "in the deep wood",
        "under the bridge",
        "behind the mill",
        "at the market",
        "on the hill",
        "near the sea",
        "inside the tower",
    ),
    "when": (
        "at night",
        "in spring",
        "long ago",
        "one morning",
    ),
}


def text() -> str:
    """6000 sentences, every choice equally likely."""
    draw = random.Random(0)

    def phrase(slot: re.Match[str]) -> str:
        return draw.choice(SLOTS[slot[1]])

    forms = (draw.choice(SENTENCES) for _ in range(6000))
    return " ".join(re.sub(r"{(\w+)}", phrase, form) for form in forms)


def symbols(text: str) -> list[str]:
    """The words of a text in order."""
    return re.findall(r"\w+|[^\w\s]", text.lower())


@cache
def vocabulary() -> list[str]:
    """The most frequent words; number n of the data is entry n - 1, and 0 is any other."""
    counted = Counter(symbols(text())).items()
    kept = sorted(counted, key=lambda pair: (-pair[1], pair[0]))[:62]
    return [symbol for symbol, _ in kept]


def encode(text: str) -> Tensor:
    """The numbers of the words of a text."""
    numbers = {symbol: n for n, symbol in enumerate(vocabulary(), 1)}
    return torch.tensor([numbers.get(symbol, 0) for symbol in symbols(text)])


def decode(numbers: Tensor) -> str:
    """The text of some numbers; what is none of the symbols is shown as a box."""
    known = dict(enumerate(vocabulary(), 1))
    return re.sub(
        r" ([^\w\s])", r"\1", " ".join(known.get(n, "\u25a1") for n in numbers.tolist())
    )


def read() -> tuple[Tensor, ...]:
    """Windows one after the other, and the same one symbol later."""
    numbers = encode(text())
    windows = (len(numbers) - 1) // 32
    if windows < 1:
        raise DataError(f"{len(numbers)} words make no window of 32")
    here = numbers[: windows * 32].reshape(windows, 32)
    after = numbers[1 : windows * 32 + 1].reshape(windows, 32)
    return here, after


def divide(count: int) -> dict[str, Tensor]:
    """The numbers of the rows for each use."""
    index = torch.arange(count)
    test = index % 5 == 0
    return {"train": index[~test], "test": index[test]}


def load() -> dict[str, Split]:
    """The splits by their name: train and test."""
    rows = Split(*read())
    splits = divide(len(rows))
    return {name: rows.at(chosen) for name, chosen in splits.items()}
