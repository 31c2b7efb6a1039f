"""What the statements of a train block, or of one of its steps, have given so far."""

from __future__ import annotations

from msgspec import Struct, field
from pydantic import BaseModel

from specc.program import Measure, Show, StepPlan, Term, Update
from specc.resolve.arguments import Given
from specc.source import Span
from specc.syntax import tree
from specc.types import ValueType


class DraftObjective(Struct):
    """An objective with the updates that were written behind it."""

    written: tree.Objective
    terms: list[Term]
    updates: list[Update] = field(default_factory=list)
    failed: bool = False


class DraftStep(Struct):
    """A step while it is read; a train block without steps is one itself.

    `every` and `repeat` are those of the first update, with its place; all others must agree. `failed`
    says that something in it was refused, which silences what would be missing for that reason.
    """

    name: str
    span: Span
    objectives: list[DraftObjective] = field(default_factory=list)
    rhythm: tuple[int, int] | None = None
    settings: dict[str, Given] = field(default_factory=dict)
    schedule: BaseModel | None = None
    places: dict[str, Span] = field(default_factory=dict)
    failed: bool = False


class Draft(Struct):
    """What the statements of a `train` block have given so far."""

    whole: DraftStep
    data: BaseModel | None = None
    data_span: Span | None = None
    inputs: list[tuple[str, ValueType]] = field(default_factory=list)
    steps: list[StepPlan] = field(default_factory=list)
    terms: list[str] = field(default_factory=list)
    optimizer: BaseModel | None = None
    initialization: BaseModel | None = None
    settings: dict[str, Given] = field(default_factory=dict)
    metrics: list[Measure] = field(default_factory=list)
    shows: list[Show] = field(default_factory=list)
    places: dict[str, Span] = field(default_factory=dict)
    failed: bool = False
