"""The calls that go along a sequence: that of a cell's module, and that which writes one."""

from __future__ import annotations

from specc.emit.names import variable
from specc.layers.code import Code, Fn, Method, Module, Raw, X, method
from specc.program import Body, Generated, Node, Scan
from specc.types import Tensor


def scan_call(body: Body, node: Node, scan: Scan) -> Code:
    """`self.cell1(x, memory, h=…, mask=…, reverse=True)`: a tuple of the outputs and the last states."""
    states = scan.body.states
    first_state = len(node.operands) - 1 - len(states)
    keywords: list[tuple[str, Code]] = []
    for number, state in enumerate(states, first_state):
        ref = node.operands[number]
        if ref is not None:
            type = body.nodes[ref.node].type(ref.port)
            keywords.append((variable(state.name), _batched(type, number)))
    if node.operands[-1] is not None:
        keywords.append(("mask", X(len(node.operands) - 1)))
    if scan.reverse:
        keywords.append(("reverse", True))
    if scan.truncate is not None:
        keywords.append(("truncate", scan.truncate))
    if scan.carry:
        keywords.append(("carry", True))
    if scan.free_running != "never":
        always = scan.free_running == "always"
        keywords.append(("free_running", True if always else Raw("not self.training")))
    return Fn(Module(), tuple(X(i) for i in range(first_state)), tuple(keywords))


def generate_call(operation: Generated) -> Code:
    """`generate_by_step(self.writer, encode("the ").to(device), batch_size, 200, 0.8)`."""
    start = Method(Fn("encode", (operation.start,)), "to", (Raw("device"),))
    how: tuple[Code, ...] = (Raw("batch_size"), operation.length, operation.temperature)
    if operation.by_step:
        return Fn("generate_by_step", (Module(), start, *how))
    return Fn("generate", (Module(), start, *how, operation.window))


def _batched(type: object, index: int) -> Code:
    """A first state; one without a batch is the same for every item."""
    if not isinstance(type, Tensor) or type.batched:
        return X(index)
    return method(X(index), "expand", method(X(0), "size", 0), *(-1,) * type.rank)
