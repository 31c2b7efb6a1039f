"""Expressions of the syntax tree: numbers, names, calls, operators, and the stages of a pipe."""

from __future__ import annotations

from typing import Literal, TypeAlias

from msgspec import Struct

from specc.source import Span


class Number(Struct, frozen=True):
    """`61_706`, `2e-4`."""

    span: Span
    value: int | float


class Text(Struct, frozen=True):
    """`"data/faces.npz"`."""

    span: Span
    value: str


class Bool(Struct, frozen=True):
    """`true`, `false`."""

    span: Span
    value: bool


class SizeLiteral(Struct, frozen=True):
    """`3x3`, `5x5x5`."""

    span: Span
    values: tuple[int, ...]


class Name(Struct, frozen=True):
    """An identifier."""

    span: Span
    id: str


class Next(Struct, frozen=True):
    """`next c`: the new state, read on the right of an equation of a cell."""

    span: Span
    name: Name


class Member(Struct, frozen=True):
    """`Encoder.code.weight`, one step of it."""

    span: Span
    base: Expr
    name: Name


class Argument(Struct, frozen=True):
    """`3`, `stride=2`."""

    span: Span
    name: Name | None
    value: Expr


class Call(Struct, frozen=True):
    """`conv(6, 5x5)`, `linear(units)([h, x])`."""

    span: Span
    callee: Expr
    arguments: tuple[Argument, ...]


class Slice(Struct, frozen=True):
    """`2:5`, inside brackets after a value; either end may be missing."""

    span: Span
    start: Expr | None
    stop: Expr | None


class Index(Struct, frozen=True):
    """`normal[100]`, `reshape[256, 7, 7]`, `tokens[T, vocab=50]`, `xs[0]`, `x[:, 2:5]`."""

    span: Span
    base: Expr
    arguments: tuple[Argument, ...]


class ListOf(Struct, frozen=True):
    """`[64, 128]`, `[h, x]`."""

    span: Span
    items: tuple[Expr, ...]


UnaryOperator: TypeAlias = Literal["-", "not"]
BinaryOperator: TypeAlias = Literal[
    "+", "-", "*", "/", "//", "%", "^", "==", "!=", "<", "<=", ">", ">=", "and", "or"
]


class Unary(Struct, frozen=True):
    """`-d`, `not a`."""

    span: Span
    operator: UnaryOperator
    operand: Expr


class Binary(Struct, frozen=True):
    """`f * c`, `stride == 1 and x.channels == channels`."""

    span: Span
    operator: BinaryOperator
    left: Expr
    right: Expr


class Conditional(Struct, frozen=True):
    """`1 if c == 64 else 2`."""

    span: Span
    then: Expr
    condition: Expr
    otherwise: Expr


class Repeat(Struct, frozen=True):
    """`repeat depth { … }` inside a pipe: each round has new weights."""

    span: Span
    count: Expr
    body: tuple[Stage, ...]


class For(Struct, frozen=True):
    """`for c in [64, 128] { … }` inside a pipe."""

    span: Span
    variable: Name
    items: Expr
    body: tuple[Stage, ...]


class Stage(Struct, frozen=True):
    """One step of a pipe: `conv(6, 5x5) as C1`."""

    span: Span
    operation: Expr | Repeat | For
    label: Name | None


class Pipe(Struct, frozen=True):
    """`x -> conv(6, 5x5) -> relu`. The head is a name, call, list or parenthesis."""

    span: Span
    head: Expr
    stages: tuple[Stage, ...]


Expr: TypeAlias = (
    Number
    | Text
    | Bool
    | SizeLiteral
    | Name
    | Next
    | Member
    | Call
    | Slice
    | Index
    | ListOf
    | Unary
    | Binary
    | Conditional
    | Pipe
)
