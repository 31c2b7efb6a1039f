"""The one-cycle schedule: up to the rate, down again, and far below."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from specc.layers.common import fraction, positive
from specc.optim.schedule import Moved, OfStep

Above0 = Annotated[float, AfterValidator(positive)]


class OneCycle(OfStep):
    """Up and down (Smith & Topin 2018), as in PyTorch's OneCycleLR."""

    word = "one_cycle"
    hints = (
        ("max_lr", "the optimizer's lr is the highest rate"),
        ("total_steps", "epochs or steps of the train block say how long it is"),
        ("epochs", "epochs of the train block says how long it is"),
        ("pct_start", "rise=0.3: the share of the steps in which the rate rises"),
    )
    rise: Annotated[float, AfterValidator(fraction(0, 1, open_low=True, open_high=True))] = Field(
        0.3, description="Share of the steps in which the rate rises."
    )
    start: Above0 = Field(0.04, description="Share of the rate at the start.")
    final: Above0 = Field(4e-6, description="Share of the rate at the end.")
    anneal: Literal["cosine", "linear"] = Field(
        "cosine", description="Whether it goes on half cosines or on straight lines."
    )
    three_phase: bool = Field(
        False,
        description="Whether it falls to its start in as many steps as it rose, and then to its end.",
    )

    momentum: Moved = None

    def rest(self) -> str:
        """From start to 1 at the step `top`, then to final at the last one."""
        up = self._line(self.start, 1.0, "step / top")
        if not self.three_phase:
            down = self._line(1.0, self.final, "(step - top) / max(1, steps - 1 - top)")
            return f"({up} if step <= (top := {self._top()}) else {down})"
        down = self._line(1.0, self.start, "(step - top) / top")
        last = self._line(self.start, self.final, "(step - 2 * top) / max(1, steps - 1 - 2 * top)")
        return (
            f"({up} if step <= (top := {self._top()}) else {down} if step <= 2 * top else {last})"
        )

    def body(self) -> tuple[str, ...]:
        """The parts, each with a line of its own."""
        warm = (f"warm = min(1.0, (step + 1) / {self.warmup})",) if self.warmup else ()
        top, *parts = self._parts((self.start, 1.0, self.start, self.final), bool(self.warmup))
        return (top, *warm, *parts)

    def momentum_body(self) -> tuple[str, ...]:
        """The same parts between the two momenta; what follows them does not move it."""
        if self.momentum is None:
            return ()
        low, high = self.momentum
        return self._parts((low, high, low, low), False)

    def _parts(self, levels: tuple[float, float, float, float], warm: bool) -> tuple[str, ...]:
        """From level to level: the first, that of the top, the one between, the last."""
        first, top, between, last = levels
        ways = [("step <= top", "step / top", first, top)]
        if self.three_phase:
            ways.append(("step <= 2 * top", "(step - top) / top", top, between))
        lines = [f"top = {self._top()}  # the step with the highest rate"]
        for condition, share, left, right in ways:
            line = self._line(left, right, share)
            lines += [f"if {condition}:", f"    return {f'warm * ({line})' if warm else line}"]
        over, left = ("2 * top", between) if self.three_phase else ("top", top)
        if left == last:
            return (*lines, f"return {_number(last)}")
        line = self._line(left, last, "fall")
        fall = f"fall = (step - {over}) / max(1, steps - 1 - {over})"
        return (*lines, fall, f"return {f'warm * ({line})' if warm else line}")

    def _top(self) -> str:
        return f"max(1, {self.rise:.12g} * steps - 1)"

    def _line(self, first: float, last: float, share: str) -> str:
        """From one share of the rate to another one, as far as `share` says."""
        far = round(first - last, 12)
        if self.anneal == "linear":
            sign, far = ("-", far) if far >= 0 else ("+", -far)
            return f"{_number(first)} {sign} {_number(far)} * ({share})"
        wave = f"0.5 * (1 + math.cos(math.pi * {share}))"
        if far < 0:
            return f"{_number(last)} - {_number(-far)} * {wave}"
        return f"{_number(last)} + {_number(far)} * {wave}"


def _number(value: float) -> str:
    return repr(int(value)) if value == 1 else repr(value)
