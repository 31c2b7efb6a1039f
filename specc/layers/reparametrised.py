"""Wrappers that compute another layer's weight anew from other tensors: weight and spectral norm."""

from __future__ import annotations

from abc import abstractmethod
from typing import Annotated, ClassVar, TypeAlias

from msgspec.structs import replace
from pydantic import Field

from specc.formula import Formula, product, var
from specc.layers.base import (
    Inference,
    Layer,
    LayerError,
    Operand,
    Parameter,
    Positive,
    at_least,
)
from specc.layers.code import Code, Fn
from specc.layers.spatial import NONE_WORD, changed, or_none
from specc.sizes import Size, Symbolic, known

Dimension: TypeAlias = Annotated[Annotated[int, NONE_WORD] | Symbolic | None, or_none(at_least(0))]


class _Reparametrised(Layer):
    """Another layer with its weight computed anew from other tensors."""

    stateful = True
    wrapper: ClassVar[str]

    layer: Layer = Field(description="The layer whose weight it is: `conv(64, 3x3)`.")

    def infer(self, *operands: Operand | None) -> Inference:
        """What the wrapped layer gives."""
        inner, weight = self._inner(operands)
        rest = tuple(p for p in inner.parameters if p.name != "weight")
        tensors, added = self._tensors(weight)
        constructor = f"nn.utils.parametrizations.{self.wrapper}"
        return replace(
            inner,
            module=Fn(constructor, (inner.module,), self._options()),
            parameters=(*rest, *tensors),
            count=inner.count if added is None or inner.count is None else inner.count + added,
            conventions={},
        )

    def _inner(self, operands: tuple[Operand | None, ...]) -> tuple[Inference, Parameter]:
        """The wrapped layer's inference and its weight.

        Raises:
            LayerError: E203, it has no weight or several operands.
        """
        if len(self.layer.operands) == 1:
            inner = self.layer.infer(*operands)
            weight = next((p for p in inner.parameters if p.name == "weight"), None)
            if inner.module is not None and weight is not None:
                return inner, weight
        raise LayerError(
            "E203",
            f"{self.word} takes a layer of one operand with a weight, as conv or linear; "
            f"{self.layer.word} is none",
            argument="layer",
        )

    def _axis(self, axis: Size, weight: Parameter) -> int:
        if known(axis) and axis < len(weight.sizes):
            return axis
        message = f"{self.word}: the weight has {len(weight.sizes)} axes, there is no {axis}"
        raise LayerError("E203", message, argument="dim")

    @abstractmethod
    def _options(self) -> tuple[tuple[str, Code], ...]:
        """The keyword arguments of the wrapper."""

    @abstractmethod
    def _tensors(self, weight: Parameter) -> tuple[tuple[Parameter, ...], Formula | None]:
        """What stands in the weight's place, and how many learnt numbers come to its own."""


class WeightNorm(_Reparametrised):
    """Length and direction of the weight are learnt apart (Salimans & Kingma 2016)."""

    word = "weight_norm"
    summary = "Weight normalisation of a layer: each output's weights have a learnt length."
    formula = "W = g·V/‖V‖"
    wrapper = "weight_norm"

    dim: Dimension = Field(
        0, description="Axis of the weight that has a length for each entry; `none`: one for all."
    )

    def _options(self) -> tuple[tuple[str, Code], ...]:
        return changed(
            dim=(-1 if self.dim is None else self.dim, 0)
        )  # -1: of all, in torch's words

    def _lengths(self, weight: Parameter) -> tuple[Size, ...]:
        if self.dim is None:
            return ()
        axis = self._axis(self.dim, weight)
        return tuple(s if i == axis else 1 for i, s in enumerate(weight.sizes))

    def _tensors(self, weight: Parameter) -> tuple[tuple[Parameter, ...], Formula | None]:
        name = "parametrizations.weight.original"
        lengths = self._lengths(weight)
        count = var("g", product(lengths).value)
        direction = Parameter(f"{name}1", weight.sizes, weight.count)
        return (Parameter(f"{name}0", lengths, count), direction), count


class SpectralNorm(_Reparametrised):
    """The weight is divided by its largest singular value (Miyato et al. 2018)."""

    word = "spectral_norm"
    summary = "Spectral normalisation of a layer: its largest singular value becomes 1."
    formula = "W = V/σ(V)"
    wrapper = "spectral_norm"

    n_power_iterations: Positive = Field(
        1, description="Steps of the power method at each training step."
    )
    eps: float = Field(1e-12, gt=0, description="Smallest length that is divided by.")
    dim: Dimension = Field(
        None,
        description="Axis of the weight that makes the rows of its matrix; that of the outputs by "
        "default.",
    )

    def _options(self) -> tuple[tuple[str, Code], ...]:
        return changed(
            n_power_iterations=(self.n_power_iterations, 1),
            eps=(self.eps, 1e-12),
            dim=(self.dim, None),
        )

    def _tensors(self, weight: Parameter) -> tuple[tuple[Parameter, ...], Formula | None]:
        """The weight, and the singular vectors that the power method keeps."""
        name = "parametrizations.weight"
        original = Parameter(f"{name}.original", weight.sizes, weight.count)
        if len(weight.sizes) == 1:
            return (original,), None
        default = 1 if self.layer.word == "conv_transpose" else 0
        axis = self._axis(default if self.dim is None else self.dim, weight)
        rows = weight.sizes[axis]
        columns = product(s for i, s in enumerate(weight.sizes) if i != axis).value
        left = Parameter(f"{name}.0._u", (rows,), var("u", rows), "buffer")
        right = Parameter(f"{name}.0._v", (columns,), var("v", columns), "buffer")
        return (original, left, right), None
