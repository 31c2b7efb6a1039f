"""`specc quiz`: questions about a model, with solutions and mark schemes."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from msgspec import Struct

from specc.cli.files import write
from specc.cli.options import Common, Part, QuizForm, QuizKind
from specc.cli.outcome import FINE, UsageError
from specc.cli.speak import CLAIMS, Work, refused
from specc.exam.quiz.item import Quiz
from specc.exam.quiz.make import QuizError, make


class Wish(Struct, frozen=True):
    """What a quiz shall be: its form, how many questions and variants, of which kind."""

    form: QuizForm
    part: Part
    kind: QuizKind
    questions: int
    variants: int
    seed: int


def run(common: Common, wish: Wish, out: Path | None) -> int:
    """Make the quiz of one spec and print it, or write it to a file."""
    work = Work(common, passed=CLAIMS)
    programs = list(work.programs())
    if not programs:
        return refused(work)
    try:
        quiz = make(
            programs[0], wish.questions, wish.variants, wish.seed, wish.kind, common.convention
        )
    except QuizError as problem:
        raise UsageError(str(problem)) from None
    for note in quiz.notes:
        print(f"specc: {note}", file=sys.stderr)
    text = _text(common, quiz, wish)
    if out is None:
        print(text.rstrip("\n"))
    else:
        write(out, text.rstrip("\n") + "\n")
    return FINE


def _text(common: Common, quiz: Quiz, wish: Wish) -> str:
    from specc.exam.quiz import latex, markdown, moodle, rows

    parts = markdown.BOTH if wish.part == "all" else frozenset({wish.part})
    if common.json:
        return json.dumps(rows.document(quiz), ensure_ascii=False, indent=2)
    if wish.form == "markdown":
        return markdown.markdown(quiz, parts)
    if wish.form == "latex":
        return latex.latex(quiz, parts)
    return {"moodle": moodle.xml, "gift": moodle.gift, "csv": rows.as_csv}[wish.form](quiz)
