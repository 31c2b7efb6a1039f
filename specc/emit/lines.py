"""Statements and heads of functions as lines that fit."""

from __future__ import annotations

from collections.abc import Iterable

from specc.emit.layout import fits, statement
from specc.emit.naming import Line

MERGED = ("with torch.no_grad():",)
"""Heads under which several statements may stand."""


def laid_out(lines: Iterable[Line], indent: int = 8) -> list[str]:
    """Statements as lines that fit."""
    made: list[str] = []
    before: tuple[str, ...] = ()
    for line in lines:
        if line.block != before or not line.block or line.block[0] not in MERGED:
            made += line.block
        before = line.block
        inner = 4 if line.block else 0
        made += (" " * inner + text for text in statement(line.text, indent + inner, line.comment))
    return made


def unpacked(names: list[str]) -> str:
    """The names of a tuple's values; where many at its end are read by nothing, they have one."""
    count = len(names)
    while count and names[count - 1] == "_":
        count -= 1
    rest = ["*_"] if len(names) - count > 3 else names[count:]
    return ", ".join([*names[:count], *rest])


def returned_tuple(values: list[str]) -> str:
    """`return a, b`, in parentheses where there is one value, or where the line has to be broken."""
    inside = ", ".join(values)
    plain = len(values) > 1 and fits(f"return {inside}", 8)
    return f"return {inside}" if plain else f"return ({inside}{',' * (len(values) == 1)})"


def function_head(name: str, parts: list[str], result: str, indent: int) -> list[str]:
    """`def name(parts) -> result:` in one line, or with its arguments below."""
    text = f"def {name}({', '.join(parts)}) -> {result}:"
    if fits(text, indent):
        return [text]
    inside = ", ".join(parts)
    if fits(inside, indent + 4):
        return [f"def {name}(", f"    {inside}", f") -> {result}:"]
    return [f"def {name}(", *(f"    {p}," for p in parts), f") -> {result}:"]


def assigned(pairs: list[tuple[str, str]], indent: int) -> list[str]:
    """`a, b = x, y`: at once, or one after the other where the line is too long and no value is a target."""
    if not pairs:
        return []
    targets, values = zip(*pairs, strict=True)
    together = f"{', '.join(targets)} = {', '.join(values)}"
    if fits(together, indent) or not set(targets).isdisjoint(values):
        return [together]
    return [f"{target} = {value}" for target, value in pairs]
