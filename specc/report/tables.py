"""The tables of `specc count` for people: in the terminal and in Markdown."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from specc.count import CountReport, Memory, NetworkCount, Row, Totals
from specc.sizes import Size, render, solve
from specc.types import Distribution, ValueType

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

HEAD = ("layer", "op", "output", "parameters", "trainable", "MACs", "receptive field")
NUMBERS = frozenset({"parameters", "MACs", "receptive field"})
PIPED = 160  # columns where the output is no terminal
WIDE = 118  # columns from which the terminal shows the working too


@dataclass(frozen=True, slots=True)
class Line:
    """The texts of one row, in the order of `HEAD`, and its working."""

    cells: tuple[str, ...]
    working: str = ""


def line(row: Row) -> Line:
    """A layer's row; what has no parameters or multiplications leaves the cell empty."""
    cells = (
        row.label,
        row.op,
        row.output_text,
        number(row.params),
        ("yes" if row.trainable else "no") if row.params != 0 else "",
        number(row.macs),
        row.receptive_field,
    )
    return Line(cells, row.working)


def total_line(totals: Totals, title: str = "total") -> Line:
    """The sums below a table."""
    cells = (title, "", "", render(totals.params), "", number(totals.macs), "")
    return Line(cells)


def number(size: Size) -> str:
    """A count, empty when it is 0."""
    return "" if size == 0 else render(size)


def title(network: NetworkCount) -> str:
    """`encoder Encoder: x 1×8×8 → mu 8, logvar 8`."""
    return f"{network.role} {network.name}: {_ports(network.inputs)} → {_ports(network.outputs)}"


def _ports(ports: Iterable[tuple[str, ValueType]]) -> str:
    """`mu 8, logvar 8`; a distribution is named by its family."""
    texts = {name: t.family if isinstance(t, Distribution) else str(t) for name, t in ports}
    return ", ".join(f"{name} {text}" for name, text in texts.items())


def remarks(network: NetworkCount) -> Iterator[str]:
    """What must be said below a network's table."""
    totals = network.totals
    if totals.non_trainable != 0:
        parts = f"{render(totals.trainable)} trainable, {render(totals.non_trainable)} not"
        yield f"{render(totals.params)} parameters: {parts}"
    if totals.buffers != 0:
        yield f"buffers: {render(totals.buffers)}"
    yield from (f"{row.path}: {row.note}" for row in network.rows if row.note)
    yield from network.notes
    yield from solve(network.constraints)


def closing(report: CountReport) -> Iterator[str]:
    """What is said of the whole file: its sum where it has several networks, and the conventions."""
    totals = report.totals
    if len(report.networks) != 1:
        yield f"{report.path}: {render(totals.params)} parameters, {render(totals.macs)} MACs"
    if report.convention != "pytorch":
        yield f"counted as {report.convention} does"
    yield from (difference.text for difference in report.differences)


def uses(memory: Memory) -> tuple[tuple[str, Size], ...]:
    """What the memory of training is for, in bytes, the sum last."""
    names = ("weights", "buffers", "gradients", "optimizer", "activations", "total")
    return tuple((name, getattr(memory, name)) for name in names)


def memory_line(memory: Memory) -> str:
    """`VAE, batch 64: 1.2 MiB = weights 240 KiB + gradients …`; estimated for eager PyTorch."""
    *parts, (_, total) = uses(memory)
    kept = " + ".join(f"{name} {octets(size)}" for name, size in parts if size != 0)
    return f"memory of {memory.name}, batch {render(memory.batch)}: {kept} = {octets(total)}"


def octets(size: Size) -> str:
    """Bytes with a fitting unit; a free size stays a formula."""
    if not isinstance(size, int):
        return f"{render(size)} B"
    amount, units = float(size), ["B", "KiB", "MiB", "GiB", "TiB"]
    while amount >= 1024 and len(units) > 1:
        amount, units = amount / 1024, units[1:]
    return f"{size} B" if units[0] == "B" else f"{amount:,.1f} {units[0]}"


def console(*, colour: bool) -> Console:
    """Where tables are printed: as wide as the terminal, or as needed where nobody looks."""
    from rich.console import Console

    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else PIPED
    return Console(force_terminal=colour, no_color=not colour, width=width, emoji=False)


def terminal(
    report: CountReport, console: Console, memories: Iterable[Memory] = (), *, quiet: bool = False
) -> None:
    """Print the tables of a file."""
    for network in report.networks:
        console.print(title(network), style="bold", highlight=False)
        console.print(_table(network, working=console.width >= WIDE))
        _say(console, () if quiet else remarks(network))
    memory_lines = [memory_line(memory) for memory in memories]
    _say(console, [*memory_lines, *(() if quiet else closing(report))])


def _say(console: Console, sentences: Iterable[str]) -> None:
    said = [f"  {sentence}\n" for sentence in sentences]
    if said:
        console.print("".join(said), markup=False, highlight=False, soft_wrap=True)


def _table(network: NetworkCount, *, working: bool) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_footer=True)
    last = total_line(network.totals)
    for name, foot in zip(HEAD, last.cells, strict=True):
        table.add_column(
            name, foot, justify="right" if name in NUMBERS else "left", overflow="fold"
        )
    if working:
        table.add_column("working", overflow="fold", style="dim")
    for row in map(line, network.rows):
        cells = (*row.cells, row.working) if working else row.cells
        table.add_row(*map(Text, cells))
    return table


def markdown(report: CountReport, memories: Iterable[Memory] = ()) -> str:
    """Tables of GitHub's Markdown, one below each network's title."""
    parts = [f"## {_escape(report.path)}"]
    for network in report.networks:
        parts += [f"### {_escape(title(network))}", _grid(network), _bullets(remarks(network))]
    parts.append(_bullets([*(memory_line(memory) for memory in memories), *closing(report)]))
    return "\n\n".join(part for part in parts if part)


def _grid(network: NetworkCount) -> str:
    head = (*HEAD, "working")
    rule = ["---:" if name in NUMBERS else "---" for name in head]
    lines = [line(row) for row in network.rows] + [total_line(network.totals)]
    body = [[_escape(cell) for cell in (*row.cells, row.working)] for row in lines]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, rule, *body))


def _bullets(sentences: Iterable[str]) -> str:
    return "\n".join(f"- {_escape(sentence)}" for sentence in sentences)


def _escape(text: str) -> str:
    r"""`*` and `_` in names are no emphasis, `|` ends no cell."""
    return "".join(f"\\{c}" if c in "\\|*_`<[" else c for c in text)
