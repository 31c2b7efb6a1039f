"""train.py, sample.py and pictures.py of a generated package: what the templates print is decided here."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping

from msgspec import Struct

from specc.actions import pictures
from specc.carrying import windows
from specc.claims.check import is_static
from specc.emit.batches import chosen, outputs_call, read_of
from specc.emit.brought import helpers
from specc.emit.contents import has_maps
from specc.emit.data import field_name, reads_files
from specc.emit.described import described
from specc.emit.environment import literal, render
from specc.emit.graphs import has_graphs, of_labelled, uses_replace, with_graphs
from specc.emit.layout import WIDTH, fits, indented, statement
from specc.emit.model import header
from specc.emit.names import class_name, fresh, variable
from specc.emit.objective import Objective
from specc.emit.pictured import drawing, drawn, pictures_file
from specc.emit.stages import OWN, Machine, Modules, agreed, stages_file, trainer_files
from specc.emit.steps import Steps
from specc.emit.terms import dictionary
from specc.initialization import Initialization
from specc.layers.code import Printer
from specc.lone import of_vectors
from specc.metrics import Metric
from specc.program import (
    Apply,
    Measure,
    Program,
    ReadPort,
    Ref,
    TrainPlan,
)
from specc.promises import (
    Baseline,
    Promise,
    Reading,
    Side,
    of_programs,
    promise,
    promised_of,
    readings,
)
from specc.settings import TrainSettings
from specc.types import Tensor, ValueType
from specc.watched import direction, stopping


def train_files(program: Program) -> dict[str, str]:
    """train.py of each stage, the machinery that all run on, and pictures.py where pictures are drawn."""
    stages = [_Training(program, p, Modules.of(program, p)) for p in program.trains]
    machines = [s.machine() for s in stages]
    files: dict[str, str] = {}
    for stage, machine in zip(stages, machines, strict=True):
        own = {key: not agreed(machines, key) for key in OWN}
        files |= with_graphs(stage.plan.body, stage.text(machine, own))
    files |= trainer_files([(s.plan, s.modules, m) for s, m in zip(stages, machines, strict=True)])
    if len(stages) > 1:
        files["train.py"] = stages_file(program)
    if (
        any(p.shows for p in program.trains)
        or program.samples
        or any(True for p in program.programs for _ in pictures(p.actions))
    ):
        files["pictures.py"] = pictures_file(program)
    return files


def spec_hash(program: Program) -> str:
    """What a checkpoint belongs to: the text of the spec and the values of its parameters."""
    values = ";".join(f"{p.name}={p.value}" for p in program.parameters)
    used = "".join(d.span.text for d in program.definitions)
    text = f"{program.file.source.text}\0{used}\0{values}"
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


class MetricText(Struct, frozen=True):
    """A metric as one expression over the names of the values that it compares.

    `held` is a name for its value where the expression does not fit into the line of a dictionary.
    """

    name: str
    code: str
    held: str = ""


class ShowText(Struct, frozen=True):
    """A picture that training draws."""

    name: str
    title: str
    method: str
    read: str
    every: int
    unit: str
    count: int
    call: str


class _Training:
    """What train.py needs of one train block."""

    def __init__(self, program: Program, plan: TrainPlan, modules: Modules) -> None:
        self.program, self.plan, self.modules = program, plan, modules
        assert isinstance(plan.settings, TrainSettings)
        self.settings = plan.settings
        self.objective = Objective(program, plan)
        self.values = self._metric_values()
        self.shows = self._shows()
        self.baselines: list[str] = []
        self.promises = self._promise_lines(self._promises())
        self.steps = Steps(program, plan, self.objective)

    # ------------------------------------------------------------------ metrics

    def _metric_values(self) -> dict[Ref, str]:
        """The values that metrics compare, each under a name of its own."""
        names: dict[Ref, str] = {}
        for measure in self.plan.metrics:
            for ref in measure.operands:
                if ref not in names:
                    names[ref] = fresh(self._value_name(ref), names.values())
        return names

    def _value_name(self, ref: Ref) -> str:
        node = self.plan.body.nodes[ref.node]
        if isinstance(node.operation, ReadPort):
            return variable(node.operation.name)
        if ref.port != "output":
            return variable(ref.port)
        if node.variable:
            return variable(node.variable)
        masked = isinstance(node.operation, Apply) and node.operation.layer.word == "masked"
        of = node.operands[0] if masked else None
        return described(node) if of is None else self._value_name(of)

    def _metrics(self) -> list[MetricText]:
        made: list[MetricText] = []
        for measure in self.plan.metrics:
            code = self._metric(measure)
            long = len(f"{literal(measure.name)}: {code}.item(),") + 12 > WIDTH
            taken = [*self.values.values(), *(m.held for m in made)]
            held = fresh(variable(measure.name), taken) if long else ""
            made.append(MetricText(measure.name, code, held))
        return made

    def _metric(self, measure: Measure) -> str:
        if not isinstance(measure.metric, Metric):
            return f"{self.values[measure.operands[0]]}.float().mean()"
        names = [self.values[r] for r in measure.operands]
        types = [self.plan.body.nodes[r.node].type(r.port) for r in measure.operands]
        return compared(measure.metric, names, types)

    # ----------------------------------------------------------------- promises

    def _promises(self) -> list[Promise]:
        return [
            promise(self.program, self.plan, e)
            for e in self.program.expects
            if not is_static(e, self.program)
            and not of_programs(self.program, e)
            and promised_of(self.program, e) is self.plan
        ]

    def _promise_lines(self, promises: Iterable[Promise]) -> list[str]:
        """An entry for each promise; what its baselines are stands in `self.baselines`."""
        lines: list[str] = []
        for p in promises:
            parts = (literal(p.words), self._side(p.left), literal(p.sign), self._side(p.right))
            call = f"check({', '.join(parts)})"
            if len(call) + 13 <= WIDTH:
                lines.append(f"{call},")
            else:
                inside = ", ".join(parts)
                rows = [inside] if len(inside) + 16 <= WIDTH else [f"{part}," for part in parts]
                lines += ["check(", *(f"    {row}" for row in rows), "),"]
        return lines

    def _side(self, side: Side) -> str:
        match side:
            case Reading(split=split, name=name):
                return f"{split}[{literal(name)}]"
            case Baseline():
                return self._baseline(side)
            case (sign, left, right):
                return f"{self._operand(left)} {sign} {self._operand(right)}"
            case _:
                return repr(side)

    def _operand(self, side: Side) -> str:
        text = self._side(side)
        return f"({text})" if isinstance(side, tuple) and side[0] in "+-" else text

    def _baseline(self, b: Baseline) -> str:
        field = field_name(b.field)
        known = f'self.splits["train"].{field}'
        wanted = f"self.splits[{literal(b.split)}].{field}"
        call = f"mean_prediction({known}, {wanted})"
        if b.components is not None:
            call = f"pca_prediction({known}, {wanted}, {b.components})"
        elif b.drawn:
            call = f"gaussian_fit({known}, {wanted})"
        several = sum(line.startswith("baseline") for line in self.baselines)
        number = str(several + 1) if several else ""
        type = dict(self.plan.body.inputs)[b.field]
        self.baselines.append(f"predicted{number} = {call}")
        value = compared(b.metric, [f"predicted{number}", wanted], [type, type])
        if len(value) > WIDTH - 30:
            self.baselines.append(f"wanted{number} = {wanted}")
            value = compared(b.metric, [f"predicted{number}", f"wanted{number}"], [type, type])
        self.baselines.append(f"baseline{number} = {value}.item()")
        return f"baseline{number}"

    # -------------------------------------------------------------------- shows

    def _shows(self) -> list[ShowText]:
        made = []
        for number, show in enumerate(self.plan.shows, 1):
            name = f"{show.kind}{number}" if len(self.plan.shows) > 1 else show.kind
            count = 1000 if show.kind != "grid" else 8 if len(show.operands) > 1 else 64
            at = "{step:06d}" if show.unit == "steps" else "{epoch:04d}"
            file = f'self.args.out / f"{name}_{at}.png"'
            call = f"{drawing(show)}({drawn(self.plan.body, show, 'rows')}, {file})"
            lines = "\n".join(statement(call, 8)).replace("\n", "\n        ")
            every = show.every or self.settings.epochs
            title = f"Draw {show.kind} pictures of test rows."
            unit, read = show.unit.removesuffix("s"), read_of(self.objective, "part", show.operands)
            made.append(ShowText(name, title, f"values_of_{name}", read, every, unit, count, lines))
        return made

    def _methods(self, shows: list[ShowText]) -> list[tuple[str, tuple[Ref, ...], str]]:
        methods = []
        if self.values:
            methods.append(("outputs", tuple(self.values), "What the metrics compare."))
        methods += [
            (text.method, show.operands, "What the picture shows.")
            for text, show in zip(shows, self.plan.shows, strict=True)
        ]
        return methods

    # --------------------------------------------------------------------- text

    def machine(self) -> dict[str, object]:
        """What the loop has to be able to do."""
        shows = self.shows
        return {
            **self.steps.features(), **self._numbers(),
            "graphs": has_graphs(self.plan.body),
            "of_labelled": of_labelled(self.plan),
            "windows": windows(self.plan),
            "files": reads_files(self.plan.data),
            "sources": len(getattr(self.plan.data, "parts", ())),
            "chosen": bool(chosen(self.objective, "rows")),
            "metrics": self._metrics(), "promises": self.promises, "shows": shows,
            "shows_at": sorted({s.unit for s in shows}),
            "films": [
                t.name for t, s in zip(shows, self.plan.shows, strict=True) if s.kind == "grid"
            ],
            "stages": len(self.program.trains) > 1,
            "samples": bool(self.program.samples) and len(self.program.trains) == 1,
            "programs": bool(self.program.programs) and len(self.program.trains) == 1,
            "watched": "validation" if self.settings.validation else "test",
            "criterion": self._criterion(),
        }  # fmt: skip

    def _criterion(self) -> str:
        """What early stopping judges by, the less the better; empty where nothing stops."""
        watch = stopping(self.plan)
        if not self.settings.early_stopping or watch is None:
            return ""
        sign = "-" if direction(self.plan, watch) == "max" else ""
        return f"{sign}values[{literal(watch)}]"

    def text(self, machine: Machine, own: Mapping[str, bool]) -> dict[str, str]:
        """The file; `own` says what the loop leaves to it, because another stage does otherwise."""
        objective = self.objective.text(self._methods(self.shows))
        built, schedules = self.steps.built(), self.steps.schedules
        metrics = self._metrics()
        code = "\n".join([objective, *built, *(m.code for m in metrics), *self.baselines])
        brought = helpers(set(re.findall(r"\w+", code)) - {"Graph"})
        maps = has_maps(self.program, self.plan.body)
        text = render(
            "train.py.j2",
            header=header(self.program, f"Training of {self.plan.name} as in", code),
            name=self.objective.name,
            title=self.plan.name,
            objective=objective,
            uses_f="F." in code + "".join(brought),
            helpers=brought,
            networks=self._imported(),
            machinery=self._machinery(),
            spec_hash=spec_hash(self.program),
            initialize=self._initialize(),
            losses=self.steps.losses(),
            schedules=schedules,
            built=built,
            uses_replace=uses_replace(code),
            uses_math="math." in "\n".join([code, *brought, *(x for c in schedules for x in c.lines)]),
            uses_torch=bool(self.shows) or maps or "torch." in "\n".join([code, *brought]),
            iteration=self.steps.iteration(),
            metric_names=_unpacked(list(self.values.values())),
            read_fields=chosen(self.objective, "rows"),
            outputs_call=outputs_call(self.objective, self.values),
            baselines=[row for line in self.baselines for row in statement(line, 8)],
            metrics_return=dictionary([(m.name, f"{m.held or m.code}.item()") for m in metrics]),
            promises_return=_list(self.promises),
            judged=sorted({"judged", "judged_frechet"} & set(re.findall(r"\w+", code))),
            promise_splits=sorted(_splits_read(self._promises())),
            pictures=sorted({drawing(s) for s in self.plan.shows}),
            channels_last=maps,
            load_arguments=self._load_arguments(),
            batch_norm=any(True for _ in of_vectors(self.plan.body)),
            says_watched=own["watched"],
            says_criterion=own["criterion"] and machine["criterion"],
            own_data=self.modules.data != "data",
            modules=self.modules,
            **machine,
        )  # fmt: skip
        return {f"{self.modules.train}.py": text}

    def _machinery(self) -> list[str]:
        """What train.py takes from trainer.py."""
        return [
            *(["Promise"] if self.promises else []), "Step", "Trainer",
            *(["carried", "carry"] if self.shows and windows(self.plan) else []),
            *(["check"] if self.promises else []), "main",
        ]  # fmt: skip

    def _imported(self) -> list[str]:
        """What train.py takes from model.py."""
        graphs = ["Graph"] if has_graphs(self.plan.body) else []
        return sorted([*graphs, *map(class_name, self.objective.networks.ordered())])

    def _initialize(self) -> str:
        """The call that draws a weight, empty where PyTorch's own beginnings are meant."""
        how = self.plan.initialization
        if not isinstance(how, Initialization):
            return ""
        call = Printer(lambda i, p: f"{i}{p}")(how.call("weight"))
        return indented(statement(call, 12), 12).strip()

    def _load_arguments(self) -> str:
        if self.settings.validation is None:
            return ""
        return f"validation={self.settings.validation}, seed=self.args.seed"

    def _numbers(self) -> dict[str, object]:
        s = self.settings
        return {
            "epochs": s.epochs, "steps": s.steps, "batch": s.batch, "seed": s.seed,
            "accumulate": s.accumulate, "ema": s.ema, "early_stopping": s.early_stopping,
            "checkpoint_steps": s.checkpoint if s.checkpoint_unit == "steps" else None,
            "checkpoint_epochs": s.checkpoint if s.checkpoint_unit == "epochs" else 1,
            "autocast": _autocast(s),
        }  # fmt: skip


def _list(lines: list[str]) -> list[str]:
    """`return […]` in one line where a single entry fits."""
    if len(lines) == 1 and fits(f"return [{lines[0].removesuffix(',')}]", 8):
        return [f"return [{lines[0].removesuffix(',')}]"]
    return ["return [", *(f"    {line}" for line in lines), "]"]


def _splits_read(promises: Iterable[Promise]) -> set[str]:
    """The splits whose values are compared."""
    sides = [side for p in promises for side in (p.left, p.right)]
    return {r.split for side in sides for r in readings(side) if isinstance(r, Reading)}


def compared(metric: Metric, names: list[str], types: list[ValueType]) -> str:
    """A metric's expression over these names; a vector of one number stands for the number."""
    words = dict(zip(metric.operands, names, strict=True))
    sizes = [t.sizes if isinstance(t, Tensor) else () for t in types]
    if len(sizes) == 2 and (sizes[0] == (1,)) != (sizes[1] == (1,)):
        at = 0 if sizes[0] == (1,) else 1
        words[metric.operands[at]] += ".squeeze(1)"
    text = metric.call(*(t for t in types if isinstance(t, Tensor)))
    pattern = rf"\b({'|'.join(map(re.escape, words))})\b"
    return re.sub(pattern, lambda m: words[m[1]], text)


def _autocast(settings: TrainSettings) -> str:
    """The condition for bfloat16, empty where float32 was asked for."""
    if settings.precision == "float32":
        return ""
    return "True" if settings.precision == "bfloat16" else 'self.device.type == "cuda"'


def _unpacked(names: list[str]) -> str:
    """Names as the left side of an assignment from a tuple."""
    return f"({names[0]},)" if len(names) == 1 else ", ".join(names)
