"""The working of a layer for people, and for other programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from pydantic import BaseModel

from specc.count.add import add_up
from specc.count.machine import number
from specc.explain import Explained, ExplainedModel
from specc.layers.written import default, literal, written
from specc.report.colour import PLAIN, Palette
from specc.report.machine import Json
from specc.sizes import Size, render


def lines(e: Explained, palette: Palette = PLAIN) -> Iterator[str]:
    """`C1: conv(6, 5x5) in LeNet, line 6`, then one line for each figure and hyperparameter."""
    call = written(e.layer, e.op) if e.layer is not None else e.op
    yield f"{palette.paint(e.path, 'bold')}: {call} in {e.network}, {phase(e)}{e.place}"
    rows = [(step.title, step.text) for step in e.steps]
    rows += [("inside", _inside(e))] if e.inside else []
    width = max((len(title) for title, _ in rows), default=0)
    for title, text in rows:
        yield f"  {palette.paint(f'{title:{width}}', 'help')}  {text}"
    if e.layer is not None and type(e.layer).model_fields:
        yield f"  {palette.paint('hyperparameters', 'help')}"
        yield from (f"    {text}" for text in hyperparameters(e.layer))
    yield from (f"  note: {note}" for note in e.notes)


def _inside(e: Explained) -> str:
    """How many operations are left out, and how to see them."""
    one = len(e.inside) == 1
    number = "1 operation" if one else f"{len(e.inside)} operations"
    return f"{number}: with --all, or by name, such as {e.inside[0]}"


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


def phase(e: Explained) -> str:
    """`in the message, ` for a layer of an equation of message passing."""
    return f"in the {e.phase}, " if e.phase else ""


def totals(model: ExplainedModel) -> Iterator[str]:
    """The sums of the networks, with their parts."""
    for network in model.report.networks:
        rows = [(row.params, row.macs) for row in network.rows]
        yield from _summed(network.name, rows, network.totals.params, network.totals.macs)
    if len(model.report.networks) > 1:
        sums = model.report.totals
        yield from _summed(model.report.path, [], sums.params, sums.macs)


def part(name: str, layers: Iterable[Explained]) -> Iterator[str]:
    """The sums of some layers, under the name that they were asked by."""
    rows = [(e.params, e.macs) for e in layers]
    yield from _summed(name, rows, add_up(p for p, _ in rows), add_up(m for _, m in rows))


def _summed(
    name: str, rows: Sequence[tuple[Size, Size]], params: Size, macs: Size
) -> Iterator[str]:
    if macs != 0:
        yield f"{name}: {_sum([m for _, m in rows], macs)} MACs"
    yield f"{name}: {_sum([p for p, _ in rows], params)} parameters"


def _sum(parts: Sequence[Size], whole: Size) -> str:
    shown = [render(p) for p in parts if p != 0]
    return f"{' + '.join(shown)} = {render(whole)}" if 1 < len(shown) <= 16 else render(whole)


def sums(layers: Iterable[Explained]) -> dict[str, Json]:
    """What layers add up to, as JSON."""
    found = list(layers)
    return {
        "params": number(add_up(e.params for e in found)),
        "macs": number(add_up(e.macs for e in found)),
    }


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
        "file": e.file,
        "phase": e.phase,
        "inside": list(e.inside),
        "figures": [
            {
                "figure": step.name,
                "value": step.value,
                "formula": step.formula.symbols() if step.formula is not None else "",
                "numbers": step.formula.numbers() if step.formula is not None else "",
            }
            for step in e.steps
        ],
        "hyperparameters": values,
        "notes": list(e.notes),
    }
