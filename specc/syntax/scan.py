"""The text cut into words, signs and comments, with brackets paired. Nothing is typed yet."""

from __future__ import annotations

import re
import unicodedata

from msgspec import Struct, field
from msgspec.structs import replace

from specc.diagnostics import Diagnostic, Diagnostics, Edit, Fix
from specc.limits import MAX_NESTING, MAX_NUMBER_DIGITS
from specc.source import Source, Span
from specc.syntax import tree
from specc.syntax.braces import mend_braces
from specc.syntax.brackets import Brackets
from specc.syntax.depth import too_deep
from specc.syntax.foreign import HELPS, plain
from specc.syntax.headers import mend_headers
from specc.syntax.headless import mend_headless
from specc.syntax.piece import Piece
from specc.syntax.places import PAIRS
from specc.syntax.texts import never_closed, never_opened, opened
from specc.syntax.words import DECLARATIONS

_PIECE = re.compile(
    r"""(?P<NL>\r\n|\n|\r)
    |(?P<SPACE>[ \t\f\ufeff]+)
    |(?P<COMMENT>\#[^\r\n]*)
    |(?P<SIZE>\d+(?:x\d+)+(?!\w))
    |(?P<TIMES>\d+(?:[ \t]*[×✕Xx][ \t]*\d+)+(?!\w))
    |(?P<FOREIGN>[−–—][ \t]*>|=>|\*\*|&&|\|\||\|>|[→⟶⇒×✕·⋅∙⊙−–÷≤≥≠∧∨∼])
    |(?P<NUMBER>\d(?:_?\d)*(?:\.\d(?:_?\d)*)?(?:[eE][+-]?\d+)?)
    |(?P<TEXT>"(?:\\.|[^"\\\r\n])*")
    |(?P<NAME>[^\W\d]\w*)
    |(?P<SIGN>->|==|!=|<=|>=|//|[-+*/%^<>=()\[\]{},:.~])
    """,
    re.VERBOSE,
)


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
    found.pieces = Brackets(source, found.pieces, diagnostics).mended()
    return found


def _nesting(source: Source, pieces: list[Piece], diagnostics: Diagnostics) -> None:
    """Report signs that nest too deeply, and read no further."""
    at = too_deep(pieces, MAX_NESTING)
    if at is None or pieces[at].text in PAIRS:
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
