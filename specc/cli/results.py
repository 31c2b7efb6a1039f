"""What `--json` says of a run: the figures of each training, or what was drawn."""

from __future__ import annotations

import json
from pathlib import Path


def trained(folder: Path, status: int) -> str:
    """The results that `train.py` has left in the folder of a run, one for each train block."""
    found = [json.loads(f.read_text(encoding="utf-8")) for f in sorted(folder.rglob("result.json"))]
    document = {"run": folder.as_posix(), "status": status, "trainings": found}
    return json.dumps(document, ensure_ascii=False, indent=2)


def drawn(folder: Path, status: int, since: float) -> str:
    """The files that `sample.py` has written since then, and the figures in them, by program."""
    files = sorted(f for f in folder.glob("*") if f.is_file() and f.stat().st_mtime >= since)
    end = "_figures.json"
    figures = {
        f.name.removesuffix(end): json.loads(f.read_text(encoding="utf-8"))
        for f in files
        if f.name.endswith(end)
    }
    names = [f.as_posix() for f in files]
    document = {"status": status, "files": names, "figures": figures}
    return json.dumps(document, ensure_ascii=False, indent=2)
