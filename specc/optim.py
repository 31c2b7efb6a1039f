"""Optimizers: torch.optim's, with every default written out.

Frameworks differ in them (Adadelta's lr is 1.0 here and 0.001 in Keras), so generated code states all.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from specc.layers.code import Code, Fn, Raw
from specc.layers.common import fraction, positive
from specc.schedule import SCHEDULES, Schedule

__all__ = ["OPTIMIZERS", "SCHEDULES", "Optimizer", "Schedule"]

Above0 = Annotated[float, AfterValidator(positive)]
From0 = Annotated[float, Field(ge=0)]
Decay = Annotated[float, AfterValidator(fraction(0, 1, open_high=True))]
Betas = Annotated[tuple[Decay, Decay], Field(description="Decay of the two moving averages.")]
Lr = Annotated[Above0, Field(description="Learning rate.")]
WeightDecay = Annotated[From0, Field(description="Pull of every weight towards 0.")]
Eps = Annotated[Above0, Field(description="Added to the denominator.")]
Decoupled = Annotated[
    bool,
    Field(description="Whether the weight decay leaves the moving averages alone, as in AdamW."),
]
Momentum = Annotated[Decay, Field(description="Share of the last step that is kept.")]


class Optimizer(BaseModel):
    """An optimizer with its settings.

    `torch_name` is its class in torch.optim; `fused` whether it has a fused kernel on CPU and CUDA;
    `state_per_weight` how many numbers it keeps for each weight.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    word: ClassVar[str]
    torch_name: ClassVar[str]
    fused: ClassVar[bool] = False
    state_per_weight: ClassVar[float] = 0.0
    closure: ClassVar[bool] = False  # evaluates the objective several times in a step

    def memory(self) -> float:
        """Numbers kept for each weight with these settings."""
        return self.state_per_weight

    def call(self, parameters: str) -> Fn:
        """`torch.optim.Adam(model.parameters(), lr=…, …)`; `parameters` is Python for what learns."""
        settings: list[tuple[str, Code]] = [(n, getattr(self, n)) for n in type(self).model_fields]
        if self.fused:
            settings.append(("fused", True))
        return Fn(f"torch.optim.{self.torch_name}", (Raw(parameters),), tuple(settings))


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

    def memory(self) -> float:
        """The momentum's buffer."""
        return 1.0 if self.momentum else 0.0


class Adam(Optimizer):
    """Adam (Kingma & Ba 2015)."""

    word, torch_name, fused, state_per_weight = "adam", "Adam", True, 2.0
    lr: Lr = 1e-3
    betas: Betas = (0.9, 0.999)
    eps: Eps = 1e-8
    weight_decay: WeightDecay = 0.0
    amsgrad: bool = Field(False, description="Whether the largest second moment is kept.")
    decoupled_weight_decay: Decoupled = False

    def memory(self) -> float:
        """Two moments, three with amsgrad."""
        return 3.0 if self.amsgrad else 2.0


class AdamW(Optimizer):
    """Adam with decoupled weight decay (Loshchilov & Hutter 2019)."""

    word, torch_name, fused, state_per_weight = "adamw", "AdamW", True, 2.0
    lr: Lr = 1e-3
    betas: Betas = (0.9, 0.999)
    eps: Eps = 1e-8
    weight_decay: WeightDecay = 1e-2
    amsgrad: bool = Field(False, description="Whether the largest second moment is kept.")

    def memory(self) -> float:
        """Two moments, three with amsgrad."""
        return 3.0 if self.amsgrad else 2.0


class Adamax(Optimizer):
    """Adam with the infinity norm (Kingma & Ba 2015, section 7)."""

    word, torch_name, state_per_weight = "adamax", "Adamax", 2.0
    lr: Lr = 2e-3
    betas: Betas = (0.9, 0.999)
    eps: Eps = 1e-8
    weight_decay: WeightDecay = 0.0


class NAdam(Optimizer):
    """Adam with Nesterov's momentum (Dozat 2016)."""

    word, torch_name, state_per_weight = "nadam", "NAdam", 2.0
    lr: Lr = 2e-3
    betas: Betas = (0.9, 0.999)
    eps: Eps = 1e-8
    weight_decay: WeightDecay = 0.0
    momentum_decay: From0 = Field(4e-3, description="How fast the momentum fades.")
    decoupled_weight_decay: Decoupled = False


class RAdam(Optimizer):
    """Rectified Adam (Liu et al. 2020)."""

    word, torch_name, state_per_weight = "radam", "RAdam", 2.0
    lr: Lr = 1e-3
    betas: Betas = (0.9, 0.999)
    eps: Eps = 1e-8
    weight_decay: WeightDecay = 0.0
    decoupled_weight_decay: Decoupled = False


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


class Adadelta(Optimizer):
    """Adadelta (Zeiler 2012)."""

    word, torch_name, state_per_weight = "adadelta", "Adadelta", 2.0
    lr: Lr = 1.0
    rho: Decay = Field(0.9, description="Decay of the mean squares.")
    eps: Eps = 1e-6
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


class ASGD(Optimizer):
    """Averaged stochastic gradient descent (Polyak & Juditsky 1992)."""

    word, torch_name, state_per_weight = "asgd", "ASGD", 1.0
    lr: Lr = 1e-2
    lambd: From0 = Field(1e-4, description="Decay of the weights.")
    alpha: From0 = Field(0.75, description="Power of the learning rate's fall.")
    t0: From0 = Field(1e6, description="Step from which weights are averaged.")
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


class LBFGS(Optimizer):
    """Limited-memory BFGS (Liu & Nocedal 1989), for whole batches."""

    word, torch_name, closure = "lbfgs", "LBFGS", True
    lr: Lr = 1.0
    max_iter: Annotated[int, Field(ge=1)] = Field(20, description="Iterations of one step.")
    tolerance_grad: From0 = Field(1e-7, description="Gradient at which it stops.")
    tolerance_change: From0 = Field(1e-9, description="Change at which it stops.")
    max_eval: Annotated[int, Field(ge=1)] | None = Field(
        None, description="Evaluations of one step; without it 5/4 of max_iter."
    )
    history_size: Annotated[int, Field(ge=1)] = Field(100, description="Steps that are remembered.")
    line_search_fn: Literal["strong_wolfe"] | None = Field(
        None, description="`strong_wolfe` searches along the step; without it lr is the length."
    )

    def memory(self) -> float:
        """Two vectors for each remembered step, and the direction."""
        return 2.0 * self.history_size + 2.0


OPTIMIZERS: dict[str, type[Optimizer]] = {
    o.word: o
    for o in (
        SGD, Adam, AdamW, Adamax, NAdam, RAdam, RMSprop, Adagrad, Adadelta, Rprop, ASGD, Adafactor,
        LBFGS,
    )
}  # fmt: skip
"""Every optimizer by its word."""
