"""From the parser's rules to the syntax tree, bottom-up while parsing. Spans come from tokens."""

from __future__ import annotations

import unicodedata
from typing import Any, TypeAlias, cast

from msgspec.structs import replace

from specc.source import Source, Span
from specc.syntax import tree
from specc.syntax.token import Token

# Children of rules are tokens, nodes and None; `Any` ends at the constructors.
_ESCAPES = {"n": "\n", "t": "\t", "\\": "\\", '"': '"'}

Twice: TypeAlias = tuple[str, tree.Argument, tree.Argument]


class Builder:
    """One method for each rule of grammars/specc.lark."""

    def __init__(self) -> None:
        self.source = Source("", "")
        self.twice: list[Twice] = []

    def _once(self, word: str, arguments: tuple[tree.Argument, ...]) -> tuple[tree.Argument, ...]:
        """Each argument once; `twice` notes what is left out, with the word of its call and the first."""
        first: dict[str, tree.Argument] = {}
        again = [
            a for a in arguments if a.name is not None and first.setdefault(a.name.id, a) is not a
        ]
        if not again:
            return arguments
        self.twice += [(word, first[a.name.id], a) for a in again if a.name is not None]
        return tuple(a for a in arguments if all(a is not b for b in again))

    def _span(self, *children: Any) -> Span:
        """From the first child to the last."""
        first = next(c for c in children if c is not None)
        last = next(c for c in reversed(children) if c is not None)
        start = first.start if isinstance(first, Token) else first.span.start
        end = last.end if isinstance(last, Token) else last.span.end
        return Span(self.source, start, end)

    def _name(self, token: Token) -> tree.Name:
        return tree.Name(self._span(token), unicodedata.normalize("NFKC", str(token)))

    # ------------------------------------------------------------------ atoms

    def name(self, c: list[Any]) -> tree.Name:
        return self._name(c[0])

    def number(self, c: list[Any]) -> tree.Number:
        return tree.Number(self._span(c[0]), number(str(c[0])))

    def size(self, c: list[Any]) -> tree.SizeLiteral:
        return tree.SizeLiteral(self._span(c[0]), tuple(map(int, str(c[0]).split("x"))))

    def text(self, c: list[Any]) -> tree.Text:
        text = str(c[0])
        return tree.Text(self._span(c[0]), unescaped(text[1:-1]) if text[0] == '"' else text)

    def true(self, c: list[Any]) -> tree.Bool:
        return tree.Bool(self._span(c[0]), True)

    def false(self, c: list[Any]) -> tree.Bool:
        return tree.Bool(self._span(c[0]), False)

    def next_value(self, c: list[Any]) -> tree.Next:
        return tree.Next(self._span(*c), self._name(c[1]))

    def group(self, c: list[Any]) -> tree.Expr:
        inner = c[1]
        if isinstance(inner, (tree.Name, tree.Number, tree.Call, tree.Text)):
            return cast(tree.Expr, inner)
        return cast(tree.Expr, replace(inner, span=self._span(*c)))

    def list_of(self, c: list[Any]) -> tree.ListOf:
        return tree.ListOf(self._span(*c), tuple(_nodes(c)))

    # ------------------------------------------------------------ expressions

    def binary(self, c: list[Any]) -> tree.Binary:
        left, sign, right = c
        return tree.Binary(self._span(left, right), cast(Any, str(sign)), left, right)

    def unary(self, c: list[Any]) -> tree.Unary:
        return tree.Unary(self._span(*c), cast(Any, str(c[0])), c[1])

    def conditional(self, c: list[Any]) -> tree.Conditional:
        then, _, condition, _, otherwise = c
        return tree.Conditional(self._span(then, otherwise), then, condition, otherwise)

    def pipe(self, c: list[Any]) -> tree.Pipe:
        stages = tuple(n for n in c[1:] if isinstance(n, tree.Stage))
        return tree.Pipe(self._span(*c), c[0], stages)

    def stage(self, c: list[Any]) -> tree.Stage:
        operation, _, label = c
        named = None if label is None else self._name(label)
        return tree.Stage(self._span(*c), operation, named)

    def repeat(self, c: list[Any]) -> tree.Repeat:
        stages, end = c[2]
        return tree.Repeat(self._span(c[0], end), c[1], stages)

    def for_each(self, c: list[Any]) -> tree.For:
        stages, end = c[4]
        return tree.For(self._span(c[0], end), self._name(c[1]), c[3], stages)

    def round_body(self, c: list[Any]) -> tuple[tuple[tree.Stage, ...], Token]:
        return tuple(n for n in c if isinstance(n, tree.Stage)), c[-1]

    def member(self, c: list[Any]) -> tree.Member:
        return tree.Member(self._span(*c), c[0], self._name(c[2]))

    def call(self, c: list[Any]) -> tree.Call:
        arguments, end = c[1]
        kept = self._once(c[0].span.text, arguments)
        return tree.Call(self._span(c[0], end), c[0], kept)

    def index(self, c: list[Any]) -> tree.Index:
        found = tuple(n for n in c[1:] if isinstance(n, tree.Argument))
        return tree.Index(self._span(*c), c[0], self._once(c[0].span.text, found))

    def call_arguments(self, c: list[Any]) -> tuple[tuple[tree.Argument, ...], Token]:
        return tuple(n for n in c if isinstance(n, tree.Argument)), c[-1]

    def keyword(self, c: list[Any]) -> tree.Argument:
        return tree.Argument(self._span(*c), self._name(c[0]), c[2])

    def positional(self, c: list[Any]) -> tree.Argument:
        return tree.Argument(self._span(*c), None, c[0])

    def slice_of(self, c: list[Any]) -> tree.Argument:
        start, colon, stop = c
        span = self._span(start or colon, stop or colon)
        return tree.Argument(span, None, tree.Slice(span, start, stop))

    # ------------------------------------------------------------- statements

    def names(self, c: list[Any]) -> tuple[tree.Name, ...]:
        return tuple(self._name(t) for t in c if t.type == "NAME")

    def input(self, c: list[Any]) -> tree.Input:
        return tree.Input(self._span(c[0], c[3] or c[1][-1]), c[1], c[3])

    def output(self, c: list[Any]) -> tree.Output:
        name, value, drawn = c[1]
        if not drawn and name is None and isinstance(value, tree.Name):
            name, value = value, None
        return tree.Output(self._span(c[0], value or name), name, value, drawn)

    def out_named(self, c: list[Any]) -> tuple[tree.Name, tree.Expr, bool]:
        return self._name(c[0]), c[2], False

    def out_drawn(self, c: list[Any]) -> tuple[tree.Name, tree.Expr, bool]:
        return self._name(c[0]), c[2], True

    def out_plain(self, c: list[Any]) -> tuple[None, tree.Expr, bool]:
        return None, c[0], False

    def let(self, c: list[Any]) -> tree.Let:
        return tree.Let(self._span(*c), self._name(c[1]), c[3])

    def assign(self, c: list[Any]) -> tree.Assign:
        names, _, value = c
        return tree.Assign(self._span(names[0], value), names, value)

    def draw(self, c: list[Any]) -> tree.Draw:
        name, _, frozen, value = c
        return tree.Draw(self._span(name, value), self._name(name), value, frozen is not None)

    def declare(self, c: list[Any]) -> tree.Declare:
        items = tuple(n for n in c if isinstance(n, tree.TensorDeclaration))
        return tree.Declare(self._span(c[0], items[-1]), cast(Any, str(c[0])), items)

    def tensor(self, c: list[Any]) -> tree.TensorDeclaration:
        at = next((i for i, t in enumerate(c) if isinstance(t, Token) and t.type == "EQUAL"), None)
        value = None if at is None else c[at + 1]
        shape = tuple(_nodes(c[1:at]))
        return tree.TensorDeclaration(self._span(*c), self._name(c[0]), shape, value)

    def equation(self, c: list[Any]) -> tree.Equation:
        return tree.Equation(self._span(*c), cast(Any, str(c[0])), self._name(c[1]), c[3])

    def data(self, c: list[Any]) -> tree.Data:
        fields = tuple(n for n in c if isinstance(n, tree.Field))
        return tree.Data(self._span(c[0], fields[-1]), c[1], fields)

    def field(self, c: list[Any]) -> tree.Field:
        return tree.Field(self._span(*c), self._name(c[0]), c[2])

    def objective(self, c: list[Any]) -> tree.Objective:
        return tree.Objective(self._span(*c), cast(Any, str(c[0])), c[1])

    def update(self, c: list[Any]) -> tree.UpdateRule:
        at = next(i for i, t in enumerate(c) if isinstance(t, Token) and t.type == "KW_WITH")
        optimizer, _, every, _, repeat = c[at + 1 :]
        return tree.UpdateRule(self._span(*c), tuple(_nodes(c[1:at])), optimizer, every, repeat)

    def step(self, c: list[Any]) -> tree.Step:
        return tree.Step(self._span(c[0], c[2][1]), self._name(c[1]), c[2][0])

    def given(self, c: list[Any]) -> tree.Given:
        target, _, type, _, value = c[1:]
        return tree.Given(self._span(*c), target, type, value)

    def loop(self, c: list[Any]) -> tree.Loop:
        return tree.Loop(self._span(c[0], c[4][1]), self._name(c[1]), c[3], c[4][0])

    def rounds(self, c: list[Any]) -> tree.Loop:
        return tree.Loop(self._span(c[0], c[2][1]), None, c[1], c[2][0])

    def branch(self, c: list[Any]) -> tree.Branch:
        then, otherwise = c[2], c[4]
        end = (otherwise or then)[1]
        return tree.Branch(self._span(c[0], end), c[1], then[0], otherwise[0] if otherwise else ())

    def returned(self, c: list[Any]) -> tree.Return:
        return tree.Return(self._span(*c), c[1])

    def setting(self, c: list[Any]) -> tree.Setting:
        word, value, _, every, unit = c
        units: Any = None if unit is None else {"e": "epochs", "s": "steps"}[str(unit)[0]]
        return tree.Setting(self._span(*c), self._name(word), value, every, units)

    def evaluate(self, c: list[Any]) -> tree.Evaluate:
        return tree.Evaluate(self._span(c[0]), c[0])

    # ----------------------------------------------------------- declarations

    def version(self, c: list[Any]) -> tuple[Token, Token]:
        return c[0], c[1]

    def use(self, c: list[Any]) -> tree.Use:
        return tree.Use(self._span(*c), self.text([c[1]]))

    def param(self, c: list[Any]) -> tree.Param:
        return tree.Param(self._span(*c), self._name(c[1]), c[3], "")

    def heads(self, c: list[Any]) -> tuple[tree.Hyperparameter, ...]:
        return tuple(n for n in c if isinstance(n, tree.Hyperparameter))

    def head(self, c: list[Any]) -> tree.Hyperparameter:
        return tree.Hyperparameter(self._span(*c), self._name(c[0]), c[2])

    def block(self, c: list[Any]) -> tuple[tuple[tree.Statement, ...], Token]:
        return tuple(n for n in c if not isinstance(n, Token)), c[-1]

    def definition(self, c: list[Any]) -> tree.Definition:
        role, name, heads, (body, end) = c
        span = self._span(role, end)
        return tree.Definition(span, cast(Any, str(role)), self._name(name), heads, body, "")

    def train(self, c: list[Any]) -> tree.Train:
        return tree.Train(self._span(c[0], c[2][1]), self._name(c[1]), c[2][0], "")

    def sample(self, c: list[Any]) -> tree.Sample:
        return tree.Sample(self._span(c[0], c[2][1]), self._name(c[1]), c[2][0], "")

    def program(self, c: list[Any]) -> tree.Program:
        span = self._span(c[0], c[3][1])
        return tree.Program(span, self._name(c[1]), c[2] or (), c[3][0], "")

    def claims(self, c: list[Any]) -> tuple[tuple[tree.Claim, ...], Token]:
        return tuple(n for n in c if isinstance(n, tree.Claim)), c[-1]

    def claim(self, c: list[Any]) -> tree.Claim:
        return tree.Claim(self._span(*c), c[0], c[2])

    def answers(self, c: list[Any]) -> tree.Answers:
        options = c[2][0] if c[2] is not None else ()
        kept = self._once("answers", options)
        return tree.Answers(self._span(c[0], c[3][1]), self.text([c[1]]), kept, c[3][0])

    def expect(self, c: list[Any]) -> tree.Expect:
        return tree.Expect(self._span(*c), c[1])

    def example(self, c: list[Any]) -> tree.Example:
        return tree.Example(self._span(c[0], c[2][1]), self.text([c[1]]), c[2][0])

    def start(self, c: list[Any]) -> tuple[tuple[Token, Token], list[Any]]:
        version, *declarations = [
            n for n in c if not isinstance(n, Token)
        ]  # lines may be empty before it
        return version, declarations


def _nodes(children: list[Any]) -> list[Any]:
    return [c for c in children if c is not None and not isinstance(c, Token)]


def number(text: str) -> int | float:
    """`61_706` or `2e-4` as a number."""
    plain = text.replace("_", "")
    if plain.isdigit():
        return int(plain)
    value = float(plain)
    # 1e3 is as whole as 1000; beyond 2^53 the digits of a float are not those that are meant
    whole = "e" in plain.lower() and abs(value) < 2**53 and value.is_integer()
    return int(value) if whole else value


def unescaped(text: str) -> str:
    """A text's inside with its escapes resolved; an unknown one stays as written."""
    out: list[str] = []
    i = 0
    while i < len(text):
        if text[i] == "\\" and i + 1 < len(text) and text[i + 1] in _ESCAPES:
            out.append(_ESCAPES[text[i + 1]])
            i += 2
        else:
            out.append(text[i])
            i += 1
    return "".join(out)
