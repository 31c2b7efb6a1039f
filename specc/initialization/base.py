"""What a way to begin is: a function of torch.nn.init."""

from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from specc.layers.code import Code, Fn, Raw


class Initialization(BaseModel):
    """A function of torch.nn.init with its arguments, every one of them written."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    word: ClassVar[str]
    torch_name: ClassVar[str]

    def call(self, weight: str) -> Fn:
        """`nn.init.normal_(weight, mean=0.0, std=0.02)`."""
        given: list[tuple[str, Code]] = [(n, getattr(self, n)) for n in type(self).model_fields]
        return Fn(f"nn.init.{self.torch_name}", (Raw(weight),), tuple(given))
