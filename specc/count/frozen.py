"""Which weights nobody trains: a network that a train block uses and no step of it updates.

A weight that is tied to one of a network that learns is a weight of that network, and learns with it.
"""

from __future__ import annotations

from collections.abc import Iterator

from specc.count.add import add_up
from specc.count.sums import Summer
from specc.count.weights import parameters
from specc.layers.base import Inference
from specc.program import Body, Path, Program, Rounds, TrainPlan
from specc.sizes import Size


def targets(program: Program) -> dict[str, frozenset[Path]]:
    """For every network that is used in training, the paths below it that are updated; () is all of it."""
    found: dict[str, set[Path]] = {}
    for plan in program.trains:
        for name in _used(program, plan):
            found.setdefault(name, set())
        for path in (p for s in plan.steps for p in s.learns):
            found.setdefault(path[0], set()).add(path[1:])
    networks = {b.name: b for b in program.networks}
    for name in [n for n, paths in found.items() if () in paths and n in networks]:
        for path in tied(networks[name]):
            found.setdefault(path[0], set()).add(path[1:])
    return {name: frozenset(paths) for name, paths in found.items()}


def tied(body: Body) -> Iterator[Path]:
    """The weights of other networks that stages of this one compute with as their own."""
    for stage in body.stages:
        own = {s.name for s in body.stages}
        yield from ((*t.path, t.tensor) for t in stage.ties if t.path[0] not in own)
        if isinstance(stage.unit, Body):
            yield from tied(stage.unit)


def _used(program: Program, plan: TrainPlan) -> set[str]:
    networks = {b.name: b for b in program.networks}
    waiting, found = list(plan.body.uses), set[str]()
    while waiting:
        name = waiting.pop()
        if name in networks and name not in found:
            found.add(name)
            waiting.extend(networks[name].uses)
    return found


def frozen_params(summer: Summer, body: Body, trained: frozenset[Path] | None) -> Size:
    """How many of a network's learnable parameters no step updates; None means that nothing trains it."""
    if trained is None or () in trained:
        return 0
    own = summer.owned(body)
    learnt: Size = own.params - own.non_trainable
    for path in trained:
        learnt = learnt - params_below(summer, body, path)
    return learnt


def params_below(summer: Summer, body: Body, path: Path) -> Size:
    """The learnable parameters of the stage at a path; 0 where there is none."""
    stage = next((s for s in body.stages if path and s.name == path[0]), None)
    if stage is None:
        return 0
    if len(path) == 1:
        owned = summer.stage(stage)
        return owned.params - owned.non_trainable
    if isinstance(stage.unit, Inference):
        own = (p for p in parameters(stage) if (p.name,) == path[1:] and p.kind != "buffer")
        return add_up(p.count.value for p in own)
    if isinstance(stage.unit, Body):
        return params_below(summer, stage.unit, path[1:])
    if isinstance(stage.unit, Rounds):
        bodies = [b for b, times in stage.unit.bodies for _ in range(min(_whole(times), 4096))]
        index = int(path[1]) if path[1].isdigit() else -1
        inside = bodies[index] if 0 <= index < len(bodies) else None
        return 0 if inside is None else params_below(summer, inside, path[2:])
    return 0


def _whole(times: Size) -> int:
    return times if isinstance(times, int) else 1
