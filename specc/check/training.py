"""All checks of train blocks."""

from __future__ import annotations

from specc.check.advice import check_advice
from specc.check.batches import check_batches
from specc.check.carrying import check_carrying
from specc.check.critics import check_critics
from specc.check.domains import check_domains
from specc.check.gradients import check_gradients
from specc.check.idle import check_idle
from specc.check.learning import check_learning
from specc.check.losses import check_losses
from specc.check.nodes import check_nodes
from specc.check.ranges import check_ranges
from specc.check.starts import check_starts
from specc.check.watching import check_watching
from specc.check.weighing import check_weighing
from specc.diagnostics import Diagnostics
from specc.program import Program

_CHECKS = (
    check_losses, check_domains, check_ranges, check_weighing, check_advice, check_critics,
    check_learning, check_idle, check_starts, check_carrying, check_gradients, check_watching,
    check_batches, check_nodes,
)  # fmt: skip


def check_training(program: Program, diagnostics: Diagnostics) -> None:
    """Report what is wrong with how the networks of a program are trained."""
    for one in _CHECKS:
        one(program, diagnostics)
