"""Draws: `z ~ normal(mu, logvar=logvar)`, `z ~ normal[100]`, `e ~ normal(0, 1, like=x)`."""

from __future__ import annotations

from msgspec import Struct

from specc.layers.base import LayerError
from specc.layers.distribution import FAMILIES
from specc.program import Ref, Sample
from specc.resolve.binding import Argument
from specc.resolve.context import Scope
from specc.resolve.convert import as_flow, as_static
from specc.resolve.distribution import distribution, is_family, standard
from specc.resolve.evaluation import arguments, static
from specc.resolve.values import POISON, Flow, Meaning
from specc.sizes import Size, Symbolic
from specc.source import Span
from specc.syntax import tree
from specc.types import Distribution, Tensor, default_axes


class Written(Struct):
    """A draw as it was written: its distribution, shape, `like=` and `seed=`."""

    value: Meaning
    sizes: tuple[Size, ...] | None = None
    like: Flow | None = None
    seed: int | None = None


def draw(scope: Scope, expr: tree.Expr, frozen: bool) -> Flow:
    """The value of a draw, as a node, or poison after diagnostics."""
    written = _read(scope, expr)
    if written is None or written.value is POISON or written.like is POISON:
        return POISON
    value = written.value
    if not isinstance(value, Flow) or not isinstance(value.type, Distribution):
        return _refuse(scope, expr.span)
    family = FAMILIES[value.type.family]
    like = _like(written)
    sizes, axes = _shape(value.type, written, like)
    try:
        inference = family.sample(value.type, sizes, axes, like)
    except LayerError as problem:
        return scope.context.report(
            problem.code, problem.message, expr.span, text=problem.text, helps=problem.helps
        )
    operands: list[Ref | None] = [value.ref]
    if written.like is not None:
        operands.append(written.like.ref)
    operation = Sample(inference, frozen, written.seed)
    return scope.add(scope.fresh("sample"), expr.span, operation, operands, inference.outputs)


def _like(written: Written) -> Tensor | None:
    like = None if written.like is None else written.like.type
    return like if isinstance(like, Tensor) else None


def _shape(
    type: Distribution, written: Written, like: Tensor | None
) -> tuple[tuple[Size, ...], tuple[str, ...]]:
    if written.sizes is not None:
        return written.sizes, default_axes(len(written.sizes))
    if like is not None:
        return like.sizes, like.axes
    return FAMILIES[type.family].shape(type)


def _read(scope: Scope, expr: tree.Expr) -> Written | None:
    if isinstance(expr, tree.Index):
        inner = _read(scope, expr.base)
        sizes = _sizes(scope, expr)
        if inner is None or sizes is None:
            return None
        if inner.like is not None:
            scope.context.report(
                "E202", "the shape is given twice: by like= and in brackets", expr.span
            )
            return None
        inner.sizes = sizes
        return inner
    if isinstance(expr, tree.Name) and _free_family(scope, expr):
        return Written(standard(scope, expr))
    called = expr.callee if isinstance(expr, tree.Call) else None
    if (
        isinstance(expr, tree.Call)
        and isinstance(called, tree.Name)
        and _free_family(scope, called)
    ):
        return _call(scope, expr, called)
    if isinstance(called, tree.Index) and isinstance(called.base, tree.Name):
        if not _free_family(scope, called.base):
            return Written(scope.evaluate(expr))
        _turned_round(scope, expr, called)
        return None
    name = expr.callee if isinstance(expr, tree.Call) else expr
    if isinstance(name, tree.Name) and not _known(scope, name):
        _unknown(scope, name)
        return None
    return Written(scope.evaluate(expr))


def _turned_round(scope: Scope, expr: tree.Expr, called: tree.Index) -> None:
    """Report `normal[6](seed=3)`: parameters stand before the shape."""
    shape = called.span.text[called.span.text.index("[") :]
    family, given = called.base.span.text, expr.span.text[len(called.span.text) :]
    helps = (f"{family}{given}{shape}",)
    message = "the parameters of a draw stand before its shape"
    scope.context.report("E202", message, expr.span, helps=helps)


def _free_family(scope: Scope, name: tree.Name) -> bool:
    return is_family(name.id) and name.id not in scope.names


def _known(scope: Scope, name: tree.Name) -> bool:
    context = scope.context
    return name.id in scope.names or name.id in context.parameters or name.id in context.definitions


def _unknown(scope: Scope, name: tree.Name) -> None:
    close = scope.context.near(name.id, FAMILIES, scope.names)
    scope.read.update(close[:1])
    scope.context.report(
        "E206",
        f'there is no distribution "{name.id}"',
        name.span,
        text=f'did you mean "{close[0]}"?' if close else "",
        notes=(f"distributions: {', '.join(FAMILIES)}",),
    )


def _call(scope: Scope, expr: tree.Call, name: tree.Name) -> Written | None:
    given = arguments(scope, expr.arguments)
    own = [a for a in given if a.name is None or a.name.id not in ("like", "seed")]
    written = Written(distribution(scope, name.id, own, expr.span))
    for argument in given:
        if argument.name is not None and argument.name.id == "like":
            written.like = as_flow(scope, argument.meaning, argument.span)
        elif argument.name is not None and argument.name.id == "seed":
            written.seed = _seed(scope, argument)
            if written.seed is None:
                return None
    return written


def _seed(scope: Scope, argument: Argument) -> int | None:
    value = as_static(argument.meaning)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63:
        return value
    if argument.meaning is not POISON:
        scope.context.report("E203", "a seed is a whole number from 0", argument.span)
    return None


def _sizes(scope: Scope, expr: tree.Index) -> tuple[Size, ...] | None:
    sizes: list[Size] = []
    for argument in expr.arguments:
        if argument.name is not None:
            scope.context.report("E202", f"a shape has no {argument.name.id}", argument.name.span)
            return None
        value = static(scope, argument.value)
        if value is None:
            return None
        if not _is_size(value):
            code = "E204" if isinstance(value, int) and not isinstance(value, bool) else "E203"
            scope.context.report(code, "a size is a whole number from 1", argument.value.span)
            return None
        assert isinstance(value, (int, Symbolic))
        sizes.append(value)
    return tuple(sizes)


def _is_size(value: object) -> bool:
    if isinstance(value, Symbolic):
        return True
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _refuse(scope: Scope, span: Span) -> Flow:
    return scope.context.report(
        "E509",
        "a draw needs a distribution",
        span,
        helps=("z ~ normal[16], z ~ normal(mu, logvar=logvar), or z = … for a computed value",),
    )
