"""A quiz for Moodle: question XML and GIFT.

Each topic is a category, so that one of its variants can be drawn at random.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

from specc.exam.quiz.item import Item, Quiz, Variant
from specc.exam.quiz.options import spread

Rows = list[tuple[Variant, Item]]


def by_topic(quiz: Quiz) -> dict[str, Rows]:
    """The variants of each question."""
    found: dict[str, Rows] = {}
    for variant in quiz.variants:
        for item in variant.items:
            found.setdefault(item.name, []).append((variant, item))
    return found


def ways(item: Item, text: str) -> tuple[str, ...]:
    """The ways to write a shape: `[6, 14, 14]`, `(6,14,14)`, `6 x 14 x 14`; a number without its commas."""
    if item.right.startswith("["):
        parts = [p.strip() for p in text.strip("[]").split(",")]
        lists = [joint.join(parts) for joint in (", ", ",")]
        framed = [f"{a}{told}{b}" for a, b in ("[]", "()") for told in lists]
        times = [joint.join(parts) for joint in ("x", "×", " x ", " × ")]
        return tuple(dict.fromkeys((*framed, *lists, *times)))
    return (text.replace(",", ""),)


def is_number(item: Item) -> bool:
    """Whether the answer is one number."""
    return not item.right.startswith("[")


def near(item: Item, text: str) -> str:
    """How far a number may be from an answer."""
    return f"{spread(text, item.places):f}"


def why(item: Item, text: str) -> str:
    """What an answer is told: the working, or the slip and why it is wrong."""
    wrong = item.slip(text)
    if wrong is None:
        return "; ".join(step.text for step in item.steps)
    return f"{', '.join(wrong.slips)}: {'; '.join(wrong.reasons[:2])}"


# --------------------------------------------------------------------------- XML


def xml(quiz: Quiz) -> str:
    """Moodle's question XML."""
    parts = ['<?xml version="1.0" encoding="UTF-8"?>', "<quiz>"]
    for name, rows in by_topic(quiz).items():
        category = f"$course$/top/{quiz.title}/{name}"
        parts.append(
            f'<question type="category"><category><text>{escape(category)}</text></category></question>'
        )
        parts += ["\n".join(_question(variant, item)) for variant, item in rows]
    return "\n".join([*parts, "</quiz>"])


def _question(variant: Variant, item: Item) -> Iterator[str]:
    kind = "multichoice" if item.options else "numerical" if is_number(item) else "shortanswer"
    yield f'<question type="{kind}">'
    yield f"<name><text>{escape(f'{item.name} {variant.name}')}</text></name>"
    stem = f"<pre>{escape(variant.model)}</pre><p>{escape(item.alone)}</p>"
    yield f'<questiontext format="html"><text>{escape(stem)}</text></questiontext>'
    solution = "".join(f"<p>{escape(f'{s.title}: {s.text}')}</p>" for s in item.steps)
    yield f'<generalfeedback format="html"><text>{escape(solution)}</text></generalfeedback>'
    yield f"<defaultgrade>{item.marks}</defaultgrade>"
    if item.options:
        yield "<single>true</single><shuffleanswers>true</shuffleanswers>"
        yield "<answernumbering>ABCD</answernumbering>"
    for text in item.options or (item.right, *(w.text for w in item.wrong)):
        yield from _answer(item, text)
    yield "</question>"


def _answer(item: Item, text: str) -> Iterator[str]:
    share = 100 if text == item.right else 0
    feedback = f'<feedback format="html"><text>{escape(escape(why(item, text)))}</text></feedback>'
    for way in (text,) if item.options else ways(item, text):
        number = not item.options and is_number(item)
        tolerance = f"<tolerance>{near(item, text)}</tolerance>" if number else ""
        yield (
            f'<answer fraction="{share}" format="plain_text"><text>{escape(way)}</text>'
            f"{feedback}{tolerance}</answer>"
        )


# -------------------------------------------------------------------------- GIFT


def gift(quiz: Quiz) -> str:
    """Moodle's GIFT."""
    parts: list[str] = []
    for name, rows in by_topic(quiz).items():
        parts.append(f"$CATEGORY: $course$/top/{quiz.title}/{name}")
        parts += ["\n".join(_gift(variant, item)) for variant, item in rows]
    return "\n\n".join(parts)


def told(text: str) -> str:
    """Text with GIFT's own signs escaped."""
    return re.sub(r"([~=#{}:\\])", r"\\\1", text).replace("\n", "\\n")


def _gift(variant: Variant, item: Item) -> Iterator[str]:
    model = f"<pre>{escape(variant.model)}</pre>"
    stem = f"[html]{told(model)}{told(escape(item.alone))}"
    number = not item.options and is_number(item)
    yield f"::{told(item.name)} {variant.name}::{stem} {{{'#' if number else ''}"
    for text in item.options or (item.right, *(w.text for w in item.wrong)):
        feedback = told(why(item, text))
        for way in (text,) if item.options else ways(item, text):
            tolerance = f":{near(item, text)}" if number else ""
            yield f"    {_mark(item, text)}{told(way)}{tolerance}#{feedback}"
    yield "}"


def _mark(item: Item, text: str) -> str:
    if text == item.right:
        return "="
    return "~" if item.options else "=%0%"
