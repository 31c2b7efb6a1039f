"""A slip's result: the wrong figure, how it comes about, and why it is wrong."""

from __future__ import annotations

from dataclasses import dataclass

from specc.claims.outcome import Value, text
from specc.formula import Formula


@dataclass(frozen=True, slots=True)
class Guess:
    """What a slip gives, why it is wrong, and how the wrong figure is computed."""

    value: Value
    reason: str
    formula: Formula | None = None

    @property
    def sentence(self) -> str:
        """`150 = 5·5·1·6: the 6 biases are missing`."""
        shown = text(self.value)
        numbers = self.formula.numbers() if self.formula is not None else shown
        left = shown if numbers == shown else f"{shown} = {numbers}"
        return f"{left}: {self.reason}"
