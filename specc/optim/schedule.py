"""What a schedule is: how the learning rate changes, with the step or with what is watched."""

from abc import abstractmethod
from typing import Annotated, ClassVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from specc.layers.common import fraction

Decay = Annotated[float, AfterValidator(fraction(0, 1, open_high=True))]


class Schedule(BaseModel):
    """How the learning rate changes.

    `names` are the fields whose value is a name, whatever the name means elsewhere; `last` those that
    come behind all others, `hints` what is said of arguments that PyTorch's schedulers have.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    word: ClassVar[str]
    names: ClassVar[frozenset[str]] = frozenset()
    last: ClassVar[tuple[str, ...]] = ()
    hints: ClassVar[tuple[tuple[str, str], ...]] = ()


Moved = Annotated[
    tuple[Decay, Decay] | None,
    Field(
        description="Momentum, or first beta, at the lowest and at the highest rate; PyTorch moves it by "
        "default, as [0.95, 0.85]."
    ),
]
"""How a momentum moves against the rate."""


class OfStep(Schedule):
    """The learning rate as a factor of its start, a function of the step."""

    last = ("warmup",)
    warmup: Annotated[int, Field(ge=0)] = Field(
        0, description="Steps over which the rate rises from 0 to its start."
    )

    def factor(self) -> str:
        """Python for the factor at `step`, of `steps` in all; `math` may be used."""
        rest = self.rest()
        if not self.warmup:
            return rest
        return f"min(1.0, (step + 1) / {self.warmup}) * {rest}"

    def body(self) -> tuple[str, ...]:
        """The same as the lines of a function's body."""
        return (f"return {self.factor()}",)

    def momentum_body(self) -> tuple[str, ...]:
        """The lines of a function of `step` and `steps` for the momentum; none where it stays."""
        return ()

    @abstractmethod
    def rest(self) -> str:
        """The factor without the warm-up, as an operand of a product."""
