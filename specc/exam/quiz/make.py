"""From a spec to a quiz: variants of the model, and for each the same questions with their own numbers."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from msgspec import Struct

from specc.claims.error import ClaimError
from specc.claims.figures import figure
from specc.claims.outcome import Value, text
from specc.claims.slips import Finding, alternatives
from specc.claims.slips.start import start
from specc.claims.subjects import Subject, Tables
from specc.count.differences import differences
from specc.exam.quiz.byhand import (
    HandTopic,
    choose_by_hand,
    hand_item,
    hand_topics,
    has_answer,
)
from specc.exam.quiz.item import Item, Kind, Point, Quiz, Step, Variant, Wrong
from specc.exam.quiz.options import options
from specc.exam.quiz.topics import Topic, choose, stem, topics, wished
from specc.exam.quiz.variants import Changed, model_text, variants
from specc.formula import total
from specc.layers.base import Convention
from specc.program import Program
from specc.source import Source, Span
from specc.syntax import tree
from specc.types import Tensor

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
    if kind == "choice":
        askable, hand = _with_slips(program, convention, askable, hand)
    by_hand = choose_by_hand(hand, max(questions // 2, questions - len(askable)), random)
    first = wished(Tables(program, convention))
    chosen = choose(askable, questions - len(by_hand), random, first)
    if not chosen and not by_hand:
        raise QuizError(
            "there is nothing to ask: no network has a layer with weights or windows, "
            "and no example has a number to work out"
        )

    def fits(other: Program) -> bool:
        own = all(has_answer(other, topic) for topic in by_hand)
        return own and _answers(other, chosen, convention)

    asked = _Asked(tuple(chosen), tuple(by_hand), kind, convention)
    made = list(variants(program, number, random, fits, asked.changed))
    title = program.networks[0].name if len(program.networks) == 1 else _title(program)
    return Quiz(
        title,
        convention,
        tuple(_variant(m, asked, random) for m in made),
        tuple(_short(questions, len(chosen) + len(by_hand), number, len(made))),
    )


def _short(questions: int, asked: int, number: int, made: int) -> Iterator[str]:
    """What the spec gives less of than was wanted."""
    if asked < questions:
        yield f"the spec gives {asked} {'question' if asked == 1 else 'questions'}, not {questions}"
    if made < number:
        many = f"only {made} variant{'s' * (made > 1)}"
        yield f"the spec gives {many}, not {number}: few of its numbers can be others"


def _title(program: Program) -> str:
    return "Models" if program.networks else "By hand"


def _askable(program: Program, convention: Convention) -> list[Topic]:
    """The topics that have a number or a shape for an answer."""
    tables = Tables(program, convention)
    found: list[Topic] = []
    for topic in dict.fromkeys((*topics(tables), *wished(tables))):
        subject = _subject(tables, topic)
        if subject is not None and _known(_right(subject, topic)):
            found.append(topic)
    return found


def _with_slips(
    program: Program, convention: Convention, askable: list[Topic], hand: list[HandTopic]
) -> tuple[list[Topic], list[HandTopic]]:
    """Those that have a wrong answer to offer."""
    tables = Tables(program, convention)
    found = [(topic, _subject(tables, topic)) for topic in askable]
    figures = [t for t, s in found if s is not None and any(_wrong(tables, s, t, _value(s, t)))]
    worked = [(topic, hand_item(program, topic)) for topic in hand]
    return figures, [t for t, item in worked if item is not None and item.wrong]


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


def _value(subject: Subject, topic: Topic) -> Value:
    return _single(_right(subject, topic), topic)


_NOWHERE = Span(Source("<quiz>", ""), 0, 0)


def _name(word: str) -> tree.Name:
    return tree.Name(_NOWHERE, word)


def _subject(tables: Tables, topic: Topic) -> Subject | None:
    try:
        return tables.find(tuple(map(_name, (topic.network, *topic.path))))
    except ClaimError:
        return None


# ----------------------------------------------------------------------- variants


class _Asked(Struct, frozen=True):
    """What a quiz asks of every variant."""

    chosen: tuple[Topic, ...]
    by_hand: tuple[HandTopic, ...]
    kind: str
    convention: Convention

    def changed(self, old: Program, new: Program) -> float:
        """Which part of the questions has another answer in another version."""
        pairs = list(zip(self._rights(old), self._rights(new), strict=True))
        return sum(a != b for a, b in pairs) / max(1, len(pairs))

    def _rights(self, program: Program) -> Iterator[Value]:
        tables = Tables(program, self.convention)
        for topic in self.chosen:
            subject = _subject(tables, topic)
            yield None if subject is None else _right(subject, topic)
        for one in self.by_hand:
            item = hand_item(program, one)
            yield None if item is None else item.right


def _variant(changed: Changed, asked: _Asked, random: Random) -> Variant:
    tables = Tables(changed.program, asked.convention)
    items: list[Item] = []
    for topic in asked.chosen:
        subject = _subject(tables, topic)
        if subject is not None and _known(_right(subject, topic)):
            items.append(_item(tables, topic, subject, random, asked.kind))
    worked = (hand_item(changed.program, t, random, asked.kind) for t in asked.by_hand)
    items += [one for one in worked if one is not None]
    return Variant(changed.name, changed.changes, model_text(changed.program), tuple(items))


def _item(tables: Tables, topic: Topic, subject: Subject, random: Random, kind: str) -> Item:
    value = _value(subject, topic)
    wrong = tuple(_wrong(tables, subject, topic, value))
    entry = subject.entries[0] if subject.totals is None else None
    steps = tuple(_steps(tables, subject, topic))
    shape: Kind = "shape" if isinstance(value, tuple) else "number"
    offered = options(shown(value), wrong, random, kind)
    differ = topic.word in _COUNTED and differences("", subject.entries, tables.convention)
    return Item(
        topic.name,
        "choice" if offered else shape,
        stem(tables, topic, entry),
        shown(value),
        steps,
        tuple(_points(topic, steps, shown(value))),
        wrong,
        offered,
        convention=tables.convention if differ else "",
    )


_COUNTED = frozenset({"params", "weights", "biases", "memory"})
"""Figures that conventions count in several ways."""


def _single(value: Value, topic: Topic) -> Value:
    """A receptive field that is the same along all axes is one number, and so is a vector's shape."""
    if isinstance(value, tuple) and (topic.word == "receptive_field" or len(value) == 1):
        return value[0]
    return value


def shown(value: Value) -> str:
    """An answer as it is written; sizes in a shape have no commas of their own."""
    return f"[{', '.join(map(str, value))}]" if isinstance(value, tuple) else text(value)


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
    each = working.shape and len(axes) == len(working.parts)
    titles = axes if each else (_TITLES.get(topic.word, topic.word),) * len(working.parts)
    for title, part in zip(titles, working.parts, strict=False):
        yield Step(title, part.working(), part)


_TITLES = {
    "params": "parameters",
    "macs": "MACs",
    "flops": "FLOPs",
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


def _rules(topic: Topic, steps: tuple[Step, ...]) -> str:
    if topic.word == "receptive_field":
        return "1 + Σ (k − 1)·d·j over the windows on the way, j being the strides before each"
    found = dict.fromkeys(s.formula.symbols() for s in steps if s.formula is not None)
    return "; ".join(r for r in found if any(c.isalpha() for c in r)) or "as it is"


def _numbers(steps: tuple[Step, ...]) -> str:
    return "; ".join(dict.fromkeys(f"{s.title} {s.text}" for s in steps))


def _points(topic: Topic, steps: tuple[Step, ...], right: str) -> Iterator[Point]:
    """A method mark for the right rule, one for the right numbers in it, an accuracy mark for the result."""
    if topic.path:
        yield Point("M1", f"the rule: {_rules(topic, steps)}")
        yield Point("M1", f"the numbers put in: {_numbers(steps)}")
    else:
        yield Point("M1", "every layer with weights, each once")
        yield Point("M1", "their sum")
    yield Point("A1", right)
