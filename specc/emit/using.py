"""What sample.py needs for the programs of a spec: imports, networks with their weights, rows, promises."""

from __future__ import annotations

import re

from msgspec import Struct

from specc.claims.check import is_static
from specc.emit.environment import literal
from specc.emit.graphs import has_graphs
from specc.emit.layout import fits, statement
from specc.emit.names import class_name, helper_names, snake, variable
from specc.emit.networks import Networks
from specc.emit.procedures import ProgramText, rows_function
from specc.emit.stages import Modules
from specc.program import Program, TrainPlan
from specc.promises import (
    OfProgram,
    Promise,
    Side,
    of_programs,
    program_promise,
    readings,
    surely_shown,
)
from specc.settings import SampleSettings, TrainSettings


class Row(Struct, frozen=True):
    """A program in the tables of sample.py."""

    word: str
    function: str
    arguments: str


class Using(Struct, frozen=True):
    """The programs of a spec as text. `stages` are the folders of a run that have their weights."""

    program: Program
    functions: tuple[str, ...]
    names: tuple[str, ...]
    networks: Networks
    stages: tuple[str, ...]

    def imports(self, pictures: set[str], train: str, text: tuple[str, list[str]]) -> list[str]:
        """The imports of the package itself, in the order of the linter.

        `train` is the module of the class that samples are drawn with, `text` the module and functions that
        read and write text.
        """
        code = "\n".join(self.functions)
        used = pictures | set(re.findall(r"\b(?:save_\w+|draw_grid|draw_frames)\b", code))
        lines = [f"import {m}" for m in sorted({module for _, module, *_ in self.rows()})]
        named = {
            text[0]: text[1],
            "model": sorted(map(class_name, self.networks.ordered())) if self.functions else [],
            "pictures": sorted(used),
            "session": ["Session", *self._checks()],
            train: [self.names[0]],
        }
        if not self.functions:
            del named["session"]
        lines += [imported(module, names) for module, names in named.items() if module and names]
        return sorted(lines, key=lambda line: (line.startswith("from"), line.split()[1]))

    def _checks(self) -> list[str]:
        """What promises need of session.py."""
        tests = "\n".join(self._tests())
        used = [word for word in ("holds", "shown") if f"{word}(" in tests]
        return [*used, "tell"] if tests else []

    def rows(self) -> list[tuple[str, str, str, str]]:
        """Function, module, arguments and values for the rows of each train block that is read."""
        found = []
        code = "\n".join(self.functions)
        for plan in self.program.trains:
            name = rows_function(self.program, plan.name)
            if re.search(rf"\b{name}\(", code):
                module = Modules.of(self.program, plan).data
                found.append((name, module, _load_arguments(plan), _split(plan)))
        return found

    def promised(self) -> list[Promise]:
        """What the spec promises of its programs."""
        return [
            program_promise(self.program, e)
            for e in self.program.expects
            if not is_static(e, self.program) and of_programs(self.program, e)
        ]

    def _tests(self) -> list[str]:
        return [row for p in self.promised() for row in _promise(p, self.program)]

    def values(self) -> dict[str, object]:
        """The values of the template."""
        plans = self.program.programs
        settings = [p.settings for p in plans if isinstance(p.settings, SampleSettings)]
        built = [row for line in self.networks.lines() for row in statement(line, 8)]
        return {
            "programs": list(self.functions),
            "built": built or ["pass"],
            "weights": statement(f"for file in {literal(tuple(map(_weights, self.stages)))}:", 4),
            "rows": self.rows(),
            "table": [
                Row(p.name, f"program_{snake(p.name)}", _arguments(p.arguments)) for p in plans
            ],
            "counts": _table({p.name: s.count for p, s in zip(plans, settings, strict=True)}),
            "seeds": _table({p.name: s.seed for p, s in zip(plans, settings, strict=True)}),
            "promises": self._tests(),
        }


def imported(module: str, names: list[str]) -> str:
    """`from model import Decoder, Encoder`, a name a line where it is long."""
    line = f"from {module} import {', '.join(names)}"
    if fits(line, 0):
        return line
    return "\n".join([f"from {module} import (", *(f"    {n}," for n in names), ")"])


def using(program: Program, name: str) -> Using:
    """The programs of a spec; `name` is the class of the training that samples are drawn with."""
    uses = tuple(dict.fromkeys(n for p in program.programs for n in p.uses))
    networks = Networks(program, uses)
    taken = {*helper_names(), name} | {class_name(b.name) for b in program.networks}
    taken |= {Modules.of(program, p).data for p in program.trains}
    taken |= {rows_function(program, p.name) for p in program.trains}
    taken |= {f"save_{k}" for k in ("grid", "curve", "scatter", "plot")}
    texts = [
        ProgramText(program, p, f"program_{snake(p.name)}", taken).function()
        for p in program.programs
    ]
    return Using(program, tuple(texts), (name,), networks, _stages(program, networks))


def _stages(program: Program, networks: Networks) -> tuple[str, ...]:
    """The folders whose weights are loaded, in the order of the trainings: later ones have the last word."""
    if len(program.trains) == 1:
        return ("",) if networks.names else ()
    needed = set(networks.ordered())
    return tuple(
        snake(p.name)
        for p in program.trains
        if needed & set(Networks(program, p.body.uses).ordered())
    )


def _split(plan: TrainPlan) -> str:
    """A split `s` as a program reads it: of graphs the values themselves, in one graph of many parts."""
    return "s.rows(0, len(s))" if has_graphs(plan.body) else "s"


def _weights(stage: str) -> str:
    return f"{stage}/model.safetensors" if stage else "model.safetensors"


def _load_arguments(plan: TrainPlan) -> str:
    settings = plan.settings
    assert isinstance(settings, TrainSettings)
    if settings.validation is None:
        return ""
    return f"validation={settings.validation}, seed={settings.seed}"


def _arguments(arguments: tuple[tuple[str, int | float | None], ...]) -> str:
    return _table({variable(n): type(v) for n, v in arguments})


def _table(values: dict[str, object]) -> str:
    shown = (f"{literal(k)}: {v.__name__ if isinstance(v, type) else v}" for k, v in values.items())
    return f"{{{', '.join(shown)}}}"


def _promise(promise: Promise, program: Program) -> list[str]:
    """The lines that test a promise where all programs that it reads were run.

    A figure that may stand in a branch that was not taken is looked for first.
    """
    sides = (*readings(promise.left), *readings(promise.right))
    read = [s for s in sides if isinstance(s, OfProgram)]
    names = list(dict.fromkeys(literal(s.program) for s in read))
    ran = (
        f"{names[0]} in figures" if len(names) == 1 else f"{{{', '.join(names)}}} <= figures.keys()"
    )
    numbers = f"{_side(promise.left)}, {literal(promise.sign)}, {_side(promise.right)}"
    words = literal(promise.words)
    test = f"holds({words}, {numbers}, spoken)"
    sure = {p.name: surely_shown(p.actions) for p in program.programs}
    doubtful = dict.fromkeys((s.program, s.figure) for s in read if s.figure not in sure[s.program])
    if doubtful:
        looked = ", ".join(f"({literal(p)}, {literal(f)})" for p, f in doubtful)
        test = f"shown({words}, figures, {looked}, spoken=spoken) or {test}"
    call = statement(f"kept.append({test})", 8)
    return [f"if {ran}:", *(f"    {line}" for line in call)]


def _side(side: Side) -> str:
    match side:
        case OfProgram(program, figure):
            return f"figures[{literal(program)}][{literal(figure)}]"
        case (sign, left, right):
            return f"{_operand(left)} {sign} {_operand(right)}"
        case _:
            return repr(side)


def _operand(side: Side) -> str:
    text = _side(side)
    return f"({text})" if isinstance(side, tuple) and side[0] in "+-" else text
