"""The syntax tree: what was written, where, and nothing else.

Nodes are frozen structs. The parser makes them from tokens it has checked, so mypy is their
validation; Pydantic stands where a user's values enter (hyperparameters and settings).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Literal, TypeAlias

from msgspec import Struct

from specc.source import Source, Span
from specc.syntax.expressions import (
    Argument,
    Binary,
    BinaryOperator,
    Bool,
    Call,
    Conditional,
    Expr,
    For,
    Index,
    ListOf,
    Member,
    Name,
    Next,
    Number,
    Pipe,
    Repeat,
    SizeLiteral,
    Slice,
    Stage,
    Text,
    Unary,
    UnaryOperator,
)
from specc.syntax.statements import (
    Assign,
    Branch,
    Data,
    Declare,
    Draw,
    Equation,
    Evaluate,
    Field,
    Given,
    Input,
    Let,
    Loop,
    Objective,
    Output,
    Return,
    Setting,
    Statement,
    Step,
    TensorDeclaration,
    UpdateRule,
)

__all__ = [
    "Answers", "Argument", "Assign", "Binary", "BinaryOperator", "Bool", "Branch", "Call",
    "Claim", "Comment", "Conditional", "Data", "Declaration", "Declare", "Definition", "Draw",
    "Equation", "Evaluate", "Example", "Expect", "Expr", "Field", "File", "For", "Given",
    "Hyperparameter", "Index", "Input", "Let", "ListOf", "Loop", "Member", "Name", "Next",
    "Number", "Objective", "Output", "Param", "Pipe", "Program", "Repeat", "Return", "Role",
    "Sample", "Setting", "SizeLiteral", "Slice", "Stage", "Statement", "Step",
    "TensorDeclaration", "Text", "Train", "Unary", "UnaryOperator", "UpdateRule", "Use",
    "parts",
]  # fmt: skip

# --------------------------------------------------------------- declarations


class Use(Struct, frozen=True):
    """`use "blocks/resnet.spec"`."""

    span: Span
    path: Text


class Param(Struct, frozen=True):
    """`param latent = 16`; without a value the parameter stays free."""

    span: Span
    name: Name
    value: Expr | None
    doc: str


class Hyperparameter(Struct, frozen=True):
    """`stride=1` in the head of a definition."""

    span: Span
    name: Name
    default: Expr | None


Role: TypeAlias = Literal[
    "network",
    "encoder",
    "bottleneck",
    "decoder",
    "generator",
    "discriminator",
    "block",
    "cell",
    "message_passing",
]


class Definition(Struct, frozen=True):
    """A network, block, cell or message-passing layer.

    `hyperparameters` is None where no parentheses are written: such a definition is one instance.
    """

    span: Span
    role: Role
    name: Name
    hyperparameters: tuple[Hyperparameter, ...] | None
    body: tuple[Statement, ...]
    doc: str


class Train(Struct, frozen=True):
    """`train VAE { … }`."""

    span: Span
    name: Name
    body: tuple[Statement, ...]
    doc: str


class Sample(Struct, frozen=True):
    """`sample VAE { … }`."""

    span: Span
    name: Name
    body: tuple[Statement, ...]
    doc: str


class Program(Struct, frozen=True):
    """`program walk(a, b) { … }`."""

    span: Span
    name: Name
    hyperparameters: tuple[Hyperparameter, ...]
    body: tuple[Statement, ...]
    doc: str


class Claim(Struct, frozen=True):
    """`C1.params = 156`."""

    span: Span
    subject: Expr
    value: Expr


class Answers(Struct, frozen=True):
    """`answers "Q3" (marks=5) { … }`."""

    span: Span
    title: Text
    options: tuple[Argument, ...]
    claims: tuple[Claim, ...]


class Example(Struct, frozen=True):
    """`example "by hand" { given … show … }`."""

    span: Span
    title: Text
    body: tuple[Statement, ...]


class Expect(Struct, frozen=True):
    """`expect Deck.params == 218_192`."""

    span: Span
    condition: Expr


Declaration: TypeAlias = (
    Use | Param | Definition | Train | Sample | Program | Answers | Example | Expect
)


class Comment(Struct, frozen=True):
    """A `#` comment, kept for the formatter. `##` comments are documentation and are kept here too."""

    span: Span
    text: str


class File(Struct, frozen=True):
    """A whole source: `specc 1` and what follows.

    `lost` are the names of what could not be read; `unread` says that a file which it uses could not.
    """

    span: Span
    source: Source
    version: int
    doc: str
    declarations: tuple[Declaration, ...]
    comments: tuple[Comment, ...]
    lost: frozenset[str] = frozenset()
    unread: bool = False


_INNER = (Struct, tuple, list)


def parts(item: object) -> Sequence[object]:
    """The nodes right below a node, or in a tuple or list, and tuples of them, as they were written."""
    below: Iterable[object] = ()
    if isinstance(item, Struct):
        below = [getattr(item, name) for name in _fields(type(item))]
    elif isinstance(item, (tuple, list)):
        below = item
    return [part for part in below if isinstance(part, _INNER)]


@cache
def _fields(kind: type[Struct]) -> tuple[str, ...]:
    return tuple(name for name in kind.__struct_fields__ if name != "span")
