"""How weights begin: `init normal(0, 0.02)` in a train block, for all its networks.

What is drawn are the weights of two axes and more (matrices, kernels, tables); biases begin at 0, and the
scales of normalisations stay 1.
"""

from __future__ import annotations

from specc.initialization.base import Initialization
from specc.vocabulary import Vocabulary

__all__ = ["INITIALIZATIONS", "Initialization"]

INITIALIZATIONS: Vocabulary[Initialization] = Vocabulary(
    "specc.initialization",
    {
        "draws": "normal:Normal trunc_normal:TruncatedNormal uniform:Uniform"
        " xavier_uniform:XavierUniform xavier_normal:XavierNormal kaiming_uniform:KaimingUniform"
        " kaiming_normal:KaimingNormal orthogonal:Orthogonal",
    },
)
"""Every way to begin by its word."""
