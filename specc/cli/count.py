"""`specc count`: the tables of the specs, in the terminal or for another program."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Literal, TypeAlias

from specc.cli.options import Common
from specc.cli.outcome import UsageError
from specc.cli.speak import CLAIMS, Work
from specc.count import CountReport, Memory, count, memory

if TYPE_CHECKING:
    from specc.report.machine import Json


Form: TypeAlias = Literal["terminal", "json", "csv", "latex", "markdown"]


def form(*, json: bool, csv: bool, latex: bool, markdown: bool) -> Form:
    """The one form that was asked for. Raises UsageError for several."""
    asked: dict[Form, bool] = {"json": json, "csv": csv, "latex": latex, "markdown": markdown}
    chosen = [name for name, wanted in asked.items() if wanted]
    if len(chosen) > 1:
        raise UsageError(f"--{chosen[0]} and --{chosen[1]} cannot both be printed")
    return chosen[0] if chosen else "terminal"


def run(common: Common, form: Form, batch: int | None) -> int:
    """Count every spec without errors, print the tables, then the errors of the others.

    Raises:
        UsageError: memory in a form that has no place for it.
    """
    if form == "csv" and batch is not None:
        raise UsageError("--csv has a line for each layer and none for memory; --json has it")
    work = Work(common, passed=CLAIMS)
    counted = [(count(p, common.convention), memory(p, batch)) for p in work.programs()]
    if form == "json":
        print(_json(counted, work))
    elif counted:
        _print(counted, form, common, with_memory=batch is not None)
    return work.end()


def side_by_side(common: Common, form: Form, batch: int | None = None) -> int:
    """The parameters of every layer under all conventions, and why they part.

    Raises:
        UsageError: memory, which is the same in all of them.
    """
    if batch is not None:
        raise UsageError("--convention all compares parameters; ask for the memory without it")
    from specc.count.conventions import compare
    from specc.report import conventions, machine

    work = Work(common, passed=CLAIMS)
    programs = list(work.programs())
    by_file = [(p.file.source.path, compare(p)) for p in programs]
    found = [c for _, comparisons in by_file for c in comparisons]
    if form == "json":
        networks: list[Json] = [
            {**conventions.document(c), "file": path} for path, of in by_file for c in of
        ]
        document: dict[str, Json] = {"networks": networks}
        document |= machine.document(work.diagnostics)
        print(json.dumps(document, ensure_ascii=False, indent=2))
    elif form == "csv":
        print(conventions.as_csv(by_file))
    elif form == "terminal" and programs:
        shown = [(path, conventions.terminal(c, common.palette())) for path, c in by_file if c]
        texts = [f"{path}\n{text}" if len(programs) > 1 else text for path, text in shown]
        texts += [f"{path} has no network to count" for path, c in by_file if not c]
        print("\n\n".join(texts))
    elif found:
        print((conventions.latex if form == "latex" else conventions.markdown)(found))
    return work.end()


def _print(
    counted: list[tuple[CountReport, tuple[Memory, ...]]],
    form: Form,
    common: Common,
    *,
    with_memory: bool,
) -> None:
    from specc.report import export, markdown, tables

    reports = [report for report, _ in counted]
    shown = [(r, m if with_memory else ()) for r, m in counted]
    if form == "csv":
        print(export.as_csv(reports))
    elif form == "latex":
        print("\n\n".join(export.latex(report, memories) for report, memories in shown))
    elif form == "markdown":
        print("\n\n".join(markdown.markdown(report, memories) for report, memories in shown))
    else:
        width, palette = tables.screen_width(), common.palette()
        texts = [
            tables.terminal(r, m, width=width, palette=palette, quiet=common.quiet)
            for r, m in shown
        ]
        if len(texts) > 1:
            texts = [f"{r.path}\n{text}" for (r, _), text in zip(shown, texts, strict=True)]
        print("\n".join(texts), end="")


def _json(counted: list[tuple[CountReport, tuple[Memory, ...]]], work: Work) -> str:
    from specc.report import export, machine

    document: dict[str, Json] = {**export.document(counted), **machine.document(work.diagnostics)}
    return json.dumps(document, ensure_ascii=False, indent=2)
