"""Noise that regularises: active while training, absent when evaluating."""

from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field

from specc.layers.base import Inference, Layer, LayerError, Operand
from specc.layers.code import Fn, Infix, Module, X
from specc.layers.common import fraction, positive
from specc.layers.spatial import numbers
from specc.types import Tensor

Probability = Annotated[float, AfterValidator(fraction(0, 1, open_high=True))]


class _Noise(Layer):
    """A layer with no weights that is off when evaluating."""

    p: Probability = Field(0.5, description="Probability of dropping an element.")
    layer: ClassVar[str]

    def infer(self, *operands: Operand | None) -> Inference:
        """The same shape."""
        x = numbers(operands[0], self.word)
        return Inference(
            outputs=(("output", self._output(x)),),
            forward=Fn(Module(), (X(0),)),
            module=Fn(f"nn.{self._name(x)}", (self.p,)),
        )

    def _name(self, x: Tensor) -> str:
        del x
        return self.layer

    def _output(self, x: Tensor) -> Tensor:
        """Kept elements grow by 1/(1 − p), so only the sign of the range stays."""
        low = 0.0 if x.range.low is not None and x.range.low >= 0 else None
        return x.with_range(low, 0.0 if x.range.high is not None and x.range.high <= 0 else None)


class Dropout(_Noise):
    """Elements are dropped (Srivastava et al. 2014)."""

    word, layer = "dropout", "Dropout"
    summary = "Elements become 0 with probability p while training; the others grow by 1/(1 − p)."
    formula = "x·m/(1 − p), m ∼ Bernoulli(1 − p)"


class ChannelDropout(_Noise):
    """Whole channels are dropped (Tompson et al. 2015)."""

    word, layer = "channel_dropout", "Dropout2d"
    summary = "Whole channels become 0 with probability p while training."

    def _name(self, x: Tensor) -> str:
        if x.rank not in (2, 3, 4) or x.axes[0] != "channels":
            raise LayerError(
                "E301",
                f"channel_dropout takes channels and positions, not {x}",
                text=", ".join(x.axes) or "one number",
                helps=("permute([features, time]) first drops whole features",)
                if x.axes == ("time", "features")
                else (),
            )
        return f"Dropout{x.rank - 1}d"


class AlphaDropout(_Noise):
    """Keeps mean and variance of selu (Klambauer et al. 2017)."""

    word, layer = "alpha_dropout", "AlphaDropout"
    summary = "Dropout that keeps mean 0 and variance 1, for selu."

    def _output(self, x: Tensor) -> Tensor:
        return x.with_range()


class FeatureAlphaDropout(AlphaDropout):
    """Alpha dropout of whole channels."""

    word, layer = "feature_alpha_dropout", "FeatureAlphaDropout"
    summary = "Alpha dropout of whole channels."


class GaussianNoise(Layer):
    """Added noise."""

    word = "gaussian_noise"
    summary = "Normal noise is added while training."
    formula = "x + std·e, e ∼ N(0, 1)"
    std: Annotated[float, AfterValidator(positive)] = Field(description="Standard deviation.")

    def infer(self, *operands: Operand | None) -> Inference:
        """The same shape."""
        x = numbers(operands[0], self.word)
        noise = Infix("*", self.std, Fn("torch.randn_like", (X(0),)))
        return Inference(
            outputs=(("output", x.with_range()),),
            forward=Infix("+", X(0), noise),
            in_eval=X(0),
        )
