"""What `--json` says of a run: the figures of each training, or what was drawn."""

from __future__ import annotations

import json
from pathlib import Path


def trained(folder: Path, status: int, since: float) -> str:
    """The results that `train.py` has left in the folder of a run, one for each train block.

    Behind them stands what the programs have left since then.
    """
    found = [_read(f) for f in sorted(folder.rglob("result.json"))]
    document = {"run": folder.as_posix(), "status": status, "trainings": found}
    return _text({**document, **_of_programs(_written(folder, since))})


def drawn(folder: Path, status: int, since: float) -> str:
    """The files that `sample.py` has written since then, with the figures and promises in them."""
    files = _written(folder, since)
    document = {"status": status, "files": [f.as_posix() for f in files]}
    return _text({**document, **_of_programs(files)})


def _written(folder: Path, since: float) -> list[Path]:
    return sorted(f for f in folder.glob("*") if f.is_file() and f.stat().st_mtime >= since)


def _of_programs(files: list[Path]) -> dict[str, object]:
    """The figures by program, and what came of the promises about them."""
    end = "_figures.json"
    figures = {f.name.removesuffix(end): _read(f) for f in files if f.name.endswith(end)}
    promises = next((_read(f) for f in files if f.name == "promises.json"), [])
    return {"figures": figures, "promises": promises}


def _read(file: Path) -> object:
    found: object = json.loads(file.read_text(encoding="utf-8"))
    return found


def _text(document: dict[str, object]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2)
