"""A comparison of two specs as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator

from specc.exam.diff import Change, Comparison, Fact, Part, Sum
from specc.report.colour import Palette
from specc.report.machine import Json
from specc.sizes import Size

_SIGNS = {"added": "+", "removed": "−", "changed": "~"}


def lines(comparison: Comparison, palette: Palette) -> Iterator[str]:
    """What changed, part by part, and the sums of the files."""
    if comparison.same:
        yield "nothing that specc sees has changed"
        return
    for part in comparison.parts:
        yield from _part(part, palette)
    if any(part.sums == comparison.sums for part in comparison.parts):
        return  # those of the only network are those of the file
    yield "file"
    yield from (f"  {_sum(s)}" for s in comparison.sums)


def _part(part: Part, palette: Palette) -> Iterator[str]:
    yield part.name if part.kind == "changed" else f"{_SIGNS[part.kind]} {part.name}"
    width = max((len(c.path) for c in part.changes), default=0)
    kinds = max((len(c.what) for c in part.changes), default=0)
    for change in part.changes:
        head = f"{_SIGNS[change.kind]} {change.path:<{width}}  {change.what:<{kinds}}"
        told = "   ".join(_fact(f, change) for f in change.facts)
        yield f"  {palette.paint(head, 'help')}  {told}".rstrip()
    yield from (f"  {_sum(s)}" for s in part.sums)
    yield ""


def _fact(fact: Fact, change: Change) -> str:
    """`output 864 → 1,176`; what the line is called itself is not said again."""
    name = "" if fact.name == change.path else f"{fact.name} "
    if change.kind == "changed":
        return f"{name}{fact.before or 'none'} → {fact.after or 'none'}"
    if fact.before is None or fact.after is None:
        return f"{name}{fact.after if fact.before is None else fact.before}"
    return f"{name}{fact.before} → {fact.after}"


def _sum(one: Sum) -> str:
    if one.before == one.after:
        return f"{one.name} {_size(one.before)}, as before"
    return f"{one.name} {_size(one.before)} → {_size(one.after)}{_by(one)}"


def _by(one: Sum) -> str:
    if not isinstance(one.before, int) or not isinstance(one.after, int):
        return ""
    gap = one.after - one.before
    share = f", {gap / one.before:+.1%}".replace("%", " %") if one.before else ""
    return f" ({gap:+,}{share})".replace("-", "−")


def _size(size: Size) -> str:
    return f"{size:,}" if isinstance(size, int) else str(size)


def document(comparison: Comparison) -> dict[str, Json]:
    """The comparison for another program."""
    return {
        "same": comparison.same,
        "parts": [
            {
                "name": part.name,
                "kind": part.kind,
                "changes": [_change(c) for c in part.changes],
                "sums": _sums(part.sums),
            }
            for part in comparison.parts
        ],
        "sums": _sums(comparison.sums),
    }


def _change(change: Change) -> Json:
    facts: list[Json] = [
        {"name": f.name, "before": f.before, "after": f.after} for f in change.facts
    ]
    by = change.by if isinstance(change.by, int) else str(change.by)
    return {
        "kind": change.kind,
        "path": change.path,
        "op": change.what,
        "params": by,
        "facts": facts,
    }


def _sums(sums: tuple[Sum, ...]) -> Json:
    return {s.name: {"before": _plain(s.before), "after": _plain(s.after)} for s in sums}


def _plain(size: Size) -> Json:
    return size if isinstance(size, int) else str(size)
