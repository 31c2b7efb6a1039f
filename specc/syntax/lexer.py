"""Pieces of text as the grammar's tokens: which words are keywords, which newlines end a statement."""

from __future__ import annotations

from itertools import takewhile

from msgspec.structs import replace

from specc.diagnostics import Diagnostic, Diagnostics, Edit, Fix
from specc.nearest import nearest, price
from specc.source import Source, Span
from specc.syntax.headers import begins_declaration
from specc.syntax.piece import Piece
from specc.syntax.token import Token
from specc.syntax.words import (
    AMOUNTS,
    CONTINUES,
    DECLARATIONS,
    RESERVED,
    SETTINGS,
    SIGNS,
    STATEMENTS,
)

_OPERANDS = ("NAME", "NUMBER", "SIZE", "TEXT")
_BINDS = ("=", "~", ",")
_CLAUSES = ["every", "with", "repeat"]
_UNITS = {"epoch": "epochs", "epochs": "epochs", "step": "steps", "steps": "steps"}


class Typer:
    """Gives every piece its terminal. One pass, with the braces around each place."""

    def __init__(self, source: Source, pieces: list[Piece], diagnostics: Diagnostics) -> None:
        self.source, self.pieces, self.diagnostics = source, pieces, diagnostics
        self.stack: list[str] = []
        self.around: list[str] = []
        self.opens = "block"
        self.statement = ""
        self.meant = ""
        self.fresh = True
        self.begun: Piece | None = None
        self.out: list[Token] = []
        self.i = 0

    def tokens(self) -> list[Token]:
        """All tokens in order."""
        while self.i < len(self.pieces):
            self._piece(self.pieces[self.i])
            self.i += 1
        self._put("NL", Piece("NL", "\n", len(self.source.text), len(self.source.text)))
        return self.out

    # ------------------------------------------------------------------ reading

    def _put(self, kind: str, piece: Piece) -> None:
        self.out.append(Token(kind, piece.text, piece.start, piece.end))

    def _piece(self, piece: Piece) -> None:
        match piece.kind:
            case "NL":
                self._newline(piece)
            case "SIGN":
                self._sign(piece)
            case "NAME":
                self._word(piece)
                self.fresh = False
            case "NUMBER" if self._amount(piece):
                self.i += 1
                text = piece.text + self.pieces[self.i].text
                self._put("TEXT", Piece("TEXT", text, piece.start, piece.start + len(text)))
            case _:
                self._put(piece.kind, piece)
                self.fresh = False

    def _amount(self, piece: Piece) -> bool:
        """Whether a number of `answers` has a unit right behind it: `9.4K` is read as if in quotes."""
        behind = self.pieces[self.i + 1] if self.i + 1 < len(self.pieces) else piece
        near = behind.kind == "NAME" and behind.start == piece.end
        return near and behind.text.lower() in AMOUNTS and self.stack[-1:] == ["claims"]

    def _ahead(self, count: int = 1) -> Piece:
        """A piece further on; newlines count where no bracket is open. An empty one behind the end."""
        at = self.i
        for _ in range(count):
            at += 1
            while self._in_brackets() and at < len(self.pieces) and self.pieces[at].kind == "NL":
                at += 1
        return self.pieces[at] if at < len(self.pieces) else Piece("NL", "", -1, -1)

    def _in_brackets(self) -> bool:
        return bool(self.stack) and self.stack[-1] in ("(", "[", "round")

    def _newline(self, piece: Piece) -> None:
        if self._in_brackets():
            return
        later = range(self.i + 1, len(self.pieces))
        following = next((self.pieces[i] for i in later if self.pieces[i].kind != "NL"), None)
        if following is not None and not self.fresh:
            signs = following.kind == "SIGN" and following.text in CONTINUES
            if signs or (following.kind == "NAME" and following.text in ("else", "and", "or")):
                return
            if self._hangs(following) or self._deeper(following):
                return
        self._put("NL", piece)
        self.fresh, self.statement = True, ""

    def _hangs(self, following: Piece) -> bool:
        """Whether the line ends in `->` and the next one goes on with a stage; said once, and read so."""
        arrow = self.out[-1]
        if arrow.type != "ARROW":
            return False
        at = self.pieces.index(following, self.i)
        behind = self.pieces[at + 1 : at + 2]
        others = ("as", *STATEMENTS, *SETTINGS, *DECLARATIONS)
        stage = following.kind == "NAME" and following.text not in others
        if not stage or (behind and behind[0].text in _BINDS):
            return False
        start, end = arrow.start, arrow.end
        span = Span(self.source, start, end)
        if all(d.span != span for d in self.diagnostics):
            gap = len(self.source.text[:start]) - len(self.source.text[:start].rstrip(" \t"))
            moved = Edit(Span(self.source, following.start, following.start), "-> ")
            edits = (Edit(Span(self.source, start - gap, end), ""), moved)
            self.diagnostics.read_on(
                Diagnostic(
                    "E101", 'a line ends in "->"', span, "the next line begins with it",
                    fix=Fix(f"-> {following.text}, on the next line", edits),
                )
            )  # fmt: skip
        return True

    def _deeper(self, following: Piece) -> bool:
        """Whether a stage has lost its `->`: its line stands deeper than the pipe that it goes on with."""
        at = self.pieces.index(following, self.i)
        behind = self.pieces[at + 1] if at + 1 < len(self.pieces) else following
        words = {*STATEMENTS, *SETTINGS, *DECLARATIONS, *RESERVED} - {"for", "repeat"}
        stage = following.kind == "NAME" and following.text not in words
        if not stage or behind.text in (*_BINDS, ":", ".") or not self._goes_on(at):
            return False
        span = Span(self.source, following.start, following.end)
        fix = Edit(Span(self.source, span.start, span.start), "-> ")
        self.diagnostics.read_on(
            Diagnostic(
                "E101",
                f'"{following.text}" is not expected here',
                span,
                "-> is missing",
                fix=Fix(f"-> {following.text}", (fix,)),
            )
        )
        self._put("ARROW", Piece("SIGN", "->", following.start, following.start))
        return True

    def _goes_on(self, at: int) -> bool:
        """Whether the line of a piece stands deeper than its statement, and is by its place of a pipe."""
        if self.begun is None or self.stack[-1:] != ["block"]:
            return False
        if (
            self.source.position(self.begun.start)[1]
            >= self.source.position(self.pieces[at].start)[1]
        ):
            return False
        later = (i for i in range(at, len(self.pieces)) if self.pieces[i].kind == "NL")
        end = next(later, len(self.pieces))
        below = next((p.text for p in self.pieces[end:] if p.kind != "NL"), "")
        start = self.begun.start
        line = takewhile(lambda t: t.start >= start, reversed(self.out))
        rounds = self.pieces[at].text in ("for", "repeat")
        return rounds or below == "->" or any(t.type == "ARROW" for t in line)

    def _sign(self, piece: Piece) -> None:
        self._put(SIGNS[piece.text], piece)
        self.fresh = False
        if piece.text == "{":
            self.stack.append(self.opens)
            self.around.append(self.statement)
            self.opens = "block"
            self.fresh = self.stack[-1] == "block"
        elif piece.text in "([":
            self.stack.append(piece.text)
        elif piece.text in ")]}" and self.stack:
            closed = self.stack.pop()
            if piece.text == "}":
                self.statement = self.around.pop()
            if closed in ("block", "claims") and not self.stack:
                self.fresh = True

    def _word(self, piece: Piece) -> None:
        place = self.stack[-1] if self.stack else "top"
        if place == "top" and self.fresh:
            self._declaration(piece)
        elif place == "block" and self.fresh:
            self._statement(piece)
        else:
            self._put(self._inner(piece), piece)

    # ------------------------------------------------------------- declarations

    def _declaration(self, piece: Piece) -> None:
        if piece.text == "specc" and not any(t.type.startswith("DECL") for t in self.out):
            self._put("SPECC", piece)
            return
        if piece.text not in DECLARATIONS:
            piece = replace(piece, text=self._misspelt_declaration(piece))
        kind = DECLARATIONS.get(piece.text, "NAME")
        self.opens = "claims" if kind == "DECL_ANSWERS" else "block"
        self.statement = kind
        self._put(kind, piece)

    def _misspelt_declaration(self, piece: Piece) -> str:
        """The word that is meant: one that is near, or else what the body looks like; or none."""
        ahead = self._ahead()
        close = nearest(piece.text, list(DECLARATIONS)) if ahead.kind in ("NAME", "TEXT") else []
        like = "" if close else self._like()
        self._not_a_statement(piece, close, like)
        return close[0] if close else like or piece.text

    def _like(self) -> str:
        """What begins as the body behind here does: a network, or a training."""
        behind = range(self.i, len(self.pieces))
        ends = (i for i in behind if self.pieces[i].kind == "NL" or self.pieces[i].text == "{")
        at = next(ends, len(self.pieces))
        if self._ahead().kind != "NAME" or at == len(self.pieces) or self.pieces[at].kind == "NL":
            return ""
        first = next((p.text for p in self.pieces[at:] if p.kind == "NAME"), "")
        return "network" if first in ("in", "out") else "train" if first == "data" else ""

    def _not_a_statement(self, piece: Piece, close: list[str], like: str = "") -> None:
        span = Span(self.source, piece.start, piece.end)
        fix = Fix(f"{piece.text} → {close[0]}", (Edit(span, close[0]),)) if close else None
        read = f"read as a {like} from here on" if like else ""
        keep = self.diagnostics.read_on if close or like else self.diagnostics.add
        keep(
            Diagnostic(
                "E102",
                f'"{piece.text}" is not a statement',
                span,
                f'did you mean "{close[0]}"? read as such from here on' if close else read,
                fix=fix,
            )
        )

    # --------------------------------------------------------------- statements

    def _statement(self, piece: Piece) -> None:
        self.meant, self.begun = piece.text, piece
        kind = self._statement_kind(piece)
        if self.meant != piece.text:
            piece = replace(piece, text=self.meant)
            kind = self._statement_kind(piece)
        self.statement = kind
        self.opens = "block"
        self._put(kind, piece)
        if kind == "NAME" and self._no_equal(piece):
            self._put("EQUAL", Piece("SIGN", "=", piece.end, piece.end))

    def _no_equal(self, piece: Piece) -> bool:
        """Whether a value's name stands before a bracket, its `=` being lost: `h (x + y) -> relu`."""
        ahead = self._ahead()
        if ahead.text not in ("(", "[") or ahead.start == piece.end or not self._is_value(piece):
            return False
        fix = Edit(Span(self.source, piece.end, piece.end), " =")
        self.diagnostics.read_on(
            Diagnostic(
                "E101",
                f'"{ahead.text}" is not expected here',
                Span(self.source, ahead.start, ahead.end),
                "= is missing",
                fix=Fix(f"{piece.text} = {ahead.text}…", (fix,)),
            )
        )
        return True

    def _is_value(self, piece: Piece) -> bool:
        """Whether the declaration reads a word as a value in another place, and gives it none."""
        start = self.i
        while start and not begins_declaration(self.source, self.pieces, start):
            start -= 1
        read = False
        for at in range(start + 1, len(self.pieces) - 1):
            last, word, behind = self.pieces[at - 1 : at + 2]
            if at > self.i and begins_declaration(self.source, self.pieces, at):
                break
            if word.text != piece.text or word.kind != "NAME" or at == self.i or last.text == ".":
                continue
            named = behind.text == "=" and last.text in ("(", ",")
            read |= not named and behind.text != "(" and last.text != "->"
        return read

    def _statement_kind(self, piece: Piece) -> str:
        word, ahead = piece.text, self._ahead()
        if word == "update" and ahead.kind == "NAME" and self._updates_nodes():
            return "KW_ROLE"
        if word in STATEMENTS and self._begins_operand(word, ahead):
            return STATEMENTS[word]
        if word in RESERVED:
            return RESERVED[word]
        truth = ahead.text in ("true", "false")
        if ahead.kind in _OPERANDS and (truth or ahead.text not in RESERVED):
            return self._setting(piece, ahead)
        if word in SETTINGS and ahead.text == "-" and self._ahead(2).start == ahead.end:
            return "KW_SETTING" if ahead.start > piece.end else "NAME"
        return "NAME"

    def _updates_nodes(self) -> bool:
        """Whether an `update` is an equation: by its `=`, or by the block that it stands in."""
        block = next((t for t in reversed(self.out) if t.type.startswith("DECL")), "")
        return self._ahead(2).text == "=" or block == "message_passing"

    def _begins_operand(self, word: str, ahead: Piece) -> bool:
        if ahead.kind in _OPERANDS:
            return ahead.text not in RESERVED or ahead.text in ("not", "true", "false")
        opens = word in ("minimize", "maximize", "return", "out", "repeat", "if")
        return opens and ahead.text in ("(", "[", "-")

    def _setting(self, piece: Piece, ahead: Piece) -> str:
        """A word before an operand: a setting, or a slip for a statement's word."""
        if piece.text in SETTINGS:
            return "KW_SETTING"
        port = self._is_port(piece, ahead)
        if self._is_value(piece) and not port:
            return "NAME"
        close = nearest(piece.text, [*STATEMENTS, *SETTINGS]) or (["in"] if port else [])
        if not close or close[0] in SETTINGS:
            return "KW_SETTING"
        named = ahead.kind == "NAME" or close[0] in (
            "minimize",
            "maximize",
            "return",
            "repeat",
            "if",
        )
        if not named:
            return "KW_SETTING"
        self._not_a_statement(piece, close)
        self.meant = close[0]
        return STATEMENTS[close[0]]  # unless its surroundings make it another one

    def _is_port(self, piece: Piece, ahead: Piece) -> bool:
        """Whether a word stands where `in` belongs: `i x: image[1, 8, 8]`, `i x, t`, `i x`."""
        behind = self._ahead(2)
        last = next((t.type for t in reversed(self.out) if t.type != "NL"), "")
        first = last == "LBRACE" and price(piece.text, "in") <= 1
        typed = behind.text in (":", ",") or (first and behind.kind == "NL")
        return ahead.kind == "NAME" and typed

    # -------------------------------------------------------- inside statements

    def _inner(self, piece: Piece) -> str:
        word, before, ahead = piece.text, self.out[-1].type if self.out else "", self._ahead()
        if word in RESERVED:
            return RESERVED[word]
        if word == "next" and ahead.kind == "NAME" and ahead.text not in RESERVED:
            return "KW_NEXT"
        if word == "in" and len(self.out) > 1 and self.out[-2].type == "KW_FOR":
            return "KW_ITEM"
        if word == "frozen" and before == "TILDE" and ahead.kind == "NAME":
            return "KW_FROZEN"
        operand = ahead.kind in _OPERANDS or ahead.text in ("(", "-")
        if word in ("repeat", "for") and before in ("ARROW", "LBRACE") and operand:
            self.opens = "round"
            return "KW_REPEAT" if word == "repeat" else "KW_FOR"
        return self._clause(piece, ahead)

    def _clause(self, piece: Piece, ahead: Piece) -> str:
        """`every 5 epochs`, `with adam(…)`, where no bracket is open."""
        word = piece.text
        if self.stack and self.stack[-1] != "block":
            return "NAME"
        if self.statement in ("KW_SETTING", "KW_UPDATE") and ahead.kind in _OPERANDS:
            word = self._clause_word(piece)
            if word == "every":
                return "KW_EVERY"
            if self.statement == "KW_UPDATE" and word in ("with", "repeat"):
                return "KW_WITH" if word == "with" else "KW_REPEAT"
        if word in _UNITS and self.statement == "KW_SETTING" and ahead.kind == "NL":
            ends = len(self.out) > 1 and any(t.type == "KW_EVERY" for t in self.out[-4:])
            return "KW_UNIT" if ends else "NAME"
        if word in _UNITS and self.statement == "KW_SETTING" and ahead.text == "}":
            return "KW_UNIT"
        return "NAME"

    def _clause_word(self, piece: Piece) -> str:
        """The word of a clause that stands behind a value; a slip is said, and read as what is meant."""
        close = nearest(piece.text, _CLAUSES)
        ends = self.out[-1].type in ("KW_SETTING", "NAME", "NUMBER", "RPAR", "RSQB")
        if piece.text in _CLAUSES or not close or not ends or price(piece.text, close[0]) > 1:
            return piece.text
        span = Span(self.source, piece.start, piece.end)
        self.diagnostics.read_on(
            Diagnostic(
                "E101",
                f'"{piece.text}" is not expected here',
                span,
                f'did you mean "{close[0]}"?',
                fix=Fix(f"{piece.text} → {close[0]}", (Edit(span, close[0]),)),
            )
        )
        return close[0]
