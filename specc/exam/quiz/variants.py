"""Versions of a model: some numbers of its text exchanged for near ones, as long as everything still fits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from random import Random
from typing import Any, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from specc.layers import registry
from specc.pipeline import compile_text
from specc.program import Program
from specc.source import Span
from specc.std import INDEX
from specc.syntax import tree

_ATTEMPTS = 60
_LOOKED_AT = 8
_WIDTHS = ("features", "channels", "units")
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Changed(Struct, frozen=True):
    """A version: its letter, the exchanges as `C1.kernel: 5x5 → 3x3`, and the program."""

    name: str
    changes: tuple[str, ...]
    program: Program


class Place(Struct, frozen=True):
    """A number that may be another: where it stands, what it is called, and how to draw another.

    `also` are ports of the same size, which may have to change with it.
    """

    span: Span
    name: str
    draw: Callable[[Random], str]
    also: tuple[Span, ...] = ()


def variants(
    program: Program,
    number: int,
    random: Random,
    fits: Callable[[Program], bool],
    changed: Callable[[Program, Program], float],
) -> Iterator[Changed]:
    """The spec as it is, and then others that fit; fewer where it allows no more.

    `changed` says which part of the answers is another; a version with all of them is taken at once.
    """
    yield Changed("A", (), program)
    found = places(program.file)
    seen = {program.file.source.text}
    for letter in _letters(number):
        made = _best(program, _others(program, found, seen, random, fits), changed)
        if made is None:
            return
        changes, fresh = made
        yield Changed(letter, changes, fresh)


def _letters(number: int) -> list[str]:
    return [_LETTERS[i] if i < len(_LETTERS) else f"V{i + 1}" for i in range(1, number)]


Version: TypeAlias = tuple[tuple[str, ...], Program]
"""What was exchanged, and the program."""


def _best(
    program: Program, found: Iterator[Version], changed: Callable[[Program, Program], float]
) -> Version | None:
    """The first version with other answers to all questions, else that with most of a few."""
    best, most = None, -1.0
    for version in islice(found, _LOOKED_AT):
        share = changed(program, version[1])
        if share > most:
            best, most = version, share
        if share == 1:
            break
    return best


def _others(
    program: Program,
    found: list[Place],
    seen: set[str],
    random: Random,
    fits: Callable[[Program], bool],
) -> Iterator[Version]:
    source = program.file.source
    for _ in range(_ATTEMPTS if found else 0):
        chosen = random.sample(found, random.randint(1, min(3, len(found))))
        text, changes = _edited(source.text, chosen, random)
        if text in seen:
            continue
        seen.add(text)
        compiled = compile_text(text, source.path)
        if compiled.program is not None and fits(compiled.program):
            yield changes, compiled.program


def _edited(text: str, chosen: list[Place], random: Random) -> tuple[str, tuple[str, ...]]:
    """The text with some numbers exchanged, half of the time those of equal ports too."""
    edits: dict[int, tuple[Span, str]] = {}
    changes: list[str] = []
    linked = random.random() < 0.5
    for place in sorted(chosen, key=lambda p: p.span.start):
        fresh = place.draw(random)
        changes.append(f"{place.name}: {place.span.text} → {fresh}")
        for span in (place.span, *(place.also if linked else ())):
            edits[span.start] = (span, fresh)
    for _, (span, fresh) in sorted(edits.items(), reverse=True):
        text = text[: span.start] + fresh + text[span.end :]
    return text, tuple(changes)


# ----------------------------------------------------------------------- places


def places(file: tree.File) -> list[Place]:
    """Numbers of hyperparameters, and parameters of the file; not the size of what comes out at the end."""
    found: list[Place] = []
    own = {d.name.id: d for d in file.declarations if isinstance(d, tree.Definition)}
    for declaration in file.declarations:
        if isinstance(declaration, tree.Definition):
            calls = list(_calls(declaration.body))
            ends = declaration.role not in ("encoder", "bottleneck", "block")
            for call, owner in calls:
                found += _of_call(call, owner, own, last=ends and call is calls[-1][0])
        elif isinstance(declaration, tree.Param) and isinstance(declaration.value, tree.Number):
            value = declaration.value.value
            if isinstance(value, int) and value > 1:
                found.append(Place(declaration.value.span, declaration.name.id, _width(value)))
        elif isinstance(declaration, tree.Example):
            found += _of_example(declaration)
    ports = _ports(file)
    return [replace(p, also=tuple(ports.get(p.span.text, ()))) for p in found]


def _of_example(example: tree.Example) -> Iterator[Place]:
    """The whole numbers of what is given; classes and edges stay."""
    for statement in example.body:
        if isinstance(statement, tree.Given) and statement.type is None:
            stack: list[tree.Expr] = [statement.value]
            while stack:
                expr = stack.pop(0)
                if isinstance(expr, tree.ListOf):
                    stack = [*expr.items, *stack]
                elif isinstance(expr, tree.Number) and expr.value == int(expr.value):
                    name = statement.target.span.text
                    yield Place(expr.span, name, _small(int(expr.value)))


def _small(value: int) -> Callable[[Random], str]:
    options = [n for n in range(10 if abs(value) < 10 else 100) if n != value]
    return lambda random: str(random.choice(options))


def _ports(file: tree.File) -> dict[str, list[Span]]:
    """The sizes of the ports of all networks by their text."""
    found: dict[str, list[Span]] = {}
    for declaration in file.declarations:
        for statement in declaration.body if isinstance(declaration, tree.Definition) else ():
            if isinstance(statement, tree.Input) and isinstance(statement.type, tree.Index):
                for argument in statement.type.arguments:
                    found.setdefault(argument.value.span.text, []).append(argument.value.span)
    return found


def _calls(body: tuple[tree.Statement, ...]) -> Iterator[tuple[tree.Call, str]]:
    """Every call of a layer with the name of its stage; `scan(lstm(64))` holds one too."""
    stack: list[tuple[Any, str]] = [(body, "")]
    while stack:
        item, owner = stack.pop()
        if isinstance(item, tree.Stage):
            owner = item.label.id if item.label is not None else ""
        if isinstance(item, tree.Call) and isinstance(item.callee, tree.Name):
            yield item, owner or item.callee.id
        stack.extend((part, owner) for part in reversed(tree.parts(item)))


def _of_call(
    call: tree.Call, owner: str, own: Mapping[str, tree.Definition], *, last: bool
) -> Iterator[Place]:
    """The numbers of a layer, of a block of the file, and of a layer of the library."""
    assert isinstance(call.callee, tree.Name)
    model = registry.get(call.callee.id)
    names = list(model.model_fields) if model is not None else []
    if call.callee.id in own:
        names = [h.name.id for h in own[call.callee.id].hyperparameters or ()]
    elif call.callee.id in INDEX:
        names = ["features"]
    for number, argument in enumerate(call.arguments):
        word = argument.name.id if argument.name is not None else _at(names, number)
        draw = _draw(word, argument.value) if word in names else None
        if draw is not None and not (last and word in _WIDTHS):
            yield Place(argument.value.span, f"{owner}.{word}", draw)


def _at(names: Sequence[str], number: int) -> str:
    return names[number] if number < len(names) else ""


def _draw(word: str, value: tree.Expr) -> Callable[[Random], str] | None:
    """How to draw another number for a hyperparameter, None where it stays."""
    if word in _WIDTHS and isinstance(value, tree.Number):
        return _width(int(value.value)) if value.value > 1 else None
    if word == "kernel" and isinstance(value, tree.SizeLiteral) and len(set(value.values)) == 1:
        return _kernel(value.values[0], len(value.values))
    if word == "kernel" and isinstance(value, tree.Number):
        return _kernel(int(value.value), 1)
    if word in ("stride", "padding") and isinstance(value, tree.Number):
        low = 1 if word == "stride" else 0
        return lambda random: str(random.choice([n for n in range(low, 4) if n != value.value]))
    return None


def _width(value: int) -> Callable[[Random], str]:
    near = {value * k // 4 for k in (2, 3, 5, 6, 8)} | {value + 2, max(value - 2, 1)}
    options = sorted(n for n in near if n not in (0, value))
    return lambda random: str(random.choice(options))


def _kernel(value: int, axes: int) -> Callable[[Random], str]:
    options = [n for n in ((2, 3, 4) if value in (2, 4) else (1, 3, 5, 7)) if n != value]
    return lambda random: "x".join([str(random.choice(options))] * axes)


# ------------------------------------------------------------------------- text


def model_text(program: Program) -> str:
    """Parameters, networks, blocks and examples as they are written: what a student needs to see."""
    shown = (tree.Param, tree.Definition, tree.Example)
    return "\n".join(d.span.text for d in program.file.declarations if isinstance(d, shown))
