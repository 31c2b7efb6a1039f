"""What several steps of an iteration read: computed once, as long as the weights behind it stay."""

from __future__ import annotations

from msgspec import Struct

from specc.dependence import Dependence, Owners, learnt
from specc.program import (
    Apply,
    Constant,
    Distribute,
    Invoke,
    ReadPort,
    ReadTensor,
    Ref,
    Sample,
    StepPlan,
    TrainPlan,
)

_CHEAP = (ReadPort, Constant, ReadTensor, Distribute)


class Shared(Struct, frozen=True):
    """The values that are computed before the steps, and for each step those it reads.

    `detached` are, by step, the ones that no gradient of it flows through.
    """

    refs: tuple[Ref, ...]
    read: tuple[tuple[Ref, ...], ...]
    detached: tuple[frozenset[Ref], ...]


def shared(depends: Dependence, plan: TrainPlan) -> Shared:
    """The sharing of a plan's steps."""
    needs = [depends.ancestors(tuple(t.value for t in s.terms)) for s in plan.steps]
    once = {n for n in range(len(plan.body.nodes)) if _once(depends, plan.steps, needs, n)}
    read = [_frontier(depends, step, once) for step in plan.steps]
    refs = tuple(dict.fromkeys(sorted((r for refs in read for r in refs), key=_order)))
    detached = [
        frozenset(
            r for r in refs
            if depends.weights[r.node] and not depends.reach[r.node] & learnt(step)
        )
        for step, refs in zip(plan.steps, read, strict=True)
    ]  # fmt: skip
    return Shared(refs, tuple(read), tuple(detached))


def _order(ref: Ref) -> tuple[int, str]:
    return ref.node, ref.port


def _once(
    depends: Dependence, steps: tuple[StepPlan, ...], needs: list[frozenset[int]], number: int
) -> bool:
    """Whether a node's value is read by two steps, and no weight behind it changes before the last."""
    if isinstance(depends.body.nodes[number].operation, _CHEAP):
        return False
    readers = [i for i, need in enumerate(needs) if number in need]
    if len(readers) < 2 or any(number in s.nodes for s in steps):
        return False
    last = readers[-1]
    changed: Owners = frozenset().union(*(learnt(s) for s in steps[:last]))
    if steps[last].repeat > 1:
        changed |= learnt(steps[last])
    return not depends.weights[number] & changed and _drawn_or_costly(depends, number)


def _drawn_or_costly(depends: Dependence, number: int) -> bool:
    for n in depends.ancestors((Ref(number),)):
        operation = depends.body.nodes[n].operation
        if isinstance(operation, (Sample, Invoke)):
            return True
        if isinstance(operation, Apply) and operation.stage is not None:
            return True
    return False


def _frontier(depends: Dependence, step: StepPlan, once: set[int]) -> tuple[Ref, ...]:
    """The shared values that a step's own part reads."""
    found = {t.value for t in step.terms if t.value.node in once}
    ahead, seen = [t.value.node for t in step.terms if t.value.node not in once], set[int]()
    while ahead:
        number = ahead.pop()
        if number in seen:
            continue
        seen.add(number)
        for ref in depends.body.nodes[number].operands:
            if ref is not None and ref.node in once:
                found.add(ref)
            elif ref is not None:
                ahead.append(ref.node)
    return tuple(sorted(found, key=_order))


def without_graph(depends: Dependence, learns: Owners) -> frozenset[int]:
    """The nodes with weights through which no gradient is needed: they run without a graph."""
    return frozenset(
        n
        for n, node in enumerate(depends.body.nodes)
        if isinstance(node.operation, (Invoke, Apply))
        and node.operation.stage is not None
        and not depends.reach[n] & learns
    )
