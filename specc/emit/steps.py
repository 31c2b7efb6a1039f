"""The steps of a train block as Python: who learns with which optimizer, and the order of an iteration."""

from __future__ import annotations

from msgspec import Struct

from specc.dependence import differentiates
from specc.emit.batches import of_batch
from specc.emit.environment import literal
from specc.emit.layout import fits, statement
from specc.emit.lines import function_head
from specc.emit.names import attribute, fresh, snake
from specc.emit.objective import Objective
from specc.layers.code import Printer
from specc.learnt import learnt, shared
from specc.optim import Optimizer
from specc.optim.plateau import ReduceOnPlateau
from specc.optim.schedule import OfStep
from specc.program import BareTensor, Body, Path, Program, StepPlan, TrainPlan, Update
from specc.watched import direction, watched

_LOSSES = "losses: ClassVar[dict[str, tuple[str, ...]]]"


class ScheduleText(Struct, frozen=True):
    """A function of the step that scales a learning rate, or gives a momentum."""

    name: str
    lines: tuple[str, ...]
    says: str


class Steps:
    """What train.py says of the steps."""

    def __init__(self, program: Program, plan: TrainPlan, objective: Objective) -> None:
        self.program, self.plan, self.objective = program, plan, objective
        self.single = len(plan.steps) == 1 and plan.steps[0].name == "train"
        self.schedules: list[ScheduleText] = []
        self.schedule_options = [self._schedule(s) for s in plan.steps]
        self.attributes = self._attributes()

    def _schedule(self, step: StepPlan) -> list[str]:
        """The arguments for a step's schedule, empty where it has none that is a function of the step."""
        made = []
        if isinstance(step.schedule, OfStep):
            says = "The learning rate at a step, as a share of its start."
            name = self._function(step, "factor", tuple(step.schedule.body()), says)
            made.append(f"schedule={name}")
            if lines := step.schedule.momentum_body():
                name = self._function(step, "momentum", lines, "The momentum at a step.")
                made.append(f"momentum={name}")
        return made

    def _function(self, step: StepPlan, word: str, lines: tuple[str, ...], says: str) -> str:
        """The name of a function of these lines, a new one if there is none yet."""
        known = next((s.name for s in self.schedules if s.lines == lines), None)
        if known is not None:
            return known
        taken = [s.name for s in self.schedules]
        name = fresh(f"{snake(step.name)}_{word}" if word in taken else word, taken)
        self.schedules.append(ScheduleText(name, lines, says))
        return name

    def _attributes(self) -> list[str]:
        names: list[str] = []
        for step in self.plan.steps:
            base = "learn" if self.single else f"{snake(step.name)}_step"
            names.append(fresh(attribute(base), names))
        return names

    def losses(self) -> list[str]:
        """`losses = {"generator": ("bce",)}`: the terms of each step under what its sum is called."""
        entries = [
            f"{literal(name)}: {literal(tuple(t.name for t in step.terms))}"
            for name, step in zip(self.plan.losses(), self.plan.steps, strict=True)
        ]
        line = f"{_LOSSES} = {{{', '.join(entries)}}}"
        if fits(line, 4):
            return [line]
        rows: list[str] = []
        for entry in entries:
            made = statement(entry, 8) if not fits(f"{entry},", 8) else [entry]
            rows += [*made[:-1], f"{made[-1]},"]
        return [f"{_LOSSES} = {{", *(f"    {row}" for row in rows), "}"]

    # ----------------------------------------------------------------- building

    def built(self) -> list[str]:
        """`self.generator_step = Step(self, "generator", self.model.generator_loss, Adam(…))`."""
        return [line for number in range(len(self.plan.steps)) for line in self._built(number)]

    def _built(self, number: int) -> list[str]:
        step = self.plan.steps[number]
        terms = (
            "self.model" if self.objective.plain else f"self.model.{self.objective.methods[number]}"
        )
        arguments = ["self", literal(self.plan.losses()[number]), terms]
        arguments += [self._optimizer(step, u) for u in step.updates]
        arguments += self._options(number, step)
        return statement(f"self.{self.attributes[number]} = Step({', '.join(arguments)})", 8)

    def _options(self, number: int, step: StepPlan) -> list[str]:
        made = []
        signs = tuple(
            1 if o.sense == "minimize" else -1 for o in step.objectives for _ in o.updates
        )
        if self.features()["several"]:
            made.append(f"signs={literal(signs)}")
        elif signs[0] < 0:
            made.append("sign=-1")
        if step.clip_norm is not None:
            made.append(f"clip_norm={step.clip_norm}")
        if step.clip_value is not None:
            made.append(f"clip_value={step.clip_value}")
        made += self.schedule_options[number]
        if isinstance(step.schedule, ReduceOnPlateau):
            made += self._plateau(step, step.schedule)
        if self._uncompiled(step):
            made.append("compiled=False")
        return made

    def _plateau(self, step: StepPlan, schedule: ReduceOnPlateau) -> list[str]:
        """What is watched at the end of an epoch, and what makes the schedule of an optimizer."""
        name = watched(self.plan, step, schedule)
        mode = schedule.mode or direction(self.plan, name) or "min"
        made = Printer(lambda i, p: f"{i}{p}")(schedule.call(mode))
        return [f"watch={literal(name)}", f"plateau={made}"]

    def _uncompiled(self, step: StepPlan) -> bool:
        """Whether a step is beyond torch.compile: second derivatives, and sparse gradients."""
        updates = step.updates
        sparse = any(t.sparse for u in updates for t in learnt(self.program, self.plan, step, u))
        return sparse or self.objective.second_order(step)

    def _optimizer(self, step: StepPlan, update: Update) -> str:
        assert isinstance(update.optimizer, Optimizer)
        whole = self.single and len(step.updates) == 1 and not self.objective.fixed()
        learning = "self.model.parameters()" if whole else self._parameters(step, update)
        sparse = any(t.sparse for t in learnt(self.program, self.plan, step, update))
        return Printer(lambda i, p: f"{i}{p}")(update.optimizer.call(learning, sparse))

    def _parameters(self, step: StepPlan, update: Update) -> str:
        """What an update trains, as an iterable of tensors; weights that two of them share come once."""
        split = tuple(t for t in update.targets if shared(step, update, t))
        if not split:
            return self._all_of(update.targets)
        chosen = "matrices" if getattr(update.optimizer, "matrices", False) else "all_but_matrices"
        text = f"{chosen}({', '.join(map(self._text, split))})"
        whole = tuple(t for t in update.targets if t not in split)
        return f"[*{text}, *{self._all_of(whole)}]" if whole else text

    def _all_of(self, targets: tuple[Path, ...]) -> str:
        modules = [t for t in targets if not self._is_tensor(t)]
        tensors = [self._text(t) for t in targets if self._is_tensor(t)]
        texts = [self._text(t) for t in modules]
        if not tensors and len(texts) == 1:
            return f"{texts[0]}.parameters()"
        if not tensors:
            return f"nn.ModuleList([{', '.join(texts)}]).parameters()"
        if not texts:
            return f"[{', '.join(tensors)}]"
        rest = f"nn.ModuleList([{', '.join(texts)}]).parameters()"
        return f"[{', '.join(tensors)}, *{rest}]"

    def _text(self, path: Path) -> str:
        inside = self.objective.networks.module(path, self.objective.own)
        return inside.replace("self.", "self.model.", 1)

    def _is_tensor(self, path: Path) -> bool:
        return is_tensor(self.program, self.plan, path)

    # ---------------------------------------------------------------- iteration

    def iteration(self) -> list[str]:
        """The method that runs the steps on one batch."""
        if self.objective.plain:
            return [
                "def iteration(self, *batch: Tensor) -> None:",
                '    """Learn from one batch."""',
                f"    self.{self.attributes[0]}(*batch)",
            ]
        lines = [f"{self._fields()} = batch"]
        if self.objective.sharing.refs:
            names, arguments = self.objective.shared_call()
            lines += self._halved(statement(f"{names} = self.model.shared({arguments})", 8))
        for number, step in enumerate(self.plan.steps):
            lines += self._run(number, step)
        head = function_head("iteration", ["self", "*batch: Tensor"], "None", 4)
        return [*head, '    """The steps on one batch, in order."""', *(f"    {x}" for x in lines)]

    def _fields(self) -> str:
        used = {
            n
            for i in range(len(self.plan.steps))
            for n in self.objective.call(i, training=True).split(", ")
        }
        return of_batch(self.objective.batch, used | {*self.objective.shared_call()[1].split(", ")})

    def _halved(self, lines: list[str]) -> list[str]:
        if not self.features()["autocast_shared"]:
            return lines
        return ["with self.autocast():", *(f"    {line}" for line in lines)]

    def _run(self, number: int, step: StepPlan) -> list[str]:
        call = f"self.{self.attributes[number]}({self.objective.call(number, training=True)})"
        lines = [call]
        if step.repeat > 1:
            lines = [f"for _ in range({step.repeat}):", f"    {call}"]
        if step.every > 1:
            lines = [f"if self.step % {step.every} == 0:", *(f"    {line}" for line in lines)]
        return lines

    # ----------------------------------------------------------------- features

    def features(self) -> dict[str, object]:
        """What the machinery has to be able to do."""
        steps = self.plan.steps
        several = any(len(s.objectives) > 1 for s in steps)
        return {
            "several": several,
            "maximize": any(o.sense == "maximize" for s in steps for o in s.objectives),
            "clip_norm": any(s.clip_norm is not None for s in steps),
            "clip_value": any(s.clip_value is not None for s in steps),
            "schedule": bool(self.schedules),
            "momentum": any(len(options) > 1 for options in self.schedule_options),
            "plateau": any(isinstance(s.schedule, ReduceOnPlateau) for s in steps),
            "second": any(map(self._uncompiled, steps)),
            "gradients": any(map(differentiates, self.plan.body.nodes)),
            "fixed": self.objective.fixed() or len(steps) > 1,
            "closure": any(u.optimizer.closure for s in steps for u in s.updates),  # type: ignore[attr-defined]
            "every": any(s.every > 1 for s in steps),
            "autocast_shared": getattr(self.plan.settings, "precision", None) != "float32",
        }


def is_tensor(program: Program, plan: TrainPlan, path: Path) -> bool:
    """Whether a path ends in a single tensor."""
    networks = {b.name: b for b in program.networks}
    unit: object = networks.get(path[0])
    rest = path[1:]
    if unit is None:
        unit = plan.body.stage(path[0]).unit
    for name in rest:
        if not isinstance(unit, Body):
            return True
        found = next((s for s in unit.stages if s.name == name), None)
        if found is None:
            return True
        unit = found.unit
    return isinstance(unit, BareTensor)
