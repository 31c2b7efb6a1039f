"""The whole compiler on one screen: text → tree → program → checked program."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from specc.check.check import check
from specc.diagnostics import Diagnostics
from specc.layers.base import Convention
from specc.program import Program, Static
from specc.resolve.file import resolve
from specc.source import Source
from specc.syntax.parse import parse


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
    program = resolve(file, diagnostics, overrides)
    if program is None or diagnostics.failed:
        from specc.check.fitting import suggest_sizes  # only after an error

        suggest_sizes(file, diagnostics, overrides)
        return Compiled(source, None, diagnostics)
    check(program, diagnostics, convention)
    sound = all(d.code[0] == "W" or d.code[:2] == "E6" for d in diagnostics)
    return Compiled(source, program if sound else None, diagnostics)


def compile_file(path: str, overrides: Mapping[str, Static] | None = None) -> Compiled:
    """Compile a file.

    Raises:
        OSError, UnicodeDecodeError: it cannot be read.
    """
    with open(path, encoding="utf-8", newline="") as file:
        return compile_text(file.read(), path, overrides)
