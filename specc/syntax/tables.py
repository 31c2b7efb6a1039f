"""The parser's tables: loaded where they were saved for this grammar, made anew otherwise."""

from __future__ import annotations

import hashlib
import pickle
from functools import cache
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import Any

from lark import Lark, Transformer

from specc.syntax.lexer import TokenList

SAVED = "specc.lalr"


def grammar() -> str:
    """The grammar's text, from the wheel or from the repository."""
    packed = files("specc.syntax").joinpath("specc.lark")
    if packed.is_file():
        return packed.read_text(encoding="utf-8")
    return (Path(__file__).parents[2] / "grammars" / "specc.lark").read_text(encoding="utf-8")


def digest(text: str) -> bytes:
    """What tables belong to."""
    return hashlib.sha256(text.encode()).digest()


def make(text: str, transformer: Transformer[Any, Any] | None = None) -> Lark:
    """A parser from the grammar's text: a fifth of a second."""
    return Lark(
        text, parser="lalr", lexer=TokenList, maybe_placeholders=True, transformer=transformer
    )


def saved(text: str) -> bytes:
    """The tables as bytes, the digest of their grammar first."""
    buffer = BytesIO()
    make(text).save(buffer)
    return digest(text) + buffer.getvalue()


@cache
def parser(transformer: Transformer[Any, Any]) -> Lark:
    """The parser with a transformer inside."""
    file = files("specc.syntax").joinpath(SAVED)
    if file.is_file():
        content = file.read_bytes()
        source = _grammar_beside()
        if source is None or digest(source) == content[:32]:
            return _load(content[32:], transformer)
    text = grammar()
    return make(text, transformer)


def _grammar_beside() -> str | None:
    """The repository's grammar; None in a wheel, whose tables always fit."""
    path = Path(__file__).parents[2] / "grammars" / "specc.lark"
    return path.read_text(encoding="utf-8") if path.is_file() else None


def _load(content: bytes, transformer: Transformer[Any, Any]) -> Lark:
    data = pickle.loads(content)  # made by grammars/build.py and shipped in the wheel
    made: Lark = Lark.__new__(Lark)
    made._load({"data": data["data"], "memo": data["memo"]}, transformer=transformer)
    return made
