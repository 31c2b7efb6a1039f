"""What would make a decoder give back what its encoder takes, found by trying what is usually meant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from specc.diagnostics import Diagnostics
from specc.program import Apply, Body, Program
from specc.resolve.file import resolve
from specc.source import Source, Span
from specc.syntax import tree
from specc.syntax.parse import parse
from specc.types import Tensor

_NEXT = (1, -1)
_NEAR = (2, -2, 3, -3)
_MOST_LAYERS = 4
_LONGEST = 20_000
"""Characters of a file that is read anew for everything that is tried."""
_MORE = "output_padding=1"

_Change = tuple[Span, str]
"""What stands in a place instead."""


def fitting_change(program: Program, decoder: Body, wanted: Tensor) -> tuple[str, ...]:
    """`4x4 in line 12 gives 14, and then (14−1)·2 − 2·1 + 4 = 28`, where a kernel or a margin is wrong."""
    source = program.file.source
    if not isinstance(decoder.definition, tree.Definition) or len(source.text) > _LONGEST:
        return ()
    calls = _calls(decoder.definition)[-_MOST_LAYERS:]
    for changes in (*_kernels(calls, _NEXT), *_margins(calls), *_kernels(calls, _NEAR)):
        body = _changed(source, changes, decoder.name)
        if body is not None and _gives(body) == wanted.sizes:
            return (_sentence(body, changes),)
    return ()


def _calls(definition: tree.Definition) -> list[tree.Call]:
    """The transposed convolutions that are written in a definition."""
    stack: list[object] = [definition.body]
    found: list[tree.Call] = []
    while stack:
        item = stack.pop()
        if isinstance(item, tree.Call) and isinstance(item.callee, tree.Name):
            found += [item] if item.callee.id == "conv_transpose" else []
        stack.extend(tree.parts(item))
    return sorted(found, key=lambda c: c.span.start)


def _kernels(calls: Sequence[tree.Call], by: Sequence[int]) -> Iterator[list[_Change]]:
    """Another kernel in one of the layers."""
    written = [
        next((a.value for a in call.arguments if isinstance(a.value, tree.SizeLiteral)), None)
        for call in calls
    ]
    for change in by:
        for kernel in written:
            if kernel is not None and min(kernel.values) + change >= 1:
                yield [(kernel.span, "x".join(str(v + change) for v in kernel.values))]


def _margins(calls: Sequence[tree.Call]) -> Iterator[list[_Change]]:
    """One position more at the end of as few layers as possible."""
    bare = [
        call.arguments[-1].span
        for call in calls
        if call.arguments
        and all(a.name is None or a.name.id != "output_padding" for a in call.arguments)
    ]
    for count in range(1, len(bare) + 1):
        for spans in combinations(bare, count):
            yield [(Span(s.source, s.end, s.end), f", {_MORE}") for s in spans]


def _changed(source: Source, changes: Sequence[_Change], name: str) -> Body | None:
    """The decoder with the changes, or None where that means nothing."""
    text = source.text
    for span, written in reversed(changes):
        text = text[: span.start] + written + text[span.end :]
    diagnostics = Diagnostics()
    file = parse(Source(source.path, text), diagnostics)
    program = None if file is None else resolve(file, diagnostics, None)
    if program is None or diagnostics.failed:
        return None
    return next((b for b in program.networks if b.name == name), None)


def _gives(body: Body) -> object:
    ref = body.outputs[0][1]
    type = body.nodes[ref.node].type(ref.port)
    return type.sizes if isinstance(type, Tensor) else None


def _sentence(body: Body, changes: Sequence[_Change]) -> str:
    """Where the change stands, what it gives there, and what comes of it in the end."""
    sized = [
        (node.span, node.operation.inference.sizes[-1].formula)
        for node in body.nodes
        if isinstance(node.operation, Apply) and node.operation.inference.sizes
    ]
    place, written = changes[0]
    what = written.removeprefix(", ")
    if len(changes) > 1:
        return f"{what} in {_lines(changes)} gives {sized[-1][1].value}"
    at = next(i for i, (span, _) in enumerate(sized) if span.start <= place.start < span.end)
    rest = f", and then {sized[-1][1].working()}" if at < len(sized) - 1 else ""
    return f"{what} in line {place.line} gives {sized[at][1].value}{rest}"


def _lines(changes: Sequence[_Change]) -> str:
    """`lines 4 and 5`, or `2 layers of line 4`."""
    lines = [str(n) for n in sorted({span.line for span, _ in changes})]
    if len(lines) == 1:
        return f"{len(changes)} layers of line {lines[0]}"
    return f"lines {', '.join(lines[:-1])} and {lines[-1]}"
