"""Random and mutated specs: `check` says something of each, and never fails itself.

Run it with `python -m tests.bench.fuzz [inputs] [seed]`. It begins with the specs and the cases of this
repository. An input that brings a set of diagnostic codes not seen before joins them, so the search spreads
to what is rarely reached. A failure is printed with its input, and the exit status is 1.
"""

from __future__ import annotations

import random
import re
import signal
import string
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from specc.cli.speak import as_text
from specc.pipeline import compile_text

INPUTS = 200_000
MOST_SECONDS = 10  # of the processor for one input; more is a hang
LONGEST = 600  # characters of what is mutated: long specs bring little but waiting
ROOT = Path(__file__).parents[2]
PIECE = re.compile(r"\w+|\s+|[^\w\s]")
ODD = [
    "0",
    "-1",
    "1.5",
    "1e400",
    "9" * 30,
    "1_000_000_000",
    "007",
    "∞",
    "\0",
    "\ufeff",
    "é",
    "\r",
    "\t",
    '"',
    "'",
    "##",
]
MARKS = [*"{}()[]->=,.:;*/+-<>~@|&^%!?#\\", "->", "==", "<=", "**", "//", "..", "\n", " "]


class HangError(Exception):
    """An input took too long."""


@dataclass
class Found:
    """What a search has seen."""

    corpus: list[str]
    words: list[str]
    seen: set[frozenset[str]] = field(default_factory=set)
    inputs: int = 0
    failures: list[tuple[str, str]] = field(default_factory=list)
    slowest: float = 0.0


def seeds() -> Iterator[str]:
    """The specs of the repository, and those inside its cases."""
    for folder in ("specs", "tests", "specc", "docs"):
        for path in sorted(ROOT.joinpath(folder).rglob("*.spec")):
            yield path.read_text(encoding="utf-8", errors="replace")
    for folder in ("tests", "docs"):
        for path in sorted(ROOT.joinpath(folder).rglob("*.md")):
            yield from re.findall(
                r"^```spec\n(.*?)^```", path.read_text(encoding="utf-8"), re.M | re.S
            )


# ---- what changes a text


def drop(rng: random.Random, pieces: list[str], _: Found) -> list[str]:
    start = rng.randrange(len(pieces))
    return pieces[:start] + pieces[start + rng.randint(1, 8) :]


def repeat(rng: random.Random, pieces: list[str], _: Found) -> list[str]:
    start = rng.randrange(len(pieces))
    part = pieces[start : start + rng.randint(1, 12)]
    return pieces[:start] + part * rng.choice((2,) * 30 + (3, 40)) + pieces[start:]


def swap(rng: random.Random, pieces: list[str], _: Found) -> list[str]:
    one, two = rng.randrange(len(pieces)), rng.randrange(len(pieces))
    pieces[one], pieces[two] = pieces[two], pieces[one]
    return pieces


def replace(rng: random.Random, pieces: list[str], found: Found) -> list[str]:
    at = rng.randrange(len(pieces))
    pieces[at] = rng.choice((rng.choice(found.words), rng.choice(ODD), rng.choice(MARKS)))
    return pieces


def reword(rng: random.Random, pieces: list[str], found: Found) -> list[str]:
    """A word for a word and a number for a number, so that the text still parses."""
    places = [n for n, piece in enumerate(pieces) if piece[0].isalnum()]
    if not places:
        return pieces
    at = rng.choice(places)
    number = str(rng.choice((0, 1, 2, 3, 7, 64, 100_000, rng.randrange(1 << 40))))
    pieces[at] = number if pieces[at].isdigit() else rng.choice(found.words)
    return pieces


def splice(rng: random.Random, pieces: list[str], found: Found) -> list[str]:
    other = PIECE.findall(rng.choice(found.corpus)) or [" "]
    start, cut = rng.randrange(len(other)), rng.randrange(len(pieces))
    return pieces[:cut] + other[start : start + rng.randint(1, 20)] + pieces[cut:]


def cut(rng: random.Random, pieces: list[str], _: Found) -> list[str]:
    return pieces[: rng.randrange(len(pieces))]


Change = Callable[[random.Random, list[str], Found], list[str]]
CHANGES: list[Change] = [drop, repeat, swap, replace, reword, reword, reword, splice, cut]


def noise(rng: random.Random, found: Found) -> str:
    """A text that was never a spec."""
    parts = [*found.words, *ODD, *MARKS, *string.printable]
    return rng.choice(("specc 1\n", "")) + "".join(rng.choices(parts, k=rng.randint(0, 25)))


def mutated(rng: random.Random, found: Found) -> str:
    """The next input."""
    if rng.random() < 0.05:
        return noise(rng, found)
    pieces = PIECE.findall(rng.choice(found.corpus))
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        pieces = rng.choice(CHANGES)(rng, pieces, found) or [" "]
    return "".join(pieces)[: 2 * LONGEST]


# ---- the search


def codes(text: str) -> frozenset[str]:
    """What `check` says of a text."""
    diagnostics = compile_text(text, "fuzz.spec").diagnostics
    as_text(diagnostics, "full")
    return frozenset(d.code for d in diagnostics)


def attempt(text: str, found: Found) -> None:
    """Check one input, and keep it if it says something new."""
    found.inputs += 1
    began = time.process_time()
    signal.setitimer(signal.ITIMER_PROF, MOST_SECONDS)
    try:
        said = codes(text)
    except Exception:
        found.failures.append((text, traceback.format_exc()))
        print(
            f"---- input {found.inputs:,}\n{text}\n---- failure\n{found.failures[-1][1]}",
            flush=True,
        )
        return
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    found.slowest = max(found.slowest, time.process_time() - began)
    if said not in found.seen:
        found.seen.add(said)
        if len(text) <= LONGEST:
            found.corpus.append(text)


def search(inputs: int, seed: int, report: Callable[[Found], None] = lambda _: None) -> Found:
    """Check so many inputs, which follow from the seed."""
    rng = random.Random(seed)
    corpus = [text for text in seeds() if text.strip() and len(text) <= LONGEST]
    words = sorted({piece for text in corpus for piece in PIECE.findall(text) if piece.strip()})
    found = Found(corpus, words)
    for text in list(corpus):
        attempt(text, found)
    while found.inputs < inputs:
        attempt(mutated(rng, found), found)
        report(found)
    return found


def _hang(number: int, frame: FrameType | None) -> None:
    raise HangError(f"more than {MOST_SECONDS} s", number, frame)


def _progress(found: Found) -> None:
    if found.inputs % 5_000 == 0:
        counts = f"{len(found.seen):,} sets of codes, {len(found.failures)} failures"
        print(f"{found.inputs:,} inputs, {counts}, slowest {found.slowest:.2f} s", flush=True)


def main(inputs: int = INPUTS, seed: int = 0) -> int:
    """Search; every failure is printed with its input as it is found."""
    signal.signal(signal.SIGPROF, _hang)
    found = search(inputs, seed, _progress)
    everything = sorted(frozenset().union(*found.seen))
    print(f"{found.inputs:,} inputs, {len(found.failures)} failures, slowest {found.slowest:.2f} s")
    print(f"{len(everything)} codes: {' '.join(everything)}")
    return 1 if found.failures else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
