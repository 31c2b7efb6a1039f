"""What is varied, and within which bounds: `kernel=1..7`, `stride=1,2,4`, `C1.padding`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

MOST = 200_000
"""Combinations that a search looks at."""

USUAL: Mapping[str, tuple[int, int]] = {
    "kernel": (1, 11),
    "stride": (1, 5),
    "padding": (0, 5),
    "dilation": (1, 3),
    "groups": (1, 16),
    "heads": (1, 16),
    "output_padding": (0, 2),
    "scale": (1, 8),
}
"""The bounds of a hyperparameter by its name, where none are asked for."""
WIDTHS = (1, 128)
"""Those of any other."""

_SPAN = re.compile(r"(\d+)\.\.(\d+)")


class SolveError(Exception):
    """A question that cannot be searched; the text says why and what would work."""


class Varied(Struct, frozen=True):
    """A name and the numbers that it may be, in rising order."""

    name: str
    values: tuple[int, ...]

    @property
    def told(self) -> str:
        """`kernel 1..11`, `stride 1, 2, 4`."""
        first, last = self.values[0], self.values[-1]
        run = last - first + 1 == len(self.values) > 1
        numbers = f"{first}..{last}" if run else ", ".join(map(str, self.values[:8]))
        return f"{self.name} {numbers}{', …' if not run and len(self.values) > 8 else ''}"

    @property
    def word(self) -> str:
        """The last part of the name: `padding` of `C1.padding`."""
        return self.name.rpartition(".")[2]


def usual(name: str) -> Varied:
    """A name with the bounds of its kind."""
    low, high = USUAL.get(name.rpartition(".")[2], WIDTHS)
    return Varied(name, tuple(range(low, high + 1)))


def read(texts: Iterable[str]) -> tuple[Varied, ...]:
    """`["kernel=1..7", "C1.padding"]` as ranges; the last of a name wins.

    Raises:
        SolveError: a text without a name or without numbers.
    """
    found = {one.name: one for one in map(_one, texts)}
    return tuple(found.values())


def _one(text: str) -> Varied:
    name, equals, numbers = (part.strip() for part in text.partition("="))
    if not all(part.isidentifier() for part in name.split(".")):
        raise SolveError(f"--vary takes NAME=1..9 or NAME=1,2,4, not {text!r}")
    if not equals:
        return usual(name)
    values = sorted({n for part in numbers.split(",") for n in _numbers(part.strip(), text)})
    return Varied(name, tuple(values))


def _numbers(part: str, text: str) -> range:
    span = _SPAN.fullmatch(part)
    if span is not None and len(part) < 24:
        low, high = int(span[1]), int(span[2])
        if low > high:
            raise SolveError(f"{part} in --vary {text} holds no number; write {high}..{low}")
        if high - low >= MOST:
            raise SolveError(f"{part} in --vary {text} are more than {MOST:,} numbers")
        return range(low, high + 1)
    if part.isdigit() and len(part) < 12:
        return range(int(part), int(part) + 1)
    raise SolveError(f"--vary takes NAME=1..9 or NAME=1,2,4, not {text!r}")


def combinations(varied: Sequence[Varied], most: int = MOST, why: str = "") -> int:
    """How many combinations there are; `why` says what makes few of them too many.

    Raises:
        SolveError: more than a search looks at.
    """
    number = 1
    for one in varied:
        number *= len(one.values)
    if number > most:
        parts = " · ".join(f"{len(v.values)} {v.name}" for v in varied)
        raise SolveError(
            f"{parts} = {number:,} combinations, more than {most:,}{why}; narrow them with --vary"
        )
    return number
