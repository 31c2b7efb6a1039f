"""What the letters in the shapes of a generated file stand for."""

from __future__ import annotations

import re

from specc.program import Program
from specc.sizes import Symbolic, render
from specc.types import Graph, Tensor

_SHAPE = re.compile(r"(?<![\w\])])\[([^\[\]\n]+)\]")
_LETTER = re.compile(r"(?<![\w.])([A-Z])\d?(?![\w(])")
_MEANING = {
    "B": "batch", "N": "rows", "E": "edges", "P": "pairs", "T": "time", "L": "length", "H": "height",
    "W": "width", "Z": "depth", "D": "features", "C": "channels",
}  # fmt: skip
_WORDS = {"node": "nodes"}
_OF_A_MEMORY = {"S": "time of a memory", "M": "features of a memory"}


def legend(program: Program, code: str) -> str:
    """`Shapes: B batch, S and T time.` for the letters that the shapes in some code use."""
    used = dict.fromkeys(x for s in _SHAPE.findall(code) for x in _LETTER.findall(s))
    known = _MEANING | (_OF_A_MEMORY if "memory [B, S, M]" in code else {}) | _written(program)
    said: dict[str, list[str]] = {}
    for letter in used:
        if letter in known:
            said.setdefault(known[letter], []).append(letter)
    parts = [f"{' and '.join(letters)} {meaning}" for meaning, letters in said.items()]
    return f"Shapes: {', '.join(parts)}." if parts else ""


def _written(program: Program) -> dict[str, str]:
    """The letters that a spec itself uses, by the axis that they are the size of."""
    found: dict[str, str] = {}
    bodies = [*program.networks, *(p.body for p in program.trains)]
    types = [t for body in bodies for _, t in body.inputs]
    if any(isinstance(t, Graph) or (isinstance(t, Tensor) and t.over == "nodes") for t in types):
        found["N"] = "nodes"
    for type in types:
        if isinstance(type, Tensor):
            pairs = zip(type.axes, type.sizes, strict=True)
            found |= {
                render(s): _WORDS.get(axis, axis) for axis, s in pairs if isinstance(s, Symbolic)
            }
    return found
