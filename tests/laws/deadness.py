"""Small changes to a spec, each of one thing that is written there, and all that a spec leads to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from msgspec import Struct

from specc.claims.check import outcomes
from specc.count.counter import count
from specc.count.machine import to_json
from specc.diagnostics import Diagnostics
from specc.emit.package import package
from specc.pipeline import compile_text
from specc.program import Program
from specc.source import Source, Span
from specc.syntax import tree
from specc.syntax.parse import parse

_FINGERPRINT = re.compile(r'^ +spec = "\w+"$', re.M)
_STATEMENTS = (
    *tree.Statement.__args__,  # type: ignore[attr-defined]
    *tree.Declaration.__args__,  # type: ignore[attr-defined]
    tree.Claim,
)


@dataclass(frozen=True)
class Change:
    """One change: what was changed, and the texts that say something else in its place."""

    what: str
    texts: tuple[str, ...]


def changes(text: str) -> Iterator[Change]:
    """Each statement deleted; each number, truth, text and word of an argument changed."""
    file = parse(Source("spec", text), Diagnostics())
    assert file is not None
    stack: list[object] = [file.declarations]
    while stack:
        node = stack.pop()
        if isinstance(node, tuple):
            stack.extend(node)
        elif isinstance(node, Struct) and not isinstance(node, (Span, Source)):
            if isinstance(node, _STATEMENTS) and not _says_the_default(node):
                yield Change(f"without {node.span.text!r}", (_with(text, node.span, ""),))
            others = tuple(_with(text, node.span, new) for new in _others(node))
            if others:
                yield Change(f"other {node.span.text!r} at {node.span.line}", others)
            stack.extend(tree.parts(node))


def _says_the_default(node: object) -> bool:
    """Whether leaving a statement out may mean the same: its value is tried instead, or it is `in x`."""
    if isinstance(node, tree.Input):
        return node.type is None and len(node.names) == 1
    return isinstance(node, tree.Setting) and isinstance(node.value, tree.Number)


def _with(text: str, span: Span, new: str) -> str:
    return text[: span.start] + new + text[span.end :]


def _others(node: object) -> tuple[str, ...]:
    """Something else that could stand in the place of a node; any of them must count."""
    match node:
        case tree.Number():
            number = float(node.span.text.replace("_", ""))
            whole = (
                number == int(number) and "e" not in node.span.text and "." not in node.span.text
            )
            return (str(int(number) + 1), str(int(number) + 2)) if whole else (str(number / 2),)
        case tree.SizeLiteral():
            return (node.span.text + "x5", "x".join(str(n + 1) for n in node.values))
        case tree.Bool():
            return ("false" if node.value else "true",)
        case tree.Text():
            return ('"another text"',)
        case tree.Argument() if node.name is not None and isinstance(node.value, tree.Name):
            return (f"{node.name.id}=another_word",)
    return ()


def observed(text: str) -> Iterator[object]:
    """All that a spec leads to, the cheapest first: messages, counts, marks, generated files."""
    compiled = compile_text(text, "some.spec")
    yield [(d.code, d.message) for d in compiled.diagnostics]
    program = compiled.program
    if program is not None:
        yield to_json(count(program))
        yield _marks(program)
        files = package(program)
        # The fingerprint of the spec differs for any change, and so says nothing.
        yield {name: _FINGERPRINT.sub("", file) for name, file in files.items()}


def _marks(program: Program) -> object:
    sheets = [
        (s, [(o.subject, o.claimed, o.computed) for o in s.outcomes]) for s in outcomes(program)
    ]
    return sheets, len(program.expects)
