"""Every distribution by its word.

A draw of real numbers is reparameterised, so that gradients reach its parameters. When evaluating, a
draw whose parameters were computed gives its mean or its most likely value; one with constant
parameters is still a draw.
"""

from __future__ import annotations

from specc.layers.continuous import Exponential, Laplace, Normal, Uniform
from specc.layers.discrete import Bernoulli, Categorical, Integers
from specc.layers.family import Family, number

__all__ = ["FAMILIES", "Family", "number"]

FAMILIES: dict[str, Family] = {
    f.word: f
    for f in (
        Normal(), Laplace(), Uniform(), Exponential(), Integers(), Bernoulli(), Categorical()
    )
}  # fmt: skip
"""Every family by its word."""
