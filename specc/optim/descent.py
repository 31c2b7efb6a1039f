"""Descent along the gradient or its signs."""

from typing import Self

from pydantic import Field, model_validator

from specc.optim.base import (
    DECAYED,
    Above0,
    From0,
    Lr,
    Momentum,
    Optimizer,
    WeightDecay,
)


class SGD(Optimizer):
    """Stochastic gradient descent (Robbins & Monro 1951; Sutskever et al. 2013)."""

    word, torch_name, fused = "sgd", "SGD", True
    lr: Lr = 1e-3
    momentum: Momentum = 0.0
    dampening: From0 = Field(0.0, description="Share of the gradient left out of the momentum.")
    weight_decay: WeightDecay = 0.0
    nesterov: bool = Field(
        False, description="Whether the gradient is taken after the momentum's step."
    )

    @model_validator(mode="after")
    def _nesterov_needs_momentum(self) -> Self:
        if self.nesterov and (self.momentum == 0 or self.dampening != 0):
            raise ValueError("nesterov needs a momentum above 0 and dampening 0")
        return self

    def unfit(self, sparse: bool) -> str:
        """A weight decay does not go with sparse gradients."""
        return DECAYED if sparse and self.weight_decay else ""

    def memory(self) -> float:
        """The momentum's buffer."""
        return 1.0 if self.momentum else 0.0


class ASGD(Optimizer):
    """Averaged stochastic gradient descent (Polyak & Juditsky 1992)."""

    word, torch_name, state_per_weight = "asgd", "ASGD", 1.0
    lr: Lr = 1e-2
    lambd: From0 = Field(1e-4, description="Decay of the weights.")
    alpha: From0 = Field(0.75, description="Power of the learning rate's fall.")
    t0: From0 = Field(1e6, description="Step from which weights are averaged.")
    weight_decay: WeightDecay = 0.0


class Rprop(Optimizer):
    """Resilient propagation (Riedmiller & Braun 1993), for whole batches."""

    word, torch_name, state_per_weight = "rprop", "Rprop", 2.0
    lr: Lr = 1e-2
    etas: tuple[Above0, Above0] = Field(
        (0.5, 1.2), description="Factors of a falling and rising step."
    )
    step_sizes: tuple[Above0, Above0] = Field(
        (1e-6, 50.0), description="Smallest and largest step."
    )
