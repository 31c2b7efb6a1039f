"""The file model.py of a generated package: one class for each network and each block."""

from __future__ import annotations

import re
from collections.abc import Iterable

from specc import __version__
from specc.emit.brought import helpers
from specc.emit.classes import Classes
from specc.emit.environment import render
from specc.emit.layout import docstring
from specc.emit.legend import legend
from specc.emit.summary import alone_described
from specc.program import Program

_METHOD = re.compile(r"\n\n(    @\w+\n)?    def (?P<name>[a-z]\w*)\(.*?(?=\n\n|\Z)", re.DOTALL)


def model_file(program: Program, readers: Iterable[str] | None = None) -> str:
    """The text of model.py; the same program gives the same text.

    `readers` are the files beside it: what neither they nor the networks read of a helper is left out.
    """
    classes = Classes(program)
    made, own = "\n".join(c.text for c in classes.made), _helpers_of(classes)
    if readers is not None:
        whole = "\n".join([made, *readers])
        own = [_read(text, "\n".join([whole, *(t for t in own if t != text)])) for text in own]
    return render(
        "model.py.j2",
        header=header(program, "The networks of", "\n".join([*own, made])),
        imports=imports(made, own),
        classes=[*own, *(c.text for c in classes.made)],
    )


def _read(helper: str, readers: str) -> str:
    """A class of values without the methods that nobody reads."""
    if not helper.startswith("@dataclass"):
        return helper
    for method in _METHOD.finditer(helper):
        others = helper.replace(method[0], "")
        if not re.search(rf"\.{method['name']}\b", readers + others):
            return _read(others, readers)
    return helper


def header(program: Program, what: str, code: str = "") -> str:
    """The docstring of a generated file: what it holds, the spec's own words, and who wrote it.

    Words about the first network are about the file where no other one has any. `code` is what stands in
    the file, whose letters are explained.
    """
    name = program.file.source.path.replace("\\", "/").rsplit("/", 1)[-1]
    first = f"{what} {name}, written by specc {__version__}."
    doc = program.file.doc or alone_described(program)
    said = "\n\n".join(filter(None, (first, doc, legend(program, code))))
    return "\n".join(docstring(said, (), 0))


def _helpers_of(classes: Classes) -> list[str]:
    used: set[str] = set()
    for made in classes.made:
        used |= made.names
    return helpers(used, "\n".join(made.text for made in classes.made))


def imports(text: str, helper_texts: list[str]) -> str:
    """The imports that the classes need, in the order of the formatter."""
    whole = "\n".join([text, *helper_texts])
    lines = []
    if re.search(r"\bmath\.", whole):
        lines.append("import math")
    used = [n for n in ("dataclass", "replace") if re.search(rf"(?<!\.)\b{n}\b", whole)]
    if used:
        lines.append(f"from dataclasses import {', '.join(used)}")
    if re.search(r"\bAny\b", "\n".join(helper_texts)):
        lines.append("from typing import Any")
    if lines:
        lines.append("")
    if re.search(r"\btorch\.", whole):
        lines.append("import torch")
    if re.search(r"\bF\.", whole):
        lines.append("import torch.nn.functional as F")
    lines.append("from torch import Tensor, nn")
    return "\n".join(lines)
