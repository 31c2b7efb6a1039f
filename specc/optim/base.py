"""What an optimizer is, and the settings that several share."""

from collections.abc import Sequence
from typing import Annotated, ClassVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from specc.layers.code import Code, Fn, Raw
from specc.layers.common import fraction, positive
from specc.sizes import Size
from specc.vocabulary import base

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


DECAYED = "weight_decay pulls at every weight, and a sparse gradient holds the rows that were read"
"""Why a weight decay does not go with sparse gradients."""


def product(sizes: Sequence[Size]) -> Size:
    """The numbers in a tensor of these sizes."""
    found: Size = 1
    for size in sizes:
        found = found * size
    return found


@base
class Optimizer(BaseModel):
    """An optimizer with its settings.

    `torch_name` is its class in torch.optim; `fused` whether it has a fused kernel on CPU and CUDA;
    `state_per_weight` how many numbers it keeps for each weight; `matrices` whether it learns nothing
    but weights of two axes.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    word: ClassVar[str]
    torch_name: ClassVar[str]
    fused: ClassVar[bool] = False
    state_per_weight: ClassVar[float] = 0.0
    matrices: ClassVar[bool] = False
    closure: ClassVar[bool] = False  # evaluates the objective several times in a step

    def memory(self) -> float:
        """Numbers kept for each weight with these settings."""
        return self.state_per_weight

    def kept(self, sizes: Sequence[Size]) -> Size:
        """Numbers kept for a tensor of these sizes."""
        return int(self.memory()) * product(sizes)

    def unfit(self, sparse: bool) -> str:
        """Why a weight with a sparse gradient, or with a dense one, cannot be learnt; "" where it can."""
        return f"{self.word} takes no sparse gradients" if sparse else ""

    def call(self, parameters: str, sparse: bool = False) -> Fn:
        """`torch.optim.Adam(model.parameters(), lr=…, …)`; `parameters` is Python for what learns.

        Of the settings it names the learning rate and what is not PyTorch's default, which ours are.
        `sparse` says that some gradient is: fused kernels take none.
        """
        fields = type(self).model_fields.items()
        settings: list[tuple[str, Code]] = [
            (n, value) for n, f in fields if (value := getattr(self, n)) != f.default or n == "lr"
        ]
        if self.fused and not sparse:
            settings.append(("fused", True))
        return Fn(f"torch.optim.{self.torch_name}", (Raw(parameters),), tuple(settings))
