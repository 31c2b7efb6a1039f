"""The machine reads what Lark reads with the same grammar, and refuses it at the same token."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lark import Lark, Transformer, UnexpectedToken
from lark import Token as LarkToken
from lark.lexer import Lexer

from specc.diagnostics import Diagnostics
from specc.source import Source
from specc.syntax.lexer import Typer
from specc.syntax.machine import Machine, UnexpectedTokenError
from specc.syntax.scan import scan
from specc.syntax.tables import grammar, make, tables
from specc.syntax.token import Token
from specc.syntax.transform import Builder

SPECS = sorted((Path(__file__).parents[2] / "specs").rglob("*.spec"))


class Given(Lexer):
    """Hands Lark tokens that carry ours."""

    def __init__(self, configuration: object) -> None:
        del configuration

    def lex(self, data: list[Token]) -> Iterator[LarkToken]:  # type: ignore[override]
        return (LarkToken(t.type, t) for t in data)


class Nested(Transformer[LarkToken, Any]):
    """Every rule as its name and its children."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda children: (name, children)


class Same:
    """The same for the machine."""

    def __getattr__(self, name: str) -> Any:
        return lambda children: (name, children)


@cache
def both() -> tuple[Machine, Lark]:
    lark = Lark(
        grammar(), parser="lalr", lexer=Given, maybe_placeholders=True, transformer=Nested()
    )
    return Machine(tables(), Same()), lark


@cache
def tokens_of(path: Path) -> tuple[Token, ...]:
    source = Source(path.name, path.read_text(encoding="utf-8"))
    return tuple(Typer(source, scan(source, Diagnostics()).pieces, Diagnostics()).tokens())


def ours(tokens: list[Token]) -> object:
    try:
        return plain(both()[0].parse(tokens))
    except UnexpectedTokenError as error:
        return error.token.type, str(error.token), error.expected


def larks(tokens: list[Token]) -> object:
    try:
        return plain(both()[1].parse(tokens))  # type: ignore[arg-type]
    except UnexpectedToken as error:
        return error.token.type, str(error.token), error.expected


def plain(node: Any) -> object:
    if isinstance(node, tuple):
        return node[0], [plain(child) for child in node[1]]
    return (node.type, str(node)) if isinstance(node, (Token, LarkToken)) else node


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_every_spec(path: Path) -> None:
    tokens = list(tokens_of(path))
    assert ours(tokens) == larks(tokens)


@given(st.sampled_from(SPECS), st.data())
def test_a_token_is_missing_or_twice(path: Path, data: st.DataObject) -> None:
    tokens = list(tokens_of(path))
    at = data.draw(st.integers(0, len(tokens) - 1))
    tokens[at : at + 1] = tokens[at : at + 1] * data.draw(st.sampled_from([0, 2]))
    assert ours(tokens) == larks(tokens)


def test_the_shipped_tables_are_the_grammars() -> None:
    assert tables() == make(grammar())


def test_the_builder_has_a_method_for_every_rule() -> None:
    assert Machine(tables(), Builder()).parse(tokens_of(SPECS[0]))


def test_no_tokens() -> None:
    with pytest.raises(UnexpectedTokenError):
        both()[0].parse([])
