"""Who gave a wrong number: an argument or a parameter that cannot be is one fault wherever it is read.

What is said of a size inside a definition goes to the call that gave it, and from there to the `param`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeAlias

from msgspec.structs import replace

from specc.diagnostics import Diagnostic, Diagnostics, Label
from specc.program import Static
from specc.resolve.context import Context
from specc.sizes import Symbolic
from specc.source import Span

Blame: TypeAlias = tuple[str, Diagnostic]

_WORD = re.compile(r"[^\W\d]\w*")


def taken(
    diagnostics: Diagnostics, before: int, inside: Span, values: Mapping[str, Static]
) -> list[Blame]:
    """Take out what was said, after `before` and inside of a definition, of values that it was given."""
    said = [
        d
        for d in diagnostics.items[before:]
        if d.span.source is inside.source and inside.start <= d.span.start < inside.end
    ]
    found = [(name, d) for d in said if (name := _blamed(d, values)) is not None]
    places = [name for name, _ in found]
    sure = [
        (n, d)
        for n, d in found
        if d.code == "E204" or places.count(n) > 1 or isinstance(values[n], Symbolic)
    ]
    for _, diagnostic in sure:
        diagnostics.remove(diagnostic)
    return sure


def at(diagnostic: Diagnostic, place: Span) -> Diagnostic:
    """What was said of a value, where the value was given."""
    reads = Label(diagnostic.span, diagnostic.message.partition(";")[0])
    seen = place.source is diagnostic.span.source and len(diagnostic.labels) < 2
    labels = (*diagnostic.labels, reads) if seen else diagnostic.labels
    return replace(diagnostic, span=place, labels=labels, fix=None)


def to_parameters(context: Context, file: Span) -> None:
    """Move what was said of the values of parameters to where these were written or set."""
    values = {name: p.value for name, p in context.parameters.items() if name in context.written}
    for _ in values:
        found = taken(context.diagnostics, 0, file, values)
        for name, diagnostic in found:
            place, told = context.written[name]
            message = f"{told}{diagnostic.message.removeprefix(told)}"
            context.diagnostics.add(replace(at(diagnostic, place), message=message))
        if not found:
            break


def _blamed(diagnostic: Diagnostic, values: Mapping[str, Static]) -> str | None:
    """The value that is wrong itself, among those that are read where a diagnostic points."""
    if diagnostic.code not in ("E203", "E204"):
        return None
    text = diagnostic.span.text
    names = [name for name in _WORD.findall(text) if name in values]
    return next((n for n in names if n == text or not _counts(values[n])), None)


def _counts(value: Static) -> bool:
    """Whether a value can be a size or a number of rounds."""
    return isinstance(value, int) and not isinstance(value, bool) and value > 0
