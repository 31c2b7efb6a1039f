"""Optimizers: torch.optim's, with every default written out.

Frameworks differ in them (Adadelta's lr is 1.0 here and 0.001 in Keras), so generated code states all.
"""

from __future__ import annotations

from specc.optim.base import Optimizer
from specc.optim.schedule import Schedule
from specc.vocabulary import Vocabulary

__all__ = ["OPTIMIZERS", "SCHEDULES", "Optimizer", "Schedule"]

OPTIMIZERS: Vocabulary[Optimizer] = Vocabulary(
    "specc.optim",
    {
        "descent": "sgd:SGD rprop:Rprop asgd:ASGD",
        "adam": "adam:Adam adamw:AdamW adamax:Adamax nadam:NAdam radam:RAdam sparse_adam:SparseAdam",
        "adaptive": "rmsprop:RMSprop adagrad:Adagrad adadelta:Adadelta adafactor:Adafactor",
        "orthogonal": "muon:Muon",
        "newton": "lbfgs:LBFGS",
    },
)
"""Every optimizer by its word."""

SCHEDULES: Vocabulary[Schedule] = Vocabulary(
    "specc.optim",
    {
        "schedules": "constant:Constant cosine:Cosine linear:Linear polynomial:Polynomial"
        " step:StepDecay multi_step:MultiStep exponential:Exponential inverse_sqrt:InverseSqrt"
        " cosine_restarts:CosineRestarts cyclic:Cyclic",
        "cycle": "one_cycle:OneCycle",
        "plateau": "reduce_on_plateau:ReduceOnPlateau",
    },
)
"""Every schedule by its word."""
