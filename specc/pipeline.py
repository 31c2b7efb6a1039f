"""The whole compiler on one screen: text → tree → program → checked program."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from specc.check.check import check
from specc.diagnostics import Diagnostics
from specc.layers.base import Convention
from specc.program import Program, Static
from specc.remaining import remaining
from specc.resolve.file import resolve
from specc.resolve.parameters import free_sizes
from specc.source import Source
from specc.syntax import tree
from specc.syntax.parse import parse

_ROUNDS = 3
"""How often an error is taken out and the rest compiled again."""


class Compiled(Struct, frozen=True):
    """What compiling one text gave. `program` is None after an error, unless only claims are wrong."""

    source: Source
    program: Program | None
    diagnostics: Diagnostics


def compile_text(
    text: str,
    path: str = "<text>",
    overrides: Mapping[str, Static] | None = None,
    convention: Convention = "pytorch",
) -> Compiled:
    """Compile a text. The road ends at the first pass that has an error."""
    source = Source(path, text)
    diagnostics = Diagnostics()
    file = parse(source, diagnostics)
    if file is None:
        return Compiled(source, None, diagnostics)
    before = len(diagnostics)
    program = resolve(file, diagnostics, overrides)
    if program is None or diagnostics.failed:
        from specc.check.fitting import suggest_sizes  # only after an error
        from specc.check.headers import with_headers
        from specc.consequences import without_consequences

        file = with_headers(file, diagnostics, before, overrides)
        suggest_sizes(file, diagnostics, overrides)
        _check_rest(file, diagnostics, overrides or {}, convention)
        _check_claims(program, diagnostics, convention)
        without_consequences(file, diagnostics)
        return Compiled(source, None, diagnostics)
    check(program, diagnostics, convention)
    sound = all(d.code[0] == "W" or d.code[:2] == "E6" for d in diagnostics)
    return Compiled(source, program if sound else None, diagnostics)


def _check_rest(
    file: tree.File,
    diagnostics: Diagnostics,
    overrides: Mapping[str, Static],
    convention: Convention,
) -> None:
    """Check what the errors so far have left untouched, so that they hide no other."""
    for _ in range(_ROUNDS):
        rest = remaining(file, diagnostics)
        if rest is None:
            return
        found = Diagnostics()
        names = {d.name.id for d in rest.file.declarations if isinstance(d, tree.Param)}
        names |= free_sizes(rest.file.declarations).keys()
        program = resolve(rest.file, found, {n: v for n, v in overrides.items() if n in names})
        broken = found.poisoned or any(found.hides(d) for d in found.items)
        whole = program is not None and not broken
        if program is not None and whole:
            check(program, found, convention)
        for diagnostic in found:
            if rest.independent(diagnostic):
                diagnostics.add(diagnostic)
        if whole or not broken:
            return


def _check_claims(
    program: Program | None, diagnostics: Diagnostics, convention: Convention
) -> None:
    """Say of the claims about what is broken what the errors have no part in."""
    if program is None or not (program.answers or program.expects):
        return
    from specc.claims.behind import certain_claims  # only after an error

    for diagnostic in certain_claims(program, diagnostics, convention):
        diagnostics.add(diagnostic)


def compile_file(path: str, overrides: Mapping[str, Static] | None = None) -> Compiled:
    """Compile a file.

    Raises:
        OSError, UnicodeDecodeError: it cannot be read.
    """
    with open(path, encoding="utf-8", newline="") as file:
        return compile_text(file.read(), path, overrides)
