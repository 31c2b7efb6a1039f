"""The parameters of a file, with what `--set` says of them and of the free sizes of its inputs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from specc.nearest import nearest
from specc.program import ParameterValue, Static
from specc.resolve.context import Context, Scope
from specc.resolve.evaluation import static
from specc.resolve.order import names_read
from specc.resolve.static import show
from specc.sizes import symbol
from specc.source import Span
from specc.syntax import tree

Overrides: TypeAlias = Mapping[str, Static]

PARTS = ("block", "cell", "message_passing")
"""Definitions that are parts of networks, and made where they are used."""


def read_parameters(
    context: Context, file: tree.File, declared: Sequence[tree.Declaration], overrides: Overrides
) -> None:
    """Note the value of every parameter; an override of something else is reported (E402)."""
    scope = Scope(context, "file", "param")
    left = dict(overrides)
    for d in declared:
        if not isinstance(d, tree.Param) or d.name.id in context.parameters:
            continue
        value: Static | None
        context.written[d.name.id] = (d.name.span if d.value is None else d.value.span, "")
        if d.name.id in left:
            value = left.pop(d.name.id)
            _check_override(context, d, value)
            context.written[d.name.id] = (d.name.span, f"--set {d.name.id}={show(value)}: ")
        elif d.value is None:
            value = symbol(d.name.id)
        else:
            value = static(scope, d.value)
        if value is None:
            context.broken.add(d.name.id)
            value = symbol(d.name.id)
        context.parameters[d.name.id] = ParameterValue(d.name.id, value, d.name.span, d.doc)
    free = free_sizes(declared)
    for name, value in sorted(left.items(), key=lambda one: "." in one[0]):
        if name in free:
            _set_size(context, name, free, value)
        else:
            _unknown(context, name, free, Span(file.source, 0, 0))


def free_sizes(declared: Iterable[tree.Declaration]) -> dict[str, tree.Name]:
    """The sizes of inputs that stay free, with where each is first read.

    `T` of `sequence[T, 3]` in the network Net has the names `T` and `Net.T`.
    """
    declared = tuple(declared)
    known = {d.name.id for d in declared if isinstance(d, (tree.Param, tree.Definition))}
    found: dict[str, tree.Name] = {}
    for d in declared:
        if not isinstance(d, tree.Definition) or d.role in PARTS:
            continue  # the uses of a part give it its sizes
        own = known | {h.name.id for h in d.hyperparameters or ()}
        types = [s.type for s in d.body if isinstance(s, tree.Input) and s.type]
        for name in sorted((n for t in types for n in names_read(t)), key=lambda n: n.span.start):
            if name.id not in own and is_free(name.id):
                found.setdefault(name.id, name)
                found.setdefault(f"{d.name.id}.{name.id}", name)
    return found


def is_free(word: str) -> bool:
    """Whether an unknown name in the type of an input is a size that stays free: it has no small letter."""
    return word.upper() == word and word[:1].isalpha()


def _set_size(context: Context, written: str, free: Mapping[str, tree.Name], value: Static) -> None:
    """Give a size its number: in one network, or in all that have a size of this name."""
    place = free[written].span
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        message = f"--set {written}={show(value)}: a size is a whole number from 1"
        context.report("E203", message, place)
        return
    context.settings[written] = ParameterValue(written, value, place, "")
    for name in free:
        network, dot, letter = name.partition(".")
        if dot and written in (name, letter):
            context.sizes[network, letter] = value, free[name].span


def _unknown(context: Context, name: str, free: Iterable[str], place: Span) -> None:
    names = [*context.parameters, *(n for n in free if ("." in n) is ("." in name))]
    close = nearest(name, names)
    context.report(
        "E402",
        f'--set {name}: the file has no parameter "{name}" (it has {", ".join(names) or "none"})',
        place,
        helps=(f"did you mean {close[0]}?",) if close else (),
    )


def _check_override(context: Context, param: tree.Param, value: Static) -> None:
    """A parameter keeps the kind of value that the file gave it."""
    written = param.value
    if isinstance(written, tree.Number) and not isinstance(value, (int, float)):
        context.report(
            "E203",
            f"--set {param.name.id}={show(value)}: the parameter is a number",
            param.name.span,
        )
