"""Adam and its kin."""

from pydantic import Field

from specc.optim.base import (
    Betas,
    Decoupled,
    Eps,
    From0,
    Lr,
    Optimizer,
    WeightDecay,
)


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


class SparseAdam(Optimizer):
    """Adam for sparse gradients: moments move where a row was read, and rest elsewhere."""

    word, torch_name, state_per_weight = "sparse_adam", "SparseAdam", 2.0
    lr: Lr = 1e-3
    betas: Betas = (0.9, 0.999)
    eps: Eps = 1e-8

    def unfit(self, sparse: bool) -> str:
        """Nothing but tables with `sparse=true` have sparse gradients."""
        return "" if sparse else "sparse_adam takes sparse gradients alone"
