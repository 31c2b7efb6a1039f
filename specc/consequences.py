"""What one fault says several times: a name that is lost, or two shapes that meet again."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct, field
from msgspec.structs import replace

from specc.diagnostics import Diagnostic, Diagnostics, Fix, Label, Severity
from specc.layers import registry
from specc.resolve.order import bound
from specc.source import Span
from specc.syntax import tree

_REFUSED = ("E501", "E502")
"""What says that the output of a network is wrong."""
_LACKS = ("E505", "E506", "E507")
"""What says that a declaration lacks something, which may be what could not be read beside it."""
_SHAPE = re.compile(r"\b\d[\d,]*(?:×\d+)*")


def without_consequences(file: tree.File, diagnostics: Diagnostics) -> None:
    """Keep of what was said only what no other fault explains.

    A value may be unused for an error beside it, a network uncalled for one in a training, and what a
    declaration lacks may stand unread before or behind it. Two shapes that do not fit meet wherever their
    values do, what a network gives is wrong wherever it goes, and a name is lost wherever it is read.
    """
    uses = [d.span for d in file.declarations if not isinstance(d, (tree.Definition, tree.Param))]
    errors = [d.span for d in diagnostics.items if d.severity is Severity.ERROR]
    wrong = [u for u in uses if any(u.holds(e) for e in errors)]
    unread = [
        d.span for d in diagnostics.items if d.code in ("E101", "E102") and not _claims(d.span)
    ]
    lacking = [
        w for w, gaps in _surroundings(file) if any(g.holds(u) for g in gaps for u in unread)
    ]
    given = {o for d in diagnostics.items if d.code == "E302" for o in d.origins if "(" in o}
    misled = [d for d in diagnostics.items if d.code in _REFUSED and given.intersection(d.origins)]
    refusing = [d for d in diagnostics.items if d.code in _REFUSED and d not in misled]
    met = _Met({d.origins[0] for d in refusing if d.origins})
    kept: list[Diagnostic] = []
    for d in sorted(diagnostics.items, key=lambda d: d.span.start):
        again = any(u.holds(d.span) for u in uses) and met.again(d)
        unused = d.code == "W405" and any(w.holds(d.span) for w in wrong)
        uncalled = d.code == "E206" and "no call gives" in d.message and bool(wrong)
        lacks = d.code in _LACKS and any(w.holds(d.span) for w in lacking)
        gone = again or unused or uncalled or lacks or d in misled
        kept += [] if gone else [d]
    diagnostics.items = list(_lost_once(file, kept))


class _Met(Struct):
    """The values that met and did not fit: where they come from, with the shapes; and refused networks."""

    refused: set[str]
    shapes: set[tuple[frozenset[str], str]] = field(default_factory=set)
    origins: set[str] = field(default_factory=set)

    def again(self, diagnostic: Diagnostic) -> bool:
        """Whether one fault explains this one and one before it; else it is noted."""
        shapes, origins = frozenset(_SHAPE.findall(diagnostic.message)), set(diagnostic.origins)
        keys = {(shapes, origin) for origin in origins if len(shapes) > 1}
        alone = len(shapes) < 2 and bool(origins & self.origins)
        again = alone or bool(keys & self.shapes or origins & self.refused)
        if not again:
            self.shapes |= keys
            self.origins |= origins
        return again


def _surroundings(file: tree.File) -> Iterator[tuple[Span, tuple[Span, Span]]]:
    """Every declaration with the text before and behind it that belongs to none."""
    source = file.source
    spans = sorted((d.span for d in file.declarations), key=lambda s: s.start)
    ends = [0, *(s.end for s in spans)]
    starts = [*(s.start for s in spans), len(source.text) + 1]
    for i, span in enumerate(spans):
        before = Span(source, ends[i], starts[i])
        yield span, (before, Span(source, ends[i + 1], starts[i + 1]))


def _lost_once(file: tree.File, found: list[Diagnostic]) -> Iterator[Diagnostic]:
    """A name of the file that nothing has is said once, with the other places where it is read.

    One that some body gives to a value of its own is missed in each body for itself.
    """
    bodies = [(d.span, getattr(d, "body", ())) for d in file.declarations]
    local = {n.id for _, body in bodies for s in body for n in bound(s)}
    places: dict[tuple[str, int], list[Diagnostic]] = {}
    for d in found:
        word = d.span.text
        around = next((i for i, (whole, _) in enumerate(bodies) if whole.holds(d.span)), -1)
        key = (word, around if word in local else -1) if _is_lost(d) else ("", id(d))
        places.setdefault(key, []).append(d)
    for first, *others in places.values():
        yield _with_others(first, others) if others else first


def _is_lost(diagnostic: Diagnostic) -> bool:
    """Whether a name is missing that the file could declare; a misspelt layer is mended where it is."""
    unnamed = diagnostic.code == "E202" and re.match(
        r"block \S+ has no argument", diagnostic.message
    )
    if not (unnamed or diagnostic.code in ("E201", "E402")):
        return False
    if not diagnostic.span.text.isidentifier() or (unnamed and diagnostic.fix):
        return False
    edits = diagnostic.fix.edits if diagnostic.fix is not None else ()
    return all(registry.get(e.replacement) is None for e in edits)


def _with_others(first: Diagnostic, others: list[Diagnostic]) -> Diagnostic:
    labels = tuple(Label(d.span, "here too") for d in others[:2])
    fixes = [d.fix for d in (first, *others) if d.fix is not None]
    fix = Fix(fixes[0].text, tuple(e for f in fixes for e in f.edits)) if fixes else None
    more = (f"and in {len(others) - 2} more places",) if len(others) > 2 else ()
    return replace(first, labels=(*first.labels, *labels), notes=(*first.notes, *more), fix=fix)


def _claims(span: Span) -> bool:
    """Whether a claim or a promise begins on the line of a span: nothing else needs it."""
    text = span.source.text
    return bool(re.match(r"\s*(expect|answers)\b", text[text.rfind("\n", 0, span.start) + 1 :]))
