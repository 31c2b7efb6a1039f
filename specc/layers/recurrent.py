"""Recurrent layers of the standard cells, lowered to PyTorch's kernels: rnn, lstm, gru.

Vanilla (Elman 1990), LSTM (Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000),
GRU with the reset gate behind the product (as in cuDNN). PyTorch keeps two offsets for each gate, the
textbook one; Keras one, and two in its GRU. `scan(lstm(64), keep=last)` is `lstm(64, keep=last)`.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from specc.formula import Formula, product, total, var
from specc.layers.base import (
    Convention,
    Counted,
    Inference,
    Layer,
    LayerError,
    Operand,
    Parameter,
    Positive,
)
from specc.layers.code import Code, Fn, Item, Module, Raw, X, fn, method
from specc.layers.common import as_sequence, equal_sizes, fraction, tensor
from specc.layers.spatial import changed, numbers
from specc.sizes import Constraint, Size, render
from specc.types import Tensor

Probability = Annotated[float, AfterValidator(fraction(0, 1, open_high=True))]


class Recurrent(Layer):
    """What the standard cells have in common."""

    stateful = True
    keyword_operands: ClassVar[tuple[str, ...]] = ("h", "mask")
    gates: ClassVar[tuple[str, ...]]
    module: ClassVar[str]
    helper: ClassVar[str] = "run_recurrent"
    keras_biases: ClassVar[int] = 1

    units: Positive = Field(description="Size of the state.")
    keep: Literal["all", "last"] = Field(
        "all", description="The outputs at all positions, or the last one."
    )
    layers: Annotated[int, Field(ge=1, le=64)] = Field(
        1, description="Number of cells on top of each other."
    )
    bidirectional: bool = Field(
        False, description="Whether a second cell goes the other way; both outputs side by side."
    )
    reverse: bool = Field(False, description="Whether the cell begins at the end.")
    dropout: Probability = Field(0.0, description="Probability of dropping a value between layers.")
    bias: bool = Field(True, description="Whether the gates have offsets.")
    truncate: Positive | None = Field(
        None, description="Steps after which gradients end; the states go on."
    )

    carry: bool = Field(
        False, description="Whether a batch begins with the states that the one before has left."
    )

    @property
    def out(self) -> Size:
        """Features of one direction's output."""
        return self.units

    def infer(self, *operands: Operand | None) -> Inference:
        """[T, d] to [T, units] (keep=all) or [units] (keep=last); twice the features both ways."""
        x = numbers(operands[0], self.word)
        self._sequence(x)
        given = dict(zip(self.keyword_operands, operands[1:], strict=False))
        self._agree({name for name, value in given.items() if value is not None})
        self._masked(x, given.get("mask"))
        features = 2 * self.out if self.bidirectional else self.out
        kept = x.with_sizes((x.sizes[0], features), ("time", "features")).with_range()
        output = kept if self.keep == "all" else kept.with_sizes((features,), ("features",))
        masked = given.get("mask") is not None
        alone = not (self.bidirectional or masked or self.truncate is not None or self.carry)
        sides = self._sides(x) if alone else ()
        return Inference(
            outputs=(("output", output), *sides),
            forward=self._forward(given),
            with_sides=self._with_sides(given) if sides else None,
            module=Fn(self.module, (x.sizes[1], self.units), self._settings()),
            parameters=tuple(self._parameters(x.sizes[1])),
            count=self._count(x.sizes[1], 2),
            macs=product((var("T", x.sizes[0]), self._count(x.sizes[1], 0))),
            sees="all",
            conventions=self._conventions(x.sizes[1]),
            constraints=self._states_fit(given),
            notes=self._notes(x.sizes[1]),
        )

    # --------------------------------------------------------------- conditions

    def _sequence(self, x: Tensor) -> None:
        if x.rank == 2 and x.batched and x.axes[0] != "channels":
            return
        raise LayerError(
            "E301",
            f"{self.word} takes a sequence of vectors, time × features, not {x}",
            text=f"{x}: {', '.join(x.axes)}",
            argument=0,
            helps=as_sequence(x),
        )

    def _masked(self, x: Tensor, mask: Operand | None) -> None:
        if mask is None:
            return
        index = 1 + self.keyword_operands.index("mask")
        type = tensor(mask, self.word, index)
        fits = type.rank == 1 and type.batched and equal_sizes(type.sizes[0], x.sizes[0])[0]
        if not fits or type.dtype != "bool":
            raise LayerError(
                "E203",
                f"{self.word}: a mask is true or false at every position",
                text=str(type),
                argument=index,
                helps=("mask=ids != 0",),
            )

    def _agree(self, given: set[str]) -> None:
        starts = given - {"mask"}
        if starts and (self.layers > 1 or self.bidirectional):
            raise LayerError(
                "E204", f"{self.word}: a first state is given to one cell, and here are several"
            )
        if "mask" in given and (self.bidirectional or self.reverse):
            raise LayerError(
                "E204",
                f"{self.word}: a mask stands behind the sequence, where this would begin",
                helps=("write the cell with its equations; scan then skips masked positions",),
            )
        if self.bidirectional and self.truncate is not None:
            raise LayerError(
                "E204",
                f"{self.word}: gradients are truncated in one direction",
                argument="truncate",
            )
        if self.carry:
            self._carries(given)
        if self.bidirectional and self.reverse:
            raise LayerError("E204", f"{self.word}: both directions hold the reverse one already")

    def _carries(self, given: set[str]) -> None:
        """Refuse what a state that goes on from batch to batch cannot be combined with."""
        reason = ""
        if self.bidirectional or self.reverse:
            reason = "a sequence that is read from its end has no batch before it"
        elif self.truncate is not None:
            reason = "carry ends gradients at each batch already; leave truncate= out"
        elif "mask" in given:
            reason = "with a mask, write the cell with its equations; scan then holds its states"
        elif given:
            reason = "with carry the states begin from the batch before, and from no other value"
        if reason:
            raise LayerError("E204", f"{self.word}: {reason}", argument="carry")

    # --------------------------------------------------------------------- code

    def _settings(self) -> tuple[tuple[str, Code], ...]:
        return (
            *changed(num_layers=(self.layers, 1), **self._own()),
            ("batch_first", True),
            *changed(
                bias=(self.bias, True),
                dropout=(self.dropout, 0.0),
                bidirectional=(self.bidirectional, False),
            ),
        )

    def _own(self) -> dict[str, tuple[Code, Code]]:
        return {}

    def _start(self, given: dict[str, Operand | None]) -> Code:
        return self._lifted("h", given)

    def _states_fit(self, given: dict[str, Operand | None]) -> tuple[Constraint, ...]:
        """Conditions under which the first states have the sizes of the states."""
        found: list[Constraint] = []
        for name, size in (("h", self.out), ("c", self.units)):
            if given.get(name) is None:
                continue
            value = tensor(given[name], self.word, 1 + self.keyword_operands.index(name))
            same, conditions = equal_sizes(size, value.sizes[0]) if value.rank == 1 else (False, ())
            if not same:
                raise LayerError(
                    "E302",
                    f"{self.word}: the state {name} is {render(size)}, and starts from {value}",
                    text=str(value),
                )
            found += conditions
        return tuple(found)

    def _lifted(self, name: str, given: dict[str, Operand | None]) -> Code:
        """A first state as the module wants it: [1, B, n]."""
        index = 1 + self.keyword_operands.index(name)
        value = tensor(given[name], self.word, index)
        if value.batched:
            return method(X(index), "unsqueeze", 0)
        return method(X(index), "expand", 1, method(X(0), "size", 0), -1)

    def _called(self, given: dict[str, Operand | None]) -> tuple[Code, ...]:
        """The arguments of the module."""
        x: Code = method(X(0), "flip", 1) if self.reverse else X(0)
        starts = [n for n in self.keyword_operands if n != "mask" and given.get(n) is not None]
        return (x, self._start(given)) if starts else (x,)

    def _forward(self, given: dict[str, Operand | None]) -> Code:
        outputs: Code = Item(Fn(Module(), self._called(given)), (0,))
        if self.truncate is not None:
            x, *start = self._called(given)
            outputs = fn("run_windows", Module(), x, self.truncate, *start)
        if self.carry:
            outputs = fn("run_carried", Module(), X(0))
        if given.get("mask") is not None:
            mask = X(1 + self.keyword_operands.index("mask"))
            outputs = fn("hold_outputs", outputs, mask)
        if self.keep == "all":
            return method(outputs, "flip", 1) if self.reverse else outputs
        if self.bidirectional:
            return fn("last_outputs", outputs)
        return Item(outputs, (Raw(":"), -1))

    def _with_sides(self, given: dict[str, Operand | None]) -> Code:
        """The kept outputs and the last states in one tuple."""
        call = fn(self.helper, Module(), *self._called(given))
        keywords: list[tuple[str, Code]] = []
        if self.keep == "last":
            keywords.append(("last", True))
        elif self.reverse:
            keywords.append(("flipped", True))
        return Fn(call.function, call.arguments, tuple(keywords))

    def _sides(self, x: Tensor) -> tuple[tuple[str, Tensor], ...]:
        vector = x.with_sizes((self.out,), ("features",)).with_range()
        return (("h", vector),)

    # ------------------------------------------------------------------- counts

    def _levels(self, features: Size) -> list[tuple[int, Size]]:
        """The cells on top of each other with the features that each reads."""
        wide = 2 * self.out if self.bidirectional else self.out
        return [(level, features if level == 0 else wide) for level in range(self.layers)]

    def _parameters(self, features: Size) -> list[Parameter]:
        found: list[Parameter] = []
        ways = ("", "_reverse") if self.bidirectional else ("",)
        for level, width in self._levels(features):
            for way in ways:
                found += self._tensors(f"l{level}{way}", width)
        return found

    def _tensors(self, name: str, width: Size) -> list[Parameter]:
        rows = product((len(self.gates), var("h", self.units)))
        inner = var("p" if self.out != self.units else "h", self.out)
        found = [
            Parameter(f"weight_ih_{name}", (rows.value, width), rows * var("d", width)),
            Parameter(f"weight_hh_{name}", (rows.value, self.out), rows * inner),
        ]
        if self.bias:
            found += [Parameter(f"bias_{i}h_{name}", (rows.value,), rows, "bias") for i in "ih"]
        return found

    def _count(self, features: Size, biases: int) -> Formula:
        """gates·(d + h + biases)·h for each cell."""
        ways = 2 if self.bidirectional else 1
        cells = [
            self._cell(width, biases if self.bias else 0) for _, width in self._levels(features)
        ]
        one = total(cells)
        return one if ways == 1 else product((ways, one))

    def _cell(self, width: Size, biases: int) -> Formula:
        d, h = var("d", width), var("h", self.units)
        inner = var("p" if self.out != self.units else "h", self.out)
        read = d + inner + biases if biases else d + inner
        return product((len(self.gates), read, h)) if len(self.gates) > 1 else product((read, h))

    def _conventions(self, features: Size) -> dict[Convention, Counted]:
        if not self.bias:
            return {}
        found: dict[Convention, Counted] = {
            "textbook": Counted(
                self._count(features, 1), "one offset for each gate; PyTorch keeps two for cuDNN"
            )
        }
        if self.keras_biases == 1:
            found["keras"] = Counted(
                self._count(features, 1), "Keras has one offset for each gate, PyTorch two"
            )
        return found

    def _notes(self, features: Size) -> tuple[str, ...]:
        if len(self.gates) == 1:
            return ()
        d, h = render(features), render(self.units)
        biases = " + 2" if self.bias else ""
        return (f"gates {', '.join(self.gates)}: each ({d} + {render(self.out)}{biases})·{h}",)


class RNN(Recurrent):
    """The simplest recurrent layer."""

    word = "rnn"
    summary = (
        "Vanilla recurrent layer: the new state is a bounded sum of the input and the old state."
    )
    formula = "h' = tanh(W·[h, x] + b)"
    gates: ClassVar[tuple[str, ...]] = ("h",)
    module = "nn.RNN"

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

    def _sides(self, x: Tensor) -> tuple[tuple[str, Tensor], ...]:
        c = x.with_sizes((self.units,), ("features",)).with_range()
        return (*super()._sides(x), ("c", c))

    def _tensors(self, name: str, width: Size) -> list[Parameter]:
        found = super()._tensors(name, width)
        if self.projection is not None:
            p, h = var("p", self.projection), var("h", self.units)
            found.append(Parameter(f"weight_hr_{name}", (self.projection, self.units), p * h))
        return found

    def _cell(self, width: Size, biases: int) -> Formula:
        gates = super()._cell(width, biases)
        if self.projection is None:
            return gates
        return gates + var("p", self.projection) * var("h", self.units)


class GRU(Recurrent):
    """Gated recurrent unit."""

    word = "gru"
    summary = "GRU layer: a reset and an update gate mix the old state with a candidate."
    formula = "r, z = σ(W·[h, x] + b); n = tanh(U·x + b + r·(V·h + b)); h' = (1 − z)·n + z·h"
    gates: ClassVar[tuple[str, ...]] = ("r", "z", "n")
    module = "nn.GRU"
    keras_biases = 2
