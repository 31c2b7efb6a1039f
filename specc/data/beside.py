"""Several sources in one train block, whose rows have nothing to do with each other."""

from pydantic import Field

from specc.data.base import DataSource, Derived, Splitting


class Beside(DataSource):
    """Sources whose rows are drawn apart: what several `data` statements say."""

    word, kind = "beside", "beside"
    summary = "Several sources, whose rows are drawn apart."
    parts: tuple[DataSource, ...] = Field(description="The sources in order.")
    counts: tuple[int, ...] = Field(description="How many fields are named of each.")


def stands_beside(source: DataSource) -> bool:
    """Whether a source can stand beside another: its rows are tensors in any order."""
    inner = source.of if isinstance(source, Derived) else source
    plain = isinstance(inner, Splitting) and not inner.graph_items
    return plain and source.kind != "windows"
