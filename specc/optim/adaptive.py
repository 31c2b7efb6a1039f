"""A rate for every weight, from the squares of its gradients."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from specc.optim.base import (
    DECAYED,
    Above0,
    Decay,
    Eps,
    From0,
    Lr,
    Momentum,
    Optimizer,
    WeightDecay,
    product,
)
from specc.sizes import Size


class RMSprop(Optimizer):
    """RMSprop (Hinton 2012)."""

    word, torch_name = "rmsprop", "RMSprop"
    lr: Lr = 1e-2
    alpha: Decay = Field(0.99, description="Decay of the mean square.")
    eps: Eps = 1e-8
    weight_decay: WeightDecay = 0.0
    momentum: Momentum = 0.0
    centered: bool = Field(False, description="Whether the mean gradient is subtracted.")

    def memory(self) -> float:
        """The mean square, and what the settings add."""
        return 1.0 + (1.0 if self.momentum else 0.0) + (1.0 if self.centered else 0.0)


class Adagrad(Optimizer):
    """Adagrad (Duchi et al. 2011)."""

    word, torch_name, fused, state_per_weight = "adagrad", "Adagrad", True, 1.0
    lr: Lr = 1e-2
    lr_decay: From0 = Field(0.0, description="How fast the learning rate falls.")
    weight_decay: WeightDecay = 0.0
    initial_accumulator_value: From0 = Field(0.0, description="Start of the sum of squares.")
    eps: Eps = 1e-10

    def unfit(self, sparse: bool) -> str:
        """A weight decay does not go with sparse gradients."""
        return DECAYED if sparse and self.weight_decay else ""


class Adadelta(Optimizer):
    """Adadelta (Zeiler 2012)."""

    word, torch_name, state_per_weight = "adadelta", "Adadelta", 2.0
    lr: Lr = 1.0
    rho: Decay = Field(0.9, description="Decay of the mean squares.")
    eps: Eps = 1e-6
    weight_decay: WeightDecay = 0.0


class Adafactor(Optimizer):
    """Adafactor (Shazeer & Stern 2018), with little state."""

    word, torch_name = "adafactor", "Adafactor"
    lr: Lr = 1e-2
    beta2_decay: Annotated[float, Field(le=0)] = Field(
        -0.8, description="Decay of the second moment."
    )
    eps: tuple[Above0 | None, Above0] = Field(
        (None, 1e-3),
        description="Added to the squared gradient (none: the smallest float), and the least step.",
    )
    d: Annotated[float, Field(ge=1)] = Field(1.0, description="Threshold of clipping.")
    weight_decay: WeightDecay = 0.0

    def kept(self, sizes: Sequence[Size]) -> Size:
        """Of the last two axes, the mean squares of rows and of columns; of a vector, each square."""
        if len(sizes) < 2:
            return product(sizes)
        return product(sizes[:-1]) + product((*sizes[:-2], sizes[-1]))
