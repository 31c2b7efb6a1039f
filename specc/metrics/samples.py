"""Metrics of samples: how far what is generated is from what is real, as a whole.

Confidence and coverage alone prove nothing: noise covers most classes, and a mean image looks certain.
Use them beside a distance.
"""

import re
from math import prod
from typing import ClassVar, Literal, TypeAlias

from pydantic import Field

from specc.layers.base import LayerError
from specc.layers.common import same_shape
from specc.metrics.base import Metric
from specc.types import Tensor

Judge: TypeAlias = Literal["digits"]
"""The judges by their word; the spec of each is `specc/judges/WORD.spec`."""

_PIXELS = 64
_CHECKED = "digits are judged with 8x8 pixels"


class OfSamples(Metric):
    """A metric of rows that do not belong to each other one by one."""

    compares = "samples"
    operands: ClassVar[tuple[str, ...]] = ("generated", "real")

    def check(self, *types: Tensor) -> None:
        """Refuse rows that differ in shape, or that the judge cannot look at.

        Raises:
            LayerError: E302, the shapes differ or the judge sees others; E203, these are no numbers.
        """
        for index, type in enumerate(types[:2]):
            if type.dtype != "float":
                raise LayerError("E203", f"{self.word} compares real numbers", argument=index)
        if len(types) > 1:
            same_shape(types[0], types[1], self.word)
        if self.judged() is None:
            return
        sizes = [s for s in types[0].sizes if isinstance(s, int)]
        if len(sizes) < types[0].rank or prod(sizes) != _PIXELS:
            raise LayerError("E302", _CHECKED, text=str(types[0]), argument=0)

    def judged(self) -> Judge | None:
        """The judge whose features or classes are compared, None for the values themselves."""
        return getattr(self, "judge", None)

    def call(self, *types: Tensor) -> str:
        """What the judge sees lies between 0 and 1: values of another known range are brought there."""
        if self.judged() is None:
            return self.code()
        low, high = _limits(types)
        text = self.code()
        return re.sub(r"(judged\w*\([^()]*)\)", rf"\g<1>, {low}, {high})", text)


def _limits(types: tuple[Tensor, ...]) -> tuple[float, float]:
    """The values of black and white: those of the real rows, else of the others, else 0 and 1."""
    for type in reversed(types):
        if type.range.low is not None and type.range.high is not None:
            return type.range.low, type.range.high
    return 0.0, 1.0


class Frechet(OfSamples):
    """Distance of two normal distributions that are fitted to rows (Heusel et al. 2017)."""

    word, better = "frechet", "lower"
    summary = (
        "Fréchet distance of generated and real rows, of their values or of a judge's features."
    )
    formula = "‖m − m'‖² + tr(C + C' − 2·(C·C')^½)"
    judge: Judge | None = Field(
        None, description="The network whose features are compared; by default the values."
    )

    def code(self) -> str:
        """Of the values, or of the judge's features."""
        if self.judge is None:
            return "frechet(generated, real)"
        return "judged_frechet(generated, real)"


class NearestNeighbour(OfSamples):
    """Whether a row's nearest neighbour is of its own kind (Lopez-Paz & Oquab 2017)."""

    word, better = "nearest_neighbour", "lower"
    summary = (
        "Share of rows, generated and real, whose nearest neighbour is of their kind; 0.5 is ideal."
    )
    text = "nearest_neighbour(generated, real)"


class InceptionScore(OfSamples):
    """How certain the judge is of each row, and how varied its answers are (Salimans et al. 2016)."""

    word = "inception_score"
    summary = "Exponential of the mean divergence of the judge's classes from their mean."
    formula = "exp(mean KL(p(y|x)‖p(y)))"
    operands: ClassVar[tuple[str, ...]] = ("generated",)
    judge: Judge = Field("digits", description="The network whose classes are read.")
    text = "inception_score(judged(generated)[1])"


class ClassCoverage(OfSamples):
    """Among how many classes the rows are spread."""

    word = "class_coverage"
    summary = (
        "Exponential of the entropy of the classes that a judge sees: how many, if evenly used."
    )
    formula = "exp(−Σ p·ln p)"
    operands: ClassVar[tuple[str, ...]] = ("generated",)
    judge: Judge = Field("digits", description="The network whose classes are read.")
    text = "class_coverage(judged(generated)[1])"


class ModeCoverage(OfSamples):
    """How many clouds are hit."""

    word = "mode_coverage"
    summary = "Clouds of real rows of one class that get at least 1 % of the generated rows."
    operands: ClassVar[tuple[str, ...]] = ("generated", "real", "label")
    text = "mode_coverage(generated, real, label)"


class ModePrecision(OfSamples):
    """How many rows hit a cloud."""

    word = "mode_precision"
    summary = "Share of generated rows within 3 deviations of the centre of a cloud of real rows."
    operands: ClassVar[tuple[str, ...]] = ("generated", "real", "label")
    text = "mode_precision(generated, real, label)"
