"""Schedules: the learning rate as a function of the step, as in torch.optim.lr_scheduler."""

from typing import Annotated

from pydantic import AfterValidator, Field

from specc.layers.common import fraction, positive
from specc.optim.schedule import Moved, OfStep

Above0 = Annotated[float, AfterValidator(positive)]
Over = Annotated[
    Annotated[int, Field(ge=1)] | None,
    Field(description="Steps that it takes; by default all of them."),
]


class Constant(OfStep):
    """The same rate throughout, after the warm-up."""

    word = "constant"
    share: Annotated[float, AfterValidator(fraction(0, 1))] = Field(
        1.0, description="Share of the rate in the first steps."
    )
    until: Annotated[int, Field(ge=0)] = Field(0, description="How many steps these are.")

    def rest(self) -> str:
        """1, behind the first steps."""
        if self.share == 1 or not self.until:
            return "1.0"
        return f"({self.share:.12g} if step < {self.until} else 1.0)"


class Cosine(OfStep):
    """Half a cosine down to a share of the start (Loshchilov & Hutter 2017)."""

    word = "cosine"
    hints = (("T_max", "over=1000, counted in steps; by default all of them"),)
    final: Annotated[float, AfterValidator(fraction(0, 1))] = Field(
        0.0, description="Share of the start that is left at the end."
    )
    over: Annotated[int, Field(ge=1)] | None = Field(
        None,
        description="Steps down; by default all of them. Behind these it rises again, as in PyTorch.",
    )

    def rest(self) -> str:
        """final + (1 − final)·(1 + cos π·t)/2."""
        wave = f"0.5 * (1 + math.cos(math.pi * step / {self.over or 'steps'}))"
        return wave if not self.final else f"({self.final:.12g} + {_rest(self.final)} * {wave})"


class Linear(OfStep):
    """A straight line from one share of the rate to another."""

    word = "linear"
    start: Annotated[float, AfterValidator(fraction(0, 1, open_low=True))] = Field(
        1.0, description="Share of the rate at the beginning."
    )
    final: Annotated[float, AfterValidator(fraction(0, 1))] = Field(
        0.0, description="Share of the start that is left at the end."
    )
    over: Over = None

    def rest(self) -> str:
        """start + (final − start)·t."""
        fall = round(self.start - self.final, 12)
        if fall == 1:
            return f"(1 - {_share(self.over)})"
        sign, slope = ("-", fall) if fall >= 0 else ("+", -fall)
        return f"({self.start:.12g} {sign} {slope:.12g} * {_share(self.over)})"


class Polynomial(OfStep):
    """A power of what is left."""

    word = "polynomial"
    power: Above0 = Field(1.0, description="The power.")
    over: Over = None

    def rest(self) -> str:
        """(1 − t)^power."""
        return f"(1 - {_share(self.over)}) ** {self.power:.12g}"


class StepDecay(OfStep):
    """A factor every so many steps."""

    word = "step"
    every: Annotated[int, Field(ge=1)] = Field(description="Steps between two falls.")
    gamma: Above0 = Field(0.1, description="Factor of each fall.")

    def rest(self) -> str:
        """gamma^⌊step/every⌋."""
        return f"{self.gamma} ** (step // {self.every})"


class MultiStep(OfStep):
    """A factor at given steps."""

    word = "multi_step"
    at: Annotated[tuple[Annotated[int, Field(ge=0)], ...], Field(min_length=1)] = Field(
        description="Steps of the falls."
    )
    gamma: Above0 = Field(0.1, description="Factor of each fall.")

    def rest(self) -> str:
        """gamma to the number of falls so far."""
        comma = "," if len(self.at) == 1 else ""
        listed = f"({', '.join(map(str, self.at))}{comma})"
        return f"{self.gamma} ** sum(step >= at for at in {listed})"


class Exponential(OfStep):
    """A factor at every step."""

    word = "exponential"
    gamma: Annotated[float, AfterValidator(fraction(0, 1, open_low=True))] = Field(
        description="Factor of each step."
    )

    def rest(self) -> str:
        """gamma^step."""
        return f"{self.gamma} ** step"


class InverseSqrt(OfStep):
    """The inverse root of the step after the warm-up (Vaswani et al. 2017, equation 3)."""

    word = "inverse_sqrt"
    warmup: Annotated[int, Field(ge=1)] = Field(4000, description="Steps of the warm-up.")

    def rest(self) -> str:
        """√(warmup/step) from the end of the warm-up."""
        return f"math.sqrt({self.warmup} / max(step + 1, {self.warmup}))"


class CosineRestarts(OfStep):
    """Half cosines one after the other, each from the full rate (Loshchilov & Hutter 2017)."""

    word = "cosine_restarts"
    every: Annotated[int, Field(ge=1)] = Field(description="Steps of the first half cosine.")
    growth: Annotated[int, Field(ge=1)] = Field(
        1, description="How many times as long each is as the one before."
    )
    final: Annotated[float, AfterValidator(fraction(0, 1))] = Field(
        0.0, description="Share of the rate at the end of each."
    )

    def rest(self) -> str:
        """final + (1 − final)·(1 + cos π·t)/2, t the share of the half cosine that is over."""
        wave = f"0.5 * (1 + math.cos(math.pi * {self._over()}))"
        return f"({self.final:.12g} + {_rest(self.final)} * {wave})" if self.final else wave

    def body(self) -> tuple[str, ...]:
        """Which half cosine it is, where they grow, and how far it has come."""
        if self.growth == 1:
            return super().body()
        ratio, m = self.growth - 1, self.growth
        times, divided = ("", "") if ratio == 1 else (f" * {ratio}", f" // {ratio}")
        wave = "0.5 * (1 + math.cos(math.pi * (step - begun) / length))"
        rate = f"{self.final:.12g} + {_rest(self.final)} * {wave}" if self.final else wave
        warm = f"min(1.0, (step + 1) / {self.warmup}) * " if self.warmup else ""
        return (
            f"over = int(math.log(step{times} // {self.every} + 1, {m}) + 1e-9)  # half cosines",
            f"length = {self.every} * {m}**over",
            f"begun = {self.every} * ({m}**over - 1){divided}",
            f"return {warm}({rate})" if warm else f"return {rate}",
        )

    def _over(self) -> str:
        if self.growth == 1:
            return f"(step % {self.every} / {self.every})"
        ratio, m = self.growth - 1, self.growth
        done = f"(step{'' if ratio == 1 else f' * {ratio}'} // {self.every} + 1)"
        length = f"{self.every} * (m := {m} ** int(math.log({done}, {m}) + 1e-9))"
        begun = f"{self.every} * (m - 1){'' if ratio == 1 else f' // {ratio}'}"
        return f"(1 / ({length}) * (step - {begun}))"


class Cyclic(OfStep):
    """Up to the rate and down again on straight lines (Smith 2017)."""

    word = "cyclic"
    rise: Annotated[int, Field(ge=1)] = Field(2000, description="Steps of a rise.")
    fall: Annotated[int, Field(ge=1)] | None = Field(
        None, description="Steps of a fall; as many as of a rise by default."
    )
    low: Annotated[float, AfterValidator(fraction(0, 1))] = Field(
        0.1, description="Share of the rate at the bottom."
    )
    shrink: Annotated[float, AfterValidator(fraction(0, 1, open_low=True))] = Field(
        1.0, description="What each top is of the one before: 0.5 is PyTorch's triangular2."
    )
    gamma: Annotated[float, AfterValidator(fraction(0, 1, open_low=True))] = Field(
        1.0, description="Factor of the tops at every step, PyTorch's exp_range."
    )
    momentum: Moved = None

    def rest(self) -> str:
        """low + (1 − low)·height, a triangle of every period."""
        height = self._height()
        return f"({self.low:.12g} + {_rest(self.low)} * {height})" if self.low else f"({height})"

    def momentum_body(self) -> tuple[str, ...]:
        """The same triangles, the other way."""
        if self.momentum is None:
            return ()
        low, high = self.momentum
        sign = "-" if low > high else "+"
        return (f"return {low:.12g} {sign} {abs(round(low - high, 12)):.12g} * {self._height()}",)

    def _height(self) -> str:
        fall = self.fall or self.rise
        period = self.rise + fall
        up = f"step % {period} / {self.rise}"
        down = f"({period} - step % {period}) / {fall}"
        height = f"min({up}, {down})"
        if self.shrink != 1:
            height += f" * {self.shrink:.12g} ** (step // {period})"
        if self.gamma != 1:
            height += f" * {self.gamma:.12g} ** step"
        return height


def _share(over: int | None) -> str:
    """How much of a fall is over."""
    return f"min(step, {over}) / {over}" if over else "step / steps"


def _rest(share: float) -> str:
    """1 − share without the noise of binary fractions."""
    return repr(round(1 - share, 12))
