"""Applying things to values: layers, blocks, networks and what is shared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from msgspec.structs import replace

from specc.diagnostics import Diagnostic, Label
from specc.layers import registry
from specc.layers.base import Inference
from specc.program import Apply, Body, Invoke, Path, Ref, Stage
from specc.resolve import mismatch
from specc.resolve.binding import Argument, bind
from specc.resolve.context import Scope
from specc.resolve.convert import is_tensor
from specc.resolve.free import conditions, filled, fillings
from specc.resolve.graphs import graph_behind, node_features, on_graph, whole_graph
from specc.resolve.layer import apply_layer
from specc.resolve.message import call_operands, needs_graph, operand_types, result
from specc.resolve.operands import ports
from specc.resolve.origins import origins
from specc.resolve.unknown import meant_layer
from specc.resolve.values import (
    POISON,
    BlockMaker,
    Flow,
    LayerMaker,
    Meaning,
    NetworkInstance,
    Number,
    SharedInstance,
    StageInstance,
)
from specc.sizes import symbol
from specc.source import Span
from specc.syntax import tree
from specc.types import UNKNOWN, Graph, Tensor, Unknown, ValueType, same_features

Label_ = tree.Name | None
Spans = Sequence[Span | None]
_BY_ITS_WORD = (
    "a layer stands there by its own word, or a choice of two: x -> (relu if deep else tanh)"
)


def call_layer(
    scope: Scope, word: str, arguments: list[Argument], call: Span, name: Span
) -> Meaning:
    """A layer's word with arguments, in an expression: a function call, or a constructor.

    `linear(4)` is a constructor; `relu(main + skip)` a call; `leaky_relu(0.3)`, without a tensor among
    its arguments, a constructor too.
    """
    model = registry.get(word)
    if model is None and scope.role == "program":
        from specc.layers.rows import WORDS  # only where there are programs

        model = WORDS.get(word)
    model = model or meant_layer(scope, word, name, arguments)
    if model is None:
        return POISON
    values = [a.meaning for a in arguments if a.name is None]
    values = [v for v in values if v is not POISON or not model.stateful]
    given = any(map(is_tensor, values)) or not model.operands
    made = bind(scope, model, arguments, call, piped=not given)
    if made is None:
        return POISON
    maker, operands = made
    if given:
        return apply_layer(scope, maker, operands, None, call)
    return replace(maker, named_operands=tuple(operands), span=call)


def apply(
    scope: Scope,
    meaning: Meaning,
    flows: Sequence[Flow],
    label: Label_,
    span: Span,
    places: Spans = (),
) -> Flow:
    """What `meaning` gives for operands written at `places`, as one more node; `label` names its stage."""
    match meaning:
        case LayerMaker(layer):
            names = _operand_names(type(layer).operands, type(layer).variadic, len(flows))
            if names is None:
                return _too_many(scope, layer.word, len(flows), len(type(layer).operands), span)
            return apply_layer(scope, meaning, list(zip(names, flows, strict=True)), label, span)
        case BlockMaker():
            return _block(scope, meaning, flows, label, span, places)
        case SharedInstance():
            return _shared(scope, meaning, flows, label, span, places)
        case NetworkInstance(name):
            return _network(scope, name, flows, label, span, places)
        case StageInstance(path, body):
            return _foreign_stage(scope, path, body, flows, label, span)
        case Flow() if meaning is POISON:
            return POISON
        case _:
            helps = (_BY_ITS_WORD,) if isinstance(meaning, Number) else ()
            message = "this is no layer, block or network"
            return scope.context.report("E203", message, span, helps=helps)


def _operand_names(names: tuple[str, ...], variadic: bool, count: int) -> list[str] | None:
    if count > len(names) and not variadic:
        return None
    return [names[min(i, len(names) - 1)] for i in range(count)]


def _too_many(scope: Scope, word: str, count: int, takes: int, span: Span) -> Flow:
    return scope.context.report("E202", f"{word} takes {takes} operands, not {count}", span)


def _types(flows: Sequence[Flow]) -> tuple[ValueType, ...]:
    return tuple(f.type for f in flows)


def _block(
    scope: Scope,
    maker: BlockMaker,
    flows: Sequence[Flow],
    label: Label_,
    span: Span,
    places: Spans,
    stage: Path | None = None,
) -> Flow:
    definition = maker.definition
    kind = definition.name.id
    if definition.role == "cell":
        helps = (f"-> scan({kind}(…))",)
        if scope.role == "cell":
            helps = (
                "write its states and equations into this cell, or scan the one behind the other",
            )
        return scope.context.report("E203", "a cell is moved along a sequence", span, helps=helps)
    name = label.id if label is not None else (stage[-1] if stage else scope.fresh(kind))
    passes = definition.role == "message_passing"
    operands = (
        call_operands(scope, definition, flows, span)
        if passes
        else ports(scope, definition, flows, maker.named_operands, span)
    )
    if operands is None or any(isinstance(f.type, Unknown) for f in operands):
        return _behind(scope, maker, operands, span)
    if not passes:
        operands = _for_block(scope, definition, operands, span)
    types = operand_types(operands) if passes else _types(operands)
    body = scope.context.instantiate(definition, maker.hyperparameters, types, span, maker.places)
    if body is None or not (passes or _fits(scope, body, operands, span, places)):
        return POISON
    if stage is None:
        stage = (name,)
        scope.stages[name] = Stage(name, span, body, None, (), label is not None)
    else:
        _same_weights(scope, stage, body, span)
        name = name if all(n.name != name for n in scope.nodes) else scope.fresh(kind)
    made = _invoke(scope, name, stage, body, operands, label, span)
    return result(scope, made, flows[0], span) if passes else made


def _behind(scope: Scope, maker: BlockMaker, operands: Sequence[Flow] | None, span: Span) -> Flow:
    """Look at what a block does with its hyperparameters, behind an error; nothing is known of it."""
    definition = maker.definition
    if operands is not None and definition.role == "block":
        unknown = (UNKNOWN,) * len(operands)
        scope.context.instantiate(definition, maker.hyperparameters, unknown, span, maker.places)
    return POISON


def _for_block(
    scope: Scope, definition: tree.Definition, operands: list[Flow], span: Span
) -> list[Flow]:
    """What stands on a graph as the whole graph, for a block that passes messages."""
    if all(graph_behind(f) is None for f in operands):
        return operands
    if needs_graph(scope.context, definition):
        return [whole_graph(scope, f, span) for f in operands]
    return [node_features(scope, f, span) for f in operands]


def _invoke(
    scope: Scope,
    name: str,
    stage: Path,
    body: Body,
    operands: Sequence[Flow],
    label: Label_,
    span: Span,
) -> Flow:
    given = [f.type for f in operands]
    sizes = fillings(body, given)
    found = conditions(scope, body, given, sizes, span)
    if found is None:
        return POISON
    scope.constraints.extend(found)
    refs = [f.ref for f in operands]
    types = tuple((port, filled(type, sizes)) for port, type in body.output_types())
    other = tuple((letter, size) for letter, size in sizes.items() if size != symbol(letter))
    called = Invoke(stage, body, other)
    made = scope.add(name, span, called, refs, types, named=label is not None, stage=stage)
    return on_graph(made, next((g for f in operands if (g := graph_behind(f))), None))


def _same_weights(scope: Scope, stage: Path, body: Body, span: Span) -> None:
    """A shared block called with other sizes must still have the same weights."""
    first = scope.stages[stage[0]] if len(stage) == 1 else None
    if first is None or not isinstance(first.unit, Body) or first.unit is body:
        return
    if weights(first.unit) != weights(body):
        scope.diagnostics.add(
            Diagnostic(
                "E305",
                f"{stage[0]} is one instance, and these sizes need other weights than its first call",
                span,
                labels=(Label(first.span, "first call"),),
                helps=(f"new weights for each use: block {body.name}() {{ … }} and {body.name}()",),
            )
        )


def weights(body: Body) -> list[tuple[str, tuple[object, ...]]]:
    """Names and sizes of all parameters of a body, in order."""
    found: list[tuple[str, tuple[object, ...]]] = []
    for stage in body.stages:
        if isinstance(stage.unit, Inference):
            found += [(f"{stage.name}.{p.name}", p.sizes) for p in stage.unit.parameters]
        elif isinstance(stage.unit, Body):
            found += [(f"{stage.name}.{name}", sizes) for name, sizes in weights(stage.unit)]
    return found


def _shared(
    scope: Scope,
    shared: SharedInstance,
    flows: Sequence[Flow],
    label: Label_,
    span: Span,
    places: Spans,
) -> Flow:
    maker, stage = shared.maker, shared.stage
    first = stage is None
    if isinstance(maker, BlockMaker):
        if first:
            name = tree.Name(shared.span, shared.name)
            flow = _block(scope, maker, flows, name, span, places)
        else:
            flow = _block(scope, maker, flows, label, span, places, stage)
    else:
        names = _operand_names(
            type(maker.layer).operands, type(maker.layer).variadic, len(flows)
        ) or ["x"] * len(flows)
        operands = list(zip(names, flows, strict=True))
        flow = apply_layer(scope, maker, operands, label, span, stage=stage, shared_as=shared.name)
    if first and flow is not POISON:
        shared.stage = flow.stage
    return flow


def _network(
    scope: Scope, name: str, flows: Sequence[Flow], label: Label_, span: Span, places: Spans
) -> Flow:
    definition = scope.context.definitions[name]
    operands = ports(scope, definition, flows, (), span)
    if operands is None:
        return POISON
    operands = _for_network(scope, definition, operands, span)
    body = scope.context.network(name, _types(operands), span)
    if body is None:
        return POISON
    if any(isinstance(f.type, Unknown) for f in operands):
        return Flow(tuple((port, Ref(-1), type) for port, type in body.output_types()))
    if not _fits(scope, body, operands, span, places):
        return POISON
    scope.uses[name] = None
    call = label.id if label is not None else scope.fresh(name)
    return _invoke(scope, call, (name,), body, operands, label, span)


def _for_network(
    scope: Scope, definition: tree.Definition, operands: list[Flow], span: Span
) -> list[Flow]:
    """Whole graphs where a port is a graph, features elsewhere."""
    written = [s.type for s in definition.body if isinstance(s, tree.Input) for _ in s.names]
    words = [t.base if isinstance(t, tree.Index) else t for t in written]
    return [
        (whole_graph if isinstance(w, tree.Name) and w.id == "graph" else node_features)(
            scope, f, span
        )
        for w, f in zip(words or [None], operands, strict=True)
    ]


def _fits(scope: Scope, body: Body, operands: Sequence[Flow], call: Span, places: Spans) -> bool:
    written = places if len(places) == len(operands) else [None] * len(operands)
    for (port, wanted), flow, place in zip(body.inputs, operands, written, strict=True):
        have, span = flow.type, place or call
        if isinstance(wanted, Unknown) or isinstance(have, Unknown):
            continue
        if isinstance(have, Graph) and isinstance(wanted, Graph) and same_features(have, wanted):
            continue
        if not isinstance(have, Tensor) or not isinstance(wanted, Tensor):
            return _misfit(scope, body, port, wanted, flow, span)
        if have.sizes != wanted.sizes and not _free(have, wanted):
            return _misfit(scope, body, port, wanted, flow, span)
        if not _same_kind(scope, body, port, wanted, have, span):
            return False
    return True


def _misfit(
    scope: Scope, body: Body, port: str, wanted: ValueType, flow: Flow, span: Span
) -> Literal[False]:
    have = flow.type
    shape = str(have) if isinstance(have, (Tensor, Graph)) else "a distribution"
    trail = scope.trail(flow.ref)
    scope.context.report(
        "E302",
        f"{body.role} {body.name} takes {port}: {wanted}, and gets {shape}",
        span,
        text=shape,
        notes=(f"how it came: {trail}",) if trail else (),
        labels=mismatch.labels(scope, body),
        helps=(*mismatch.settings(scope, body), *mismatch.helps(scope, port, wanted, flow)),
        origins=(f"{body.name}({port})", *origins(scope, (flow,))),
    )
    return False


def _same_kind(
    scope: Scope, body: Body, port: str, wanted: Tensor, have: Tensor, span: Span
) -> bool:
    """Whether a port gets the kind of numbers that it takes, and no class that it does not know."""
    if have.dtype != wanted.dtype and not _counts(scope, have):
        kinds = {"int": "whole numbers", "float": "real numbers", "bool": "truth values"}
        takes, gets = kinds[wanted.dtype], kinds[have.dtype]
        message = f"{body.role} {body.name} takes {takes} as {port}, and gets {gets}"
        scope.context.report("E203", message, span, helps=_converted(wanted, have))
        return False
    known, given = wanted.classes, have.classes
    if isinstance(known, int) and isinstance(given, int) and given > known:
        message = f"{body.role} {body.name} takes {known} classes as {port}, and gets {given}"
        notes = (f"its ids are 0 … {known - 1}, those that come 0 … {given - 1}",)
        scope.context.report("E302", message, span, text=f"{given} classes", notes=notes)
        return False
    return True


def _counts(scope: Scope, have: Tensor) -> bool:
    """Whether this is a single number that becomes whatever a port takes: a literal, or one of a program."""
    single = not have.batched and not have.rank and have.dtype != "bool"
    return have.constant is not None or (single and scope.role == "program")


def _converted(wanted: Tensor, have: Tensor) -> tuple[str, ...]:
    """How to give a port real numbers."""
    if wanted.dtype != "float":
        return ()
    if have.classes is not None:
        return ("a class id becomes a vector by embedding or one_hot, a number by float(…)",)
    return ("float(…) makes real numbers of them",)


def _free(have: Tensor, wanted: Tensor) -> bool:
    """Whether two shapes differ in free sizes only, which a call may fill."""
    if have.rank != wanted.rank:
        return False
    pairs = zip(have.sizes, wanted.sizes, strict=True)
    return all(a == b or not (isinstance(a, int) and isinstance(b, int)) for a, b in pairs)


def _foreign_stage(
    scope: Scope, path: Path, body: Body, flows: Sequence[Flow], label: Label_, span: Span
) -> Flow:
    """A stage of another network, applied here: its weights are shared."""
    stage = body.stage(path[-1])
    scope.uses[path[0]] = None
    if isinstance(stage.unit, Inference) and stage.layer is not None:
        maker = LayerMaker(stage.layer, (), (), stage.span)
        flow = apply(scope, maker, flows, label, span)
        return _moved(scope, flow, path)
    return scope.context.report(
        "E401",
        f"{'.'.join(path)} cannot be shared from here",
        span,
        helps=("share a single layer, or call the whole network",),
    )


def _moved(scope: Scope, flow: Flow, path: Path) -> Flow:
    """Hand the stage that was just made to its owner elsewhere."""
    if flow is POISON or flow.stage is None:
        return flow
    scope.stages.pop(flow.stage[-1], None)
    node = scope.nodes[-1]
    assert isinstance(node.operation, Apply)
    scope.nodes[-1] = replace(node, operation=replace(node.operation, stage=path))
    return replace(flow, stage=path)
