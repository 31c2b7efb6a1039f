"""One statement of a program as Python."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from specc.emit.expressions import Statements
from specc.emit.names import variable
from specc.emit.naming import Naming
from specc.layers.code import Code, Fn, Infix, Item, Method, Prefix, Raw, X
from specc.plain import FUNCTIONS, is_arithmetic, is_plain
from specc.program import Apply, Body, Constant, Invoke, Node, ReadPort, Ref
from specc.types import Tensor, ValueType


class ProgramPrinter(Statements):
    """Prints a statement of a program: variables under their Python names, numbers as Python has them."""

    def __init__(
        self,
        body: Body,
        naming: Naming,
        wanted: tuple[Ref, ...],
        ports: Mapping[str, str],
        numbers: frozenset[str],
    ) -> None:
        self.python = ports
        self.numbers = numbers
        super().__init__(body, naming, wanted, reserved=frozenset(ports.values()))

    def plain(self, ref: Ref) -> bool:
        """Whether a value is a number of Python."""
        return is_plain(self.body.nodes, ref, self.numbers)

    def _names(self) -> dict[int, str]:
        """As always, with the names of the program."""
        renamed = {variable(name): text for name, text in self.python.items()}
        return {number: renamed.get(n, n) for number, n in super()._names().items()}

    def _shape(self, number: int) -> str:
        """The shape behind a statement; one number has none."""
        type = self.shapes.nodes[number].types[0][1]
        return (
            super()._shape(number)
            if not isinstance(type, Tensor) or type.batched or type.rank
            else ""
        )

    def _port_name(self, number: int, node: Node, port: str) -> str:
        given = dict(node.variables).get(port)
        if given is not None and given in self.python:
            return self.python[given]
        return super()._port_name(number, node, port)

    def _bind(self, node: Node, code: Code) -> Code:
        """Numbers of Python become tensors where a function of torch takes them."""
        apply = node.operation
        if isinstance(apply, Apply) and apply.layer.word == "rows":
            code = self._rows(node, code)
        elif isinstance(apply, Apply) and self._by_python(node, code):
            code = _without_torch(code)
        elif isinstance(apply, Apply):
            code = _tensors(code, {i for i in range(len(node.operands)) if self._lone(node, i)})
        return super()._bind(node, code)

    def _by_python(self, node: Node, code: Code) -> bool:
        """Whether this is computed of plain numbers alone, and is one."""
        return is_arithmetic(code) and all(self.plain(r) for r in node.operands if r is not None)

    def _rows(self, node: Node, code: Code) -> Code:
        """Rows that may not be there are asked of the session, which says when there are none."""
        where = node.operands[1]
        match code:
            case Item(base, (Fn("slice", (number, _)),)):
                return Method(Raw("session"), "row", (base, number))
        if where is None or not isinstance(code, Item):
            return code
        asked = self.body.nodes[where.node]
        read = asked.operation.name if isinstance(asked.operation, ReadPort) else asked.span.text
        words = " ".join(read.split())
        return Method(Raw("session"), "where", (code.base, *code.index, words))

    def _lone(self, node: Node, index: int) -> bool:
        ref = node.operands[index]
        if ref is None or isinstance(self.body.nodes[ref.node].operation, Constant):
            return False
        return self.plain(ref)

    def _argument(self, node: Node, index: int) -> Code:
        """An operand; one number where a network takes one of each row is repeated."""
        ref, operation = node.operands[index], node.operation
        assert ref is not None
        assert isinstance(operation, Invoke)
        type, port = self._type(node, index), operation.body.inputs[index][1]
        single = isinstance(type, Tensor) and not type.batched and not type.rank
        wanted = isinstance(port, Tensor) and port.batched
        other = self._batched(node)
        if not (single and wanted and other is not None):
            return super()._argument(node, index)
        size = Method(X(other), "size", (0,))
        beside = self._type(node, other)
        return Method(X(other), "new_full", ((size,), X(index)), _kind(port, beside))

    def _batched(self, node: Node) -> int | None:
        for index, ref in enumerate(node.operands):
            type = None if ref is None else self._type(node, index)
            if isinstance(type, Tensor) and type.batched:
                return index
        return None

    def _type(self, node: Node, index: int) -> ValueType | None:
        ref = node.operands[index]
        return None if ref is None else self.body.nodes[ref.node].type(ref.port)


def _kind(port: object, beside: object) -> tuple[tuple[str, Code], ...]:
    """The kind of numbers of a port, where what stands beside is of another."""
    if not isinstance(port, Tensor) or not isinstance(beside, Tensor) or port.dtype == beside.dtype:
        return ()
    return (("dtype", Raw("torch.int64" if port.dtype == "int" else "torch.float32")),)


def _without_torch(code: Code) -> Code:
    """The code of a plain number with functions of Python."""
    match code:
        case Infix(sign, left, right):
            return Infix(sign, _without_torch(left), _without_torch(right))
        case Prefix(sign, operand):
            return Prefix(sign, _without_torch(operand))
        case Fn(str() as name, (operand,), ()):
            return Fn(FUNCTIONS[name], (_without_torch(operand),))
        case _:
            return code


def _tensors(code: Code, lone: set[int]) -> Code:
    """The code with these operands as tensors wherever they stand in more than a sum or product."""
    match code:
        case X(index) if index in lone:
            return Fn("torch.tensor", (code,))
        case Infix(sign, left, right):
            return Infix(sign, _beside(left, lone), _beside(right, lone))
        case Prefix(sign, operand):
            return Prefix(sign, _beside(operand, lone))
        case Fn() | Method():
            arguments = tuple(_tensors(a, lone) for a in code.arguments)
            if isinstance(code, Method):
                code = replace(code, base=_tensors(code.base, lone))
            return replace(code, arguments=arguments)
        case tuple() | list():
            return type(code)(_tensors(c, lone) for c in code)
        case _:
            return code


def _beside(code: Code, lone: set[int]) -> Code:
    return code if isinstance(code, X) else _tensors(code, lone)
