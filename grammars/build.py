"""Writes specc/syntax/specc.lalr, the parser's tables for grammars/specc.lark."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from specc.syntax.tables import SAVED, grammar, saved  # noqa: E402

if __name__ == "__main__":
    (ROOT / "specc" / "syntax" / SAVED).write_bytes(saved(grammar()))
