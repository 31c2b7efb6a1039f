"""The working of a layer for people, and for other programs."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel

from specc.explain import Explained, ExplainedModel
from specc.layers.written import default, literal, written
from specc.report.colour import PLAIN, Palette
from specc.report.machine import Json
from specc.sizes import render


def lines(e: Explained, palette: Palette = PLAIN) -> Iterator[str]:
    """`C1: conv(6, 5x5) in LeNet, line 6`, then one line for each figure and hyperparameter."""
    call = written(e.layer, e.op) if e.layer is not None else e.op
    where = f"in the {e.phase}, " if e.phase else ""
    yield f"{palette.paint(e.path, 'bold')}: {call} in {e.network}, {where}line {e.line}"
    width = max((len(step.title) for step in e.steps), default=0)
    for step in e.steps:
        yield f"  {palette.paint(f'{step.title:{width}}', 'help')}  {step.text}"
    if e.layer is not None and type(e.layer).model_fields:
        yield f"  {palette.paint('hyperparameters', 'help')}"
        yield from (f"    {text}" for text in hyperparameters(e.layer))
    yield from (f"  note: {note}" for note in e.notes)


def settings(model: ExplainedModel, palette: Palette = PLAIN) -> Iterator[str]:
    """What training is told, with every default."""
    for title, values in model.settings:
        word = str(getattr(values, "word", ""))
        yield f"{palette.paint(title, 'bold')}: {written(values, word)}" if word else title
        yield from (f"    {text}" for text in hyperparameters(values))
        yield ""


def hyperparameters(layer: BaseModel) -> Iterator[str]:
    """`stride = 1  (default)  Step between neighbouring positions of the kernel.`"""
    fields = type(layer).model_fields
    rows = [
        (
            f"{name} = {literal(getattr(layer, name))}",
            not field.is_required() and getattr(layer, name) == default(field),
            field.description or "",
        )
        for name, field in fields.items()
    ]
    width = max((len(text) for text, _, _ in rows), default=0)
    for text, is_default, description in rows:
        mark = "default" if is_default else ""
        yield f"{text:{width}}  {mark:7}  {description}".rstrip()


def totals(model: ExplainedModel) -> Iterator[str]:
    """The sums of the networks, with their parts."""
    for network in model.report.networks:
        parts = [render(row.params) for row in network.rows if row.params != 0]
        total = render(network.totals.params)
        body = " + ".join(parts) if 1 < len(parts) <= 16 else ""
        yield (
            f"{network.name}: {body} = {total} parameters"
            if body
            else (f"{network.name}: {total} parameters")
        )


def document(e: Explained) -> dict[str, Json]:
    """The working as JSON."""
    values: dict[str, Json] = {}
    if e.layer is not None:
        values = {name: literal(getattr(e.layer, name)) for name in type(e.layer).model_fields}
    return {
        "network": e.network,
        "name": e.path,
        "op": e.op,
        "line": e.line,
        "phase": e.phase,
        "figures": [
            {
                "figure": step.title.strip(),
                "value": step.value,
                "formula": step.formula.symbols() if step.formula is not None else "",
                "numbers": step.formula.numbers() if step.formula is not None else "",
            }
            for step in e.steps
        ],
        "hyperparameters": values,
        "notes": list(e.notes),
    }
