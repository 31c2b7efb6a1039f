"""Scores and twins: critics that are bounded (W518), and twins that do not share their weights (W519)."""

from __future__ import annotations

from specc.check.trace import maker, place
from specc.diagnostics import Diagnostic, Diagnostics, Label
from specc.program import Apply, Body, Invoke, Node, Program, ReadPort, Ref, TrainPlan

_BOUNDED = ("sigmoid", "tanh", "softmax", "hardsigmoid", "hardtanh")
_LINEAR = ("mean", "sum", "negate", "multiply", "subtract", "add", "squeeze", "flatten")


def check_critics(program: Program, diagnostics: Diagnostics) -> None:
    """Report W518 and W519."""
    for plan in program.trains:
        scores = [_score(plan.body, t.value) for step in plan.steps for t in step.terms]
        first: dict[str, int] = {}
        for call in (s for s in scores if s is not None):
            first.setdefault(_called(plan.body, call), call)
        for name, call in first.items():
            _bounded(plan.body, name, call, diagnostics)
        _twins(plan, diagnostics)


def _called(body: Body, call: int) -> str:
    """The name of the network that a node calls."""
    operation = body.nodes[call].operation
    return operation.body.name if isinstance(operation, Invoke) else body.nodes[call].name


def _bounded(body: Body, name: str, call: int, diagnostics: Diagnostics) -> None:
    """A score that is minimized or maximized as it is, behind a sigmoid."""
    last = maker(place(body, Ref(call)))
    operation = last.node.operation
    if not isinstance(operation, Apply) or operation.layer.word not in _BOUNDED:
        return
    node, word = body.nodes[call], operation.layer.word
    diagnostics.add(
        Diagnostic(
            "W518",
            f"the score of {name} is used as it is, but {name} ends in {word}",
            node.span,
            "a critic's score has no bounds",
            (Label(last.node.span, "where it is sure, its gradient vanishes"),),
            ("a distance of Wasserstein needs any number; a probability needs a logarithm or bce",),
            (f"delete {word} for a critic, or write bce_with_logits without it",),
        )
    )


def _score(body: Body, ref: Ref) -> int | None:
    """The call of a discriminator that a term is a mean of, with nothing but weights between."""
    ahead = [ref.node]
    while ahead:
        number = ahead.pop()
        node = body.nodes[number]
        operation = node.operation
        if isinstance(operation, Invoke):
            if operation.body.role == "discriminator":
                return number
        elif isinstance(operation, Apply) and operation.layer.word in _LINEAR:
            ahead += [r.node for r in node.operands if r is not None]
    return None


def _twins(plan: TrainPlan, diagnostics: Diagnostics) -> None:
    """Two networks of one build, each on one half of a pair."""
    if getattr(plan.data, "kind", "") != "pairs":
        return
    calls = [n for n in plan.body.nodes if _reads(plan.body, n) is not None]
    halves: dict[str, dict[str, Node]] = {"a": {}, "b": {}}
    for node in calls:
        if isinstance(node.operation, Invoke):
            halves[_reads(plan.body, node) or "a"][node.operation.body.name] = node
    for left, first in halves["a"].items():
        for right, second in halves["b"].items():
            if left not in halves["b"] and right not in halves["a"]:
                _pair(first, second, diagnostics)


def _pair(first: Node, second: Node, diagnostics: Diagnostics) -> None:
    one, two = first.operation, second.operation
    if not isinstance(one, Invoke) or not isinstance(two, Invoke) or one.body is two.body:
        return
    left, right = one.body, two.body
    if _built(left) != _built(right):
        return
    diagnostics.add(
        Diagnostic(
            "W519",
            f"{left.name} and {right.name} are built alike, but share no weights",
            second.span,
            "the other twin has weights of its own",
            (Label(first.span, "the first twin"),),
            ("the twins of a Siamese network are one network, called twice",),
            (f"{left.name}({second.span.text.partition('(')[2]}",),
        )
    )


def _reads(body: Body, node: Node) -> str | None:
    """The field of a pair that a call reads directly: `a` for its first half, `b` for its second."""
    if not isinstance(node.operation, Invoke) or not node.operands or node.operands[0] is None:
        return None
    operation = body.nodes[node.operands[0].node].operation
    if not isinstance(operation, ReadPort):
        return None
    fields = [name for name, _ in body.inputs]
    at = fields.index(operation.name)
    return "ab"[at] if at < 2 else None


def _built(body: Body) -> list[object]:
    """The layers of a network in order."""
    return [n.operation.layer for n in body.nodes if isinstance(n.operation, Apply)]
