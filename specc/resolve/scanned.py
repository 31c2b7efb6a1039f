"""The words of `scan(…)` and `fold(…)`: the cell, what it is told, and the values that it reads."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct, field
from pydantic import BaseModel, ConfigDict, Field

from specc.layers import registry
from specc.layers.base import Positive
from specc.nearest import nearest
from specc.program import FreeRunning
from specc.resolve.arguments import Given, accepts_word, signature
from specc.resolve.binding import Argument, bind
from specc.resolve.context import Scope
from specc.resolve.convert import as_flow, as_static, unknown_name
from specc.resolve.values import POISON, Flow, Meaning, Word
from specc.source import Span
from specc.syntax import tree


class ScanOptions(BaseModel):
    """The hyperparameters of `scan`, besides the cell."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    keep: Literal["all", "last"] = Field(
        "all", description="The outputs at all positions, or the last one."
    )
    reverse: bool = Field(False, description="Whether the cell begins at the end.")
    bidirectional: bool = Field(
        False, description="Whether a second cell goes the other way; both outputs side by side."
    )
    truncate: Positive | None = Field(
        None, description="Steps after which gradients end; the states go on."
    )
    carry: bool = Field(
        False, description="Whether a batch begins with the states that the one before has left."
    )
    free_running: FreeRunning = Field(
        "never",
        description="When a step reads the output before it, and not the sequence: `evaluating` is "
        "teacher forcing in training.",
    )


class FoldOptions(BaseModel):
    """The hyperparameters of `fold`, besides the cell."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    keep: Literal["all", "root"] = Field(
        "all", description="The outputs at all nodes, or at the root."
    )


OPTIONS: dict[str, type[BaseModel]] = {"scan": ScanOptions, "fold": FoldOptions}


class Written(Struct):
    """A scan as it was written; `cell` is None after an error."""

    scope: Scope
    word: str
    span: Span
    label: tree.Name | None
    cell: Meaning | None = None
    options: dict[str, Given] = field(default_factory=dict)
    operands: dict[str, Flow] = field(default_factory=dict)
    spans: dict[str, Span] = field(default_factory=dict)


def argument(written: Written, given: Argument) -> bool:
    """Read one argument; False after a diagnostic."""
    scope = written.scope
    if given.name is None and written.cell is None:
        written.cell = _cell(scope, given)
        return True
    if given.name is None:
        scope.context.report(
            "E202",
            f"{written.word} has no place for this argument",
            given.span,
            notes=(signature(OPTIONS[written.word], written.word),),
        )
        return False
    name = given.name.id
    if given.meaning is POISON:
        return False
    if name in written.operands or name in written.options:
        scope.context.report("E202", f"{written.word} gets its {name} twice", given.name.span)
        return False
    options = OPTIONS[written.word]
    if name not in options.model_fields and isinstance(given.meaning, Word):
        close = nearest(name, list(options.model_fields))
        text = f'did you mean "{close[0]}"?' if close else ""
        message = f'{written.word} has no argument "{name}"'
        scope.context.report("E202", message, given.name.span, text=text)
        return False
    if name not in options.model_fields:
        written.operands[name] = as_flow(scope, given.meaning, given.span)
        written.spans[name] = given.name.span
        return True
    meaning = given.meaning
    known = meaning.text if isinstance(meaning, Word) else as_static(meaning)
    if known is None or (isinstance(meaning, Word) and not accepts_word(options, name)):
        scope.context.report(
            "E203", f"{written.word}: {name} must be known before anything runs", given.span
        )
        return False
    written.options[name] = Given(known, given.span)
    return True


def _cell(scope: Scope, argument: Argument) -> Meaning:
    """The cell; `lstm` alone is the layer's word, which then misses its units."""
    meaning = argument.meaning
    if not isinstance(meaning, Word):
        return meaning
    model = registry.get(meaning.text)
    if model is None:
        return unknown_name(scope, meaning.text, argument.span)
    made = bind(scope, model, [], argument.span, piped=True)
    return POISON if made is None else made[0]
