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
from specc.exam.asked import Asked, Diagnosis, Key
from specc.exam.carried import Answered, carried, own_order
from specc.exam.compare import agrees, first_axis_last, plain, too_rough, without_batch
from specc.exam.expression import letters
from specc.exam.given import Given
from specc.exam.quantity import Quantity
from specc.exam.result import Mark, Verdict
from specc.exam.rough import TOO_MANY, cut_off, round_number, telling
from specc.exam.symbols import Reading, read_symbols
from specc.exam.telling import adding_up, order_of
from specc.exam.units import inverted, mistaken_unit
from specc.exam.unreadable import Unreadable
from specc.exam.written import FreeShape, Shape, Symbols, Written, dotted_thousands, read
from specc.sizes import Size, Symbolic, free_symbols

FOREIGN = "words or letters that the question does not have"
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
            written = _read(asked, given) if given is not None else None
        except Unreadable as error:
            self.unread[asked.key] = str(error)
            return
        if isinstance(written, FreeShape) and not _known(asked, written):
            self.unread[asked.key] = FOREIGN
            return
        if written is not None and given is not None:
            written = _thousands(asked, given, written)
            comes = _comes_to(asked, written)
            self.answers[asked.key] = Answered(asked, written, _right(asked, written), comes)

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
        reading = _reading(asked, written)
        if reading is None:
            return replace(_blank(asked, "unreadable", given), notes=(FOREIGN,))
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
        here = f"comes to {text(plain(reading.value))} here"
        return replace(wrong, notes=(*notes, here, *wrong.notes))

    def _wrong(self, asked: Asked, given: Given | None, written: Written) -> Mark:
        tolerance = asked.question.tolerance
        turned = inverted(written, asked.word, asked.figure.value, tolerance)
        if turned:
            return replace(_blank(asked, "wrong", given), reasons=(turned,), slips=("inverted",))
        note = _unfit(written)
        if note:
            return replace(_blank(asked, "wrong", given), notes=(note,))
        for follows in carried(asked, own_order(self.answers)):
            if _is(written, follows.value, tolerance):
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

    if written not in asked.explained:
        asked.explained[written] = _diagnosed(asked, written)
    every, notes = asked.explained[written]
    found = [f for f in every if not right & set(f.earlier)]
    return replace(
        _blank(asked, "wrong", given),
        reasons=(*(f.sentence for f in found[:SHOWN]), *more(len(found) - SHOWN)),
        slips=tuple(dict.fromkeys("+".join(s.name for s in f.slips) for f in found[:SHOWN])),
        notes=notes,
    )


def _diagnosed(asked: Asked, written: Written) -> Diagnosis:
    """The slips that give an answer, and what there is to say besides."""
    tried: list[Value] = []
    shaped = isinstance(asked.figure.value, tuple)
    several = (
        isinstance(written, Shape) and shaped and len(written.sizes) > 1
    )  # then no single number is meant

    def matches(value: Value) -> bool:
        tried.append(value)
        return agrees(written, value) and (isinstance(value, tuple) or not several)

    rounded = isinstance(written, Quantity) and written.spread != 0
    found = diagnose(asked.tables, asked.subject, asked.word, matches, exact=not rounded)
    if not isinstance(written, Quantity):
        return found, ()
    right = asked.figure.value
    if not rounded:
        doubtful = (
            not found or asked.subject.totals is not None
        )  # in a sum many slips hit by chance
        note = round_number(written, right) if doubtful else ""
        return found, ((note,) if note else ())
    told, cut = telling(found, written, right, tried), cut_off(written, right)
    exact = any(f.value == written.value for f in told)
    if cut and not exact:
        return (), (cut,)
    return told, ((TOO_MANY,) if found and not told else ())


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


def _read(asked: Asked, given: Given) -> Written | None:
    if asked.figure.value == 0 and given.text.strip().lower() == "none":
        return Quantity(Fraction(0))  # elsewhere it is what some programs write for no answer
    return read(given.text, asked.word, shaped=isinstance(asked.figure.value, tuple))


def _reading(asked: Asked, written: Symbols) -> Reading | None:
    """A formula in letters against the question; in a class many write the same."""
    if written not in asked.readings:
        found = read_symbols(written.expression, asked.figure, _parameters(asked))
        asked.readings[written] = found
    return asked.readings[written]


def _comes_to(asked: Asked, written: Written) -> Written:
    """What a formula in letters comes to here, which other figures go on with."""
    reading = _reading(asked, written) if isinstance(written, Symbols) else None
    return written if reading is None or reading.value is None else Quantity(reading.value)


def _known(asked: Asked, written: FreeShape) -> bool:
    """Whether the letters of a shape are sizes that are free here."""
    value = asked.figure.value
    sizes = value if isinstance(value, tuple) else (value,)
    free = frozenset().union(*(free_symbols(s) for s in sizes if isinstance(s, (int, Symbolic))))
    return frozenset().union(*map(letters, written.sizes)) <= free


def _right(asked: Asked, written: Written) -> bool:
    return _is(written, asked.figure.value, asked.question.tolerance)


def _is(written: Written, value: Value, tolerance: float | None) -> bool:
    """Whether an answer is a value, in either order of the axes."""
    return agrees(written, value, tolerance) or first_axis_last(written, value)


def _unfit(written: Written) -> str:
    """Why a wrong number is not looked at for slips: it is none of its own working, or too rough."""
    if isinstance(written, Quantity) and written.working is not None:
        comes, said = plain(written.working), plain(written.value)
        return f"what stands before it comes to {text(comes)}, not {text(said)}"
    return too_rough(written)


def _thousands(asked: Asked, given: Given, written: Written) -> Written:
    """`48.000` as forty-eight thousand where that is right and forty-eight is not."""
    if not isinstance(written, Quantity) or _right(asked, written):
        return written
    bare = dotted_thousands(given.text, memory=asked.word == "memory")
    if bare is None:
        return written
    other = Quantity(Fraction(int(bare)))
    return other if _right(asked, other) else written


def _notes(asked: Asked, answered: Answered) -> Iterator[str]:
    value = asked.figure.value
    if first_axis_last(answered.written, value):
        yield f"{order_of(asked.subject, asked.word)}: {text(value)}"
    if isinstance(answered.written, Shape) and _batched(answered.written, value):
        yield "with a batch axis, which specc leaves out"


def _batched(written: Shape, value: Value) -> bool:
    one = isinstance(value, tuple) and without_batch(written, value) != written.sizes
    return written.batch or one


def _parameters(asked: Asked) -> dict[str, Size]:
    found = asked.tables.program.parameters
    return {p.name: p.value for p in found if isinstance(p.value, (int, Symbolic))}
