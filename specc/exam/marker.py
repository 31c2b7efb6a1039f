"""The mark of each answer of one student."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction

from msgspec import Struct, field
from msgspec.structs import replace

from specc.claims.messages import more, rule
from specc.claims.outcome import Value, text
from specc.claims.replay import key_of
from specc.claims.slips import diagnose
from specc.exam.answers import Given
from specc.exam.asked import Asked, Key
from specc.exam.carried import Answered, carried
from specc.exam.compare import agrees, first_axis_last
from specc.exam.result import Mark, Verdict
from specc.exam.symbols import read_symbols
from specc.exam.telling import adding_up, order_of
from specc.exam.units import mistaken_unit
from specc.exam.unreadable import Unreadable
from specc.exam.written import Quantity, Shape, Symbols, Written, dotted_thousands, read
from specc.sizes import Size, Symbolic

SHOWN = 4  # slips that give the same figure


def mark(asked: Iterable[Asked], given: Mapping[Key, Given], follow: float) -> Iterator[Mark]:
    """One mark for each question, in the order of the paper."""
    asked = tuple(asked)
    marker = _Marker(follow)
    for one in asked:
        marker.read(one, given.get(one.key))
    return (marker.mark(one, given.get(one.key)) for one in asked)


class _Marker(Struct):
    """The answers of one student: all are read before any is marked, for one may follow from another."""

    follow: float
    answers: dict[Key, Answered] = field(default_factory=dict)
    unread: dict[Key, str] = field(default_factory=dict)

    def read(self, asked: Asked, given: Given | None) -> None:
        """Take an answer in."""
        try:
            written = read(given.text, asked.word) if given is not None else None
        except Unreadable as error:
            self.unread[asked.key] = str(error)
            return
        if written is not None and given is not None:
            written = _thousands(asked, given, written)
            self.answers[asked.key] = Answered(asked, written, _right(asked, written))

    def mark(self, asked: Asked, given: Given | None) -> Mark:
        """The mark of an answer."""
        if asked.key in self.unread:
            return replace(_blank(asked, "unreadable", given), notes=(self.unread[asked.key],))
        answered = self.answers.get(asked.key)
        if answered is None:
            return _blank(asked, "missing", given)
        if isinstance(answered.written, Symbols):
            return self._formula(asked, given, answered.written)
        if answered.right:
            return replace(_blank(asked, "right", given), notes=tuple(_notes(asked, answered)))
        return self._wrong(asked, given, answered.written)

    def _formula(self, asked: Asked, given: Given | None, written: Symbols) -> Mark:
        """An answer in letters: right when it is the same formula, else what it comes to is diagnosed."""
        if written not in asked.readings:
            found = read_symbols(written.expression, asked.figure, _parameters(asked))
            asked.readings[written] = found
        reading = asked.readings[written]
        if reading is None:
            note = "letters that the question does not have"
            return replace(_blank(asked, "unreadable", given), notes=(note,))
        notes = (f"read with {reading.meaning}",) if reading.meaning else ()
        if reading.identical:
            return replace(_blank(asked, "right", given), notes=notes)
        if reading.value is None:
            return replace(_explained(asked, given, written, self._right_sizes()), notes=notes)
        comes = Quantity(reading.value)
        if agrees(comes, asked.figure.value):
            notes = (*notes, f"comes to {text(asked.figure.value)} here, but not for other sizes")
            return replace(_blank(asked, "wrong", given), notes=notes)
        wrong = self._wrong(asked, given, comes)
        shown = int(reading.value) if reading.value.denominator == 1 else float(reading.value)
        return replace(wrong, notes=(*notes, f"comes to {text(shown)} here", *wrong.notes))

    def _wrong(self, asked: Asked, given: Given | None, written: Written) -> Mark:
        tolerance = asked.question.tolerance
        for follows in carried(asked, self.answers):
            if agrees(written, follows.value, tolerance):
                earned = self.follow * asked.question.marks
                blank = _blank(asked, "follow-through", given)
                return replace(
                    blank, earned=earned, reasons=(follows.sentence,), slips=("carried-on",)
                )
        unit = mistaken_unit(written, asked.figure.value, tolerance)
        if unit:
            return replace(_blank(asked, "wrong", given), reasons=(unit,), slips=("mb-for-mib",))
        return _explained(asked, given, written, self._right_sizes())

    def _right_sizes(self) -> frozenset[str]:
        """The nodes whose sizes the student has right: no error comes from there."""
        return frozenset(
            key_of(a.asked.subject.entries[-1])
            for a in self.answers.values()
            if a.right and a.asked.word == "output" and a.asked.subject.entries
        )


def _explained(asked: Asked, given: Given | None, written: Written, right: frozenset[str]) -> Mark:
    """A wrong answer with the slips that give it; nothing is said where none does."""

    def matches(value: Value) -> bool:
        return agrees(written, value)

    if written not in asked.explained:
        exact = not isinstance(written, Quantity) or written.spread == 0
        asked.explained[written] = diagnose(
            asked.tables, asked.subject, asked.word, matches, exact=exact
        )
    found = [f for f in asked.explained[written] if not right & set(f.earlier)]
    return replace(
        _blank(asked, "wrong", given),
        reasons=(*(f.sentence for f in found[:SHOWN]), *more(len(found) - SHOWN)),
        slips=tuple(dict.fromkeys("+".join(s.name for s in f.slips) for f in found[:SHOWN])),
    )


def _blank(asked: Asked, verdict: Verdict, given: Given | None = None) -> Mark:
    return Mark(
        asked.question,
        given.text if given else "",
        verdict,
        asked.question.marks if verdict == "right" else 0.0,
        text(asked.figure.value),
        asked.figure.working or rule(asked.subject, asked.word) or adding_up(asked),
        line=given.line if given else 0,
    )


def _right(asked: Asked, written: Written) -> bool:
    value = asked.figure.value
    return agrees(written, value, asked.question.tolerance) or first_axis_last(written, value)


def _thousands(asked: Asked, given: Given, written: Written) -> Written:
    """`48.000` as forty-eight thousand where that is right and forty-eight is not."""
    bare = dotted_thousands(given.text)
    if bare is None or _right(asked, written):
        return written
    other = Quantity(Fraction(int(bare)))
    return other if _right(asked, other) else written


def _notes(asked: Asked, answered: Answered) -> Iterator[str]:
    value = asked.figure.value
    if first_axis_last(answered.written, value):
        yield f"{order_of(asked.subject, asked.word)}: {text(value)}"
    if isinstance(answered.written, Shape) and answered.written.batch:
        yield "with a batch axis, which specc leaves out"


def _parameters(asked: Asked) -> dict[str, Size]:
    found = asked.tables.program.parameters
    return {p.name: p.value for p in found if isinstance(p.value, (int, Symbolic))}
