"""States that go on from batch to batch need batches that go on, each read once and in order (E520)."""

from __future__ import annotations

from collections import Counter

from specc.carrying import Found, carriers
from specc.dependence import Dependence
from specc.diagnostics import Diagnostic, Diagnostics, Label
from specc.optim import Optimizer
from specc.program import Path, Program, TrainPlan


def check_carrying(program: Program, diagnostics: Diagnostics) -> None:
    """Report E520."""
    for plan in program.trains:
        found = [*carriers(plan.body)]
        if found:
            _check(program, plan, found, diagnostics)


def _check(program: Program, plan: TrainPlan, found: list[Found], diagnostics: Diagnostics) -> None:
    path, node = found[0]
    problem, help = _problem(program, plan)
    if problem:
        label = Label(plan.span, problem)
        message = (
            f"{'.'.join(path)} begins where the batch before ended, and batches do not go on here"
        )
        diagnostics.add(Diagnostic("E520", message, node.span, labels=(label,), helps=(help,)))


def _problem(program: Program, plan: TrainPlan) -> tuple[str, str]:
    """Why batches do not go on, and what helps; empty where they do."""
    from specc.data.windows import Windows  # only where something carries

    if not isinstance(plan.data, Windows):
        word = getattr(plan.data, "word", "source")
        help = f"data windows({word}(…), steps=…) as …"
        return "its rows have nothing to do with each other", help
    if plan.data.series:
        return "its windows overlap, and come in any order", "leave carry= out"
    [step, *others] = plan.steps
    if others or step.every > 1 or step.repeat > 1:
        help = "write one step, for each batch"
        return "its steps read a batch several times, or leave one out", help
    if any(isinstance(u.optimizer, Optimizer) and u.optimizer.closure for u in step.updates):
        return "its optimizer reads a batch several times", "optimizer adam(lr=1e-3)"
    twice = [".".join(path) for path in _called_twice(program, plan)]
    if twice:
        return f"a batch calls {twice[0]} several times", "call it once, and use its value twice"
    return "", ""


def _called_twice(program: Program, plan: TrainPlan) -> list[Path]:
    """What one pass calls more than once: that of the objective, of the metrics, or of a picture."""
    passes = [[t.value for t in plan.terms], [r for m in plan.metrics for r in m.operands]]
    passes += [list(show.operands) for show in plan.shows]
    depends, found = Dependence(program, plan.body), list[Path]()
    for refs in passes:
        among = depends.ancestors(tuple(refs))
        times = Counter(path for path, _ in carriers(plan.body, among=among))
        found += [path for path, number in times.items() if number > 1]
    return found
