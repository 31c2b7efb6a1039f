"""Which kernel would make a decoder give back what its encoder takes, found by trying those near it."""

from __future__ import annotations

from collections.abc import Iterator

from specc.diagnostics import Diagnostics
from specc.program import Apply, Body, Program
from specc.resolve.file import resolve
from specc.source import Source, Span
from specc.syntax import tree
from specc.syntax.parse import parse
from specc.types import Tensor

_NEAR = (1, -1, 2, -2, 3, -3)
_MOST_LAYERS = 4
_LONGEST = 20_000
"""Characters of a file that is read anew for every kernel that is tried."""


def fitting_kernel(program: Program, decoder: Body, wanted: Tensor) -> tuple[str, ...]:
    """`4x4 in line 12 gives 14, and then (14−1)·2 − 2·1 + 4 = 28`, where one kernel is what is wrong."""
    source = program.file.source
    if not isinstance(decoder.definition, tree.Definition) or len(source.text) > _LONGEST:
        return ()
    kernels = [*_kernels(decoder.definition)][-_MOST_LAYERS:]
    for change in _NEAR:
        for kernel in kernels:
            values = [v + change for v in kernel.values]
            if min(values) < 1:
                continue
            written = "x".join(map(str, values))
            body = _changed(source, kernel.span, written, decoder.name)
            if body is not None and _gives(body) == wanted.sizes:
                return (_sentence(body, kernel.span, written),)
    return ()


def _kernels(definition: tree.Definition) -> Iterator[tree.SizeLiteral]:
    """The kernels of the transposed convolutions that are written in a definition."""
    stack: list[object] = [definition.body]
    found: list[tree.SizeLiteral] = []
    while stack:
        item = stack.pop()
        if isinstance(item, tree.Call) and isinstance(item.callee, tree.Name):
            given = [a.value for a in item.arguments]
            if item.callee.id == "conv_transpose":
                found += [v for v in given if isinstance(v, tree.SizeLiteral)][:1]
        stack.extend(tree.parts(item))
    yield from sorted(found, key=lambda k: k.span.start)


def _changed(source: Source, span: Span, written: str, name: str) -> Body | None:
    """The decoder with another kernel, or None where that means nothing."""
    text = source.text[: span.start] + written + source.text[span.end :]
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


def _sentence(body: Body, kernel: Span, written: str) -> str:
    """Where the kernel stands, what it gives there, and what comes of it in the end."""
    sized = [
        (node.span, node.operation.inference.sizes[-1].formula)
        for node in body.nodes
        if isinstance(node.operation, Apply) and node.operation.inference.sizes
    ]
    at = next(i for i, (span, _) in enumerate(sized) if span.start <= kernel.start < span.end)
    rest = f", and then {sized[-1][1].working()}" if at < len(sized) - 1 else ""
    return f"{written} in line {kernel.line} gives {sized[at][1].value}{rest}"
