"""Values whose shapes do not fit: which one is marked, and what helps where a call gets another shape."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from specc.diagnostics import Label
from specc.layers.base import LayerError
from specc.program import Body, Sample
from specc.resolve.context import Scope
from specc.resolve.static import show
from specc.resolve.values import Flow, LayerMaker
from specc.sizes import render
from specc.source import Span
from specc.types import Tensor, ValueType

Marks = tuple[Span, str, tuple[Label, ...]]


def marks(
    scope: Scope,
    maker: LayerMaker,
    flows: list[Flow | None],
    problem: LayerError,
    place: Span,
) -> Marks:
    """The operand that does not fit the other, with what both are and where they were made.

    Of two the first is marked, of more the one that differs; a piped value stands nowhere in the call.
    """
    other = problem.argument if isinstance(problem.argument, int) else 1
    spans = _written(maker, flows)
    pair = [i for i in _pair(maker, flows, other) if i < len(flows)]
    marked = next((i for i in pair if spans[i]), None)
    span = place if marked is None or isinstance(problem.argument, str) else spans[marked]
    labels = []
    for i in pair:
        at = spans[i] or place
        label = _label(scope, flows[i], at, told=at is not place)
        labels += [label] if label is not None and label.span != span else []
    assert span is not None
    shown = "" if span is place or marked is None else _told(scope, flows[marked], span)
    return span, shown or problem.text, tuple(labels)


def _pair(maker: LayerMaker, flows: list[Flow | None], other: int) -> tuple[int, ...]:
    """The operands that are compared; one given by keyword is compared with the layer."""
    if other >= len(flows) - len(type(maker.layer).keyword_operands):
        return (other,)
    return (0, other) if other < 2 else (other, 0)


def _written(maker: LayerMaker, flows: list[Flow | None]) -> list[Span | None]:
    """Where each operand stands in the call; a piped one comes first and stands nowhere."""
    model = type(maker.layer)
    several = len(flows) - len(model.operands) - len(model.keyword_operands) + 1
    spans: list[Span | None] = []
    for name in (*model.operands, *model.keyword_operands):
        here = [span for n, span in maker.places if n == name]
        count = several if model.variadic and name == model.operands[-1] else 1
        spans += [*([None] * (count - len(here))), *here]
    return spans if len(spans) == len(flows) else [None] * len(flows)


def _label(scope: Scope, flow: Flow | None, place: Span, *, told: bool) -> Label | None:
    """What an operand is, where it is written or else where it was made."""
    if told:
        return Label(place, _told(scope, flow, place))
    if flow is None or flow.ref.node < 0 or not isinstance(flow.type, Tensor) or not flow.type.rank:
        return None
    span = scope.nodes[flow.ref.node].span
    return None if span == place else Label(span, str(flow.type))


def _told(scope: Scope, flow: Flow | None, place: Span) -> str:
    """`256×31×31, line 9`: the shape of an operand, and the line where it was made, if that is another."""
    if flow is None or flow.ref.node < 0 or not isinstance(flow.type, Tensor):
        return ""
    made = scope.nodes[flow.ref.node].span
    line = "" if made.line == place.line else f", line {made.line}"
    return f"{flow.type}{line}" if made.source is place.source else str(flow.type)


def helps(scope: Scope, port: str, wanted: ValueType, flow: Flow) -> tuple[str, ...]:
    """What makes the one shape of the other, where that is known."""
    have = flow.type
    if not isinstance(wanted, Tensor) or not isinstance(have, Tensor):
        return ()
    return _drawn(scope, wanted, have, flow) or _reshaped(port, wanted, have)


def labels(scope: Scope, body: Body) -> tuple[Label, ...]:
    """The call that gave a free size its number, where the weights of a network depend on it."""
    sizes = scope.context.sizes.items()
    called = ((name, size, at) for (n, name), (size, at) in sizes if n == body.name)
    set_ = scope.context.settings
    given = [
        (f"{name} = {size}", at)
        for name, size, at in called
        if set_.keys().isdisjoint((name, f"{body.name}.{name}"))
    ]
    text = f"its weights have {', '.join(words for words, _ in given)} from this call"
    return (Label(given[0][1], text),) if given else ()


def settings(scope: Scope, body: Body) -> Iterator[str]:
    """Where `--set` gave the network a size that the call does not have: how to give it to another one."""
    sizes = scope.context.sizes
    for name, given in scope.context.settings.items():
        others = [n for n, letter in sizes if letter == name and n != body.name]
        if others and (body.name, name) in sizes:
            one = scope.name if scope.name in others else others[0]
            text = f"{name}={show(given.value)}"
            yield f"--set {text} is for every network with {name}; --set {one}.{text} for one"


def _drawn(scope: Scope, wanted: Tensor, have: Tensor, flow: Flow) -> tuple[str, ...]:
    """`normal(8)` is one number around 8, and `normal[8]` has 8 of them."""
    node = scope.nodes[flow.ref.node] if flow.ref.node >= 0 else None
    if node is None or not isinstance(node.operation, Sample) or have.rank or not wanted.rank:
        return ()
    family, _, given = node.span.text.partition("(")
    sizes = f"[{', '.join(map(render, wanted.sizes))}]"
    if "[" in given:
        return ()
    numbers = [n.strip() for n in given.rstrip().removesuffix(")").split(",")]
    if numbers == list(map(render, wanted.sizes)):
        return (f"{family}{sizes}: the shape of a draw stands in square brackets",)
    return (f"{node.span.text}{sizes} draws {wanted} numbers",)


def _reshaped(port: str, wanted: Tensor, have: Tensor) -> tuple[str, ...]:
    """What makes the one shape of the other, where both have equally many numbers."""
    if not all(isinstance(s, int) for s in (*wanted.sizes, *have.sizes)):
        return ()
    sizes = ", ".join(map(render, have.sizes))
    if have.rank > 1 and wanted.sizes == (*have.sizes[1:], have.sizes[0]):
        return (f"channels come first: in {port}: image[{sizes}]",) if have.rank == 3 else ()
    if prod(wanted.sizes) != prod(have.sizes):
        return ()
    if wanted.rank == 1:
        return (f"-> flatten makes {wanted} of {have}",)
    return (f"-> reshape[{', '.join(map(render, wanted.sizes))}] makes {wanted} of {have}",)
