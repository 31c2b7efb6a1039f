"""What helps where a call gets a value of another shape than its input has."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from specc.diagnostics import Label
from specc.program import Body, Sample
from specc.resolve.context import Scope
from specc.resolve.static import show
from specc.resolve.values import Flow
from specc.sizes import render
from specc.types import Tensor, ValueType


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
