"""Calls as other frameworks write them: the edits that make them ours, where the result stands."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, takewhile

from pydantic import ValidationError

from specc.diagnostics import Edit
from specc.layers.base import Layer
from specc.nearest import nearest
from specc.program import Static
from specc.resolve.arguments import accepts_word, takes_list
from specc.resolve.binding import Argument, words_of
from specc.resolve.convert import as_static, is_tensor
from specc.resolve.inferred import is_of_input, left_out
from specc.resolve.values import POISON, LayerMaker, Number, TensorRef
from specc.source import Span

_GONE = "-"
"""What an argument is called here that says the size of the input, which is inferred."""


def translated(
    model: type[Layer], word: str, arguments: Sequence[Argument]
) -> tuple[Edit, ...] | None:
    """What makes the arguments of a call ours; None where something would still be wrong with them.

    Sizes of the input are left out, names are those of the layer, and one stands in its place where
    arguments without a name follow it.
    """
    names = [_ours(model, a) for a in arguments]
    leading = sum(1 for _ in takewhile(_is_whole, arguments))
    lost = left_out(model, word, leading, names)
    if None in names or lost is None:
        return None
    names[:lost] = [_GONE] * lost
    kept = [(a, n or "") for a, n in zip(arguments, names, strict=True) if n != _GONE]
    said = _in_place(model, kept)
    if not _stands(model, said):
        return None
    renamed = [e for (a, _), (_, n) in zip(kept, said, strict=True) if (e := _renamed(a, n))]
    return (*_cuts(arguments, [n == _GONE for n in names]), *renamed)


def _ours(model: type[Layer], argument: Argument) -> str | None:
    """What an argument is called here; "" for one without a name, None for one that is not known."""
    if argument.name is None:
        return ""
    name, known = argument.name.id, (*model.model_fields, *model.keyword_operands, *model.tieable)
    if name in known or name in model.operands:
        return name
    if name == "dim" and isinstance(value := as_static(argument.meaning), int) and value >= 0:
        return None  # PyTorch counts the batch too
    return _GONE if is_of_input(name) else next(iter(nearest(name, known)), None)


def _is_whole(argument: Argument) -> bool:
    value = argument.meaning.value if isinstance(argument.meaning, Number) else None
    return argument.name is None and isinstance(value, int) and not isinstance(value, bool)


def _in_place(
    model: type[Layer], kept: Sequence[tuple[Argument, str]]
) -> list[tuple[Argument, str]]:
    """The arguments, without the names of those that stand where the layer has them."""
    values = [(a, n) for a, n in kept if not is_tensor(a.meaning)]
    last = max((i for i, (_, name) in enumerate(values) if not name), default=-1)
    bare = [
        argument.span
        for (argument, name), field in zip(values[: max(last, 0)], model.model_fields, strict=False)
        if name == field
    ]
    return [(a, "" if a.span in bare else n) for a, n in kept]


def _stands(model: type[Layer], said: Sequence[tuple[Argument, str]]) -> bool:
    """Whether the layer takes these arguments. What has an error of its own is not held against it."""
    values: dict[str, Static] = {}
    fields = list(model.model_fields)
    bare = [a for a, name in said if not name and not is_tensor(a.meaning)]
    several = len(fields) == 1 < len(bare) and takes_list(model, fields[0])
    if len(bare) > len(fields) and not several:
        return False
    placed = [] if several else list(zip(bare, fields, strict=False))
    given = [*placed, *((a, name) for a, name in said if name)]
    if len({name for _, name in given}) < len(given):
        return False
    if several or any(_is_open(a) for a, _ in given):
        return True
    for argument, name in given:
        if name in model.model_fields:
            value = _value(model, name, argument)
            if value is None:
                return False
            values[name] = value
    try:
        model.model_validate(values, strict=True)
    except ValidationError:
        return False
    return True


def _is_open(argument: Argument) -> bool:
    return argument.meaning is POISON or isinstance(argument.meaning, (LayerMaker, TensorRef))


def _value(model: type[Layer], name: str, argument: Argument) -> Static | None:
    word = words_of(argument.meaning) if accepts_word(model, name) else None
    return as_static(argument.meaning) if word is None else word


def _renamed(argument: Argument, name: str) -> Edit | None:
    written = argument.name
    if written is None or written.id == name:
        return None
    if name:
        return Edit(written.span, name)
    return Edit(Span(written.span.source, written.span.start, argument.span.start), "")


def _cuts(arguments: Sequence[Argument], gone: Sequence[bool]) -> list[Edit]:
    """Leave out arguments with their commas."""
    starts = [a.span.start if a.name is None else a.name.span.start for a in arguments]
    cuts: list[Edit] = []
    for lost, run in groupby(range(len(arguments)), key=lambda i: gone[i]):
        if lost:
            places = list(run)
            first, last = places[0], places[-1]
            source, behind = arguments[first].span.source, last + 1 < len(arguments)
            start = starts[first] if behind or not first else arguments[first - 1].span.end
            end = starts[last + 1] if behind else arguments[last].span.end
            cuts.append(Edit(Span(source, start, end), ""))
    return cuts
