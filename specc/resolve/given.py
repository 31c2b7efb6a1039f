"""The types of given tensors: what a type's word says, or what a nested list looks like."""

from __future__ import annotations

from fractions import Fraction

from specc.resolve.context import Scope
from specc.resolve.literal import Literal
from specc.resolve.ports import port_type
from specc.sizes import Symbolic
from specc.syntax import tree
from specc.types import PORT_AXES, Tensor, ValueType, default_axes

Port = tuple[tuple[int, ...], ValueType]
"""The sizes of a given tensor with its batch axis, and the type of one item."""


def port(scope: Scope, statement: tree.Given, value: Literal, *, sliding: bool) -> Port | None:
    """The sizes and the type of a given value, or None after a diagnostic.

    Without a type a matrix is a sequence of vectors, or an image of one channel where it slides.
    """
    written = statement.type
    if written is None:
        sizes = (1, *value.sizes) if sliding and len(value.sizes) in (1, 2) else value.sizes
        axes = default_axes(len(sizes)) if sliding else _axes(len(sizes))
        return (1, *sizes), Tensor(sizes, axes)
    word = written.id if isinstance(written, tree.Name) else ""
    if word in PORT_AXES and word not in ("category", "tokens"):
        return _of_word(scope, statement, value, word)
    type = port_type(scope, written)
    if not isinstance(type, Tensor):
        return None
    return _sized(scope, statement, value, type)


def _axes(rank: int) -> tuple[str, ...]:
    return ("time", "features") if rank == 2 else default_axes(rank)


def _of_word(scope: Scope, statement: tree.Given, value: Literal, word: str) -> Port | None:
    """`image`, `vector`: the sizes are the literal's."""
    axes, sizes = PORT_AXES[word], value.sizes
    if axes[:1] == ("channels",) and len(sizes) == len(axes) - 1:
        sizes = (1, *sizes)
    if len(sizes) == len(axes):
        return (1, *sizes), Tensor(sizes, axes)
    if len(sizes) == len(axes) + 1:
        return sizes, Tensor(sizes[1:], axes)
    _misfit(scope, statement, value, f"{word} has {len(axes)} axes")
    return None


def _sized(scope: Scope, statement: tree.Given, value: Literal, type: Tensor) -> Port | None:
    for sizes in ((1, *value.sizes), (1, 1, *value.sizes), value.sizes):
        if len(sizes) == type.rank + 1 and _fits(sizes[1:], type):
            found = type.with_sizes(sizes[1:])
            if type.axes == ("node", "part"):
                return _tree(scope, statement, value, found, sizes)
            return _whole(scope, statement, value, found, sizes)
    _misfit(scope, statement, value, f"its type is {type}")
    return None


def _fits(sizes: tuple[int, ...], type: Tensor) -> bool:
    return all(isinstance(t, Symbolic) or s == t for s, t in zip(sizes, type.sizes, strict=True))


def _whole(
    scope: Scope, statement: tree.Given, value: Literal, type: Tensor, sizes: tuple[int, ...]
) -> Port | None:
    """Class ids are whole numbers below the number of classes."""
    high = type.classes if isinstance(type.classes, int) else None
    if type.dtype != "int" or all(_is_class(v, type) for v in value.items):
        return sizes, type
    message = "a class id is a whole number" + ("" if high is None else f" from 0 to {high - 1}")
    scope.context.report("E701", message, statement.value.span)
    return None


def _is_class(number: Fraction | float, type: Tensor) -> bool:
    """Whether a number is one of the classes of a type."""
    high = type.classes if isinstance(type.classes, int) else None
    return number == int(number) and number >= 0 and (high is None or number < high)


def _tree(
    scope: Scope, statement: tree.Given, value: Literal, type: Tensor, sizes: tuple[int, ...]
) -> Port | None:
    """Rows of a symbol and the places of children, which stand below their parent."""
    nodes, columns = sizes[1:]
    for number in range(0, len(value.items), columns):
        symbol, *children = value.items[number : number + columns]
        place = number // columns % nodes + 1
        message = ""
        if not _is_class(symbol, type):
            message = f"the symbol of node {place} is no whole number from 0"
            message += f" to {type.classes - 1}" if isinstance(type.classes, int) else ""
        elif any(c and (c != int(c) or not place < c <= nodes) for c in children):
            below = f"{place + 1} … {nodes}, or 0" if place < nodes else "0"
            message = f"the children of node {place} stand below it: {below}"
        if message:
            scope.context.report("E701", message, statement.value.span)
            return None
    return sizes, type


def _misfit(scope: Scope, statement: tree.Given, value: Literal, wanted: str) -> None:
    shape = "×".join(map(str, value.sizes)) or "one number"
    scope.context.report(
        "E701", f"this tensor is {shape}, and {wanted}", statement.value.span, text=shape
    )
