"""What stands in a loss: the prediction first, logits that can grow, a variance that is positive."""

from __future__ import annotations

import math

from msgspec import Struct

from specc.check.trace import Place, maker, place
from specc.diagnostics import Diagnostic, Diagnostics, Label
from specc.program import Apply, Body, Invoke, Node, Ref
from specc.source import Span
from specc.types import Tensor

_DIRECTED = ("bce", "bce_with_logits", "kl_div", "poisson_nll", "gaussian_nll")
"""Losses whose operands may not be exchanged, and whose shapes do not say so."""
_BOUND = 4
"""A logit that is never further from 0 leaves 2 % to the other side."""


class Use(Struct, frozen=True):
    """A loss in a `train` block with the values that it compares."""

    body: Body
    node: Node
    word: str
    output: Place
    target: Place

    @property
    def span(self) -> Span:
        """The word of the loss, where it stands; else all of its call."""
        whole = self.node.span
        if not whole.text.startswith(self.word):
            return whole
        return Span(whole.source, whole.start, whole.start + len(self.word))

    def type(self, at: Place) -> Tensor | None:
        """The type of a compared value, None for what is no tensor."""
        found = at.node.type(at.ref.port)
        return found if isinstance(found, Tensor) else None


def owner(use: Use, origin: Place) -> str:
    """What ends in the layer that made a value: a network, or the value itself."""
    return "the value" if origin.body is use.body else origin.frames[1][0].name


def check_operands(use: Use, diagnostics: Diagnostics) -> None:
    """Report operands of a loss that are exchanged, or cannot be what the loss takes them for."""
    if use.word in _DIRECTED and _exchanged(use):
        diagnostics.add(
            Diagnostic(
                "E503",
                f"{use.word} takes the prediction first, and then its target",
                use.span,
                "what is learnt stands second",
                helps=(f"{use.word}(prediction, target)",),
            )
        )
    elif use.word == "bce_with_logits":
        _bounded(use, diagnostics)
    elif use.word == "gaussian_nll":
        _variance(use, diagnostics)


def _exchanged(use: Use) -> bool:
    refs = [r for r in use.node.operands if r is not None]
    return not _learnt(use.body, refs[0]) and _learnt(use.body, refs[1])


def _learnt(body: Body, ref: Ref) -> bool:
    """Whether weights have a part in a value."""
    ahead, seen = [ref.node], set[int]()
    while ahead:
        number = ahead.pop()
        if number < 0 or number in seen:
            continue
        seen.add(number)
        node = body.nodes[number]
        operation = node.operation
        if isinstance(operation, Invoke) or getattr(operation, "stage", None) is not None:
            return True
        ahead += [r.node for r in node.operands if r is not None]
    return False


def _bounded(use: Use, diagnostics: Diagnostics) -> None:
    """Logits that stay near 0: their sigmoid never comes near 0 or 1."""
    type, origin = use.type(use.output), maker(use.output)
    operation = origin.node.operation
    if type is None or not isinstance(operation, Apply) or operation.layer.word == "sigmoid":
        return
    low, high = type.range.low, type.range.high
    if low is None or high is None or max(-low, high) > _BOUND:
        return
    first, last = (1 / (1 + math.exp(-end)) for end in (low, high))
    diagnostics.add(
        Diagnostic(
            "W504",
            f"{use.word} takes any logits, but {owner(use, origin)} ends in {operation.layer.word}",
            use.span,
            f"probabilities from {first:.2f} to {last:.2f} alone",
            (Label(origin.node.span, f"gives {low:g} … {high:g}".replace("-", "−")),),
            helps=(f"end without {operation.layer.word}",),
        )
    )


def _variance(use: Use, diagnostics: Diagnostics) -> None:
    """A variance that may be 0 or less."""
    refs = [r for r in use.node.operands if r is not None]
    if len(refs) < 3:
        return
    at = place(use.body, refs[2])
    type, origin = use.type(at), maker(at)
    if type is None or type.constant is not None:
        return
    if type.range.low is not None and type.range.low >= 0:
        return
    operation = origin.node.operation
    word = operation.layer.word if isinstance(operation, Apply) else "an output"
    diagnostics.add(
        Diagnostic(
            "W517",
            f"gaussian_nll takes the logarithm of a variance, and {word} may give 0 and less",
            use.span,
            "not a number there",
            (Label(origin.node.span, "not bounded below"),),
            helps=("end the variance in softplus or exp",),
        )
    )
