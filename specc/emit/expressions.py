"""The nodes of a body as Python statements, under the names of the spec.

A value that is used once is written inside the expression that uses it where that reads well
(`F.relu(self.conv1(x))`); the rest are assigned. A value without a name takes that of the variable that
it ends in, or of the one it was made from when that is not needed any more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from specc.emit.layout import WIDTH
from specc.emit.names import attribute, fresh, variable
from specc.layers.code import Code, Printer
from specc.program import (
    Apply,
    Body,
    Constant,
    Distribute,
    Invoke,
    Node,
    Path,
    ReadPort,
    ReadTensor,
    Ref,
    Rounds,
    Sample,
)
from specc.sizes import Size, Symbolic, render
from specc.types import Tensor

_POINTWISE = frozenset({"dropout", "batch_norm", "layer_norm", "group_norm", "instance_norm"})


@dataclass(frozen=True, slots=True)
class Line:
    """One statement: the names it assigns, its expression, and the shape that stands behind it.

    `block` holds lines of a compound statement; `declares` says that the first name is new and its
    expression the call of a module, whose type a checker cannot see.
    """

    text: str
    comment: str = ""
    block: tuple[str, ...] = ()


@dataclass(slots=True)
class Naming:
    """What the printed code calls things.

    `module` gives the Python text of a stage's module, `tensor` that of a weight by its path, `symbols`
    that of a free size.
    """

    module: Callable[[Path], str]
    tensor: Callable[[ReadTensor], str]
    symbols: Callable[[str], str] = str
    ports: Mapping[str, str] = field(default_factory=dict)
    constant: Callable[[Constant], str] = lambda c: repr(c.value)
    taps: Callable[[str], tuple[str, ...]] = lambda _: ()


def last_part(path: Path) -> str:
    """`self.conv1` for a stage of the body itself."""
    return "self." + ".".join(attribute(p) for p in path)


class Statements:
    """Prints one body. `wanted` are the references that are needed at the end."""

    def __init__(
        self, body: Body, naming: Naming, wanted: tuple[Ref, ...], *, shapes: Body | None = None
    ) -> None:
        self.body = body
        self.naming = naming
        self.shapes = shapes or body
        self.wanted = wanted
        self.lines: list[Line] = []
        self.texts: dict[Ref, str] = {}
        self.declared: set[str] = set()
        self.reached = self._reached()
        self.uses = self._count_uses()
        self.last_use = self._last_uses()
        self.named = self._names()
        self.draws = 0

    # ----------------------------------------------------------------- reading

    def _reached(self) -> set[int]:
        """The nodes that what is wanted depends on."""
        ahead, seen = [r.node for r in self.wanted], set[int]()
        while ahead:
            number = ahead.pop()
            if number not in seen:
                seen.add(number)
                ahead += [r.node for r in self._operands(self.body.nodes[number])]
        return seen

    def _count_uses(self) -> dict[Ref, int]:
        uses: dict[Ref, int] = {}
        for number, node in enumerate(self.body.nodes):
            for ref in self._operands(node) if number in self.reached else ():
                uses[ref] = uses.get(ref, 0) + self._times(node, ref)
        for ref in self.wanted:
            uses[ref] = uses.get(ref, 0) + 1
        return uses

    def _operands(self, node: Node) -> list[Ref]:
        """The values that a node reads, through the distributions among its operands."""
        found: list[Ref] = []
        for ref in node.operands:
            if ref is None or isinstance(node.operation, Distribute):
                continue
            inner = self.body.nodes[ref.node]
            if isinstance(inner.operation, Distribute):
                found += [r for r in inner.operands if r is not None]
            else:
                found.append(ref)
        return found

    def _times(self, node: Node, ref: Ref) -> int:
        """How often the printed code of a node names an operand."""
        code = self._code(node)
        if code is None:
            return 1
        seen: list[Ref] = []

        def operand(index: int, part: str | None) -> str:
            seen.append(self._operand_ref(node, index, part))
            return "x"

        Printer(operand, "m", str)(code)
        in_eval = getattr(getattr(node.operation, "inference", None), "in_eval", None)
        if in_eval is not None:
            Printer(operand, "m", str)(in_eval)
        return max(1, seen.count(ref))

    def _last_uses(self) -> dict[Ref, int]:
        last: dict[Ref, int] = {}
        for number, node in enumerate(self.body.nodes):
            for ref in self._operands(node) if number in self.reached else ():
                last[ref] = number
        last.update(dict.fromkeys(self.wanted, len(self.body.nodes)))
        return last

    def _names(self) -> dict[int, str]:
        """Names that the spec gives to nodes, and those of single chains that end in a name."""
        names: dict[int, str] = {}
        for number in range(len(self.body.nodes) - 1, -1, -1):
            node = self.body.nodes[number]
            if node.variable is not None:
                names[number] = variable(node.variable)
            elif isinstance(node.operation, ReadPort):
                names[number] = self.naming.ports.get(node.operation.name) or variable(
                    node.operation.name
                )
            if number not in names:
                continue
            self._pass_on(names, number)
        return names

    def _pass_on(self, names: dict[int, str], number: int) -> None:
        """The chain of unnamed values before a named one carries its name already."""
        at = number
        while True:
            operands = self._operands(self.body.nodes[at])
            if not operands or isinstance(self.body.nodes[at].operation, ReadPort):
                return
            before = operands[0].node
            node = self.body.nodes[before]
            single = self.uses.get(operands[0], 0) == 1 and len(node.types) == 1
            if not single or node.variable is not None or before in names:
                return
            if isinstance(node.operation, (ReadPort, Constant, ReadTensor)):
                return
            names[before] = names[number]
            at = before

    # ----------------------------------------------------------------- writing

    def run(self) -> list[Line]:
        """All statements in order."""
        for number, node in enumerate(self.body.nodes):
            if self._needed(number, node):
                self._node(number, node)
        return self.lines

    def _needed(self, number: int, node: Node) -> bool:
        if isinstance(node.operation, (ReadPort, Constant, ReadTensor, Distribute)):
            return True
        if number not in self.reached:
            return False
        return any(self.uses.get(Ref(number, port)) for port, _ in node.types)

    def value(self, ref: Ref) -> str:
        """The text of a value that was printed."""
        return self.texts[ref]

    def _node(self, number: int, node: Node) -> None:
        match node.operation:
            case ReadPort():
                self.texts[Ref(number)] = self.named[number]
                self.declared.add(self.named[number])
            case Constant():
                self.texts[Ref(number)] = self.naming.constant(node.operation)
            case ReadTensor():
                self.texts[Ref(number)] = self.naming.tensor(node.operation)
            case Distribute():
                pass
            case Invoke():
                self._invoke(number, node, node.operation)
            case Rounds():
                self._rounds(number, node, node.operation)
            case Sample():
                self._sample(number, node, node.operation)
            case Apply():
                self._apply(number, node)

    def _apply(self, number: int, node: Node) -> None:
        sides = [Ref(number, port) for port, _ in node.types[1:]]
        operation = node.operation
        assert isinstance(operation, Apply)
        if any(self.uses.get(ref) for ref in sides):
            self._several(number, node, self._print(node, operation.inference.with_sides))
            return
        text = self._print(node, operation.inference.forward)
        in_eval = operation.inference.in_eval
        if in_eval is not None:
            text = f"{text} if self.training else {self._print(node, in_eval)}"
            self._assign(number, node, text)
        elif self._goes_inside(number, node, text):
            self.texts[Ref(number)] = text
        else:
            self._assign(number, node, text)

    def _sample(self, number: int, node: Node, operation: Sample) -> None:
        text = self._print(node, operation.inference.forward)
        if operation.inference.in_eval is not None:
            text = f"{text} if self.training else {self._print(node, operation.inference.in_eval)}"
        if operation.seed is None and not operation.frozen:
            self._assign(number, node, text)
            return
        self.draws += 1
        seed = operation.seed if operation.seed is not None else self.draws
        target = self._target(number, node)
        body = (
            "with torch.random.fork_rng():",
            f"    torch.manual_seed({seed})",
            f"    {target} = {text}",
        )
        self.lines.append(Line("", self._shape(number), body))
        self._bound(Ref(number), target)

    def _invoke(self, number: int, node: Node, operation: Invoke) -> None:
        arguments = ", ".join(self._argument(r) for r in node.operands if r is not None)
        text = f"{self.naming.module(operation.stage)}({arguments})"
        outputs = [name for name, _ in operation.body.outputs]
        outputs += [t for t in self.naming.taps(operation.body.name) if t not in outputs]
        if len(outputs) > 1:
            self._several(number, node, text, outputs)
        elif self._goes_inside(number, node, text):
            self.texts[Ref(number, node.types[0][0])] = text
        else:
            self._assign(number, node, text)

    def _argument(self, ref: Ref) -> str:
        return self.texts[ref]

    def _rounds(self, number: int, node: Node, operation: Rounds) -> None:
        [operand] = [r for r in node.operands if r is not None]
        target = self._target(number, node)
        module = self.naming.module(operation.stage)
        if self.texts[operand] != target:
            self.lines.append(Line(f"{target} = {self.texts[operand]}"))
        one = fresh("layer", {*self.texts.values(), target})
        self.lines.append(
            Line("", "", (f"for {one} in {module}:", f"    {target} = {one}({target})"))
        )
        self._bound(Ref(number), target)

    def _several(self, number: int, node: Node, text: str, ports: list[str] | None = None) -> None:
        names = []
        for port in ports or [p for p, _ in node.types]:
            ref = Ref(number, port)
            if not self.uses.get(ref):
                names.append("_")
                continue
            base = self._port_name(number, node, port)
            self._bound(ref, base)
            names.append(base)
        self.lines.append(Line(f"{', '.join(names)} = {text}"))

    def _port_name(self, number: int, node: Node, port: str) -> str:
        given = dict(node.given).get(port)
        if given is not None:
            return variable(given)
        if port == "output":
            return self._target(number, node)
        if isinstance(node.operation, Apply):
            return fresh(f"{variable(node.name)}_{port}", self._alive(number))
        return fresh(variable(port), self._alive(number))

    def _assign(self, number: int, node: Node, text: str) -> None:
        target = self._target(number, node)
        port = node.types[0][0]
        self.lines.append(_line(target, text, self._shape(number)))
        self._bound(Ref(number, port), target)

    def _bound(self, ref: Ref, name: str) -> None:
        self.texts[ref] = name
        self.declared.add(name)

    def _target(self, number: int, node: Node) -> str:
        if number in self.named:
            return self.named[number]
        alive = self._alive(number)
        operands = [r for r in self._operands(node) if isinstance(self.texts.get(r), str)]
        for ref in operands[:1]:
            name = self.texts[ref]
            if name.isidentifier() and name in self.declared and name not in alive:
                return name
        named = variable(node.name) if node.named else "x"
        return fresh(named, alive)

    def _alive(self, number: int) -> set[str]:
        """Names of values that are read after this node, and those that the spec gives later."""
        alive = {text for ref, text in self.texts.items() if self.last_use.get(ref, -1) > number}
        return alive | {n for at, n in self.named.items() if at > number}

    def _goes_inside(self, number: int, node: Node, text: str) -> bool:
        """Whether a value is written inside the expression that uses it."""
        ref = Ref(number, node.types[0][0])
        if self.uses.get(ref) != 1 or node.variable is not None or ref in self.wanted:
            return False
        if len(text) > WIDTH // 2 or text.count("(") > 3:
            return False
        later = range(number + 1, len(self.body.nodes))
        found = (
            i for i in later if i in self.reached and ref in self._operands(self.body.nodes[i])
        )
        reader = self.body.nodes[next(found)]
        operation = reader.operation
        if isinstance(operation, Apply):
            layer = operation.layer
            if layer.loss or operation.inference.in_eval is not None:
                return _short(text)
            point = operation.inference.sees == "point" and not operation.inference.sizes
            return point or layer.word in _POINTWISE or _short(text)
        return isinstance(operation, Invoke) and _short(text)

    # ---------------------------------------------------------------- printing

    def _code(self, node: Node) -> Code:
        operation = node.operation
        if isinstance(operation, (Apply, Sample)):
            return operation.inference.forward
        return None

    def _operand_ref(self, node: Node, index: int, part: str | None) -> Ref:
        ref = node.operands[index]
        assert ref is not None
        inner = self.body.nodes[ref.node].operation
        if not isinstance(inner, Distribute) or part is None:
            return ref
        found = self.body.nodes[ref.node].operands[inner.parts.index(part)]
        assert found is not None
        return found

    def _print(self, node: Node, code: Code) -> str:
        def operand(index: int, part: str | None) -> str:
            return self.texts[self._operand_ref(node, index, part)]

        stage = getattr(node.operation, "stage", None)
        module = self.naming.module(stage) if stage is not None else "self"
        return Printer(operand, module, self.naming.symbols)(code)

    def _shape(self, number: int) -> str:
        type = self.shapes.nodes[number].types[0][1]
        return shape(type) if isinstance(type, Tensor) else ""


def _line(target: str, text: str, comment: str) -> Line:
    """An assignment; a choice between training and evaluating that is too long takes several lines."""
    whole = f"{target} = {text}"
    first, choice, second = text.partition(" if self.training else ")
    if not choice or len(whole) + 8 <= WIDTH:
        return Line(whole, comment)
    rows = (f"{target} = (", f"    {first}", "    if self.training", f"    else {second}", ")")
    return Line("", comment, rows)


def shape(type: Tensor) -> str:
    """`[B, 64, 28, 28]`; a size that is no number or letter is `…`."""
    sizes = [_size(s) for s in type.sizes]
    return f"[{', '.join([*(['B'] if type.batched else []), *sizes])}]"


def _size(size: Size) -> str:
    if isinstance(size, Symbolic):
        text = render(size)
        return text if text.isidentifier() else "…"
    return str(size)


def _short(text: str) -> bool:
    return len(text) <= 36 and text.count("(") <= 2
