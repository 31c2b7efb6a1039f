"""The names that the statements of a program give a value, those in loops and branches too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from specc.syntax import tree


def targets(statements: Sequence[tree.Statement]) -> Iterator[tree.Name]:
    """Every name that statements assign, those inside of loops and branches too."""
    for s in statements:
        match s:
            case tree.Assign():
                yield from s.targets
            case tree.Draw():
                yield s.target
            case tree.Loop():
                yield from targets(s.body)
            case tree.Branch():
                yield from targets((*s.then, *s.otherwise))


def counters(statements: Sequence[tree.Statement]) -> Iterator[tree.Name]:
    """Every name that counts a loop."""
    for s in statements:
        match s:
            case tree.Loop(variable=variable, body=body):
                yield from () if variable is None else (variable,)
                yield from counters(body)
            case tree.Branch(then=then, otherwise=otherwise):
                yield from counters((*then, *otherwise))
