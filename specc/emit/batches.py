"""Which fields of the data a batch is made of, and what of it a method is given."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from specc.emit.data import field_name
from specc.emit.names import variable
from specc.emit.objective import Objective
from specc.program import Ref


def of_batch(batch: Iterable[str], used: Collection[str]) -> str:
    """`real, *_`: what is used of a batch, as the left side of an assignment."""
    names = [n if n in used else "_" for n in batch]
    while len(names) > 1 and names[-2:] == ["_", "_"]:
        names.pop()
        names[-1] = "*_"
    return ", ".join(names) if len(names) > 1 else f"({names[0]},)"


def chosen(objective: Objective, rows: str) -> str:
    """`(rows.x,)`: the fields of a batch, empty where that is every field."""
    if len(objective.batch) == len(objective.body.inputs):
        return ""
    inside = _fields(objective, rows, objective.batch)
    return f"({inside},)" if len(objective.batch) == 1 else inside


def outputs_call(objective: Objective, compared: Iterable[Ref]) -> list[str]:
    """The lines that give a batch to the method of the metrics."""
    read = tuple(objective.read(tuple(compared)))
    if read == objective.batch:
        return ["return model.outputs(*batch)"]
    return [
        f"{of_batch(objective.batch, read)} = batch",
        f"return model.outputs({', '.join(read)})",
    ]


def read_of(objective: Objective, rows: str, refs: tuple[Ref, ...]) -> str:
    """`part.x, part.label`: the fields that some values need."""
    return _fields(objective, rows, objective.read(refs))


def _fields(objective: Objective, rows: str, fields: Iterable[str]) -> str:
    names = {variable(n): field_name(n) for n, _ in objective.body.inputs}
    return ", ".join(f"{rows}.{names[n]}" for n in fields)
