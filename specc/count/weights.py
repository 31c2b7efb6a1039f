"""What one stage owns: its learnable weights and buffers, without those tied to another stage."""

from __future__ import annotations

from msgspec import Struct

from specc.count.add import add_up
from specc.formula import Formula, total
from specc.layers.base import Convention, Counted, Inference, Parameter, Part
from specc.program import BareTensor, Stage, Tie
from specc.sizes import Size


class Weights(Struct, frozen=True):
    """A stage's count under one convention. `params` holds `non_trainable`; None when it has none.

    `weights` and `biases` are its learnable parts; None where it has no such part. `parts` are the
    summands of `params` where the layer names them.
    """

    params: Formula | None = None
    weights: Formula | None = None
    biases: Formula | None = None
    non_trainable: Size = 0
    buffers: Size = 0
    buffer_bytes: Size = 0
    parts: tuple[Part, ...] = ()

    @property
    def number(self) -> Size:
        """The parameters as a number."""
        return 0 if self.params is None else self.params.value


def weights(stage: Stage, convention: Convention = "pytorch") -> Weights:
    """The weights that a layer or a bare tensor owns; blocks are counted by their own stages."""
    if isinstance(stage.unit, BareTensor):
        return _bare(stage.unit, convention)
    return _layer(stage, stage.unit, convention) if isinstance(stage.unit, Inference) else Weights()


def parameters(stage: Stage) -> tuple[Parameter, ...]:
    """The tensors that a layer or a bare tensor owns, buffers included, tied ones left out."""
    if isinstance(stage.unit, BareTensor):
        return (stage.unit.parameter,)
    if not isinstance(stage.unit, Inference):
        return ()
    tied = {t.parameter for t in stage.ties}
    return tuple(p for p in stage.unit.parameters if p.name not in tied)


def alternative(stage: Stage, convention: Convention) -> Counted | None:
    """How another convention counts the stage; None where it counts alike, or a weight is tied."""
    if stage.ties or not isinstance(stage.unit, Inference):
        return None
    return stage.unit.conventions.get(convention)


def tie_text(tie: Tie) -> str:
    """`weight is Encoder.code.weight transposed`."""
    turned = " transposed" if tie.transposed else ""
    return f"{tie.parameter} is {'.'.join((*tie.path, tie.tensor))}{turned}"


def _bare(unit: BareTensor, convention: Convention) -> Weights:
    count = unit.parameter.count
    if unit.trainable:
        return Weights(count, weights=count)
    bytes_ = unit.parameter.width * count.value
    if convention == "keras":
        return Weights(count, non_trainable=count.value, buffers=count.value, buffer_bytes=bytes_)
    return Weights(buffers=count.value, buffer_bytes=bytes_)


def _layer(stage: Stage, unit: Inference, convention: Convention) -> Weights:
    own = parameters(stage)
    learnt = [p for p in own if p.kind != "buffer"]
    buffers = add_up(p.count.value for p in own if p.kind == "buffer")
    bytes_ = add_up(p.width * p.count.value for p in own if p.kind == "buffer")
    count = (unit.count if not stage.ties else None) or total(p.count for p in learnt)
    weights_, biases = (_of_kind(own, kind) for kind in ("weight", "bias"))
    other = alternative(stage, convention)
    if other is None:
        parts = () if stage.ties else unit.parts
        return Weights(count if learnt else None, weights_, biases, 0, buffers, bytes_, parts)
    # What a convention counts beyond the learnable weights of a layer with buffers are the buffers.
    extra: Size = other.count.value - count.value if buffers != 0 else 0
    if isinstance(extra, int) and extra < 0:
        extra = 0
    weights_ = other.weights if other.weights is not None else weights_
    biases = other.biases if other.biases is not None else biases
    return Weights(other.count, weights_, biases, extra, buffers, bytes_, other.parts)


def _of_kind(own: tuple[Parameter, ...], kind: str) -> Formula | None:
    counts = [p.count for p in own if p.kind == kind]
    return total(counts) if counts else None
