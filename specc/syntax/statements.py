"""Statements of the syntax tree: what stands in a line of a block."""

from __future__ import annotations

from typing import Literal, TypeAlias

from msgspec import Struct

from specc.source import Span
from specc.syntax.expressions import (
    Expr,
    Name,
)


class Input(Struct, frozen=True):
    """`in x: image[1, 28, 28]`, `in mu, logvar`."""

    span: Span
    names: tuple[Name, ...]
    type: Expr | None


class Output(Struct, frozen=True):
    """`out mu = …`, `out y`, `out next h`, `out z ~ normal(mu, logvar=logvar)`."""

    span: Span
    target: Name | None
    value: Expr | None
    drawn: bool


class Assign(Struct, frozen=True):
    """`h = …`, `mu, logvar = Encoder(x)`."""

    span: Span
    targets: tuple[Name, ...]
    value: Expr


class Let(Struct, frozen=True):
    """`let f = residual(64)`: names an instance, to share it."""

    span: Span
    target: Name
    value: Expr


class Draw(Struct, frozen=True):
    """`z ~ normal[100]`, with `frozen` or a seed when it is not fresh at every step."""

    span: Span
    target: Name
    distribution: Expr
    frozen: bool


class TensorDeclaration(Struct, frozen=True):
    """One item of `weight p_f[units], p_i[units]`; also of `buffer` and `state`."""

    span: Span
    name: Name
    shape: tuple[Expr, ...]
    value: Expr | None


class Declare(Struct, frozen=True):
    """`weight …`, `buffer …`, `state …`."""

    span: Span
    kind: Literal["weight", "buffer", "state"]
    items: tuple[TensorDeclaration, ...]


class Equation(Struct, frozen=True):
    """`gate f = …`, `next c = …`, `message m = …`, `aggregate a = …`, `update y = …`, `readout r = …`."""

    span: Span
    role: Literal["gate", "next", "message", "aggregate", "update", "readout"]
    target: Name
    value: Expr


class Evaluate(Struct, frozen=True):
    """A pipe or another expression standing alone."""

    span: Span
    value: Expr


class Field(Struct, frozen=True):
    """One name after `as` in a `data` statement, with its type where the source cannot know it."""

    span: Span
    name: Name
    type: Expr | None


class Data(Struct, frozen=True):
    """`data digits(size=28) as x, label`."""

    span: Span
    source: Expr
    fields: tuple[Field, ...]


class Objective(Struct, frozen=True):
    """`minimize EXPR`, `maximize EXPR`."""

    span: Span
    sense: Literal["minimize", "maximize"]
    value: Expr


class UpdateRule(Struct, frozen=True):
    """`update D with adam(lr=2e-4) every 1 repeat 5`."""

    span: Span
    targets: tuple[Expr, ...]
    optimizer: Expr
    every: Expr | None
    repeat: Expr | None


class Setting(Struct, frozen=True):
    """A setting of training: `batch 64`, `show grid(x) every 5 epochs`, `checkpoint every 15 epochs`."""

    span: Span
    word: Name
    value: Expr | None
    every: Expr | None
    unit: Literal["steps", "epochs"] | None


class Step(Struct, frozen=True):
    """`step NAME { … }`."""

    span: Span
    name: Name
    body: tuple[Statement, ...]


class Given(Struct, frozen=True):
    """`given W = [[1, 2], [3, 4]]`, `given x: image = …`, `given Net.hidden.bias = [0, 1]` in an example."""

    span: Span
    target: Expr
    type: Expr | None
    value: Expr


class Loop(Struct, frozen=True):
    """`for t in reversed(range(T)) { … }` or `repeat n { … }` as a statement of a program."""

    span: Span
    variable: Name | None
    items: Expr
    body: tuple[Statement, ...]


class Branch(Struct, frozen=True):
    """`if c { … } else { … }` in a program."""

    span: Span
    condition: Expr
    then: tuple[Statement, ...]
    otherwise: tuple[Statement, ...]


class Return(Struct, frozen=True):
    """`return x` in a program."""

    span: Span
    value: Expr


Statement: TypeAlias = (
    Input
    | Output
    | Assign
    | Let
    | Draw
    | Declare
    | Equation
    | Evaluate
    | Data
    | Objective
    | UpdateRule
    | Setting
    | Step
    | Given
    | Loop
    | Branch
    | Return
)
