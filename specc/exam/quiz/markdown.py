"""A quiz as Markdown: the paper of each variant, and its solutions with the mark scheme."""

from __future__ import annotations

from collections.abc import Iterator

from specc.exam.quiz.item import Item, Quiz, Variant
from specc.report.markdown import escape

Parts = frozenset[str]
BOTH: Parts = frozenset({"paper", "solutions"})


def markdown(quiz: Quiz, parts: Parts = BOTH) -> str:
    """The whole quiz, or only the papers or the solutions."""
    pages: list[str] = []
    for variant in quiz.variants:
        if "paper" in parts:
            pages.append("\n".join(_paper(quiz, variant)))
        if "solutions" in parts:
            pages.append("\n".join(_solutions(quiz, variant)))
    return "\n\n".join(pages)


def _paper(quiz: Quiz, variant: Variant) -> Iterator[str]:
    yield f"# {escape(quiz.title)}, variant {variant.name}"
    yield ""
    yield f"{variant.marks} marks. Count as {quiz.convention} does."
    yield ""
    yield "```text"
    yield variant.model
    yield "```"
    for number, item in enumerate(variant.items, 1):
        yield ""
        yield f"{number}. {escape(item.stem)} ({marks(item.marks)})"
        if item.options:
            yield ""
        yield from (
            f"   - {letter}. {escape(option)}"
            for letter, option in zip("ABCDEFGH", item.options, strict=False)
        )


def marks(number: int) -> str:
    """`1 mark`, `3 marks`."""
    return "1 mark" if number == 1 else f"{number} marks"


def _solutions(quiz: Quiz, variant: Variant) -> Iterator[str]:
    yield f"# {escape(quiz.title)}, variant {variant.name}: solutions and mark scheme"
    if variant.changes:
        yield ""
        yield f"Changed from the model: {escape('; '.join(variant.changes))}."
    for number, item in enumerate(variant.items, 1):
        yield ""
        yield from _solution(number, item)


def _solution(number: int, item: Item) -> Iterator[str]:
    letter = f"{item.letter}. " if item.options else ""
    yield f"## {number}. {letter}{escape(item.right)}"
    yield ""
    yield escape(item.stem)
    yield ""
    yield from (f"- {escape(step.title)}: {escape(_full(step))}" for step in item.steps)
    yield ""
    yield "| mark | for |"
    yield "| --- | --- |"
    if item.options:
        yield f"| 1 | {escape(item.right)} |"
    else:
        yield from (f"| {p.code} | {escape(p.text)} |" for p in item.points)
    if item.wrong:
        yield ""
        yield "| wrong answer | slip | why |"
        yield "| --- | --- | --- |"
        yield from _slips(item)


def _full(step: object) -> str:
    formula = getattr(step, "formula", None)
    text = str(getattr(step, "text", ""))
    symbols = formula.symbols() if formula is not None else ""
    return text if not symbols or symbols in text else f"{symbols} = {text}"


def _slips(item: Item) -> Iterator[str]:
    """Those that are options of a multiple choice, else the first of all."""
    shown = [w for w in item.wrong if w.text in item.options] if item.options else item.wrong[:8]
    for wrong in shown:
        names, reasons = ", ".join(wrong.slips), "; ".join(wrong.reasons[:2])
        yield f"| {escape(wrong.text)} | {escape(names)} | {escape(reasons)} |"
