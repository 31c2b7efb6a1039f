"""A worked example for another program: numbers as JSON, exact ones beside them as fractions."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import TypeAlias

from specc.byhand.array import Array
from specc.byhand.example import Round, Worked
from specc.byhand.scalar import Scalar, Value
from specc.byhand.show import Shower, item, style_of
from specc.byhand.work import Step

Json: TypeAlias = "dict[str, Json] | list[Json] | str | float | int | bool | None"


def document(worked: Worked, places: int | None = None, *, full: bool = False) -> dict[str, Json]:
    """The example: `given`, `rounds` with `values`, `gradients` and `updates`, and `shown`."""
    shower = Shower(style_of(worked, places), full)
    return {
        "title": worked.plan.title,
        "given": {name: _value(item(v, b)) for name, v, b in worked.given},
        "rounds": [_round(one, shower) for one in worked.rounds],
        "shown": {name: _value(item(v, b)) for name, v, b in worked.shown},
    }


def _round(one: Round, shower: Shower) -> Json:
    return {
        "values": [_step(step, shower) for step in one.steps],
        "objective": None if one.objective is None else _number(one.objective.value),
        "gradients": {s.name: _value(item(s.values, s.batched)) for s in one.slopes},
        "updates": {m.name: _value(m.after) for m in one.moved},
    }


def _step(step: Step, shower: Shower) -> Json:
    value = item(step.value, step.batched)
    leaves = {a for source in step.sources for a in source.items}
    workings: list[Json] = [line.strip() for line in shower.workings(step.name, value, leaves)]
    return {"name": step.name, "words": step.words, **_value(value), "workings": workings}


def _value(value: Array) -> dict[str, Json]:
    exact = all(isinstance(v, Fraction) for v in value.values)
    plain: dict[str, Json] = {"shape": [*value.sizes], "value": _nested(value, _plain)}
    return {**plain, "exact": _nested(value, _exact)} if exact else plain


def _plain(a: Scalar) -> Json:
    return _number(a.value)


def _exact(a: Scalar) -> Json:
    return str(a.value)


def _number(value: Value) -> Json:
    number = float(value)
    if not math.isfinite(number):
        return None
    return int(number) if isinstance(value, Fraction) and value.denominator == 1 else number


def _nested(value: Array, write: Callable[[Scalar], Json]) -> Json:
    def rows(sizes: tuple[int, ...], items: Iterator[Scalar]) -> Json:
        if not sizes:
            return write(next(items))
        return [rows(sizes[1:], items) for _ in range(sizes[0])]

    return rows(value.sizes, iter(value.items))
