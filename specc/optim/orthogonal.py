"""Steps whose directions are orthogonal."""

from typing import Annotated, Literal

from pydantic import Field

from specc.optim.base import Eps, Lr, Momentum, Optimizer, WeightDecay


class Muon(Optimizer):
    """Muon (Jordan et al. 2024): the momentum of a matrix, made orthogonal by Newton-Schulz steps."""

    word, torch_name, state_per_weight, matrices = "muon", "Muon", 1.0, True
    lr: Lr = 1e-3
    weight_decay: WeightDecay = 0.1
    momentum: Momentum = 0.95
    nesterov: bool = Field(
        True, description="Whether the gradient is taken after the momentum's step."
    )
    ns_coefficients: tuple[float, float, float] = Field(
        (3.4445, -4.775, 2.0315), description="Coefficients of a Newton-Schulz step: x, x³, x⁵."
    )
    eps: Eps = 1e-7
    ns_steps: Annotated[int, Field(ge=1, lt=100)] = Field(5, description="Newton-Schulz steps.")
    adjust_lr_fn: Literal["original", "match_rms_adamw"] | None = Field(
        None,
        description="How the rate follows from the matrix: by √max(1, rows/columns) (`original`, also "
        "without it), or by 0.2·√max(rows, columns), for which rates of AdamW fit (`match_rms_adamw`).",
    )
