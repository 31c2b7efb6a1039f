"""From a spec to a quiz: variants of the model, and for each the same questions with their own numbers."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from specc.claims.error import ClaimError
from specc.claims.figures import figure
from specc.claims.outcome import Value, text
from specc.claims.slips import Finding, alternatives
from specc.claims.slips.start import start
from specc.claims.subjects import Subject, Tables
from specc.exam.quiz.byhand import (
    HandTopic,
    choose_by_hand,
    hand_item,
    hand_topics,
    has_answer,
)
from specc.exam.quiz.item import Item, Kind, Point, Quiz, Step, Variant, Wrong
from specc.exam.quiz.topics import Topic, choose, stem, topics
from specc.exam.quiz.variants import Changed, model_text, variants
from specc.formula import total
from specc.layers.base import Convention
from specc.program import Program
from specc.source import Source, Span
from specc.syntax import tree
from specc.types import Tensor

OPTIONS = 4
"""Of a multiple choice, the right one among them."""
_MOST_WRONG = 24
_EVERYWHERE = "in all layers: "


class QuizError(Exception):
    """A spec that no question can be asked of; the text says why."""


def make(
    program: Program, questions: int, number: int, seed: int, kind: str, convention: Convention
) -> Quiz:
    """A quiz of so many questions in so many variants. The same seed gives the same quiz.

    Raises:
        QuizError: the spec has no layer with a figure.
    """
    random = Random(f"specc quiz {seed}")
    askable, hand = _askable(program, convention), hand_topics(program)
    by_hand = choose_by_hand(hand, max(questions // 2, questions - len(askable)), random)
    chosen = choose(askable, questions - len(by_hand), random)
    if not chosen and not by_hand:
        raise QuizError(
            "there is nothing to ask: no network has a layer with weights or windows, "
            "and no example has a number to work out"
        )

    def fits(other: Program) -> bool:
        own = all(has_answer(other, topic) for topic in by_hand)
        return own and _answers(other, chosen, convention)

    made = list(variants(program, number, random, fits))
    title = program.networks[0].name if len(program.networks) == 1 else _title(program)
    return Quiz(
        title,
        convention,
        tuple(_variant(m, chosen, by_hand, random, kind, convention) for m in made),
    )


def _title(program: Program) -> str:
    return "Models" if program.networks else "By hand"


def _askable(program: Program, convention: Convention) -> list[Topic]:
    """The topics that have a number or a shape for an answer."""
    tables = Tables(program, convention)
    found: list[Topic] = []
    for topic in topics(tables):
        subject = _subject(tables, topic)
        if subject is not None and _known(_right(subject, topic)):
            found.append(topic)
    return found


def _answers(program: Program, chosen: list[Topic], convention: Convention) -> bool:
    """Whether another version has an answer to every question."""
    tables = Tables(program, convention)
    found = [(_subject(tables, topic), topic) for topic in chosen]
    return all(s is not None and _known(_right(s, topic)) for s, topic in found)


def _known(value: Value) -> bool:
    if isinstance(value, tuple):
        return all(map(_known, value))
    return isinstance(value, int) and value > 0


def _right(subject: Subject, topic: Topic) -> Value:
    try:
        return figure(subject, _name(topic.word)).value
    except ClaimError:
        return None


_NOWHERE = Span(Source("<quiz>", ""), 0, 0)


def _name(word: str) -> tree.Name:
    return tree.Name(_NOWHERE, word)


def _subject(tables: Tables, topic: Topic) -> Subject | None:
    try:
        return tables.find(tuple(map(_name, (topic.network, *topic.path))))
    except ClaimError:
        return None


# ----------------------------------------------------------------------- variants


def _variant(
    changed: Changed,
    chosen: list[Topic],
    by_hand: list[HandTopic],
    random: Random,
    kind: str,
    convention: Convention,
) -> Variant:
    tables = Tables(changed.program, convention)
    items: list[Item] = []
    for topic in chosen:
        subject = _subject(tables, topic)
        if subject is not None and _known(_right(subject, topic)):
            items.append(_item(tables, topic, subject, random, kind))
    worked = (hand_item(changed.program, topic) for topic in by_hand)
    items += [one for one in worked if one is not None]
    return Variant(changed.name, changed.changes, model_text(changed.program), tuple(items))


def _item(tables: Tables, topic: Topic, subject: Subject, random: Random, kind: str) -> Item:
    value = _right(subject, topic)
    value = _single(value, topic)
    wrong = tuple(_wrong(tables, subject, topic, value))
    entry = subject.entries[0] if subject.totals is None else None
    steps = tuple(_steps(tables, subject, topic))
    shape: Kind = "shape" if isinstance(value, tuple) else "number"
    choosing = kind == "choice" or (kind == "both" and len(wrong) >= OPTIONS - 1)
    options = _options(value, wrong, random) if choosing and wrong else ()
    return Item(
        topic.name,
        "choice" if options else shape,
        stem(tables, topic, entry),
        shown(value),
        steps,
        tuple(_points(topic, steps, shown(value))),
        wrong,
        options,
    )


def _single(value: Value, topic: Topic) -> Value:
    """A receptive field that is the same along all axes is one number, and so is a vector's shape."""
    if isinstance(value, tuple) and (topic.word == "receptive_field" or len(value) == 1):
        return value[0]
    return value


def shown(value: Value) -> str:
    """An answer as it is written; sizes in a shape have no commas of their own."""
    return f"[{', '.join(map(str, value))}]" if isinstance(value, tuple) else text(value)


def _options(right: Value, wrong: tuple[Wrong, ...], random: Random) -> tuple[str, ...]:
    """The right answer among the most telling wrong ones, in the order of their size."""
    pool = list(wrong[: 2 * (OPTIONS - 1)])
    picked = random.sample(pool, min(OPTIONS - 1, len(pool)))
    texts = [shown(right), *(w.text for w in picked)]
    return tuple(sorted(texts, key=_order))


def _order(told: str) -> list[int]:
    numbers = told.replace(",", "") if not told.startswith("[") else told.strip("[]")
    return [int(n) for n in numbers.split(", ") if n.strip().isdigit()] or [0]


# ------------------------------------------------------------------ wrong answers


def _wrong(tables: Tables, subject: Subject, topic: Topic, right: Value) -> Iterator[Wrong]:
    """Every figure that a slip gives, the most telling first; slips of one figure together."""
    found: dict[str, list[Finding]] = {}
    for finding in _telling(alternatives(tables, subject, topic.word), subject):
        value = _single(finding.value, topic)
        if value != right and _comparable(value, right):
            found.setdefault(shown(value), []).append(finding)
    for told, findings in list(found.items())[:_MOST_WRONG]:
        names = dict.fromkeys(s.name for f in findings for s in f.slips)
        reasons = dict.fromkeys(f.reason.removeprefix(_EVERYWHERE) for f in findings)
        yield Wrong(told, tuple(names), tuple(reasons))


def _telling(findings: Iterator[Finding], subject: Subject) -> list[Finding]:
    """Each slip's first figure before its others; of a sum, the slips made in all layers first."""
    listed = list(findings)
    if subject.totals is not None:
        listed.sort(key=lambda f: not f.reason.startswith(_EVERYWHERE))
    seen: set[str] = set()
    first: list[Finding] = []
    later: list[Finding] = []
    for finding in listed:
        name = finding.slips[0].name
        (later if name in seen else first).append(finding)
        seen.add(name)
    return [*first, *later]


def _comparable(value: Value, right: Value) -> bool:
    """Whether somebody could take one for the other: numbers, or shapes of as many axes."""
    if isinstance(right, tuple):
        return isinstance(value, tuple) and len(value) == len(right) and _known(value)
    return _known(value) and not isinstance(value, tuple)


# --------------------------------------------------------------------- solutions


def _steps(tables: Tables, subject: Subject, topic: Topic) -> Iterator[Step]:
    working = start(tables, subject, topic.word)
    if working is None:
        yield from _sum_steps(subject, topic)
        return
    entry = subject.entries[0]
    axes = entry.row.output.axes if isinstance(entry.row.output, Tensor) else ()
    titles = (
        axes if working.shape and len(axes) == len(working.parts) else (_TITLES[topic.word],) * 9
    )
    for title, part in zip(titles, working.parts, strict=False):
        yield Step(title, part.working(), part)


_TITLES = {
    "params": "parameters",
    "output": "output",
    "macs": "MACs",
    "receptive_field": "receptive field",
}


def _sum_steps(subject: Subject, topic: Topic) -> Iterator[Step]:
    """Layer by layer, then the sum."""
    sizes = []
    for entry in subject.entries:
        size = entry.row.params if topic.word == "params" else entry.row.macs
        if size != 0:
            sizes.append(size)
            formula = entry.row.counted if topic.word == "params" else None
            working = formula.working() if formula is not None else text(size)
            yield Step(entry.row.label, working, formula)
    whole = total(sizes) if sizes else None
    if whole is not None:
        yield Step("sum", whole.working(), whole)


def _rules(steps: tuple[Step, ...]) -> str:
    found = dict.fromkeys(s.formula.symbols() for s in steps if s.formula is not None)
    return "; ".join(r for r in found if not r.replace(",", "").isdigit()) or "as it is"


def _numbers(steps: tuple[Step, ...]) -> str:
    return "; ".join(dict.fromkeys(f"{s.title} {s.text}" for s in steps))


def _points(topic: Topic, steps: tuple[Step, ...], right: str) -> Iterator[Point]:
    """A method mark for the right rule, one for the right numbers in it, an accuracy mark for the result."""
    if topic.path:
        yield Point("M1", f"the rule: {_rules(steps)}")
        yield Point("M1", f"the numbers put in: {_numbers(steps)}")
    else:
        yield Point("M1", "every layer with weights, each once")
        yield Point("M1", "their sum")
    yield Point("A1", right)
