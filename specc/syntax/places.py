"""Where a lost round or square bracket belongs, by the lines and by the words around it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, pairwise

from msgspec import Struct

from specc.source import Source
from specc.syntax.piece import Piece
from specc.syntax.words import CONTINUES, DECLARATIONS, SETTINGS, STATEMENTS

PAIRS = {"(": ")", "[": "]", "{": "}"}
_NO_HEAD = ("NUMBER", "SIZE", "TEXT")
"""What no pipe begins with."""
_TENSORS = ("state", "weight", "buffer")


class Text(Struct, frozen=True):
    """The pieces of a text, and their lines."""

    source: Source
    pieces: list[Piece]

    def word(self, i: int) -> str:
        """The text of a piece, "" outside and for the end of a line."""
        inside = 0 <= i < len(self.pieces) and self.pieces[i].kind != "NL"
        return self.pieces[i].text if inside else ""

    def first(self, i: int) -> int:
        """The first piece of the line of a piece."""
        while i and self.pieces[i - 1].kind != "NL":
            i -= 1
        return i

    def end(self, i: int) -> int:
        """Where the line of a piece ends."""
        while i < len(self.pieces) and self.pieces[i].kind != "NL":
            i += 1
        return i

    def column(self, i: int) -> int:
        """The column of the first piece of a line."""
        return self.source.position(self.pieces[self.first(i)].start)[1]

    def below(self, i: int) -> int | None:
        """The first piece of the next line; None behind the last."""
        later = range(self.end(i), len(self.pieces))
        return next((k for k in later if self.pieces[k].kind != "NL"), None)

    def outdent(self, i: int) -> int:
        """The first piece of the next line that stands no deeper than that of a piece."""
        column, at = self.column(i), self.below(i)
        while at is not None and self.column(at) > column:
            at = self.below(at)
        return len(self.pieces) if at is None else at


def closing(text: Text, opener: int, before: int, outer: bool) -> tuple[int, bool]:
    """Before which piece a bracket is closed, at most before that one, and whether that is certain.

    A bracket that ends its line is closed by the next line that stands no deeper, another one in its line:
    at a word or an arrow that cannot stand in brackets, else at its end. `outer` says that a list around
    it goes on.
    """
    if text.end(opener) == opener + 1:
        at = text.outdent(opener)
        if at < len(text.pieces) and text.word(at) not in (*CONTINUES, "as", "else", ",", "}"):
            at = next(k for k in range(at, 0, -1) if text.word(k - 1)) if text.word(at) else at
        return min(at, before), at <= before and at < len(text.pieces)
    depth, piped, nested = 0, False, False  # what makes the place uncertain
    named = False
    for i in range(opener + 1, min(text.end(opener), before)):
        word = text.word(i)
        depth += (word in ("(", "[")) - (word in (")", "]"))
        nested |= word == text.word(opener) or (named and word in CONTINUES and word != "->")
        named |= word == "="
        if depth == 0 and i > opener + 1 and _ends(text, opener, i, piped):
            return i, not (nested or piped)
        piped |= word == "->"
    end = min(text.end(opener), before)
    if outer and text.word(end - 1) == ",":
        end -= 1
    return end, not (nested or piped)


def _ends(text: Text, opener: int, i: int, piped: bool) -> bool:
    """Whether a piece cannot stand in the brackets that are open: not behind what stands before it."""
    word, last = text.word(i), text.pieces[i - 1]
    if word == "->":
        called = text.word(opener - 2) == "->" and text.word(i - 2) == "="
        return last.kind in _NO_HEAD or last.text in ("true", "false") or called
    if word == "as":
        return not piped
    if word in ("every", "with"):
        return last.text not in (",", "(", "[", "=") and text.word(i + 1) not in (",", ")", "=")
    if word == "{":
        return text.end(i) == i + 1
    if text.word(opener) == "[" and text.word(text.first(i)) in _TENSORS:
        return word == "=" or (word == "," and text.word(i + 2) == "[")
    return False


class Lost(Struct, frozen=True):
    """Where an opening bracket is lost: before piece `at`, or inside of it behind `head` characters."""

    at: int
    head: int = 0


def opening(text: Text, i: int, inside: int | None) -> Lost | None:
    """Where the bracket belongs that a closing one lacks; None where nothing speaks for a place.

    It stood between two words that are one now, `conv8, 3x3)`, between two pieces without a space, at
    the end of the line that a closing one stands below, or behind a word that a list follows.
    """
    first = text.first(i)
    if first == i:
        return _above(text, i)
    sign = next(o for o, c in PAIRS.items() if c == text.word(i))
    called = {a.text for a, b in pairwise(text.pieces) if a.kind == "NAME" and b.text == sign}
    words = [p.text for p in text.pieces if p.kind == "NAME"]
    braces = [k + 1 for k in range(first, i) if text.word(k) in ("{", "}")]
    start = max((first, *braces, -1 if inside is None else inside + 1))
    for k in range(start, i):
        if _begins(text, k, sign):
            return Lost(k)
        piece = text.pieces[k]
        named = text.word(k + 1) == "="
        once = piece.kind == "NAME" and words.count(piece.text) == 1
        if once and (head := _head(piece.text, called if named else set(), words)):
            return Lost(k, head)
    equals = [k + 1 for k in _level(text, start, i) if text.word(k) == "="]
    listed = sign == "[" and inside is not None and equals and text.word(equals[-1]) != "["
    return Lost(equals[-1]) if listed else None


def _level(text: Text, start: int, i: int) -> list[int]:
    """The pieces of a line that no other bracket divides from a closing one."""
    depth, found = 0, []
    for k in range(i - 1, start - 1, -1):
        word = text.word(k)
        depth += (word in (")", "]")) - (word in ("(", "["))
        if depth < 0 or word in ("{", "}"):
            break
        found += [k] if depth == 0 else []
    return found[::-1]


def _above(text: Text, i: int) -> Lost | None:
    """The end of the line that stands as deep as a closing bracket, with deeper ones between."""
    column, at = text.column(i), i
    while at and text.column(text.first(at - 1)) > column:
        at = text.first(at - 1)
    between = at < i and at > 0 and text.column(text.first(at - 1)) == column
    return Lost(at - 1) if between and any(text.word(k) for k in range(at, i)) else None


def _begins(text: Text, k: int, sign: str) -> bool:
    """Whether a bracket is lost right before a piece."""
    piece, last = text.pieces[k], text.pieces[k - 1] if k else text.pieces[k]
    if last.text in (")", "]") and last.end == piece.start:
        return piece.kind != "SIGN" or (sign == "(" and piece.text == "[")
    titled = last.kind == "TEXT" and text.word(text.first(k)) == "answers"
    listed = last.text == "in" and text.word(k - 3) == "for" and sign == "["
    return (titled or listed) and piece.kind != "SIGN"


def _head(word: str, called: set[str], words: Sequence[str]) -> int:
    """How long the first of two words is that are written as one; 0 where it is one."""
    declared = {b for a, b in pairwise(words) if a in DECLARATIONS}
    cuts = [(word[:cut], word[cut:]) for cut in range(len(word) - 1, 0, -1)]
    both = (h for h, r in cuts if h in words and (r in words or r.isdigit()))
    either = (
        h for h, r in cuts if (h in called and r.isidentifier()) or (len(r) > 1 and r in declared)
    )
    return len(next(chain(both, either), ""))


def unknown(text: Text, i: int, inside: int | None) -> tuple[int, int]:
    """What means nothing around a closing bracket that closes nothing: a stage, a value, or a line.

    `inside` is the bracket that is open there.
    """
    first = text.first(i)
    braces = [k + 1 for k in range(first, i) if text.word(k) in ("{", "}")]
    first = braces[-1] if braces else first
    if inside is not None and inside >= first:
        return inside + 1, i + 1
    if inside is not None:
        named = text.word(first + 1) == "="
        start = first + 2 if named else first + (text.word(first) in CONTINUES)
        end = text.end(i)
        return start, end - (text.word(end - 1) == ",")
    start = _value(text, first, i)
    arrows = [k for k in range(first, i) if text.word(k) == "->"]
    if arrows and not _summed(text, start, i):
        start = arrows[-1] + 1
    return start, i + 1


def _summed(text: Text, start: int, i: int) -> bool:
    """Whether a closing bracket stands in a sum of pipes: it may have closed a part of it."""
    signs = CONTINUES - {"->"}
    depth = 0
    for k in range(start, i):
        word = text.word(k)
        depth += (word in ("(", "[")) - (word in (")", "]"))
        if depth == 0 and k > start and word in signs:
            return True
    return text.word(i + 1) in signs


def _value(text: Text, first: int, i: int) -> int:
    """Where the value of a statement begins."""
    if text.word(first) in (*DECLARATIONS, *CONTINUES):
        return first + 1
    at = first
    while at < i and (text.pieces[at].kind == "NAME" or text.word(at) == ","):
        if text.word(at + 1) in ("=", "~", ":"):
            return at + 2
        at += 1
    words = (*STATEMENTS, *SETTINGS)
    behind = [k + 1 for k in range(first, i) if text.word(k) == "with"]
    return behind[-1] if behind else first + (text.word(first) in words)
