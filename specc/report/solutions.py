"""Solutions of `specc solve` as a table and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from specc.claims.outcome import Value, text
from specc.exam.solve.layer import STAGE
from specc.exam.solve.mlp import Mlps
from specc.exam.solve.ranges import Varied
from specc.exam.solve.search import Answer
from specc.report.machine import Json


def lines(answer: Answer, most: int) -> Iterator[str]:
    """A row for each solution: the numbers, and the parameters of the network."""
    titles, columns = _figures(answer)
    shown = list(zip(answer.solutions, columns, strict=True))[:most]
    kept = _columns(answer)
    rows = [[*(str(s.values[i]) for i in kept), *map(text, figures)] for s, figures in shown]
    yield from table([*_names([answer.varied[i] for i in kept]), *titles], rows)
    yield ending(len(answer.solutions), answer.tried, most, answer.varied) + _unchanged(answer)


def _columns(answer: Answer) -> list[int]:
    """What is varied, without what is idle and the smallest everywhere."""
    every = list(range(len(answer.varied)))
    lowest = [
        all(s.values[i] == answer.varied[i].values[0] for s in answer.solutions) for i in every
    ]
    kept = [i for i in every if answer.varied[i].name not in answer.idle or not lowest[i]]
    return kept or every


def _unchanged(answer: Answer) -> str:
    """That what is idle was not asked for."""
    idle = _names([v for v in answer.varied if v.name in answer.idle])
    if not idle or not answer.solutions:
        return ""
    if len(idle) == 1:
        return f"; {idle[0]} changes no figure here: the smallest that fits"
    return f"; {', '.join(idle[:-1])} and {idle[-1]} change no figure here: the smallest that fit"


def _names(varied: Sequence[Varied]) -> list[str]:
    return [v.name.removeprefix(f"{STAGE}.") for v in varied]


def _figures(answer: Answer) -> tuple[list[str], list[list[Value]]]:
    """What is asked within bounds, and the parameters of the file unless they are asked themselves."""
    new = [
        i for i in range(len(answer.asked)) if any(s.asked[i] != s.params for s in answer.solutions)
    ]
    titles = [answer.asked[i] for i in new]
    titles.append("params of the file" if any(".params" in t for t in titles) else "params")
    return titles, [[*(s.asked[i] for i in new), s.params] for s in answer.solutions]


def mlp_lines(answer: Mlps, most: int) -> Iterator[str]:
    """A row for each network: its widths and the working of its count."""
    rows = [["–".join(map(str, m.widths)), f"{m.params:,}", m.working] for m in answer.found[:most]]
    yield from table(["widths", "params", "working"], rows, left=(0, 2))
    yield ending(len(answer.found), answer.tried, most, answer.varied)


def table(head: list[str], rows: list[list[str]], left: Sequence[int] = ()) -> Iterator[str]:
    """Columns two spaces apart, numbers to the right."""
    if not rows:
        return
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    for row in (head, *rows):
        cells = [
            cell.ljust(width) if i in left else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join(cells).rstrip()


def ending(number: int, tried: int, most: int, varied: Sequence[Varied]) -> str:
    """`12 solutions among 330 combinations, the smallest first`; where there is none, what was tried."""
    among = f"{tried:,} combination{'s' * (tried != 1)}"
    if not number:
        bounds = "; ".join(v.told.removeprefix(f"{STAGE}.") for v in varied)
        return f"no solution among {among}: {bounds}; --vary takes other bounds"
    what = "1 solution" if number == 1 else f"{number:,} solutions"
    shown = f"; {number - most:,} more with --limit" if number > most else ""
    return f"{what} among {among}, the smallest first{shown}"


def document(answer: Answer, most: int) -> dict[str, Json]:
    """The first solutions for another program, with the number of all."""
    names = [*_names(answer.varied), *answer.asked, "params"]
    solutions: list[Json] = [
        dict(zip(names, (*s.values, *map(_json, s.asked), s.params), strict=True))
        for s in answer.solutions[:most]
    ]
    return {"solutions": solutions, "found": len(answer.solutions), "tried": answer.tried}


def _json(value: Value) -> Json:
    return value if isinstance(value, int | float) else text(value)


def mlp_document(answer: Mlps, most: int) -> dict[str, Json]:
    """The first networks for another program, with the number of all."""
    solutions: list[Json] = [
        {"widths": [*m.widths], "params": m.params, "working": m.working}
        for m in answer.found[:most]
    ]
    return {"solutions": solutions, "found": len(answer.found), "tried": answer.tried}
