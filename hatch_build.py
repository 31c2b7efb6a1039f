"""The build step of the wheel: the grammar becomes the parser's tables before packing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class GrammarHook(BuildHookInterface):  # type: ignore[type-arg, unused-ignore]
    """Runs `grammars/build.py`, which writes `specc/syntax/specc.lalr`."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the tables; the arguments are hatchling's and left alone."""
        del version, build_data
        script = Path(self.root, "grammars", "build.py")
        if script.exists():
            subprocess.run([sys.executable, str(script)], check=True, cwd=self.root)
