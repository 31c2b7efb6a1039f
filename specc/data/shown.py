"""The fields of a source as a reader meets them: `signal: vector[140], label: category[2]`."""

from __future__ import annotations

from pydantic import ValidationError

from specc.data.base import DataField, DataSource
from specc.types import PORT_AXES, tree_columns


def fields_shown(model: type[DataSource]) -> tuple[str, ...]:
    """The fields of a source with its defaults; none where only a file or an argument knows them."""
    try:
        source = model()
    except ValidationError:
        return ()  # it needs a path or another source
    return tuple(f"{field.name}: {type_shown(field)}" for field in source.fields() or ())


def masks_shown(model: type[DataSource]) -> tuple[str, ...]:
    """The masks that a source binds by themselves: no name is given to them after `as`."""
    try:
        return tuple(model().masks())
    except ValidationError:
        return ()


def type_shown(field: DataField) -> str:
    """The type of a field as a spec writes it, or in words where no type has these axes."""
    if field.graph:
        return f"graph[{', '.join(f'{word}={size}' for word, size in field.graph)}]"
    text = _type(field)
    return (
        text
        if field.over == "items" or field.axes == ("pair",)
        else f"{text} per {field.over[:-1]}"
    )


def _type(field: DataField) -> str:
    if field.axes == ("pair",):
        return f"two of {field.classes} nodes"
    if field.axes == ("node", "part"):
        return _tree(field)
    if field.dtype == "float":
        word = next(word for word, axes in PORT_AXES.items() if axes == field.axes)
        return word + _bracketed(*field.sizes)
    each = f" at each of {'×'.join(map(str, field.sizes))}" if field.sizes else ""
    if field.dtype == "bool":
        return f"true or false{each}"
    if field.axes == ("time",):
        return "tokens" + _bracketed(*field.sizes, f"vocab={field.classes}")
    return f"category[{field.classes}]{each}"


def _tree(field: DataField) -> str:
    nodes, columns = field.sizes
    children = columns - tree_columns(0)
    more = () if children == 2 else (f"children={children}",)
    return "tree" + _bracketed(nodes, f"vocab={field.classes}", *more)


def _bracketed(*parts: int | str) -> str:
    return f"[{', '.join(map(str, parts))}]" if parts else ""
