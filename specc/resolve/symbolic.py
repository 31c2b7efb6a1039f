"""A body again, with its hyperparameters and the sizes of its inputs left open.

Generated code wants `nn.Linear(4 * width, width)` where the program knows only 3072 and 768. The same
rules give both: the body is resolved once more with symbols, and every decision (a condition, whether
two sizes are equal) falls as it did for the numbers.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from specc.diagnostics import Diagnostics
from specc.program import Apply, Body, Invoke, ParameterValue, Program, Scan, Static
from specc.resolve.context import Context, ExpandedError, Places, Types
from specc.resolve.definitions import make_body
from specc.resolve.expression import evaluate
from specc.resolve.order import names_read
from specc.sizes import Constraint, Size, Symbolic, free_symbols, substitute, symbol
from specc.source import Span
from specc.syntax import tree
from specc.types import Tensor, ValueType, shape_of


class SymbolicBody(Struct, frozen=True):
    """The open form of a body. `values` holds the number behind every symbol.

    The nodes and stages of `body` are those of the concrete one, in the same order, under the same names.
    `parameters` are the `param`s of the file, `hyperparameters` those of the definition, and
    `input_sizes` the sizes of inputs (`in_channels`) that are symbols.
    """

    body: Body
    values: Mapping[str, int]
    parameters: tuple[str, ...]
    hyperparameters: tuple[str, ...]
    input_sizes: tuple[str, ...]


def symbolic_body(
    program: Program, body: Body, settled: Container[str] = ()
) -> SymbolicBody | None:
    """The open form of a network or block, or None where it has none.

    What cannot stay open (the length of a list that is walked, a fraction) keeps its number, and so do the
    `settled` hyperparameters.
    """
    if not isinstance(body.definition, tree.Definition):
        return None
    own = [(name, value) for name, value in _open_hyperparameters(body) if name not in settled]
    candidates = [*own, *_open_parameters(program, body)]
    names = [name for name, _ in candidates]
    if len(set(names)) != len(names):
        return None
    found = _attempt(program, body, dict(candidates))
    if found is not None or not candidates:
        return found
    kept: dict[str, int] = {}
    for name, value in candidates:
        attempt = _attempt(program, body, {**kept, name: value})
        if attempt is not None:
            found, kept = attempt, {**kept, name: value}
    return found or _attempt(program, body, {})


def _open_hyperparameters(body: Body) -> list[tuple[str, int]]:
    return [(name, v) for name, v in body.hyperparameters if _is_whole(v) and isinstance(v, int)]


def _open_parameters(program: Program, body: Body) -> list[tuple[str, int]]:
    own = {name for name, _ in body.hyperparameters}
    read = {n.id for n in names_read(body.definition)} - own
    return [
        (p.name, p.value)
        for p in _parameters(program)
        if p.name in read and isinstance(p.value, int) and _is_whole(p.value)
    ]


def _parameters(program: Program) -> Iterator[ParameterValue]:
    """The parameters of the file, without the sizes of networks that `--set` has given."""
    return (p for p in program.parameters if p.name not in program.settings)


def _is_whole(value: Static) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _attempt(program: Program, body: Body, open_values: Mapping[str, int]) -> SymbolicBody | None:
    """The body with these values open, unified until no input's size is another name for something."""
    types, inputs = _open_inputs(body, set(open_values))
    values = {**open_values, **inputs}
    for _ in range(4):
        made = _resolve(program, body, open_values, types, values)
        if made is None or not _same_nodes(body, made, values):
            return None
        known = _unified(made.constraints, inputs)
        if not known:
            return _finished(program, made, open_values, values)
        types = tuple(_substituted(t, known) for t in types)
        inputs = {n: v for n, v in inputs.items() if n not in known}
        values = {**open_values, **inputs}
    return None


def _finished(
    program: Program, made: Body, open_values: Mapping[str, int], values: Mapping[str, int]
) -> SymbolicBody:
    own = {name for name, _ in made.hyperparameters}
    parameters = {p.name for p in program.parameters}
    return SymbolicBody(
        made,
        values,
        tuple(n for n in open_values if n in parameters and n not in own),
        tuple(n for n in open_values if n in own),
        tuple(n for n in values if n not in open_values),
    )


def _open_inputs(body: Body, taken: set[str]) -> tuple[Types, dict[str, int]]:
    """The inputs of a block with a symbol for every size; a network's inputs are written and stay."""
    own = body.inputs[: len(body.inputs) - len(body.states)]
    if body.role not in ("block", "cell", "message_passing"):
        return tuple(type for _, type in own), {}
    types: list[ValueType] = []
    values: dict[str, int] = {}
    alone = sum(isinstance(type, Tensor) for _, type in own) == 1
    for port, type in own:
        if not isinstance(type, Tensor):
            types.append(type)
            continue
        sizes: list[Size] = []
        for axis, size in zip(type.axes, type.sizes, strict=True):
            if not isinstance(size, int):
                sizes.append(size)
                continue
            name = f"in_{axis}" if alone else f"{port}_{axis}"
            while name in taken or name in values:
                name += "_"
            values[name] = size
            sizes.append(symbol(name))
        types.append(replace(type, sizes=tuple(sizes)))
    return tuple(types), values


def _resolve(
    program: Program,
    body: Body,
    open_values: Mapping[str, int],
    types: Types,
    values: Mapping[str, int],
) -> Body | None:
    assert isinstance(body.definition, tree.Definition)
    context = _context(program, open_values, values)
    hyperparameters = tuple(
        (name, symbol(name) if name in open_values else value)
        for name, value in body.hyperparameters
    )
    try:
        made = make_body(context, body.definition, hyperparameters, types, body.definition.span)
    except ExpandedError:
        return None
    return None if context.diagnostics.failed else made


def _context(
    program: Program, open_values: Mapping[str, int], values: Mapping[str, int]
) -> Context:
    context = Context(Diagnostics())
    context.assume = dict(values)
    context.definitions = {d.name.id: d for d in program.definitions}
    context.parameters = {p.name: _opened(p, open_values) for p in _parameters(program)}
    context.evaluate = evaluate
    where = program.file.span
    context.sizes = {(network, name): (size, where) for network, name, size in program.sizes}
    made: dict[object, Body | None] = {}
    networks = {b.name: b for b in program.networks}

    def instantiate(
        definition: tree.Definition,
        hyperparameters: tuple[tuple[str, Static], ...],
        types: Types,
        span: Span,
        places: Places = (),
    ) -> Body | None:
        del places
        types = tuple(map(shape_of, types))
        key = (definition.name.id, hyperparameters, types)
        if key not in made:
            made[key] = make_body(context, definition, hyperparameters, types, span)
        return made[key]

    def network(name: str, types: Types | None, span: Span) -> Body | None:
        del types, span
        return networks.get(name)

    context.instantiate, context.network = instantiate, network
    return context


def _opened(parameter: ParameterValue, open_values: Mapping[str, int]) -> ParameterValue:
    if parameter.name not in open_values:
        return parameter
    return replace(parameter, value=symbol(parameter.name))


def _unified(constraints: Iterable[Constraint], inputs: Mapping[str, int]) -> dict[str, Size]:
    """Sizes of inputs that must equal something else: a residual's channels."""
    for c in constraints:
        if c.kind != "eq":
            continue
        for one, other in ((c.left, c.right), (c.right, c.left)):
            name = next(iter(free_symbols(one)), "") if isinstance(one, Symbolic) else ""
            if name in inputs and one == symbol(name) and name not in free_symbols(other):
                return {name: other}
    return {}


def _substituted(type: ValueType, values: Mapping[str, Size]) -> ValueType:
    if not isinstance(type, Tensor):
        return type
    return replace(type, sizes=tuple(substitute(s, values) for s in type.sizes))


def _same_nodes(concrete: Body, made: Body, values: Mapping[str, int]) -> bool:
    """Whether the open form computes what the concrete one does."""
    if len(concrete.nodes) != len(made.nodes) or len(concrete.stages) != len(made.stages):
        return False
    return all(
        a.name == b.name
        and a.operands == b.operands
        and _same_operation(a.operation, b.operation)
        and all(
            _closed(t, values) == _sizes(u) for (_, t), (_, u) in zip(b.types, a.types, strict=True)
        )
        for a, b in zip(concrete.nodes, made.nodes, strict=True)
    )


def _same_operation(concrete: object, made: object) -> bool:
    if isinstance(concrete, Apply) and isinstance(made, Apply):
        return type(concrete.layer) is type(made.layer)
    if isinstance(concrete, (Invoke, Scan)) and isinstance(made, (Invoke, Scan)):
        return concrete.stage == made.stage
    return type(concrete) is type(made)


def _closed(type: ValueType, values: Mapping[str, Size]) -> object:
    return _sizes(_substituted(type, values))


def _sizes(type: ValueType) -> object:
    return type.sizes if isinstance(type, Tensor) else None
