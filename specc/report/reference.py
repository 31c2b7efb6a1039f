"""The reference of the layers, made from the layers themselves: `specc explain conv`, docs/layers.md."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec

from pydantic.fields import FieldInfo

from specc.layers import registry
from specc.layers.base import Layer
from specc.layers.written import default, literal
from specc.report.machine import Json


def words() -> tuple[str, ...]:
    """The words of all layers, in the order of the reference."""
    return tuple(w for family in families().values() for w in family)


def families() -> dict[str, tuple[str, ...]]:
    """The words of each family that is installed."""
    found = registry.families()
    return {f: w for f, w in found.items() if find_spec(f"specc.layers.{f}") is not None}


def layer(word: str) -> type[Layer]:
    """The class of a word. Raises KeyError."""
    found = registry.get(word)
    if found is None:
        raise KeyError(word)
    return found


def overview() -> Iterator[str]:
    """All layers by family, with a line for each."""
    for family, names in families().items():
        yield family
        width = max(map(len, names))
        yield from (f"  {word:{width}}  {layer(word).summary}" for word in names)
    yield ""
    yield "specc explain WORD says more of one layer."


def page(word: str) -> Iterator[str]:
    """Everything about one layer."""
    model = layer(word)
    yield signature(word)
    yield f"  {model.summary}"
    if model.formula:
        yield f"  {model.formula}"
    if model.tieable:
        yield f"  may be tied: {', '.join(model.tieable)}"
    yield from _fields(model)


def signature(word: str) -> str:
    """`conv(channels, kernel, stride=1, padding=0)`, the operands left out."""
    model = layer(word)
    fields = model.model_fields.items()
    parts = [n if f.is_required() else f"{n}={literal(default(f))}" for n, f in fields]
    return f"{word}({', '.join(parts)})" if parts else word


def _fields(model: type[Layer]) -> Iterator[str]:
    fields = model.model_fields
    width = max(map(len, fields), default=0)
    for name, field in fields.items():
        yield f"  {name:{width}}  {_default_text(field):10}  {field.description or ''}".rstrip()


def _default_text(field: FieldInfo) -> str:
    return "required" if field.is_required() else f"= {literal(default(field))}"


def document(word: str) -> dict[str, Json]:
    """A layer as JSON."""
    model = layer(word)
    return {
        "word": word,
        "summary": model.summary,
        "formula": model.formula,
        "operands": [*model.operands, *model.keyword_operands],
        "signature": signature(word),
        "hyperparameters": [
            {
                "name": name,
                "required": field.is_required(),
                "default": None if field.is_required() else literal(default(field)),
                "description": field.description or "",
            }
            for name, field in model.model_fields.items()
        ],
    }
