"""A definition whose header lacks its parameters: its calls give them, and its body reads them.

The header is what a person mends, so it is what is said; the file is read on as if it were complete.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from specc.diagnostics import Diagnostic, Diagnostics, Edit, Fix, Label
from specc.program import Static
from specc.resolve.file import resolve
from specc.resolve.order import names_read
from specc.source import Span
from specc.syntax import tree

Overrides = Mapping[str, Static] | None
_REFUSED = ("E202", "E203")
"""What is said of an argument that has no place."""


def with_headers(
    file: tree.File, diagnostics: Diagnostics, before: int, overrides: Overrides
) -> tree.File:
    """The file with headers that its calls fit. What was said of them, all after `before`, is said anew."""
    reports: list[Diagnostic] = []
    found = diagnostics
    called = _calls(file) if any(d.code in _REFUSED for d in diagnostics.items) else {}
    for definition in file.declarations:
        calls = (
            called.get(definition.name.id, []) if isinstance(definition, tree.Definition) else []
        )
        if not isinstance(definition, tree.Definition) or not _refused(found, calls):
            continue
        unread = _unbound(file, definition, overrides)
        if not unread:
            continue
        better = _with_header(file, definition, unread)
        again = Diagnostics()
        resolve(better, again, overrides)
        if not _refused(again, calls):
            file, found = better, again
            reports.append(_report(definition, unread, calls[0]))
    if reports:
        diagnostics.forget(before)
        diagnostics.poisoned |= found.poisoned
        for diagnostic in (*reports, *found.items):
            diagnostics.add(diagnostic)
    return file


def _calls(file: tree.File) -> dict[str, list[Span]]:
    """Where names are called with arguments, in order."""
    stack: list[object] = [file.declarations]
    found: dict[str, list[Span]] = {}
    while stack:
        item = stack.pop()
        if isinstance(item, tree.Call) and item.arguments and isinstance(item.callee, tree.Name):
            found.setdefault(item.callee.id, []).append(item.span)
        stack.extend(tree.parts(item))
    return {name: sorted(spans, key=lambda s: s.start) for name, spans in found.items()}


def _refused(diagnostics: Diagnostics, calls: list[Span]) -> bool:
    """Whether one of these calls gives what has no place."""
    return any(
        d.code in _REFUSED and c.source is d.span.source and c.start <= d.span.start < c.end
        for d in diagnostics.items
        for c in calls
    )


def _unbound(file: tree.File, definition: tree.Definition, overrides: Overrides) -> list[tree.Name]:
    """The names that a definition reads and nothing has, nor anything like them."""
    alone = tuple(d for d in file.declarations if d is definition or _apart(d, definition))
    found = Diagnostics()
    resolve(replace(file, declarations=alone), found, overrides)
    places = {
        d.span
        for d in found.items
        if d.code == "E402" and not d.text and d.span.source is definition.span.source
    }
    names = [n for n in names_read(definition.body) if n.span in places]
    first = sorted(names, key=lambda n: n.span.start)
    return list({n.id: n for n in reversed(first)}.values())[::-1]


def _apart(declaration: tree.Declaration, definition: tree.Definition) -> bool:
    """Whether a declaration can stand beside a definition without calling it."""
    if not isinstance(declaration, (tree.Param, tree.Definition, tree.Use)):
        return False
    return all(n.id != definition.name.id for n in names_read(declaration))


def _with_header(file: tree.File, definition: tree.Definition, names: list[tree.Name]) -> tree.File:
    more = (tree.Hyperparameter(n.span, n, None) for n in names)
    complete = replace(definition, hyperparameters=(*(definition.hyperparameters or ()), *more))
    return replace(
        file, declarations=tuple(complete if d is definition else d for d in file.declarations)
    )


def _report(definition: tree.Definition, unread: list[tree.Name], call: Span) -> Diagnostic:
    role, name = definition.role, definition.name
    what = ", ".join(n.id for n in unread)
    given = [h.span.text for h in definition.hyperparameters or ()]
    header = f"{name.id}({', '.join((*given, *(n.id for n in unread)))})"
    bare = definition.hyperparameters is None
    return Diagnostic(
        "E402",
        f"{role} {name.id} reads {what}, and its header does not name {'it' if len(unread) == 1 else 'them'}",
        name.span,
        labels=(
            Label(unread[0].span, f"nothing else is named {unread[0].id}"),
            Label(call, "given here"),
        ),
        helps=() if bare else (f"{role} {header} {{ … }}",),
        fix=Fix(f"{name.id} → {header}", (Edit(name.span, header),)) if bare else None,
    )
