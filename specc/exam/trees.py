"""Answers in JSON and YAML: a mapping for each student, or a list of `{student: …, answers: {…}}`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, TypeAlias

from msgspec import Struct

from specc.exam.given import ANSWER, QUESTION, STUDENT, AnswerFile, is_figure


class Leaf(Struct, frozen=True):
    """A number or a text as it is written; empty for null."""

    text: str
    line: int


class Listed(Struct, frozen=True):
    """A list."""

    items: tuple[Tree, ...]
    line: int


class Entry(Struct, frozen=True):
    """A key with its line, and what stands at it."""

    key: str
    line: int
    value: Tree


class Mapped(Struct, frozen=True):
    """A mapping with its keys in order; one that stands there twice is there twice."""

    entries: tuple[Entry, ...]
    line: int


Tree: TypeAlias = Leaf | Listed | Mapped


# --------------------------------------------------------------------- answers


def _read(found: AnswerFile, tree: Tree) -> None:
    """The answers of a whole file: of many students, of one, or of nobody in particular."""
    match tree:
        case Listed(items, _):
            for item in items:
                _item(found, item)
        case Mapped() if _is_item(tree):
            _item(found, tree)
        case Mapped((Entry(_, _, Listed((Mapped(), *_)) as people),)):
            _read(found, people)  # {"students": […]}
        case Mapped(entries, _) if entries and all(map(_of_question, entries)):
            _by_question(found, entries)
        case Mapped(entries, line):
            if not any(map(_of_student, entries)):
                _answers(found, "", tree, line)
            else:
                for entry in entries:
                    _student(found, entry)
        case Leaf(text, line) if text:
            found.wrong(line, "answers stand in a mapping or a list")


def _of_question(entry: Entry) -> bool:
    """Whether a question is the key, and those who answered it stand below."""
    return isinstance(entry.value, Mapped) and is_figure(entry.key)


def _by_question(found: AnswerFile, entries: tuple[Entry, ...]) -> None:
    """`{"C1.params": {"Ann": 156, "Ben": 150}}`."""
    for entry in entries:
        assert isinstance(entry.value, Mapped)
        for one in entry.value.entries:
            _answer(found, one.key, entry.key, one.value, one.line)


def _of_student(entry: Entry) -> bool:
    """Whether a student's answers stand below a key: a mapping, or a list of `{question, answer}`."""
    match entry.value:
        case Mapped():
            return True
        case Listed((Mapped(), *_)):
            return True
        case _:
            return False


def _student(found: AnswerFile, entry: Entry) -> None:
    if _text(entry.value) and not _of_student(entry):
        found.note(entry.line, f"{entry.key}: {_text(entry.value)} is nobody's answer and not read")
    elif found.enter(entry.key, entry.line):
        _answers(found, entry.key, entry.value, entry.line)


def _is_item(tree: Mapped) -> bool:
    """Whether a mapping names its student, or has one question only."""
    return _named(tree, STUDENT) is not None or _named(tree, QUESTION) is not None


def _named(tree: Mapped, words: frozenset[str]) -> Entry | None:
    """The entry with one of these words for its key, and a plain value."""
    return next(
        (e for e in tree.entries if e.key.lower() in words and isinstance(e.value, Leaf)), None
    )


def _item(found: AnswerFile, item: Tree, whose: str = "") -> None:
    """`{student:, answers: {…}}`, `{student:, C1.params: 156}` or `{student:, question:, answer:}`."""
    if not isinstance(item, Mapped):
        found.wrong(item.line, "this is no answer: a mapping is")
        return
    who, asked = _named(item, STUDENT), _named(item, QUESTION)
    student = _text(who.value) if who is not None else whose
    if who is not None and not student:
        found.wrong(who.line, "nobody's name stands here")
        return
    for entry in item.entries:
        if entry is who or entry is asked:
            continue
        if entry.key.lower() in ANSWER and asked is not None:
            _answer(found, student, _text(asked.value), entry.value, asked.line)
        elif entry.key.lower() in ANSWER:
            _answers(found, student, entry.value, entry.line)
        else:
            _answer(found, student, entry.key, entry.value, entry.line)


def _answers(found: AnswerFile, student: str, tree: Tree, line: int) -> None:
    if isinstance(tree, Mapped):
        found.students.setdefault(student, line)
        for entry in tree.entries:
            _answer(found, student, entry.key, entry.value, entry.line)
    elif isinstance(tree, Listed) and any(isinstance(item, Mapped) for item in tree.items):
        for item in tree.items:
            _item(found, item, student)
    elif _text(tree):
        found.wrong(line, f"{student}: answers are a mapping with a figure for each key")


def _answer(found: AnswerFile, student: str, figure: str, value: Tree, line: int) -> None:
    if isinstance(value, Mapped) and not is_figure(figure):  # {"C1": {"params": 156}}
        for entry in value.entries:
            _answer(found, student, f"{figure}.{entry.key}", entry.value, entry.line)
    elif _flat(value):
        found.add(student, figure, _text(value), line)
    else:
        found.wrong(line, f"{figure}: an answer is a number, a text or a list of them")


def _flat(tree: Tree) -> bool:
    match tree:
        case Mapped():
            return False
        case Listed(items, _):
            return all(map(_flat, items))
        case _:
            return True


def _text(tree: Tree) -> str:
    match tree:
        case Leaf(text, _):
            return text
        case Listed(items, _):
            return f"[{', '.join(map(_text, items))}]"
        case _:
            return ""


# ------------------------------------------------------------------------ JSON


def read_json(text: str, found: AnswerFile) -> None:
    """`{"Ann": {"C1.params": 156}}`, or a list of `{"student": …, "answers": {…}}`."""
    try:
        whole = json.loads(text, parse_int=str, parse_float=str, object_pairs_hook=_Pairs)
        _read(found, _Lines(text).tree(whole))
    except (json.JSONDecodeError, RecursionError) as error:
        line = error.lineno if isinstance(error, json.JSONDecodeError) else 1
        found.wrong(line, f"this is no JSON: {error}")


class _Pairs(list[tuple[str, object]]):
    """The keys and values of an object, those that stand there twice too."""


class _Lines:
    """Where the keys of a JSON text stand, looked for from the last one on."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.line = 1

    def tree(self, value: object) -> Tree:
        """A value with the lines of its keys."""
        if isinstance(value, _Pairs):
            line = self.line
            entries = tuple(Entry(k, self._of(k), self.tree(v)) for k, v in value)
            return Mapped(entries, entries[0].line if entries else line)
        if isinstance(value, list):
            return Listed(tuple(self.tree(v) for v in value), self.line)
        return Leaf("" if value is None else str(value), self.line)

    def _of(self, key: str) -> int:
        """The line of a key."""
        quoted, place = json.dumps(key, ensure_ascii=False), self.at
        while (place := self.text.find(quoted, place)) >= 0:
            place += len(quoted)
            if self.text[place : place + 20].lstrip()[:1] == ":":
                self.line += self.text.count("\n", self.at, place)
                self.at = place
                break
        return self.line


# ------------------------------------------------------------------------ YAML


def read_yaml(text: str, found: AnswerFile) -> None:
    """The same in YAML. Nodes are composed and no objects made, so digits stay as they are written."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        for document in yaml.compose_all(text, Loader=loader):
            _read(found, _Nodes(found).tree(document))
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        found.wrong(line, "this is no YAML: a character that may not stand there")
    except yaml.MarkedYAMLError as error:
        mark = error.context_mark or error.problem_mark
        found.wrong(mark.line + 1 if mark else 1, f"this is no YAML: {error.problem}")
    except RecursionError:
        found.wrong(1, "this is no YAML: too deep")


class _Nodes:
    """Nodes of YAML as trees. What an alias repeats is read once, so that no tree is endless."""

    def __init__(self, found: AnswerFile) -> None:
        self.found = found
        self.seen: set[int] = set()

    def tree(self, node: Any) -> Tree:
        """A node with the lines of its keys."""
        line = node.start_mark.line + 1
        if node.id == "scalar":
            return Leaf("" if node.tag == "tag:yaml.org,2002:null" else node.value, line)
        if id(node) in self.seen:
            self.found.wrong(line, "an alias repeats this; it is read only here")
            return Leaf("", line)
        self.seen.add(id(node))
        if node.id == "sequence":
            return Listed(tuple(map(self.tree, node.value)), line)
        return Mapped(tuple(self._entries(node)), line)

    def _entries(self, node: Any) -> Iterator[Entry]:
        for key, value in node.value:
            line = key.start_mark.line + 1
            if key.id == "scalar":
                yield Entry(key.value, line, self.tree(value))
            else:
                self.found.wrong(line, "a key is a name")
