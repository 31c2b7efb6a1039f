"""Data made of another source: pairs of its items, tasks, and images with their edges."""

from typing import Annotated, Self

from msgspec.structs import replace
from pydantic import Field, model_validator

from specc.data.base import DataField, DataSource, Derived, Share, Splitting


class OfClasses(Derived):
    """What is made of items and their classes, some of which can be kept for testing."""

    held_out: tuple[Annotated[int, Field(ge=0)], ...] | None = Field(
        None, description="Classes that are tested and not learnt from; by default rows are split."
    )

    @classmethod
    def unfit(cls, source: DataSource) -> str | None:
        """It needs an item and its class."""
        fields = source.fields() or ()
        if fields and (len(fields) < 2 or fields[1].classes is None or fields[1].sizes):
            return f"{cls.word} needs items with a class, and {source.word} has none"
        return super().unfit(source)

    @model_validator(mode="after")
    def _classes_on_both_sides(self) -> Self:
        if self.held_out is None:
            return self
        tested, known = len(self.held_out), self.inner()[1].classes or 0
        if len(set(self.held_out)) != tested:
            raise ValueError("held_out names a class twice")
        if any(c >= known for c in self.held_out):
            raise ValueError(f"held_out names classes of {self.of.word}, 0 to {known - 1}")
        if not self.wanted <= tested <= known - self.wanted:
            most = known - self.wanted
            raise ValueError(f"held_out names {self.wanted} to {most} of the {known} classes")
        if isinstance(self.of, Splitting) and self.of.test is not None:
            raise ValueError(f"held_out says what is tested; leave test= of {self.of.word} out")
        return self

    @property
    def wanted(self) -> int:
        """How many classes each split needs."""
        return 1


class Pairs(OfClasses):
    """Two items, and whether they are of one class."""

    word, kind = "pairs", "pairs"
    summary = (
        "Pairs of items of one split, half of one class: a, b, same (1 or 0). They are drawn once."
    )
    each: int = Field(
        4, ge=1, le=1000, description="Pairs of either kind for each item, like and unlike."
    )
    seed: int = Field(0, ge=0, lt=2**32, description="Seed of the partners.")

    @property
    def wanted(self) -> int:
        """A pair may be unlike."""
        return 2

    def fields(self) -> tuple[DataField, ...]:
        """Both items, and 1 where their class is the same."""
        item = self.inner()[0]
        same = DataField("same", low=0.0, high=1.0)
        return replace(item, name="a"), replace(item, name="b"), same


class Episodes(OfClasses):
    """Tasks of a few items each: classes to tell apart, some items of each to learn from, others asked."""

    word, kind = "episodes", "episodes"
    summary = (
        "Tasks of some classes of a source, with few items of each (Vinyals et al. 2016): x and label "
        "to learn from, query and answer to be asked, class by class. They are drawn once."
    )
    ways: int = Field(5, ge=2, le=1000, description="Classes of a task, numbered anew in each.")
    shots: int = Field(1, ge=1, le=1000, description="Items of each class to learn from.")
    queries: int = Field(5, ge=1, le=1000, description="Items of each class that are asked.")
    examples: int = Field(1000, ge=1, le=1_000_000, description="Tasks to learn from.")
    tests: int = Field(200, ge=1, le=1_000_000, description="Tasks of every other split.")
    seed: int = Field(0, ge=0, lt=2**32, description="Seed of the tasks.")

    @property
    def wanted(self) -> int:
        """A task draws its classes from one split."""
        return self.ways

    @model_validator(mode="after")
    def _enough_classes(self) -> Self:
        known = self.inner()[1].classes or 0
        if self.ways > known:
            raise ValueError(f"ways is at most the {known} classes of {self.of.word}")
        return self

    def fields(self) -> tuple[DataField, ...]:
        """Items and classes, learnt from and asked."""
        item = self.inner()[0]
        found = []
        for count, names in ((self.shots, ("x", "label")), (self.queries, ("query", "answer"))):
            sizes, axes = (self.ways * count,), ("time",)
            items = replace(item, name=names[0], sizes=sizes + item.sizes, axes=axes + item.axes)
            found += [items, DataField(names[1], sizes, axes, "int", self.ways, 0, self.ways - 1)]
        return tuple(found)


class Edges(Derived):
    """Images with their edges, to be translated into each other."""

    word, kind = "edges", "edges"
    summary = "Images of a source with their edges (length of the Sobel gradient): edges, image."
    threshold: Share | None = Field(
        None, description="Share of the steepest possible edge above which a pixel is white."
    )

    @classmethod
    def unfit(cls, source: DataSource) -> str | None:
        """It needs images with known values of black and white."""
        fields = source.fields() or ()
        if fields and (len(fields[0].sizes) != 3 or fields[0].low is None):
            return f"edges needs images, and {source.word} gives other rows here"
        return super().unfit(source)

    def fields(self) -> tuple[DataField, ...]:
        """The edges, of one channel, and the image."""
        image = self.inner()[0]
        return replace(image, name="edges", sizes=(1, *image.sizes[1:])), image
