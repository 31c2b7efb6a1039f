"""What a schedule is: the learning rate as a function of the step."""

from abc import abstractmethod
from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field


class Schedule(BaseModel):
    """The learning rate as a factor of its start, a function of the step."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    word: ClassVar[str]
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

    @abstractmethod
    def rest(self) -> str:
        """The factor without the warm-up, as an operand of a product."""
