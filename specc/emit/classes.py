"""A body as a class: its constructor, its modules and its forward pass.

A block that is used with several sizes becomes one class whose constructor takes what differs; the open
form of its body (`resolve/symbolic.py`) says which sizes those are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec.structs import replace

from specc.emit.cells import CellText, is_cell
from specc.emit.cells import results as results_of
from specc.emit.constructors import Argument, ClassText, Constructor
from specc.emit.expressions import Statements
from specc.emit.layout import docstring, statement
from specc.emit.lines import function_head, laid_out
from specc.emit.names import attribute, class_name, fresh, variable
from specc.emit.naming import Line, Naming, last_part
from specc.emit.settled import Settled, Shape, other_name
from specc.emit.shapes import annotation
from specc.emit.summary import alone_described, table, title
from specc.emit.uses import Uses, uses
from specc.program import (
    BareTensor,
    Body,
    Constant,
    Path,
    Program,
    ReadTensor,
    Ref,
)
from specc.resolve.symbolic import SymbolicBody, symbolic_body
from specc.sizes import Symbolic, free_symbols, render
from specc.syntax import tree
from specc.types import Graph, Tensor


class Classes:
    """All classes of a program, blocks before those that use them, each structure once."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.made: list[ClassText] = []
        self._by_body: dict[Body, ClassText] = {}
        self._by_text: dict[tuple[str, str], ClassText] = {}
        self._taken: set[str] = {class_name(b.name) for b in program.networks}
        self.settled = Settled(program)
        self._shapes: dict[str, Shape] = {}
        self.taps = {
            b.name: tuple(dict.fromkeys(v for n, v in program.taps if n == b.name))
            for b in program.networks
        }
        for body in program.networks:
            self.of(body)

    def of(self, body: Body) -> ClassText:
        """The class of a body, made on first use."""
        if body not in self._by_body:
            self._by_body[body] = self._make(body)
        return self._by_body[body]

    def _make(self, body: Body) -> ClassText:
        network = isinstance(body.definition, tree.Definition) and body.role not in (
            "block",
            "cell",
            "message_passing",
            "repeat",
        )
        opened = (
            symbolic_body(self.program, body, self.settled.of(body))
            if isinstance(body.definition, tree.Definition)
            else None
        )
        made = _Class(self, body, opened, network)
        key = (body.name, _COMMENT.sub("", made.text("?", bare=True)))
        if not network and key in self._by_text:
            return self._again(self._by_text[key], made)
        name = class_name(body.name) if network else self._block_name(body, made.open_axes())
        found = ClassText(name, made.arguments, made.text(name), frozenset(made.used_names(name)))
        self._by_text[key] = found
        self.made.append(found)
        return found

    def _again(self, found: ClassText, made: _Class) -> ClassText:
        """A class that is met once more; its shapes are not told where they are others then."""
        if made.text(found.name) != found.text:
            at = next(i for i, c in enumerate(self.made) if c.name == found.name)
            self.made[at] = replace(found, text=_COMMENT.sub("", made.text(found.name, plain=True)))
        return found

    def _block_name(self, body: Body, axes: tuple[str, ...]) -> str:
        name, shape = class_name(body.name), Shape(self.settled.of(body), axes)
        if name in self._taken:
            name = class_name(other_name(body, self._shapes.get(name, shape), shape))
        name = fresh(name, self._taken)
        self._taken.add(name)
        self._shapes[name] = shape
        return name


_COMMENT = re.compile(r"  # (\[.*|.* parameters)$", re.MULTILINE)
"""Shapes and counts behind a line, which depend on the use of a block."""


class _Class(Constructor):
    """One class while it is written."""

    def __init__(
        self, classes: Classes, body: Body, opened: SymbolicBody | None, network: bool
    ) -> None:
        super().__init__(classes, body, opened, network)
        self.init = self.lines()
        self.in_init = set(self.symbols)
        self.symbols = set()
        self.methods: list[str] = []
        self.forward = self._forward()
        self.in_forward = set(self.symbols)
        self.arguments = tuple(self._arguments())

    # --------------------------------------------------------------- arguments

    def _arguments(self) -> Iterable[Argument]:
        needed = self.in_init | {s for s in self.in_forward if self._is_argument(s)}
        free = [p.name for p in self.classes.program.parameters if isinstance(p.value, Symbolic)]
        # A size of an input that stays free, and that a weight's shape depends on.
        free += sorted(self.in_init - {*free, *self.values})
        for name, local in self.foreign.items():
            yield Argument(local, "network", annotation=class_name(name))
        sizes, hypers, params = [], [], []
        for name in self.values:
            if name not in needed:
                continue
            if self.opened is not None and name in self.opened.input_sizes:
                sizes.append(self._input_argument(name))
            elif self.opened is not None and name in self.opened.hyperparameters:
                hypers.append(Argument(name, "hyper", self._default(name)))
            else:
                params.append(Argument(name, "param", str(self.values[name])))
        without = [a for a in (*sizes, *hypers) if not a.default]
        open_ones = (Argument(n, "param") for n in free if n in needed)
        yield from (*without, *open_ones, *(a for a in hypers if a.default), *params)

    def open_axes(self) -> tuple[str, ...]:
        """The axes of the inputs whose sizes are arguments of their own."""
        types = [type for _, type in self.body.inputs]
        sizes = ((types[a.port], a.axis) for a in self.arguments if a.kind == "input")
        return tuple(type.axes[axis] for type, axis in sizes if isinstance(type, Tensor))

    def _default(self, name: str) -> str:
        definition = self.concrete.definition
        assert isinstance(definition, tree.Definition)
        found = next(h for h in definition.hyperparameters or () if h.name.id == name)
        return str(found.default.value) if isinstance(found.default, tree.Number) else ""

    def _input_argument(self, name: str) -> Argument:
        for port, (_, type) in enumerate(self.body.inputs):
            if isinstance(type, Tensor):
                for axis, size in enumerate(type.sizes):
                    if isinstance(size, Symbolic) and free_symbols(size) == {name}:
                        return Argument(name, "input", port=port, axis=axis)
        raise AssertionError(name)

    # ------------------------------------------------------------------ forward

    def _wanted(self, body: Body) -> tuple[Ref, ...]:
        if is_cell(body):
            return results_of(body)
        taps = self.classes.taps.get(body.name, ()) if self.network else ()
        outputs = dict(body.outputs)
        for tap in taps:
            if tap not in outputs:
                outputs[tap] = _tap(body, tap)
        return tuple(outputs.values())

    def _forward(self) -> list[str]:
        wanted = self._wanted(self.body)
        naming = Naming(
            self._module_text, self._tensor_text, self._forward_symbol,
            constant=self._constant, taps=lambda n: self.classes.taps.get(n, ()), cell=self._uses,
        )  # fmt: skip
        printer = Statements(self.body, naming, wanted, shapes=self.shown)
        written = printer.run()
        results = [printer.value(ref) for ref in wanted]
        lines = laid_out(self._annotated(written, results))
        lines += self._return(results, printer.declared)
        lines = [*self._bindings(lines), *lines]
        self.methods = self._cell(naming, lines) if is_cell(self.body) else []
        if self.methods and self._uses(self.body).carry:
            self.init.append(
                "self.carried: tuple[Tensor, ...] = ()  # the states for the next batch"
            )
        return lines

    def _uses(self, cell: Body) -> Uses:
        return uses(self.classes.program, cell.definition)

    def _annotated(self, lines: list[Line], results: list[str]) -> list[Line]:
        """What is returned is declared a tensor: a checker cannot see what a module gives."""
        ports = {variable(name) for name, _ in self.body.inputs}
        for name in dict.fromkeys(r for r in results if r not in ports):
            found = (i for i, line in enumerate(lines) if line.text.startswith(f"{name} = "))
            first = next(found, None)
            if first is not None:
                lines[first] = _declared(lines[first], name)
        return lines

    def _return(self, results: list[str], declared: set[str]) -> list[str]:
        opaque = "self." in results[0].split("(")[0] and results[0] not in declared
        if len(results) == 1 and opaque:
            return [*statement(f"x: Tensor = {results[0]}", 8), "return x"]
        return statement(f"return {', '.join(results)}", 8)

    def _forward_symbol(self, name: str) -> str:
        self.symbols.add(name)
        return f"self.{attribute(name)}" if self._is_argument(name) else variable(name)

    def _bindings(self, lines: list[str], time: int = 0) -> list[str]:
        """Sizes that are read off an input, where some lines name them.

        `time` is 1 where the first input is a whole sequence, and has one axis more than its type.
        """
        text = "\n".join(lines)
        made = []
        port, type = self.body.inputs[0]
        first, graph = variable(port), isinstance(type, Graph)
        if re.search(r"\bbatch_size\b", text):
            made.append(f"batch_size = {first}.{'count' if graph else 'shape[0]'}")
        if re.search(r"(?<!\.)\bdevice\b(?!=)", text) or "device=device" in text:
            made.append(f"device = {first}.{'source.device' if graph else 'device'}")
        sizes = (n for n in sorted(self.symbols) if not self._is_argument(n))
        made += [self._read_size(n, time) for n in sizes if re.search(rf"\b{variable(n)}\b", text)]
        return made

    def _read_size(self, name: str, time: int) -> str:
        for number, (port, type) in enumerate(self.body.inputs):
            if isinstance(type, Tensor):
                for axis, size in enumerate(type.sizes):
                    if isinstance(size, Symbolic) and str(render(size)) == name:
                        place = axis + 1 + (0 if number else time)
                        return f"{variable(name)} = {variable(port)}.shape[{place}]"
        raise AssertionError(name)

    def _module_text(self, path: Path) -> str:
        if (
            path
            and path[0] in self.foreign
            and len(path) >= 1
            and path[0] not in {s.name for s in self.body.stages}
        ):
            return "self." + ".".join([self.foreign[path[0]], *map(attribute, path[1:])])
        return last_part(path)

    def _tensor_text(self, read: ReadTensor) -> str:
        path = read.path
        own = {s.name: s for s in self.body.stages}
        bare = (
            path[-1] == read.tensor and len(path) == 1 and isinstance(own[path[0]].unit, BareTensor)
        )
        text = self._module_text(path) if bare else f"{self._module_text(path)}.{read.tensor}"
        if path[0] in self.foreign and path[-1] == read.tensor:
            text = self._module_text(path)
        return f"{text}.T" if read.transposed else text

    def _constant(self, constant: Constant) -> str:
        return repr(constant.value)

    # --------------------------------------------------------------------- text

    def used_names(self, name: str) -> set[str]:
        """Words of the class's text, to see what must be imported."""
        return set(re.findall(r"[A-Za-z_]\w*", self.text(name, bare=True)))

    def text(self, name: str, *, bare: bool = False, plain: bool = False) -> str:
        """The class; `bare` leaves out its docstring, `plain` what that says of one use's sizes."""
        doc = [] if bare else [f"    {line}" if line else "" for line in self._doc(plain)]
        lines = [f"class {name}(nn.Module):", *doc]
        init = self._init_lines()
        if init:
            lines += ["", *init] if doc else init
        lines += ["", *self._forward_lines()] if doc or init else self._forward_lines()
        return "\n".join(lines)

    def _init_lines(self) -> list[str]:
        kept = [a for a in self.arguments if self._kept(a)]
        body = [
            "super().__init__()",
            *(f"self.{attribute(a.name)} = {a.local}" for a in kept),
            *self.init,
        ]
        if len(body) == 1:
            return []
        head = self._signature()
        return [*(f"    {line}" for line in head), *(f"        {line}" for line in body)]

    def _kept(self, a: Argument) -> bool:
        """Whether a forward pass needs what the constructor got; a size of an input it reads there."""
        if a.kind == "network":
            return self._called(a.name)
        return a.name in self.in_forward and self._is_argument(a.name)

    def _called(self, name: str) -> bool:
        return any(f"self.{name}" in line for line in self.forward)

    def _signature(self) -> list[str]:
        parts = ["self"]
        parts += [
            f"{a.local}: {a.annotation}" + (f" = {a.default}" if a.default else "")
            for a in self.arguments
        ]
        return function_head("__init__", parts, "None", 4)

    def _cell(self, naming: Naming, step: list[str]) -> list[str]:
        """The methods of a cell, where `step` is its forward pass for one position."""
        how = self._uses(self.body)
        text = CellText(self.body, naming, self._forward_symbol, how, step, self._bindings)
        return text.methods()

    def _forward_lines(self) -> list[str]:
        if self.methods:
            return self.methods
        ports = ["self", *(f"{variable(n)}: {annotation(t)}" for n, t in self.body.inputs)]
        count = len(self._wanted(self.body))
        result = "Tensor" if count == 1 else f"tuple[{', '.join(['Tensor'] * count)}]"
        head = function_head("forward", ports, result, 4)
        return [*(f"    {line}" for line in head), *(f"        {line}" for line in self.forward)]

    def _doc(self, plain: bool) -> list[str]:
        if plain:
            own = getattr(self.concrete.definition, "doc", "")
            return docstring(own or f"{self.concrete.role.capitalize()}.", (), 4)
        own, shapes = getattr(self.concrete.definition, "doc", ""), title(self.concrete, self.shown)
        program = self.classes.program
        if not program.file.doc and own == alone_described(program):
            own = ""  # the docstring of the file has it
        doc = f"{own}\n\n{shapes}" if own else shapes
        return docstring(doc, table(self.shown, brief=not self.network), 4)


def _declared(line: Line, name: str) -> Line:
    return replace(line, text=line.text.replace(f"{name} = ", f"{name}: Tensor = ", 1))


def _tap(body: Body, name: str) -> Ref:
    for number, node in enumerate(body.nodes):
        if name in (node.name, node.variable):
            return Ref(number, node.types[0][0])
    raise AssertionError(name)
