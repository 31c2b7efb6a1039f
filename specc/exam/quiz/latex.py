"""A quiz as a LaTeX document (amsmath; XeLaTeX or LuaLaTeX read its signs)."""

from __future__ import annotations

from collections.abc import Iterator

from specc.exam.quiz.item import Item, Quiz, Step, Variant
from specc.exam.quiz.markdown import BOTH, Parts, marks
from specc.report.export import tex
from specc.sizes import render_latex

_HEAD = r"""\documentclass{article}
\usepackage{amsmath, booktabs, enumitem, fontspec}
\setlength{\parindent}{0pt}
\begin{document}"""


def latex(quiz: Quiz, parts: Parts = BOTH) -> str:
    """The whole document, or only the papers or the solutions."""
    pages: list[str] = []
    for variant in quiz.variants:
        if "paper" in parts:
            pages.append("\n".join(_paper(quiz, variant)))
        if "solutions" in parts:
            pages.append("\n".join(_solutions(quiz, variant)))
    return "\n".join([_HEAD, "\n\\clearpage\n".join(pages), r"\end{document}"])


def _paper(quiz: Quiz, variant: Variant) -> Iterator[str]:
    yield rf"\section*{{{tex(quiz.title)}, variant {variant.name}}}"
    yield f"{marks(variant.marks)}. Count as {quiz.convention} does."
    yield r"\begin{verbatim}"
    yield variant.model.replace(r"\end{verbatim}", "")
    yield r"\end{verbatim}"
    yield r"\begin{enumerate}"
    for item in variant.items:
        yield rf"\item {tex(item.stem)} \hfill ({marks(item.marks)})"
        yield from _options(item)
    yield r"\end{enumerate}"


def _options(item: Item) -> Iterator[str]:
    if item.options:
        yield r"\begin{enumerate}[label=\Alph*.]"
        yield from (rf"\item {{{tex(option)}}}" for option in item.options)
        yield r"\end{enumerate}"


def _solutions(quiz: Quiz, variant: Variant) -> Iterator[str]:
    yield rf"\section*{{{tex(quiz.title)}, variant {variant.name}: solutions and mark scheme}}"
    if variant.changes:
        yield rf"Changed from the model: {tex('; '.join(variant.changes))}."
    yield r"\begin{enumerate}"
    for item in variant.items:
        letter = f"{item.letter}. " if item.options else ""
        yield rf"\item \textbf{{{letter}{tex(item.right)}}} \hfill ({marks(item.marks)})"
        yield r"\begin{align*}"
        yield " \\\\\n".join(f"  {_step(step)}" for step in item.steps)
        yield r"\end{align*}"
        yield from _scheme(item)
    yield r"\end{enumerate}"


def _step(step: Step) -> str:
    title = rf"\text{{{tex(step.title)}}}"
    if step.formula is None:
        return rf"{title} &= \text{{{tex(step.text)}}}"
    f = step.formula
    parts = dict.fromkeys((f.latex(), f.latex_numbers(), render_latex(f.value)))
    return f"{title} &= {' = '.join(parts)}"


def _scheme(item: Item) -> Iterator[str]:
    if not item.options:
        yield " ".join(rf"\textbf{{{p.code}}} {tex(p.text)}." for p in item.points)
    shown = [w for w in item.wrong if w.text in item.options] if item.options else item.wrong[:8]
    if shown:
        yield ""
        yield r"\begin{tabular}{lp{0.7\linewidth}}\toprule wrong answer & slip \\ \midrule"
        for wrong in shown:
            yield rf"{{{tex(wrong.text)}}} & {tex(', '.join(wrong.slips))}: {tex(wrong.reasons[0])} \\"
        yield r"\bottomrule\end{tabular}"
