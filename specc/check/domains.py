"""Functions, losses and distributions of values that lie where they are not defined.

Only what ends in a layer with weights is remarked on: its values can be any numbers. Of values that
somebody computed by hand too little is known.
"""

from __future__ import annotations

from collections.abc import Iterator

from specc.check.losses import uses
from specc.check.operands import Use, owner
from specc.check.trace import Place, maker, place
from specc.diagnostics import Diagnostic, Diagnostics, Label
from specc.program import Apply, Body, Constant, Distribute, Node, Program, Ref
from specc.sizes import Symbolic
from specc.types import Tensor

_LEAST = {"log": "0", "sqrt": "0", "log1p": "−1", "power": "0"}
_SAYS = {
    "log": "the logarithm", "sqrt": "the square root", "log1p": "the logarithm of 1 + x",
    "power": "a broken power",
}  # fmt: skip
_POSITIVE = ("std", "var", "scale", "rate")
_LOG_PROBABILITIES = {
    "nll": "cross_entropy takes logits, nll what log_softmax gives",
    "kl_div": "kl_div(log_softmax(…), …)",
}
_LOGITS = ("cross_entropy", "bce_with_logits", "multilabel_soft_margin")
_CUT = ("relu", "relu6", "softplus", "threshold")
_CARRIES = ("add", "subtract", "multiply", "divide", "negate")


def check_domains(program: Program, diagnostics: Diagnostics) -> None:
    """Report losses of other values than they take (E503, W504) and what is not a number (W517)."""
    for use in uses(program):
        _log_probabilities(use, diagnostics)
        _cut_logits(use, diagnostics)
    for body in dict.fromkeys((*(p.body for p in program.trains), *program.networks)):
        for node in body.nodes:
            for name, ref in _bounded_below(body, node):
                origin = _unbounded(place(body, ref))
                if origin is not None:
                    diagnostics.add(_not_a_number(node, name, origin))


def _log_probabilities(use: Use, diagnostics: Diagnostics) -> None:
    """`nll` and `kl_div` of logits: log-probabilities are never above 0."""
    origin, type = maker(use.output), use.type(use.output)
    operation = origin.node.operation
    if use.word not in _LOG_PROBABILITIES or type is None or not isinstance(operation, Apply):
        return
    low = type.range.low
    if operation.layer.word in ("softmax", "softmin") and use.word == "nll":
        return  # said with its fix
    if _any_number(origin) or (low is not None and low >= 0):
        diagnostics.add(
            Diagnostic(
                "E503",
                f"{use.word} takes log-probabilities, but {owner(use, origin)} ends in "
                f"{operation.layer.word}",
                use.span,
                "takes numbers up to 0, whose exponentials add up to 1",
                (Label(origin.node.span, "any number" if low is None else "0 and more"),),
                (
                    "without them the loss has no lower bound: it falls for ever, and nothing is learnt",
                ),
                (_LOG_PROBABILITIES[use.word],),
            )
        )


def _cut_logits(use: Use, diagnostics: Diagnostics) -> None:
    """Logits behind a layer that gives nothing below 0."""
    origin = maker(use.output)
    operation = origin.node.operation
    if use.word not in _LOGITS or not isinstance(operation, Apply):
        return
    word = operation.layer.word
    if word in _CUT:
        one = "a class whose logit is cut to 0 gets no gradient"
        least = "no probability falls below 0.5" if use.word != "cross_entropy" else one
        diagnostics.add(
            Diagnostic(
                "W504",
                f"{use.word} takes logits of both signs, but {owner(use, origin)} ends in {word}",
                use.span,
                least,
                (Label(origin.node.span, "nothing below 0"),),
                helps=(f"leave the last {word} out",),
            )
        )


def _bounded_below(body: Body, node: Node) -> Iterator[tuple[str, Ref]]:
    """What a node does that is defined only above some number, with the operand that it is about."""
    operation, operands = node.operation, node.operands
    match operation:
        case Apply() if operation.layer.word in _LEAST and operands[0] is not None:
            word = operation.layer.word
            if word != "power" or not _whole_number(body, operands[1]):
                yield word, operands[0]
        case Distribute(family=family, parts=parts):
            for part, ref in zip(parts, operands, strict=True):
                if part in (*_POSITIVE, "probs") and ref is not None:
                    yield f"{part} of {family}", ref


def _whole_number(body: Body, exponent: Ref | None) -> bool:
    """Whether an exponent is a whole number, or none that is known."""
    operation = None if exponent is None else body.nodes[exponent.node].operation
    if not isinstance(operation, Constant) or isinstance(operation.value, Symbolic):
        return True
    return float(operation.value).is_integer()


def _unbounded(at: Place, depth: int = 20) -> Place | None:
    """The layer with weights that a value ends in, through sums and products, if it can be any number."""
    origin = maker(at)
    operation = origin.node.operation
    if _any_number(origin):
        return origin
    if not isinstance(operation, Apply) or operation.layer.word not in _CARRIES or not depth:
        return None
    type = origin.node.type(origin.ref.port)
    if not isinstance(type, Tensor) or type.range.low is not None:
        return None
    refs = [r for r in origin.node.operands if r is not None]
    computed = [r for r in refs if not _constant(origin.body, r)]
    return _unbounded(Place(origin.frames, computed[0]), depth - 1) if len(computed) == 1 else None


def _constant(body: Body, ref: Ref) -> bool:
    return isinstance(body.nodes[ref.node].operation, Constant)


def _any_number(origin: Place) -> bool:
    """Whether a value comes from a layer with weights and has no bounds."""
    operation, type = origin.node.operation, origin.node.type(origin.ref.port)
    if not isinstance(operation, Apply) or not operation.inference.parameters:
        return False
    return isinstance(type, Tensor) and type.range.low is None and type.range.high is None


def _not_a_number(node: Node, name: str, origin: Place) -> Diagnostic:
    """What takes a value that may lie outside of its domain."""
    assert isinstance(origin.node.operation, Apply)
    made = origin.node.operation.layer.word
    label = Label(origin.node.span, "any number")
    if name in _SAYS:
        message = f"{_SAYS[name]} of what {made} gives, which may lie below {_LEAST[name]}"
        text, help = (
            "not a number there",
            "of softplus(…), exp(…), or of a value + 1e-8 behind relu",
        )
    elif name.startswith("probs"):
        message, text = f"{name} is what {made} gives: any number", "must lie between 0 and 1"
        help = "logits=…, or sigmoid and softmax before it"
    else:
        message, text = f"{name} is what {made} gives, which may lie below 0", "must be above 0"
        help = "normal(mu, logvar=…) takes any number, or make it positive: softplus(…), exp(…)"
        help = help if name == "std of normal" else "make it positive: softplus(…), exp(…)"
    return Diagnostic("W517", message, node.span, text, (label,), helps=(help,))
