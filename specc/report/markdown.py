"""The tables of `specc count` in GitHub's Markdown."""

from __future__ import annotations

from collections.abc import Iterable

from specc.count import CountReport, Memory, NetworkCount
from specc.report.tables import (
    HEAD_AND_WORKING,
    NUMBERS,
    closing,
    line,
    memory_line,
    remarks,
    title,
    total_line,
)


def markdown(report: CountReport, memories: Iterable[Memory] = ()) -> str:
    """Tables of GitHub's Markdown, one below each network's title."""
    parts = [f"## {escape(report.path)}"]
    for network in report.networks:
        parts += [f"### {escape(title(network))}", _grid(network), _bullets(remarks(network))]
    parts.append(_bullets([*(memory_line(memory) for memory in memories), *closing(report)]))
    return "\n\n".join(part for part in parts if part)


def _grid(network: NetworkCount) -> str:
    rule = ["---:" if name in NUMBERS else "---" for name in HEAD_AND_WORKING]
    lines = [line(row) for row in network.rows] + [total_line(network.totals)]
    body = [[escape(cell) for cell in (*row.cells, row.working)] for row in lines]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (HEAD_AND_WORKING, rule, *body))


def _bullets(sentences: Iterable[str]) -> str:
    return "\n".join(f"- {escape(sentence)}" for sentence in sentences)


def escape(text: str) -> str:
    r"""`*` and `_` in names are no emphasis, `|` ends no cell."""
    return "".join(f"\\{c}" if c in "\\|*_`<[" else c for c in text)
