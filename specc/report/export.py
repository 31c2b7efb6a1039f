"""The tables of `specc count` for other programs: JSON (docs/json.md), CSV and LaTeX."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from specc.count import CountReport, Memory, NetworkCount, Row, to_json
from specc.report.machine import Json
from specc.report.tables import (
    HEAD,
    closing,
    line,
    memory_line,
    remarks,
    title,
    total_line,
    uses,
)
from specc.sizes import Size, render, render_latex

COLUMNS = (
    "file",
    "network",
    "layer",
    "op",
    "output",
    "parameters",
    "trainable",
    "macs",
    "receptive_field",
    "copies",
    "working",
)


# ----------------------------------------------------------------------- JSON


def document(counted: Iterable[tuple[CountReport, tuple[Memory, ...]]]) -> dict[str, Json]:
    """`{"models": […], "files": […]}`: all networks, then the sums and the memory of each file."""
    models: list[Json] = []
    files: list[Json] = []
    for report, memories in counted:
        whole = to_json(report)
        networks = whole.pop("models")
        assert isinstance(networks, list)
        models += [
            {**network, "file": report.path} for network in networks if isinstance(network, dict)
        ]
        files.append({**whole, "memory": [_memory(m) for m in memories]})
    return {"models": models, "files": files}


def _memory(memory: Memory) -> Json:
    sizes: dict[str, Json] = {use: plain(size) for use, size in uses(memory)}
    return {"name": memory.name, "batch": plain(memory.batch), "bytes": sizes}


def plain(size: Size) -> int | str:
    """A number, or the formula of a size that is free."""
    return size if isinstance(size, int) else render(size)


# ------------------------------------------------------------------------ CSV


def as_csv(reports: Iterable[CountReport]) -> str:
    """One line for each row of every network, digits without commas."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for report in reports:
        for network in report.networks:
            writer.writerows(_record(report, network, row) for row in network.rows)
    return out.getvalue().rstrip("\n")


def _record(report: CountReport, network: NetworkCount, row: Row) -> tuple[str | int, ...]:
    return (
        report.path,
        network.name,
        row.path,
        row.op,
        row.output_text.replace(",", ""),
        plain(row.params),
        line(row).cells[4],
        plain(row.macs),
        row.receptive_field,
        plain(row.times),
        row.working,
    )


# ---------------------------------------------------------------------- LaTeX

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "×": r"$\times$",
    "·": r"$\cdot$",
    "→": r"$\to$",
    "−": "$-$",
    "≥": r"$\ge$",
    "⌊": r"$\lfloor$",
    "⌋": r"$\rfloor$",
    "⌈": r"$\lceil$",
    "⌉": r"$\rceil$",
    **{c: f"\\{c}" for c in "&%$#_{}"},
}


def latex(report: CountReport, memories: Iterable[Memory] = ()) -> str:
    """A booktabs table for each network; needs `booktabs` and a UTF-8 engine."""
    said = [*map(memory_line, memories), *closing(report)]
    return "\n\n".join("\n".join(_latex_table(network, said)) for network in report.networks)


def _latex_table(network: NetworkCount, said: Iterable[str]) -> Iterator[str]:
    yield r"\begin{table}"
    yield r"  \centering"
    yield rf"  \caption{{{tex(title(network))}}}"
    yield r"  \begin{tabular}{lllrlrrl}"
    yield r"    \toprule"
    yield f"    {' & '.join((*HEAD, 'working'))} \\\\"
    yield r"    \midrule"
    for row in network.rows:
        yield f"    {' & '.join(_latex_cells(row))} \\\\"
    yield r"    \midrule"
    yield f"    {' & '.join(tex(cell) for cell in (*total_line(network.totals).cells, ''))} \\\\"
    yield r"    \bottomrule"
    yield r"  \end{tabular}"
    for sentence in [*remarks(network), *said]:
        yield rf"  \par\small {tex(sentence)}"
    yield r"\end{table}"


def _latex_cells(row: Row) -> list[str]:
    """Cells as text, the figures and the working in math mode."""
    cells = [tex(cell) for cell in line(row).cells]
    if row.params != 0:
        cells[3] = f"${render_latex(row.params)}$"
    if row.macs != 0:
        cells[5] = f"${render_latex(row.macs)}$"
    return [*cells, f"${row.counted.latex_working()}$" if row.formula is not None else ""]


def tex(text: str) -> str:
    """Text that LaTeX prints as it stands."""
    return "".join(_SPECIAL.get(c, c) for c in text)
