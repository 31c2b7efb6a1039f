"""The reference of the language's libraries, made from their own descriptions: `specc explain conv`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.util import find_spec

from msgspec import Struct
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from specc.layers import registry
from specc.layers.base import Layer
from specc.layers.conventions import APART, Apart
from specc.layers.written import default, literal
from specc.nearest import SYNONYMS
from specc.report.machine import Json
from specc.resolve.arguments import in_order
from specc.resolve.standard import definitions
from specc.syntax import tree


class Entry(Struct, frozen=True):
    """One word of a library: what it is, and its settings; where these are tensors, its `parameters`.

    `definition` is there where the word is written in the language itself.
    """

    kind: str
    word: str
    summary: str
    model: type[BaseModel] | None = None
    operands: tuple[str, ...] = ()
    definition: tree.Definition | None = None
    parameters: tuple[tuple[str, str, str], ...] = ()

    @property
    def fields(self) -> dict[str, FieldInfo]:
        """The settings by name, in the order of positional arguments."""
        model = self.model
        return {} if model is None else {name: model.model_fields[name] for name in in_order(model)}

    @property
    def signature(self) -> str:
        """`conv(channels, kernel, stride=1, padding=0)`; what is piped is left out."""
        if self.definition is not None:
            return " ".join(self.definition.span.text.partition("{")[0].split()[1:])
        if self.model is None:
            return f"{self.word}({', '.join(self.operands)})"
        parts = [
            n if f.is_required() else f"{n}={literal(default(f))}" for n, f in self.fields.items()
        ]
        return f"{self.word}({', '.join(parts)})" if parts else self.word


SOME = ("losses", "activations")
"""Lists of layers of one kind."""

# -------------------------------------------------------------------- libraries


@cache
def libraries() -> dict[str, tuple[Entry, ...]]:
    """The libraries besides the layers, by the word that lists them."""
    from specc.data import SOURCES
    from specc.initialization import INITIALIZATIONS
    from specc.layers.distribution import FAMILIES
    from specc.metrics import METRICS
    from specc.optim import OPTIMIZERS, SCHEDULES

    return {
        "definitions": tuple(_ready()),
        "optimizers": _models("optimizer", OPTIMIZERS),
        "schedules": _models("schedule", SCHEDULES),
        "initializations": _models("init", INITIALIZATIONS),
        "metrics": _models("metric", METRICS),
        "data": _models("data set", SOURCES),
        "distributions": tuple(
            Entry("distribution", word, _summary(type(f)), None, f.names, parameters=f.parameters())
            for word, f in FAMILIES.items()
        ),
    }


def families() -> dict[str, tuple[str, ...]]:
    """The words of the layers, by family."""
    found = registry.families()
    return {f: w for f, w in found.items() if find_spec(f"specc.layers.{f}") is not None}


def words() -> tuple[str, ...]:
    """Every word that can be explained, the layers first."""
    layers = [w for family in families().values() for w in family]
    others = [e.word for entries in libraries().values() for e in entries]
    return tuple(dict.fromkeys([*layers, *others]))


def entries(word: str) -> tuple[Entry, ...]:
    """What a word means: `mse` is a loss and a metric."""
    model = registry.get(word)
    found = [] if model is None else [_layer(model)]
    others = [e for group in libraries().values() for e in group if e.word == word]
    return (*found, *others)


def _layer(model: type[Layer]) -> Entry:
    operands = (*model.operands, *model.keyword_operands)
    kind = "loss" if model.loss else "layer"
    return Entry(kind, model.word, model.summary, model, operands)


def _models(kind: str, models: Mapping[str, type[BaseModel]]) -> tuple[Entry, ...]:
    return tuple(Entry(kind, word, _summary(model), model) for word, model in models.items())


def _ready() -> Iterator[Entry]:
    """Cells and message-passing layers that are written in the language and come with specc."""
    for word, definition in definitions().items():
        kind = definition.role.replace("_", "-")
        yield Entry(kind, word, " ".join(definition.doc.split()), definition=definition)


def _summary(model: type) -> str:
    """What it says of itself in one line."""
    said = getattr(model, "summary", None)
    return said if isinstance(said, str) else (model.__doc__ or "").strip().partition("\n")[0]


# ------------------------------------------------------------------------ text


def overview(group: str = "layers") -> Iterator[str]:
    """All words of a library with a line for each; the layers by family."""
    if group == "layers":
        for family, names in families().items():
            yield family
            yield from _listed([e for word in names for e in entries(word)[:1]], "  ")
    else:
        yield from _listed(list(group_of(group)), "")
    yield ""
    others = ", ".join(g for g in ("layers", *SOME, *libraries()) if g != group)
    yield f"specc explain WORD says more of one; other lists: {others}"


def group_of(name: str) -> tuple[Entry, ...]:
    """The words of a list: of a library, or those of the layers that people ask for together."""
    if name not in SOME:
        return libraries()[name]
    models = (registry.get(word) for family in families().values() for word in family)
    found = [_layer(m) for m in models if m is not None]
    if name == "losses":
        return tuple(e for e in found if e.kind == "loss")
    activations = (*families()["rectifier"], *families()["activation"])
    return tuple(e for e in found if e.word in activations)


def settings(word: str) -> list[str]:
    """The layers that have an argument of this name, or of ours for it; empty where none has."""
    ours = (word, *SYNONYMS.get(word.replace("_", ""), ()))
    models = [m for w in families().values() for x in w if (m := registry.get(x)) is not None]
    for name in ours:
        found: dict[str, list[str]] = {}
        for model in models:
            if name in model.model_fields:
                said = model.model_fields[name].description or ""
                found.setdefault(said, []).append(model.word)
        if found:
            here = "" if name == word else f", here {name},"
            lines = [f"  {', '.join(words)}: {said}" for said, words in found.items()]
            first = next(iter(found.values()))[0]
            return [
                f"{word}{here} is an argument of",
                *lines,
                "",
                f"specc explain {first} says more",
            ]
    return []


def _listed(found: list[Entry], indent: str) -> Iterator[str]:
    width = max((len(e.word) for e in found), default=0)
    return (f"{indent}{e.word:{width}}  {e.summary}".rstrip() for e in found)


def page(word: str) -> Iterator[str]:
    """Everything about a word, one meaning after the other."""
    for number, entry in enumerate(entries(word)):
        if number:
            yield ""
        yield from _page(entry)


def _page(entry: Entry) -> Iterator[str]:
    yield f"{entry.kind} {entry.signature}"
    yield f"  {entry.summary}"
    model = entry.model
    if model is not None and issubclass(model, Layer):
        yield from _of_layer(model)
    if fields := _fields(entry):
        yield f"  fields by default: {', '.join(fields)}"
    if masks := _masks(entry):
        yield f"  bound by themselves, besides the names after `as`: {masks}"
    if entry.definition is not None:
        yield from ("", *entry.definition.span.text.splitlines())
    width = max(map(len, entry.fields), default=0)
    for name, field in entry.fields.items():
        yield f"  {name:{width}}  {_default_text(field):10}  {field.description or ''}".rstrip()
    width = max((len(name) for name, _, _ in entry.parameters), default=0)
    for name, given, meaning in entry.parameters:
        yield f"  {name:{width}}  {given:10}  {meaning}"


def arguments(model: type[BaseModel]) -> Iterator[tuple[str, str]]:
    """`keep=all`, and what it means, for every hyperparameter of a class."""
    for name, field in model.model_fields.items():
        yield f"{name}={literal(default(field))}", field.description or ""


def _of_layer(model: type[Layer]) -> Iterator[str]:
    if model.formula:
        yield f"  {model.formula}"
    if len(model.operands) > 1 or model.keyword_operands:
        named = [f"{n}=" for n in model.keyword_operands]
        yield f"  operands: {', '.join((*model.operands, *named))}"
    if model.tieable:
        yield f"  may be tied: {', '.join(model.tieable)}"
    yield from (f"  convention: {apart}" for apart in APART.get(model.word, ()))


def _default_text(field: FieldInfo) -> str:
    return "required" if field.is_required() else f"= {literal(default(field))}"


# ------------------------------------------------------------------------ JSON


def document(word: str) -> list[Json]:
    """The meanings of a word as JSON."""
    return [_document(entry) for entry in entries(word)]


def _document(entry: Entry) -> dict[str, Json]:
    return {
        "word": entry.word,
        "kind": entry.kind,
        "summary": entry.summary,
        "operands": list(entry.operands),
        "signature": entry.signature,
        "conventions": [{"text": a.text, "source": a.source} for a in _apart(entry)],
        "spec": entry.definition.span.text if entry.definition is not None else "",
        "hyperparameters": [*_given(entry)]
        or [
            {
                "name": name,
                "required": field.is_required(),
                "default": None if field.is_required() else literal(default(field)),
                "description": field.description or "",
            }
            for name, field in entry.fields.items()
        ],
    }


def _given(entry: Entry) -> Iterator[Json]:
    """The hyperparameters of a definition."""
    heads = (entry.definition.hyperparameters or ()) if entry.definition is not None else ()
    for head in heads:
        default = head.default.span.text if head.default is not None else None
        required = default is None
        yield {"name": head.name.id, "required": required, "default": default, "description": ""}


# -------------------------------------------------------------------- Markdown


def markdown() -> str:
    """The whole reference, as docs/reference.md holds it."""
    parts = [
        "# Reference",
        "Made by `specc explain`; every default is the one that generated code writes out.",
    ]
    for family, names in families().items():
        parts.append(f"## {family.capitalize()}")
        parts += [_section(e) for word in names for e in entries(word)[:1]]
    for group, found in libraries().items():
        parts.append(f"## {group.capitalize()}")
        parts += [_section(e) for e in found]
    return "\n\n".join(parts) + "\n"


def _apart(entry: Entry) -> tuple[Apart, ...]:
    """Where conventions part, of a layer."""
    return APART.get(entry.word, ()) if entry.kind == "layer" else ()


def _fields(entry: Entry) -> tuple[str, ...]:
    """`signal: vector[140]` and the like, of a data source whose fields are known without a file."""
    from specc.data.base import DataSource
    from specc.data.shown import fields_shown

    if entry.model is None or not issubclass(entry.model, DataSource):
        return ()
    return fields_shown(entry.model)


def _masks(entry: Entry) -> str:
    """`labelled, held_out: true or false per node`."""
    from specc.data.base import DataSource
    from specc.data.shown import masks_shown

    if entry.model is None or not issubclass(entry.model, DataSource):
        return ""
    found = masks_shown(entry.model)
    return f"{', '.join(found)}, true or false for each node" if found else ""


def _section(entry: Entry) -> str:
    lines = [f"### `{entry.word}`", "", entry.summary, "", f"    {entry.signature}"]
    if fields := _fields(entry):
        lines += ["", f"Fields by default: {', '.join(f'`{f}`' for f in fields)}."]
    if masks := _masks(entry):
        lines += ["", f"Bound by themselves, besides the names after `as`: {masks}."]
    if entry.definition is not None:
        lines += ["", "```text", entry.definition.span.text, "```"]
    model = entry.model
    if model is not None and issubclass(model, Layer) and model.formula:
        lines += ["", f"    {model.formula}"]
    if entry.fields or entry.parameters:
        lines += ["", "| setting | default | meaning |", "| --- | --- | --- |"]
    for name, field in entry.fields.items():
        shown = "required" if field.is_required() else f"`{literal(default(field))}`"
        said = (field.description or "").replace("|", "\\|")
        lines.append(f"| `{name}` | {shown} | {said} |")
    for name, given, meaning in entry.parameters:
        shown = f"`{given[2:]}`" if given.startswith("= ") else given
        lines.append(f"| `{name}` | {shown} | {meaning} |")
    lines += ["", *(f"- {apart}" for apart in _apart(entry))] if _apart(entry) else []
    return "\n".join(lines)


if __name__ == "__main__":  # python -m specc.report.reference > docs/reference.md
    print(markdown(), end="")
