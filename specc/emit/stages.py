"""Several trainings in one package: what their modules are called, and the loop that serves them all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from specc.carrying import windows
from specc.emit.data import data_files
from specc.emit.environment import render
from specc.emit.graphs import has_graphs, of_labelled, with_graphs
from specc.emit.model import header
from specc.emit.names import snake
from specc.program import Program, TrainPlan
from specc.settings import TrainSettings

Machine = Mapping[str, object]
"""What the loop of a training has to be able to do, as `trainer.py.j2` asks for it."""


class Modules(Struct, frozen=True):
    """What the modules of a train block are called; where a file has several, they bear its name.

    Stages with the same data share its module, and those whose loops are of one kind share the loop.
    """

    data: str = "data"
    train: str = "train"
    trainer: str = "trainer"

    @classmethod
    def of(cls, program: Program, plan: TrainPlan) -> Modules:
        """The names for one of the blocks of a program."""
        if len(program.trains) == 1:
            return cls()
        data = _shared(
            "data", plan, [(p, data_files(p, "data", "all stages")) for p in program.trains]
        )
        trainer = _shared("trainer", plan, [(p, _kind(p)) for p in program.trains])
        return cls(data, f"train_{snake(plan.name)}", trainer)

    @property
    def owner(self) -> str:
        """Whose data it is, where that is not the plan alone."""
        return "all stages" if self.data == "data" and self.train != "train" else ""


def _shared(word: str, plan: TrainPlan, things: Sequence[tuple[TrainPlan, object]]) -> str:
    """The module of a plan: one for all that have the same thing, called after the first of them."""
    own = next(thing for p, thing in things if p.name == plan.name)
    having = [p.name for p, thing in things if thing == own]
    return word if len(having) == len(things) else f"{word}_{snake(having[0])}"


def _kind(plan: TrainPlan) -> tuple[object, ...]:
    """In what a loop differs so much that it would be two in one."""
    settings = plan.settings
    assert isinstance(settings, TrainSettings)
    updates = [u for s in plan.steps for u in s.updates]
    parts = getattr(plan.data, "parts", ())
    return (
        has_graphs(plan.body),
        of_labelled(plan),
        windows(plan),
        plan.name if parts else "",
        any(len(s.objectives) > 1 for s in plan.steps),
        any(u.optimizer.closure for u in updates),  # type: ignore[attr-defined]
        settings.accumulate,
        settings.precision,
    )


def trainer_files(stages: Iterable[tuple[TrainPlan, Modules, Machine]]) -> dict[str, str]:
    """The module of the loop, for each kind of it that the stages need."""
    kinds: dict[str, list[tuple[TrainPlan, Modules, Machine]]] = {}
    for stage in stages:
        kinds.setdefault(stage[1].trainer, []).append(stage)
    files: dict[str, str] = {}
    for name, own in kinds.items():
        machine = _together([m for _, _, m in own])
        machine["data"] = sorted({m.data for _, m, _ in own})
        files |= with_graphs(own[0][0].body, {f"{name}.py": render("trainer.py.j2", **machine)})
    return files


def _together(machines: Sequence[Machine]) -> dict[str, object]:
    """What any of some loops has to do; `partial` names what another one of them has not."""
    columns = {key: [m[key] for m in machines] for key in machines[0]}
    partial = {key for key, values in columns.items() if any(values) and not all(values)}
    shown = [set(m["shows_at"]) for m in machines]  # type: ignore[call-overload]
    partial |= set.union(*shown) - set.intersection(*shown)
    made = {key: _either(values) for key, values in columns.items()}
    return {**made, **{k: made[k] if agreed(machines, k) else "" for k in OWN}, "partial": partial}


def _either(values: Sequence[object]) -> object:
    """All that is in some lists; of other values the first that says something."""
    if isinstance(values[0], list):
        return list(dict.fromkeys(entry for v in values if isinstance(v, list) for entry in v))
    return next(filter(None, values), values[0])


OWN = ("watched", "criterion")
"""What the loop says where all stages agree, and else each of them."""


def agreed(machines: Iterable[Machine], key: str) -> bool:
    """Whether all say the same of something."""
    return len({m[key] for m in machines}) == 1


def stages_file(program: Program) -> str:
    """train.py of a file with several train blocks: one after the other."""
    stages = [(snake(p.name), Modules.of(program, p).train) for p in program.trains]
    return render(
        "stages.py.j2",
        header=header(program, "Training, stage by stage, as in"),
        stages=stages,
        samples=bool(program.samples),
        programs=bool(program.programs),
    )
