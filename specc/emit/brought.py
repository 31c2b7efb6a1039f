"""Helper classes and functions that a module brings along, with the options that its code gives them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from msgspec import Struct

from specc.emit.environment import render_text
from specc.emit.layout import indented, split, statement
from specc.emit.lines import function_head


def helpers(used: set[str], code: str = "") -> list[str]:
    """The helpers among some names, sorted; those that have options have the ones that `code` gives."""
    return [_written(n, text, code) for n, text in sorted(_texts().items()) if n in used]


@cache
def _texts() -> dict[str, str]:
    folder = files("specc.emit").joinpath("helpers")
    found = {}
    for file in folder.iterdir():
        if file.name.endswith(".py.j2"):
            found[file.name.removesuffix(".py.j2")] = file.read_text(encoding="utf-8").rstrip("\n")
    return found


def _written(name: str, text: str, code: str) -> str:
    if "{%" not in text and "{{ " not in text:
        return text
    calls = Calls(tuple(_calls(name, code)))
    return render_text(text, has=calls.has, lacks=calls.lacks, head=calls.head, call=_call)


class Calls(Struct, frozen=True):
    """The calls of a helper, each as its arguments; without any, every option may be given or left out."""

    calls: tuple[tuple[str, ...], ...]

    def has(self, option: str, place: int | None = None) -> bool:
        """Whether some call gives an option, by its name or at its place."""
        return not self.calls or any(_gives(c, option, place) for c in self.calls)

    def lacks(self, option: str, place: int | None = None) -> bool:
        """Whether some call leaves an option out."""
        return not self.calls or not all(_gives(c, option, place) for c in self.calls)

    def head(self, *parts: str, **options: str) -> str:
        """The head of a constructor with the options that it needs."""
        kept = (f"{name}: {rest}" for name, rest in options.items() if self.has(name))
        return indented(function_head("__init__", ["self", *parts, *kept], "None", 4), 4)


def _gives(call: tuple[str, ...], option: str, place: int | None) -> bool:
    plain = [a for a in call if not re.match(r"\w+=(?!=)", a)]
    return any(a.startswith(f"{option}=") for a in call) or (place or len(call)) < len(plain)


def _call(start: str, *parts: str | bool, comment: str = "") -> str:
    """`y = f(…)` of the arguments that are there."""
    inside = ", ".join(p for p in parts if isinstance(p, str))
    return indented(statement(f"{start}({inside})", 8, comment), 8)


def _calls(name: str, code: str) -> Iterable[tuple[str, ...]]:
    """The arguments of every call of a name."""
    for found in re.finditer(rf"(?<!class )(?<!def )\b{name}\(", code):
        depth, at = 1, found.end()
        while depth:
            depth += (code[at] in "([{") - (code[at] in ")]}")
            at += 1
        inside = re.sub(r"\s+", " ", code[found.end() : at - 1]).strip().removesuffix(",")
        yield tuple(split(inside))
