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

# ---------------------------------------------------------------- expressions


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

# ----------------------------------------------------------------- statements


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
    """A whole source: `specc 1` and what follows."""

    span: Span
    source: Source
    version: int
    doc: str
    declarations: tuple[Declaration, ...]
    comments: tuple[Comment, ...]


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
