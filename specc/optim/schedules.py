"""Schedules: the learning rate as a function of the step, as in torch.optim.lr_scheduler."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from specc.layers.common import fraction, positive
from specc.optim.schedule import Schedule

Above0 = Annotated[float, AfterValidator(positive)]


class Constant(Schedule):
    """The same rate throughout, after the warm-up."""

    word = "constant"

    def rest(self) -> str:
        """Always 1."""
        return "1.0"


class Cosine(Schedule):
    """Half a cosine down to a share of the start (Loshchilov & Hutter 2017)."""

    word = "cosine"
    final: Annotated[float, AfterValidator(fraction(0, 1))] = Field(
        0.0, description="Share of the start that is left at the end."
    )

    def rest(self) -> str:
        """final + (1 − final)·(1 + cos π·t)/2."""
        wave = "0.5 * (1 + math.cos(math.pi * step / steps))"
        return wave if not self.final else f"({self.final:g} + {_rest(self.final)} * {wave})"


class Linear(Schedule):
    """A straight line down to a share of the start."""

    word = "linear"
    final: Annotated[float, AfterValidator(fraction(0, 1))] = Field(
        0.0, description="Share of the start that is left at the end."
    )

    def rest(self) -> str:
        """1 − (1 − final)·t."""
        return f"(1 - {_rest(self.final)} * step / steps)" if self.final else "(1 - step / steps)"


class Polynomial(Schedule):
    """A power of what is left."""

    word = "polynomial"
    power: Above0 = Field(1.0, description="The power.")

    def rest(self) -> str:
        """(1 − t)^power."""
        return f"(1 - step / steps) ** {self.power:g}"


class StepDecay(Schedule):
    """A factor every so many steps."""

    word = "step"
    every: Annotated[int, Field(ge=1)] = Field(description="Steps between two falls.")
    gamma: Above0 = Field(0.1, description="Factor of each fall.")

    def rest(self) -> str:
        """gamma^⌊step/every⌋."""
        return f"{self.gamma} ** (step // {self.every})"


class MultiStep(Schedule):
    """A factor at given steps."""

    word = "multi_step"
    at: tuple[Annotated[int, Field(ge=0)], ...] = Field(description="Steps of the falls.")
    gamma: Above0 = Field(0.1, description="Factor of each fall.")

    def rest(self) -> str:
        """gamma to the number of falls so far."""
        comma = "," if len(self.at) == 1 else ""
        listed = f"({', '.join(map(str, self.at))}{comma})"
        return f"{self.gamma} ** sum(step >= at for at in {listed})"


class Exponential(Schedule):
    """A factor at every step."""

    word = "exponential"
    gamma: Annotated[float, AfterValidator(fraction(0, 1, open_low=True))] = Field(
        description="Factor of each step."
    )

    def rest(self) -> str:
        """gamma^step."""
        return f"{self.gamma} ** step"


class InverseSqrt(Schedule):
    """The inverse root of the step after the warm-up (Vaswani et al. 2017, equation 3)."""

    word = "inverse_sqrt"
    warmup: Annotated[int, Field(ge=1)] = Field(4000, description="Steps of the warm-up.")

    def rest(self) -> str:
        """√(warmup/step) from the end of the warm-up."""
        return f"math.sqrt({self.warmup} / max(step + 1, {self.warmup}))"


class OneCycle(Schedule):
    """Up and down on half cosines (Smith & Topin 2018), as in PyTorch's OneCycleLR."""

    word = "one_cycle"
    rise: Annotated[float, AfterValidator(fraction(0, 1, open_low=True, open_high=True))] = Field(
        0.3, description="Share of the steps in which the rate rises."
    )
    start: Above0 = Field(0.04, description="Share of the rate at the start.")
    final: Above0 = Field(4e-6, description="Share of the rate at the end.")

    def rest(self) -> str:
        """From start to 1 at the step `top`, then to final at the last one."""
        down = self._down("(step - top) / max(1, steps - 1 - top)")
        return f"({self._up()} if step <= (top := {self._top()}) else {down})"

    def body(self) -> tuple[str, ...]:
        """The two halves, each with a line of its own."""
        up, down = self._up(), self._down("fall")
        warm: tuple[str, ...] = ()
        if self.warmup:
            up, down = f"warm * ({up})", f"warm * ({down})"
            warm = (f"warm = min(1.0, (step + 1) / {self.warmup})",)
        return (
            f"top = {self._top()}  # the step with the highest rate",
            *warm,
            "if step <= top:",
            f"    return {up}",
            "fall = (step - top) / max(1, steps - 1 - top)",
            f"return {down}",
        )

    def _top(self) -> str:
        return f"max(1, {self.rise:g} * steps - 1)"

    def _up(self) -> str:
        return f"1 - {_rest(self.start)} * 0.5 * (1 + math.cos(math.pi * step / top))"

    def _down(self, fall: str) -> str:
        wave = f"0.5 * (1 + math.cos(math.pi * {fall}))"
        return f"{self.final!r} + {_rest(self.final)} * {wave}"


def _rest(share: float) -> str:
    """1 − share without the noise of binary fractions."""
    return repr(round(1 - share, 12))
