"""Local names for values that the spec leaves without one, where `x` is taken."""

from __future__ import annotations

from specc.emit.names import snake, variable
from specc.program import Apply, Invoke, Node

_WORDS = {
    "add": "total", "sum": "total", "subtract": "difference", "multiply": "product", "matmul": "product",
    "divide": "ratio", "power": "powered", "square": "squared", "sqrt": "root", "abs": "magnitude",
    "negate": "negated", "max": "largest", "min": "smallest", "concat": "joined", "stack": "stacked",
    "reshape": "reshaped", "flatten": "flat", "index": "part", "slice": "part", "select": "part",
    "masked": "chosen",
}  # fmt: skip
"""What the value of a layer is called where its word is none for a value."""


def described(node: Node) -> str:
    """`decoder_output` of a network, `root` of a square root, `gelu`; `x` where there is no such word."""
    match node.operation:
        case Invoke(body=body):
            return variable(f"{snake(body.name)}_output")
        case Apply(layer=layer):
            return variable(_WORDS.get(layer.word, layer.word))
        case _:
            return "x"
