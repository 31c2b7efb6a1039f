"""A layer on operands: its inference, its stage and its node."""

from __future__ import annotations

from collections.abc import Sequence

from specc.diagnostics import Diagnostic, Label
from specc.layers.base import Inference, LayerError, Operand
from specc.program import Apply, Path, Stage, Tie
from specc.resolve import inferred, mismatch
from specc.resolve.context import Scope
from specc.resolve.countable import COUNTED, too_many
from specc.resolve.graphs import gathered_again, on_graph, on_place, placed, reduced
from specc.resolve.origins import origins
from specc.resolve.products import accumulated
from specc.resolve.reductions import kept_features
from specc.resolve.remarks import remark_on_layer
from specc.resolve.skip import joined
from specc.resolve.table import table_before
from specc.resolve.values import POISON, Flow, LayerMaker
from specc.sizes import Size, SizeLimit, render
from specc.source import Span
from specc.syntax import tree
from specc.types import AXES, UNKNOWN, Tensor, Unknown, ValueType

Operands = Sequence[tuple[str, Flow]]


def apply_layer(
    scope: Scope,
    maker: LayerMaker,
    operands: Operands,
    label: tree.Name | None,
    span: Span,
    *,
    stage: Path | None = None,
    shared_as: str | None = None,
) -> Flow:
    """Apply a layer to its operands (by name); a new stage unless `stage` is given.

    After an error the value is poisoned, and so is the label.
    """
    flows = arrange(scope, maker, operands, span)
    if flows is not None and any(f is not None and isinstance(f.type, Unknown) for f in flows):
        _no_axis(scope, maker)
    meant = None if flows is None else reduced(scope, maker.layer, flows, span)
    if meant is not None:
        maker, flows = LayerMaker(meant[0], (), (), span), meant[1]
    word = maker.layer.shown
    named = label.id if label is not None else shared_as
    there = None if flows is None else placed(scope, maker.layer, flows, span)
    inference = None if there is None else _infer(scope, maker, there.flows, span, named)
    name = named or scope.fresh(word)
    if inference is None or there is None:
        return POISON
    if call := inferred.meant(maker, flows or []):
        scope.diagnostics.add(inferred.remark(maker, call))
    flows = there.flows
    inference = on_place(accumulated(scope, maker.layer, flows, inference), there)
    remark_on_layer(scope, maker.layer, flows, span)
    scope.constraints.extend(inference.constraints)
    if stage is None and inference.module is not None:
        stage = (name,)
        ties = _checked_ties(scope, maker, inference)
        scope.stages[name] = Stage(name, span, inference, maker.layer, ties, named is not None)
    elif stage is not None:
        _check_shared(scope, stage, inference, span)
    node = Apply(maker.layer, inference, stage)
    refs = [None if f is None else f.ref for f in flows]
    used = label.id if label is not None else (name if stage is None or stage == (name,) else None)
    made = scope.add(
        used or scope.fresh(stage[-1] if stage else word),
        span,
        node,
        refs,
        inference.outputs,
        named=label is not None,
        stage=stage,
    )
    return gathered_again(scope, on_graph(made, there.graph), there, span)


def arrange(
    scope: Scope, maker: LayerMaker, operands: Operands, span: Span
) -> list[Flow | None] | None:
    """Operands in the order of the layer's names, None where one is left out; None after an error."""
    model = type(maker.layer)
    given: dict[str, list[Flow]] = {}
    for name, flow in (*maker.named_operands, *operands):
        given.setdefault(name, []).append(flow)
    result: list[Flow | None] = []
    for name in (*model.operands, *model.keyword_operands):
        values = given.pop(name, [])
        if not values and name not in (*model.optional, *model.keyword_operands):
            _missing(scope, maker, name, span)
            return None
        variadic = model.variadic and name == model.operands[-1]
        if len(values) > 1 and not variadic:
            scope.context.report("E202", f"{model.word} gets its {name} twice", span)
            return None
        result.extend(values if values else [None])
    return result


def _missing(scope: Scope, maker: LayerMaker, name: str, span: Span) -> None:
    word = maker.layer.word
    operands = ", ".join(type(maker.layer).operands)
    scope.context.report(
        "E202", f"{word} needs its operand {name}", span, notes=(f"{word}({operands})",)
    )


def _infer(
    scope: Scope, maker: LayerMaker, flows: list[Flow | None], span: Span, name: str | None
) -> Inference | None:
    types = [None if f is None else single(scope, f, span) for f in flows]
    if any(isinstance(t, Unknown) for t in types):
        return None
    try:
        return _small_enough(maker.layer.infer(*(_operand(t) for t in types)))
    except LayerError as problem:
        scope.diagnostics.add(_diagnose(scope, maker, flows, span, name, problem))
    except (SizeLimit, OverflowError):
        scope.context.report(
            "E205", f"{maker.layer.word}: this size is too large", span, helps=(COUNTED,)
        )
    return None


def _no_axis(scope: Scope, maker: LayerMaker) -> None:
    """Report an axis that no value has, where what has it is not known after an error."""
    axis, spans = getattr(maker.layer, "axis", None), dict(maker.arguments)
    if isinstance(axis, str) and axis not in AXES and "axis" in spans:
        message = f"{maker.layer.word}: the value has no axis {axis}"
        scope.context.report("E301", message, spans["axis"])


def _small_enough(inference: Inference) -> Inference:
    """The inference, if what comes out and its weights can be counted."""
    given = [t.sizes for _, t in inference.outputs if isinstance(t, Tensor)]
    if any(map(too_many, (*given, *(p.sizes for p in inference.parameters)))):
        raise SizeLimit
    return inference


def _operand(type: ValueType | None) -> Operand | None:
    assert not isinstance(type, Unknown)
    return type


def single(scope: Scope, flow: Flow, span: Span) -> ValueType:
    """The type of a flow with one output; several cannot be an operand, nor be shown."""
    if len(flow.ports) > 1 and flow.ports[0][0] != "output":
        names = ", ".join(name for name, _, _ in flow.ports)
        scope.context.report(
            "E203",
            f"this value has {len(flow.ports)} outputs, {names}",
            span,
            helps=(f"{names} = …, and use one of them",),
        )
        return UNKNOWN
    return flow.type


def _diagnose(
    scope: Scope,
    maker: LayerMaker,
    flows: list[Flow | None],
    span: Span,
    name: str | None,
    problem: LayerError,
) -> Diagnostic:
    place, text = _place(maker, problem.argument, span), problem.text
    head = next((f for f in flows if f is not None), None)
    trail = "" if head is None else scope.trail(head.ref)
    message, notes, helps = problem.message, problem.notes, problem.helps
    labels: tuple[Label, ...] = ()
    if call := inferred.meant(maker, flows):
        helps = (f"{call}: the size of the input is inferred",)
    if problem.code == "E301":
        message = f"{name}: {message}" if name else message
        notes = (*([f"so far: {trail}"] if trail else []), *notes)
        helps = kept_features(scope, flows) or helps
    elif problem.code == "E302":
        place, text, labels = mismatch.marks(scope, maker, flows, problem, place)
        told = joined(scope, maker.layer.word, flows, problem)
        message, notes, helps = told.message, told.notes, told.helps
    table = table_before(scope, flows, maker.layer, name or maker.layer.word)
    return Diagnostic(
        problem.code,
        message,
        place,
        text,
        labels,
        notes,
        helps,
        table=table if problem.code.startswith("E3") else (),
        origins=origins(scope, flows) if problem.code == "E302" else (),
    )


def _place(maker: LayerMaker, argument: str | int | None, span: Span) -> Span:
    spans = dict(maker.arguments)
    if isinstance(argument, str) and argument in spans:
        return spans[argument]
    return span


def _checked_ties(scope: Scope, maker: LayerMaker, inference: Inference) -> tuple[Tie, ...]:
    """The ties whose shapes fit; the others are reported (E304)."""
    sizes = {p.name: p.sizes for p in inference.parameters}
    kept = []
    for tie, have in maker.ties:
        wanted = sizes.get(tie.parameter)
        if wanted is None:
            scope.context.report(
                "E304", f"this {maker.layer.word} has no {tie.parameter} to tie", maker.span
            )
        elif have != wanted:
            _report_tie(scope, maker, tie, have, wanted)
        else:
            kept.append(tie)
    return tuple(kept)


def _report_tie(
    scope: Scope, maker: LayerMaker, tie: Tie, have: tuple[Size, ...], wanted: tuple[Size, ...]
) -> None:
    shape = "×".join(render(s) for s in have)
    needed = "×".join(render(s) for s in wanted)
    place = dict(maker.arguments).get(tie.parameter, maker.span)
    what = f"the tied {tie.parameter}" if tie.path[-1] != tie.tensor else _weight_name(tie)
    scope.context.report(
        "E304",
        f"{what} is {shape}, this layer needs {needed}",
        place,
        text=shape,
        notes=(_tied_from(scope, tie, have), f"this {maker.layer.word}: {tie.parameter} {needed}"),
        helps=_mirrored(maker, tie, have, wanted),
    )


def _mirrored(
    maker: LayerMaker, tie: Tie, have: tuple[Size, ...], wanted: tuple[Size, ...]
) -> tuple[str, ...]:
    """The layer that the weight fits, where the values do: a decoder mirrors every layer of its encoder."""
    if maker.layer.word != "linear" or len(have) != 2 or have[1] != wanted[1]:
        return ()
    name = _weight_name(tie)
    weight = f"transpose({name})" if tie.transposed else name
    fits, then = render(have[0]), render(wanted[0])
    mirrored = f"-> linear({fits}, weight={weight}), and behind it one that leads to {then}"
    return (f"mirror both layers: {mirrored}",)


def _weight_name(tie: Tie) -> str:
    """`Encoder.code.weight`; a tensor that is no layer's goes by its own name, `W`."""
    return ".".join(tie.path if tie.path[-1] == tie.tensor else (*tie.path, tie.tensor))


def _tied_from(scope: Scope, tie: Tie, have: tuple[Size, ...]) -> str:
    """`Encoder.code.weight is 32×256 (line 6), transposed 256×32`."""
    shape = "×".join(render(s) for s in have)
    name = _weight_name(tie)
    network = scope.context.definitions.get(tie.path[0])
    body = None if network is None else scope.context.network(tie.path[0], None, network.span)
    stages = {s.name: s for s in body.stages} if body is not None else scope.stages
    stage = stages.get(tie.path[-1])
    line = f" (line {stage.span.line})" if stage is not None else ""
    if not tie.transposed:
        return f"{name} is {shape}{line}"
    return f"{name} is {'×'.join(render(s) for s in have[::-1])}{line}, transposed {shape}"


def _check_shared(scope: Scope, stage: Path, inference: Inference, span: Span) -> None:
    """A stage called again must have the weights that it has."""
    first = scope.stages.get(stage[0]) if len(stage) == 1 else None
    unit = first.unit if first is not None else None
    if not isinstance(unit, Inference):
        return
    before = {p.name: p.sizes for p in unit.parameters}
    after = {p.name: p.sizes for p in inference.parameters}
    if before != after and first is not None:
        name = next(n for n in after if before.get(n) != after[n])
        old, new = ("×".join(render(s) for s in t.get(name, ())) for t in (before, after))
        scope.diagnostics.add(
            Diagnostic(
                "E305",
                f"{stage[0]} is shared: its {name} is {old}, this call needs {new}",
                span,
                labels=(Label(first.span, "first call"),),
                helps=("give each use its own weights, or operands of one size",),
            )
        )
