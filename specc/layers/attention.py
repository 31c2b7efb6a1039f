"""Multi-head attention of a sequence, on itself or on a memory (Vaswani et al. 2017)."""

from collections.abc import Mapping
from typing import Annotated, TypeAlias

from msgspec import Struct
from msgspec.structs import replace
from pydantic import AfterValidator, Field

from specc.formula import Formula, Var, formula, product, summed, var
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
)
from specc.layers.code import Fn, Module, X
from specc.layers.common import equal_sizes, fits_mask, fraction
from specc.layers.spatial import changed, numbers
from specc.sizes import Constraint, Size, known, render
from specc.types import Tensor

_Groups: TypeAlias = tuple[tuple[Part, ...], ...]
Probability = Annotated[float, AfterValidator(fraction(0, 1, open_high=True))]


class _Keys(Struct, frozen=True):
    """The queries' sequence, the one whose keys are read, what its length is called, and whether a mask says
    which keys count.
    """

    x: Tensor
    read: Tensor
    letter: str
    masked: bool
    conditions: tuple[Constraint, ...]


class Attention(Layer):
    """Scaled dot products in several heads.

    Queries, keys and values are one projection of the sequence; with `memory=` keys and values are one
    projection of the memory, and with `values=` each of a sequence of its own. `mask=` says which
    positions are read. The added keys are those of PyTorch's nn.MultiheadAttention.
    """

    word = "attention"
    summary = (
        "Multi-head attention, causal or not; `memory=` is a second sequence that it reads, `values=` a "
        "third one beside the keys of the second, and `mask=` says which keys count."
    )
    formula = "softmax(Q·Kᵀ/√d_head)·V"
    stateful = True
    keyword_operands = ("memory", "mask", "values")

    heads: Positive = Field(description="Number of heads; they share the features.")
    causal: bool = Field(False, description="Whether a position sees only those before it.")
    dropout: Probability = Field(0.0, description="Probability of dropping an attention weight.")
    bias: bool = Field(True, description="Whether the projections have offsets.")
    add_bias_kv: bool = Field(
        False, description="Whether every position sees a learnt key and value besides."
    )
    add_zero_attn: bool = Field(
        False, description="Whether every position sees a key and value of zeros besides."
    )

    def infer(self, *operands: Operand | None) -> Inference:
        """[T, d] (and memory [S, m], and a mask of what is read) to [T, d]."""
        x = self._sequence(operands[0], 0)
        memory, mask, values = (*operands[1:], None, None, None)[:3]
        conditions = self._heads_fit(x.sizes[1])
        read = x if memory is None else self._sequence(memory, 1)
        if mask is not None:
            conditions += fits_mask(mask, read.sizes[0], self.word, 2)
        letter = "T" if memory is None else "S"
        keys = _Keys(x, read, letter, mask is not None, conditions)
        if values is not None:
            return self._on_two(keys, self._values(values, keys))
        return self._on_itself(keys) if memory is None else self._on_memory(keys)

    def _values(self, operand: Operand, keys: _Keys) -> Tensor:
        """What is read with the keys of a memory: as long as it.

        Raises:
            LayerError: E204, there is no memory; E302, it has another length.
        """
        values = self._sequence(operand, 3)
        if keys.letter == "T":
            raise LayerError(
                "E204",
                "attention: values go with the keys of a memory, and there is none",
                argument=3,
            )
        if not equal_sizes(values.sizes[0], keys.read.sizes[0])[0]:
            raise LayerError(
                "E302",
                f"attention: the memory is {keys.read}, its values are {values}",
                text=f"{render(keys.read.sizes[0])} ≠ {render(values.sizes[0])}",
                argument=3,
            )
        return values

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

    def _projection(self, name: str, fan_in: Var, fan_out: Formula) -> tuple[Parameter, ...]:
        weight = Parameter(f"{name}.weight", (fan_out.value, fan_in.value), fan_out * fan_in)
        bias = Parameter(f"{name}.bias", (fan_out.value,), fan_out, "bias")
        return (weight, bias) if self.bias else (weight,)

    def _counted(self, keys: _Keys, values: Var, *, bias: bool) -> _Groups:
        """The four matrices, what the added keys own, and the two products, in groups of a sum."""
        d, time = var("d", keys.x.sizes[1]), var("T", keys.x.sizes[0])
        length = var(keys.letter, keys.read.sizes[0])
        m = d if keys.letter == "T" else var("m", keys.read.sizes[1])

        def matrix(name: str, width: Var, count: Var) -> Part:
            return Part(
                name, product((width + 1 if bias else width, d)), product((count, width, d))
            )

        read = (matrix("queries", d, time), matrix("keys", m, length))
        beside = tuple(Part(n, d) for n in ("bias_k", "bias_v") if self.add_bias_kv)
        pairs = product((time, self._seen(length), d))
        products = (Part("scores", macs=pairs), Part("weighted values", macs=pairs))
        output = matrix("output (out_proj)", d, time)
        return (*read, matrix("values", values, length)), beside, (output,), products

    def _as_in_the_paper(self, keys: _Keys, values: Var) -> Mapping[Convention, Counted]:
        """The textbook's projections are matrices without offsets (Vaswani et al. 2017, section 3.2.2)."""
        if not self.bias:
            return {}
        groups = self._counted(keys, values, bias=False)
        why = "the projections of the paper have no offsets"
        parts = tuple(p for group in groups for p in group)
        return {"textbook": Counted(_count(groups), why, biases=formula(0), parts=parts)}

    # ------------------------------------------------------- keys beside those read

    def _beside(self, d: Var) -> tuple[Parameter, ...]:
        """The learnt key and value."""
        names = ("bias_k", "bias_v") if self.add_bias_kv else ()
        return tuple(Parameter(n, (1, 1, d.value), d) for n in names)

    @property
    def _added(self) -> int:
        return int(self.add_bias_kv) + int(self.add_zero_attn)

    def _seen(self, length: Var) -> Formula:
        """How many keys a position is compared with."""
        return length + self._added if self._added else length

    def _notes(self, length: Var) -> tuple[str, ...]:
        """How many keys there are with the added ones."""
        return (f"keys: {(length + self._added).working()}",) if self._added else ()

    def _module(self, kind: str, keys: _Keys, *sizes: Size) -> Fn:
        """The plain class, or the one that has a mask and further keys."""
        wide = kind != "SplitAttention" and (keys.masked or self._added > 0)
        options = changed(
            causal=(self.causal, False),
            dropout=(self.dropout, 0.0),
            bias=(self.bias, True),
            add_bias_kv=(self.add_bias_kv, False),
            add_zero_attn=(self.add_zero_attn, False),
        )
        return Fn(f"Wide{kind}" if wide else kind, sizes, options)

    def _inferred(
        self,
        keys: _Keys,
        projections: list[tuple[Parameter, ...]],
        module: Fn,
        values: Var,
        split: bool = False,
    ) -> Inference:
        """What all forms have in common; `values` is the width of what the values are made of."""
        d, length = var("d", keys.x.sizes[1]), var(keys.letter, keys.read.sizes[0])
        groups = self._counted(keys, values, bias=self.bias)
        weights = tuple(p for group in projections for p in group)
        operands = (X(0), *([] if keys.letter == "T" else [X(1)]), *([X(3)] if split else []))
        masks = (("mask", X(2)),) if keys.masked else ()
        return Inference(
            outputs=(("output", keys.x.with_range()),),
            forward=Fn(Module(), operands, masks),
            module=module,
            parameters=(*weights, *self._beside(d)),
            count=_count(groups),
            conventions=self._as_in_the_paper(keys, values),
            macs=_macs(groups),
            parts=tuple(p for group in groups for p in group),
            sees="all",
            constraints=keys.conditions,
            notes=self._notes(length),
        )

    # ----------------------------------------------------------------- three forms

    def _on_itself(self, keys: _Keys) -> Inference:
        d = var("d", keys.x.sizes[1])
        projections = [self._projection("in_proj", d, 3 * d), self._projection("out_proj", d, d)]
        return self._inferred(
            keys,
            projections,
            self._module("SelfAttention", keys, keys.x.sizes[1], self.heads),
            d,
        )

    def _sees_all(self) -> None:
        if self.causal:
            raise LayerError(
                "E204",
                "attention on a memory sees all of it; causal has no meaning here",
                argument="causal",
            )

    def _on_memory(self, keys: _Keys) -> Inference:
        self._sees_all()
        d, m = var("d", keys.x.sizes[1]), var("m", keys.read.sizes[1])
        projections = [
            self._projection("q_proj", d, d),
            self._projection("kv_proj", m, 2 * d),
            self._projection("out_proj", d, d),
        ]
        return self._inferred(
            keys,
            projections,
            self._module("CrossAttention", keys, keys.x.sizes[1], self.heads, keys.read.sizes[1]),
            m,
        )

    def _on_two(self, keys: _Keys, values: Tensor) -> Inference:
        """Keys of one sequence and values of another one, each with a projection of its own."""
        self._sees_all()
        d, m = var("d", keys.x.sizes[1]), var("m", keys.read.sizes[1])
        v = var("v", values.sizes[1])
        projections = [
            self._projection(name, width, d)
            for name, width in (("q_proj", d), ("k_proj", m), ("v_proj", v), ("out_proj", d))
        ]
        _, same = equal_sizes(values.sizes[0], keys.read.sizes[0])
        sizes = (keys.x.sizes[1], self.heads, keys.read.sizes[1], values.sizes[1])
        return self._inferred(
            replace(keys, conditions=(*keys.conditions, *same)),
            projections,
            self._module("SplitAttention", keys, *sizes),
            v,
            split=True,
        )


def _count(groups: _Groups) -> Formula:
    """(d + 1)·d for each matrix: 3·(d + 1)·d + (d + 1)·d."""
    return summed(*((p.count for p in group) for group in groups))


def _macs(groups: _Groups) -> Formula:
    """The work of the matrices, then that of the two products."""
    *matrices, products = groups
    return summed((p.macs for group in matrices for p in group), (p.macs for p in products))
