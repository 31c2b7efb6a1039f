"""Lines of at most 88 columns for one statement: where its chain, its terms and its brackets break."""

from __future__ import annotations

from itertools import pairwise
from typing import TypeAlias

from msgspec import Struct, field

from specc.syntax.marks import Mark

WIDTH = 88
INDENT = 4
ARROW_INDENT = 2
_PAIRS = {"LPAR": "RPAR", "LSQB": "RSQB", "LBRACE": "RBRACE"}
# What a line may begin with, loosest first: a long value breaks before its loosest signs.
_BREAKS = (
    ("KW_ELSE",),
    ("KW_OR",),
    ("KW_AND",),
    ("COMPARE",),
    ("PLUS", "MINUS"),
    ("STAR", "SLASH", "FLOOR", "PERCENT"),
)


class Group(Struct):
    """A pair of brackets and what is between them."""

    open: Mark
    inner: list[Part]
    close: Mark


Part: TypeAlias = "Mark | Group"


def parts(tokens: list[Mark]) -> list[Part]:
    """Tokens with their brackets paired."""
    stack: list[tuple[Mark | None, list[Part]]] = [(None, [])]
    for mark in tokens:
        opener = stack[-1][0]
        if mark.type in _PAIRS:
            stack.append((mark, []))
        elif opener is not None and mark.type == _PAIRS[opener.type]:
            _, inner = stack.pop()
            stack[-1][1].append(Group(opener, inner, mark))
        else:
            stack[-1][1].append(mark)
    return stack[0][1]


def flatten(found: list[Part]) -> list[Mark]:
    """The tokens of parts, in order. Brackets are walked without recursion."""
    out: list[Mark] = []
    stack: list[Part] = list(reversed(found))
    while stack:
        part = stack.pop()
        if isinstance(part, Mark):
            out.append(part)
        else:
            stack += [part.close, *reversed(part.inner), part.open]
    return out


def width(found: list[Part]) -> int:
    """Columns of parts on one line, the space before the first included."""
    return sum(len(m.text) + m.space for m in flatten(found))


def _commented(found: list[Part]) -> bool:
    """Whether a comment stands between these tokens, so that they need more than one line."""
    marks = flatten(found)
    return any(m.behind for m in marks[:-1]) or any(m.before for m in marks[1:])


class Lines(Struct):
    """Finished lines and the one that is being written."""

    done: list[str] = field(default_factory=list)
    line: str = ""
    indent: int = 0
    comment: str | None = None

    def newline(self, indent: int) -> None:
        """End the line; the next one begins at a column."""
        text = self.line if self.comment is None else f"{self.line}  {self.comment}"
        if text.strip():
            self.done.append(text)
        self.line, self.indent, self.comment = " " * indent, indent, None

    @property
    def empty(self) -> bool:
        """Whether nothing stands on the line yet."""
        return self.line.isspace() or not self.line

    def put(self, mark: Mark) -> None:
        """Write a token and its comments."""
        if self.comment is not None:
            self.newline(self.indent)
        for note in mark.before:
            if not self.empty:
                self.newline(self.indent)
            self.line += note.text
            self.newline(self.indent)
        self.line += (" " if mark.space and not self.empty else "") + mark.text
        self.comment = mark.behind

    # --------------------------------------------------------------- breaking

    def write(self, found: list[Part], behind: int = 0) -> None:
        """Write parts, broken where they are too long; `behind` columns stay free after them."""
        if not _commented(found) and len(self.line) + width(found) + behind <= WIDTH:
            for mark in flatten(found):
                self.put(mark)
        elif _at(found, ("ARROW",)):
            self._chain(found, behind)
        elif self._ends_in_pipe(found):
            self._brackets(found, behind)
        elif signs := next((s for s in _BREAKS if _at(found, s)), None):
            self._terms(found, signs, behind)
        else:
            self._brackets(found, behind)

    def _chain(self, found: list[Part], behind: int) -> None:
        """One stage with arguments a line; those without stand behind the one before."""
        head, *stages = _cut(found, _at(found, ("ARROW",)))
        column = self.indent + ARROW_INDENT
        self.write(head)
        self.indent = column
        lines = len(self.done)
        for i, stage in enumerate(stages):
            free = behind if i == len(stages) - 1 else 0
            length = width(stage) + free
            fits = len(self.line) + length <= WIDTH
            if i == 0:
                follows = fits or column + length > WIDTH
            else:
                plain = not any(isinstance(p, Group) for p in stage)
                follows = fits and plain and len(self.done) == lines
            if self.comment is not None or not follows:
                self.newline(column)
            lines = len(self.done)
            self.write(stage, free)

    def _terms(self, found: list[Part], signs: tuple[str, ...], behind: int) -> None:
        first, *terms = _cut(found, _at(found, signs))
        column = self.indent + INDENT
        self.write(first)
        for i, term in enumerate(terms):
            self.newline(column)
            self.write(term, behind if i == len(terms) - 1 else 0)

    def _ends_in_pipe(self, found: list[Part]) -> bool:
        """`h + (x -> …)` breaks inside the parenthesis, when what stands before it fits."""
        *before, last = found
        if not isinstance(last, Group) or not last.open.space or last.open.type != "LPAR":
            return False
        fits = len(self.line) + width(before) + 2 <= WIDTH and not _commented([*before, last.open])
        return fits and bool(_at(last.inner, ("ARROW",)))

    def _brackets(self, found: list[Part], behind: int) -> None:
        """Break the widest bracket, and those with comments."""
        groups = [p for p in found if isinstance(p, Group)]
        widest = max(groups, key=lambda g: width([g]), default=None)
        end = next((i for i, p in enumerate(found) if p is widest), 0)
        for i, part in enumerate(found):
            if isinstance(part, Mark):
                self.put(part)
            elif part is widest or _commented([part]):
                self._bracket(part)
            else:
                rest = width(found[i + 1 : end]) + 2 if i < end else width(found[i + 1 :]) + behind
                self.write([part], rest)

    def _bracket(self, group: Group) -> None:
        self.put(group.open)
        indent = self.indent
        items = _items(group)
        small = group.open.type == "LSQB" and all(width(i) <= 12 for i in items)
        self.newline(indent + INDENT)
        for item in items:
            if not self.empty and not (small and len(self.line) + width(item) <= WIDTH):
                self.newline(indent + INDENT)
            *value, end = item
            if _is(end, ("COMMA",)):
                self.write(value, 1)
                self.write([end])
            else:
                self.write(item)
            if self.comment is not None or self.indent != indent + INDENT:
                self.newline(indent + INDENT)
        self.newline(indent)
        self.put(group.close)


def _is(part: Part, types: tuple[str, ...]) -> bool:
    return isinstance(part, Mark) and part.type in types


def _at(found: list[Part], signs: tuple[str, ...]) -> list[int]:
    """Where these signs stand between two values."""
    return [
        i
        for i, p in enumerate(found)
        if i and isinstance(p, Mark) and p.type in signs and not p.sign
    ]


def _cut(found: list[Part], places: list[int]) -> list[list[Part]]:
    ends = [0, *places, len(found)]
    return [found[a:b] for a, b in pairwise(ends)]


def _items(group: Group) -> list[list[Part]]:
    """What the commas of a bracket divide, each with its comma; the stages of a brace are one item."""
    places = [i + 1 for i, p in enumerate(group.inner) if _is(p, ("COMMA",))]
    return [item for item in _cut(group.inner, places) if item]
