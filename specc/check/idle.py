"""Networks with weights that take part in a training and are never updated (W510)."""

from __future__ import annotations

from specc.check.learning import has_weights
from specc.dependence import Dependence, Owners
from specc.diagnostics import Diagnostic, Diagnostics
from specc.program import Invoke, Program, TrainPlan


def check_idle(program: Program, diagnostics: Diagnostics) -> None:
    """Report networks that gradients reach and nobody updates, in this `train` block or another one.

    Behind `stop` a network is plainly meant to stay as it is. Where an update names the wrong one (E510),
    that says it.
    """
    if any(d.code == "E510" for d in diagnostics):
        return
    depends = [Dependence(program, plan.body) for plan in program.trains]
    learn = Owners().union(*map(_learning, program.trains, depends))
    told: Owners = frozenset()
    for plan, one in zip(program.trains, depends, strict=True):
        idle = _reached(plan, one) - learn - told
        for network in program.networks:
            if network.name in idle and has_weights(network):
                _report(plan, network.name, diagnostics)
        told |= idle


def _learning(plan: TrainPlan, depends: Dependence) -> Owners:
    """The networks of which something is updated, and those that they call."""
    names = {path[0] for step in plan.steps for path in step.learns}
    networks = (name for name in names if name in depends.networks)
    return Owners().union(*(depends.family(name) for name in networks))


def _reached(plan: TrainPlan, depends: Dependence) -> Owners:
    terms = (term for step in plan.steps for term in step.terms)
    return Owners().union(*(depends.reach[term.value.node] for term in terms))


def _report(plan: TrainPlan, name: str, diagnostics: Diagnostics) -> None:
    operations = ((n.operation, n.span) for n in plan.body.nodes)
    calls = (s for o, s in operations if isinstance(o, Invoke) and o.body.name == name)
    call = next(calls, plan.span)
    diagnostics.add(
        Diagnostic(
            "W510",
            f"{name} learns nothing: no step of train {plan.name} updates it",
            call,
            text="keeps the weights that it was drawn with",
            helps=(
                f"update {name} with adam(lr=1e-3), in the step whose objective is its aim",
                f"stop({call.text}) says that it is to stay as it is",
            ),
        )
    )
