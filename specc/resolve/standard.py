"""Definitions of the standard library: a word that a file uses and declares nowhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.resources import files

from specc.diagnostics import Diagnostic, Diagnostics
from specc.resolve.order import names_read
from specc.source import Source, Span
from specc.std import INDEX
from specc.syntax import tree
from specc.syntax.parse import parse

FOLDER = "specc/std/"


def standard(
    declared: Sequence[tree.Declaration], diagnostics: Diagnostics
) -> Iterator[tree.Definition]:
    """The definitions of the library that these declarations need, each before those that use it."""
    own = {d.name.id for d in declared if isinstance(d, (tree.Definition, tree.Param))}
    library: dict[str, tree.Definition] = {}
    ahead: list[object] = [list(declared)]
    while ahead:
        for name in names_read(ahead.pop()):
            if name.id in INDEX and name.id not in own:
                own.add(name.id)
                if name.id not in library:
                    library |= _definitions(INDEX[name.id], diagnostics)
                ahead.append(library[name.id].body)
                yield library[name.id]


def said_at_call(
    diagnostics: Diagnostics, before: int, definition: tree.Definition, call: Span
) -> None:
    """Move what was said of a definition of the library, all after `before`, to the call in the file."""
    library = definition.span.source
    if not library.path.startswith(FOLDER) or call.source is library:
        return
    found = diagnostics.items[before:]
    inside = [d for d in found if d.code[0] == "E" and d.span.source.path.startswith(FOLDER)]
    diagnostics.items[before:] = [d for d in found if d not in inside]
    for first in inside[:1]:
        message = f"{definition.name.id} does not fit here: {first.message}"
        notes = (f"in {first.span.source.path}, line {first.span.line}", *first.notes)
        diagnostics.add(Diagnostic(first.code, message, call, notes=notes))


def definitions() -> dict[str, tree.Definition]:
    """Every definition of the library by its word, for those who tell of them."""
    stems = dict.fromkeys(INDEX.values())
    found = [_definitions(stem, Diagnostics()) for stem in stems]
    return {word: each[word] for each in found for word in each if word in INDEX}


def _definitions(stem: str, diagnostics: Diagnostics) -> dict[str, tree.Definition]:
    """All definitions of a file of the library by name."""
    text = files("specc.std").joinpath(f"{stem}.spec").read_text(encoding="utf-8")
    file = parse(Source(f"{FOLDER}{stem}.spec", text), diagnostics)
    found = file.declarations if file is not None else ()
    return {d.name.id: d for d in found if isinstance(d, tree.Definition)}
