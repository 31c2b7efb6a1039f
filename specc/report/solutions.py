"""Solutions of `specc solve` as a table and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from specc.exam.solve.mlp import Mlp
from specc.exam.solve.search import Answer
from specc.report.machine import Json


def lines(answer: Answer, most: int) -> Iterator[str]:
    """A row for each solution: the numbers, and the parameters of the network."""
    names = [v.name.removeprefix("L.") for v in answer.varied]
    rows = [[*map(str, s.values), f"{s.params:,}"] for s in answer.solutions[:most]]
    yield from table([*names, "params"], rows)
    yield ending(len(answer.solutions), answer.tried, most)


def mlp_lines(found: Sequence[Mlp], tried: int, most: int) -> Iterator[str]:
    """A row for each network: its widths and the working of its count."""
    rows = [["–".join(map(str, m.widths)), f"{m.params:,}", m.working] for m in found[:most]]
    yield from table(["widths", "params", "working"], rows, left=(0, 2))
    yield ending(len(found), tried, most)


def table(head: list[str], rows: list[list[str]], left: Sequence[int] = ()) -> Iterator[str]:
    """Columns two spaces apart, numbers to the right."""
    if not rows:
        return
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    for row in (head, *rows):
        cells = [
            text.ljust(width) if i in left else text.rjust(width)
            for i, (text, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join(cells).rstrip()


def ending(number: int, tried: int, most: int) -> str:
    """`12 solutions among 330 combinations, the smallest first`."""
    if not number:
        return f"no solution among {tried:,} combinations"
    what = "1 solution" if number == 1 else f"{number:,} solutions"
    shown = f"; {number - most:,} more with --limit" if number > most else ""
    return f"{what} among {tried:,} combinations, the smallest first{shown}"


def document(answer: Answer) -> dict[str, Json]:
    """Every solution for another program."""
    names = [v.name.removeprefix("L.") for v in answer.varied]
    solutions: list[Json] = [
        {**dict(zip(names, s.values, strict=True)), "params": s.params} for s in answer.solutions
    ]
    return {"solutions": solutions, "tried": answer.tried}


def mlp_document(found: Sequence[Mlp], tried: int) -> dict[str, Json]:
    """Every network for another program."""
    solutions: list[Json] = [
        {"widths": [*m.widths], "params": m.params, "working": m.working} for m in found
    ]
    return {"solutions": solutions, "tried": tried}
