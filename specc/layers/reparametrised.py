"""Wrappers that compute another layer's weight anew: weight norm, spectral norm, and a mask."""

from abc import abstractmethod
from typing import Annotated, ClassVar, TypeAlias

from msgspec.structs import replace
from pydantic import Field

from specc.formula import Formula, formula, product, total, var
from specc.layers.base import (
    Convention,
    Counted,
    Inference,
    Layer,
    LayerError,
    Operand,
    Parameter,
    Positive,
    at_least,
)
from specc.layers.code import Code, Fn
from specc.layers.common import equal_sizes
from specc.layers.spatial import NONE_WORD, changed, or_none
from specc.sizes import Constraint, Size, Symbolic, known, render

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
            conventions=self._conventions(inner, tensors),
        )

    def _conventions(
        self, inner: Inference, tensors: tuple[Parameter, ...]
    ) -> dict[Convention, Counted]:
        """None; what others count of the wrapped layer holds for its own weight alone."""
        del inner, tensors
        return {}

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

    def _conventions(
        self, inner: Inference, tensors: tuple[Parameter, ...]
    ) -> dict[Convention, Counted]:
        left = next((t for t in tensors if t.name.endswith("_u")), None)
        if left is None or inner.count is None:
            return {}
        why = "Keras counts the singular vector that it keeps, as a non-trainable parameter"
        return {"keras": Counted(inner.count + left.count, why)}

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


Bit: TypeAlias = Annotated[int, Field(ge=0, le=1)]
Mask: TypeAlias = tuple[Bit | tuple[Bit | tuple[Bit | tuple[Bit, ...], ...], ...], ...]


class Masked(_Reparametrised):
    """Some entries of the weight are held at 0: stored, and neither used nor learnt."""

    word = "masked"
    summary = "Another layer, of whose weight only some entries are kept: sparse connections."
    formula = "W = V ⊙ keep"
    wrapper = "masked"

    keep: Mask = Field(
        description="Ones where a weight is kept, nested as the weight is: a row for each unit of `linear`; "
        "`[[1, 1, 1], [1, 0, 0], [0, 0, 0]]` for every 3×3 kernel of `conv`."
    )

    def infer(self, *operands: Operand | None) -> Inference:
        """What the wrapped layer gives, with the entries that are kept as the textbook counts them."""
        inner, weight = self._inner(operands)
        shape, conditions = self._shape(weight)
        ones = _ones(self.keep)
        rest = product(weight.sizes[: len(weight.sizes) - len(shape)])
        kept = product((var("kept", ones), rest)) if rest.value != 1 else formula(ones)
        learnt = [p for p in inner.parameters if p.name != "weight"]
        effective = total((kept, *(p.count for p in learnt)))
        name = "parametrizations.weight"
        mask = Parameter(f"{name}.0.keep", shape, product(shape), "buffer")
        original = Parameter(f"{name}.original", weight.sizes, weight.count)
        why = f"{render(kept.value)} of {render(weight.count.value)} weights are kept; the others are stored"
        return replace(
            inner,
            module=Fn("masked", (inner.module, _listed(self.keep))),
            parameters=(*learnt, original, mask),
            conventions={
                "textbook": Counted(effective, f"{why}, and neither used nor learnt", weights=kept)
            },
            constraints=(*inner.constraints, *conditions),
            notes=(*inner.notes, why),
        )

    def _shape(self, weight: Parameter) -> tuple[tuple[int, ...], tuple[Constraint, ...]]:
        """The sizes of the mask, and the conditions for free ones.

        Raises:
            LayerError: E203, its rows differ, or it does not fit the last axes of the weight.
        """
        shape = _sizes(self.keep)
        if shape is not None and len(shape) <= len(weight.sizes):
            own = weight.sizes[len(weight.sizes) - len(shape) :]
            pairs = [equal_sizes(a, b) for a, b in zip(own, shape, strict=True)]
            if all(same for same, _ in pairs):
                return shape, tuple(c for _, found in pairs for c in found)
        given = "rows of several lengths" if shape is None else "×".join(map(str, shape))
        message = (
            f"{self.word}: the weight is {'×'.join(map(render, weight.sizes))}, the mask {given}"
        )
        raise LayerError("E203", message, argument="keep")

    def _options(self) -> tuple[tuple[str, Code], ...]:
        return ()

    def _tensors(self, weight: Parameter) -> tuple[tuple[Parameter, ...], Formula | None]:
        return (weight,), None


def _sizes(mask: object) -> tuple[int, ...] | None:
    """The sizes of nested lists; None where rows differ."""
    if not isinstance(mask, tuple):
        return ()
    inside = {_sizes(row) for row in mask}
    if len(inside) != 1:
        return None
    (row,) = inside
    return None if row is None else (len(mask), *row)


def _ones(mask: object) -> int:
    if isinstance(mask, tuple):
        return sum(map(_ones, mask))
    return 1 if mask == 1 else 0


def _listed(mask: object) -> Code:
    if isinstance(mask, tuple):
        return [_listed(row) for row in mask]
    return 1 if mask == 1 else 0
