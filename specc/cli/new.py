"""`specc new`: a small model that works, to start from."""

from __future__ import annotations

import json
import shlex
from importlib.resources import files
from pathlib import Path

from specc.cli.files import SUFFIX
from specc.cli.options import Common
from specc.cli.outcome import FINE, UsageError
from specc.nearest import nearest


def run(common: Common, template: str) -> int:
    """Write the spec, or list the templates."""
    if template == "list":
        print(json.dumps({"templates": templates()}) if common.json else "\n".join(templates()))
        return FINE
    if not common.paths:
        raise UsageError("name the spec to write: specc new first")
    target = _target(common.paths[0])
    text = _text(template)
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("x", encoding="utf-8", newline="\n") as file:
        file.write(text)
    if common.json:
        print(json.dumps({"written": [target.as_posix()]}))
    elif not common.quiet:
        said = shlex.quote(str(target))
        print(f"{target}: next, specc check {said}; specc count {said}; specc train {said}")
    return FINE


def templates() -> list[str]:
    """The names to choose from."""
    names = (f.name for f in files("specc.cli").joinpath("starters").iterdir())
    return sorted(name.removesuffix(SUFFIX) for name in names if name.endswith(SUFFIX))


def _target(name: Path) -> Path:
    target = name if name.suffix == SUFFIX else name.with_name(name.name + SUFFIX)
    if target.exists():
        raise UsageError(f"{target} is there already; choose another name")
    return target


def _text(template: str) -> str:
    if template not in templates():
        near = nearest(template, templates())
        hint = f"did you mean {near[0]}? " if near else ""
        known = ", ".join(templates())
        raise UsageError(f"there is no template {template!r}; {hint}there are {known}")
    return files("specc.cli").joinpath("starters", template + SUFFIX).read_text(encoding="utf-8")
