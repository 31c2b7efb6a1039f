"""A quiz as CSV, a row for each answer, and as JSON."""

from __future__ import annotations

import csv
import io

from specc.exam.quiz.item import Item, Quiz
from specc.report.machine import Json

COLUMNS = (
    "variant", "question", "figure", "kind", "marks", "stem", "working", "answer", "option", "correct",
    "slips", "why",
)  # fmt: skip


def as_csv(quiz: Quiz) -> str:
    """A row for the right answer and for each wrong one that is a slip."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for variant in quiz.variants:
        for number, item in enumerate(variant.items, 1):
            working = "; ".join(s.text for s in item.steps)
            head = (variant.name, number, item.name, item.kind, item.marks, item.alone, working)
            for text in item.options or (item.right, *(w.text for w in item.wrong)):
                writer.writerow((*head, *_answer(item, text)))
    return out.getvalue()


def _answer(item: Item, text: str) -> tuple[str, ...]:
    wrong = item.slip(text)
    letter = "ABCDEFGH"[item.options.index(text)] if item.options else ""
    if wrong is None:
        return text, letter, "true", "", ""
    return text, letter, "false", " ".join(wrong.slips), "; ".join(wrong.reasons)


def document(quiz: Quiz) -> dict[str, Json]:
    """The quiz for another program."""
    return {
        "title": quiz.title,
        "convention": quiz.convention,
        "variants": [
            {
                "name": v.name,
                "changes": [*v.changes],
                "model": v.model,
                "marks": v.marks,
                "questions": [_item(i) for i in v.items],
            }
            for v in quiz.variants
        ],
    }


def _item(item: Item) -> Json:
    return {
        "figure": item.name,
        "kind": item.kind,
        "marks": item.marks,
        "stem": item.alone,
        "right": item.right,
        "options": [*item.options],
        "working": [{"title": s.title, "text": s.text} for s in item.steps],
        "scheme": [{"mark": p.code, "for": p.text} for p in item.points],
        "wrong": [
            {"text": w.text, "slips": [*w.slips], "reasons": [*w.reasons]} for w in item.wrong
        ],
    }
