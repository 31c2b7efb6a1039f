"""A train block as a module: the networks, the terms of the objective, and what metrics and pictures read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from specc.emit.classes import Classes, laid_out
from specc.emit.expressions import Line, Naming, Statements, last_part
from specc.emit.layout import WIDTH, statement
from specc.emit.names import attribute, class_name, fresh, snake, variable
from specc.layers.base import Inference
from specc.layers.code import Code, Infix, Printer
from specc.program import (
    Apply,
    Body,
    Constant,
    Node,
    Path,
    Program,
    ReadTensor,
    Ref,
    TrainPlan,
)
from specc.types import Tensor


@dataclass(slots=True)
class Networks:
    """The networks of a body as attributes, in an order in which each comes after those it borrows from."""

    program: Program
    names: tuple[str, ...]
    classes: Classes = field(init=False)

    def __post_init__(self) -> None:
        self.classes = Classes(self.program)

    def ordered(self) -> list[str]:
        """All that are needed."""
        found: dict[str, None] = {}

        def add(name: str) -> None:
            for other in self.program.network(name).uses:
                add(other)
            found[name] = None

        for name in self.names:
            add(name)
        return list(found)

    def attribute(self, name: str) -> str:
        """`encoder` for Encoder."""
        return attribute(snake(name))

    def lines(self, owner: str = "self.") -> list[str]:
        """`self.encoder = Encoder()`."""
        return [
            f"{owner}{self.attribute(n)} = {class_name(n)}({self._arguments(n, owner)})"
            for n in self.ordered()
        ]

    def _arguments(self, name: str, owner: str) -> str:
        made = self.classes.of(self.program.network(name))
        others = {variable(snake(n)): n for n in self.program.network(name).uses}
        return ", ".join(
            f"{owner}{self.attribute(others[a.name])}"
            for a in made.arguments
            if a.kind == "network"
        )

    def module(self, path: Path, own: Iterable[str]) -> str:
        """`self.encoder.conv1` for ("Encoder", "conv1")."""
        if path[0] in set(own):
            return last_part(path)
        return ".".join(["self", self.attribute(path[0]), *map(attribute, path[1:])])


class Objective:
    """The class that train.py holds."""

    def __init__(self, program: Program, plan: TrainPlan) -> None:
        self.program, self.plan, self.body = program, plan, plan.body
        self.networks = Networks(program, tuple(plan.body.uses))
        self.own = [s.name for s in plan.body.stages]
        self.name = self._name()
        self.parameters = self._parameters()

    def _name(self) -> str:
        taken = {class_name(b.name) for b in self.program.networks} | {
            "Trainer",
            "Stop",
            "Split",
            "DataError",
        }
        return fresh(class_name(self.plan.name), taken)

    def _parameters(self) -> dict[str, float | int | bool]:
        """Numbers that the spec names, as arguments of the constructor."""
        return {
            n.operation.symbol: n.operation.value
            for n in self.body.nodes
            if isinstance(n.operation, Constant) and n.operation.symbol is not None
        }

    def text(self, methods: list[tuple[str, tuple[Ref, ...], str]]) -> str:
        """The class; `methods` are further values by name: references and a docstring."""
        lines = [
            f"class {self.name}(nn.Module):",
            '    """The networks that learn together, and the terms of their objective."""',
            "",
            f"    def __init__({', '.join(['self', *self._signature()])}) -> None:",
            "        super().__init__()",
            *(f"        self.{attribute(n)} = {variable(n)}" for n in self.parameters),
            *(f"        {line}" for text in self.networks.lines() for line in statement(text, 8)),
            *(f"        {line}" for line in self._stages()),
            "",
            *self._forward(),
        ]
        for name, refs, doc in methods:
            lines += ["", *self._method(name, refs, doc)]
        return "\n".join(lines)

    def _signature(self) -> list[str]:
        return [f"{variable(n)}: {type(v).__name__} = {v!r}" for n, v in self.parameters.items()]

    def _stages(self) -> list[str]:
        made = []
        for stage in self.body.stages:
            if isinstance(stage.unit, Inference) and stage.unit.module is not None:
                text = Printer(lambda i, p: f"{i}{p}", "self")(stage.unit.module)
                made += statement(f"self.{attribute(stage.name)} = {text}", 8)
        return made

    def _ports(self) -> str:
        return ", ".join(["self", *(f"{variable(n)}: Tensor" for n, _ in self.body.inputs)])

    def naming(self) -> Naming:
        """How the body's nodes are printed in a method."""
        taps: dict[str, list[str]] = {}
        for network, value in self.program.taps:
            taps.setdefault(network, []).append(value)
        return Naming(
            lambda path: self.networks.module(path, self.own),
            self._tensor,
            constant=self._constant,
            taps=lambda n: tuple(taps.get(n, ())),
        )

    def _tensor(self, read: ReadTensor) -> str:
        path = self.networks.module(read.path, self.own)
        text = path if read.path[-1] == read.tensor else f"{path}.{read.tensor}"
        return f"{text}.T" if read.transposed else text

    def _constant(self, constant: Constant) -> str:
        if constant.symbol is not None:
            return f"self.{attribute(constant.symbol)}"
        return repr(constant.value)

    def _forward(self) -> list[str]:
        terms = [t for step in self.plan.steps for t in step.terms]
        printer = TermPrinter(self.body, self.naming(), tuple(t.value for t in terms))
        lines = bound(self.body, printer.run())
        written = [printer.entry(t.name, t.value) for t in terms]
        lines += [line for line, _ in written if line is not None]
        returned = _dictionary(
            [(t.name, text) for t, (_, text) in zip(terms, written, strict=True)]
        )
        return [
            f"    def forward({self._ports()}) -> dict[str, Tensor]:",
            '        """Every term as its mean over the batch; their sum is the objective."""',
            *(f"        {line}" for line in laid_out(lines)),
            *(f"        {line}" for line in returned),
        ]

    def _method(self, name: str, refs: tuple[Ref, ...], doc: str) -> list[str]:
        printer = Statements(self.body, self.naming(), refs)
        lines = bound(self.body, printer.run())
        results = [printer.value(r) for r in refs]
        joined = ", ".join(results)
        returned = f"return ({joined},)" if len(results) == 1 else f"return {joined}"
        return [
            f"    def {name}({self._ports()}) -> tuple[Tensor, ...]:",
            f'        """{doc}"""',
            *(f"        {line}" for line in laid_out(lines)),
            *(f"        {line}" for line in statement(returned, 8)),
        ]


def bound(body: Body, lines: list[Line], first: str | None = None) -> list[Line]:
    """The lines, after those that name the batch size and the device where draws need them."""
    text = "\n".join(line.text for line in lines)
    source = first or (variable(body.inputs[0][0]) if body.inputs else "")
    made = []
    if "batch_size" in text:
        made.append(Line(f"batch_size = {source}.shape[0]"))
    if "device=device" in text:
        made.append(Line(f"device = {source}.device"))
    return [*made, *lines]


class TermPrinter(Statements):
    """Prints an objective's terms as means over the batch, in the shortest form that each loss has."""

    def __init__(self, body: Body, naming: Naming, wanted: tuple[Ref, ...]) -> None:
        self.deferred: set[int] = set()
        super().__init__(body, naming, wanted)
        for ref in wanted:
            self._defer(ref)

    def _defer(self, ref: Ref) -> None:
        """Leave a loss, or a loss that is weighted, to the end: its mean is printed, not itself."""
        node = self.body.nodes[ref.node]
        operation = node.operation
        if not isinstance(operation, Apply) or self.uses.get(ref, 0) != 1:
            return
        inner = self._weighted(ref)
        if inner is not None:
            self.deferred.add(ref.node)
            self._defer(inner[1])
        elif operation.inference.batch_mean is not None:
            self.deferred.add(ref.node)

    def _weighted(self, ref: Ref) -> tuple[Ref, Ref] | None:
        """The number and the value of `beta * kl(…)`, if the node is such a product."""
        node = self.body.nodes[ref.node]
        if not isinstance(node.operation, Apply) or node.operation.layer.word != "multiply":
            return None
        left, right = node.operands
        assert left is not None
        assert right is not None
        for number, value in ((left, right), (right, left)):
            if isinstance(self.body.nodes[number.node].operation, Constant):
                return number, value
        return None

    def _end(self, ref: Ref) -> int:
        """What a deferred loss reads is read at the end."""
        readers = self.reading.readers.get(ref, ())
        return len(self.body.nodes) if self.deferred.intersection(readers) else super()._end(ref)

    def _node(self, number: int, node: object) -> None:
        if number not in self.deferred:
            super()._node(number, node)  # type: ignore[arg-type]

    def _goes_inside(self, number: int, node: object, text: str) -> bool:
        return super()._goes_inside(number, node, text)  # type: ignore[arg-type]

    def entry(self, name: str, ref: Ref) -> tuple[Line | None, str]:
        """A term's own statement, if it needs one, and the expression of its mean over the batch."""
        node = self.body.nodes[ref.node]
        if ref.node not in self.deferred:
            type = node.type(ref.port)
            text = self.texts[ref]
            batched = isinstance(type, Tensor) and type.batched
            return None, f"{_wrapped(text)}.mean()" if batched else text
        inner = self._weighted(ref)
        if inner is not None:
            line, text = self.entry(name, inner[1])
            return line, f"{self.texts[inner[0]]} * {_factor(text)}"
        assert isinstance(node.operation, Apply)
        return self._mean(node, name, node.operation.inference.batch_mean)

    def _mean(self, node: Node, name: str, code: Code) -> tuple[Line | None, str]:
        """A loss under its own name; a sum over the batch is divided where it is used."""
        target = fresh(variable(name), self.declared)
        self.declared.add(target)
        if isinstance(code, Infix) and code.operator == "/":
            items = self._print(node, code.right)
            return Line(f"{target} = {self._print(node, code.left)}"), f"{target} / {items}"
        return Line(f"{target} = {self._print(node, code)}"), target


def _dictionary(entries: list[tuple[str, str]]) -> list[str]:
    """`return {"mse": mse}`, one entry a line where it is long."""
    inside = ", ".join(f'"{name}": {text}' for name, text in entries)
    whole = f"return {{{inside}}}"
    if len(whole) + 8 <= WIDTH and len(entries) < 4:
        return [whole]
    return ["return {", *(f'    "{name}": {text},' for name, text in entries), "}"]


def _wrapped(text: str) -> str:
    simple = text.isidentifier() or (
        text.endswith(")") and " " not in text.split("(", maxsplit=1)[0]
    )
    return text if simple else f"({text})"


def _factor(text: str) -> str:
    depth = 0
    for c in text:
        depth += (c in "([{") - (c in ")]}")
        if depth == 0 and c in "+-":
            return f"({text})"
    return text
