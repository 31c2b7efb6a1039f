"""An optimizer must be able to take the gradients and the weights that it is given (E521)."""

from __future__ import annotations

from specc.diagnostics import Diagnostic, Diagnostics
from specc.learnt import Learnt, learnt, shared, tables
from specc.optim import Optimizer
from specc.program import Adapted, Program, StepPlan, TrainPlan, Update

_SHOWN = 3
"""How many weights a message names."""


def check_gradients(program: Program, diagnostics: Diagnostics) -> None:
    """Report E521."""
    for plan in program.trains:
        _adapted(program, plan, diagnostics)
        for step in plan.steps:
            for update in step.updates:
                if isinstance(update.optimizer, Optimizer):
                    tensors = [*learnt(program, plan, step, update)]
                    _gradients(step, update, update.optimizer, tensors, diagnostics)
                    _momentum(step, update, update.optimizer, diagnostics)
                    _matrices(step, update, update.optimizer, tensors, diagnostics)


def _adapted(program: Program, plan: TrainPlan, diagnostics: Diagnostics) -> None:
    """Steps inside of a step are taken for every item at once, which sparse gradients do not allow."""
    seen = set()
    for node in plan.body.nodes:
        if not isinstance(node.operation, Adapted) or node.operation.stage in seen:
            continue
        seen.add(node.operation.stage)
        found = tables(program, plan, node.operation.stage)
        if found:
            message = f"adapt takes dense gradients; that of {_named(found)} is sparse"
            helps = ("leave sparse=true out of the embedding",)
            diagnostics.add(Diagnostic("E521", message, node.span, helps=helps))


def _gradients(
    step: StepPlan,
    update: Update,
    optimizer: Optimizer,
    tensors: list[Learnt],
    diagnostics: Diagnostics,
) -> None:
    """A sparse gradient where the optimizer takes dense ones, or the other way round; clipped ones."""
    for sparse in (True, False):
        found = [t for t in tensors if t.sparse is sparse]
        reason = optimizer.unfit(sparse) if found else ""
        if found and sparse and not reason and (step.clip_norm or step.clip_value):
            reason = "PyTorch clips no sparse gradients"
        if reason:
            kind = "sparse" if sparse else "dense"
            is_are = "gradient of {} is" if len(found) == 1 else "gradients of {} are"
            message = f"{reason}; the {is_are.format(_named(found))} {kind}"
            helps = _for_sparse(step) if sparse else _for_dense(optimizer, tensors)
            diagnostics.add(Diagnostic("E521", message, update.span, helps=helps))
            return


def _for_sparse(step: StepPlan) -> tuple[str, ...]:
    clipped = step.clip_norm or step.clip_value
    other = "clip in a step of other weights" if clipped else "update it with sparse_adam(lr=1e-3)"
    return (f"leave sparse=true out of the embedding, or {other}",)


def _for_dense(optimizer: Optimizer, tensors: list[Learnt]) -> tuple[str, ...]:
    tables = [t for t in tensors if t.sparse]
    if not tables:
        return ("adam(lr=1e-3), or embedding(…, sparse=true) where it is the only one that learns",)
    rest = [t for t in tensors if not t.sparse]
    return (
        f"in place of it: update {_named(tables)} with {optimizer.word}(lr=1e-3)",
        f"update {_named(rest)} with adam(lr=1e-3)",
    )


def _matrices(
    step: StepPlan,
    update: Update,
    optimizer: Optimizer,
    tensors: list[Learnt],
    diagnostics: Diagnostics,
) -> None:
    """What an optimizer of matrices cannot learn: offsets, scales, kernels. Nobody goes empty-handed."""
    split = any(shared(step, update, t) for t in update.targets)
    others = [t for t in tensors if len(t.parameter.sizes) != 2]
    message, helps = "", tuple[str, ...]()
    if split and not tensors:
        what = "no matrix" if optimizer.matrices else "nothing but matrices"
        message = f"{optimizer.word} learns nothing: {_targets(update)} has {what}"
        helps = ("leave this update out, or the other one",)
    elif optimizer.matrices and others:
        axes = len(others[0].parameter.sizes)
        message = (
            f"muon learns matrices; {others[0].name} has {axes} {'axis' if axes == 1 else 'axes'}"
        )
        helps = _rest(update, others)
    if message:
        diagnostics.add(Diagnostic("E521", message, update.span, helps=helps))


def _momentum(
    step: StepPlan, update: Update, optimizer: Optimizer, diagnostics: Diagnostics
) -> None:
    """A schedule that moves a momentum which the optimizer has not."""
    fields = type(optimizer).model_fields.keys()
    if getattr(step.schedule, "momentum", None) is None or fields & {"momentum", "betas"}:
        return
    word = getattr(step.schedule, "word", "")
    message = f"{word} moves the momentum, and {optimizer.word} has none"
    helps = (f"leave momentum out of {word}(…), or take sgd or adam",)
    diagnostics.add(Diagnostic("E521", message, update.span, helps=helps))


def _rest(update: Update, others: list[Learnt]) -> tuple[str, ...]:
    """How the others learn with another optimizer."""
    targets = _targets(update)
    beside = f"update {targets} with adamw(lr=1e-3)"
    more = (
        f"it learns the others, {len(others)} in all" if len(others) > 1 else "it learns that one"
    )
    if update.span.text.startswith("update"):
        return (f"write beside it: {beside}; {more}",)
    mine = update.span.text.partition(" ")[2]
    return (f"in place of it: update {targets} with {mine}", f"and {beside}; {more}")


def _targets(update: Update) -> str:
    return ", ".join(".".join(path) for path in update.targets)


def _named(tensors: list[Learnt]) -> str:
    """`Net.a.weight, Net.b.weight, …`."""
    names = [t.name for t in tensors]
    return ", ".join([*names[:_SHOWN], *(["…"] if len(names) > _SHOWN else [])])
