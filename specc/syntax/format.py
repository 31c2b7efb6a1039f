"""Specs in the usual layout. Only white space moves: the tokens and the comments stay what they are."""

from __future__ import annotations

from msgspec import Struct, field

from specc.diagnostics import Diagnostics
from specc.source import Source
from specc.syntax import tree
from specc.syntax.layout import INDENT, WIDTH, Lines, parts, width
from specc.syntax.marks import ENDS, OPERANDS, Mark, marks
from specc.syntax.parse import parse


def format_text(source: Source, diagnostics: Diagnostics) -> str | None:
    """The text laid out, None when it does not parse; what is wrong is in `diagnostics`."""
    file = parse(source, diagnostics)
    return None if file is None or diagnostics.failed else format_file(file)


def format_file(file: tree.File) -> str:
    """The text of a file that parsed without an error, laid out."""
    found, rest = marks(file.source)
    printer = _Printer(found)
    printer.statements(0)
    for note in rest:
        printer.blank(note.blank)
        printer.lines.line += note.text
        printer.lines.newline(0)
    return "\n".join(printer.lines.done) + "\n"


class _Printer(Struct):
    """Reads the tokens once, statement after statement."""

    found: list[Mark]
    at: int = 0
    lines: Lines = field(default_factory=Lines)

    def statements(self, indent: int, claims: bool = False) -> bool:
        """Statements up to the brace that ends their block, or to the end; whether there were none."""
        first = True
        while self.at < len(self.found) and self.found[self.at].type != "RBRACE":
            self._notes(self.found[self.at], indent, first)
            first = False
            self._statement(indent, claims)
        return first

    def blank(self, wanted: bool) -> None:
        """An empty line, but none at the top."""
        if wanted and self.lines.done:
            self.lines.done.append("")

    def _notes(self, mark: Mark, indent: int, first: bool) -> None:
        """The comments above a statement, with the empty lines between them."""
        self.lines.newline(indent)
        for note in mark.before:
            self.blank(note.blank and not first)
            self.lines.line += note.text
            self.lines.newline(indent)
            first = False
        mark.before = []
        self.blank(mark.blank and not first)

    def _statement(self, indent: int, claims: bool) -> None:
        """One statement with its blocks."""
        head = self._head(claims)
        self.lines.write(parts(head), 2 if self._opens() else 0)
        while self._opens():
            self._block(indent, head[0].type == "DECL_ANSWERS")
            if self.at < len(self.found) and self.found[self.at].type == "KW_ELSE":
                self.lines.put(self.found[self.at])
                self.at += 1
        self.lines.newline(indent)

    def _opens(self) -> bool:
        return self.at < len(self.found) and self.found[self.at].type == "LBRACE"

    def _head(self, claims: bool) -> list[Mark]:
        """The tokens of a statement up to its end or its block."""
        head: list[Mark] = []
        depth = 0
        while self.at < len(self.found):
            mark = self.found[self.at]
            if depth == 0 and self._ends(head, mark, claims):
                break
            depth += (mark.type in ("LPAR", "LSQB") or (mark.type == "LBRACE" and mark.round)) - (
                mark.type in ("RPAR", "RSQB", "RBRACE")
            )
            head.append(mark)
            self.at += 1
            if mark.last and depth == 0:
                break
        return head

    def _ends(self, head: list[Mark], mark: Mark, claims: bool) -> bool:
        if mark.type == "RBRACE" or (mark.type == "LBRACE" and not mark.round):
            return True
        return claims and bool(head) and head[-1].type in ENDS and mark.type in OPERANDS

    def _block(self, indent: int, claims: bool) -> None:
        start = self.at
        self.lines.put(self.found[start])
        self.at += 1
        if self._one_line(start):
            self.lines.write(parts(self._head(claims)))
            closing = self.found[self.at]
        else:
            none = self.statements(indent + INDENT, claims)
            closing = self.found[self.at]
            closing.blank = False
            self._notes(closing, indent + INDENT, none)
            self.lines.newline(indent)
        self.lines.put(closing)
        self.at += 1

    def _one_line(self, start: int) -> bool:
        """Whether a block of at most one statement, written on one line, fits there."""
        end = start + 1
        while end < len(self.found) and self.found[end].type != "RBRACE":
            before, mark = self.found[end - 1], self.found[end]
            two_claims = before.type in ENDS and mark.type in OPERANDS
            if mark.type == "LBRACE" or before.last or two_claims:
                return False
            end += 1
        inside = self.found[start : end + 1]
        if any(m.behind for m in inside[:-1]) or any(m.before for m in inside):
            return False
        return len(self.lines.line) + width(list(inside)) <= WIDTH
