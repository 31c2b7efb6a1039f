"""Weights that begin at 0 where no gradient ever moves them away (W522).

A bare weight begins at 0. One matrix of zeros in a network learns; behind it a relu lets no gradient
through, and a product with another one has the gradient 0 for both.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from specc.diagnostics import Diagnostic, Diagnostics, Label
from specc.program import Apply, BareTensor, Body, Invoke, Node, Program, ReadTensor, Rounds, Stage

_PRODUCTS = ("matmul", "multiply")
_LEVEL_AT_0 = ("relu", "relu6", "abs", "square")
_KEEPS_0 = frozenset(
    "flatten reshape squeeze unsqueeze permute transpose identity expand select slice index dropout"
    " negate tanh sin mean sum divide leaky_relu elu gelu silu softsign".split()
)


class Zero(Struct, frozen=True):
    """A value that is 0 at first because of a weight."""

    weight: Stage


def check_starts(program: Program, diagnostics: Diagnostics) -> None:
    """Report W522, once for a network; where a training draws the weights there is nothing to say."""
    if any(plan.initialization is not None for plan in program.trains):
        return
    for network in program.networks:
        for body in _bodies(network):
            found = next(_stuck(body), None)
            if found is not None:
                diagnostics.add(found)
                break


def _bodies(body: Body) -> Iterator[Body]:
    """A body and those of its blocks, each once."""
    ahead, seen = [body], set[int]()
    while ahead:
        one = ahead.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        for node in one.nodes:
            match node.operation:
                case Invoke(_, inner):
                    ahead.append(inner)
                case Rounds(bodies=bodies):
                    ahead += [inner for inner, _ in bodies]


def _stuck(body: Body) -> Iterator[Diagnostic]:
    """What is said of the nodes behind which a weight never learns."""
    zeros: list[Zero | None] = []
    for node in body.nodes:
        before = [zeros[r.node] for r in node.operands if r is not None]
        known = [z for z in before if z is not None]
        if known and isinstance(node.operation, Apply):
            yield from _said(node, node.operation.layer.word, before, known)
        zeros.append(_zero(body, node, before, known))


def _zero(
    body: Body, node: Node, before: Sequence[Zero | None], known: Sequence[Zero]
) -> Zero | None:
    """Why the value of a node is 0 at first; None where it is not."""
    match node.operation:
        case ReadTensor((name,), tensor) if name == tensor:
            stage = next((s for s in body.stages if s.name == name), None)
            return None if stage is None or not _begins_at_0(stage) else Zero(stage)
        case Apply(layer) if layer.word in (*_PRODUCTS, *_LEVEL_AT_0):
            return known[0] if known else None
        case Apply(layer) if layer.word in _KEEPS_0:
            return before[0] if before else None
        case Apply(layer) if layer.word in ("add", "subtract"):
            return known[0] if known and len(known) == len(before) else None
        case _:
            return None


def _begins_at_0(stage: Stage) -> bool:
    return isinstance(stage.unit, BareTensor) and stage.unit.trainable and not stage.unit.value


def _said(
    node: Node, word: str, before: Sequence[Zero | None], known: Sequence[Zero]
) -> Iterator[Diagnostic]:
    names = list(dict.fromkeys(zero.weight.name for zero in known))
    if word in _LEVEL_AT_0:
        message = f"{names[0]} begins at 0, where {word} passes no gradient on: it never learns"
    elif word in _PRODUCTS and len(known) == len(before) == 2:
        both = " and ".join(names)
        message = f"{both} begin at 0, and each is multiplied by the other: neither ever learns"
    else:
        return
    labels = tuple(
        Label(s, "begins at 0") for s in dict.fromkeys(zero.weight.span for zero in known)
    )
    yield Diagnostic(
        "W522",
        message,
        node.span,
        "0, and so is its gradient",
        labels,
        helps=(
            "init xavier_uniform() in the train block draws all weights of two axes and more",
            "a layer draws its own: x -> linear(32, bias=false)",
        ),
    )
