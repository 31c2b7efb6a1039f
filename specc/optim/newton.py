"""Second-order steps."""

from typing import Annotated, Literal

from pydantic import Field

from specc.optim.base import (
    From0,
    Lr,
    Optimizer,
)


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

    def unfit(self, sparse: bool) -> str:
        """All gradients become one vector, sparse ones too."""
        del sparse
        return ""

    def memory(self) -> float:
        """Two vectors for each remembered step, and the direction."""
        return 2.0 * self.history_size + 2.0
