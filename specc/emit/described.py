"""Local names for values that the spec leaves without one, where `x` is taken."""

from __future__ import annotations

from specc.emit.names import snake, variable
from specc.program import Apply, Body, Invoke, Node, Ref
from specc.types import Graph, Tensor

USES = ("train", "sample", "program")
"""The roles of bodies that call networks: their values are many things, and not one on its way."""

_WORDS = {
    "add": "total", "sum": "total", "subtract": "difference", "multiply": "product", "matmul": "product",
    "divide": "ratio", "power": "powered", "square": "squared", "sqrt": "root", "abs": "magnitude",
    "negate": "negated", "max": "largest", "min": "smallest", "concat": "joined", "stack": "stacked",
    "reshape": "reshaped", "flatten": "flat", "index": "part", "slice": "part", "select": "part",
    "masked": "chosen",
}  # fmt: skip
"""What the value of a layer is called where its word is none for a value."""

_SHORT = 4


def described(node: Node) -> str:
    """`decoder_output` of a network, `root` of a square root, `gelu`; `x` where there is no such word."""
    match node.operation:
        case Invoke(body=body):
            return variable(f"{snake(body.name)}_output")
        case Apply(layer=layer):
            return variable(_WORDS.get(layer.word, layer.word))
        case _:
            return "x"


def joins(node: Node) -> bool:
    """Whether a node puts values side by side."""
    return isinstance(node.operation, Apply) and node.operation.layer.word == "concat"


def joined(parts: list[str]) -> str:
    """`hx` for what has h and x side by side, `joined` where the names are longer."""
    together = "".join(parts)
    short = together.isidentifier() and len(together) <= _SHORT
    return variable(together) if short else _WORDS["concat"]


def alike(body: Body, node: Node, ref: Ref) -> bool:
    """Whether a node's value may have the name of its operand: it is one of the same kind.

    In a network that is what layers make of each other; elsewhere it has the same shape. A loss is not what
    it was made from, and neither are truth values or a graph.
    """
    made, given = node.types[0][1], body.nodes[ref.node].type(ref.port)
    if not isinstance(made, Tensor) or not isinstance(given, Tensor):
        return isinstance(made, Graph) is isinstance(given, Graph)
    loss = isinstance(node.operation, Apply) and node.operation.layer.loss
    computes = body.role not in USES
    return not loss and made.dtype == given.dtype and (computes or made.sizes == given.sizes)
