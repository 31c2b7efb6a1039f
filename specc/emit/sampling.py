"""sample.py of a generated package: what is drawn with the weights of a run."""

from __future__ import annotations

import re

from specc.emit.brought import helpers
from specc.emit.environment import render
from specc.emit.expressions import Statements
from specc.emit.graphs import uses_replace
from specc.emit.layout import statement
from specc.emit.lines import function_head, laid_out
from specc.emit.model import header
from specc.emit.names import snake
from specc.emit.networks import Networks
from specc.emit.objective import Objective
from specc.emit.pictured import drawing, drawn
from specc.emit.stages import Modules
from specc.emit.using import using
from specc.program import Program, SamplePlan, TrainPlan
from specc.settings import SampleSettings

_TASKS = {"decode": re.compile(r"\bsave_text\("), "encode": re.compile(r'(?<![.\w])encode\(\s*"')}
"""Functions of data.py that write and read text, and where they are needed."""


def sample_files(program: Program) -> dict[str, str]:
    """sample.py, where there is a sample block or a program; with programs session.py beside it."""
    if not (program.samples or program.programs) or not program.trains:
        return {}
    plan = _trained(program)
    objective = Objective(program, plan)
    stage = snake(plan.name) if len(program.trains) > 1 else ""
    drawings = [_Drawing(program, objective, s, i) for i, s in enumerate(program.samples)]
    texts = [d.function() for d in drawings]
    use = using(program, objective.name)
    written = "\n".join([*texts, *use.functions])
    own = helpers(set(re.findall(r"\w+", written)))
    code = "\n".join([*own, written])
    tasks = [n for n, call in _TASKS.items() if call.search(written)]
    modules = Modules.of(program, plan)
    settings = drawings[0].settings if drawings else SampleSettings.model_construct()
    needed = [_weights(s) for s in ((stage,) if drawings else ())]
    imports = {drawing(s) for d in drawings for s in d.plan.shows}, modules.train * bool(drawings)
    says = "Draw samples of" if drawings else "Run the programs of"
    text = render(
        "sample.py.j2",
        header=header(program, "Samples of" if drawings else "Programs of", code),
        title=f"Sample {objective.name}." if drawings else "Run the programs.",
        says=f"{says} a trained run and print where the pictures are.",
        stage=stage,
        name=objective.name,
        imports=use.imports(*imports, (modules.data, tasks)),
        helpers=own,
        uses_f="F." in code,
        uses_math="math." in code,
        uses_replace=uses_replace(code),
        torch_names=[
            *(["Tensor"] if tasks or re.search(r"\bTensor\b", code) else []),
            *(["nn"] if tasks or program.programs else []),
        ],
        functions=texts,
        blocks=drawings,
        count=settings.count,
        seed=settings.seed,
        needed=list(dict.fromkeys([*needed, *map(_weights, use.stages)])),
        **use.values(),
    )
    files = {"sample.py": text}
    return files | ({"session.py": render("session.py.j2")} if program.programs else {})


def _weights(stage: str) -> str:
    return f'"{stage}/model.safetensors"' if stage else '"model.safetensors"'


def _trained(program: Program) -> TrainPlan:
    """The last train block that has all networks which are drawn with, else the last."""
    needed = {n for s in program.samples for n in s.body.uses}
    having = [p for p in program.trains if needed <= set(Networks(program, p.body.uses).ordered())]
    return (having or list(program.trains))[-1]


class _Drawing:
    """One sample block as a function that draws its pictures."""

    def __init__(
        self, program: Program, objective: Objective, plan: SamplePlan, number: int
    ) -> None:
        self.program, self.plan, self.number = program, plan, number
        assert isinstance(plan.settings, SampleSettings)
        self.settings = plan.settings
        self.objective = objective
        self.name = "samples" if number == 0 else f"samples{number + 1}"
        self.networks = Networks(program, tuple(plan.body.uses))

    def function(self) -> str:
        """`def samples(model, batch_size, device, out) -> list[Path]`."""
        refs = tuple(r for s in self.plan.shows for r in s.operands)
        naming = self.objective.naming()
        naming.module = lambda path: self.networks.module(path, ()).replace("self.", "model.", 1)
        naming.constant = lambda c: repr(c.value)
        printer = Statements(self.plan.body, naming, refs)
        lines = laid_out(printer.run(), 4)
        shows = []
        for i, show in enumerate(self.plan.shows):
            end = f"_{i + 1}" if len(self.plan.shows) > 1 else ""
            values = ", ".join(printer.value(r) for r in show.operands)
            comma = "," if len(show.operands) == 1 else ""
            shows += statement(f"rows = ({values}{comma})", 4)
            end += ".txt" if show.kind == "text" else ".png"
            call = (
                f'{drawing(show)}({drawn(self.plan.body, show, "rows")}, out / "{self.name}{end}")'
            )
            shows += statement(f"paths.append({call})", 4)
        parts = [
            f"model: {self.objective.name}",
            "batch_size: int",
            "device: torch.device",
            "out: Path",
        ]
        head = function_head(self.name, parts, "list[Path]", 0)
        said = '"""Draw, and save the pictures; their paths."""'
        body = [said, "paths = []", *lines, *shows, "return paths"]
        return "\n".join([*head, *(f"    {line}" for line in body)])
