"""Functions of one number each."""

from typing import Annotated, ClassVar

from pydantic import AfterValidator

from specc.layers.base import Inference, Layer, Operand
from specc.layers.code import Code, Fn, X
from specc.layers.common import (
    positive,
    tensor,
)
from specc.types import ANYTHING, Interval, Tensor

Above0 = Annotated[float, AfterValidator(positive)]


class Pointwise(Layer):
    """An activation of one number: `function` is PyTorch's, `values` the range of its results."""

    function: ClassVar[str]
    values: ClassVar[Interval] = ANYTHING
    written: ClassVar[tuple[str, ...]] = ()  # arguments that are printed even at their default

    def infer(self, *operands: Operand | None) -> Inference:
        """The same shape; the function's own range."""
        x = tensor(operands[0], self.word)
        low, high = self.limits(x)
        output = ("output", x.with_range(low, high))
        return Inference((output,), Fn(self.function, (X(0),), self.keywords()))

    def limits(self, x: Tensor) -> tuple[float | None, float | None]:  # noqa: ARG002 - some need it
        """The range of the results."""
        return self.values.low, self.values.high

    def keywords(self) -> tuple[tuple[str, Code], ...]:
        """The arguments that differ from PyTorch's defaults or that frameworks disagree on."""
        fields = type(self).model_fields
        return tuple(
            (name, getattr(self, name))
            for name, info in fields.items()
            if name in self.written or getattr(self, name) != info.default
        )
