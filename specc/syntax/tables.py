"""The parser's tables: loaded where they were saved for this grammar, made anew by Lark otherwise."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import msgpack

from specc.syntax.machine import Child, Rule, Tables

if TYPE_CHECKING:
    from lark.grammar import Rule as Written

SAVED = "specc.lalr"
FORM = 2


def grammar() -> str:
    """The grammar's text, from the wheel or from the repository."""
    beside = _grammar_beside()
    return beside or Path(__file__).with_name("specc.lark").read_text(encoding="utf-8")


def digest(text: str) -> bytes:
    """What tables belong to: a grammar, and the form of the tables."""
    return hashlib.sha256(f"{FORM}\n{text}".encode()).digest()


def make(text: str) -> Tables:
    """Tables from the grammar's text: a fifth of a second."""
    from lark import Lark
    from lark.parsers.lalr_analysis import Shift

    lark: Any = Lark(text, parser="lalr", lexer="basic", maybe_placeholders=True)
    table = lark.parser.parser._parse_table
    rules = {rule: -1 - i for i, rule in enumerate(lark.rules)}
    rows = {
        state: {
            symbol: target if action is Shift else rules[target]
            for symbol, (action, target) in sorted(row.items())
        }
        for state, row in table.states.items()
    }
    first = table.start_states["start"]
    order = {state: i for i, state in enumerate(_reached(rows, first))}
    states = tuple({s: order.get(t, t) for s, t in rows[state].items()} for state in order)
    return Tables(states, tuple(map(_rule, lark.rules)), order[table.end_states["start"]])


def _reached(rows: dict[int, dict[str, int]], first: int) -> list[int]:
    """The states from the first one on; Lark numbers them differently in every process."""
    found = {first}
    order = [first]
    for state in order:  # which grows on the way
        new = [t for t in dict.fromkeys(rows[state].values()) if t >= 0 and t not in found]
        found.update(new)
        order += new
    return order


def _rule(written: Written) -> Rule:
    """A rule as Lark's tree builder reads it: `[x]` that is left out gives None, `_x` is joined in."""
    places = written.options.empty_indices or (False,) * len(written.expansion)
    absent = [len(run) for run in "".join("x" if gone else " " for gone in places).split(" ")]
    symbols = [(s.name, s.is_term) for s in written.expansion]
    children = tuple(
        Child(gone, name.startswith("_") and not terminal)
        for gone, (name, terminal) in zip(absent, symbols, strict=False)
    )
    origin = str(written.origin.name)
    method = "list" if origin.startswith("_") else str(written.alias or origin)
    handed_on = written.options.expand1 and not written.alias and len(children) == 1
    return Rule(origin, "" if handed_on else method, children, absent[-1])


def saved(text: str) -> bytes:
    """The tables as bytes, the digest of their grammar first."""
    return digest(text) + msgpack.encode(make(text))


def tables() -> Tables:
    """The tables of the grammar."""
    file = Path(__file__).with_name(SAVED)
    if file.is_file():
        content = file.read_bytes()
        source = _grammar_beside()
        if source is None or digest(source) == content[:32]:
            return msgpack.decode(content[32:], type=Tables)
    return make(grammar())


def _grammar_beside() -> str | None:
    """The repository's grammar; None in a wheel, whose tables always fit."""
    path = Path(__file__).parents[2] / "grammars" / "specc.lark"
    return path.read_text(encoding="utf-8") if path.is_file() else None
