"""What all families of distributions share: binding of parameters, the shape of a draw, its code."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar

from specc.layers.base import Inference, LayerError
from specc.layers.code import Code, Fn, Infix, Raw, X, method
from specc.layers.common import broadcast, equal_sizes, lifted
from specc.sizes import Size
from specc.types import Distribution, DType, Tensor

_BATCH, _DEVICE = Raw("batch_size"), Raw("device")


def number(value: float) -> Tensor:
    """A literal as a parameter."""
    return Tensor((), (), batched=False, constant=float(value))


_MEANINGS = {
    "mean": "Mean", "std": "Standard deviation", "var": "Variance",
    "logvar": "Natural logarithm of the variance", "loc": "Mean",
    "scale": "Mean distance from the mean", "rate": "1 over the mean",
    "low": "Lower end", "high": "Upper end", "probs": "Probability, of 1 or of each class",
    "logits": "Score before sigmoid or softmax",
}  # fmt: skip


class Family(ABC):
    """A kind of distribution.

    `positional` are the parameters in order, with their defaults in `defaults`; `names` all that may be
    given; `alternatives` groups of which at most one may be given.
    """

    word: ClassVar[str]
    positional: ClassVar[tuple[str, ...]]
    names: ClassVar[tuple[str, ...]]
    defaults: ClassVar[Mapping[str, float]] = {}
    alternatives: ClassVar[tuple[tuple[str, ...], ...]] = ()
    dtype: ClassVar[DType] = "float"

    def parameters(self) -> tuple[tuple[str, str, str], ...]:
        """Each parameter with its default and its meaning, for the reference."""
        rows = []
        for name in self.names:
            other = next((g[0] for g in self.alternatives if name in g[1:]), None)
            meaning = _MEANINGS[name] + (f", in place of {other}" if other else "")
            given = f"= {self.defaults[name]:g}" if name in self.defaults else ""
            rows.append((name, given or ("" if other else "required"), f"{meaning}."))
        return tuple(rows)

    def bind(self, parts: Mapping[str, Tensor]) -> Distribution:
        """The distribution with these parameters, defaults filled in.

        Raises:
            LayerError: a parameter is missing, contradicts another, is out of range or has another shape.
        """
        self._refuse_pairs(parts)
        chosen = dict(parts)
        covered = {n for group in self.alternatives if set(group) & set(parts) for n in group}
        for name, value in self.defaults.items():
            if name not in chosen and name not in covered:
                chosen[name] = number(value)
        self._refuse_missing(chosen)
        for name, part in chosen.items():
            self.check(name, part)
        made = Distribution(self.word, tuple((n, chosen[n]) for n in self.names if n in chosen))
        self.shape(made)
        return made

    def _refuse_pairs(self, parts: Mapping[str, Tensor]) -> None:
        for group in self.alternatives:
            given = [n for n in group if n in parts]
            if len(given) > 1:
                raise LayerError(
                    "E202",
                    f"{self.word} takes {given[0]} or {given[1]}, not both",
                    argument=given[1],
                )

    def _refuse_missing(self, chosen: Mapping[str, Tensor]) -> None:
        for name in self.positional:
            group = next((g for g in self.alternatives if name in g), (name,))
            if not any(n in chosen for n in group):
                raise LayerError("E202", f"{self.word} needs its {' or '.join(group)}")

    def check(self, name: str, part: Tensor) -> None:
        """Refuse a constant that is out of range; most families take any."""
        del name, part

    def shape(self, distribution: Distribution) -> tuple[tuple[Size, ...], tuple[str, ...]]:
        """Sizes and axes of one draw: those of all parameters together."""
        whole = joined([p for _, p in distribution.parts], self.word)
        return whole.sizes, whole.axes

    def sample(
        self,
        distribution: Distribution,
        sizes: tuple[Size, ...],
        axes: tuple[str, ...],
        like: Tensor | None,
    ) -> Inference:
        """The rule of a draw of this shape; with `like` it is drawn beside this second operand.

        Code reads parameters as X(0, name), the value it is drawn beside as X(1), and the names
        `batch_size` and `device` where there is neither.

        Raises:
            LayerError: the parameters do not fit into the shape.
        """
        self.fits(distribution, sizes)
        computed = any(p.batched for _, p in distribution.parts)
        drawn = Tensor(sizes, axes, self.dtype, over="items" if like is None else like.over)
        beside = self._beside(distribution, sizes) if like is None else (X(1), like)
        draw = Draw(distribution, sizes, beside)
        return Inference(
            outputs=(("output", self.output(distribution, drawn)),),
            forward=self.code(draw),
            in_eval=self.most_likely(draw) if computed else None,
        )

    def fits(self, distribution: Distribution, sizes: tuple[Size, ...]) -> None:
        """Refuse a shape that the parameters cannot be stretched to."""
        own, axes = self.shape(distribution)
        wanted = Tensor(sizes, tuple(f"axis{i}" for i in range(len(sizes))))
        stretched, _ = broadcast(Tensor(own, axes), wanted, self.word)
        pairs = zip(stretched, sizes, strict=False)
        if len(own) > len(sizes) or not all(equal_sizes(a, b)[0] for a, b in pairs):
            raise LayerError(
                "E302", f"{self.word} parameters of {Tensor(own, axes)} for a draw of {wanted}"
            )

    def _beside(self, distribution: Distribution, sizes: tuple[Size, ...]) -> Beside | None:
        """A parameter that has the whole shape of the draw."""
        for name, part in distribution.parts:
            if part.batched and part.sizes == sizes and part.constant is None:
                return X(0, name), part
        return None

    def output(self, distribution: Distribution, out: Tensor) -> Tensor:
        """The type of a draw."""
        del distribution
        return out

    @abstractmethod
    def code(self, draw: Draw) -> Code:
        """A fresh draw."""

    @abstractmethod
    def most_likely(self, draw: Draw) -> Code:
        """The mean or mode, for evaluating."""


Beside = tuple[X, Tensor]
"""A value of the shape of a draw: how code reads it, and its type."""


class Draw:
    """A draw that is being written: the distribution, the shape of an item, what it is drawn beside."""

    def __init__(
        self, distribution: Distribution, sizes: tuple[Size, ...], beside: Beside | None
    ) -> None:
        self.distribution, self.sizes = distribution, sizes
        self.beside = None if beside is None else beside[0]
        whole = beside is not None and beside[1].dtype != "float"
        self.dtype: tuple[tuple[str, Code], ...] = (("dtype", Raw("torch.float")),) if whole else ()

    @property
    def rank(self) -> int:
        """The number of axes of an item."""
        return len(self.sizes)

    @property
    def shape(self) -> tuple[Code, ...]:
        """The shape with the batch."""
        return (_BATCH, *self.sizes)

    def part(self, name: str) -> Code:
        """A parameter, which can be put beside the draw."""
        return read(self.distribution, name, 0, self.rank)

    def random(self, name: str) -> Code:
        """`torch.randn_like(x)` or `torch.randn(batch_size, 100, device=device)`."""
        if self.beside is not None:
            return Fn(f"torch.{name}_like", (self.beside,), self.dtype)
        return Fn(f"torch.{name}", self.shape, (("device", _DEVICE),))

    def integers(self, low: int, end: int) -> Code:
        """`torch.randint(1, 7, (batch_size, 2), device=device)`."""
        return Fn("torch.randint", (low, end, self.shape), (("device", _DEVICE),))

    def whole(self, code: Code, *names: str) -> Code:
        """Code made of these parameters, stretched to the shape of the draw where it is smaller."""
        parts = [p for n, p in self.distribution.parts if n in names]
        made = joined(parts, self.distribution.family)
        if made.batched and made.sizes == self.sizes:
            return code
        if made.constant is not None and self.beside is not None:
            return Fn("torch.full_like", (self.beside, made.constant), self.dtype)
        if made.constant is not None:
            return Fn("torch.full", (self.shape, made.constant), (("device", _DEVICE),))
        return method(code, "expand", *self.shape)


def joined(parts: list[Tensor], word: str) -> Tensor:
    """The type of several values put together."""
    first = parts[0]
    for part in parts[1:]:
        sizes, _ = broadcast(first, part, word)
        longer = first if first.rank >= part.rank else part
        first = Tensor(sizes, longer.axes, batched=first.batched or part.batched)
    return first


def read(d: Distribution, name: str, operand: int, rank: int) -> Code:
    """A parameter beside items of `rank` axes: batched ones of fewer get new axes behind the batch."""
    part = d.part(name)
    code = X(operand, name)
    return code if part is None or part.constant is not None else lifted(part, code, rank)


def constant(d: Distribution, name: str) -> float | None:
    """A parameter that is a number."""
    part = d.part(name)
    return None if part is None else part.constant


def scaled(shift: Code, scale: Code, noise: Code, *, at_0: bool, of_1: bool) -> Code:
    """shift + scale·noise without a 0 or a 1."""
    product = noise if of_1 else Infix("*", scale, noise)
    return product if at_0 else Infix("+", shift, product)


def refuse_unless_positive(word: str, name: str, part: Tensor) -> None:
    """A constant scale must be above 0.

    Raises:
        LayerError: E204.
    """
    if part.constant is not None and part.constant <= 0:
        raise LayerError(
            "E204", f"{word}: {name} is {part.constant:g}; it must be more than 0", argument=name
        )
