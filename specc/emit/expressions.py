"""The nodes of a body as Python statements, under the names of the spec.

A value that is used once is written inside the expression that uses it where that reads well
(`F.relu(self.conv1(x))`); the rest are assigned. A value without a name takes that of the variable that
it ends in, or of the one it was made from when that is not needed any more.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from types import MappingProxyType

from specc.emit.described import USES, alike, described, joined, joins
from specc.emit.inline import bound, no_operand, short, written
from specc.emit.layout import WIDTH, width
from specc.emit.lines import unpacked
from specc.emit.names import free, variable
from specc.emit.naming import Line, Naming
from specc.emit.once import once
from specc.emit.reading import Reading
from specc.emit.scans import generate_call, scan_call
from specc.emit.shapes import shape
from specc.layers.code import Code, Fn, Item, Method, Module, Printer, Raw, X
from specc.program import (
    Adapted,
    Apply,
    Body,
    Constant,
    Distribute,
    Generated,
    Invoke,
    Node,
    ReadPort,
    ReadTensor,
    Ref,
    Rounds,
    Sample,
    Scan,
)
from specc.sizes import Symbolic
from specc.types import Tensor

_POINTWISE = frozenset({"dropout", "batch_norm", "layer_norm", "group_norm", "instance_norm"})
_READ = (ReadPort, Constant, ReadTensor, Distribute)
_INDENT = 8


class Statements:
    """Prints one body. `wanted` are the references that are needed at the end.

    `shapes` is the body whose types the comments show, `reserved` the local names that something else has,
    `given` the names of values that are there already; calls of the nodes `without_graph` keep no graph. What
    is wanted needs no name of its own where it is `returned`.
    """

    def __init__(
        self,
        body: Body,
        naming: Naming,
        wanted: tuple[Ref, ...],
        *,
        shapes: Body | None = None,
        reserved: Container[str] = (),
        given: Mapping[Ref, str] = MappingProxyType({}),
        without_graph: Container[int] = (),
        returned: bool = False,
    ) -> None:
        self.body, self.naming, self.wanted = once(body, given), naming, wanted
        self.shapes, self.reserved = shapes or body, reserved
        self.given, self.without_graph, self.returned = given, without_graph, returned
        self.reading = Reading(self.body, wanted, given)
        self.uses = self.reading.uses
        self.lines: list[Line] = []
        self.codes: dict[Ref, Code] = {}
        self.texts: dict[Ref, str] = {}
        self.held: dict[Ref, tuple[str, ...]] = {}
        self.until: dict[str, int] = {}
        self.inside: set[Ref] = set()
        self.declared: set[str] = set()
        self.varied = self.reading.varied()
        self.named = self._names()
        self.named_until = {name: number for number, name in sorted(self.named.items())}
        self.draws = 0

    # ------------------------------------------------------------------- names

    def _names(self) -> dict[int, str]:
        """Names that the spec gives to nodes, and those of single chains that end in a name."""
        names: dict[int, str] = {}
        for number in range(len(self.body.nodes) - 1, -1, -1):
            node = self.body.nodes[number]
            if node.variable is not None:
                names[number] = variable(node.variable)
            elif isinstance(node.operation, ReadPort):
                name = node.operation.name
                names[number] = self.naming.ports.get(name) or variable(name)
            if number in names:
                self._pass_on(names, number)
        return names

    def _pass_on(self, names: dict[int, str], number: int) -> None:
        """The chain of unnamed values before a named one carries its name already."""
        at = number
        while True:
            operands = self.reading.operands(self.body.nodes[at])
            if not operands or isinstance(self.body.nodes[at].operation, ReadPort):
                return
            before = operands[0].node
            node = self.body.nodes[before]
            single = self.uses.get(operands[0], 0) == 1 and len(node.types) == 1
            if not single or node.variable is not None or before in names:
                return
            if isinstance(node.operation, _READ) or not alike(
                self.body, self.body.nodes[at], operands[0]
            ):
                return
            names[before] = names[number]
            at = before

    def _taken(self, number: int) -> Callable[[str], bool]:
        """Whether a name holds a value that is read after a node, or gets one of the spec's later."""

        def taken(name: str) -> bool:
            later = max(self.until.get(name, -1), self.named_until.get(name, -1))
            return later > number or name in self.reserved

        return taken

    def _target(self, number: int, node: Node) -> str:
        if number in self.named:
            return self.named[number]
        taken = self._taken(number)
        if len(self.reading.readers.get(Ref(number, node.types[0][0]), ())) > 1 and joins(node):
            return free(joined([self.texts[r] for r in self.reading.operands(node)]), taken)
        for ref in self.reading.operands(node)[:1]:
            name = self.texts.get(ref, "")
            own = self.body.nodes[ref.node].variable is not None  # it says what the value is
            if (
                name in self.declared
                and not own
                and not taken(name)
                and alike(self.body, node, ref)
            ):
                return name
        if node.named:
            return free(variable(node.name), taken)
        piped = self.body.role not in USES and not taken("x")
        return "x" if piped else free(described(node), taken)

    def _port_name(self, number: int, node: Node, port: str) -> str:
        given = dict(node.variables).get(port)
        if given is not None:
            return variable(given)
        if port == "output":
            return self._target(number, node)
        own = f"{variable(node.name)}_{port}" if isinstance(node.operation, (Apply, Scan)) else port
        return free(variable(own), self._taken(number))

    # ----------------------------------------------------------------- writing

    def run(self) -> list[Line]:
        """All statements in order."""
        for ref, name in self.given.items():
            self._bound(ref, name)
        for number, node in enumerate(self.body.nodes):
            if self._needed(number, node):
                self._node(number, node)
        return self.lines

    def value(self, ref: Ref) -> str:
        """The text of a value that was printed."""
        return self.texts[ref]

    def _needed(self, number: int, node: Node) -> bool:
        if isinstance(node.operation, _READ):
            return True
        return number in self.reading.reached and any(
            self.uses.get(Ref(number, port)) and Ref(number, port) not in self.given
            for port, _ in node.types
        )

    def _node(self, number: int, node: Node) -> None:
        match node.operation:
            case Invoke():
                self._invoke(number, node, node.operation)
            case Rounds():
                self._rounds(number, node, node.operation)
            case Scan():
                self._scan(number, node, node.operation)
            case Adapted():
                self._adapted(number, node, node.operation)
            case Generated():
                self._generated(number, node, node.operation)
            case Sample():
                self._sample(number, node, node.operation)
            case Apply():
                self._apply(number, node, node.operation)
            case _:
                self._read(number, node)

    def _read(self, number: int, node: Node) -> None:
        match node.operation:
            case ReadPort():
                self._bound(Ref(number), self.named[number])
            case Constant(value):
                open_ = isinstance(value, Symbolic)
                text = self._text(value) if open_ else self.naming.constant(node.operation)
                simple = text.isidentifier() or not open_
                self._written(Ref(number), text if simple else f"({text})")
            case ReadTensor():
                self._written(Ref(number), self.naming.tensor(node.operation))

    def _adapted(self, number: int, node: Node, operation: Adapted) -> None:
        operands = tuple(X(i) for i in range(len(node.operands)))
        code = Fn(f"self.{self.naming.adapted(operation)}", operands)
        self._assign(number, node, self._print(node, code))

    def _generated(self, number: int, node: Node, operation: Generated) -> None:
        self._assign(number, node, self._print(node, generate_call(operation)))

    def _apply(self, number: int, node: Node, operation: Apply) -> None:
        inference = operation.inference
        if any(self.uses.get(Ref(number, port)) for port, _ in node.types[1:]):
            self._several(number, node, self._print(node, inference.with_sides))
        elif inference.in_eval is not None:
            self._assign(number, node, self._trained(node, inference.forward, inference.in_eval))
        else:
            self._place(number, node, self._fitting(number, node, inference.forward))

    def _trained(self, node: Node, code: Code, in_eval: Code) -> str:
        """A value that is another when evaluating."""
        return f"{self._print(node, code)} if self.training else {self._print(node, in_eval)}"

    def _sample(self, number: int, node: Node, operation: Sample) -> None:
        inference = operation.inference
        text = self._print(node, inference.forward)
        if inference.in_eval is not None:
            text = self._trained(node, inference.forward, inference.in_eval)
        if operation.seed is None and not operation.frozen:
            self._assign(number, node, text)
            return
        self.draws += 1
        seed = operation.seed if operation.seed is not None else self.draws
        head = ("with torch.random.fork_rng():", f"    torch.manual_seed({seed})")
        self._assign(number, node, text, head)

    def _invoke(self, number: int, node: Node, operation: Invoke) -> None:
        outputs = [name for name, _ in operation.body.outputs]
        outputs += [t for t in self.naming.taps(operation.body.name) if t not in outputs]
        if len(outputs) > 1:
            self._several(number, node, self._print(node, self._call(node)), outputs)
        else:
            self._place(number, node, self._fitting(number, node, self._call(node)))

    def _scan(self, number: int, node: Node, operation: Scan) -> None:
        """What a cell gives, and of that what is kept, where its class does not keep just that."""
        call, how = scan_call(self.body, node, operation), self.naming.cell(operation.body)
        tree = operation.over == "tree"
        kept = (Raw(":"), 0 if operation.reverse or tree else -1)
        last = operation.keep == "last" and (how.whole or tree)
        if any(self.uses.get(Ref(number, port)) for port, _ in node.types[1:]):
            self._several(number, node, self._print(node, call))
            if last and self.uses.get(Ref(number)):
                name = self.texts[Ref(number)]
                self.lines.append(Line(f"{name} = {self._text(Item(Raw(name), kept))}"))
            return
        code: Code = Item(call, (0,)) if how.states and not tree else call
        self._place(number, node, self._fitting(number, node, Item(code, kept) if last else code))

    def _call(self, node: Node) -> Code:
        """A call of the node's module with all operands."""
        given = [i for i, r in enumerate(node.operands) if r is not None]
        return Fn(Module(), tuple(self._argument(node, i) for i in given))

    def _argument(self, node: Node, index: int) -> Code:
        """An operand; a weight where a batch is expected becomes a batch of one."""
        ref, operation = node.operands[index], node.operation
        assert ref is not None
        type = self.body.nodes[ref.node].type(ref.port)
        port = operation.body.inputs[index][1] if isinstance(operation, Invoke) else type
        lone = isinstance(type, Tensor) and not type.batched and type.rank > 0
        if lone and isinstance(port, Tensor) and port.batched:
            return Method(X(index), "unsqueeze", (0,))
        return X(index)

    def _rounds(self, number: int, node: Node, operation: Rounds) -> None:
        operand, *beside = (r for r in node.operands if r is not None)
        others = [self.texts[r] for r in beside]
        target = self._target(number, node)
        if target in others:
            target = free("h", lambda name: self._taken(number)(name) or name in others)
        if self.texts[operand] != target:
            self.lines.append(Line(f"{target} = {self.texts[operand]}", targets=(target,)))
        used_at_all = self._taken(-1)
        one = free("layer", lambda name: used_at_all(name) or name == target)
        head = (f"for {one} in {self.naming.module(operation.stage)}:",)
        call = f"{target} = {one}({', '.join([target, *others])})"
        self.lines.append(Line(call, "", head, (target,)))
        self._bound(Ref(number), target)

    def _several(self, number: int, node: Node, text: str, ports: list[str] | None = None) -> None:
        names = []
        for port in ports or [p for p, _ in node.types]:
            ref = Ref(number, port)
            if self.uses.get(ref):
                names.append(self._port_name(number, node, port))
                self._bound(ref, names[-1])
            else:
                names.append("_")
        targets = tuple(n for n in names if n != "_")
        head = self._head(number)
        self.lines.append(Line(f"{unpacked(names)} = {text}", "", head, targets))

    def _place(self, number: int, node: Node, code: Code) -> None:
        """A value inside the expression that uses it, or in a variable."""
        text = self._text(code)
        ref = Ref(number, node.types[0][0])
        if not self._goes_inside(number, node, text):
            self._assign(number, node, text)
            return
        self.codes[ref], self.texts[ref] = code, text
        self.inside.add(ref)
        self.held[ref] = tuple(
            dict.fromkeys(n for r in self.reading.operands(node) for n in self.held.get(r, ()))
        )
        for name in self.held[ref]:
            self.until[name] = max(self.until.get(name, -1), self._end(ref))

    def _head(self, number: int) -> tuple[str, ...]:
        return ("with torch.no_grad():",) if number in self.without_graph else ()

    def _assign(self, number: int, node: Node, text: str, head: tuple[str, ...] = ()) -> None:
        target, head = self._target(number, node), head or self._head(number)
        self.lines.append(Line(f"{target} = {text}", self._shape(number), head, (target,)))
        self._bound(Ref(number, node.types[0][0]), target)

    def _bound(self, ref: Ref, name: str) -> None:
        self._written(ref, name)
        if ref in self.varied:
            self.lines.append(Line(f"{name}.requires_grad_()"))
        self.declared.add(name)
        self.held[ref] = (name,)
        self.until[name] = self._end(ref)

    def _end(self, ref: Ref) -> int:
        """The last node that reads a value, which its name is kept for."""
        return self.reading.last(ref)

    def _written(self, ref: Ref, text: str) -> None:
        self.codes[ref], self.texts[ref] = written(text), text

    def _goes_inside(self, number: int, node: Node, text: str) -> bool:
        """Whether a value is written inside the expression that uses it."""
        ref = Ref(number, node.types[0][0])
        lone = number in self.without_graph or ref in self.varied or node.variable is not None
        if lone or self.uses.get(ref) != 1:
            return False
        if width(text) > WIDTH // 2 or text.count("(") > 3:
            return False
        if ref in self.wanted:
            return self.returned
        operation = self.body.nodes[self.reading.readers[ref][0]].operation
        if isinstance(operation, Apply):
            if operation.layer.loss or operation.inference.in_eval is not None:
                return short(text)
            point = operation.inference.sees == "point" and not operation.inference.sizes
            return point or operation.layer.word in _POINTWISE or short(text)
        return isinstance(operation, Invoke) and short(text)

    # ---------------------------------------------------------------- printing

    def _fitting(self, number: int, node: Node, code: Code) -> Code:
        """The code of a node; where the line is too long, operands inside it get lines of their own."""
        target = self.named.get(number, "x")
        while width(f"{target} = {self._print(node, code)}") + _INDENT > WIDTH:
            inside = [r for r in self.reading.operands(node) if r in self.inside]
            if not inside:
                break
            longest = max(inside, key=lambda r: width(self.texts[r]))
            self.inside.discard(longest)
            self._assign(longest.node, self.body.nodes[longest.node], self.texts[longest])
        return self._bind(node, code)

    def _bind(self, node: Node, code: Code) -> Code:
        def operand(index: int, part: str | None) -> Code:
            ref = self.reading.operand(node, index, part)
            return self.codes.get(ref) or Raw(self.texts[ref])

        stage = getattr(node.operation, "stage", None)
        return bound(code, operand, self.naming.module(stage) if stage is not None else "self")

    def _text(self, code: Code) -> str:
        return Printer(no_operand, "self", self.naming.symbols)(code)

    def _print(self, node: Node, code: Code) -> str:
        return self._text(self._bind(node, code))

    def _shape(self, number: int) -> str:
        type = self.shapes.nodes[number].types[0][1]
        return shape(type) if isinstance(type, Tensor) and (type.batched or type.sizes) else ""
