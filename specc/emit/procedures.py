"""The programs of a spec as functions of sample.py, with the spec's own names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from specc.actions import bodies
from specc.dependence import differentiates
from specc.emit.data import field_name
from specc.emit.layout import docstring, fits, indented, statement
from specc.emit.lines import function_head, laid_out
from specc.emit.names import fresh, snake, variable
from specc.emit.naming import Naming
from specc.emit.networks import Networks
from specc.emit.pictured import drawing, drawn
from specc.emit.program_printer import ProgramPrinter
from specc.emit.reading import Reading
from specc.program import (
    Act,
    Action,
    Body,
    BranchPlan,
    Constant,
    Export,
    Figure,
    LoopPlan,
    Picture,
    Program,
    ProgramPlan,
    ReadPort,
    ReadTensor,
    Ref,
)
from specc.types import Tensor

OWN = frozenset(
    "networks session perform draw main trained promises check argparse sys torch Path Callable"
    " Networks Session HERE PROGRAMS COUNTS math load_file load_model holds shown read_rows cache"
    " traceback failed positive encode decode generate generate_by_step NUMBER numbers"
    " get_close_matches replace".split()
)
"""Names of sample.py that a variable of a spec must leave alone."""

_DEVICE = re.compile(r"(?<![.\w])device\)")  # of a draw, or of a text that begins


def read_names(actions: Iterable[Action]) -> set[str]:
    """The variables and rows that the printed statements of a program read."""
    found: set[str] = set()
    for body, wanted in bodies(actions):
        reached = Reading(body, wanted).reached
        operations = (body.nodes[n].operation for n in reached)
        found |= {o.name for o in operations if isinstance(o, ReadPort)}
    return found


class ProgramText:
    """One program as a function. `taken` are the names of sample.py beside `OWN`."""

    def __init__(self, program: Program, plan: ProgramPlan, name: str, taken: set[str]) -> None:
        self.program, self.plan, self.name = program, plan, name
        self.networks = Networks(program, plan.uses)
        self.read = read_names(plan.actions)
        self.python = self._names(taken | OWN)
        self.splits = self._splits()
        self.ports = {**self.python, **self._fields()}

    def _names(self, taken: set[str]) -> dict[str, str]:
        """The Python names of all variables."""
        names: dict[str, str] = {}
        for name in self._variables():
            own = variable(name.replace(".", "_"))
            names[name] = fresh(f"{own}_" if own in taken else own, names.values())
        return names

    def _variables(self) -> dict[str, None]:
        ports = (n for body, _ in bodies(self.plan.actions) for n, _ in body.inputs)
        rows = {r.name for r in self.plan.reads}
        arguments = (name for name, _ in self.plan.arguments)
        every = (*arguments, *_assigned(self.plan.actions), *ports)
        return dict.fromkeys(n for n in every if n not in rows)

    def _splits(self) -> dict[tuple[str, str], str]:
        """The local names of the splits that are read."""
        single = len({r.train for r in self.plan.reads}) == 1
        found: dict[tuple[str, str], str] = {}
        for r in self.plan.reads:
            if r.name in self.read and (r.train, r.split) not in found:
                base = r.split if single else f"{snake(r.train)}_{r.split}"
                found[r.train, r.split] = fresh(base, [*self.python.values(), *found.values()])
        return found

    def _fields(self) -> dict[str, str]:
        return {
            r.name: f"{self.splits[r.train, r.split]}.{field_name(r.field)}"
            for r in self.plan.reads
            if (r.train, r.split) in self.splits
        }

    # ------------------------------------------------------------------ printing

    def function(self) -> str:
        """`def walk(networks: Networks, session: Session, steps: int = 20) -> None`."""
        body = self._block(self.plan.actions, 4)
        text = "\n".join(body)
        head = [
            *("batch_size = session.count" for _ in range("batch_size" in text)),
            *("device = session.device" for _ in range(bool(_DEVICE.search(text)))),
            *(
                f"{local} = {self._rows(train)}(session.device)[{split!r}]".replace("'", '"')
                for (train, split), local in self.splits.items()
            ),
        ]
        parts = ["networks: Networks", "session: Session"]
        parts += [f"{self.python[n]}: {type(v).__name__} = {v!r}" for n, v in self.plan.arguments]
        first = self.plan.doc or f"The program {self.plan.name} of the spec."
        lines = [*docstring(first, (), 4), *head, *body]
        return "\n".join(
            [*function_head(self.name, parts, "None", 0), *(indented([x], 4) for x in lines)]
        )

    def _rows(self, train: str) -> str:
        return rows_function(self.program, train)

    def _block(self, actions: Iterable[Action], indent: int) -> list[str]:
        lines: list[str] = []
        for action in actions:
            lines += self._action(action, indent)
        return lines

    def _action(self, action: Action, indent: int) -> list[str]:
        match action:
            case Act():
                return self._act(action, indent)
            case Picture():
                return self._picture(action, indent)
            case Figure():
                return self._figure(action, indent)
            case Export():
                return self._export(action, indent)
            case LoopPlan():
                return self._loop(action, indent)
            case BranchPlan():
                return self._branch(action, indent)

    def _printer(self, body: Body, wanted: tuple[Ref, ...]) -> ProgramPrinter:
        return ProgramPrinter(body, self._naming(), wanted, self.ports, self.plan.numbers)

    def _naming(self) -> Naming:
        taps: dict[str, list[str]] = {}
        for network, value in self.program.taps:
            taps.setdefault(network, []).append(value)

        def module(path: tuple[str, ...]) -> str:
            return self.networks.module(path, ()).replace("self.", "networks.", 1)

        def tensor(read: ReadTensor) -> str:
            path = module(read.path)
            text = path if read.path[-1] == read.tensor else f"{path}.{read.tensor}"
            return f"{text}.T" if read.transposed else text

        return Naming(
            module,
            tensor,
            constant=_number,
            ports=self.ports,
            taps=lambda n: tuple(taps.get(n, ())),
        )

    def _written(
        self, body: Body, wanted: tuple[Ref, ...], indent: int
    ) -> tuple[list[str], ProgramPrinter]:
        """The statements before a value, and the printer that has its text."""
        printer = self._printer(body, wanted)
        derived = any(differentiates(body.nodes[n]) for n in printer.reading.reached)
        lines = laid_out(printer.run(), indent + 4 * derived)
        if derived:
            lines = ["with torch.enable_grad():", *(indented([x], 4) for x in lines)]
        return lines, printer

    def _one(self, body: Body, ref: Ref, indent: int) -> tuple[list[str], str]:
        """The statements before a single value that gets no name, and its text."""
        printer = self._printer(body, (ref,))
        lines = printer.run()
        derived = any(differentiates(body.nodes[n]) for n in printer.reading.reached)
        head, _, text = lines[-1].text.partition(" = ") if lines else ("", "", "")
        if derived or head != printer.value(ref) or not fits(f"{text}{head}", indent + 24):
            laid, printer = self._written(body, (ref,), indent)
            return laid, printer.value(ref)
        return laid_out(lines[:-1], indent), text

    def _act(self, act: Act, indent: int) -> list[str]:
        kept = [
            (target, ref)
            for target, ref in zip(act.targets, act.values, strict=True)
            if target in self.read
        ]
        if not kept:
            return []
        wanted = tuple(ref for _, ref in kept)
        lines, printer = self._written(act.body, wanted, indent)
        graph = bool(lines) and lines[0].startswith("with torch.enable_grad")
        for target, ref in kept:
            name, text = self.python[target], printer.value(ref)
            if target not in self.plan.numbers and printer.plain(ref):
                text = f"torch.tensor({_real(text, act.body, ref)})"
            text = f"{text}.detach()" if graph else text
            if text != name:
                lines += statement(f"{name} = {text}", indent)
        return lines

    def _picture(self, picture: Picture, indent: int) -> list[str]:
        show = picture.show
        lines, printer = self._written(picture.body, show.operands, indent)
        values = ", ".join(printer.value(r) for r in show.operands)
        rows = f"({values}{',' if len(show.operands) == 1 else ''})"
        arguments = drawn(picture.body, show, rows)
        if show.kind != "animation":
            path = f'session.path("{show.kind}.{"txt" if show.kind == "text" else "png"}")'
            return [*lines, *statement(f"{drawing(show)}({arguments}, {path})", indent)]
        frames = f"[draw_grid({arguments})]" if picture.repeated else f"draw_frames({arguments})"
        return [*lines, *statement(f'session.film("animation", {frames})', indent)]

    def _figure(self, figure: Figure, indent: int) -> list[str]:
        lines, text = self._one(figure.body, figure.value, indent)
        call = f'session.figure("{figure.name}", {text})'
        return [*lines, *statement(call, indent), *(["return"] if figure.last else [])]

    def _export(self, export: Export, indent: int) -> list[str]:
        name = self.networks.attribute(export.network)
        examples = [_example(t) for _, t in export.inputs if isinstance(t, Tensor)]
        call = f'session.export("{snake(export.network)}", networks.{name}, {", ".join(examples)})'
        return statement(call, indent)

    def _loop(self, loop: LoopPlan, indent: int) -> list[str]:
        lines: list[str] = []
        if loop.bounds is not None:
            lines, over = self._bounds(loop.bounds, indent)
            over = f"reversed({over})" if loop.reverse else over
        else:
            over = _items(loop.items or ())
        used = loop.variable is not None and loop.variable in self.read
        name = self.python[loop.variable] if used and loop.variable is not None else "_"
        inner = self._block(loop.actions, indent + 4) or ["pass"]
        head = statement(f"for {name} in {over}:", indent)
        return [*lines, *head, *(indented([x], 4) for x in inner)]

    def _bounds(self, bounds: Act, indent: int) -> tuple[list[str], str]:
        if len(bounds.values) == 1:
            lines, text = self._one(bounds.body, bounds.values[0], indent)
            return lines, f"range({text})"
        lines, printer = self._written(bounds.body, bounds.values, indent)
        return lines, f"range({', '.join(printer.value(r) for r in bounds.values)})"

    def _branch(self, branch: BranchPlan, indent: int) -> list[str]:
        lines, text = self._one(branch.condition.body, branch.condition.values[0], indent)
        then = self._block(branch.then, indent + 4) or ["pass"]
        otherwise = self._block(branch.otherwise, indent + 4)
        lines += statement(f"if {text}:", indent)
        lines += [indented([x], 4) for x in then]
        if otherwise:
            lines += ["else:", *(indented([x], 4) for x in otherwise)]
        return lines


def rows_function(program: Program, train: str) -> str:
    """The function of sample.py that reads the rows of a train block."""
    return "read_rows" if len(program.trains) == 1 else f"read_rows_{snake(train)}"


def _assigned(actions: Iterable[Action]) -> Iterator[str]:
    for action in actions:
        match action:
            case Act(targets=targets):
                yield from targets
            case LoopPlan(variable=name, actions=inner):
                yield from (name,) if name is not None else ()
                yield from _assigned(inner)
            case BranchPlan(then=then, otherwise=otherwise):
                yield from _assigned((*then, *otherwise))


def _number(constant: Constant) -> str:
    return repr(constant.value)


def _real(text: str, body: Body, ref: Ref) -> str:
    """A literal number as the real one that its type says."""
    operation = body.nodes[ref.node].operation
    return repr(float(operation.number)) if isinstance(operation, Constant) else text


def _example(type: Tensor) -> str:
    """Two rows of zeros of a type."""
    shape = ", ".join(str(s) for s in (2, *type.sizes))
    kind = {"int": ", dtype=torch.int64", "bool": ", dtype=torch.bool"}.get(type.dtype, "")
    return f"torch.zeros({shape}{kind})"


def _items(items: tuple[int | float, ...]) -> str:
    """`range(20)` where the numbers are one, else the numbers."""
    whole = [i for i in items if isinstance(i, int)]
    if len(whole) == len(items) and len(items) > 1:
        step = whole[1] - whole[0]
        if step and whole == list(range(whole[0], whole[-1] + (1 if step > 0 else -1), step)):
            return _range(whole[0], whole[-1] + (1 if step > 0 else -1), step)
    return f"({', '.join(map(repr, items))}{',' if len(items) == 1 else ''})"


def _range(start: int, stop: int, step: int) -> str:
    if step != 1:
        return f"range({start}, {stop}, {step})"
    return f"range({start}, {stop})" if start else f"range({stop})"
