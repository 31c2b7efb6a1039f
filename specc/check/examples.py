"""Whether the examples of a file can be worked by hand (E702), without working them."""

from __future__ import annotations

from collections.abc import Iterator

from specc.diagnostics import Diagnostic, Diagnostics
from specc.program import Apply, Body, ExamplePlan, Invoke, Node, Program, Rounds, Sample, Scan


def check_examples(program: Program, diagnostics: Diagnostics) -> None:
    """Report what is random, too large or without a working."""
    for plan in program.examples:
        for diagnostic in _problems(plan):
            diagnostics.add(diagnostic)


def _problems(plan: ExamplePlan) -> Iterator[Diagnostic]:
    from specc.byhand.optimizers import RULES

    for node in _nodes(plan.body, set()):
        why = _why_not(node) or (_twice(node) if plan.terms else None)
        if why is not None:
            help = ("given e = [0.5, -1]",) if "random" in why else ()
            yield Diagnostic("E702", f"{node.variable or node.name} {why}", node.span, helps=help)
    optimizer = plan.optimizer
    if optimizer is not None and type(optimizer) not in RULES:
        words = ", ".join(sorted(str(getattr(rule, "word", "")) for rule in RULES))
        word = getattr(optimizer, "word", "this optimizer")
        yield Diagnostic(
            "E702",
            f"{word} has no working by hand",
            plan.span,
            notes=(f"optimizers that have: {words}",),
        )


def _nodes(body: Body, seen: set[int]) -> Iterator[Node]:
    if id(body) in seen:
        return
    seen.add(id(body))
    for node in body.nodes:
        yield node
        match node.operation:
            case Invoke(_, inner):
                yield from _nodes(inner, seen)
            case Rounds(_, bodies):
                for inner, _ in bodies:
                    yield from _nodes(inner, seen)
            case Scan(_, inner):
                yield from _nodes(inner, seen)


def _twice(node: Node) -> str | None:
    """A derivative inside an objective would be differentiated again."""
    operation = node.operation
    if isinstance(operation, Apply) and operation.layer.word in ("gradient", "jacobian"):
        return "would be differentiated twice, which has no working by hand"
    return None


def _why_not(node: Node) -> str | None:
    from specc.byhand.bounds import too_large
    from specc.byhand.interpret import missing
    from specc.byhand.work import OPERATIONS

    operation = node.operation
    if isinstance(operation, Sample):
        return "is random: give its value instead"
    if type(operation) not in OPERATIONS:
        return "has no working by hand"
    if not isinstance(operation, Apply):
        return None
    inference = operation.inference
    code = inference.with_sides or inference.forward
    return too_large(inference) or missing(code, inference.module)
