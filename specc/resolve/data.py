"""The `data` statement of a train block: its source, and its fields as inputs of the step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from specc.data import SOURCES, DataSource, Derived
from specc.data.base import Splitting
from specc.data.beside import Beside, stands_beside
from specc.program import ReadPort
from specc.resolve.context import Scope
from specc.resolve.library import configured, unknown_word, word_call
from specc.resolve.ports import graph_type, port_type
from specc.resolve.values import POISON
from specc.syntax import tree
from specc.types import UNKNOWN, Graph, Interval, Tensor, ValueType

if TYPE_CHECKING:
    from specc.resolve.draft import Draft


def data(scope: Scope, statement: tree.Data, draft: Draft) -> None:
    """Resolve the source and bind the fields; their types are those of one item."""
    source = _source(scope, statement.source)
    known = len(draft.inputs)
    twice = [f.name.id for f in statement.fields if f.name.id in scope.places]
    for number, item in enumerate(statement.fields):
        type = _field_type(scope, source, item, number)
        draft.inputs.append((item.name.id, type))
        read = scope.add(
            item.name.id, item.span, ReadPort(item.name.id), (), (("output", type),), named=True
        )
        if item.name.id in twice and item.name.id != twice[0]:
            continue  # one statement written twice
        scope.bind(item.name, POISON if type is UNKNOWN else read)
    for mask in source.masks() if source is not None else ():
        _mask(scope, statement, mask, draft)
    if source is None:
        scope.names.update(dict.fromkeys(_masks_meant(statement) - scope.reserved, POISON))
    else:
        _refuse(scope, source, statement, [type for _, type in draft.inputs[known:]])
    _into(scope, statement, source, draft, known)


def _into(
    scope: Scope, statement: tree.Data, source: DataSource | None, draft: Draft, known: int
) -> None:
    """Keep the source; a second one stands beside the first, and its rows are drawn apart."""
    first, before = draft.data_span is None, draft.data
    draft.data_span = statement.span
    if first or source is None or before is None:
        draft.data = source if first else None
        return
    assert isinstance(before, DataSource)
    held = before if isinstance(before, Beside) else Beside(parts=(before,), counts=(known,))
    for one in (*held.parts, source):
        if not stands_beside(one):
            message = f"{one.word} stands alone: its batches are no rows that are drawn apart"
            scope.context.report("E202", message, statement.source.span)
            draft.data = None
            return
    count = len(draft.inputs) - sum(held.counts)
    draft.data = Beside(parts=(*held.parts, source), counts=(*held.counts, count))


def _masks_meant(statement: tree.Data) -> set[str]:
    """The fields that a source would name itself, had its arguments not been refused."""
    from specc.data.shown import masks_shown  # only after an error

    name, _ = word_call(statement.source)
    return set(masks_shown(SOURCES[name.id])) if name is not None and name.id in SOURCES else set()


def _mask(scope: Scope, statement: tree.Data, name: str, draft: Draft) -> None:
    """A field that the source names itself: which nodes are learnt from, and which are held out."""
    if name in scope.reserved:
        return
    type, span = Tensor((), (), "bool", over="nodes"), statement.source.span
    draft.inputs.append((name, type))
    scope.bind(
        tree.Name(span, name), scope.add(name, span, ReadPort(name), (), (("output", type),))
    )


def _source(scope: Scope, expr: tree.Expr) -> DataSource | None:
    """The source that an expression names, None after a diagnostic."""
    name, written = word_call(expr)
    if name is None:
        scope.context.report("E203", "a data source is a name: data digits as x", expr.span)
        return None
    if name.id not in SOURCES:
        unknown_word(scope, "E206", "data set", name, list(SOURCES))
        return None
    model = SOURCES[name.id]
    if issubclass(model, Derived):
        return _derived(scope, model, name, written)
    tested = next((a for a in written if _names_a_source(a)), None)
    if tested is None:
        return configured(scope, model, name, written)
    return _tested(scope, model, name, written, tested)


def _names_a_source(argument: tree.Argument) -> bool:
    """Whether an argument is another source whose rows are tested: `test=csv("other.csv")`."""
    word, _ = word_call(argument.value)
    return argument.name is not None and argument.name.id == "test" and word is not None


def _tested(
    scope: Scope,
    model: type[DataSource],
    name: tree.Name,
    written: tuple[tree.Argument, ...],
    tested: tree.Argument,
) -> DataSource | None:
    """A source whose rows are all learnt from, and another one whose rows are tested."""
    other = _source(scope, tested.value)
    if other is None:
        return None
    source = configured(scope, model, name, tuple(a for a in written if a is not tested))
    if source is None:
        return None
    reason = f"{name.id} has no rows to be tested apart"
    if isinstance(source, Splitting):
        reason = source.untested(other) or ""
    if reason:
        scope.context.report("E202", reason, tested.span)
        return None
    extra = {"test": other}
    return configured(scope, model, name, tuple(a for a in written if a is not tested), extra)


def _derived(
    scope: Scope, model: type[Derived], name: tree.Name, written: tuple[tree.Argument, ...]
) -> DataSource | None:
    """A source that is made of another: `pairs(digits)`."""
    if not written or written[0].name is not None:
        scope.context.report(
            "E202",
            f"{name.id} is made of another source, which comes first",
            name.span,
            helps=(f"{name.id}(digits)",),
        )
        return None
    inner, place = _source(scope, written[0].value), written[0].value.span
    if inner is None:
        return None
    reason = model.unfit(inner)
    if reason is not None:
        scope.context.report("E202", reason, place)
        return None
    return configured(scope, model, name, written[1:], {"of": inner})


def _refuse(scope: Scope, source: DataSource, statement: tree.Data, types: list[ValueType]) -> None:
    """Report what this source cannot give, where every field has a type."""
    tensors = [t for t in types if isinstance(t, Tensor)]
    other = getattr(source, "tested", None)
    for one in (source, other) if isinstance(other, DataSource) else (source,):
        _refuse_one(scope, one, statement, types, tensors)


def _refuse_one(
    scope: Scope,
    source: DataSource,
    statement: tree.Data,
    types: list[ValueType],
    tensors: list[Tensor],
) -> None:
    complete = len(tensors) == len(types) or source.graphs
    reason = source.refusal(tensors) if complete else None
    if reason is not None:
        scope.context.report("E202", reason, statement.source.span)


def _field_type(
    scope: Scope, source: DataSource | None, item: tree.Field, number: int
) -> ValueType:
    if source is None:
        return UNKNOWN
    fields = source.fields()
    if fields is None:
        if item.type is None:
            scope.context.report(
                "E206",
                f"the type of {item.name.id} is not known before the file is read",
                item.span,
                helps=(f"as {item.name.id}: {_example(source, number)}",),
            )
            return UNKNOWN
        return _of_graph(scope, source, port_type(scope, item.type), item, number)
    if number >= len(fields):
        names = ", ".join(f.name for f in fields)
        masks = source.masks()
        helps = (f"{' and '.join(masks)} have their names without as",)
        scope.context.report(
            "E202",
            f"this data set has {len(fields)} fields, {names}",
            item.span,
            helps=helps if item.name.id in masks else (),
        )
        return UNKNOWN
    f = fields[number]
    if f.graph:
        return graph_type(dict(f.graph))
    bounds = Interval(f.low, f.high)
    declared = Tensor(f.sizes, f.axes, f.dtype, f.classes, bounds, over=f.over)
    if item.type is not None:
        return _declared_field(scope, item, declared)
    return declared


def _of_graph(
    scope: Scope, source: DataSource, type: ValueType, item: tree.Field, number: int
) -> ValueType:
    """A written type; behind a graph, what stands on its nodes."""
    if type is UNKNOWN:
        return type
    if isinstance(type, Graph) != (source.graphs and number == 0):
        word = "a graph" if source.graphs and number == 0 else "no graph"
        scope.context.report("E206", f"{item.name.id} is {word} in {source.word}", item.span)
        return UNKNOWN
    if source.graphs and isinstance(type, Tensor):
        return replace(type, over=source.label_over)
    return type


def _example(source: DataSource, number: int) -> str:
    """A type for a field of a file: of tables a row and a class, of windows those, of others an image."""
    if source.kind == "windows":
        return f"sequence[{getattr(source, 'steps', 24)}, 4]" if number == 0 else "vector[4]"
    if source.kind in ("csv", "parquet"):
        return "vector[4]" if number == 0 else "category[3]"
    return "image[1, 28, 28]" if number == 0 else "category[10]"


def _declared_field(scope: Scope, item: tree.Field, known: Tensor) -> ValueType:
    assert item.type is not None
    written = port_type(scope, item.type)
    if isinstance(written, Tensor) and written.sizes != known.sizes:
        scope.context.report("E302", f"{item.name.id} is {known}, not {written}", item.type.span)
        return UNKNOWN
    return known
