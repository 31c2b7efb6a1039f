"""Tables of answers: `student,C1.params,…`, or `student,question,answer`."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

from specc.exam.given import ANSWER, QUESTION, STUDENT, AnswerFile, is_figure

DELIMITERS = ",;\t|"
LONGEST = 20
"""Lines of one cell; a quote that is open for longer was never closed."""
_SEPARATOR = re.compile(r'"?sep=(.)"?\s*', re.I)
"""The first line of a table that Excel wrote: `sep=;`."""
_SOMEBODY = re.compile(r"student|candidate|name|matr|kandidat|\bid\b", re.I)
_NOBODY = "nobody's name stands here"


class Header(Struct, frozen=True):
    """The first row of a table: its line, its names, and the columns of the student and the like."""

    line: int
    names: list[str]
    who: int | None
    asked: int | None
    answer: int | None

    @property
    def long(self) -> bool:
        """Whether each row has one question."""
        return self.asked is not None and self.answer is not None

    @property
    def unread(self) -> Iterator[tuple[int, str]]:
        """The columns of a long table that are not looked at, from 1 on."""
        read = {self.who, self.asked, self.answer}
        yield from ((i + 1, n) for i, n in enumerate(self.names) if n and i not in read)


def read_table(text: str, found: AnswerFile) -> None:
    """The rows of a table below its header, or right of it where the questions stand in the first column."""
    rows = _Rows(text, found)
    top, names = _top(rows)
    if not any(names):
        found.wrong(top, "there is no header: student,C1.params,… or student,question,answer")
        return
    header = _header(top, names)
    rows.width = len(names)
    if header.long:
        for column, name in header.unread:
            found.note(top, f'column {column}, "{name}", is not read')
    fitting = []
    for line, row in rows:
        if len(row) != len(names):
            found.wrong(line, _width(row, names))
        else:
            fitting.append((line, row))
    if header.long:
        for line, row in fitting:
            _long(found, header, row, line)
    elif _turned(names, [row for _, row in fitting]):
        _columns(found, header, fitting)
    else:
        for line, row in fitting:
            _wide(found, header, row, line)


def _top(rows: _Rows) -> tuple[int, list[str]]:
    """The header: the first row, or the one below a title that stands alone in its row."""
    top, names = next(rows, (1, []))
    while sum(map(bool, names)) == 1 and not any(map(is_figure, names)):
        below = next(rows, None)
        if below is None:
            break
        if sum(map(bool, below[1])) == 1:
            rows.at = below[0] - 1  # a table with one column
            break
        top, names = below
    return top, names


def _turned(names: list[str], rows: list[list[str]]) -> bool:
    """Whether the questions stand in the first column, and the students in the header."""
    if any(map(is_figure, names)) or len(names) == 1:
        return False
    asked = sum(is_figure(row[0]) for row in rows)
    return names[0].lower() in QUESTION or 2 * asked > len(rows)


def _columns(found: AnswerFile, header: Header, rows: list[tuple[int, list[str]]]) -> None:
    """A student in each column."""
    for at, student in enumerate(header.names):
        if at == 0 or not (student or any(row[at] for _, row in rows)):
            continue
        if not student:
            found.wrong(header.line, f"column {at + 1}: {_NOBODY}")
        elif found.enter(student, header.line):
            for line, row in rows:
                found.add(student, row[0], row[at], line)


def _header(line: int, names: list[str]) -> Header:
    """What the columns are; without a name for the student's, it is the first that is no question."""
    asked, answer = _column(names, QUESTION), _column(names, ANSWER)
    who = _column(names, STUDENT)
    if who is None:
        free = [i for i, n in enumerate(names) if i not in {asked, answer} and not is_figure(n)]
        who = next((i for i in free if _SOMEBODY.search(names[i])), None)
    if who is None and (asked is None or answer is None) and not is_figure(names[0]):
        who = 0
    return Header(line, names, who, asked, answer)


def _column(names: Sequence[str], words: frozenset[str]) -> int | None:
    return next((i for i, n in enumerate(names) if n.lower() in words), None)


def _width(row: list[str], header: list[str]) -> str:
    more = "; an answer with a comma stands in quotes" if len(row) > len(header) else ""
    fields = "field" if len(row) == 1 else "fields"
    return f"{len(row)} {fields} where the header has {len(header)}{more}"


def _long(found: AnswerFile, header: Header, row: list[str], line: int) -> None:
    """One question in each row."""
    assert header.asked is not None
    assert header.answer is not None
    student = "" if header.who is None else row[header.who]
    if header.who is not None and not student:
        found.wrong(line, _NOBODY)
        return
    found.add(student, row[header.asked], row[header.answer], line)


def _wide(found: AnswerFile, header: Header, row: list[str], line: int) -> None:
    """A student in each row. Columns that are no question are told of by whoever knows the paper."""
    student = "" if header.who is None else row[header.who]
    if header.who is not None and not student:
        found.wrong(line, _NOBODY)
        return
    if header.who is None and found.students:
        found.wrong(line, "whose row is this? There is no column for the student")
        return
    if not found.enter(student, line):
        return
    for at, (name, cell) in enumerate(zip(header.names, row, strict=True)):
        if at != header.who and (name or cell):
            found.add(student, name or f"column {at + 1}", cell, line, header.line)


def _delimiter(lines: list[str]) -> str:
    """What stands most often in the first line that has any of them."""
    first = next((line for line in lines if any(sign in line for sign in DELIMITERS)), "")
    return max(DELIMITERS, key=first.count)


class _Rows:
    """The rows that are not empty, each with its first line. A quote left open ends with its line."""

    def __init__(self, text: str, found: AnswerFile) -> None:
        self.lines = text.splitlines(keepends=True)
        self.found = found
        self.width = 0
        self.at = 0
        marked = _SEPARATOR.fullmatch(self.lines[0]) if self.lines else None
        self.at = 1 if marked else 0
        self.delimiter = marked[1] if marked else _delimiter(self.lines)

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        return self

    def __next__(self) -> tuple[int, list[str]]:
        while self.at < len(self.lines):
            start = self.at
            row = self._row(start)
            if any(row):
                return start + 1, row
        raise StopIteration

    def _row(self, start: int) -> list[str]:
        """The row that begins in a line; empty where a quote is open."""
        try:
            row, lines = self._read(start, strict=False)
            closed = lines == 1 or (self._read(start, strict=True)[1] == lines and self._fits(row))
        except csv.Error:
            closed, row, lines = False, [], 1
        self.at = start + (lines if closed else 1)
        if not closed:
            self.found.wrong(start + 1, "a quote in this line is not closed, or a cell is too long")
        return row if closed else []

    def _fits(self, row: list[str]) -> bool:
        return len(row) == (self.width or len(row))

    def _read(self, start: int, *, strict: bool) -> tuple[list[str], int]:
        reader = csv.reader(
            self.lines[start : start + LONGEST], delimiter=self.delimiter, skipinitialspace=True,
            strict=strict,
        )  # fmt: skip
        row = next(reader, [])
        return [cell.strip() for cell in row], reader.line_num
