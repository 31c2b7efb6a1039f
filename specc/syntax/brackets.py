"""Brackets paired: one that is lost is put where its place says, one too many is taken out."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from msgspec.structs import replace

from specc.diagnostics import CERTAIN, Diagnostic, Diagnostics, Edit, Fix, Label
from specc.limits import MAX_NESTING
from specc.source import Source, Span
from specc.syntax.headers import begins_declaration, inside_line
from specc.syntax.piece import Piece
from specc.syntax.places import PAIRS, Lost, Text, closing, opening, unknown

_BODIES = frozenset(("step", "for", "repeat", "if", "else"))
"""What has a body inside of a body."""


class Brackets:
    """Pairs brackets. One that is never closed is closed at the end of its line, or of its declaration."""

    def __init__(self, source: Source, pieces: list[Piece], diagnostics: Diagnostics) -> None:
        self.source, self.pieces, self.diagnostics = source, pieces, diagnostics
        self.text = Text(source, pieces)
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
            if piece.kind == "SIGN" and piece.text in PAIRS:
                open_.append(PAIRS[piece.text])
            elif piece.kind == "SIGN" and piece.text in PAIRS.values():
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
            if piece.text == "{" and stack and self._heads(stack[-1], i):
                return self._never_closed(stack, before=i)
            if piece.text == "{" and not self._opens_body(stack, i):
                return self._not_expected(i)
            if piece.text in PAIRS:
                stack.append(i)
                if len(stack) > MAX_NESTING:
                    return self._too_deep(i)
            elif piece.text in PAIRS.values():
                if not self._closed(stack, i):
                    return False
                stack.pop()
        self._close(stack, len(self.pieces))
        return self._never_closed(stack, before=len(self.pieces)) if stack else True

    def _closed(self, stack: list[int], i: int) -> bool:
        """Whether a bracket closes the innermost one; False after a mend."""
        closer = self.pieces[i].text
        if not stack:
            return self._closes_nothing(i, stack)
        if PAIRS[self.pieces[stack[-1]].text] != closer:
            return self._mismatched(stack, i)
        if self._closes_outer(stack, i):
            return self._never_closed(stack, before=i)
        if self._closes_early(stack, i):
            return self._closes_nothing(i, stack)
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
            if stack and PAIRS[self.pieces[stack[-1]].text] == sign:
                stack.pop()
                kept.append(sign)
        self.closed_at[at] = kept

    def _never_closed(self, stack: Sequence[int], before: int) -> bool:
        opener = stack[-1]
        piece = self.pieces[opener]
        outer = any(self.pieces[o].text != "{" for o in stack[:-1])
        at, certain = before, False
        if piece.text != "{":
            at, certain = closing(self.text, opener, before, outer)
        self.closed_at.setdefault(at, []).append(PAIRS[piece.text])
        span = Span(self.source, piece.start, piece.end)
        text = "opened here"
        ends_line = at >= len(self.pieces) or self.pieces[at].kind == "NL"
        line = self._line_after(at) if ends_line or piece.text == "{" else 0
        if line and piece.text != "{" and not outer:
            text += f"; line {line} begins a new statement"
        elif before < len(self.pieces) and begins_declaration(self.source, self.pieces, before):
            text += f"; line {line} begins a new block"
        (self.diagnostics.read_on if certain else self.diagnostics.add)(
            Diagnostic(
                "E101", f'"{piece.text}" is never closed', span, text, helps=self._help(opener, at)
            )
        )
        if certain:
            end = self.pieces[at - 1].end
            self.diagnostics.mute(piece.start, end, CERTAIN)
        elif piece.text != "{":
            self._mute_line(piece.start, self._sound(stack))
        return False

    def _help(self, opener: int, at: int) -> tuple[str, ...]:
        piece = self.pieces[opener]
        if piece.text == "{":
            return ()
        first = opener - 1 if opener and self.pieces[opener - 1].kind == "NAME" else opener
        end = self.pieces[at - 1].end
        text = self.source.text[self.pieces[first].start : end] + PAIRS[piece.text]
        if at < len(self.pieces) and self.pieces[at].kind != "NL":
            text += self.source.text[end : self.source.line_end(end)].rstrip()
        return (text,) if len(text) < 80 else ()

    def _line_after(self, at: int) -> int:
        rest = (p for p in self.pieces[at:] if p.kind != "NL")
        following = next(rest, None)
        return self.source.text.count("\n", 0, following.start) + 1 if following else 0

    def _closes_nothing(self, i: int, stack: Sequence[int] = ()) -> bool:
        """A bracket too many; one whose opener is lost gets it back, or what is before it means nothing."""
        piece = self.pieces[i]
        span = Span(self.source, piece.start, piece.end)
        said = Diagnostic("E101", f'"{piece.text}" closes nothing', span, "delete it")
        inside = stack[-1] if stack and self.pieces[stack[-1]].text != "{" else None
        apart = self.text.word(i - 1) and self.pieces[i - 1].end < piece.start
        lost = None if piece.text == "}" or apart else opening(self.text, i, inside)
        if lost is not None:
            self._open(lost, i, said)
            return False
        start, end = (i, i) if piece.text == "}" else unknown(self.text, i, inside)
        declared = begins_declaration(self.source, self.pieces, self.text.first(i))
        if piece.text != "}" and (apart or (start < i and self._too_many(start, i))):
            self.diagnostics.read_on(said)
        else:
            self.diagnostics.add(said)
            self._mute_line(piece.start)
        if start < i and not (declared or apart or self._too_many(start, i)):
            at = self.pieces[start].start
            self.pieces[start] = Piece("NAME", "?", at, at)
            self.dropped.update(range(start + 1, end))
        self.dropped.add(i)
        return False

    def _too_many(self, start: int, i: int) -> bool:
        """Whether a closing bracket is one too many: the stage before it is whole."""
        signs = [self.pieces[k].text for k in range(start, i)]
        depth, outside = 0, []
        for sign in signs:
            depth -= sign in (")", "]")
            outside += [] if depth else [sign]
            depth += sign in ("(", "[")
        known = [k for k, p in enumerate(self.pieces) if p.kind == "NAME" and p.text == signs[0]]
        return signs[-1] in (")", "]") and len(outside) == 3 and len(known) > 1

    def _open(self, lost: Lost, i: int, said: Diagnostic) -> None:
        """Put the opening bracket where it is lost."""
        sign = next(o for o, c in PAIRS.items() if c == self.pieces[i].text)
        piece = self.pieces[lost.at]
        cut = piece.start + lost.head
        new = [Piece("SIGN", sign, cut, cut), piece]
        if lost.head:
            new = [replace(piece, text=piece.text[: lost.head], end=cut), new[0]]
            new.append(self._behind(lost, piece))
        end = new[-1].end if piece.kind != "NL" else cut
        begin = piece.start if lost.head else self.pieces[max(lost.at - 1, 0)].start
        shown = self.source.text[begin:end]
        meant = self.source.text[begin:cut] + sign + self.source.text[cut:end]
        fix = Fix(f"{shown} → {meant}", (Edit(Span(self.source, cut, cut), sign),))
        self.diagnostics.read_on(replace(said, text=f'did you mean "{meant}"?', fix=fix))
        self._splice(lost.at, new)

    def _behind(self, lost: Lost, piece: Piece) -> Piece:
        """What stands behind a lost bracket in a word: a name, or a number with its fraction."""
        start, end, rest = piece.start + lost.head, piece.end, piece.text[lost.head :]
        if not rest.isdigit():
            return Piece("NAME", rest, start, end)
        for k in (lost.at + 1, lost.at + 2):
            fits = self.text.word(k) == "." if k == lost.at + 1 else self.text.word(k).isdigit()
            if not fits or self.pieces[k].start != end:
                break
            rest, end = rest + self.pieces[k].text, self.pieces[k].end
        if end > piece.end:
            self.dropped.update((lost.at + 1, lost.at + 2))
        return Piece("NUMBER", rest, start, end)

    def _splice(self, at: int, new: list[Piece]) -> None:
        """Put pieces in the place of one; what was noted of those behind moves with them."""
        self.pieces[at : at + 1] = new
        more = len(new) - 1
        self.closed_at = {k + more * (k > at): v for k, v in self.closed_at.items()}
        self.dropped = {k + more * (k > at) for k in self.dropped}

    def _closes_outer(self, stack: list[int], i: int) -> bool:
        """Whether a bracket that begins its line is of one that ends its line, and not of the innermost."""
        begins = i > 0 and self.pieces[i - 1].kind == "NL"
        same = [o for o in stack if self.pieces[o].text == self.pieces[stack[-1]].text]
        ends = [self.pieces[o + 1].kind == "NL" for o in same]
        return begins and self.pieces[i].text != "}" and not ends[-1] and any(ends)

    def _closes_early(self, stack: list[int], i: int) -> bool:
        """Whether a list goes on below a bracket that ends it, and is ended there by another one."""
        opener, below = stack[-1], self.text.below(i)
        ends = self.text.end(opener) in (opener + 1, i + 1 if i == opener + 1 else -1)
        if self.pieces[i].text == "}" or not ends or below is None:
            return False
        if self.pieces[i - 1].kind == "NL":
            return False
        at = self.text.outdent(opener)
        same = at < len(self.pieces) and self.pieces[at].text == self.pieces[i].text
        return same and self.text.column(at) == self.text.column(opener) and at > i

    def _opens_body(self, stack: list[int], i: int) -> bool:
        """Whether a `{` may begin a body: a declaration's, or one of a word that has one."""
        if not stack:
            return True
        before = (self.pieces[k] for k in range(i - 1, -1, -1))
        head = itertools.takewhile(lambda p: p.text not in ("{", "}"), before)
        return any(p.text in _BODIES for p in head)

    def _heads(self, opener: int, i: int) -> bool:
        """Whether a `{` ends a line that has a body, with a round or square bracket open in it."""
        if self.pieces[opener].text == "{" or self.text.end(i) != i + 1:
            return False
        line = range(self.text.first(i), i)
        declared = begins_declaration(self.source, self.pieces, line.start)
        word = declared or any(self.pieces[k].text in _BODIES for k in line)
        return word and opener >= line.start

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
        wanted = any(PAIRS[self.pieces[o].text] == closer.text for o in stack[:-1])
        if opener.text == "{" and not wanted:
            return self._closes_nothing(i, stack)
        if (
            not wanted
            and closer.text != "}"
            and (not same_line or self._closed_later(stack[-1], i))
        ):
            return self._closes_nothing(i, stack)
        if wanted or closer.text == "}":
            return self._never_closed(stack, before=i)
        self.diagnostics.add(
            Diagnostic(
                "E101",
                f'"{opener.text}" is closed by "{closer.text}"',
                Span(self.source, closer.start, closer.end),
                f'write "{PAIRS[opener.text]}"',
                (Label(Span(self.source, opener.start, opener.end), "opened here"),),
            )
        )
        self.pieces[i] = replace(closer, text=PAIRS[opener.text])
        self._mute_line(closer.start)
        return False

    def _closed_later(self, opener: int, i: int) -> bool:
        """Whether a bracket is closed in its line behind another one that does not fit it."""
        depth = 0
        for k in range(i + 1, self.text.end(opener)):
            word = self.pieces[k].text
            depth += (word in ("(", "[")) - (word in (")", "]"))
            if depth < 0:
                return word == PAIRS[self.pieces[opener].text]
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
