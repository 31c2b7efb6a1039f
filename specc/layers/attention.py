"""Multi-head attention of a sequence, on itself or on a memory (Vaswani et al. 2017)."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, Field

from specc.formula import Formula, Var, product, total, var
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
from specc.layers.code import Fn, Module, X
from specc.layers.common import fraction
from specc.layers.spatial import changed, numbers
from specc.sizes import Constraint, Size, known, render
from specc.types import Tensor

Probability = Annotated[float, AfterValidator(fraction(0, 1, open_high=True))]


class Attention(Layer):
    """Scaled dot products in several heads.

    Queries, keys and values are one projection of the sequence; with `memory=` keys and values are one
    projection of the memory.
    """

    word = "attention"
    summary = "Multi-head attention, causal or not; on a second sequence with `memory=`."
    formula = "softmax(Q·Kᵀ/√d_head)·V"
    stateful = True
    keyword_operands = ("memory",)

    heads: Positive = Field(description="Number of heads; they share the features.")
    causal: bool = Field(False, description="Whether a position sees only those before it.")
    dropout: Probability = Field(0.0, description="Probability of dropping an attention weight.")
    bias: bool = Field(True, description="Whether the projections have offsets.")

    def infer(self, *operands: Operand | None) -> Inference:
        """[T, d] (and memory [S, m]) to [T, d]."""
        x = self._sequence(operands[0], 0)
        memory = operands[1] if len(operands) > 1 else None
        conditions = self._heads_fit(x.sizes[1])
        if memory is None:
            return self._on_itself(x, conditions)
        return self._on_memory(x, self._sequence(memory, 1), conditions)

    def _sequence(self, operand: Operand | None, index: int) -> Tensor:
        x = numbers(operand, self.word, index)
        if not x.batched:
            raise LayerError(
                "E301", f"attention works on a batch, and {x} has none", text=str(x), argument=index
            )
        if x.rank == 2 and x.axes[0] != "channels":
            return x
        raise LayerError(
            "E301",
            f"attention takes a sequence of vectors, time × features, not {x}",
            text=f"{x}: {', '.join(x.axes)}",
            argument=index,
            helps=(
                "-> flatten(height, width) -> permute(length, channels) makes a sequence of a map",
            )
            if x.axes[:1] == ("channels",)
            else (),
        )

    def _heads_fit(self, features: Size) -> tuple[Constraint, ...]:
        if features % self.heads == 0:
            return ()
        heads = self.heads
        if not known(features) or not known(heads):
            return (Constraint("divides", self.heads, features),)
        fits = [h for h in range(1, features + 1) if features % h == 0]
        near = sorted(sorted(fits, key=lambda h: (abs(h - heads), h))[:2])
        raise LayerError(
            "E303",
            f"{render(features)} features do not divide into {render(self.heads)} heads",
            text=f"{features}/{heads} = {features / heads:.2f}…",
            argument="heads",
            helps=(" or ".join(f"{h} heads of {features // h}" for h in near),),
        )

    def _projection(
        self, name: str, fan_in: Var, fan_out: Formula
    ) -> tuple[tuple[Parameter, ...], Formula]:
        weight = Parameter(f"{name}.weight", (fan_out.value, fan_in.value), fan_out * fan_in)
        if not self.bias:
            return (weight,), fan_in * fan_out
        bias = Parameter(f"{name}.bias", (fan_out.value,), fan_out, "bias")
        return (weight, bias), (fan_in + 1) * fan_out

    def _as_in_the_paper(self, *projections: tuple[Parameter, ...]) -> Mapping[Convention, Counted]:
        """The textbook's projections are matrices without offsets (Vaswani et al. 2017, section 3.2.2)."""
        if not self.bias:
            return {}
        count = total(weight.count for weight, *_ in projections)
        return {"textbook": Counted(count, "the projections of the paper have no offsets")}

    def _on_itself(self, x: Tensor, conditions: tuple[Constraint, ...]) -> Inference:
        time, d = var("T", x.sizes[0]), var("d", x.sizes[1])
        first, count_in = self._projection("in_proj", d, 3 * d)
        last, count_out = self._projection("out_proj", d, d)
        macs = product((time, 4 * d * d)) + product((2, time, time, d))
        return Inference(
            outputs=(("output", x.with_range()),),
            forward=Fn(Module(), (X(0),)),
            module=Fn("SelfAttention", (x.sizes[1], self.heads), changed(
                causal=(self.causal, False), dropout=(self.dropout, 0.0), bias=(self.bias, True)
            )),
            parameters=(*first, *last),
            count=count_in + count_out,
            conventions=self._as_in_the_paper(first, last),
            macs=macs,
            sees="all",
            constraints=conditions,
            notes=(f"queries, keys, values and out_proj: each {self._each(d)}",),
        )  # fmt: skip

    def _each(self, width: Var) -> str:
        """The weights of one of four projections: (64 + 1)·64."""
        return product((width + 1 if self.bias else width, width)).numbers()

    def _on_memory(
        self, x: Tensor, memory: Tensor, conditions: tuple[Constraint, ...]
    ) -> Inference:
        if self.causal:
            raise LayerError(
                "E204",
                "attention on a memory sees all of it; causal has no meaning here",
                argument="causal",
            )
        time, d = var("T", x.sizes[0]), var("d", x.sizes[1])
        length, m = var("S", memory.sizes[0]), var("m", memory.sizes[1])
        first, count_q = self._projection("q_proj", d, d)
        second, count_kv = self._projection("kv_proj", m, 2 * d)
        last, count_out = self._projection("out_proj", d, d)
        macs = product((2, time, d, d)) + product((length, m, 2, d)) + product((2, time, length, d))
        return Inference(
            outputs=(("output", x.with_range()),),
            forward=Fn(Module(), (X(0), X(1))),
            module=Fn("CrossAttention", (x.sizes[1], self.heads, memory.sizes[1]), changed(
                dropout=(self.dropout, 0.0), bias=(self.bias, True)
            )),
            parameters=(*first, *second, *last),
            count=count_q + count_kv + count_out,
            conventions=self._as_in_the_paper(first, second, last),
            macs=macs,
            sees="all",
            constraints=conditions,
            notes=(
                f"queries and out_proj: each {self._each(d)}",
                f"keys and values: each {product((m + 1 if self.bias else m, d)).numbers()}",
            ),
        )  # fmt: skip
