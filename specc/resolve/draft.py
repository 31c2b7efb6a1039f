"""What the statements of a train block have given so far."""

from __future__ import annotations

from dataclasses import dataclass, field

from pydantic import BaseModel

from specc.program import Measure, Show, StepPlan, Term
from specc.resolve.arguments import Given
from specc.source import Span
from specc.syntax import tree
from specc.types import ValueType


@dataclass(slots=True)
class Draft:
    """What the statements of a `train` block have given so far."""

    data: BaseModel | None = None
    data_span: Span | None = None
    inputs: list[tuple[str, ValueType]] = field(default_factory=list)
    steps: list[StepPlan] = field(default_factory=list)
    objectives: list[tree.Objective] = field(default_factory=list)
    terms: list[Term] = field(default_factory=list)
    optimizer: BaseModel | None = None
    schedule: BaseModel | None = None
    settings: dict[str, Given] = field(default_factory=dict)
    metrics: list[Measure] = field(default_factory=list)
    shows: list[Show] = field(default_factory=list)
    places: dict[str, Span] = field(default_factory=dict)
