"""Which written argument is an operand, which a hyperparameter, which a tied weight."""

from __future__ import annotations

from msgspec import Struct, field

from specc.diagnostics import Diagnostic, Edit, Fix
from specc.layers import registry
from specc.layers.base import Layer
from specc.nearest import nearest
from specc.program import Static, Tie
from specc.resolve.arguments import (
    Given,
    accepts_word,
    construct,
    hint,
    kind_of,
    signature,
    takes_list,
)
from specc.resolve.context import Scope
from specc.resolve.convert import as_flow, as_static, is_tensor, unknown_name
from specc.resolve.inferred import is_of_input, refused
from specc.resolve.remarks import remark_on_idle, remark_on_product
from specc.resolve.values import (
    POISON,
    Flow,
    LayerMaker,
    ListValue,
    Meaning,
    Number,
    TensorRef,
    Word,
)
from specc.resolve.weights import implied
from specc.sizes import Size
from specc.source import Span
from specc.syntax import tree
from specc.types import AXES


class Argument(Struct, frozen=True):
    """A written argument with its meaning."""

    name: tree.Name | None
    meaning: Meaning
    span: Span


class Bound(Struct):
    """The arguments of one call, sorted."""

    operands: dict[str, list[tuple[Meaning, Span]]] = field(default_factory=dict)
    given: dict[str, Given] = field(default_factory=dict)
    ties: list[tuple[Tie, tuple[Size, ...]]] = field(default_factory=list)
    tied: list[tuple[str, Span]] = field(default_factory=list)
    extra: dict[str, object] = field(default_factory=dict)
    edits: tuple[Edit, ...] | None = None  # what mends the whole call
    failed: bool = False


def bind(
    scope: Scope, model: type[Layer], arguments: list[Argument], place: Span, *, piped: bool
) -> tuple[LayerMaker, list[tuple[str, Flow]]] | None:
    """The layer of a call and its operands by name, or None after diagnostics.

    In a pipe the piped value is the first operand and is not among the arguments.
    """
    bound = Bound(edits=_mended(model, arguments))
    positional = [a for a in arguments if a.name is None]
    values = [Given(v, a.span) for a in positional if (v := as_static(a.meaning)) is not None]
    if len(values) == len(positional) and (wrong := refused(model, values)) is not None:
        scope.diagnostics.add(wrong)
        return None
    _positional(scope, model, positional, bound, piped)
    by_place = len(bound.given)
    for argument in arguments:
        if argument.name is not None:
            _keyword(scope, model, argument.name, argument, bound)
    if bound.failed or _unsure(model, positional):
        if bound.edits is None:
            construct(
                model,
                model.word,
                bound.given,
                place,
                scope.diagnostics,
                bound.extra,
                incomplete=True,
            )
        _operands(scope, bound)
        return None
    if scope.role == "example":
        _from_weights(model, bound, place)
    layer = construct(model, model.word, bound.given, place, scope.diagnostics, bound.extra)
    if layer is None:
        _operands(scope, bound)
        return None
    operands = _operands(scope, bound)
    spans = tuple((name, given.span) for name, given in bound.given.items())
    remark_on_idle(scope, layer, dict(spans))
    spans += tuple(bound.tied)
    places = tuple((name, span) for name, values in bound.operands.items() for _, span in values)
    return LayerMaker(layer, tuple(bound.ties), (), place, spans, by_place, places), operands


def _mended(model: type[Layer], arguments: list[Argument]) -> tuple[Edit, ...] | None:
    """What makes a call with arguments of another framework ours; None for any other call."""
    operands = (*model.operands, *model.keyword_operands, *model.tieable)
    names = (a.name.id for a in arguments if a.name is not None)
    if all(n in model.model_fields or n in operands for n in names):
        return None
    from specc.resolve.foreign import translated  # only after an error

    return translated(model, model.word, arguments)


def _unsure(model: type[Layer], positional: list[Argument]) -> bool:
    """Whether a poisoned argument may be one that the layer needs, so that none is missing for sure."""
    needs = any(field.is_required() for field in model.model_fields.values())
    return needs and any(a.meaning is POISON for a in positional)


def _operands(scope: Scope, bound: Bound) -> list[tuple[str, Flow]]:
    """The operands as computed values; what cannot be one is reported, in a call that is wrong too."""
    return [
        (name, as_flow(scope, meaning, span))
        for name, values in bound.operands.items()
        for meaning, span in values
    ]


def _from_weights(model: type[Layer], bound: Bound, place: Span) -> None:
    """`linear(weight=W)` is as large as W, and has no bias where none is given."""
    tied = {tie.parameter: sizes for tie, sizes in bound.ties}
    for name, value in implied(model.word, tied.get("weight", ())).items():
        bound.given.setdefault(name, Given(value, place))
    if "weight" in tied and "bias" not in tied and "bias" in model.model_fields:
        bound.given.setdefault("bias", Given(False, place))


def _positional(
    scope: Scope, model: type[Layer], arguments: list[Argument], bound: Bound, piped: bool
) -> None:
    waiting = list(model.operands[1:] if piped else model.operands)
    fields = list(model.model_fields)
    for number, argument in enumerate(arguments):
        operand = _takes_operand(model, waiting, argument.meaning, fields)
        if operand is not None:
            bound.operands.setdefault(operand, []).append((argument.meaning, argument.span))
            if not (model.variadic and operand == model.operands[-1]):
                waiting.remove(operand)
        elif fields:
            rest = arguments[number:]
            if len(fields) == 1 and len(rest) > 1 and takes_list(model, fields[0]):
                _hyperparameter(scope, model, fields[0], _joined(rest), bound)
                return
            _hyperparameter(scope, model, fields.pop(0), argument, bound)
        else:
            _too_many(scope, model, argument, bound)
            return


def _joined(rest: list[Argument]) -> Argument:
    """`permute(height, width, channels)`: the last hyperparameter is a list and takes all that follow."""
    span = rest[0].span.to(rest[-1].span)
    if any(a.meaning is POISON for a in rest):
        return Argument(None, POISON, span)
    joined = ListValue(tuple(a.meaning for a in rest), span, tuple(a.span for a in rest))
    return Argument(None, joined, span)


def _takes_operand(
    model: type[Layer], waiting: list[str], meaning: Meaning, fields: list[str]
) -> str | None:
    if not waiting:
        return None
    if is_tensor(meaning):
        return waiting[0]
    if isinstance(meaning, Word) and waiting[0] not in model.optional and not model.stateful:
        return waiting[0]
    constant = isinstance(meaning, Number) and not isinstance(meaning.value, (str, tuple))
    required = waiting[0] not in model.optional or model.pairs or not fields
    return waiting[0] if constant and required and not model.stateful else None


def _too_many(scope: Scope, model: type[Layer], argument: Argument, bound: Bound) -> None:
    bound.failed = True
    if argument.meaning is POISON:
        return
    unbound = _unbound(model, bound.given.get("axis"))
    if unbound is not None:
        unknown_name(scope, unbound.text, unbound)
        return
    if isinstance(argument.meaning, Word) and not model.model_fields:
        unknown_name(scope, argument.meaning.text, argument.span)
        return
    if is_tensor(argument.meaning) and model.stateful:
        scope.context.report(
            "E203",
            f"{model.word} makes weights; its operand comes through a pipe",
            argument.span,
            helps=(
                f"{argument.span.text} -> {model.word}(…), or {model.word}(…)({argument.span.text})",
            ),
        )
        return
    scope.context.report(
        "E202",
        f"{model.word} has no place for this argument",
        argument.span,
        notes=(signature(model, model.word),),
    )


def _keyword(
    scope: Scope, model: type[Layer], name: tree.Name, argument: Argument, bound: Bound
) -> None:
    known = {*bound.given, *bound.operands, *(t.parameter for t, _ in bound.ties)}
    if name.id in known:
        bound.failed = True
        if unbound := _unbound(model, bound.given.get(name.id)):
            unknown_name(scope, unbound.text, unbound)
            return
        scope.context.report("E202", f"{model.word} gets its {name.id} twice", name.span)
    elif name.id in model.tieable and isinstance(argument.meaning, TensorRef):
        bound.ties.append(_tie(name.id, argument.meaning))
        bound.tied.append((name.id, argument.span))
    elif name.id in model.tieable and name.id not in model.model_fields:
        bound.failed = True
        if argument.meaning is not POISON:
            scope.context.report(
                "E304",
                f"{name.id} is tied to a weight, and this is none",
                argument.span,
                helps=(
                    f"{name.id}=Encoder.code.weight, or {name.id}=transpose(Encoder.code.weight)",
                ),
            )
    elif name.id in model.model_fields:
        _hyperparameter(scope, model, name.id, argument, bound)
    elif name.id in (*model.operands, *model.keyword_operands):
        bound.operands.setdefault(name.id, []).append((argument.meaning, argument.span))
    else:
        bound.failed = True
        _unknown(scope, model, name, bound.edits)


def _unbound(model: type[Layer], given: Given | None) -> Span | None:
    """A name of nothing, meant as an operand, in an argument's place: `mean(h, axis=time)`."""
    if given is None or not isinstance(given.value, str) or not model.operands:
        return None
    return given.span if given.value not in AXES and given.span.text.isidentifier() else None


def _unknown(
    scope: Scope, model: type[Layer], name: tree.Name, edits: tuple[Edit, ...] | None
) -> None:
    """An argument that the layer does not have; `edits` mend the whole call, where that is sure."""
    choices = [*model.model_fields, *model.keyword_operands, *model.tieable]
    close = [] if is_of_input(name.id) else nearest(name.id, choices)
    said = f"{name.id} → {close[0]}" if close else f"leave out {name.id}"
    fix = None if edits is None else Fix(said, edits)
    scope.diagnostics.add(
        Diagnostic(
            "E202",
            f'{model.word} has no argument "{name.id}"',
            name.span,
            text=f'did you mean "{close[0]}"?' if close else "",
            notes=(signature(model, model.word),),
            helps=hint(model, name.id) or _elsewhere(name.id),
            fix=fix,
        )
    )


def _elsewhere(name: str) -> tuple[str, ...]:
    """Where an argument of other frameworks is said here."""
    if name == "activation":
        return ("an activation is a stage of its own: -> relu",)
    if name == "dim":
        return ("axes are counted without the batch: PyTorch's dim=1 is axis=0",)
    if is_of_input(name):
        return ("the sizes of an input are inferred; leave it out",)
    return ()


def _tie(parameter: str, meaning: TensorRef) -> tuple[Tie, tuple[Size, ...]]:
    tie = Tie(parameter, meaning.path, meaning.parameter.name, meaning.transposed)
    return tie, meaning.type.sizes


def _hyperparameter(
    scope: Scope, model: type[Layer], name: str, argument: Argument, bound: Bound
) -> None:
    meaning = argument.meaning
    if isinstance(meaning, LayerMaker):
        bound.extra[name] = meaning.layer
        bound.given[name] = Given(None, argument.span)
        return
    if meaning is POISON:
        bound.failed = True
        return
    if isinstance(meaning, Word) and accepts_word(model, name):
        _not_taken(scope, model, name, meaning.other)
    value = words_of(meaning) if accepts_word(model, name) else None
    if value is None:
        if isinstance(meaning, Word) and not accepts_word(model, name):
            bound.failed = True
            _no_word(scope, model, name, meaning.text, argument.span)
            return
        value = as_static(meaning)
    if value is None:
        bound.failed = True
        scope.context.report(
            "E203",
            f"{model.word}: {name} must be known before anything runs, and this is a computed value",
            argument.span,
            helps=(model.computed,) if model.computed else (),
        )
        return
    remark_on_product(scope, model, name, argument.span)
    bound.given[name] = Given(value, argument.span)


def _not_taken(scope: Scope, model: type[Layer], name: str, word: Word | None) -> None:
    """Check the word of a choice that is not taken."""
    if word is not None and word.place is not None:
        given = {name: Given(word.text, word.place)}
        construct(model, model.word, given, word.place, scope.diagnostics, incomplete=True)


def _no_word(scope: Scope, model: type[Layer], field: str, text: str, span: Span) -> None:
    """A word where a layer takes none: a name of nothing, or a word that other layers take there."""
    truth = _TRUTHS.get(text.lower()) if kind_of(model, field) == "true or false" else None
    if truth is not None and text not in scope.names:
        message, fix = f"{text} is written {truth}", Fix(truth, (Edit(span, truth),))
        scope.diagnostics.add(Diagnostic("E203", message, span, fix=fix))
        return
    if field != "padding" or text not in ("same", "valid"):
        if not _activation(scope, model, text, span):
            unknown_name(scope, text, span)
        return
    message = f"{model.word} needs {kind_of(model, field)} for its {field}, not {text}"
    notes, helps = (signature(model, model.word),), hint(model, field)
    scope.context.report("E203", message, span, notes=notes, helps=helps)


_TRUTHS = {"yes": "true", "on": "true", "no": "false", "off": "false"}


def _activation(scope: Scope, model: type[Layer], text: str, span: Span) -> bool:
    """Report a layer among the arguments of another: `linear(10, relu)`."""
    if text in scope.names or not model.stateful or registry.get(text) is None:
        return False
    message = f"{model.word} has no place for {text}"
    helps = (f"an activation is a stage of its own: {model.word}(…) -> {text}",)
    scope.context.report("E202", message, span, helps=helps)
    return True


def words_of(meaning: Meaning) -> Static | None:
    """Axis names and other words as text, alone or in a list."""
    if isinstance(meaning, Word):
        return meaning.text
    if isinstance(meaning, ListValue):
        items = [i.text if isinstance(i, Word) else as_static(i) for i in meaning.items]
        return tuple(items) if all(i is not None for i in items) else None
    return None
