"""Which values of a program are plain numbers of Python: counters, arguments, what is computed of them."""

from __future__ import annotations

from collections.abc import Container, Sequence

from specc.layers.code import Code, Fn, Infix, Prefix, X
from specc.program import Apply, Constant, Node, ReadPort, Ref

FUNCTIONS = {
    f"torch.{name}": f"math.{name}"
    for name in ("sqrt", "exp", "log", "log1p", "sin", "cos", "tanh", "floor")
} | {"torch.abs": "abs"}
"""Functions of torch that Python has too."""


def is_plain(nodes: Sequence[Node], ref: Ref, numbers: Container[str]) -> bool:
    """Whether a value is a plain number, where the variables among `numbers` are."""
    operation = nodes[ref.node].operation
    match operation:
        case Constant():
            return True
        case ReadPort(name):
            return name in numbers
        case Apply(inference=inference) if is_arithmetic(inference.forward):
            operands = [r for r in nodes[ref.node].operands if r is not None]
            return all(is_plain(nodes, r, numbers) for r in operands)
        case _:
            return False


def is_arithmetic(code: Code) -> bool:
    """Whether Python can compute this code without torch: signs, and functions of one number."""
    match code:
        case X() | int() | float():
            return True
        case Infix(_, left, right):
            return is_arithmetic(left) and is_arithmetic(right)
        case Prefix(_, operand):
            return is_arithmetic(operand)
        case Fn(str() as name, (operand,), ()):
            return name in FUNCTIONS and is_arithmetic(operand)
        case _:
            return False
