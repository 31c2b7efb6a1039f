"""The working of layers as Markdown and as LaTeX: symbols, numbers put in, result."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from specc.explain import Explained, ExplainedModel, Step
from specc.layers.written import written
from specc.report.explained import part, phase, totals
from specc.report.export import tex
from specc.report.markdown import escape
from specc.sizes import render_latex


def markdown(
    layers: Sequence[Explained],
    models: Iterable[ExplainedModel] = (),
    name: str = "",
    summed: Sequence[Explained] = (),
) -> str:
    """A table of figures for each layer, then the sums of the networks, or of what has the name.

    `summed` are the layers that the name stands for, where some of them are not shown.
    """
    parts = ["\n".join(_section(e)) for e in layers]
    parts += [f"**{escape(line)}**" for line in _sums(layers, models, name, summed or layers)]
    return "\n\n".join(parts)


def _section(e: Explained) -> Iterator[str]:
    yield f"### {escape(e.path)}: `{_call(e)}` in {escape(e.network)}{_phase(e)}"
    yield ""
    yield "| figure | formula | numbers | result |"
    yield "| --- | --- | --- | ---: |"
    for step in e.steps:
        f = step.formula
        cells = (step.name, f.symbols() if f else "", f.numbers() if f else "", step.value)
        yield f"| {' | '.join(escape(c) for c in cells)} |"
    yield from (f"\n{escape(note)}" for note in e.notes)


def _phase(e: Explained) -> str:
    return f", {phase(e)}".removesuffix(", ")


def _call(e: Explained) -> str:
    return written(e.layer, e.op) if e.layer is not None else e.op


def _sums(
    layers: Sequence[Explained],
    models: Iterable[ExplainedModel],
    name: str,
    summed: Sequence[Explained],
) -> Iterator[str]:
    yield from (line for m in models for line in totals(m))
    if name and len(layers) > 1:
        yield from part(name, summed)


def latex(
    layers: Sequence[Explained],
    models: Iterable[ExplainedModel] = (),
    name: str = "",
    summed: Sequence[Explained] = (),
) -> str:
    """A paragraph for each layer with an aligned working; needs `amsmath`."""
    parts = ["\n".join(_paragraph(e)) for e in layers]
    parts += [rf"\par {tex(line)}" for line in _sums(layers, models, name, summed or layers)]
    return "\n\n".join(parts)


def _paragraph(e: Explained) -> Iterator[str]:
    yield rf"\paragraph{{{tex(e.path)}}} \texttt{{{tex(_call(e))}}} in {tex(e.network)}{_phase(e)}"
    rows = [_row(step) for step in e.steps]
    yield r"\begin{align*}"
    yield " \\\\\n".join(f"  {row}" for row in rows)
    yield r"\end{align*}"
    yield from (rf"\par\small {tex(note)}" for note in e.notes)


def _row(step: Step) -> str:
    r"""`\text{parameters} &= (k_h \cdot … + 1) \cdot c_{out} = … = 156`."""
    title = rf"\text{{{tex(step.name)}}}"
    if step.formula is None:
        return rf"{title} &= \text{{{tex(step.value)}}}"
    parts = (step.formula.latex(), step.formula.latex_numbers(), render_latex(step.formula.value))
    return f"{title} &= {' = '.join(dict.fromkeys(parts))}"
