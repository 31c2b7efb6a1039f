"""Free sizes of a network, `image[1, H, W]`, and the sizes that a call gives them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import replace

from specc.program import Body, Constant, ReadPort
from specc.resolve.context import Scope
from specc.resolve.values import Flow, Meaning, Number
from specc.sizes import (
    Constraint,
    Size,
    Symbolic,
    free_symbols,
    render,
    solve,
    substitute,
    symbol,
)
from specc.source import Span
from specc.types import Distribution, Tensor, ValueType

Sizes = Mapping[str, Size]


def fillings(body: Body, given: Sequence[ValueType]) -> dict[str, Size]:
    """What a call with values of these types puts in the place of each symbol."""
    found: dict[str, Size] = {}
    for (_, wanted), have in zip(body.inputs, given, strict=False):
        if isinstance(wanted, Tensor) and isinstance(have, Tensor) and wanted.rank == have.rank:
            for free, size in zip(wanted.sizes, have.sizes, strict=True):
                if isinstance(free, Symbolic) and free == symbol(render(free)):
                    found.setdefault(render(free), size)
            known, got = wanted.classes, have.classes
            if isinstance(known, Symbolic) and known == symbol(render(known)) and got is not None:
                found.setdefault(render(known), got)
    return found


def size_value(scope: Scope, meaning: Meaning, span: Span) -> Flow | None:
    """A number made of free sizes, in arithmetic: `sum(x, axis=time) / T` divides by the length that comes.

    None where it is none, or where the code could not read these sizes off an input.
    """
    size = meaning.value if isinstance(meaning, Number) else None
    body = scope.context.definitions.get(scope.name)
    apart = body is None or body.role != scope.role or body.role in ("cell", "message_passing")
    if not isinstance(size, Symbolic) or apart:
        return None
    types = [t for n in scope.nodes if isinstance(n.operation, ReadPort) for _, t in n.types]
    sizes = {s for t in types if isinstance(t, Tensor) for s in t.sizes}
    here = all(symbol(name) in sizes for name in free_symbols(size))
    if not here or not free_symbols(size).isdisjoint(scope.context.assume):
        return None
    number = Tensor((), (), "int", batched=False)
    return scope.add("constant", span, Constant(size), (), (("output", number),))


def filled(type: ValueType, sizes: Sizes) -> ValueType:
    """A type with these sizes in the place of the symbols."""
    match type:
        case Tensor() if sizes:
            return replace(type, sizes=tuple(substitute(s, sizes) for s in type.sizes))
        case Distribution(family, parts) if sizes:
            inside = ((name, filled(part, sizes)) for name, part in parts)
            return Distribution(family, tuple((n, p) for n, p in inside if isinstance(p, Tensor)))
        case _:
            return type


def conditions(
    scope: Scope, body: Body, given: Sequence[ValueType], sizes: Sizes, span: Span
) -> list[Constraint] | None:
    """The conditions of a body at these sizes; None where they break one, which is reported (E302)."""
    if not sizes:
        return [*body.constraints]
    pairs = [(c, c.put(sizes)) for c in (*body.constraints, *_ports(body, given))]
    broken = [c for c, now in pairs if not now.symbols and solve((now,))]
    if broken:
        have = ", ".join(f"{name} = {render(size)}" for name, size in sizes.items())
        message = f"{body.role} {body.name} is {solve(broken)[0]}, and this call has {have}"
        scope.context.report("E302", message, span)
        return None
    _note(scope, body, sizes, span)
    return [now for _, now in pairs if now.symbols]


def _note(scope: Scope, body: Body, sizes: Sizes, span: Span) -> None:
    """Remember the first numbers that a call gives, which are those of the weights if these need any."""
    for name, size in sizes.items():
        if isinstance(size, int):
            scope.context.calls.setdefault((body.name, name), (size, span))


def _ports(body: Body, given: Sequence[ValueType]) -> Iterator[Constraint]:
    """A symbol that stands in several ports is one size."""
    for (_, wanted), have in zip(body.inputs, given, strict=False):
        if isinstance(wanted, Tensor) and isinstance(have, Tensor) and wanted.rank == have.rank:
            pairs = zip(wanted.sizes, have.sizes, strict=True)
            yield from (Constraint("eq", a, b) for a, b in pairs if isinstance(b, int) and a != b)
