"""The syntax tree: what was written, where, and nothing else.

Nodes are frozen, slotted dataclasses. The parser makes them from tokens it has checked, so mypy is
their validation; Pydantic stands where a user's values enter (hyperparameters and settings).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from specc.source import Source, Span

# ---------------------------------------------------------------- expressions


@dataclass(frozen=True, slots=True)
class Number:
    """`61_706`, `2e-4`."""

    span: Span
    value: int | float


@dataclass(frozen=True, slots=True)
class Text:
    """`"data/faces.npz"`."""

    span: Span
    value: str


@dataclass(frozen=True, slots=True)
class Bool:
    """`true`, `false`."""

    span: Span
    value: bool


@dataclass(frozen=True, slots=True)
class SizeLiteral:
    """`3x3`, `5x5x5`."""

    span: Span
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Name:
    """An identifier."""

    span: Span
    id: str


@dataclass(frozen=True, slots=True)
class Next:
    """`next c`: the new state, read on the right of an equation of a cell."""

    span: Span
    name: Name


@dataclass(frozen=True, slots=True)
class Member:
    """`Encoder.code.weight`, one step of it."""

    span: Span
    base: Expr
    name: Name


@dataclass(frozen=True, slots=True)
class Argument:
    """`3`, `stride=2`."""

    span: Span
    name: Name | None
    value: Expr


@dataclass(frozen=True, slots=True)
class Call:
    """`conv(6, 5x5)`, `linear(units)([h, x])`."""

    span: Span
    callee: Expr
    arguments: tuple[Argument, ...]


@dataclass(frozen=True, slots=True)
class Slice:
    """`2:5`, inside brackets after a value; either end may be missing."""

    span: Span
    start: Expr | None
    stop: Expr | None


@dataclass(frozen=True, slots=True)
class Index:
    """`normal[100]`, `reshape[256, 7, 7]`, `tokens[T, vocab=50]`, `xs[0]`, `x[:, 2:5]`."""

    span: Span
    base: Expr
    arguments: tuple[Argument, ...]


@dataclass(frozen=True, slots=True)
class ListOf:
    """`[64, 128]`, `[h, x]`."""

    span: Span
    items: tuple[Expr, ...]


UnaryOperator: TypeAlias = Literal["-", "not"]
BinaryOperator: TypeAlias = Literal[
    "+", "-", "*", "/", "//", "%", "^", "==", "!=", "<", "<=", ">", ">=", "and", "or"
]


@dataclass(frozen=True, slots=True)
class Unary:
    """`-d`, `not a`."""

    span: Span
    operator: UnaryOperator
    operand: Expr


@dataclass(frozen=True, slots=True)
class Binary:
    """`f * c`, `stride == 1 and x.channels == channels`."""

    span: Span
    operator: BinaryOperator
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Conditional:
    """`1 if c == 64 else 2`."""

    span: Span
    then: Expr
    condition: Expr
    otherwise: Expr


@dataclass(frozen=True, slots=True)
class Repeat:
    """`repeat depth { … }` inside a pipe: each round has new weights."""

    span: Span
    count: Expr
    body: tuple[Stage, ...]


@dataclass(frozen=True, slots=True)
class For:
    """`for c in [64, 128] { … }` inside a pipe."""

    span: Span
    variable: Name
    items: Expr
    body: tuple[Stage, ...]


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of a pipe: `conv(6, 5x5) as C1`."""

    span: Span
    operation: Expr | Repeat | For
    label: Name | None


@dataclass(frozen=True, slots=True)
class Pipe:
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

# ----------------------------------------------------------------- statements


@dataclass(frozen=True, slots=True)
class Input:
    """`in x: image[1, 28, 28]`, `in mu, logvar`."""

    span: Span
    names: tuple[Name, ...]
    type: Expr | None


@dataclass(frozen=True, slots=True)
class Output:
    """`out mu = …`, `out y`, `out next h`, `out z ~ normal(mu, logvar=logvar)`."""

    span: Span
    target: Name | None
    value: Expr | None
    drawn: bool


@dataclass(frozen=True, slots=True)
class Assign:
    """`h = …`, `mu, logvar = Encoder(x)`."""

    span: Span
    targets: tuple[Name, ...]
    value: Expr


@dataclass(frozen=True, slots=True)
class Let:
    """`let f = residual(64)`: names an instance, to share it."""

    span: Span
    target: Name
    value: Expr


@dataclass(frozen=True, slots=True)
class Draw:
    """`z ~ normal[100]`, with `frozen` or a seed when it is not fresh at every step."""

    span: Span
    target: Name
    distribution: Expr
    frozen: bool


@dataclass(frozen=True, slots=True)
class TensorDeclaration:
    """One item of `weight p_f[units], p_i[units]`; also of `buffer` and `state`."""

    span: Span
    name: Name
    shape: tuple[Expr, ...]
    value: Expr | None


@dataclass(frozen=True, slots=True)
class Declare:
    """`weight …`, `buffer …`, `state …`."""

    span: Span
    kind: Literal["weight", "buffer", "state"]
    items: tuple[TensorDeclaration, ...]


@dataclass(frozen=True, slots=True)
class Equation:
    """`gate f = …`, `next c = …`, `message m = …`, `aggregate a = …`, `update y = …`, `readout r = …`."""

    span: Span
    role: Literal["gate", "next", "message", "aggregate", "update", "readout"]
    target: Name
    value: Expr


@dataclass(frozen=True, slots=True)
class Evaluate:
    """A pipe or another expression standing alone."""

    span: Span
    value: Expr


@dataclass(frozen=True, slots=True)
class Field:
    """One name after `as` in a `data` statement, with its type where the source cannot know it."""

    span: Span
    name: Name
    type: Expr | None


@dataclass(frozen=True, slots=True)
class Data:
    """`data digits(size=28) as x, label`."""

    span: Span
    source: Expr
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Objective:
    """`minimize EXPR`, `maximize EXPR`."""

    span: Span
    sense: Literal["minimize", "maximize"]
    value: Expr


@dataclass(frozen=True, slots=True)
class UpdateRule:
    """`update D with adam(lr=2e-4) every 1 repeat 5`."""

    span: Span
    targets: tuple[Expr, ...]
    optimizer: Expr
    every: Expr | None
    repeat: Expr | None


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting of training: `batch 64`, `show grid(x) every 5 epochs`, `checkpoint every 15 epochs`."""

    span: Span
    word: Name
    value: Expr | None
    every: Expr | None
    unit: Literal["steps", "epochs"] | None


@dataclass(frozen=True, slots=True)
class Step:
    """`step NAME { … }`."""

    span: Span
    name: Name
    body: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Given:
    """`given W = [[1, 2], [3, 4]]`, `given x: image = …`, `given Net.hidden.bias = [0, 1]` in an example."""

    span: Span
    target: Expr
    type: Expr | None
    value: Expr


@dataclass(frozen=True, slots=True)
class Loop:
    """`for t in reversed(range(T)) { … }` or `repeat n { … }` as a statement of a program."""

    span: Span
    variable: Name | None
    items: Expr
    body: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Branch:
    """`if c { … } else { … }` in a program."""

    span: Span
    condition: Expr
    then: tuple[Statement, ...]
    otherwise: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Return:
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

# --------------------------------------------------------------- declarations


@dataclass(frozen=True, slots=True)
class Use:
    """`use "blocks/resnet.spec"`."""

    span: Span
    path: Text


@dataclass(frozen=True, slots=True)
class Param:
    """`param latent = 16`; without a value the parameter stays free."""

    span: Span
    name: Name
    value: Expr | None
    doc: str


@dataclass(frozen=True, slots=True)
class Hyperparameter:
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


@dataclass(frozen=True, slots=True)
class Definition:
    """A network, block, cell or message-passing layer.

    `hyperparameters` is None where no parentheses are written: such a definition is one instance.
    """

    span: Span
    role: Role
    name: Name
    hyperparameters: tuple[Hyperparameter, ...] | None
    body: tuple[Statement, ...]
    doc: str


@dataclass(frozen=True, slots=True)
class Train:
    """`train VAE { … }`."""

    span: Span
    name: Name
    body: tuple[Statement, ...]
    doc: str


@dataclass(frozen=True, slots=True)
class Sample:
    """`sample VAE { … }`."""

    span: Span
    name: Name
    body: tuple[Statement, ...]
    doc: str


@dataclass(frozen=True, slots=True)
class Program:
    """`program walk(a, b) { … }`."""

    span: Span
    name: Name
    hyperparameters: tuple[Hyperparameter, ...]
    body: tuple[Statement, ...]
    doc: str


@dataclass(frozen=True, slots=True)
class Claim:
    """`C1.params = 156`."""

    span: Span
    subject: Expr
    value: Expr


@dataclass(frozen=True, slots=True)
class Answers:
    """`answers "Q3" (marks=5) { … }`."""

    span: Span
    title: Text
    options: tuple[Argument, ...]
    claims: tuple[Claim, ...]


@dataclass(frozen=True, slots=True)
class Example:
    """`example "by hand" { given … show … }`."""

    span: Span
    title: Text
    body: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Expect:
    """`expect Deck.params == 218_192`."""

    span: Span
    condition: Expr


Declaration: TypeAlias = (
    Use | Param | Definition | Train | Sample | Program | Answers | Example | Expect
)


@dataclass(frozen=True, slots=True)
class Comment:
    """A `#` comment, kept for the formatter. `##` comments are documentation and are kept here too."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class File:
    """A whole source: `specc 1` and what follows."""

    span: Span
    source: Source
    version: int
    doc: str
    declarations: tuple[Declaration, ...]
    comments: tuple[Comment, ...]
