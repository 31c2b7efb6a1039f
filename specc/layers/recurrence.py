"""What the layers of PyTorch's recurrent kernels have in common: shapes, counts and code.

Vanilla (Elman 1990), LSTM (Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000),
GRU with the reset gate behind the product (as in cuDNN). PyTorch keeps two offsets for each gate, the
textbook one; Keras one, and two in its GRU. `scan(lstm(64), keep=last)` is `lstm(64, keep=last)`.
"""

from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from specc.formula import Formula, product, summed, total, var
from specc.layers.base import (
    Convention,
    Counted,
    Inference,
    Layer,
    LayerError,
    Operand,
    Parameter,
    Part,
    Positive,
    SizeRule,
)
from specc.layers.code import Code, Fn, Item, Module, Raw, X, fn, method
from specc.layers.common import as_sequence, equal_sizes, fits_mask, fraction, tensor
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

    hints: ClassVar[tuple[tuple[str, str], ...]] = (
        ("return_sequences", "keep=all gives the outputs at all positions, keep=last the last"),
    )

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
    biases: Literal[1, 2] = Field(
        2,
        description="Offsets of each gate: 2 as in PyTorch, or 1 as in textbooks; the other stays 0.",
    )
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
        masks = self._masked(x, given.get("mask"))
        features = 2 * self.out if self.bidirectional else self.out
        kept = x.with_sizes((x.sizes[0], features), ("time", "features")).with_range()
        output = kept if self.keep == "all" else kept.with_sizes((features,), ("features",))
        masked = given.get("mask") is not None
        alone = not (masked or self.truncate is not None or self.carry)
        sides = self._sides(x) if alone else ()
        return Inference(
            outputs=(("output", output), *sides),
            sizes=self._both_ways(),
            forward=self._forward(given),
            with_sides=self._with_sides(given) if sides else None,
            module=self._module(x.sizes[1]),
            parameters=tuple(self._parameters(x.sizes[1])),
            count=self._count(x.sizes[1], self.biases),
            macs=product((var("T", x.sizes[0]), self._count(x.sizes[1], 0))),
            parts=self._parts(x, self.biases),
            sees="all",
            conventions=self._conventions(x),
            constraints=(*self._states_fit(given), *masks),
        )

    def _both_ways(self) -> tuple[SizeRule, ...]:
        """The features of both directions side by side."""
        both = product((2, var("h", self.out)))
        return (SizeRule("features", both),) if self.bidirectional else ()

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

    def _masked(self, x: Tensor, mask: Operand | None) -> tuple[Constraint, ...]:
        if mask is None:
            return ()
        index = 1 + self.keyword_operands.index("mask")
        return fits_mask(mask, x.sizes[0], self.word, index)

    def _agree(self, given: set[str]) -> None:
        starts = given - {"mask"}
        if starts and (self.layers > 1 or self.bidirectional):
            raise LayerError(
                "E204", f"{self.word}: a first state is given to one cell, and here are several"
            )
        if self.bidirectional and self.truncate is not None:
            raise LayerError(
                "E204",
                f"{self.word}: gradients are truncated in one direction",
                argument="truncate",
            )
        if self.carry:
            self._carries(given)
        if self.biases == 1 and not self.bias:
            raise LayerError("E204", f"{self.word}: there is no offset here", argument="biases")
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

    def _module(self, features: Size) -> Fn:
        made = Fn(self.module, (features, self.units), self._settings())
        return fn("one_bias", made) if self.bias and self.biases == 1 else made

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
            index = 1 + self.keyword_operands.index(name)
            value = tensor(given[name], self.word, index)
            same, conditions = equal_sizes(size, value.sizes[0]) if value.rank == 1 else (False, ())
            if not same:
                raise LayerError(
                    "E302",
                    f"{self.word}: the state {name} is {render(size)}, and starts from {value}",
                    text=str(value),
                    argument=index,
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
        """The arguments of the module; with a mask what counts stands in front."""
        x: Code = method(X(0), "flip", 1) if self.reverse else X(0)
        mask = self._mask(given)
        if mask is not None:
            x = fn("valid_first", x, mask)
        starts = [n for n in self.keyword_operands if n != "mask" and given.get(n) is not None]
        return (x, self._start(given)) if starts else (x,)

    def _mask(self, given: dict[str, Operand | None]) -> Code | None:
        """Where the positions count, in the direction of the cell."""
        if given.get("mask") is None:
            return None
        mask = X(1 + self.keyword_operands.index("mask"))
        return method(mask, "flip", 1) if self.reverse else mask

    def _forward(self, given: dict[str, Operand | None]) -> Code:
        outputs: Code = Item(Fn(Module(), self._called(given)), (0,))
        if self.truncate is not None:
            x, *start = self._called(given)
            outputs = fn("run_windows", Module(), x, self.truncate, *start)
        if self.carry:
            outputs = fn("run_carried", Module(), X(0))
        mask = self._mask(given)
        if mask is not None and self.bidirectional:
            packed = fn("run_packed", Module(), *self._called(given), mask)
            outputs = fn("spread_valid", packed, mask, True)
        elif mask is not None:
            outputs = fn("spread_valid", outputs, mask)
        if self.keep == "all":
            return method(outputs, "flip", 1) if self.reverse else outputs
        if self.bidirectional:
            return fn("last_outputs", outputs)
        return Item(outputs, (Raw(":"), -1))

    def _with_sides(self, given: dict[str, Operand | None]) -> Code:
        """The kept outputs and the last states in one tuple."""
        helper = self.helper if len(self._cells()) == 1 else "run_states"
        call = fn(helper, Module(), *self._called(given))
        keywords: list[tuple[str, Code]] = []
        if self.keep == "last":
            keywords.append(("last", True))
        elif self.reverse:
            keywords.append(("flipped", True))
        return Fn(call.function, call.arguments, tuple(keywords))

    def _sides(self, x: Tensor) -> tuple[tuple[str, Tensor], ...]:
        """The last states of the top layer, both directions side by side, then those of every cell."""
        states, cells = self._states(), self._cells()
        ways = 2 if self.bidirectional else 1
        found = [(name, ways * size) for name, size in states]
        if len(cells) > 1:
            found += [(f"{name}_{cell}", size) for name, size in states for cell in cells]
        return tuple(
            (name, x.with_sizes((size,), ("features",)).with_range()) for name, size in found
        )

    def _states(self) -> tuple[tuple[str, Size], ...]:
        """What one step hands to the next, with its size."""
        return (("h", self.out),)

    def _cells(self) -> list[str]:
        """The names of the cells in the order of PyTorch: `forward`, `l1`, `l1_backward`."""
        levels = [f"l{level}" for level in range(self.layers)] if self.layers > 1 else [""]
        ways = ("forward", "backward") if self.bidirectional else ("",)
        return ["_".join(filter(None, (level, way))) for level in levels for way in ways]

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
        h = var("h", self.units)
        rows = product((len(self.gates), h)) if len(self.gates) > 1 else h
        inner = var("p" if self.out != self.units else "h", self.out)
        found = [
            Parameter(f"weight_ih_{name}", (rows.value, width), rows * var("d", width)),
            Parameter(f"weight_hh_{name}", (rows.value, self.out), rows * inner),
        ]
        if self.bias:
            second: Literal["bias", "buffer"] = "bias" if self.biases == 2 else "buffer"
            found.append(Parameter(f"bias_ih_{name}", (rows.value,), rows, "bias"))
            found.append(Parameter(f"bias_hh_{name}", (rows.value,), rows, second))
        return found

    def _count(self, features: Size, biases: int) -> Formula:
        """gates·(d + h + biases)·h for each cell."""
        cells = (self._cell(width, biases) for _, width in self._levels(features))
        one = total(summed(count for _, count in cell) for cell in cells)
        return product((2, one)) if self.bidirectional else one

    def _parts(self, x: Tensor, biases: int) -> tuple[Part, ...]:
        """Every gate of every cell."""
        time = var("T", x.sizes[0])
        ways = (", forward", ", backward") if self.bidirectional else ("",)
        return tuple(
            Part(f"{name}{self._level(level)}{way}", count, product((time, macs)))
            for level, width in self._levels(x.sizes[1])
            for way in ways
            for (name, count), (_, macs) in zip(
                self._cell(width, biases), self._cell(width, 0), strict=True
            )
        )

    def _level(self, level: int) -> str:
        return f", layer {level + 1}" if self.layers > 1 else ""

    def _cell(self, width: Size, biases: int) -> list[tuple[str, Formula]]:
        """(d + h + biases)·h for each gate."""
        d, h = var("d", width), var("h", self.units)
        inner = var("p" if self.out != self.units else "h", self.out)
        read = d + inner + biases if biases and self.bias else d + inner
        return [(f"gate {name}", product((read, h))) for name in self.gates]

    def _conventions(self, x: Tensor) -> dict[Convention, Counted]:
        if not self.bias or self.biases == 1:
            return {}
        features = x.sizes[1]
        one = self._count(features, 1)
        biases = total(p.count for p in self._parameters(features) if p.name.startswith("bias_ih"))
        parts = self._parts(x, 1)
        why = "one offset for each gate; PyTorch keeps two for cuDNN"
        found: dict[Convention, Counted] = {"textbook": Counted(one, why, None, biases, parts)}
        if self.keras_biases == 1:
            why = "Keras has one offset for each gate, PyTorch two"
            found["keras"] = Counted(one, why, None, biases, parts)
        return found
