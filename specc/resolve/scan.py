"""`x -> scan(cell(64), keep=last)`: a cell moved along a sequence; `t -> fold(cell(64))`: along a tree."""

from __future__ import annotations

from typing import Literal

from msgspec.structs import replace

from specc.layers import registry
from specc.layers.base import LayerError
from specc.layers.common import equal_sizes, fits_mask
from specc.layers.recurrence import Recurrent
from specc.program import Body, Path, Ref, Scan, Stage
from specc.resolve.arguments import construct
from specc.resolve.binding import Argument
from specc.resolve.cell import is_folded
from specc.resolve.context import Scope
from specc.resolve.layer import apply_layer
from specc.resolve.operands import input_names
from specc.resolve.scanned import OPTIONS, ScanOptions, Written, argument
from specc.resolve.values import (
    POISON,
    BlockMaker,
    Flow,
    LayerMaker,
    Meaning,
    SharedInstance,
)
from specc.sizes import Size, render
from specc.syntax import tree
from specc.types import Graph, Tensor, Unknown, ValueType, shape_of


def scan(scope: Scope, value: Flow, given: list[Argument], stage: tree.Stage, word: str) -> Flow:
    """The value of `x -> scan(…)` or `x -> fold(…)`, or poison after diagnostics."""
    span = stage.operation.span
    written = Written(scope, word, span, stage.label)
    sound = [argument(written, a) for a in given]
    cell = written.cell
    if cell is None:
        scope.context.report("E202", f"{word} needs a cell", span, helps=(_EXAMPLES[word],))
    options = construct(
        OPTIONS[word], word, written.options, span, scope.diagnostics, {}, incomplete=not all(sound)
    )
    if options is None or cell is None or POISON in (cell, value, *written.operands.values()):
        return POISON
    if isinstance(cell, LayerMaker) and isinstance(cell.layer, Recurrent) and word == "scan":
        return _standard(written, cell, value)
    maker = cell.maker if isinstance(cell, SharedInstance) else cell
    if not isinstance(maker, BlockMaker) or maker.definition.role != "cell":
        return _no_cell(written)
    if is_folded(maker.definition) != (word == "fold"):
        return _other_structure(written, maker.definition)
    if isinstance(options, ScanOptions):
        return _directions(written, cell, maker, value, options)
    keep = "last" if getattr(options, "keep", "all") == "root" else "all"
    along = ScanOptions.model_construct(keep=keep)
    name = stage.label.id if stage.label is not None else None
    return _one(written, cell, maker, value, along, name)


_EXAMPLES = {
    "scan": "x -> scan(lstm(64), keep=last)",
    "fold": "t -> fold(merge(64), keep=root)",
}


def _other_structure(written: Written, definition: tree.Definition) -> Flow:
    """A cell for trees under `scan`, or one for sequences under `fold`."""
    name = definition.name.id
    if written.word == "scan":
        message, help = f"cell {name} reads the states of children", f"tree -> fold({name}(…))"
    else:
        message = f"cell {name} reads no children, as h.left and h.right"
        help = f"along a sequence: x -> scan({name}(…))"
    return written.scope.context.report("E203", message, written.span, helps=(help,))


def _no_cell(written: Written) -> Flow:
    along = "a sequence" if written.word == "scan" else "a tree"
    return written.scope.context.report(
        "E203",
        f"{written.word} moves a cell along {along}, and this is none",
        written.span,
        helps=("cell NAME(units) { in x  state h[units]  next h = …  out next h }",),
    )


# ------------------------------------------------------------- standard cells


def _standard(written: Written, maker: LayerMaker, value: Flow) -> Flow:
    """`scan(lstm(64), keep=last)` is the layer itself."""
    layer = maker.layer
    assert isinstance(layer, Recurrent)
    scope = written.scope
    values = {name: given.value for name, given in written.options.items()}
    operands = [("x", value), *written.operands.items()]
    unknown = [n for n in written.operands if n not in type(layer).keyword_operands]
    unknown += [n for n in values if n not in type(layer).model_fields]
    if unknown:
        place = written.spans.get(unknown[0], written.span)
        return scope.context.report(
            "E202", f'scan of {layer.word} has no argument "{unknown[0]}"', place
        )
    made = replace(maker, layer=layer.model_copy(update=values))
    return apply_layer(scope, made, operands, written.label, written.span)


# --------------------------------------------------------------- written cells


def _directions(
    written: Written, cell: Meaning, maker: BlockMaker, value: Flow, options: ScanOptions
) -> Flow:
    if not options.bidirectional:
        name = written.label.id if written.label is not None else None
        return _one(written, cell, maker, value, options, name)
    scope = written.scope
    if options.free_running != "never":
        return scope.context.report(
            "E203",
            "bidirectional reads a sequence from both ends, and a cell that runs freely reads none",
            written.span,
            helps=("leave out bidirectional=, or free_running=",),
        )
    if isinstance(cell, SharedInstance):
        return scope.context.report(
            "E203", "the two directions have their own weights; name no shared cell", written.span
        )
    base = written.label.id if written.label is not None else scope.fresh(maker.definition.name.id)
    there = _one(written, cell, maker, value, options, f"{base}_forward")
    back = options.model_copy(update={"reverse": not options.reverse})
    other = _one(written, cell, maker, value, back, f"{base}_backward")
    if there is POISON or other is POISON:
        return POISON
    concat = registry.get("concat")
    assert concat is not None
    maker_of = LayerMaker(concat(), (), (), written.span)
    joined = [("values", Flow(f.ports[:1])) for f in (there, other)]
    made = apply_layer(scope, maker_of, joined, written.label, written.span)
    if made is POISON:
        return POISON
    ends = [
        (f"{state}_{way}", ref, type)
        for way, flow in (("forward", there), ("backward", other))
        for state, ref, type in flow.ports[1:]
    ]
    return replace(made, ports=(*made.ports, *ends))


def _one(
    written: Written,
    cell: Meaning,
    maker: BlockMaker,
    value: Flow,
    options: ScanOptions,
    name: str | None,
) -> Flow:
    """One cell in one direction."""
    scope, definition = written.scope, maker.definition
    steps, item = _item(written, value) if written.word == "scan" else _node(written, value)
    others = _others(written, definition)
    if item is None or others is None:
        return POISON
    types = (item, *(f.type for f in others))
    body = scope.context.instantiate(
        definition, maker.hyperparameters, types, maker.span, maker.places
    )
    if body is None or any(isinstance(t, Unknown) for _, t in body.output_types()):
        return POISON
    starts = _starts(written, definition, body)
    if starts is None or (options.free_running != "never" and not _feeds(written, item, body)):
        return POISON
    if options.carry and not _carries(written, cell, options, any(starts)):
        return POISON
    path, node = _stage(written, cell, body, definition.name.id, name)
    over: Literal["sequence", "tree"] = "sequence" if written.word == "scan" else "tree"
    operation = Scan(
        path,
        body,
        steps,
        options.keep,
        options.reverse,
        options.truncate,
        options.free_running,
        over,
        options.carry,
    )
    operands: list[Ref | None] = [value.ref, *(f.ref for f in others), *starts]
    mask = written.operands.get("mask")
    if mask is not None and not _masks(written, mask, steps):
        return POISON
    operands.append(None if mask is None else mask.ref)
    scope.constraints.extend(body.constraints)
    scope.uses.update(dict.fromkeys(body.uses))
    types_out = _outputs(body, steps, options.keep, "time" if over == "sequence" else "node")
    return scope.add(
        node, written.span, operation, operands, types_out,
        named=written.label is not None, stage=path,
    )  # fmt: skip


def _carries(written: Written, cell: Meaning, options: ScanOptions, started: bool) -> bool:
    """Whether one cell goes forward from batch to batch, and nothing else says where it begins."""
    reason = ""
    if options.reverse or options.bidirectional:
        reason = "a sequence that is read from its end has no batch before it"
    elif isinstance(cell, SharedInstance):
        reason = "a shared cell has several states, and one is carried; name no shared cell"
    elif options.truncate is not None:
        reason = "carry ends gradients at each batch already; leave truncate= out"
    elif started:
        reason = "with carry the states begin from the batch before, and from no other value"
    if reason:
        written.scope.context.report("E203", reason, written.span)
    return not reason


def _node(written: Written, value: Flow) -> tuple[Size, ValueType | None]:
    """The number of nodes, and the type of the symbol at each."""
    type = value.type
    if isinstance(type, Unknown):
        return 0, None
    if isinstance(type, Tensor) and type.axes == ("node", "part"):
        columns = type.sizes[1]
        assert isinstance(columns, int)
        return type.sizes[0], Tensor((), (), "int", type.classes, arity=columns - 1)
    written.scope.context.report(
        "E301",
        "fold moves along trees, and this is none",
        written.span,
        text=str(type) if isinstance(type, Tensor) else "",
        helps=("in t: tree[31, vocab=5]",),
    )
    return 0, None


def _item(written: Written, value: Flow) -> tuple[Size, ValueType | None]:
    """The number of positions, and the type of what stands at each."""
    type, scope, span = value.type, written.scope, written.span
    if isinstance(type, Unknown):
        return 0, None
    still = ("channels", "node")
    if isinstance(type, Tensor) and type.rank and type.batched and type.axes[0] not in still:
        return type.sizes[0], shape_of(type.with_sizes(type.sizes[1:], type.axes[1:]))
    rows = isinstance(type, Tensor) and type.axes[:1] == ("channels",) and type.rank > 1
    trail = scope.trail(value.ref)
    scope.context.report(
        "E301",
        "scan moves along time, and this has no such axis",
        span,
        text=_kind(type),
        notes=(f"so far: {trail}",) if trail else (),
        helps=(
            "-> permute(height, channels, width) -> flatten(channels, width) reads it row by row",
        )
        if rows
        else (),
    )
    return 0, None


def _kind(type: ValueType) -> str:
    """What stands in a place where a sequence is wanted."""
    match type:
        case Tensor():
            return f"{type}: {', '.join(type.axes)}"
        case Graph():
            return "a graph"
        case _:
            return "a distribution"


def _others(written: Written, definition: tree.Definition) -> list[Flow] | None:
    """The values of the cell's further inputs, which are the same at every step."""
    scope = written.scope
    first, *names = input_names(definition)
    missing = [n for n in names if n not in written.operands]
    if len({first, *names}) <= len(names):
        return None  # that one name is there twice was said of the definition
    if missing:
        scope.context.report(
            "E202",
            f"cell {definition.name.id} takes {', '.join(missing)} at every step",
            written.span,
            helps=(f"{written.word}({definition.name.id}(…), {missing[0]}=…)",),
        )
        return None
    return [written.operands[n] for n in names]


def _starts(written: Written, definition: tree.Definition, body: Body) -> list[Ref | None] | None:
    """The first values of the states, where they are given; names that mean nothing are reported."""
    scope, inputs = written.scope, dict(body.inputs)
    names = [s.name for s in body.states]
    known = {*input_names(definition)[1:]}
    known |= {*names, "mask"} if written.word == "scan" else set()
    for name, place in written.spans.items():
        if name not in known:
            scope.context.report(
                "E202",
                f'{written.word} of {definition.name.id} has no argument "{name}"',
                place,
                notes=(f"states: {', '.join(names) or 'none'}",),
            )
            return None
    found: list[Ref | None] = []
    for name in names:
        start = written.operands.get(name)
        if start is not None and not _same(scope, name, start.type, inputs[name], written):
            return None
        found.append(None if start is None else start.ref)
    return found


def _feeds(written: Written, item: ValueType, body: Body) -> bool:
    """Whether the output of a step can be what the next step reads: scores of classes, or alike."""
    output = body.output_types()[0][1]
    if not isinstance(item, Tensor) or not isinstance(output, Tensor):
        return False
    wanted = item.sizes if item.dtype == "float" else (item.classes, *item.sizes)
    pairs = zip(wanted, output.sizes, strict=False)
    if len(wanted) == output.rank and all(b is None or equal_sizes(a, b)[0] for b, a in pairs):
        return True
    classes = "" if item.classes is None else f" of {render(item.classes)} classes"
    what = f"{item}" if item.dtype == "float" else f"a token{classes}"
    written.scope.context.report(
        "E302",
        f"a step gives {output}, and the next one reads {what}",
        written.span,
        text=str(output),
        helps=("free_running feeds the output back: its shape, or a score for each class",),
    )
    return False


def _masks(written: Written, mask: Flow, steps: Size) -> bool:
    """Whether a mask says true or false for every position."""
    scope, type = written.scope, mask.type
    if isinstance(type, Unknown):
        return True
    try:
        conditions = fits_mask(type, steps, written.word, 0)
    except LayerError as problem:
        scope.context.report(
            problem.code,
            problem.message,
            written.spans["mask"],
            text=problem.text,
            helps=problem.helps,
        )
        return False
    scope.constraints.extend(conditions)
    return True


def _same(scope: Scope, name: str, have: ValueType, wanted: ValueType, written: Written) -> bool:
    if not isinstance(have, Tensor) or not isinstance(wanted, Tensor):
        return False
    pairs = [equal_sizes(a, b) for a, b in zip(have.sizes, wanted.sizes, strict=False)]
    if have.rank == wanted.rank and all(same for same, _ in pairs):
        scope.constraints.extend(c for _, found in pairs for c in found)
        return True
    scope.context.report(
        "E302", f"the state {name} is {wanted}, and starts from {have}", written.spans[name],
        text=str(have),
    )  # fmt: skip
    return False


def _stage(
    written: Written, cell: Meaning, body: Body, kind: str, name: str | None
) -> tuple[Path, str]:
    """The stage that owns the cell's weights, and the name of the node."""
    scope = written.scope
    if not isinstance(cell, SharedInstance):
        path = (name or scope.fresh(kind),)
        scope.stages[path[0]] = Stage(path[0], written.span, body, None, (), name is not None)
        return path, path[0]
    if cell.stage is None:
        cell.stage = (cell.name,)
        scope.stages[cell.name] = Stage(cell.name, cell.span, body, None, (), True)
        return cell.stage, name or cell.name
    return cell.stage, name or scope.fresh(cell.name)


def _outputs(body: Body, steps: Size, keep: str, axis: str) -> tuple[tuple[str, ValueType], ...]:
    types = dict(body.output_types())
    states = tuple((s.name, types[f"next {s.name}"]) for s in body.states)
    one = next(t for name, t in types.items() if not name.startswith("next "))
    assert isinstance(one, Tensor)
    if keep == "all":
        one = one.with_sizes((steps, *one.sizes), (axis, *one.axes))
    return (("output", one), *(states if axis == "time" else ()))
