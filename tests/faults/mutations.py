"""Faults put into sound specs: what a person gets wrong, with the place it should be found."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from specc.layers import registry


@dataclass(frozen=True, slots=True)
class Fault:
    """A spoilt text. `offset` is where the message should point; `name` what it should propose first."""

    kind: str
    text: str
    offset: int
    codes: tuple[str, ...]
    name: str | None = None

    @property
    def line(self) -> int:
        """The line of the fault, from 1."""
        return self.text.count("\n", 0, self.offset) + 1

    @property
    def column(self) -> int:
        """The column of the fault, from 1."""
        return self.offset - (self.text.rfind("\n", 0, self.offset) + 1) + 1


Mutation = Callable[[str, random.Random], Fault | None]

_WORD = re.compile(r"(?:-> *|\{ *|\n\s+)([a-z_0-9]+)(?=[(\s\[])")
_KEYWORD_ARGUMENT = re.compile(r"[(,] *([a-z_]{4,})=")
_CALL = re.compile(r"\b(conv|linear|conv_transpose|max_pool|embedding)\(([^()]*)\)")
_FIRST_NUMBER = re.compile(r"\b(?:conv|linear|conv_transpose|embedding)\((\d[\d_]*)(?=[,)])")
_KERNEL = re.compile(r"\bconv\([^()]*?(\d+x\d+)")
_BODY = re.compile(r"^(network|encoder|decoder|generator|discriminator|bottleneck) \w+ \{\n", re.M)
_DEFINED = re.compile(r"^( +)(\w+) += ", re.M)


def code_of(text: str) -> str:
    """The text with its comments and strings blanked, at the same offsets."""
    return re.sub(r'#[^\n]*|"[^"\n]*"', lambda m: " " * len(m[0]), text)


def misspelt(word: str, rng: random.Random) -> str:
    """A word with one slip of the fingers: a letter lost, doubled, swapped or hit beside."""
    at = rng.randrange(1, len(word) - 1) if len(word) > 2 else 0
    slips = (
        word[:at] + word[at + 1 :],
        word[:at] + word[at] + word[at:],
        word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :],
        word[:at] + rng.choice("qxz") + word[at + 1 :],
    )
    return rng.choice(slips)


def _pick(pattern: re.Pattern[str], text: str, rng: random.Random) -> re.Match[str] | None:
    found = list(pattern.finditer(code_of(text)))
    return rng.choice(found) if found else None


def _replaced(text: str, start: int, end: int, new: str) -> str:
    return text[:start] + new + text[end:]


def _layer_words(text: str) -> list[re.Match[str]]:
    known = set(registry.words())
    return [m for m in _WORD.finditer(code_of(text)) if m[1] in known and len(m[1]) > 3]


def unknown_layer(text: str, rng: random.Random) -> Fault | None:
    """A layer's name with a slip."""
    found = _layer_words(text)
    if not found:
        return None
    place = rng.choice(found)
    new = misspelt(place[1], rng)
    if new in registry.words() or new == place[1]:
        return None
    spoilt = _replaced(text, place.start(1), place.end(1), new)
    return Fault("unknown layer", spoilt, place.start(1), ("E201",), place[1])


def misspelt_argument(text: str, rng: random.Random) -> Fault | None:
    """A keyword argument with a slip."""
    place = _pick(_KEYWORD_ARGUMENT, text, rng)
    if place is None:
        return None
    new = misspelt(place[1], rng)
    if new == place[1]:
        return None
    spoilt = _replaced(text, place.start(1), place.end(1), new)
    return Fault("misspelt argument", spoilt, place.start(1), ("E202",), place[1])


def missing_argument(text: str, rng: random.Random) -> Fault | None:
    """A call without its arguments."""
    place = _pick(_CALL, text, rng)
    if place is None or "weight=" in place[2]:
        return None
    spoilt = _replaced(text, place.start(2), place.end(2), "")
    return Fault("missing argument", spoilt, place.start(), ("E202",))


def negative(text: str, rng: random.Random) -> Fault | None:
    """A width below zero."""
    place = _pick(_FIRST_NUMBER, text, rng)
    if place is None:
        return None
    spoilt = _replaced(text, place.start(1), place.end(1), f"-{place[1]}")
    return Fault("negative", spoilt, place.start(1), ("E204",))


def wrong_type(text: str, rng: random.Random) -> Fault | None:
    """A width in quotation marks."""
    place = _pick(_FIRST_NUMBER, text, rng)
    if place is None:
        return None
    spoilt = _replaced(text, place.start(1), place.end(1), f'"{place[1]}"')
    return Fault("wrong type", spoilt, place.start(1), ("E203",))


def zero_spatial(text: str, rng: random.Random) -> Fault | None:
    """A kernel larger than its map."""
    place = _pick(_KERNEL, text, rng)
    if place is None or re.search(r"padding=same", place[0]) or "H, W" in text:
        return None
    if text[place.end() :].split(")", 1)[0].find("same") >= 0:
        return None
    spoilt = _replaced(text, place.start(1), place.end(1), "4001x4001")
    return Fault("zero spatial", spoilt, place.start(), ("E301",))


def unclosed(text: str, rng: random.Random) -> Fault | None:
    """A parenthesis that is never closed."""
    place = _pick(_CALL, text, rng)
    if place is None:
        return None
    opening = place.start() + len(place[1])
    spoilt = _replaced(text, place.end() - 1, place.end(), "")
    return Fault("syntax", spoilt, opening, ("E101",))


def misspelt_statement(text: str, rng: random.Random) -> Fault | None:
    """A statement's or declaration's first word with a slip."""
    place = _pick(
        re.compile(r"^ *(network|encoder|decoder|minimize|optimizer|epochs)\b", re.M), text, rng
    )
    if place is None:
        return None
    new = misspelt(place[1], rng)
    if new == place[1]:
        return None
    spoilt = _replaced(text, place.start(1), place.end(1), new)
    return Fault("misspelt statement", spoilt, place.start(1), ("E102",), place[1])


def cycle(text: str, rng: random.Random) -> Fault | None:
    """Two values that need each other."""
    return _inserted(text, rng, "cycle", "    first_ = relu(second_)\n    second_ = relu(first_)\n",
                     "second_", ("E404",))  # fmt: skip


def dangling(text: str, rng: random.Random) -> Fault | None:
    """A value that nobody made."""
    return _inserted(
        text, rng, "dangling", "    _kept = nowhere_to_be_seen -> relu\n", "nowhere", ("E402",)
    )


LOST = (r"[()\[\]{}]", r",", r"->", r"(?<![=!<>])=(?!=)(?! *\n)", r"~", r'(?<=answers )"|(?<=example )"',
        r"(?<=\w|\)) *\}(?= *\n)")  # fmt: skip
"""What a line may lose."""
STRAY = ("}", "{", ")", "]")
"""What a line may have too much of, at its end."""


def lost(text: str, rng: random.Random) -> Fault | None:
    """A sign that is gone."""
    pattern = rng.choice(LOST)
    sound = re.sub(r"#[^\n]*", lambda m: " " * len(m[0]), text)
    code = sound if '"' in pattern else code_of(text)
    found = list(re.finditer(pattern, code))
    if not found:
        return None
    place = rng.choice(found)
    spoilt = _replaced(text, place.start(), place.end(), "")
    return Fault("lost", spoilt, place.start(), ("E101", "E102", "E201", "E203", "E402"))


def stray(text: str, rng: random.Random) -> Fault | None:
    """A bracket too many at the end of a line."""
    place = rng.choice(list(re.finditer(r"(?<=\S)(?=\n)", code_of(text))))
    if place.start() == text.find("\n"):
        return None
    spoilt = _replaced(text, place.start(), place.end(), f" {rng.choice(STRAY)}")
    return Fault("stray", spoilt, place.start() + 1, ("E101",))


def orphan(text: str, rng: random.Random) -> Fault | None:
    """A value that nobody reads."""
    body = _body_with_input(text, rng)
    if body is None:
        return None
    at, name = body
    line = f"    lonely_branch = {name} -> tanh\n"
    return Fault("orphan", text[:at] + line + text[at:], at + 4, ("W405",))


def duplicate(text: str, rng: random.Random) -> Fault | None:
    """A name with two values."""
    body = _body_with_input(text, rng)
    if body is None:
        return None
    at, name = body
    lines = f"    _twice = {name} -> tanh\n    _twice = {name} -> relu\n"
    second = at + lines.rindex("_twice")
    return Fault("duplicate", text[:at] + lines + text[at:], second, ("E403",))


def mismatch(text: str, rng: random.Random) -> Fault | None:
    """A sum of two values whose widths differ."""
    body = _body_with_input(text, rng)
    if body is None or re.search(r"in \w+: (tokens|image\[3, H)", text):
        return None
    at, name = body
    line = f"    _joined = ({name} -> flatten -> linear(3)) + ({name} -> flatten -> linear(4))\n"
    return Fault("mismatch", text[:at] + line + text[at:], at + line.index("("), ("E302",))


def _inserted(
    text: str, rng: random.Random, kind: str, lines: str, mark: str, codes: tuple[str, ...]
) -> Fault | None:
    body = _body_with_input(text, rng)
    if body is None:
        return None
    at = body[0]
    return Fault(kind, text[:at] + lines + text[at:], at + lines.index(mark), codes)


def _body_with_input(text: str, rng: random.Random) -> tuple[int, str] | None:
    """An offset behind the inputs of a network that names its output, and one of its inputs."""
    found = []
    for head in _BODY.finditer(text):
        body = text[head.end() : text.index("\n}", head.end()) + 1]
        inputs = list(re.finditer(r"^    in (\w+): (?!tokens).*\n", body, re.M))
        if inputs and re.search(r"^    out ", body, re.M):
            found.append((head.end() + inputs[-1].end(), inputs[0][1]))
    return rng.choice(found) if found else None


MUTATIONS: tuple[Mutation, ...] = (
    unclosed,
    misspelt_statement,
    mismatch,
    unknown_layer,
    negative,
    zero_spatial,
    cycle,
    dangling,
    duplicate,
    misspelt_argument,
    missing_argument,
    wrong_type,
    orphan,
)


def faults(texts: list[str], each: int, seed: int = 0) -> Iterator[Fault]:
    """`each` faults of every class, spread over the texts."""
    rng = random.Random(seed)
    for mutation in MUTATIONS:
        made = 0
        for _ in range(each * 40):
            fault = mutation(rng.choice(texts), rng)
            if fault is not None:
                made += 1
                yield fault
            if made == each:
                break
