"""Walks over what a program does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from specc.program import (
    Act,
    Action,
    Body,
    BranchPlan,
    Export,
    Figure,
    LoopPlan,
    Picture,
    Ref,
    Show,
)


def bodies(actions: Iterable[Action]) -> Iterator[tuple[Body, tuple[Ref, ...]]]:
    """Every body of a program with the values that are wanted of it."""
    for action in actions:
        match action:
            case Act(body=body, values=values):
                yield body, values
            case Picture(body=body, show=show):
                yield body, show.operands
            case Figure(body=body, value=value):
                yield body, (value,)
            case LoopPlan(bounds=bounds, actions=inner):
                yield from bodies((*((bounds,) if bounds is not None else ()), *inner))
            case BranchPlan(condition=condition, then=then, otherwise=otherwise):
                yield from bodies((condition, *then, *otherwise))


def pictures(actions: Iterable[Action]) -> Iterator[Show]:
    """Every picture of a program."""
    for action in actions:
        match action:
            case Picture(show=show):
                yield show
            case LoopPlan(actions=inner):
                yield from pictures(inner)
            case BranchPlan(then=then, otherwise=otherwise):
                yield from pictures((*then, *otherwise))


def exported(actions: Iterable[Action]) -> Iterator[str]:
    """Every network that a program exports."""
    for action in actions:
        match action:
            case Export(network=network):
                yield network
            case LoopPlan(actions=inner):
                yield from exported(inner)
            case BranchPlan(then=then, otherwise=otherwise):
                yield from exported((*then, *otherwise))
