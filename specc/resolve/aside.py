"""Looking at what is not computed: a branch not taken, a loop of no rounds, what stands behind an error.

Every value in it has an unknown type, so only names and arguments are judged, and no size.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from msgspec.structs import replace

from specc.diagnostics import CERTAIN, Diagnostics
from specc.resolve.context import Scope
from specc.resolve.values import POISON, Flow, ListValue, Meaning, SharedInstance


@contextmanager
def looking(scope: Scope) -> Iterator[Scope]:
    """A scope of the same names in which nothing is kept but what is certainly wrong."""
    context = scope.context
    kept, context.diagnostics = context.diagnostics, Diagnostics()
    names = {name: _unknown(meaning) for name, meaning in scope.names.items()}
    inner = replace(scope, names=names, nodes=list(scope.nodes), stages=dict(scope.stages))
    inner.places, inner.counters = dict(scope.places), dict(scope.counters)
    inner.uses, inner.states, inner.constraints = dict(scope.uses), dict(scope.states), []
    try:
        yield inner
    finally:
        found, context.diagnostics = context.diagnostics, kept
    for diagnostic in found.items:
        if diagnostic.code in CERTAIN:
            kept.add(diagnostic)


def _unknown(meaning: Meaning) -> Meaning:
    """A computed value as one that says nothing, an instance as another; anything else as it is."""
    if isinstance(meaning, SharedInstance):
        return replace(meaning)
    return POISON if isinstance(meaning, (Flow, ListValue)) else meaning
