"""The text cut into words, signs and comments, with brackets paired. Nothing is typed yet."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from specc.diagnostics import CERTAIN, Diagnostic, Diagnostics, Edit, Fix, Label
from specc.limits import MAX_NESTING, MAX_NUMBER_DIGITS
from specc.source import Source, Span
from specc.syntax import tree
from specc.syntax.braces import mend_braces
from specc.syntax.depth import too_deep
from specc.syntax.foreign import HELPS, plain
from specc.syntax.headers import begins_declaration, inside_line, mend_headers
from specc.syntax.headless import mend_headless
from specc.syntax.piece import Piece
from specc.syntax.texts import never_closed, never_opened, opened
from specc.syntax.words import DECLARATIONS

_PIECE = re.compile(
    r"""(?P<NL>\r\n|\n|\r)
    |(?P<SPACE>[ \t\f\ufeff]+)
    |(?P<COMMENT>\#[^\r\n]*)
    |(?P<SIZE>\d+(?:x\d+)+(?!\w))
    |(?P<TIMES>\d+(?:[ \t]*[×✕Xx][ \t]*\d+)+(?!\w))
    |(?P<FOREIGN>=>|\*\*|&&|\|\||\|>|[→⟶⇒×✕·⋅∙⊙−–÷≤≥≠∧∨∼])
    |(?P<NUMBER>\d(?:_?\d)*(?:\.\d(?:_?\d)*)?(?:[eE][+-]?\d+)?)
    |(?P<TEXT>"(?:\\.|[^"\\\r\n])*")
    |(?P<NAME>[^\W\d]\w*)
    |(?P<SIGN>->|==|!=|<=|>=|//|[-+*/%^<>=()\[\]{},:.~])
    """,
    re.VERBOSE,
)
_PAIRS = {"(": ")", "[": "]", "{": "}"}
_BODIES = frozenset(("step", "for", "repeat", "if", "else"))
"""What has a body inside of a body."""
_NO_HEAD = ("NUMBER", "SIZE", "TEXT")
"""What no pipe begins with."""


class Scanned(Struct):
    """What scanning gives: pieces with sound brackets, and the comments.

    `nameless` says that a header was missing, so that a name is not known.
    """

    pieces: list[Piece] = field(default_factory=list)
    comments: list[tree.Comment] = field(default_factory=list)
    nameless: bool = False


def scan(source: Source, diagnostics: Diagnostics) -> Scanned:
    """Cut the text and mend its brackets; each fault is reported once."""
    found = Scanned()
    text, at = source.text, 0
    unopened = never_opened(text)
    while at < len(text):
        if at in unopened:
            found.pieces.append(opened(source, at, unopened[at], diagnostics))
            at = found.pieces[-1].end
            continue
        match = _PIECE.match(text, at)
        if match is None and text[at] == '"':
            found.pieces.append(never_closed(source, at, diagnostics))
            at = found.pieces[-1].end
            continue
        if match is None:
            at, begun = _strange(source, at, diagnostics), at
            if _stands_for_name(found.pieces, text[at:].lstrip(" ")):
                found.pieces.append(Piece("NAME", text[begun:at], begun, at))
            continue
        kind = match.lastgroup or ""
        at = match.end()
        if kind in ("TIMES", "FOREIGN"):
            found.pieces.append(plain(source, match, diagnostics))
        elif kind == "COMMENT":
            found.comments.append(tree.Comment(Span(source, match.start(), at), match[0]))
        elif kind != "SPACE":
            word = _name(source, match, diagnostics) if kind == "NAME" else match[0]
            found.pieces.append(Piece(kind, word, match.start(), at))
    _long_numbers(source, found.pieces, diagnostics)
    _nesting(source, found.pieces, diagnostics)
    found.pieces = mend_headers(source, found.pieces, diagnostics)
    found.pieces = mend_braces(source, found.pieces, diagnostics)
    found.pieces, found.nameless = mend_headless(source, found.pieces, diagnostics)
    found.pieces = _Brackets(source, found.pieces, diagnostics).mended()
    return found


def _nesting(source: Source, pieces: list[Piece], diagnostics: Diagnostics) -> None:
    """Report signs that nest too deeply, and read no further."""
    at = too_deep(pieces, MAX_NESTING)
    if at is None or pieces[at].text in _PAIRS:
        return  # brackets alone are reported where they are paired
    message = f"signs and brackets nest more than {MAX_NESTING} deep"
    span = Span(source, pieces[at].start, pieces[at].end)
    diagnostics.add(Diagnostic("E101", message, span))
    del pieces[at:]
    diagnostics.mute(0, len(source.text) + 1)


def _name(source: Source, match: re.Match[str], diagnostics: Diagnostics) -> str:
    """The name; one that Python would read as another, or keep for itself, is reported."""
    word = match[0]
    if word.isascii() and not word.startswith("__"):
        return word
    span = Span(source, match.start(), match.end())
    plain = unicodedata.normalize("NFKC", word)
    if word.startswith("__"):
        message = f'"{word}" begins with two underscores, and such names are Python\'s'
        diagnostics.add(Diagnostic("E101", message, span, helps=("one underscore is enough",)))
    elif not plain.isidentifier():
        diagnostics.add(Diagnostic("E101", f'"{word}" is no name', span, "write it in letters"))
    elif plain != word:
        message = f'"{word}" is another way to write "{plain}"'
        fix = Fix(f"{word} → {plain}", (Edit(span, plain),))
        diagnostics.add(Diagnostic("E101", message, span, "write the plain one", fix=fix))
    return plain if plain.isidentifier() else word


def _strange(source: Source, at: int, diagnostics: Diagnostics) -> int:
    """Report a character that begins nothing."""
    text = source.text
    end = at + 1
    while end < len(text) and _PIECE.match(text, end) is None and text[end] != '"':
        end += 1
    shown = ascii(text[at])[1:-1] if not text[at].isprintable() else text[at]
    help = HELPS.get(text[at])
    message, advice = f'"{shown}" means nothing here', "" if help else "delete it"
    span = Span(source, at, end)
    diagnostics.add(Diagnostic("E101", message, span, advice, helps=(help,) if help else ()))
    if help:
        diagnostics.mute(end, source.line_end(end))
    return end


def _stands_for_name(before: list[Piece], rest: str) -> bool:
    """Whether strange characters between these stand where the name of a declaration should."""
    word = bool(before) and before[-1].kind == "NAME" and before[-1].text in DECLARATIONS
    return word and rest[:1] in ("{", "(")


def _long_numbers(source: Source, pieces: list[Piece], diagnostics: Diagnostics) -> None:
    for i, piece in enumerate(pieces):
        if piece.kind in ("NUMBER", "SIZE") and piece.end - piece.start > MAX_NUMBER_DIGITS:
            diagnostics.add(
                Diagnostic(
                    "E101",
                    f"a number of {piece.end - piece.start:,} digits; {MAX_NUMBER_DIGITS} are allowed",
                    Span(source, piece.start, piece.end),
                )
            )
            pieces[i] = replace(piece, kind="NUMBER", text="1")


class _Brackets:
    """Pairs brackets. One that is never closed is closed at the end of its line, or of its declaration."""

    def __init__(self, source: Source, pieces: list[Piece], diagnostics: Diagnostics) -> None:
        self.source, self.pieces, self.diagnostics = source, pieces, diagnostics
        self.closed_at: dict[int, list[str]] = {}
        self.dropped: set[int] = set()

    def mended(self) -> list[Piece]:
        """The pieces with every bracket paired."""
        if self._paired():
            return self.pieces
        for _ in range(1000):
            if self._pass():
                break
        out: list[Piece] = []
        for i, piece in enumerate(self.pieces):
            closing = self.closed_at.get(i, ())
            out += [Piece("SIGN", sign, piece.start, piece.start) for sign in closing]
            if i not in self.dropped:
                out.append(piece)
        end = len(self.source.text)
        out += [Piece("SIGN", sign, end, end) for sign in self.closed_at.get(len(self.pieces), ())]
        return out

    def _paired(self) -> bool:
        """Whether nothing is to be mended: no declaration begins and no file ends in an open bracket."""
        open_: list[str] = []
        for i, piece in enumerate(self.pieces):
            if piece.kind == "SIGN" and piece.text in _PAIRS:
                open_.append(_PAIRS[piece.text])
            elif piece.kind == "SIGN" and piece.text in _PAIRS.values():
                if not open_ or open_.pop() != piece.text:
                    return False
            elif open_ and begins_declaration(self.source, self.pieces, i):
                return False
            if len(open_) > MAX_NESTING:
                return False
        return not open_

    def _pass(self) -> bool:
        """Walk once; True when nothing was wrong any more."""
        stack: list[int] = []
        for i, piece in enumerate(self.pieces):
            self._close(stack, i)
            if i in self.dropped or piece.kind not in ("SIGN", "NAME"):
                continue
            if stack and begins_declaration(self.source, self.pieces, i):
                return self._never_closed(stack, before=i)
            if piece.text == "{" and not self._opens_body(stack, i):
                return self._not_expected(i)
            if piece.text in _PAIRS:
                stack.append(i)
                if len(stack) > MAX_NESTING:
                    return self._too_deep(i)
            elif piece.text in _PAIRS.values():
                if not self._closed(stack, i):
                    return False
                stack.pop()
        self._close(stack, len(self.pieces))
        return self._never_closed(stack, before=len(self.pieces)) if stack else True

    def _closed(self, stack: list[int], i: int) -> bool:
        """Whether a bracket closes the innermost one; False after a mend."""
        closer = self.pieces[i].text
        if not stack:
            return self._closes_nothing(i)
        if _PAIRS[self.pieces[stack[-1]].text] != closer:
            return self._mismatched(stack, i)
        if self._closes_outer(stack, i):
            return self._never_closed(stack, before=i)
        outermost = len(stack) == 1 and closer == "}"
        if outermost and inside_line(self.source, self.pieces, i):
            return self._closes_nothing(i)
        return True

    def _close(self, stack: list[int], at: int) -> None:
        """Close what was put in before a piece; a later mend may have left it without its opener."""
        if at not in self.closed_at:
            return
        kept = []
        for sign in self.closed_at[at]:
            if stack and _PAIRS[self.pieces[stack[-1]].text] == sign:
                stack.pop()
                kept.append(sign)
        self.closed_at[at] = kept

    def _never_closed(self, stack: Sequence[int], before: int) -> bool:
        opener = stack[-1]
        piece = self.pieces[opener]
        at = before if piece.text == "{" else min(self._closing(opener), before)
        self.closed_at.setdefault(at, []).append(_PAIRS[piece.text])
        span = Span(self.source, piece.start, piece.end)
        text = "opened here"
        ends_line = at >= len(self.pieces) or self.pieces[at].kind == "NL"
        line = self._line_after(at) if ends_line or piece.text == "{" else 0
        if line and piece.text != "{":
            text += f"; line {line} begins a new statement"
        elif before < len(self.pieces) and begins_declaration(self.source, self.pieces, before):
            text += f"; line {line} begins a new block"
        self.diagnostics.add(
            Diagnostic(
                "E101", f'"{piece.text}" is never closed', span, text, helps=self._help(opener, at)
            )
        )
        if piece.text != "{":
            self._mute_line(piece.start, self._sound(stack))
        return False

    def _closing(self, opener: int) -> int:
        """Where a bracket is closed: before `->` behind a number, which begins no pipe, or with its line."""
        for i in range(opener, len(self.pieces)):
            arrow = self.pieces[i].text == "->"
            if self.pieces[i].kind == "NL" or (arrow and self.pieces[i - 1].kind in _NO_HEAD):
                return i
        return len(self.pieces)

    def _help(self, opener: int, at: int) -> tuple[str, ...]:
        piece = self.pieces[opener]
        if piece.text == "{":
            return ()
        first = opener - 1 if opener and self.pieces[opener - 1].kind == "NAME" else opener
        end = self.pieces[at - 1].end
        text = self.source.text[self.pieces[first].start : end] + _PAIRS[piece.text]
        if at < len(self.pieces) and self.pieces[at].kind != "NL":
            text += self.source.text[end : self.source.line_end(end)].rstrip()
        return (text,) if len(text) < 80 else ()

    def _line_after(self, at: int) -> int:
        rest = (p for p in self.pieces[at:] if p.kind != "NL")
        following = next(rest, None)
        return self.source.text.count("\n", 0, following.start) + 1 if following else 0

    def _closes_nothing(self, i: int) -> bool:
        piece = self.pieces[i]
        self.dropped.add(i)
        span = Span(self.source, piece.start, piece.end)
        self.diagnostics.add(
            Diagnostic("E101", f'"{piece.text}" closes nothing', span, "delete it")
        )
        self._mute_line(piece.start)
        return False

    def _closes_outer(self, stack: list[int], i: int) -> bool:
        """Whether a bracket that begins its line is of one that ends its line, and not of the innermost."""
        begins = i > 0 and self.pieces[i - 1].kind == "NL"
        same = [o for o in stack if self.pieces[o].text == self.pieces[stack[-1]].text]
        ends = [self.pieces[o + 1].kind == "NL" for o in same]
        return begins and self.pieces[i].text != "}" and not ends[-1] and any(ends)

    def _opens_body(self, stack: list[int], i: int) -> bool:
        """Whether a `{` may begin a body: a declaration's, or one of a word that has one."""
        if not stack:
            return True
        before = (self.pieces[k] for k in range(i - 1, -1, -1))
        head = itertools.takewhile(lambda p: p.text not in ("{", "}"), before)
        return any(p.text in _BODIES for p in head)

    def _not_expected(self, i: int) -> bool:
        """A `{` where no body begins."""
        piece = self.pieces[i]
        self.dropped.add(i)
        span = Span(self.source, piece.start, piece.end)
        self.diagnostics.add(Diagnostic("E101", '"{" is not expected here', span, "delete it"))
        self._mute_line(piece.start)
        if piece.text != "}":
            self._mute_list(piece.start)
        return False

    def _mismatched(self, stack: list[int], i: int) -> bool:
        """`(` closed by `]` on its line is a slip; anything else leaves the opener unclosed."""
        opener, closer = self.pieces[stack[-1]], self.pieces[i]
        if closer.text == "}" and inside_line(self.source, self.pieces, i):
            return self._closes_nothing(i)
        same_line = "\n" not in self.source.text[opener.start : closer.start]
        wanted = any(_PAIRS[self.pieces[o].text] == closer.text for o in stack[:-1])
        if opener.text == "{" and not wanted:
            return self._closes_nothing(i)
        if wanted or not same_line or closer.text == "}":
            return self._never_closed(stack, before=i)
        self.diagnostics.add(
            Diagnostic(
                "E101",
                f'"{opener.text}" is closed by "{closer.text}"',
                Span(self.source, closer.start, closer.end),
                f'write "{_PAIRS[opener.text]}"',
                (Label(Span(self.source, opener.start, opener.end), "opened here"),),
            )
        )
        self.pieces[i] = replace(closer, text=_PAIRS[opener.text])
        self._mute_line(closer.start)
        return False

    def _too_deep(self, i: int) -> bool:
        piece = self.pieces[i]
        message = f"brackets nest more than {MAX_NESTING} deep"
        self.diagnostics.add(Diagnostic("E101", message, Span(self.source, piece.start, piece.end)))
        del self.pieces[i:]
        for key in [k for k in self.closed_at if k > i]:
            del self.closed_at[key]
        self.diagnostics.mute(0, len(self.source.text) + 1)
        return False

    def _mute_list(self, at: int) -> None:
        """Say nothing about the items before a bracket that closes nothing: lines that end in a comma."""
        start = self.source.text.rfind("\n", 0, at) + 1
        while start and self.source.text[:start].rstrip().endswith(","):
            self._mute_line(start - 1)
            start = self.source.text.rfind("\n", 0, start - 1) + 1

    def _mute_line(self, at: int, sound: int = 0) -> None:
        """Say nothing more about a line whose brackets were mended; up to `sound` only what is certain."""
        start = self.source.text.rfind("\n", 0, at) + 1
        if sound > start:
            self.diagnostics.mute(start, sound, CERTAIN)
        self.diagnostics.mute(max(start, sound), self.source.line_end(at))

    def _sound(self, stack: Sequence[int]) -> int:
        """Where the stage begins that has the outermost bracket of a line still open."""
        opener = next(o for o in stack if self.pieces[o].text != "{")
        arrows = (i for i in range(opener, 0, -1) if self.pieces[i].text == "->")
        return self.pieces[next(arrows, 0)].start
