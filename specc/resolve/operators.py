"""Operators, lists, conditionals and brackets."""

from __future__ import annotations

from specc.layers import registry
from specc.program import Static
from specc.resolve.arguments import choices
from specc.resolve.aside import looking
from specc.resolve.binding import Argument, bind
from specc.resolve.context import Scope
from specc.resolve.convert import as_flow, as_static, is_tensor, unknown_name
from specc.resolve.distribution import is_family
from specc.resolve.evaluation import static
from specc.resolve.free import size_value
from specc.resolve.layer import apply_layer
from specc.resolve.static import StaticError, combine
from specc.resolve.values import POISON, Flow, LayerMaker, ListValue, Meaning, Number, Word
from specc.source import Span
from specc.syntax import tree
from specc.types import AXES, Distribution


def list_of(scope: Scope, expr: tree.ListOf) -> Meaning:
    """`[h, x]`: a list, static where every item is."""
    items = tuple(scope.evaluate(item) for item in expr.items)
    if POISON in items:
        for item, written in zip(items, expr.items, strict=True):
            _known(scope, item, written.span)
        return POISON
    values = tuple(as_static(item) for item in items)
    if all(v is not None for v in values):
        return Number(values)
    return ListValue(items, expr.span, tuple(i.span for i in expr.items))


def binary(scope: Scope, expr: tree.Binary) -> Meaning:
    """Long sums nest to the left, so the spine is walked and not recursed into."""
    spine: list[tree.Binary] = []
    at: tree.Expr = expr
    while isinstance(at, tree.Binary):
        spine.append(at)
        at = at.left
    left, span = scope.evaluate(at), at.span
    for node in reversed(spine):
        left = _combine(scope, node, left, span)
        span = node.span
    return left


def _combine(scope: Scope, node: tree.Binary, left: Meaning, span: Span) -> Meaning:
    if node.operator in ("and", "or") and isinstance(left, Number) and isinstance(left.value, bool):
        if left.value == (node.operator == "or"):
            _known(scope, _look_at(scope, node.right), node.right.span)
            return left
        return scope.evaluate(node.right)
    right = scope.evaluate(node.right)
    if left is POISON or right is POISON:
        _known(scope, left, span)
        _known(scope, right, node.right.span)
        return POISON
    a, b = as_static(left), as_static(right)
    if a is not None and b is not None:
        try:
            return Number(combine(node.operator, a, b, scope.context.assume))
        except StaticError as problem:
            return scope.context.report("E203", str(problem), node.span)
    word = registry.OPERATORS.get(node.operator)
    if word is None:
        return scope.context.report(
            "E203", f"{node.operator} works on numbers, not on computed values", node.span
        )
    return _arithmetic(scope, word, node.span, (left, span), (right, node.right.span))


def _known(scope: Scope, meaning: Meaning, span: Span) -> None:
    """Report a name that nothing has, or a text in arithmetic, beside what is wrong already."""
    text = isinstance(meaning, Number) and isinstance(meaning.value, str)
    if isinstance(meaning, Word) or text:
        as_flow(scope, meaning, span)


def _arithmetic(scope: Scope, word: str, place: Span, *operands: tuple[Meaning, Span]) -> Flow:
    model = registry.get(word)
    assert model is not None, word
    flows = [size_value(scope, *operand) or as_flow(scope, *operand) for operand in operands]
    places = [(name, span) for name, (_, span) in zip(model.operands, operands, strict=False)]
    maker = LayerMaker(model(), (), (), place, places=tuple(places))
    return apply_layer(scope, maker, list(zip(model.operands, flows, strict=False)), None, place)


def unary(scope: Scope, expr: tree.Unary) -> Meaning:
    """`-x`, `not a`."""
    operand = scope.evaluate(expr.operand)
    if operand is POISON:
        return POISON
    if isinstance(operand, Word):
        return as_flow(scope, operand, expr.operand.span)
    value = as_static(operand)
    if expr.operator == "not" and isinstance(value, bool):
        return Number(not value)
    if expr.operator == "-" and value is not None:
        try:
            return Number(combine("-", 0, value, scope.context.assume))
        except StaticError as problem:
            return scope.context.report("E203", str(problem), expr.span)
    word = {"-": "negate", "not": "logical_not"}[expr.operator]
    if is_tensor(operand):
        return _arithmetic(scope, word, expr.span, (operand, expr.operand.span))
    return scope.context.report("E203", f"{expr.operator} has no meaning here", expr.span)


def conditional(scope: Scope, expr: tree.Conditional) -> Meaning:
    """`a if c else b`, with a condition that is known before anything runs."""
    condition = condition_of(scope, expr)
    taken, other = (expr.then, expr.otherwise) if condition else (expr.otherwise, expr.then)
    meaning = _look_at(scope, taken) if condition is None else scope.evaluate(taken)
    left = _look_at(scope, other)
    _alike(scope, (meaning, taken.span), (left, other.span))
    if condition is None:
        return POISON
    if isinstance(meaning, Word) and isinstance(left, Word):
        return Word(meaning.text, taken.span, Word(left.text, other.span))
    return meaning


def condition_of(scope: Scope, expr: tree.Conditional) -> bool | None:
    """Whether the first branch is taken; None after a diagnostic."""
    condition = static(scope, expr.condition)
    if condition is not None and not isinstance(condition, bool):
        scope.context.report("E203", "a condition is true or false", expr.condition.span)
        return None
    return condition


def _look_at(scope: Scope, expr: tree.Expr) -> Meaning:
    """The meaning of what is not computed; its words are looked at."""
    with looking(scope) as inner:
        return inner.evaluate(expr)


def _alike(scope: Scope, *branches: tuple[Meaning, Span]) -> None:
    """Report a name of nothing beside a value; two of them may be words that an argument takes."""
    words = [(m.text, span) for m, span in branches if isinstance(m, Word)]
    numbers = any(isinstance(m, Number) for m, _ in branches)
    if len(words) != 1 or registry.get(words[0][0]) is not None:
        return
    if not numbers or not _taken_somewhere(words[0][0]):
        unknown_name(scope, *words[0])


def _taken_somewhere(word: str) -> bool:
    """Whether an argument of any layer can be this word."""
    models = (m for w in registry.words() if (m := registry.get(w)) is not None)
    return word in AXES or any(word in choices(m, f) for m in models for f in m.model_fields)


def index(scope: Scope, expr: tree.Index) -> Meaning:
    """`xs[0]`, `x[:, 2:5]`."""
    base = scope.evaluate(expr.base)
    if base is POISON:
        entries = [_entry(scope, a.value) for a in expr.arguments]
        return _slice(scope, POISON, expr) if any(isinstance(e, str) for e in entries) else POISON
    value = as_static(base)
    if isinstance(value, tuple) and len(expr.arguments) == 1:
        return _item(scope, value, expr)
    if is_tensor(base):
        return _slice(scope, as_flow(scope, base, expr.base.span), expr)
    if isinstance(base, Word):
        if is_family(base.text):
            return _not_drawn(scope, base.text, expr.span)
        unknown_name(scope, base.text, expr.base.span)
        return POISON
    if isinstance(base, Flow) and isinstance(base.type, Distribution):
        return _not_drawn(scope, expr.base.span.first_word, expr.span)
    return scope.context.report("E203", "this cannot be indexed", expr.span)


def _not_drawn(scope: Scope, family: str, span: Span) -> Flow:
    """`z = normal[16]`: a draw is no equation."""
    message = f"{family.partition('(')[0]} is a distribution; a draw from it is written with ~"
    return scope.context.report("E203", message, span, helps=(f"z ~ {span.text}",))


def _item(scope: Scope, values: tuple[Static, ...], expr: tree.Index) -> Meaning:
    index = static(scope, expr.arguments[0].value)
    if index is None:
        return POISON
    if not isinstance(index, int) or not -len(values) <= index < len(values):
        return scope.context.report(
            "E204", f"the list has {len(values)} items, 0 … {len(values) - 1}", expr.span
        )
    return Number(values[index])


def _slice(scope: Scope, value: Flow, expr: tree.Index) -> Flow:
    """`x[0]`, `x[2:5, :]`: one entry for each leading axis of an item."""
    entries: list[Static] = []
    for argument in expr.arguments:
        entry = _entry(scope, argument.value)
        if entry is None:
            return POISON
        entries.append(entry)
    model = registry.get("index")
    assert model is not None
    given = Argument(
        tree.Name(expr.span, model.shape_argument or "entries"), Number(tuple(entries)), expr.span
    )
    made = bind(scope, model, [given], expr.span, piped=True)
    if made is None:
        return POISON
    return apply_layer(scope, made[0], [(model.operands[0], value)], None, expr.span)


def _entry(scope: Scope, expr: tree.Expr) -> Static | None:
    """An index as a number, a slice as a pair of ends with None where an end is open."""
    if not isinstance(expr, tree.Slice):
        model = registry.get("index")
        return static(scope, expr, (model.computed,) if model is not None else ())
    ends = []
    for end in (expr.start, expr.stop):
        value = None if end is None else static(scope, end)
        if end is not None and value is None:
            return None
        ends.append(value)
    return tuple(ends)
