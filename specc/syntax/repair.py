"""One token that is missing, doubled or misspelt: a statement that is sound with it put right is read so.

The mend that is tried first is the one that the place speaks for; what holds in the end is the grammar
(Burke & Fisher 1987, with whole statements in place of a fixed lookahead).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from msgspec import Struct

from specc.diagnostics import Edit, Fix
from specc.nearest import price
from specc.source import Source, Span
from specc.syntax.machine import Machine
from specc.syntax.token import Token
from specc.syntax.words import DISTRIBUTIONS

_DEPTH = 3
"""Faults of one statement that are mended."""
_LONGEST = 1_000
"""Tokens of a statement that is mended."""
_SIGNS = {"COMMA": ",", "ARROW": "->", "EQUAL": "=", "COLON": ":", "TILDE": "~", "KW_AS": "as",
          "KW_WITH": "with", "NL": "\n"}  # fmt: skip
_SAID = {"COMMA": "a comma is missing", "EQUAL": "= is missing", "COLON": ": is missing",
         "TILDE": "~ is missing", "KW_AS": "as is missing", "KW_WITH": "with is missing"}  # fmt: skip
_WORDS = {"as": "KW_AS", "in": "KW_ITEM", "else": "KW_ELSE", "if": "KW_IF", "epochs": "KW_UNIT",
          "steps": "KW_UNIT"}  # fmt: skip
_ENDS = ("NL", "RBRACE", "$END")


class Mend(Struct, frozen=True):
    """The tokens from `start` to `end` are meant to be `tokens`; `text` is said beside the caret."""

    start: int
    end: int
    tokens: tuple[Token, ...]
    text: str = ""

    def apply(self, to: list[Token]) -> list[Token]:
        """The tokens, mended."""
        return [*to[: self.start], *self.tokens, *to[self.end :]]

    def fix(self, source: Source, before: Token, token: Token) -> Fix | None:
        """The change of the text that does the same."""
        if not self.text:
            return None
        new = "".join(self.tokens)
        if self.start == self.end:
            gap = "" if new in ",:" or token.start == before.end else " "
            back = " " if gap or new in ",:" else ""
            written = source.text[before.end : token.start]
            edit = Edit(Span(source, before.end, token.start), f"{gap}{new}{written or back}")
            return Fix(f"{before}{edit.replacement}{token}", (edit,))
        span = Span(source, self.tokens[0].start, self.tokens[-1].end)
        return Fix(f"{span.text} → {new}", (Edit(span, new),))


def mend(machine: Machine, tokens: list[Token], at: int) -> Mend | None:
    """What puts the statement right that stops at a token; None where nothing small does."""
    start, end = _statement(tokens, at)
    head = _head(tokens, start)
    if end - start > _LONGEST or head is None:
        return None
    frame = [*head, *tokens[start:end], *(_CLOSED[1:] if head is _VERSION else _CLOSED)]
    place = _Place(machine, len(head), _declaration(tokens, start))
    found = _search(place, frame, len(head) + at - start, _DEPTH)
    if found is None:
        return None
    shift = start - len(head)
    return Mend(found.start + shift, found.end + shift, found.tokens, found.text)


class _Place(Struct, frozen=True):
    """Where a statement begins among the tokens that are tried, and those of its declaration."""

    machine: Machine
    first: int
    around: list[Token]

    def reads(self, name: Token) -> bool:
        """Whether a name stands for a value in the declaration: as no argument's name, and as no stage."""
        depth = 0
        for last, word, behind in zip(self.around, self.around[1:], self.around[2:], strict=False):
            depth += (last.type in ("LPAR", "LSQB")) - (last.type in ("RPAR", "RSQB"))
            other = word == name and word.type == "NAME" and word.start != name.start
            if other and last.type != "ARROW" and (depth <= 0 or behind.type != "EQUAL"):
                return True
        return False

    def binds(self, name: Token) -> bool:
        """Whether a name has a value in a statement before."""
        statement = ""
        for last, word, behind in zip(self.around, self.around[1:], self.around[2:], strict=False):
            if word.start >= name.start:
                return False
            statement = word.type if last.type in ("NL", "LBRACE") else statement
            if word == name and word.type == "NAME":
                if last.type == "DECL_PARAM":
                    return True
                ports = statement in ("KW_IN", "KW_DATA", "KW_TENSOR")
                if ports or behind.type in ("EQUAL", "TILDE") or last.type == "KW_AS":
                    return True
        return False

    def draws(self, word: Token) -> bool:
        """Whether a distribution is drawn from, and not named to be drawn from later."""
        pairs = list(pairwise(self.around))
        named = {
            a for (a, b), (_, c) in pairwise(pairs) if b.type == "EQUAL" and c in DISTRIBUTIONS
        }
        drawn = any(a.type == "TILDE" and b not in DISTRIBUTIONS for a, b in pairs)
        return word in named or (word in DISTRIBUTIONS and not drawn)

    def has_state(self) -> bool:
        """Whether the declaration is a cell's, so that something has a next value."""
        return any(t.type == "KW_TENSOR" and t == "state" for t in self.around)


def _declaration(tokens: list[Token], start: int) -> list[Token]:
    """The tokens of the declaration that a statement belongs to, behind the parameters of the file."""
    first = next((i for i in range(start, -1, -1) if tokens[i].type.startswith("DECL")), 0)
    later = range(start + 1, len(tokens))
    end = next((i for i in later if tokens[i].type.startswith("DECL")), len(tokens))
    free = (i for i, t in enumerate(tokens[:first]) if t.type == "DECL_PARAM")
    return [*(t for i in free for t in tokens[i : i + 2]), *tokens[first:end]]


def _token(kind: str, text: str = "") -> Token:
    return Token(kind, text, 0, 0)


_VERSION = [_token("SPECC"), _token("NUMBER"), _token("NL")]
_CLOSED = [_token("RBRACE"), _token("NL")]
_BLOCK = [*_VERSION, _token("DECL_NETWORK"), _token("NAME"), _token("LBRACE")]
_CLAIMS = [*_VERSION, _token("DECL_ANSWERS"), _token("TEXT"), _token("LBRACE")]


def _statement(tokens: list[Token], at: int) -> tuple[int, int]:
    """Where the statement around a token begins and ends, with the bodies that it has."""
    start, depth = at, 0
    while start and not (depth == 0 and tokens[start - 1].type in ("NL", "LBRACE")):
        start -= 1
        depth += (tokens[start].type == "RBRACE") - (tokens[start].type == "LBRACE")
    end, depth = start, 0
    while end < len(tokens) and not (depth == 0 and tokens[end].type in ("NL", "RBRACE")):
        depth += (tokens[end].type == "LBRACE") - (tokens[end].type == "RBRACE")
        end += 1
    return start, end


def _head(tokens: list[Token], start: int) -> list[Token] | None:
    """What a statement is read behind: the beginning of a block, of claims, or of a file."""
    depth, at = 0, start
    while at and depth <= 0:
        at -= 1
        depth += (tokens[at].type == "LBRACE") - (tokens[at].type == "RBRACE")
    if depth <= 0:
        return _VERSION if tokens[start].type.startswith("DECL") else None
    kinds = [t.type for t in tokens[max(at - 200, 0) : at] if t.type.startswith("DECL")]
    return _CLAIMS if kinds[-1:] == ["DECL_ANSWERS"] else _BLOCK


def _search(place: _Place, tokens: list[Token], at: int, depth: int) -> Mend | None:
    """The first mend behind which everything is sound, or can be mended too."""
    for found in _candidates(place, tokens, at):
        mended = found.apply(tokens)
        stop = place.machine.stops(mended)
        if stop is None:
            return found
        further = stop > found.start + len(found.tokens) and depth > 1
        if further and _search(place, mended, stop, depth - 1) is not None:
            return found
    return None


def _candidates(place: _Place, tokens: list[Token], at: int) -> Iterator[Mend]:
    if not place.first < at < len(tokens):
        return
    token, last = tokens[at], tokens[at - 1]
    if token.type == last.type and token.type in _SIGNS:
        yield Mend(at, at + 1, ())
    if token.type in _ENDS and last.type == "COMMA":
        yield Mend(at - 1, at, ())
    if token.type in ("NAME", "KW_ITEM"):
        yield from _slips(token, at)
    if token.type == last.type == "NAME" and place.has_state() and _slip(last, "next"):
        meant = Token("KW_NEXT", "next", last.start, last.end)
        yield Mend(at - 1, at, (meant,), 'did you mean "next"?')
    if token.type not in _ENDS:
        for kind in _missing(place, tokens, at):
            sign = Token(kind, _SIGNS[kind], last.end, last.end)
            yield Mend(at, at, (sign,), _SAID.get(kind, ""))


def _slip(written: str, word: str) -> bool:
    """Whether a word is one slip of the fingers beside another; short ones have lost a letter."""
    shorter = (word[:i] + word[i + 1 :] for i in range(len(word)))
    return written in shorter or price(written, word) <= 1


def _slips(token: Token, at: int) -> Iterator[Mend]:
    """The words of the grammar that a name is a slip for."""
    for word, kind in _WORDS.items():
        if _slip(token, word):
            meant = Token(kind, word, token.start, token.end)
            yield Mend(at, at + 1, (meant,), f'did you mean "{word}"?')


def _missing(place: _Place, tokens: list[Token], at: int) -> list[str]:
    """What may be missing before a token, the likeliest first."""
    token, last = tokens[at], tokens[at - 1]
    line = tokens[place.first : at]
    typed = at + 1 < len(tokens) and tokens[at + 1].type == "LSQB"
    likely = _inside(place, line, token, typed)
    if likely:
        return [*likely, "COMMA", "EQUAL"]
    match [t.type for t in line]:
        case ["KW_IN", *_]:
            likely = ["COMMA", "COLON"] if place.reads(token) and not typed else ["COLON", "COMMA"]
        case ["KW_DATA", *_]:
            likely = ["COMMA"] if "KW_AS" in (t.type for t in line) else ["KW_AS"]
        case ["KW_UPDATE", *_]:
            likely = ["KW_WITH", "COMMA"]
        case ["KW_TENSOR", *_]:
            likely = ["COMMA"]
        case ["NAME"] if place.binds(last):
            likely = ["ARROW"]
        case ["NAME"] | ["KW_OUT", "NAME"] if place.draws(token):
            likely = ["TILDE"]
    rest = ("EQUAL", "ARROW", "COMMA", "NL") if token.type == "NAME" else ("EQUAL", "COMMA")
    return [*likely, *rest]


def _inside(place: _Place, line: list[Token], token: Token, typed: bool) -> list[str]:
    """What may be missing between brackets; nothing where none is open."""
    open_ = _bracket(line)
    if open_ is None:
        return []
    last = line[-1]
    if line[open_].type == "LSQB":
        base = open_ > 0 and line[open_ - 1].type in ("NAME", "RPAR", "RSQB")
        if base and token.start == last.end:
            return ["COLON"]  # rows[2:5]
    elif last.type == "NAME" and not place.reads(last):
        return ["EQUAL"]
    return ["ARROW"] if typed and not place.reads(token) else ["COMMA"]


def _bracket(line: list[Token]) -> int | None:
    """Which bracket is open behind these tokens."""
    opened: list[int] = []
    for i, token in enumerate(line):
        if token.type in ("LPAR", "LSQB"):
            opened.append(i)
        elif token.type in ("RPAR", "RSQB") and opened:
            opened.pop()
    return opened[-1] if opened else None
