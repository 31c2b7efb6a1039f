"""A train block as a module: the networks, the terms of the objective, and what metrics and pictures read."""

from __future__ import annotations

from msgspec.structs import replace

from specc.dependence import Dependence, Owners, differentiates, learnt
from specc.emit.adapted import adapted_method, adapted_names
from specc.emit.constructors import bare
from specc.emit.expressions import Statements
from specc.emit.layout import fits, statement
from specc.emit.lines import function_head, laid_out, returned_tuple
from specc.emit.names import attribute, class_name, fresh, snake, variable
from specc.emit.naming import Naming
from specc.emit.networks import Networks
from specc.emit.reading import Reading
from specc.emit.terms import TermPrinter, bound, dictionary, wrapped
from specc.layers.base import Inference
from specc.layers.code import Printer
from specc.program import (
    BareTensor,
    Constant,
    Program,
    ReadPort,
    ReadTensor,
    Ref,
    StepPlan,
    TrainPlan,
)
from specc.sharing import shared, without_graph
from specc.types import Graph, Tensor


class Objective:
    """The class that train.py holds."""

    def __init__(self, program: Program, plan: TrainPlan) -> None:
        self.program, self.plan, self.body = program, plan, plan.body
        self.networks = Networks(program, tuple(plan.body.uses))
        self.own = [s.name for s in plan.body.stages]
        self.name = self._name()
        self.parameters = self._parameters()
        self.depends = Dependence(program, plan.body)
        self.sharing = shared(self.depends, plan)
        self.shared_names = self._shared_names()
        self.methods = self._method_names()
        self.batch = self._batch()
        self.adapted = adapted_names(plan.body, self.methods)

    def _name(self) -> str:
        return fresh(
            class_name(self.plan.name), (class_name(b.name) for b in self.program.networks)
        )

    def _parameters(self) -> dict[str, float | int | bool]:
        """Numbers that the spec names, as arguments of the constructor."""
        return {
            n.operation.symbol: n.operation.number
            for n in self.body.nodes
            if isinstance(n.operation, Constant) and n.operation.symbol is not None
        }

    @property
    def plain(self) -> bool:
        """Whether there is one objective: its terms are what `forward` gives."""
        return len(self.plan.steps) == 1 and len(self.plan.steps[0].objectives) == 1

    def second_order(self, step: StepPlan) -> bool:
        """Whether a gradient is a value of this step, so that a second one is taken through it."""
        needed = self.depends.ancestors(tuple(t.value for t in step.terms))
        return any(differentiates(self.body.nodes[n]) for n in needed)

    def _shared_names(self) -> dict[Ref, str]:
        names: dict[Ref, str] = {}
        fields = [variable(n) for n, _ in self.body.inputs]
        for ref in self.sharing.refs:
            node = self.body.nodes[ref.node]
            own = dict(node.variables).get(ref.port) or node.variable
            base = own or (node.name if ref.port == "output" else ref.port)
            names[ref] = fresh(variable(base), [*fields, *names.values()])
        return names

    def _method_names(self) -> list[str]:
        taken = {self.networks.attribute(n) for n in self.networks.ordered()} | set(self.own)
        names: list[str] = []
        for step in self.plan.steps:
            names.append(fresh(f"{snake(step.name)}_loss", [*taken, *names]))
        return names

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
            *self._methods(),
        ]
        for operation, name in self.adapted.items():
            network = f"self.{self.networks.attribute(operation.stage[0])}"
            lines += ["", *adapted_method(operation, name, network, self.naming())]
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
            elif isinstance(stage.unit, BareTensor):
                text = Printer(lambda i, p: f"{i}{p}", "self")(bare(stage.unit))
                made += statement(f"self.{attribute(stage.name)} = {text}", 8)
        return made

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
            adapted=self.adapted.__getitem__,
        )

    def _tensor(self, read: ReadTensor) -> str:
        path = self.networks.module(read.path, self.own)
        text = path if read.path[-1] == read.tensor else f"{path}.{read.tensor}"
        return f"{text}.T" if read.transposed else text

    def _constant(self, constant: Constant) -> str:
        if constant.symbol is not None:
            return f"self.{attribute(constant.symbol)}"
        return repr(constant.value)

    # ------------------------------------------------------------------- steps

    def _methods(self) -> list[str]:
        """`forward` gives all terms; with several steps each has a method of its own."""
        if self.plain:
            doc = "Every term as its mean over the batch; their sum is the objective."
            return self._step("forward", doc, self.plan.steps[0], self._of_batch())
        lines = self._shared()
        for number, step in enumerate(self.plan.steps):
            lines += [
                *self._step(self.methods[number], _sentence(step), step, self._inputs(number)),
                "",
            ]
        return [*lines, *self._forward()]

    def _learnt_from(self) -> set[str]:
        """The fields that the steps take."""
        if self.plain:
            return set(self.read(tuple(t.value for t in self.plan.steps[0].terms)))
        names = {n for number in range(len(self.plan.steps)) for n in self._inputs(number)}
        return names | set(self._shared_fields() if self.sharing.refs else ())

    def _batch(self) -> tuple[str, ...]:
        """The fields that a batch is made of, or all where several sources give them."""
        fields = tuple(variable(n) for n, _ in self.body.inputs)
        if getattr(self.plan.data, "parts", ()):
            return fields
        compared = tuple(r for m in self.plan.metrics for r in m.operands)
        used = self._learnt_from() | set(self.read(compared) if compared else ())
        return tuple(n for n in fields if n in used)

    def read(self, refs: tuple[Ref, ...]) -> dict[str, str]:
        """The fields that a method for some values takes; graphs say how many there are in a batch."""
        graphs = isinstance(self.body.inputs[0][1], Graph)
        first = self._first_port() if graphs else {}
        return first | self._fields(refs, ()) or self._first_port()

    def _of_batch(self) -> dict[str, str]:
        """What `forward` takes of a batch: all up to the last field that terms read."""
        read = self._learnt_from()
        last = max(i for i, n in enumerate(self.batch, 1) if n in read)
        return dict.fromkeys([*self.batch[:last], *["*_"] * (last < len(self.batch))], "")

    def _inputs(self, number: int) -> dict[str, str]:
        """What a step's method takes: fields of the data, and shared values."""
        step = self.plan.steps[number]
        refs = self.sharing.read[number]
        fields = self._fields(tuple(t.value for t in step.terms), refs)
        given = dict.fromkeys((self.shared_names[r] for r in refs), "")
        return fields | given or self._first_port()

    def _fields(self, wanted: tuple[Ref, ...], given: tuple[Ref, ...]) -> dict[str, str]:
        """The fields that values need which are not given."""
        reached = Reading(self.body, wanted, given).reached
        names = [
            n.operation.name
            for i, n in enumerate(self.body.nodes)
            if i in reached and isinstance(n.operation, ReadPort)
        ]
        return {variable(n): "" for n, _ in self.body.inputs if n in names}

    def _first_port(self) -> dict[str, str]:
        """Draws need some field, to know how many there are in a batch."""
        return {variable(self.body.inputs[0][0]): ""}

    def _shared(self) -> list[str]:
        refs = self.sharing.refs
        if not refs:
            return []
        learns: Owners = frozenset().union(*(learnt(s) for s in self.plan.steps))
        printer = Statements(
            self.body, self.naming(), refs,
            without_graph=without_graph(self.depends, learns),
        )  # fmt: skip
        fields = self._shared_fields()
        lines = bound(self.body, printer.run(), next(iter(fields)))
        texts = [printer.value(r) for r in refs]
        result = "Tensor" if len(refs) == 1 else f"tuple[{', '.join(['Tensor'] * len(refs))}]"
        if len(refs) == 1 and texts[0] == self.shared_names[refs[0]]:
            lines = [
                replace(x, text=x.text.replace(f"{texts[0]} = ", f"{texts[0]}: Tensor = ", 1))
                if i == len(lines) - 1 else x
                for i, x in enumerate(lines)
            ]  # fmt: skip
        ports = ["self", *(f"{n}: Tensor" for n in fields)]
        head = function_head("shared", ports, result, 4)
        return [
            *(f"    {line}" for line in head),
            '        """What several steps read."""',
            *(f"        {line}" for line in laid_out(lines)),
            *(f"        {line}" for line in statement(f"return {', '.join(texts)}", 8)),
            "",
        ]

    def _step(self, name: str, doc: str, step: StepPlan, inputs: dict[str, str]) -> list[str]:
        number = self.plan.steps.index(step)
        several = len(step.objectives) > 1
        fixed = name != "forward" or not self._all_learnt(step)
        printer = TermPrinter(
            self.body, self.naming(), tuple(t.value for t in step.terms),
            given={r: self.shared_names[r] for r in self.sharing.read[number]},
            without_graph=without_graph(self.depends, learnt(step)) if fixed else frozenset(),
        )  # fmt: skip
        lines = printer.run()
        returned: list[list[str]] = []
        for objective in step.objectives:
            entries = []
            for term in objective.terms:
                line, text = printer.entry(term.name, term.value)
                lines += [line] if line is not None else []
                entries.append((term.name, text))
            returned.append(dictionary(entries))
        after = [text for entries in returned for text in entries]
        lines = bound(self.body, lines, next(iter(inputs)), after)
        kind = "dict[str, Tensor]"
        result = f"tuple[{', '.join([kind] * len(returned))}]" if several else kind
        head = function_head(name, ["self", *(f"{n}: Tensor" for n in inputs)], result, 4)
        return [
            *(f"    {line}" for line in head),
            f'        """{doc}"""',
            *(f"        {line}" for line in laid_out(lines)),
            *(f"        {line}" for line in (_tuple(returned) if several else returned[0])),
        ]

    def _all_learnt(self, step: StepPlan) -> bool:
        """Whether a step learns everything that its terms depend on."""
        terms = tuple(t.value for t in step.terms)
        used = [self.depends.weights[r.node] for r in terms]
        return frozenset[str]().union(*used) <= learnt(step) and not any(
            len(path) > 1 for path in step.learns
        )

    def fixed(self) -> bool:
        """Whether some step leaves weights alone that its terms depend on."""
        return not all(self._all_learnt(s) for s in self.plan.steps)

    def call(self, number: int, *, training: bool) -> str:
        """The arguments of a step's method; no gradient leaves through those it does not train."""
        refs = {self.shared_names[r]: r for r in self.sharing.read[number]}
        detached = self.sharing.detached[number] if training else frozenset()
        return ", ".join(
            f"{n}.detach()" if refs.get(n) in detached else n for n in self._inputs(number)
        )

    def shared_call(self) -> tuple[str, str]:
        """The names of the shared values, and the arguments of the method that gives them."""
        refs = self.sharing.refs
        return ", ".join(self.shared_names[r] for r in refs), ", ".join(self._shared_fields())

    def _shared_fields(self) -> dict[str, str]:
        return self.read(self.sharing.refs)

    def _forward(self) -> list[str]:
        head = function_head(
            "forward",
            ["self", *(f"{n}: Tensor" for n in self._of_batch())],
            "dict[str, Tensor]",
            4,
        )
        lines = []
        if self.sharing.refs:
            names, arguments = self.shared_call()
            lines += statement(f"{names} = self.shared({arguments})", 8)
        calls = [
            f"self.{self.methods[i]}({self.call(i, training=False)})"
            for i in range(len(self.plan.steps))
        ]
        together = f"return {' | '.join(calls)}"
        if fits(together, 8) and all(len(s.objectives) == 1 for s in self.plan.steps):
            lines.append(together)
        else:
            lines += self._gathered(calls)
        return [
            *(f"    {line}" for line in head),
            '        """The terms of all steps, with nothing learnt between them."""',
            *(f"        {line}" for line in lines),
        ]

    def _gathered(self, calls: list[str]) -> list[str]:
        lines = ["terms: dict[str, Tensor] = {}"]
        for step, call in zip(self.plan.steps, calls, strict=True):
            if len(step.objectives) > 1:
                lines += [*statement(f"for part in {call}:", 8), "    terms |= part"]
            else:
                lines += statement(f"terms |= {call}", 8)
        return [*lines, "return terms"]

    def _method(self, name: str, refs: tuple[Ref, ...], doc: str) -> list[str]:
        printer = Statements(self.body, self.naming(), refs, returned=True)
        written = printer.run()
        results = [self._for_each(printer, r) for r in refs]
        ports = self.read(refs)
        lines = bound(self.body, written, next(iter(ports)), results)
        head = function_head(
            name, ["self", *(f"{n}: Tensor" for n in ports)], "tuple[Tensor, ...]", 4
        )
        return [
            *(f"    {line}" for line in head),
            f'        """{doc}"""',
            *(f"        {line}" for line in laid_out(lines)),
            *(f"        {line}" for line in statement(returned_tuple(results), 8)),
        ]

    def _for_each(self, printer: Statements, ref: Ref) -> str:
        """A value with a row for each item; one of the whole batch stands in every row."""
        text, type = printer.value(ref), self.body.nodes[ref.node].type(ref.port)
        if not isinstance(type, Tensor) or type.batched:
            return text
        return f"{wrapped(text)}.expand({', '.join(['batch_size', *['-1'] * type.rank])})"


def _sentence(step: StepPlan) -> str:
    """`Minimized over D.`"""
    parts = []
    for objective in step.objectives:
        who = ", ".join(".".join(path) for u in objective.updates for path in u.targets)
        parts.append(f"{objective.sense}d over {who}")
    text = ", then ".join(parts)
    return f"{text[0].upper()}{text[1:]}."


def _tuple(returned: list[list[str]]) -> list[str]:
    """`return ({…}, {…})`, one dictionary a line."""
    lines = ["return ("]
    for one in returned:
        inner = [one[0].removeprefix("return "), *one[1:]]
        lines += [f"    {line}" for line in [*inner[:-1], f"{inner[-1]},"]]
    return [*lines, ")"]
