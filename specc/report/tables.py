"""The tables of `specc count` for people: their texts, and how the terminal shows them."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable, Iterator
from math import prod

from msgspec import Struct

from specc.count import CountReport, Memory, NetworkCount, Row, Totals
from specc.report.colour import PLAIN, Palette
from specc.report.columns import aligned, fitting
from specc.report.excerpt import visible
from specc.sizes import Size, render, solve
from specc.types import Distribution, Tensor, ValueType

HEAD = ("layer", "op", "output", "parameters", "trainable", "MACs", "receptive field")
NUMBERS = frozenset({"parameters", "MACs", "receptive field"})
HEAD_AND_WORKING = (*HEAD, "working")
DISPENSABLE = (7, 4, 6, 5)  # the columns that a narrow screen does without, the first to go first


class Line(Struct, frozen=True):
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


def _code(network: NetworkCount) -> Iterator[str]:
    """Whether the code of an encoder or a bottleneck is smaller or larger than what it encodes."""
    if network.role not in ("encoder", "bottleneck"):
        return
    before, after = _numbers(network.inputs), _numbers(network.outputs)
    if before is None or after is None or before == after:
        return
    kind = "overcomplete" if after > before else "undercomplete"
    yield f"{kind}: a code of {after:,} for {before:,} numbers"


def _numbers(ports: Iterable[tuple[str, ValueType]]) -> int | None:
    """The numbers of the largest port, None where a size is free or a port is no tensor of numbers."""
    largest = 0
    for _, type in ports:
        if not isinstance(type, Tensor) or type.dtype != "float":
            return None
        sizes = [s for s in type.sizes if isinstance(s, int)]
        if len(sizes) < type.rank:
            return None
        largest = max(largest, prod(sizes))
    return largest


def remarks(network: NetworkCount) -> Iterator[str]:
    """What must be said below a network's table."""
    totals = network.totals
    if totals.non_trainable != 0:
        parts = f"{render(totals.trainable)} trainable, {render(totals.non_trainable)} not"
        yield f"{render(totals.params)} parameters: {parts}"
    if totals.buffers != 0:
        yield f"buffers: {render(totals.buffers)}"
    yield from _code(network)
    yield from (f"{row.path}: {row.note}" for row in network.rows if row.note)
    yield from network.notes
    yield from solve(network.constraints)


def closing(report: CountReport) -> Iterator[str]:
    """What is said of the whole file: its sum where it has several networks, and the conventions."""
    totals = report.totals
    if not report.networks:
        yield f"{report.path} has no network to count"
    elif len(report.networks) > 1:
        yield f"{report.path}: {render(totals.params)} parameters, {render(totals.macs)} MACs"
    if report.convention != "pytorch":
        yield f"counted as {report.convention} does"
    yield from (difference.text for difference in report.differences)


def uses(memory: Memory) -> tuple[tuple[str, Size], ...]:
    """What the memory of training is for, in bytes, the sum last."""
    names = ("weights", "buffers", "ema", "gradients", "optimizer", "activations", "total")
    return tuple((name, getattr(memory, name)) for name in names)


NO_TRAINING = "without gradients and optimizer, for no train block says which"


def memory_line(memory: Memory) -> str:
    """`VAE, batch 64: 1.2 MiB = weights 240 KiB + gradients …`; estimated for eager PyTorch."""
    *parts, (_, total) = uses(memory)
    kept = " + ".join(f"{name} {octets(size)}" for name, size in parts if size != 0)
    line = f"memory of {memory.name}, batch {render(memory.batch)}: {kept} = {octets(total)}"
    return f"{line}; {NO_TRAINING}" if memory.gradients == 0 and memory.weights != 0 else line


def octets(size: Size) -> str:
    """Bytes with a fitting unit; a free size stays a formula."""
    if not isinstance(size, int):
        return f"{render(size)} B"
    amount, units = float(size), ["B", "KiB", "MiB", "GiB", "TiB"]
    while amount >= 1024 and len(units) > 1:
        amount, units = amount / 1024, units[1:]
    return f"{size} B" if units[0] == "B" else f"{amount:,.1f} {units[0]}"


def screen_width() -> int | None:
    """The columns of the terminal; None where nobody looks, and lines may be as long as they need."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def terminal(
    report: CountReport,
    memories: Iterable[Memory] = (),
    *,
    width: int | None = None,
    palette: Palette = PLAIN,
    quiet: bool = False,
) -> str:
    """The tables of a file as text. A narrow screen goes without the last columns."""
    parts: list[str] = []
    for network in report.networks:
        parts.append(palette.paint(visible(title(network)), "bold"))
        parts += [*_table(network, width, palette), ""]
        parts += _said(() if quiet else remarks(network))
    memory_lines = [memory_line(memory) for memory in memories]
    parts += _said([*memory_lines, *(() if quiet else closing(report))])
    return "\n".join(parts).rstrip("\n") + "\n"


def _said(sentences: Iterable[str]) -> list[str]:
    lines = [f"  {visible(sentence)}" for sentence in sentences]
    return [*lines, ""] if lines else []


def _table(network: NetworkCount, width: int | None, palette: Palette) -> Iterator[str]:
    rows = [(*each.cells, each.working) for each in map(line, network.rows)]
    last = (*total_line(network.totals).cells, "")
    right = frozenset(i for i, name in enumerate(HEAD) if name in NUMBERS)
    shown = fitting((HEAD_AND_WORKING, *rows, last), width, DISPENSABLE)
    head, *body, foot = aligned(shown, right)
    rule = "─" * max(map(len, (head, *body, foot)))
    yield palette.paint(head, "note")
    yield palette.paint(rule, "gutter")
    yield from body
    yield palette.paint(rule, "gutter")
    yield palette.paint(foot, "bold")
