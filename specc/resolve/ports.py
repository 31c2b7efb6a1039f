"""The inputs of a definition: their written types, and those of the operands of a call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from specc.nearest import nearest
from specc.program import ReadPort
from specc.resolve.context import Scope, Types
from specc.resolve.countable import COUNTED, too_many
from specc.resolve.evaluation import static
from specc.resolve.parameters import is_free
from specc.resolve.remarks import remark_on_order
from specc.resolve.values import POISON, Number
from specc.sizes import Symbolic, symbol
from specc.syntax import tree
from specc.types import PORT_AXES, UNKNOWN, Graph, Over, Tensor, Unknown, ValueType, tree_columns


def inputs(
    scope: Scope, definition: tree.Definition, operands: Types | None
) -> tuple[tuple[str, ValueType], ...] | None:
    """Make the input nodes; their types by name, or None where an input has none."""
    declared = [
        (name, s.type) for s in definition.body if isinstance(s, tree.Input) for name in s.names
    ]
    if not declared:
        if definition.role != "block":
            if not scope.diagnostics.unread(definition.span):
                _no_input(scope, definition)
            return None
        declared = [(tree.Name(definition.name.span, "x"), None)]
    made: list[tuple[str, ValueType]] = []
    graphs = sum(is_graph(written) for _, written in declared)
    for number, (name, written) in enumerate(declared):
        type = _input(scope, name, written, None if operands is None else operands[number])
        if type is None:
            return None
        if isinstance(type, Graph) and graphs > 1:
            type = _one_of_several(type, name.id)
        made.append((name.id, type))
        read = scope.add(name.id, name.span, ReadPort(name.id), (), (("output", type),), named=True)
        scope.bind(name, POISON if isinstance(type, Unknown) else read)
    for (_, written), (_, type) in zip(declared, made, strict=True):
        _bind_sizes(scope, written, type)
    return tuple(made)


def _bind_sizes(scope: Scope, written: tree.Expr | None, type: ValueType) -> None:
    """The body may read a free size by its name, unless it gives that name to something else."""
    given = written.arguments if isinstance(written, tree.Index) else ()
    places = [a.value for a in given if a.name is None]
    if not isinstance(type, Tensor) or len(places) != type.rank:
        return
    for place, size in zip(places, type.sizes, strict=True):
        if not isinstance(place, tree.Name) or place.id in scope.reserved:
            continue
        if _is_free(scope, place):
            scope.names[place.id] = Number(size, place.id)


def is_graph(written: tree.Expr | None) -> bool:
    """Whether a written type is a graph."""
    base = written.base if isinstance(written, tree.Index) else written
    return isinstance(base, tree.Name) and base.id == "graph"


def _one_of_several(type: Graph, name: str) -> Graph:
    """A graph beside others: how many nodes and edges it has is its own affair."""
    nodes = symbol(f"nodes_{name}") if type.nodes == symbol("nodes") else type.nodes
    edges = symbol(f"edges_{name}") if type.edges == symbol("edges") else type.edges
    return replace(type, nodes=nodes, edges=edges)


def _no_input(scope: Scope, definition: tree.Definition) -> None:
    """E505; what stands in parentheses behind the name is a hyperparameter."""
    within = [h.name.id for h in definition.hyperparameters or ()]
    helps = [f"inside of the braces: in {name}: image[1, 28, 28]" for name in within]
    scope.context.report(
        "E505",
        f"{definition.role} {definition.name.id} has no input",
        definition.name.span,
        helps=tuple(helps) or ("in x: image[1, 28, 28]",),
    )


def _input(
    scope: Scope, name: tree.Name, written: tree.Expr | None, operand: ValueType | None
) -> ValueType | None:
    if written is None:
        return operand
    declared = port_type(scope, written)
    if operand is None or isinstance(operand, Unknown) or isinstance(declared, Unknown):
        return declared
    if isinstance(operand, Tensor) and isinstance(declared, Tensor):
        return _agree(scope, name, declared, operand)
    return declared


def _agree(scope: Scope, name: tree.Name, declared: Tensor, operand: Tensor) -> ValueType:
    """A port's type with the sizes of the call: free sizes are filled, fixed ones must be equal."""
    if declared.sizes == operand.sizes:
        return declared
    free = declared.rank == operand.rank and all(
        a == b or isinstance(a, Symbolic) or isinstance(b, Symbolic)
        for a, b in zip(declared.sizes, operand.sizes, strict=True)
    )
    if scope.role == "block":  # what does not fit is said at the call
        return declared.with_sizes(operand.sizes) if free else declared
    if free:
        return declared
    scope.context.report(
        "E302",
        f"{scope.role} {scope.name} takes {name.id}: {declared}, and gets {operand}",
        name.span,
    )
    return UNKNOWN


def port_type(scope: Scope, written: tree.Expr) -> ValueType:
    """`image[1, 28, 28]` as a type; an upper-case name that is bound to nothing is a free size."""
    base = written.base if isinstance(written, tree.Index) else written
    given = written.arguments if isinstance(written, tree.Index) else ()
    if not isinstance(base, tree.Name):
        message = "a type is a word with sizes: image[1, 28, 28]"
        round_ones = isinstance(written, tree.Call) and isinstance(written.callee, tree.Name)
        text = written.span.text.replace("(", "[").replace(")", "]")
        scope.context.report("E203", message, written.span, helps=(text,) if round_ones else ())
        return UNKNOWN
    if base.id == "graph":
        return _graph(scope, given)
    if base.id == "distribution":
        scope.context.report(
            "E190", f"{base.id} is not compiled by this version of specc", written.span
        )
        return UNKNOWN
    if base.id not in (*PORT_AXES, "tensor"):
        close = nearest(base.id, [*PORT_AXES, "graph", "tensor"])
        scope.context.report(
            "E206",
            f'there is no type "{base.id}"',
            base.span,
            text=f'did you mean "{close[0]}"?' if close else "",
            notes=(f"types: {', '.join(PORT_AXES)}, graph, tensor",),
        )
        return UNKNOWN
    type = _typed(scope, base, given, written)
    if isinstance(type, Tensor) and too_many((*type.sizes, type.classes or 1)):
        message = f"{base.id}: this size is too large"
        scope.context.report("E205", message, written.span, helps=(COUNTED,))
        return UNKNOWN
    return type


def _typed(
    scope: Scope, base: tree.Name, given: Sequence[tree.Argument], written: tree.Expr
) -> ValueType:
    sizes = [_size(scope, a) for a in given if a.name is None]
    named = {a.name.id: a for a in given if a.name is not None}
    if any(s is None for s in sizes):
        return UNKNOWN
    known = tuple(s for s in sizes if s is not None)
    if base.id == "category":
        return _category(scope, known, named, written)
    classes = None
    if base.id in ("tokens", "tree"):
        classes = _vocab(scope, base.id, named.pop("vocab", None), written)
        if classes is None:
            return UNKNOWN
    children = _children(scope, named.pop("children", None)) if base.id == "tree" else 2
    if children is None:
        return UNKNOWN
    axes = (
        tuple(f"axis{i}" for i in range(len(known))) if base.id == "tensor" else PORT_AXES[base.id]
    )
    if named:
        other = next(iter(named.values()))
        scope.context.report("E202", f"{base.id} has no {next(iter(named))}", other.span)
        return UNKNOWN
    if len(known) != len(axes):
        scope.context.report(
            "E203",
            f"{base.id} has {len(axes)} sizes, not {len(known)}",
            written.span,
            notes=(f"{base.id}[{', '.join(axes)}]",),
        )
        return UNKNOWN
    if base.id == "tree":
        return Tensor((*known, tree_columns(children)), (*axes, "part"), "int", classes)
    if base.id == "image":
        remark_on_order(scope, known, written.span)
    return Tensor(known, axes, "int" if base.id == "tokens" else "float", classes)


def _vocab(
    scope: Scope, word: str, argument: tree.Argument | None, written: tree.Expr
) -> int | Symbolic | None:
    """How many symbols there are; None after a diagnostic."""
    if argument is not None:
        return _size(scope, argument)
    form = (f"{word}[T, vocab=1000]",)
    scope.context.report("E202", f"{word} needs its vocab", written.span, notes=form)
    return None


def _children(scope: Scope, argument: tree.Argument | None) -> int | None:
    """The most children that a node of a tree has; None after a diagnostic."""
    size = 2 if argument is None else _size(scope, argument)
    if size is None or isinstance(size, int):
        return size
    assert argument is not None
    scope.context.report(
        "E203", "children is a known number: tree[N, vocab=5, children=3]", argument.span
    )
    return None


_ON_GRAPH = ("node", "edge", "global", "nodes", "edges")


def _graph(scope: Scope, given: Sequence[tree.Argument]) -> ValueType:
    """`graph[node=34, edge=4, global=8]`; `nodes=` and `edges=` say how many there are."""
    sizes: dict[str, int | Symbolic] = {}
    for argument in given:
        word = argument.name.id if argument.name is not None else ""
        if word not in _ON_GRAPH or word in sizes:
            what = f'no "{word}"' if word else "sizes by name only"
            scope.context.report(
                "E202",
                f"a graph has {what}" if word not in sizes else f"{word} is given twice",
                argument.span,
                notes=("graph[node=34, edge=4, global=8]",),
            )
            return UNKNOWN
        size = _size(scope, argument)
        if size is None:
            return UNKNOWN
        sizes[word] = size
    return graph_type(sizes)


def graph_type(sizes: Mapping[str, int | Symbolic]) -> Graph:
    """A graph with features of these sizes."""
    numbers = {word: sizes[word] for word in ("nodes", "edges") if word in sizes}
    places: tuple[tuple[str, Over], ...] = (
        ("node", "nodes"),
        ("edge", "edges"),
        ("global", "items"),
    )
    node, edge, whole = (
        Tensor((sizes[word],), ("features",), over=over) if word in sizes else None
        for word, over in places
    )
    return Graph(node, edge, whole, **numbers)


def _category(
    scope: Scope,
    sizes: tuple[int | Symbolic, ...],
    named: dict[str, tree.Argument],
    written: tree.Expr,
) -> ValueType:
    if len(sizes) != 1 or named:
        scope.context.report(
            "E203", "category needs its number of classes", written.span, notes=("category[10]",)
        )
        return UNKNOWN
    return Tensor((), (), "int", sizes[0])


def _size(scope: Scope, argument: tree.Argument) -> int | Symbolic | None:
    expr = argument.value
    if isinstance(expr, tree.Name) and _is_free(scope, expr):
        scope.read.add(expr.id)
        given = scope.context.sizes.get((scope.name, expr.id))
        return symbol(expr.id) if given is None else given[0]
    if isinstance(expr, tree.Name) and not _is_bound(scope, expr):
        _unknown_size(scope, expr)
        return None
    value = static(scope, expr)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, Symbolic)):
        scope.context.report("E203", "a size is a whole number", expr.span)
        return None
    if isinstance(value, int) and value < 1:
        scope.context.report("E204", f"a size is at least 1, not {value}", expr.span)
        return None
    return value


def _unknown_size(scope: Scope, name: tree.Name) -> None:
    """A small letter where a size stands is no free size."""
    scope.context.report(
        "E402",
        f'nothing is named "{name.id}"',
        name.span,
        helps=(
            f"{name.id.upper()}: a size that stays free is written in capitals",
            f"param {name.id} = 3, outside of the network, gives it a value",
        ),
    )


def _is_free(scope: Scope, name: tree.Name) -> bool:
    return not _is_bound(scope, name) and is_free(name.id)


def _is_bound(scope: Scope, name: tree.Name) -> bool:
    return name.id in scope.names or name.id in scope.context.parameters
