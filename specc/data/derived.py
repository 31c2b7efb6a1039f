"""Data made of another source: pairs of its items, and images with their edges."""

from __future__ import annotations

from dataclasses import replace

from pydantic import Field

from specc.data.base import DataField, DataSource, Derived, Share


class Pairs(Derived):
    """Two items, and whether they are of one class."""

    word, kind = "pairs", "pairs"
    summary = (
        "Pairs of items of one split, half of one class: a, b, same (1 or 0). They are drawn once."
    )
    each: int = Field(
        4, ge=1, le=1000, description="Pairs of either kind for each item, like and unlike."
    )
    seed: int = Field(0, ge=0, lt=2**32, description="Seed of the partners.")

    @classmethod
    def unfit(cls, source: DataSource) -> str | None:
        """It needs an item and its class."""
        fields = source.fields() or ()
        if fields and (len(fields) < 2 or fields[1].classes is None or fields[1].sizes):
            return f"pairs needs items with a class, and {source.word} has none"
        return super().unfit(source)

    def fields(self) -> tuple[DataField, ...]:
        """Both items, and 1 where their class is the same."""
        item = self.inner()[0]
        same = DataField("same", low=0.0, high=1.0)
        return replace(item, name="a"), replace(item, name="b"), same


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
