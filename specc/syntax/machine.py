"""The LALR(1) machine that runs the parser's tables (Aho, Lam, Sethi, Ullman 2006, section 4.7).

Lark makes the tables; reading a spec needs only them, so it does not wait for Lark's import.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from msgspec import Struct

from specc.syntax.token import Token

END = "$END"


class Child(NamedTuple):
    """A place of a rule: how many left-out options come before it, and whether it is a list to join in."""

    absent: int
    joined: bool


class Rule(NamedTuple):
    """A rule of the grammar: what it makes, the method that makes it, its places.

    `method` is empty for a rule that hands its only child on. `absent` counts left-out options at the end.
    """

    origin: str
    method: str
    children: tuple[Child, ...]
    absent: int


class Tables(Struct, frozen=True):
    """For each state what a symbol does: n ≥ 0 goes to state n, −n − 1 ends rule n. It
    starts in state 0, and has read everything in state `last`."""

    states: tuple[dict[str, int], ...]
    rules: tuple[Rule, ...]
    last: int


class UnexpectedTokenError(Exception):
    """A token that no rule wants, and the terminals that could stand in its place."""

    def __init__(self, token: Token, expected: set[str]) -> None:
        super().__init__(token)
        self.token = token
        self.expected = expected


Make = Callable[[list[Any]], Any]


class Machine:
    """Tables with a builder, which has a method for each rule."""

    def __init__(self, tables: Tables, builder: object) -> None:
        self._tables = tables
        self._rules = [(r.origin, len(r.children), _maker(r, builder)) for r in tables.rules]

    def parse(self, tokens: Sequence[Token]) -> Any:
        """What the builder makes of the start rule.

        Raises:
            UnexpectedTokenError: the tokens are no sentence of the grammar.
        """
        rows, rules, last = self._tables.states, self._rules, self._tables.last
        states, values = [0], list[Any]()
        end = tokens[-1].end if tokens else 0
        for token in (*tokens, Token(END, "", end, end)):
            kind = token.type
            while (step := rows[states[-1]].get(kind)) is not None and step < 0:
                origin, size, make = rules[-step - 1]
                if make is not None:
                    at = len(values) - size
                    values[at:] = [make(values[at:])]
                del states[len(states) - size :]
                states.append(rows[states[-1]][origin])
                if states[-1] == last and kind == END:
                    return values[-1]
            if step is None:
                raise UnexpectedTokenError(token, {s for s in rows[states[-1]] if s.isupper()})
            states.append(step)
            values.append(token)
        raise AssertionError("the end of the tokens ends the start rule")

    def stops(self, tokens: Sequence[Token]) -> int | None:
        """The number of the first token that no rule wants; None where all is well. Nothing is built."""
        rows, rules, last = self._tables.states, self._rules, self._tables.last
        states = [0]
        for at, kind in enumerate([*(t.type for t in tokens), END]):
            while (step := rows[states[-1]].get(kind)) is not None and step < 0:
                origin, size, _ = rules[-step - 1]
                del states[len(states) - size :]
                states.append(rows[states[-1]][origin])
                if states[-1] == last and kind == END:
                    return None
            if step is None:
                return at
            states.append(step)
        raise AssertionError("the end of the tokens ends the start rule")


def _maker(rule: Rule, builder: object) -> Make | None:
    """What makes a rule's value of its children's; None where that is the only child's."""
    if not rule.method:
        return None
    make: Make = list if rule.method == "list" else getattr(builder, rule.method)
    plain = not rule.absent and all(child == (0, False) for child in rule.children)
    return make if plain else _arranged(rule, make)


def _arranged(rule: Rule, make: Make) -> Make:
    grows = rule.method == "list" and rule.children[0] == (
        0,
        True,
    )  # a list that gets one more each time

    def arrange(values: list[Any]) -> Any:
        found: list[Any] = values.pop(0) if grows else []
        for (absent, joined), value in zip(rule.children[grows:], values, strict=True):
            found += [None] * absent
            found += value if joined else (value,)
        found += [None] * rule.absent
        return found if grows else make(found)

    return arrange
