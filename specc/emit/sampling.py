"""sample.py of a generated package: what is drawn with the weights of a run."""

from __future__ import annotations

import re

from specc.emit.environment import render
from specc.emit.expressions import Statements
from specc.emit.layout import statement
from specc.emit.lines import function_head, laid_out
from specc.emit.model import header, helpers
from specc.emit.names import snake
from specc.emit.networks import Networks
from specc.emit.objective import Objective
from specc.emit.training import Modules, drawing, drawn
from specc.program import Program, SamplePlan, TrainPlan
from specc.settings import SampleSettings


def sample_files(program: Program) -> dict[str, str]:
    """sample.py, where there is a sample block."""
    if not program.samples or not program.trains:
        return {}
    plan = _trained(program)
    objective = Objective(program, plan)
    stage = snake(plan.name) if len(program.trains) > 1 else ""
    drawings = [_Drawing(program, objective, s, i) for i, s in enumerate(program.samples)]
    needed = {n for d in drawings for n in d.plan.body.uses}
    code = "\n".join(d.function() for d in drawings)
    texts = [n for n in ("decode", "encode") if re.search(rf"(?<![.\w]){n}\b", code)]
    own = helpers({w for d in drawings for w in re.findall(r"\w+", d.function())})
    text = render(
        "sample.py.j2",
        header=header(program, "Samples of"),
        title=f"Sample {objective.name}.",
        module=Modules.of(program, plan).train,
        stage=stage,
        name=objective.name,
        networks=sorted(needed),
        helpers=own,
        uses_f=any("F." in d.function() for d in drawings) or any("F." in h for h in own),
        text_data=Modules.of(program, plan).data if texts else "",
        text_names=texts,
        functions=[d.function() for d in drawings],
        blocks=drawings,
        pictures=sorted({drawing(s) for d in drawings for s in d.plan.shows}),
        count=drawings[0].settings.count,
        seed=drawings[0].settings.seed,
    )
    return {"sample.py": text}


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
        text = "\n".join(lines)
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
        body = ['"""Draw, and save the pictures; their paths."""']
        if "device" not in text:
            body.append("del device")
        if "batch_size" not in text:
            body.append("del batch_size")
        body += ["paths = []", *lines, *shows, "return paths"]
        return "\n".join([*head, *(f"    {line}" for line in body)])
