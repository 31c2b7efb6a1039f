"""Which call of a block made the sizes that do not fit in it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec.structs import replace

from specc.diagnostics import Diagnostic, Diagnostics, Place
from specc.resolve.context import Types
from specc.source import Span
from specc.syntax import tree
from specc.types import Graph, Tensor

_MOST = 3
"""Calls that are named of one fault."""
_LONGEST = 60
"""Characters of a call that are shown."""


def depends(diagnostic: Diagnostic, definition: tree.Definition) -> bool:
    """Whether a fault inside a definition may come from what it was called with."""
    span, code = diagnostic.span, diagnostic.code
    inside = span.source is definition.span.source and (
        definition.span.start <= span.start < definition.span.end
    )
    computed = code in ("E203", "E204", "E205") and re.search(r"[^\W\d]", span.text)
    return inside and (code.startswith("E3") or computed is not None)


def name_call(diagnostics: Diagnostics, faults: Iterable[Place], call: Span, types: Types) -> None:
    """Say at each of these faults which call they are of."""
    wanted = set(faults)
    shapes = ", ".join(str(t) for t in types if isinstance(t, (Tensor, Graph)))
    line, column = call.source.position(call.start)
    where = f"{call.source.path}:{line}:{column}"
    written = call.text if len(call.text) < _LONGEST else call.first_word
    note = f"in {' '.join(written.split())}, called at {where}{f' on {shapes}' if shapes else ''}"
    diagnostics.items = [
        _noted(d, note, where) if d.place in wanted else d for d in diagnostics.items
    ]


def _noted(diagnostic: Diagnostic, note: str, where: str) -> Diagnostic:
    calls = [n for n in diagnostic.notes if ", called at " in n]
    if len(calls) >= _MOST or any(f"called at {where}" in n for n in calls):
        return diagnostic
    return replace(diagnostic, notes=(*diagnostic.notes, note))
