"""`specc diff`: what changed from one spec to another."""

from __future__ import annotations

import json
from pathlib import Path

from msgspec.structs import replace

from specc.cli.options import Common
from specc.cli.outcome import FINE
from specc.cli.speak import CLAIMS, Work, refused
from specc.exam.diff import compare
from specc.report import changes


def run(common: Common, old: Path, new: Path) -> int:
    """Print what differs; 0 when both specs compile, whether or not they differ."""
    works = [Work(replace(common, paths=(path,)), passed=CLAIMS) for path in (old, new)]
    programs = [list(work.programs()) for work in works]
    if not all(programs):
        return refused(*works)
    comparison = compare(programs[0][0], programs[1][0], common.convention)
    if common.json:
        print(json.dumps(changes.document(comparison), ensure_ascii=False, indent=2))
    else:
        print("\n".join(changes.lines(comparison, common.palette())))
    return FINE
