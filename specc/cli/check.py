"""`specc check`: every mistake of every spec at once, and the safe fixes."""

from __future__ import annotations

from pathlib import Path

from specc.cli.files import write
from specc.cli.options import Common, Format
from specc.cli.outcome import UsageError, complain
from specc.cli.speak import Work, as_text
from specc.diagnostics import Diagnostic, Diagnostics, Fix
from specc.program import Program
from specc.report.fixes import fixed_sources

ROUNDS = 10  # a fix may bring another mistake to light


def run(common: Common, fmt: Format, *, fix: bool, profile: str | None = None) -> int:
    """Check the specs, mend what can be mended when asked, and print what is left."""
    if fix:
        _mend(common)
    work = Work(common)
    compiled = list(work.compiled())
    if profile is not None:
        work.diagnostics += _held_against(profile, [c.program for c in compiled if c.program])
    number = len(compiled)
    text = as_text(work.diagnostics, fmt, common.palette())
    if text:
        print(text)
    elif number and not common.quiet and fmt in {"full", "concise"}:
        print(f"{number} {'spec' if number == 1 else 'specs'}, no mistakes")
    return work.status


def _held_against(word: str, programs: list[Program]) -> list[Diagnostic]:
    """What the guidelines of a profile remark on. Raises UsageError for an unknown profile."""
    from specc.check.profiles import PROFILES

    if word not in PROFILES:
        raise UsageError(f"there is no profile {word}; there are: {', '.join(PROFILES)}")
    profile = PROFILES[word]
    if programs and not any(profile.applies(p) for p in programs):
        complain(f"profile {word}: no spec here has {profile.about}")
    found = Diagnostics()
    for diagnostic in (d for p in programs for d in profile.remarks(p)):
        found.add(diagnostic)
    return list(found)


def _mend(common: Common) -> None:
    """Apply fixes until none is left, and say on stderr how many there were."""
    if Path("-") in common.paths:
        raise UsageError("--fix cannot write to standard input; name a file")
    applied, files = 0, set[str]()
    for _ in range(ROUNDS):
        work = Work(common)
        own = {c.source.path for c in work.compiled()}
        fixes = [d.fix for d in work.diagnostics if d.fix is not None and _inside(d, own)]
        changed = _write(fixes)
        if not changed:
            break
        applied += len(fixes)
        files |= changed
    if not common.quiet:
        where = f"{len(files)} file{'' if len(files) == 1 else 's'}"
        complain(f"{applied} fixed in {where}" if applied else "nothing to fix")


def _inside(diagnostic: Diagnostic, own: set[str]) -> bool:
    """Whether a fix touches only the specs that were named, not what they use."""
    edits = diagnostic.fix.edits if diagnostic.fix else ()
    return bool(edits) and all(edit.span.source.path in own for edit in edits)


def _write(fixes: list[Fix]) -> set[str]:
    """Write the mended texts; the paths of those that changed."""
    texts = fixed_sources(fixes)
    changed = {s.path for s, text in texts.items() if text != s.text}
    for source, text in texts.items():
        if source.path in changed:
            write(Path(source.path), text)
    return changed
