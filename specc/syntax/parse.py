"""From text to syntax tree. All syntax errors of a file are found in one go.

After an error the statement that holds it is left out, what it would have bound stays bound, and nothing
more is said about it; so the passes that follow can look at all the rest.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from specc.diagnostics import Diagnostic, Diagnostics, Label
from specc.limits import MAX_FILE_BYTES, MAX_REREAD_TOKENS, MAX_SYNTAX_ERRORS
from specc.source import Source, Span
from specc.syntax import tree
from specc.syntax.lexer import Typer
from specc.syntax.machine import Machine, UnexpectedTokenError
from specc.syntax.scan import scan
from specc.syntax.slips import habit
from specc.syntax.tables import tables
from specc.syntax.token import Token
from specc.syntax.transform import Builder, Twice
from specc.syntax.words import DECLARATIONS

if TYPE_CHECKING:
    from specc.syntax.repair import Mend

VERSIONS = (1,)


@cache
def _machine() -> tuple[Machine, Builder]:
    builder = Builder()
    return Machine(tables(), builder), builder


def parse(source: Source, diagnostics: Diagnostics) -> tree.File | None:
    """The tree of a source, or None when nothing of it can be read."""
    if len(source.text.encode("utf-8", "surrogatepass")) > MAX_FILE_BYTES:
        message = f"the file is larger than {MAX_FILE_BYTES:,} bytes"
        diagnostics.add(Diagnostic("E101", message, Span(source, 0, 0)))
        return None
    scanned = scan(source, diagnostics)
    tokens = Typer(source, scanned.pieces, diagnostics).tokens()
    if not _has_version(source, tokens, diagnostics):
        return None
    lost: set[str] = set()
    parsed = _parse(source, tokens, diagnostics, lost)
    if parsed is None:
        return None
    (_, version), declarations = parsed
    _check_version(source, version, diagnostics)
    _check_pipes(declarations, diagnostics)
    _check_twice(_machine()[1].twice, diagnostics)
    docs = _documentation(source, scanned.comments, declarations, diagnostics)
    return tree.File(
        Span(source, 0, len(source.text)),
        source,
        int(str(version)) if str(version).isdigit() else 0,
        docs.pop(-1, ""),
        tuple(_documented(d, docs.get(i, "")) for i, d in enumerate(declarations)),
        tuple(scanned.comments),
        frozenset(lost),
        scanned.nameless or "" in lost,
    )


def _has_version(source: Source, tokens: list[Token], diagnostics: Diagnostics) -> bool:
    """A file begins with `specc 1`; where it does not, that is put in its place."""
    first = next((t for t in tokens if t.type != "NL"), None)
    if first is not None and first.type == "SPECC":
        return True
    span = Span(source, 0, 0) if first is None else Span(source, first.start, first.end)
    diagnostics.read_on(
        Diagnostic(
            "E101", 'a spec begins with "specc 1"', span, helps=("specc 1, in the first line",)
        )
    )
    tokens[:0] = [Token("SPECC", "specc", 0, 0), Token("NUMBER", "1", 0, 0)]
    if first is not None:
        tokens.insert(2, Token("NL", "\n", 0, 0))
    return True


def _check_version(source: Source, token: Token, diagnostics: Diagnostics) -> None:
    if str(token) not in map(str, VERSIONS):
        span = Span(source, token.start, token.end)
        message = f"this is version {token} of the language; this specc reads version 1"
        diagnostics.add(Diagnostic("E101", message, span, helps=("specc 1",)))


# ------------------------------------------------------------------- recovery


def _parse(source: Source, tokens: list[Token], diagnostics: Diagnostics, lost: set[str]) -> Any:
    """Parse, leaving out one statement after the other that cannot be read.

    `lost` gets the names of declarations among them, "" for one without a name.
    """
    machine, builder = _machine()
    builder.source = source
    read = 0
    for _ in range(MAX_SYNTAX_ERRORS):
        builder.twice.clear()
        try:
            return machine.parse(tokens)
        except UnexpectedTokenError as problem:
            from specc.syntax.repair import mend  # only after an error

            at = _position(tokens, problem.token)
            mended = mend(machine, tokens, at)
            found = _unexpected(source, tokens, at, problem.expected, mended)
            again = tokens[at].type == "SPECC" and diagnostics.failed
            again |= mended is None and _misguessed(source, tokens, at, diagnostics)
            if not again and all(d.span != found.span for d in diagnostics):
                (diagnostics.add if mended is None else diagnostics.read_on)(found)
            if mended is None:
                _leave_out(source, tokens, at, diagnostics, lost)
            else:
                tokens[:] = mended.apply(tokens)
            read += at
            if read > MAX_REREAD_TOKENS or not tokens:
                break
    return None


def _position(tokens: list[Token], token: Token) -> int:
    for i, candidate in enumerate(tokens):
        if candidate is token:
            return i
    return len(tokens) - 1


def _unexpected(
    source: Source, tokens: list[Token], at: int, expected: set[str], mended: Mend | None
) -> Diagnostic:
    token = tokens[at]
    before = next((t for t in reversed(tokens[:at]) if t.type != "NL"), token)
    span = Span(source, token.start, token.end)
    if token.type in ("NL", "RBRACE", "$END"):
        span = Span(source, before.start, before.end)
        message = f'something is missing after "{before}"'
    else:
        message = f'"{token}" is not expected here'
    first = _first(tokens, at)
    if "KW_WITH" in expected and tokens[first].type == "KW_UPDATE":
        return Diagnostic("E101", message, span, "expected with, and an optimizer")
    known = habit(source, tokens, at, first)
    if mended is not None and mended.text and known.text != mended.text:
        return _mended(source, tokens, at, mended)
    text = known.text
    if not (known.text or known.helps or known.fix):
        begins = token.type == "NAME" or token.type.startswith("KW_")
        alone = begins and "NL" in expected and before.type not in ("RBRACE", "NL")
        text = "a statement begins on a line of its own" if alone else _wanted(expected)
    return Diagnostic("E101", message, span, text, helps=known.helps, fix=known.fix)


def _mended(source: Source, tokens: list[Token], at: int, mended: Mend) -> Diagnostic:
    """What is said of a token that was put right, or of the one before which another is missing."""
    token = tokens[min(mended.start, at)]
    message = f'"{token}" is not expected here'
    span = Span(source, token.start, token.end)
    fix = mended.fix(source, tokens[at - 1], token)
    return Diagnostic("E101", message, span, mended.text, fix=fix)


def _misguessed(source: Source, tokens: list[Token], at: int, diagnostics: Diagnostics) -> bool:
    """Whether the word of the statement was read as another one by a guess, which is taken back."""
    start = tokens[_first(tokens, at)].start
    for i, d in enumerate(diagnostics.items):
        if d.code == "E102" and d.span.start == start and d.span.source is source:
            from specc.nearest import price  # only after an error

            word, meant = d.span.text, d.fix.edits[0].replacement if d.fix else ""
            if not meant or 3 * price(word, meant) < len(word):
                return False
            diagnostics.items[i] = replace(d, text="", fix=None)
            return True
    return False


def _first(tokens: list[Token], at: int) -> int:
    """Where the statement around a token begins."""
    while at and tokens[at - 1].type not in ("NL", "LBRACE"):
        at -= 1
    return at


_WANTED = {
    "ARROW": "->", "RPAR": ")", "RSQB": "]", "RBRACE": "}", "LBRACE": "{", "COMMA": ",", "EQUAL": "=",
    "KW_AS": "as", "KW_WITH": "with", "KW_ELSE": "else", "KW_ITEM": "in", "NAME": "a name",
    "NUMBER": "a number", "TEXT": "a text",
}  # fmt: skip


def _wanted(expected: set[str]) -> str:
    """What could stand here, when that is little enough to say."""
    if "NAME" in expected and "NUMBER" in expected:
        return "a value is expected"
    words = sorted(_WANTED[t] for t in expected if t in _WANTED)
    return f"expected {' or '.join(words)}" if 0 < len(words) <= 3 else ""


def _leave_out(
    source: Source, tokens: list[Token], at: int, diagnostics: Diagnostics, lost: set[str]
) -> None:
    """Remove the statement around a token; the names that it binds get a value that says nothing."""
    start = at
    if tokens[at].type in ("NL", "RBRACE") and at:
        start = at - 1
    depth = 0
    while start > 0:
        kind = tokens[start - 1].type
        if depth == 0 and kind in ("NL", "LBRACE", "RBRACE"):
            break
        depth += (kind in ("RPAR", "RSQB")) - (kind in ("LPAR", "LSQB"))
        depth = max(depth, 0)
        start -= 1
    if tokens[start].type == "SPECC" and at >= start + 2:
        start += 2  # the version stays
    end = max(at, start)
    depth = 0
    while end < len(tokens) - 1:
        kind = tokens[end].type
        if depth == 0 and kind in ("NL", "RBRACE"):
            break
        depth += (kind == "LBRACE") - (kind == "RBRACE")
        end += 1
    if start == end:
        end = start + 1
    first, last = tokens[start], tokens[end - 1]
    diagnostics.mute(first.start, max(last.end, first.start + 1))
    diagnostics.left_out(Span(source, first.start, max(last.end, first.start + 1)))
    if _inside(tokens[:start]):
        tokens[start:end] = _stand_in(tokens[start:end])
        return
    head = [t for t in tokens[start:end] if t.type != "NL"]
    opens = next(
        (i for i, t in enumerate(head) if t.type in ("LBRACE", "LPAR", "EQUAL")), len(head)
    )
    names = [str(t) for t in head[:opens] if t.type == "NAME" and str(t) not in DECLARATIONS]
    if str(first) not in ("expect", "answers"):  # these name nothing
        lost.update(names or ("",))
    del tokens[start:end]


def _inside(before: list[Token]) -> bool:
    """Whether what follows these tokens stands in a declaration."""
    kinds = [t.type for t in before]
    return kinds.count("LBRACE") > kinds.count("RBRACE")


def _stand_in(removed: list[Token]) -> list[Token]:
    """What keeps the names and the kind of a statement: `h = ?`, `minimize ?`, `in x`, `data ? as x`."""
    kinds = [t.type for t in removed]
    if any(t.type == "NAME" and t == "?" for t in removed):
        return []  # what stood in has no place there either, as in a block of answers
    if not kinds or kinds[0].startswith(("DECL", "KW_STEP", "KW_FOR", "KW_IF", "SPECC")):
        return []
    poison = Token("NAME", "?", removed[0].start, removed[0].start)
    head = removed[:1] if kinds[0].startswith("KW_") else []
    at = len(head)
    if kinds[at : at + 2] in (["NAME", "EQUAL"], ["NAME", "TILDE"]):
        equal = Token("EQUAL", "=", removed[0].start, removed[0].start)
        return [*head, removed[at], equal, poison]
    match kinds[0]:
        case "KW_DATA":
            names = _after(removed, "KW_AS")
            return [removed[0], poison, *names] if names else []
        case "KW_IN":
            return removed[:2] if kinds[1:2] == ["NAME"] else []
        case "KW_OUT" | "KW_OBJECTIVE" | "KW_SETTING":
            return [removed[0], poison]
        case first if first.startswith("KW_"):
            return []
        case _:
            return [poison]


def _after(removed: list[Token], kind: str) -> list[Token]:
    """The token of that kind and the names behind it, with their commas."""
    at = next((i for i, t in enumerate(removed) if t.type == kind), None)
    if at is None:
        return []
    kept = [removed[at]]
    for token in removed[at + 1 :]:
        if token.type != ("NAME" if len(kept) % 2 else "COMMA"):
            break
        kept.append(token)
    return kept if len(kept) > 1 and kept[-1].type == "NAME" else []


# --------------------------------------------------- what the grammar cannot say


def _check_pipes(declarations: list[Any], diagnostics: Diagnostics) -> None:
    """A pipe starts at a name, call, list or parenthesis: `a + b -> relu` has two readings."""
    stack: list[Any] = list(declarations)
    while stack:
        node = stack.pop()
        if isinstance(node, tree.Pipe):
            _check_head(node, diagnostics)
        stack.extend(tree.parts(node))


def _check_twice(twice: Sequence[Twice], diagnostics: Diagnostics) -> None:
    """Of an argument that a call has twice the tree keeps the first."""
    for word, first, again in twice:
        assert again.name is not None
        message = f"{word} gets its {again.name.id} twice"
        label = Label(first.span, "first here")
        diagnostics.read_on(Diagnostic("E202", message, again.name.span, labels=(label,)))


def _check_head(pipe: tree.Pipe, diagnostics: Diagnostics) -> None:
    head = pipe.head
    text = head.span.source.text
    grouped = text[head.span.start : head.span.start + 1] == "("
    if not isinstance(head, (tree.Binary, tree.Unary, tree.Conditional)) or grouped:
        return
    helps: tuple[str, ...] = ()
    if not isinstance(head, tree.Binary):
        message = "a pipe starts at a name, call, list or parenthesis"
    else:
        message = "this pipe has two readings"
        rest = text[pipe.stages[0].span.start : pipe.span.end]
        short = rest if len(rest) < 40 else "…"
        helps = (
            f"({head.span.text}) -> {short}",
            f"{head.left.span.text} {head.operator} ({head.right.span.text} -> {short})",
        )
    diagnostics.add(Diagnostic("E101", message, head.span, helps=helps))
    diagnostics.mute(head.span.start, head.span.end)


# ------------------------------------------------------------------------ docs


def _documentation(
    source: Source,
    comments: list[tree.Comment],
    declarations: list[Any],
    diagnostics: Diagnostics,
) -> dict[int, str]:
    """`##` comments by the declaration that they stand before; those of the file under −1.

    The first block of them belongs to the file when an empty line divides it from what follows.
    """
    docs: dict[int, list[str]] = {}
    starts = [d.span.start for d in declarations]
    ends = [d.span.end for d in declarations]
    for comment in comments:
        if not comment.span.text.startswith("##"):
            continue
        inside = any(s < comment.span.start < e for s, e in zip(starts, ends, strict=True))
        owner = next((i for i, s in enumerate(starts) if s > comment.span.start), None)
        if inside or owner is None:
            message, help = (
                "this documents nothing",
                "## stands before a declaration; # is a remark",
            )
            diagnostics.add(Diagnostic("W405", message, comment.span, helps=(help,)))
            continue
        between = source.text[comment.span.end : starts[owner]]
        apart = re.search(r"\n[ \t]*\r?\n", between) is not None
        docs.setdefault(-1 if apart else owner, []).append(comment.text[2:].strip())
    return {i: "\n".join(lines) for i, lines in docs.items()}


def _documented(declaration: Any, doc: str) -> Any:
    return replace(declaration, doc=doc) if doc and hasattr(declaration, "doc") else declaration
