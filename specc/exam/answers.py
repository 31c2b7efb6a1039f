"""Files of answers: CSV with a column or a row for each question, JSON, and a plain part of YAML.

What cannot be read is listed with its line, and the rest is read all the same.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator

from msgspec import Struct, field

STUDENT = frozenset({"student", "name", "id", "candidate", "who"})
QUESTION = frozenset({"question", "figure", "item", "part"})
ANSWER = frozenset({"answer", "value", "given", "response"})
MOST = 1_000_000
"""Answers of one file."""


class Given(Struct, frozen=True):
    """One answer: who gave it, to which figure, as written, and in which line of the file.

    `named` is the line that names the figure where that is another: the header of a wide table.
    """

    student: str
    figure: str
    text: str
    line: int
    named: int = 0

    @property
    def question_line(self) -> int:
        """The line that names the figure."""
        return self.named or self.line


class Problem(Struct, frozen=True):
    """A line that cannot be used, and why."""

    line: int
    message: str


class AnswerFile(Struct):
    """What a file holds: the answers in order, and the lines that are left out.

    `students` has everybody in the file, those without an answer too.
    """

    path: str
    given: list[Given] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    students: dict[str, int] = field(default_factory=dict)
    _seen: set[tuple[str, str]] = field(default_factory=set)

    def add(self, student: str, figure: str, text: str, line: int, named: int = 0) -> None:
        """Keep an answer; the first counts when there are two."""
        self.students.setdefault(student, line)
        if (student, figure) in self._seen:
            who = f" of {student}" if student else ""
            self.wrong(line, f"a second answer{who} to {figure}; the first counts")
        elif len(self.given) < MOST:
            self._seen.add((student, figure))
            self.given.append(Given(student, figure, text.strip(), line, named))

    def wrong(self, line: int, message: str) -> None:
        """Keep what is wrong with a line."""
        self.problems.append(Problem(line, message))


def read_answers(path: str, text: str) -> AnswerFile:
    """The answers of a file; its name says the format, CSV when it says none."""
    found = AnswerFile(path)
    suffix = path.rpartition(".")[2].lower()
    readers = {"json": _json, "yaml": _yaml, "yml": _yaml}
    readers.get(suffix, _csv)(text.removeprefix("\ufeff"), found)
    return found


# ------------------------------------------------------------------------- CSV


def _csv(text: str, found: AnswerFile) -> None:
    """A table with a header: `student,C1.params,…`, or `student,question,answer`."""
    rows = _rows(text, found)
    top, header = next(rows, (1, []))
    if not header:
        found.wrong(top, "there is no header: student,C1.params,… or student,question,answer")
        return
    names = [h.lower() for h in header]
    who = next((i for i, n in enumerate(names) if n in STUDENT), None)
    asked = next((i for i, n in enumerate(names) if n in QUESTION), None)
    answer = next((i for i, n in enumerate(names) if n in ANSWER), None)
    for line, row in rows:
        if not any(row):
            continue
        if len(row) != len(header):
            found.wrong(line, _width(row, header))
        elif asked is not None and answer is not None:
            found.add("" if who is None else row[who], row[asked], row[answer], line)
        else:
            _wide(found, _Header(top, header, who), row, line)


def _rows(text: str, found: AnswerFile) -> Iterator[tuple[int, list[str]]]:
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(text.splitlines(), delimiter=delimiter, skipinitialspace=True)
    start = 1
    try:
        for row in reader:
            yield start, [cell.strip() for cell in row]
            start = reader.line_num + 1
    except csv.Error as error:
        found.wrong(start, str(error))


def _width(row: list[str], header: list[str]) -> str:
    more = "; an answer with a comma stands in quotes" if len(row) > len(header) else ""
    fields = "field" if len(row) == 1 else "fields"
    return f"{len(row)} {fields} where the header has {len(header)}{more}"


class _Header(Struct, frozen=True):
    """The first row of a table: its line, its names, and the column of the student."""

    line: int
    names: list[str]
    who: int | None


def _wide(found: AnswerFile, header: _Header, row: list[str], line: int) -> None:
    """A student in each row; columns that name no figure are passed over."""
    at = header.who if header.who is not None else (0 if "." not in header.names[0] else None)
    student = "" if at is None else row[at]
    if at is not None and not student:
        found.wrong(line, "nobody's name stands here")
        return
    if student in found.students:
        found.wrong(line, f"{student} has a row already, in line {found.students[student]}")
        return
    found.students[student] = line
    for name, cell in zip(header.names, row, strict=True):
        if "." in name:
            found.add(student, name, cell, line, header.line)


# ------------------------------------------------------------------------ JSON


def _json(text: str, found: AnswerFile) -> None:
    """`{"Ann": {"C1.params": 156}}`, or a list of `{"student": …, "answers": {…}}`."""
    try:
        whole = json.loads(text, parse_int=str, parse_float=str)
    except (json.JSONDecodeError, RecursionError) as error:
        line = error.lineno if isinstance(error, json.JSONDecodeError) else 1
        found.wrong(line, f"this is no JSON: {error}")
        return
    lines = _Lines(text)
    if isinstance(whole, dict):
        flat = all(not isinstance(v, dict) for v in whole.values())
        for student, answers in {"": whole}.items() if flat else whole.items():
            _answers(found, lines, student, answers)
    elif isinstance(whole, list):
        for item in whole:
            _item(found, lines, item)
    else:
        found.wrong(1, "answers stand in an object or a list")


def _item(found: AnswerFile, lines: _Lines, item: object) -> None:
    if not isinstance(item, dict):
        found.wrong(lines.of(""), f"{_text(item)} is no answer: an object is")
        return
    keys = {str(k).lower(): v for k, v in item.items()}
    student = next((_text(keys[k]) for k in keys if k in STUDENT), "")
    figure = next((_text(keys[k]) for k in keys if k in QUESTION), "")
    answer = next((keys[k] for k in keys if k in ANSWER), None)
    if figure:
        lines.of(student)
        found.add(student, figure, _text(answer), lines.of(figure))
    else:
        own = {k: v for k, v in item.items() if "." in k}
        _answers(found, lines, student, keys.get("answers", own))


def _answers(found: AnswerFile, lines: _Lines, student: str, answers: object) -> None:
    line = lines.of(student)
    if not isinstance(answers, dict):
        found.wrong(
            line, f"{student or 'the file'}: answers are an object with a figure for each key"
        )
        return
    found.students.setdefault(student, line)
    for figure, value in answers.items():
        found.add(student, figure, _text(value), lines.of(figure))


def _text(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_text, value))}]"
    return "" if value is None else str(value)


class _Lines:
    """Where the keys of a JSON text stand, looked for from the last one on."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def of(self, key: str) -> int:
        """The line of a key."""
        place = self.text.find(json.dumps(key, ensure_ascii=False), self.at) if key else -1
        self.at = place if place >= 0 else self.at
        return self.text.count("\n", 0, self.at) + 1


# ------------------------------------------------------------------------ YAML

_LINE = re.compile(r"""( *)(- +)?((?:"[^"]*"|'[^']*'|[^\s#:'"][^:]*?)\s*:(?=\s|$))?\s*(.*)""")


def _yaml(text: str, found: AnswerFile) -> None:
    """Mappings by indentation: a student and below it `C1.params: 156`, or `- student: Ann` and so on."""
    student = ""
    for number, line in enumerate(text.splitlines(), 1):
        bare = _uncommented(line)
        if not bare.strip() or bare.strip() in {"---", "..."}:
            continue
        match = _LINE.fullmatch(bare)
        if match is None or match.group(3) is None or "\t" in match.group(1):
            found.wrong(number, "a line is `name:` or `C1.params: 156`, indented by spaces")
            continue
        key, value = _unquoted(match.group(3)[:-1]), match.group(4)
        if key.lower() in STUDENT and value:
            student = _unquoted(value)
            found.students.setdefault(student, number)
        elif not value:
            if key.lower() != "answers":
                student = key
                found.students.setdefault(student, number)
        else:
            found.add(student, key, _unquoted(value), number)


def _uncommented(line: str) -> str:
    """The line without `# …`, which begins a comment after white space and outside quotes."""
    quote = ""
    for at, sign in enumerate(line):
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "'\"":
            quote = sign
        elif sign == "#" and (at == 0 or line[at - 1].isspace()):
            return line[:at].rstrip()
    return line.rstrip()


def _unquoted(text: str) -> str:
    text = text.strip()
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"" else text
