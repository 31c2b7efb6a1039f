"""Bare tensors: `weight p[units]`, `buffer beta[T] = 0.1`."""

from __future__ import annotations

from collections.abc import Callable

from specc.formula import Formula, product, var
from specc.layers.base import Parameter
from specc.program import BareTensor, Stage, Static
from specc.resolve.context import Scope
from specc.resolve.countable import COUNTED, too_many
from specc.resolve.values import POISON, TensorRef
from specc.sizes import Size, Symbolic
from specc.syntax import tree

Evaluate = Callable[[Scope, tree.Expr], Static | None]


def declare(scope: Scope, statement: tree.Declare, static: Evaluate) -> None:
    """Make a stage for every tensor of the statement and bind its name."""
    if statement.kind == "state":
        scope.context.report("E103", "`state` belongs in a cell", statement.span)
        for item in statement.items:
            scope.bind(item.name, POISON)
        return
    for item in statement.items:
        _declare(scope, statement.kind == "weight", item, static)


def _declare(scope: Scope, trainable: bool, item: tree.TensorDeclaration, static: Evaluate) -> None:
    sizes = sizes_of(scope, item, static)
    value = None if item.value is None else static(scope, item.value)
    if sizes is None or (item.value is not None and value is None):
        scope.bind(item.name, POISON)
        return
    if value is not None and (isinstance(value, bool) or not isinstance(value, (int, float))):
        scope.context.report("E203", "a tensor starts from one number", item.span)
        scope.bind(item.name, POISON)
        return
    name = item.name.id
    parameter = Parameter(name, sizes, count_of(sizes), "weight" if trainable else "buffer")
    bare = BareTensor(parameter, trainable, None if value is None else float(value))
    scope.stages[name] = Stage(name, item.span, bare, named=True)
    scope.bind(item.name, TensorRef((name,), parameter))


def count_of(sizes: tuple[Size, ...]) -> Formula:
    """The number of elements as a formula."""
    if not sizes:
        return var("n", 1)
    return product(var(f"n_{i}", size) for i, size in enumerate(sizes, 1))


def sizes_of(
    scope: Scope, item: tree.TensorDeclaration, static: Evaluate
) -> tuple[Size, ...] | None:
    """The sizes of a declared tensor, or None after a diagnostic."""
    sizes: list[Size] = []
    for expr in item.shape:
        value = static(scope, expr)
        if value is None:
            return None
        if (
            isinstance(value, bool)
            or not isinstance(value, (int, Symbolic))
            or (isinstance(value, int) and value < 1)
        ):
            code = "E204" if isinstance(value, int) and not isinstance(value, bool) else "E203"
            scope.context.report(code, "a size is a whole number from 1", expr.span)
            return None
        sizes.append(value)
    if too_many(sizes):
        message = f"{item.name.id}: this size is too large"
        scope.context.report("E205", message, item.span, helps=(COUNTED,))
        return None
    return tuple(sizes)
