"""A layer as one would write it in a spec, from its values: `conv(6, 5x5, stride=2)`."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from specc.sizes import Symbolic, render


def written(layer: BaseModel, word: str) -> str:
    """The call with its required arguments in order and those that differ from their default.

    A shape stands in brackets: `reshape[256, 7, 7]`.
    """
    shape = getattr(layer, "shape_argument", None)
    sizes = getattr(layer, shape) if shape is not None else None
    if isinstance(sizes, tuple):
        word = f"{word}[{', '.join(map(literal, sizes))}]"
    arguments = ", ".join(_arguments(layer, shape))
    return f"{word}({arguments})" if arguments else word


def _arguments(layer: BaseModel, shape: str | None) -> Iterator[str]:
    for name, field in type(layer).model_fields.items():
        value = getattr(layer, name)
        if name == shape:
            continue
        if field.is_required():
            yield literal(value)
        elif value != default(field):
            yield f"{name}={literal(value)}"


def default(field: FieldInfo) -> object:
    """The default of a field; None of a required one."""
    return None if field.is_required() else field.get_default(call_default_factory=True)


def _row(value: object) -> str:
    """A row of a list of lists, never a size: `[1, 1, 1]`."""
    if isinstance(value, tuple):
        return f"[{', '.join(map(_row, value))}]"
    return literal(value)


def literal(value: object) -> str:
    """A value in the language's own notation: `5x5`, `true`, `1e-05`, `none`."""
    match value:
        case None:
            return "none"
        case bool():
            return "true" if value else "false"
        case tuple() if any(isinstance(v, tuple) for v in value):
            return f"[{', '.join(map(_row, value))}]"
        case tuple() if value and all(isinstance(v, int) and v > 0 for v in value):
            return "x".join(str(v) for v in value)
        case tuple():
            return f"[{', '.join(literal(v) for v in value)}]"
        case int():
            return str(value)
        case Symbolic():
            return render(value)
        case BaseModel():
            return written(value, str(getattr(value, "word", "")))
        case _:
            return str(value)
