"""What a metric is: a word, what it compares, and its code."""

import re
from typing import ClassVar, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict

from specc.layers.base import LayerError
from specc.layers.class_loss import fits
from specc.layers.common import feature_axis, same_shape
from specc.types import Tensor
from specc.vocabulary import base

Compares: TypeAlias = Literal["values", "classes", "scores", "samples"]


@base
class Metric(BaseModel):
    """A metric.

    `operands` are what it compares; `better` says which way is good; `text` is Python for its value, with
    the operands' tensors (items first) under the names of `operands`. `compares` says what they must
    be: "values" of one shape, "classes" (scores of all classes with class ids), "scores" (one number
    for each item with 0 or 1), or "samples" (rows that need not belong to each other).
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    word: ClassVar[str]
    summary: ClassVar[str]
    formula: ClassVar[str] = ""
    operands: ClassVar[tuple[str, ...]] = ("prediction", "target")
    better: ClassVar[Literal["lower", "higher"]] = "higher"
    compares: ClassVar[Compares] = "values"
    text: ClassVar[str]

    def code(self) -> str:
        """`(prediction.argmax(1) == target).float().mean()`, for classes on the first axis."""
        return self.text

    def check(self, *types: Tensor) -> None:
        """Refuse values that the metric cannot compare.

        Raises:
            LayerError: E302, the shapes differ; E203, class ids are wanted or not.
        """
        first, second = (t.with_sizes((), ()) if t.sizes == (1,) else t for t in types)
        if self.compares == "classes":
            fits(types[0], types[1], self.word)
            return
        if self.compares == "scores" and first.rank:
            raise LayerError(
                "E301", f"{self.word} takes one score for each item", text=str(first), argument=0
            )
        same_shape(first, second, self.word)

    def call(self, *types: Tensor) -> str:
        """The code for values of these types: classes may stand on the last axis."""
        words: dict[str, str] = {}
        if len(types) == 2 and self.compares == "classes":
            if types[0].rank > max(types[1].rank, 1) and feature_axis(types[0]) != 0:
                words[self.operands[0]] = f"{self.operands[0]}.movedim(-1, 1)"
        elif len(types) == 2 and types[1].dtype != "float":
            words[self.operands[1]] = f"{self.operands[1]}.float()"
        if not words:
            return self.code()
        return re.sub(r"\w+", lambda m: words.get(m[0], m[0]), self.code())
