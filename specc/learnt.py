"""The tensors that an update trains, one by one, and which of them have a sparse gradient."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from specc.count.frozen import tied
from specc.count.weights import parameters
from specc.layers.base import Inference, Parameter
from specc.optim import Optimizer
from specc.program import (
    BareTensor,
    Body,
    Path,
    Program,
    ReadTensor,
    Rounds,
    Stage,
    StepPlan,
    TrainPlan,
    Update,
)
from specc.sizes import Size


class Learnt(Struct, frozen=True):
    """A tensor that learns: the path of its stage from the network on, and what it is there.

    In repeated rounds there are several of it: `times`.
    """

    path: Path
    parameter: Parameter
    sparse: bool = False
    times: Size = 1

    @property
    def name(self) -> str:
        """As it is written in an update: `Net.table.weight`."""
        own = () if self.path[-1] == self.parameter.name else (self.parameter.name,)
        return ".".join((*self.path, *own))


def learnt(program: Program, plan: TrainPlan, step: StepPlan, update: Update) -> Iterator[Learnt]:
    """The tensors that an update of a step trains, tied ones once."""
    dense, seen = _read_elsewhere(program, plan), set[tuple[Path, str, int]]()
    bodies = {b.name: b for b in program.networks}
    whole = (bodies[path[0]] for path in update.learns if len(path) == 1 and path[0] in bodies)
    for target in (*update.learns, *(path for body in whole for path in tied(body))):
        split = shared(step, update, target)
        for one in _of_target(program, plan, target):
            axes = len(one.parameter.sizes)
            key = (one.path, one.parameter.name, axes)
            if key in seen or (split and (axes == 2) is not _matrices(update)):
                continue
            if isinstance(one.times, int) and one.times == 1:
                seen.add(key)
            read = any(_ends(one.path, path) for path in dense)
            yield replace(one, sparse=one.sparse and not read)


def tables(program: Program, plan: TrainPlan, path: Path) -> list[Learnt]:
    """The tables with sparse gradients below a path."""
    return [one for one in _of_target(program, plan, path) if one.sparse]


def shared(step: StepPlan, update: Update, target: Path) -> bool:
    """Whether two updates share what one of them names: an optimizer of matrices, and one of the rest."""
    others = (u for u in step.updates if _matrices(u) is not _matrices(update))
    return any(target in u.learns for u in others)


def _matrices(update: Update) -> bool:
    return isinstance(update.optimizer, Optimizer) and update.optimizer.matrices


def _of_target(program: Program, plan: TrainPlan, target: Path) -> Iterator[Learnt]:
    networks = {b.name: b for b in program.networks}
    own = next((s for s in plan.body.stages if s.name == target[0]), None)
    if own is not None:
        return _of_stage(own, (own.name,), target[1:])
    body = networks.get(target[0])
    return iter(()) if body is None else _of_body(body, (body.name,), target[1:])


def _ends(path: Path, end: Path) -> bool:
    return path[len(path) - len(end) :] == end


def _of_body(body: Body, path: Path, rest: Path) -> Iterator[Learnt]:
    for stage in body.stages:
        if not rest or stage.name == rest[0]:
            yield from _of_stage(stage, (*path, stage.name), rest[1:])


def _of_stage(stage: Stage, path: Path, rest: Path) -> Iterator[Learnt]:
    match stage.unit:
        case Body() as body:
            yield from _of_body(body, path, rest)
        case Rounds(bodies=bodies):
            for body, times in bodies:
                inner = _of_body(body, path, rest)
                yield from (replace(one, times=one.times * times) for one in inner)
        case BareTensor(trainable=trainable):
            yield from (Learnt(path, p) for p in parameters(stage) if trainable)
        case Inference():
            sparse = is_sparse(stage)
            for p in parameters(stage):
                if p.kind != "buffer" and (not rest or p.name == ".".join(rest)):
                    yield Learnt(path, p, sparse)


def is_sparse(stage: Stage) -> bool:
    """Whether the gradient of a table holds the rows that were read, and no others."""
    return bool(getattr(stage.layer, "sparse", False))


def _read_elsewhere(program: Program, plan: TrainPlan) -> set[Path]:
    """The paths of the tables that are read as a whole somewhere: their gradients are dense."""
    found: set[Path] = set()
    for body in (plan.body, *program.networks):
        _collect(body, found)
    return found


def _collect(body: Body, found: set[Path]) -> None:
    for node in body.nodes:
        if isinstance(node.operation, ReadTensor):
            found.add(node.operation.path)
    for stage in body.stages:
        found |= {t.path for t in stage.ties if not is_sparse(stage)}
        match stage.unit:
            case Body() as inner:
                _collect(inner, found)
            case Rounds(bodies=bodies):
                for inner, _ in bodies:
                    _collect(inner, found)
