"""The tables of `specc count` for other programs: JSON, CSV and LaTeX."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator

from specc.count.report import CountReport, NetworkCount, Row
from specc.report.machine import Json
from specc.report.tables import HEAD, closing, line, remarks, title, total_line
from specc.sizes import Size, render, render_latex
from specc.types import Tensor, ValueType

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


def as_json(reports: Iterable[CountReport], extra: dict[str, Json] | None = None) -> str:
    """`{"models": […], "files": […]}`; see docs/json.md. A free size is a text."""
    found = list(reports)
    document: dict[str, Json] = {
        "models": [_network(report, network) for report in found for network in report.networks],
        "files": [_file(report) for report in found],
    }
    return json.dumps({**document, **(extra or {})}, ensure_ascii=False, indent=2)


def _network(report: CountReport, network: NetworkCount) -> Json:
    totals = network.totals
    return {
        "name": network.name,
        "role": network.role,
        "file": report.path,
        "inputs": {name: shape(type_) for name, type_ in network.inputs},
        "outputs": {name: shape(type_) for name, type_ in network.outputs},
        "params": plain(totals.params),
        "trainable": plain(totals.trainable),
        "non_trainable": plain(totals.non_trainable),
        "buffers": plain(totals.buffers),
        "macs": plain(totals.macs),
        "notes": list(remarks(network)),
        "layers": [_row(row) for row in network.rows],
    }


def _row(row: Row) -> Json:
    return {
        "name": row.path,
        "op": row.op,
        "output": shape(row.output),
        "params": plain(row.params),
        "trainable": row.trainable,
        "buffers": plain(row.buffers),
        "macs": plain(row.macs),
        "copies": plain(row.times),
        "receptive_field": row.receptive_field or None,
        "working": row.working,
        "note": row.note,
    }


def _file(report: CountReport) -> Json:
    totals = report.totals
    return {
        "path": report.path,
        "convention": report.convention,
        "params": plain(totals.params),
        "trainable": plain(totals.trainable),
        "non_trainable": plain(totals.non_trainable),
        "macs": plain(totals.macs),
        "differences": [difference.text for difference in report.differences],
    }


def plain(size: Size) -> int | str:
    """A number, or the formula of a size that is free."""
    return size if isinstance(size, int) else render(size)


def shape(type_: ValueType) -> Json:
    """The sizes of one item, without the batch; None for what has no shape."""
    return [plain(size) for size in type_.sizes] if isinstance(type_, Tensor) else None


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
        "yes" if row.trainable else "no",
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


def latex(report: CountReport) -> str:
    """A booktabs table for each network; needs `booktabs` and a UTF-8 engine."""
    return "\n\n".join("\n".join(_latex_table(report, network)) for network in report.networks)


def _latex_table(report: CountReport, network: NetworkCount) -> Iterator[str]:
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
    for sentence in [*remarks(network), *closing(report)]:
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
