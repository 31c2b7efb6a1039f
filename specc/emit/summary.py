"""What a class says of itself: shapes in and out, and the table of its layers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from specc.count.weights import parameters
from specc.emit.layout import WIDTH, width
from specc.emit.shapes import shown
from specc.layers.plumbing import PLUMBING
from specc.program import (
    Apply,
    BareTensor,
    Body,
    Constant,
    Node,
    Path,
    Program,
    ReadPort,
    Rounds,
    Stage,
)
from specc.sizes import Size, render
from specc.syntax import tree
from specc.types import Tensor, factor

_INDENT = 4
_LONGEST = 16


def alone_described(program: Program) -> str:
    """What the spec says of its first definition where it says nothing of others: it is about the whole."""
    written = (d for d in program.file.declarations if isinstance(d, (tree.Definition, tree.Param)))
    docs = [getattr(d, "doc", "") for d in written]
    return "" if any(docs[1:]) else "".join(docs[:1])


def title(body: Body, shown_as: Body) -> str:
    """`Encoder: [B, 1, 8, 8] -> mu [B, 8], logvar [B, 8].`; `shown_as` has the shapes that are told."""
    words = {"repeat": "One round", "message_passing": "Message passing"}
    word = words.get(body.role, body.role.capitalize())
    given = _told((n, p) for n, t in shown_as.inputs for p in shown(t))
    names = {ref: name for name, ref in body.outputs}  # what is output and next state is the state
    types = dict(shown_as.output_types())
    found = _told((n, p) for n in names.values() for p in shown(types[n]))
    return f"{word}: {given} -> {found}."


def _told(named: Iterable[tuple[str, str]]) -> str:
    """The shapes, each behind its name where there are several."""
    values = list(named)
    lone = len(values) == 1
    return ", ".join(s if lone or n == "output" else f"{n} {s}" for n, s in values)


def table(body: Body, *, brief: bool = False) -> list[str]:
    """The lines of the table: every layer with its output and its own parameters.

    A `brief` one is of modules alone and leaves out sizes that are long formulas. Counts that make a table
    too wide stand below their layers.
    """
    bare = [
        (s.name, _brief(s.unit.parameter.sizes) or "1", render(owned(s)))
        for s in body.stages
        if isinstance(s.unit, BareTensor) and s.unit.trainable
    ]
    found = [*bare, *(row for node in body.nodes if (row := _row(body, node, brief)) is not None)]
    if not found:
        return []
    lines = _lines([("layer", "output", "parameters"), *found])
    if max(map(width, lines)) + _INDENT <= WIDTH:
        return lines
    below = [(("", c, ""),) if c else () for _, _, c in found]
    rows = [
        row for (a, b, _), more in zip(found, below, strict=True) for row in ((a, b, ""), *more)
    ]
    return _lines([("layer", "output, parameters", ""), *rows])


def _lines(rows: Sequence[tuple[str, str, str]]) -> list[str]:
    """The rows with their columns below each other."""
    wide = [max(width(r[i]) for r in rows) for i in range(3)]
    return [f"{a:<{wide[0]}}  {b:<{wide[1]}}  {c:>{wide[2]}}".rstrip() for a, b, c in rows]


def _row(body: Body, node: Node, brief: bool) -> tuple[str, str, str] | None:
    type = node.types[0][1]
    if not isinstance(type, Tensor) or isinstance(node.operation, (ReadPort, Constant)):
        return None
    if isinstance(node.operation, Apply) and node.operation.layer.word in PLUMBING:
        return None
    owner = owner_of(node)
    stage = None
    if owner is not None and len(owner) == 1:
        stage = next((s for s in body.stages if s.name == owner[0]), None)
    if stage is None and (brief or not isinstance(node.operation, Apply)):
        return None
    count = owned(stage) if stage is not None else 0
    output = (_brief(type.sizes) or str(type)) if brief else str(type)
    return node.name, output, render(count) if count != 0 else ""


def _brief(sizes: tuple[Size, ...]) -> str:
    """`channels×…×…`, without what is long; nothing where there is no axis."""
    return "×".join(text if len(text := factor(s)) <= _LONGEST else "…" for s in sizes)


def owner_of(node: Node) -> Path | None:
    """The stage whose weights a node uses."""
    stage = getattr(node.operation, "stage", None)
    return stage if isinstance(stage, tuple) else None


def owned(stage: Stage) -> Size:
    """The learnable numbers of a stage, without those that are another's."""
    unit = stage.unit
    if isinstance(unit, Body):
        return _sum(owned(s) for s in unit.stages)
    if isinstance(unit, Rounds):
        return _sum(_sum(owned(s) for s in b.stages) * count for b, count in unit.bodies)
    return _sum(p.count.value for p in parameters(stage) if p.kind != "buffer")


def _sum(sizes: Iterable[Size]) -> Size:
    total: Size = 0
    for size in sizes:
        total = total + size
    return total
