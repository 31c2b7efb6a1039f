"""Values of a `train` or `sample` block that nothing reads."""

from __future__ import annotations

from collections.abc import Container

from specc.diagnostics import Diagnostic
from specc.program import ReadPort
from specc.resolve.context import Scope
from specc.resolve.values import POISON, Flow


def unused_values(scope: Scope, known: Container[str] = ()) -> None:
    """Warn of values that are computed and never read (W405); not of the `known` names."""
    fields = {n.operation.name for n in scope.nodes if isinstance(n.operation, ReadPort)}
    for name, place in scope.places.items():
        meaning = scope.names.get(name)
        if name in known or name in scope.read or name in fields or name.startswith("_"):
            continue
        if meaning is not None and meaning is not POISON:
            what = "computed and never used" if isinstance(meaning, Flow) else "never used"
            helps = (f"delete it, or name it _{name} to keep it",)
            scope.diagnostics.add(Diagnostic("W405", f'"{name}" is {what}', place, helps=helps))
