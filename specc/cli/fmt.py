"""`specc fmt`: specs in the usual layout. Only white space moves."""

from __future__ import annotations

import difflib
import json
from pathlib import Path

from msgspec import Struct

from specc.cli.files import STDIN, sources, write
from specc.cli.options import Common
from specc.cli.outcome import FINE, USAGE, WRONG, complain
from specc.cli.speak import as_text
from specc.diagnostics import Diagnostics
from specc.source import Source
from specc.syntax.format import format_file
from specc.syntax.parse import parse


class _Tally(Struct):
    """What became of the files."""

    changed: list[str]
    wrong: list[str]


def run(common: Common, *, check: bool, diff: bool) -> int:
    """Format in place, or say what would change. Standard input goes to standard output."""
    found, complete = sources(common.paths)
    tally = _Tally([], [])
    for source in found:
        _one(common, source, tally, check=check, diff=diff)
    _report(common, tally, number=len(found), check=check or diff)
    if not complete:
        return USAGE
    return WRONG if tally.wrong or (check and tally.changed) else FINE


def _one(common: Common, source: Source, tally: _Tally, *, check: bool, diff: bool) -> None:
    text = _formatted(common, source)
    stdin = source.path == "<stdin>"
    if text is None:
        tally.wrong.append(source.path)
        return
    if text != source.text:
        tally.changed.append(source.path)
    if diff:
        _show(source, text)
    elif stdin and not check:
        print(text, end="")
    elif text != source.text and not check:
        write(Path(source.path), text)


def _formatted(common: Common, source: Source) -> str | None:
    """The text laid out, None when it does not parse; what is wrong goes to stderr."""
    import sys

    diagnostics = Diagnostics()
    file = parse(source, diagnostics)
    if file is None or diagnostics.failed:
        print(as_text(diagnostics, "full", common.palette(error=True)), file=sys.stderr)
        return None
    return format_file(file)


def _show(source: Source, text: str) -> None:
    before, after = source.text.splitlines(), text.splitlines()
    names = (source.path, f"{source.path} (formatted)")
    lines = difflib.unified_diff(before, after, *names, lineterm="")
    for line in lines:
        print(line)


def _report(common: Common, tally: _Tally, *, number: int, check: bool) -> None:
    if common.json:
        print(json.dumps({"changed": tally.changed, "wrong": tally.wrong}))
        return
    if common.quiet or STDIN in common.paths:
        return
    for path in tally.changed if check else ():
        complain(f"{path} would change")
    done = "would change" if check else "changed"
    complain(f"{len(tally.changed)} of {number} {'spec' if number == 1 else 'specs'} {done}")
