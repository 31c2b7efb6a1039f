"""Recurrent layers of the standard cells, lowered to PyTorch's kernels: rnn, lstm, gru."""

from typing import ClassVar, Literal

from pydantic import Field

from specc.formula import Formula, var
from specc.layers.base import LayerError, Operand, Parameter, Positive
from specc.layers.code import Code
from specc.layers.recurrence import Recurrent
from specc.sizes import Size


class RNN(Recurrent):
    """The simplest recurrent layer."""

    word = "rnn"
    summary = (
        "Vanilla recurrent layer: the new state is a bounded sum of the input and the old state."
    )
    formula = "h' = tanh(W·[h, x] + b)"
    gates: ClassVar[tuple[str, ...]] = ("h",)
    module = "nn.RNN"

    hints = (*Recurrent.hints, ("activation", "the bound of the state: nonlinearity=relu"))

    nonlinearity: Literal["tanh", "relu"] = Field("tanh", description="The bound of the state.")

    def _own(self) -> dict[str, tuple[Code, Code]]:
        return {"nonlinearity": (self.nonlinearity, "tanh")}


class LSTM(Recurrent):
    """Long short-term memory."""

    word = "lstm"
    summary = "LSTM layer: gates decide what the cell forgets, stores and gives."
    formula = "i, f, o = σ(W·[h, x] + b); g = tanh(W·[h, x] + b); c' = f·c + i·g; h' = o·tanh(c')"
    keyword_operands: ClassVar[tuple[str, ...]] = ("h", "c", "mask")
    gates: ClassVar[tuple[str, ...]] = ("i", "f", "g", "o")
    module = "nn.LSTM"
    helper = "run_lstm"

    projection: Positive | None = Field(
        None, description="Size of a projection of the output, which the gates then read."
    )

    @property
    def out(self) -> Size:
        """Features of one direction's output."""
        return self.units if self.projection is None else self.projection

    def _own(self) -> dict[str, tuple[Code, Code]]:
        return {"proj_size": (self.projection, None)}

    def _agree(self, given: set[str]) -> None:
        super()._agree(given)
        if len(given & {"h", "c"}) == 1:
            raise LayerError("E202", "lstm starts from both its states, h= and c=, or from none")
        if (
            isinstance(self.projection, int)
            and isinstance(self.units, int)
            and self.projection >= self.units
        ):
            raise LayerError(
                "E204",
                f"lstm: a projection is smaller than the {self.units} units",
                argument="projection",
                text=str(self.projection),
            )

    def _start(self, given: dict[str, Operand | None]) -> Code:
        return (self._lifted("h", given), self._lifted("c", given))

    def _states(self) -> tuple[tuple[str, Size], ...]:
        return (("h", self.out), ("c", self.units))

    def _tensors(self, name: str, width: Size) -> list[Parameter]:
        found = super()._tensors(name, width)
        if self.projection is not None:
            p, h = var("p", self.projection), var("h", self.units)
            found.append(Parameter(f"weight_hr_{name}", (self.projection, self.units), p * h))
        return found

    def _cell(self, width: Size, biases: int) -> list[tuple[str, Formula]]:
        gates = super()._cell(width, biases)
        if self.projection is None:
            return gates
        return [*gates, ("projection", var("p", self.projection) * var("h", self.units))]


class GRU(Recurrent):
    """Gated recurrent unit."""

    word = "gru"
    summary = "GRU layer: a reset and an update gate mix the old state with a candidate."
    formula = "r, z = σ(W·[h, x] + b); n = tanh(U·x + b + r·(V·h + b)); h' = (1 − z)·n + z·h"
    gates: ClassVar[tuple[str, ...]] = ("r", "z", "n")
    module = "nn.GRU"
    keras_biases = 2
