"""Derivatives as values: gradients and Jacobians, through which a second gradient can be taken."""

from typing import ClassVar

from specc.layers.base import Inference, Layer, LayerError, Operand
from specc.layers.code import Code, Fn, Infix, Method, X
from specc.layers.common import tensor
from specc.types import ANYTHING, Tensor


def _of_item(operand: Operand | None, word: str, index: int) -> Tensor:
    """An operand that has a value for each item of the batch.

    Raises:
        LayerError: it is the same for the whole batch, or whole numbers.
    """
    x = tensor(operand, word, index)
    if not x.batched:
        raise LayerError("E301", f"{word} takes a value of each item of the batch", argument=index)
    if x.dtype != "float":
        raise LayerError("E301", f"{word}: whole numbers have no derivative", argument=index)
    return x


class Gradient(Layer):
    """How a number of each item changes with a value that it was computed from."""

    word = "gradient"
    summary = "The gradient of one number of each item by a value it was computed from: [x…]."
    formula = "∂y/∂x_i"
    operands = ("y", "x")

    def infer(self, *operands: Operand | None) -> Inference:
        """[] or [1], and [x…], to [x…]."""
        y, x = (_of_item(o, self.word, i) for i, o in enumerate(operands))
        if any(size != 1 for size in y.sizes):
            raise LayerError(
                "E301",
                f"gradient takes one number of each item, and here are {y}",
                argument=0,
                helps=("jacobian gives the derivatives of all of them",),
            )
        out = Tensor(x.sizes, x.axes, range=ANYTHING)
        return Inference((("output", out),), Fn("gradient", (X(0), X(1))), sees="all")


class Jacobian(Layer):
    """How every number of an item changes with every number that it was computed from."""

    word = "jacobian"
    summary = "The derivatives of every number of an item by every one of x: [y…, x…]."
    formula = "∂y_i/∂x_j"
    operands: ClassVar[tuple[str, ...]] = ("y", "x")

    def infer(self, *operands: Operand | None) -> Inference:
        """[y…] and [x…] to [y…, x…]."""
        y, x = (_of_item(o, self.word, i) for i, o in enumerate(operands))
        return Inference((("output", derivatives(y, x)),), Fn("jacobian", (X(0), X(1))), sees="all")


def derivatives(y: Tensor, x: Tensor) -> Tensor:
    """The type of the derivatives of y by x; axes of y come first, with `d_` before their names."""
    axes = (*(f"d_{axis}" for axis in y.axes), *x.axes)
    return Tensor((*y.sizes, *x.sizes), axes)


_SLOPES: dict[str, Code] = {
    "sigmoid": Infix("*", X(0), Infix("-", 1, X(0))),
    "tanh": Infix("-", 1, Infix("**", X(0), 2)),
    "relu": Method(Infix(">", X(0), 0), "float"),
}
"""The derivative of an activation, in terms of what it gives."""

SLOPES = frozenset(_SLOPES) | {"identity"}


class DenseJacobian(Jacobian):
    """The Jacobian of one dense layer and its activation, in closed form: f′(a)_i · W_ij.

    Rifai et al., Contractive Auto-Encoders (ICML 2011), section 3. Operands: y, x, and the weights.
    """

    operands: ClassVar[tuple[str, ...]] = ("y", "x", "weight")
    activation: str = "identity"

    def infer(self, *operands: Operand | None) -> Inference:
        """[k], [d] and the weights [k, d] to [k, d]."""
        y, x = (tensor(o, self.word, i) for i, o in enumerate(operands[:2]))
        slope = _SLOPES.get(self.activation)
        rows: Code = Method(X(2), "expand", (Method(X(0), "size", (0,)), -1, -1))
        if slope is not None:
            rows = Infix("*", Method(slope, "unsqueeze", (-1,)), X(2))
        return Inference((("output", derivatives(y, x)),), rows, sees="all")
