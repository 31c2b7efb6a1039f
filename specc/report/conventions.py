"""The conventions side by side, for people and for other programs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from specc.count.conventions import Compared, Comparison
from specc.count.differences import CONVENTIONS
from specc.report.colour import PLAIN, Palette
from specc.report.columns import aligned
from specc.report.export import plain, tex
from specc.report.machine import Json
from specc.report.markdown import escape
from specc.sizes import Size, render

FRAMEWORKS = {"pytorch": "PyTorch", "keras": "Keras", "textbook": "textbook"}


def _head(c: Comparison) -> tuple[str, ...]:
    return ("layer", "op", *c.conventions, "why")


def _cells(row: Compared) -> tuple[str, ...]:
    """A layer that is counted alike is shown once."""
    numbers = [render(p) for p in row.params]
    return (row.path, row.op, *numbers, "; ".join(row.why) if row.parts else "")


def _lines(c: Comparison) -> list[tuple[str, ...]]:
    """Every layer, the total, and what of it is trained where that differs."""
    lines = [_cells(row) for row in c.rows]
    lines.append(_cells(c.total))
    if len({*c.total.trainable, *c.total.params}) > 1:
        lines.append(("trainable", "", *map(render, c.total.trainable), ""))
    return lines


def remarks(c: Comparison) -> Iterator[str]:
    """By how much the totals differ, and the conventions of work and memory."""
    ours = c.total.params[0]
    for name, theirs in zip(c.conventions[1:], c.total.params[1:], strict=True):
        more = render(theirs - ours)
        if more != "0":
            sign = "" if more.startswith("−") else "+"
            reason = "; ".join(_reasons(c, name))
            yield f"{FRAMEWORKS[name]}: {sign}{more}" + (f" ({reason})" if reason else "")
    flops, added = render(c.flops), render(c.flops + c.bias_additions)
    yield f"{render(c.macs)} MACs = {flops} FLOPs (2 each); {added} with the additions of biases"
    yield f"weights in 32-bit floats: {_memory(c.bytes())}"
    for name in c.conventions[1:]:
        if render(c.bytes(name)) != render(c.bytes()):
            yield f"with what {FRAMEWORKS[name]} counts: {_memory(c.bytes(name))}"


def _reasons(c: Comparison, convention: str) -> list[str]:
    """Why a convention counts otherwise, each reason once."""
    return list(dict.fromkeys(w for row in c.rows for of, w in row.reasons if of == convention))


def _memory(size: Size) -> str:
    if not isinstance(size, int):
        return f"{render(size)} bytes"
    return f"{size:,} bytes = {size / 10**6:.4g} MB (10^6) = {size / 2**20:.4g} MiB (2^20)"


def terminal(found: Iterable[Comparison], palette: Palette = PLAIN) -> str:
    """A table for each network."""
    parts: list[str] = []
    for c in found:
        parts.append(palette.paint(c.network, "bold"))
        right = range(2, 2 + len(c.conventions))
        head, *body = aligned([_head(c), *_lines(c)], right)
        parts += [palette.paint(head, "note"), *body, ""]
        parts += [f"  {text}" for text in remarks(c)] + [""]
    return "\n".join(parts).rstrip()


def markdown(found: Iterable[Comparison]) -> str:
    """Tables of GitHub's Markdown."""
    parts: list[str] = []
    for c in found:
        rule = ["---", "---", *("---:" for _ in c.conventions), "---"]
        rows = [[escape(cell) for cell in line] for line in (_head(c), *_lines(c))]
        rows.insert(1, rule)
        table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
        parts += [
            f"### {escape(c.network)}",
            table,
            "\n".join(f"- {escape(t)}" for t in remarks(c)),
        ]
    return "\n\n".join(parts)


def as_csv(files: Iterable[tuple[str, Iterable[Comparison]]]) -> str:
    """One line for each layer of the networks of each file, digits without commas."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("file", "network", "layer", "op", *CONVENTIONS, "why"))
    for path, c in ((path, c) for path, found in files for c in found):
        for row in (*c.rows, c.total):
            numbers = map(plain, row.params)
            writer.writerow((path, c.network, row.path, row.op, *numbers, "; ".join(row.why)))
    return out.getvalue().rstrip("\n")


def latex(found: Iterable[Comparison]) -> str:
    """A booktabs table for each network."""
    return "\n\n".join("\n".join(_latex(c)) for c in found)


def _latex(c: Comparison) -> Iterator[str]:
    yield rf"\begin{{tabular}}{{ll{'r' * len(c.conventions)}l}}"
    yield r"  \toprule"
    yield f"  {' & '.join(map(tex, _head(c)))} \\\\"
    yield r"  \midrule"
    for line in _lines(c):
        yield f"  {' & '.join(map(tex, line))} \\\\"
    yield r"  \bottomrule"
    yield r"\end{tabular}"
    for sentence in remarks(c):
        yield rf"\par\small {tex(sentence)}"


def document(c: Comparison) -> dict[str, Json]:
    """The comparison as JSON."""
    return {
        "network": c.network,
        "conventions": list(c.conventions),
        "layers": [_row(c, row) for row in c.rows],
        "total": _row(c, c.total),
        "macs": plain(c.macs),
        "flops": plain(c.flops),
        "flops_with_bias_additions": plain(c.flops + c.bias_additions),
        "bytes": plain(c.bytes()),
    }


def _row(c: Comparison, row: Compared) -> dict[str, Json]:
    params: dict[str, Json] = {}
    for name, size, learnt in zip(c.conventions, row.params, row.trainable, strict=True):
        params[name] = {"params": plain(size), "trainable": plain(learnt)}
    return {"name": row.path, "op": row.op, "counts": params, "why": list(row.why)}
