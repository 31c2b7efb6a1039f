"""The schedule that waits for a value to get better."""

from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from specc.layers.code import Code, Fn, Raw
from specc.layers.common import fraction
from specc.optim.base import From0
from specc.optim.schedule import Schedule


class ReduceOnPlateau(Schedule):
    """The rate falls when a value has not got better for some epochs."""

    word = "reduce_on_plateau"
    names: ClassVar[frozenset[str]] = frozenset({"watch"})
    watch: str | None = Field(
        None, description="A metric or term of the validation; by default the step's own loss."
    )
    mode: Literal["min", "max"] | None = Field(
        None, description="Whether less is better or more; by default as it is of what is watched."
    )
    factor: Annotated[float, AfterValidator(fraction(0, 1, open_low=True, open_high=True))] = Field(
        0.1, description="What is left of the rate."
    )
    patience: Annotated[int, Field(ge=0)] = Field(
        10, description="Epochs without getting better that are borne."
    )
    threshold: From0 = Field(1e-4, description="How much better counts.")
    threshold_mode: Literal["rel", "abs"] = Field(
        "rel", description="Whether that is a share of the best value or a difference."
    )
    cooldown: Annotated[int, Field(ge=0)] = Field(
        0, description="Epochs after a fall that do not count."
    )
    min_lr: From0 = Field(0.0, description="The smallest rate.")
    eps: From0 = Field(1e-8, description="A fall by less than this is left out.")

    def call(self, mode: Literal["min", "max"]) -> Fn:
        """`partial(ReduceLROnPlateau, mode="min", …)`, with what is not PyTorch's default."""
        settings: list[tuple[str, Code]] = [
            (n, value)
            for n, f in type(self).model_fields.items()
            if n not in ("watch", "mode") and (value := getattr(self, n)) != f.default
        ]
        return Fn("partial", (Raw("ReduceLROnPlateau"),), (("mode", mode), *settings))
