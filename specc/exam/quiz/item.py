"""A quiz as values: variants of a model, and the questions about each."""

from __future__ import annotations

from typing import Literal, TypeAlias

from msgspec import Struct

from specc.formula import Formula

Kind: TypeAlias = Literal["choice", "number", "shape"]


class Wrong(Struct, frozen=True):
    """A wrong answer: its text, the slips that give it, and why it is wrong, one sentence for each."""

    text: str
    slips: tuple[str, ...]
    reasons: tuple[str, ...]


class Step(Struct, frozen=True):
    """A line of a model solution: what it gives (`parameters`, `height`), and its formula if any."""

    title: str
    text: str
    formula: Formula | None = None


class Point(Struct, frozen=True):
    """A mark of the scheme: `M` for method or `A` for accuracy, and what earns it."""

    code: str
    text: str


class Item(Struct, frozen=True):
    """One question about one variant. `options` are all of a multiple choice in their order on paper.

    `wrong` are all wrong answers that are slips, for marking; `right` is the answer as it is written, a
    decimal with so many `places`. `convention` is the one to count by, where others count otherwise.
    """

    name: str
    kind: Kind
    stem: str
    right: str
    steps: tuple[Step, ...]
    points: tuple[Point, ...]
    wrong: tuple[Wrong, ...]
    options: tuple[str, ...] = ()
    places: int = 4
    convention: str = ""

    @property
    def alone(self) -> str:
        """The stem of a question that stands by itself: it says how to count where that matters."""
        return f"{self.stem} Count as {self.convention} does." if self.convention else self.stem

    @property
    def marks(self) -> int:
        """A multiple choice is worth one mark, any other as many as its points."""
        return 1 if self.kind == "choice" else len(self.points)

    def slip(self, text: str) -> Wrong | None:
        """The wrong answer with that text, None for the right one."""
        return next((w for w in self.wrong if w.text == text), None)

    @property
    def letter(self) -> str:
        """The letter of the right option."""
        return "ABCDEFGH"[self.options.index(self.right)] if self.options else ""


class Variant(Struct, frozen=True):
    """One version of the model: its letter, what was changed, its text and its questions."""

    name: str
    changes: tuple[str, ...]
    model: str
    items: tuple[Item, ...]

    @property
    def marks(self) -> int:
        """The sum of the marks."""
        return sum(i.marks for i in self.items)


class Quiz(Struct, frozen=True):
    """A quiz: its title, the convention it counts by, and its variants.

    `notes` say where the spec gives less than was asked for.
    """

    title: str
    convention: str
    variants: tuple[Variant, ...]
    notes: tuple[str, ...] = ()
