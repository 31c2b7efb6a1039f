"""Data from the user's files. Only the fields of an image folder are known before it is read."""

from collections.abc import Sequence
from math import prod
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from specc.data.base import (
    DataField,
    Fitting,
    Range,
    Splitting,
    image_field,
    label_field,
)
from specc.types import Tensor


def known_sizes(types: Sequence[Tensor]) -> str | None:
    """A refusal where a size is free: a file's rows are checked against numbers."""
    if all(isinstance(s, int) for t in types for s in t.sizes):
        return None
    return "the sizes of a file's fields are numbers, not free sizes"


def _one_sign(text: str) -> str:
    """A validator for what stands between columns."""
    if len(text) != 1 or text in '"\r\n':
        raise ValueError("must be one sign, such as ; or a tab")
    return text


class Npz(Splitting):
    """Arrays of a NumPy archive."""

    word, kind = "npz", "npz"
    summary = "Arrays of an .npz archive; fields are keys of the archive unless `keys` names them."
    path: str = Field(min_length=1, description="Path of the file, from where training is started.")
    range: Range | None = Field(
        None, description="What 0 … 255 becomes in an array of bytes; by default 0 … 1."
    )
    keys: tuple[str, ...] | None = Field(
        None, description="Keys of the arrays, in the order of the fields."
    )

    def refusal(self, types: Sequence[Tensor]) -> str | None:
        """As many keys as fields."""
        if self.keys is not None and len(self.keys) != len(types):
            return f"npz has {len(self.keys)} in keys=, and {len(types)} fields are written"
        return known_sizes(types)


class _Pair(Splitting):
    path: str = Field(min_length=1, description="Path of the file, from where training is started.")
    range: Range | None = Field(
        None, description="What 0 … 255 becomes in an array of bytes; by default 0 … 1."
    )
    labels: str | None = Field(None, min_length=1, description="Path of a second file, the labels.")

    def refusal(self, types: Sequence[Tensor]) -> str | None:
        """One field for each file."""
        files = 1 if self.labels is None else 2
        if len(types) != files:
            hint = ", as labels= names no second one" if self.labels is None else ""
            return f"{self.word} reads {files} field{'s'[: files - 1]}{hint}"
        return known_sizes(types)


class Npy(_Pair):
    """One NumPy array, or two."""

    word, kind = "npy", "npy"
    summary = "One array of an .npy file; `labels` names a second one."


class Idx(_Pair):
    """Images and labels in the format of MNIST."""

    word, kind = "idx", "idx"
    summary = "Images and labels in IDX files (MNIST's), plain or .gz: image, label."


class Images(Splitting):
    """A folder of images with one folder for each class."""

    word, kind = "images", "images"
    summary = "A folder with one folder of images for each class: image, label."
    path: str = Field(min_length=1, description="The folder, from where training is started.")
    size: int = Field(
        ge=1, le=4096, description="Height and width; images are resized and cropped."
    )
    classes: int = Field(ge=1, description="Number of classes, that is of folders.")
    channels: Literal[1, 3] = Field(3, description="1 for grey, 3 for colour.")
    range: Range = Field((0.0, 1.0), description="Values of black and white.")

    def fields(self) -> tuple[DataField, ...]:
        """The image and its class."""
        return image_field(self.channels, self.size, self.range), label_field(self.classes)


class TableFile(Fitting):
    """A table in a file: numbers, and a target where two fields are written."""

    path: str = Field(min_length=1, description="Path of the file, from where training is started.")
    target: str | None = Field(None, description="Column of the target; the last by default.")

    def refusal(self, types: Sequence[Tensor]) -> str | None:
        """A row of numbers; with it, one number or class."""
        if len(types) > 2:
            return f"{self.word} reads 2 fields, a row and its target"
        if types[0].dtype != "float":
            return f"the first field of {self.word} is a row of numbers, as in x: vector[4]"
        if len(types) == 1 and self.target is not None:
            return "a target column needs a second field, as in y: category[3]"
        if len(types) == 2 and prod(s for s in types[1].sizes if isinstance(s, int)) != 1:
            return f"the second field of {self.word} is one number or class"
        return known_sizes(types)


class Csv(TableFile):
    """A table in a text file."""

    word, kind = "csv", "csv"
    summary = "A table with a header line: the columns of numbers as a row, and the target."
    delimiter: Annotated[str, AfterValidator(_one_sign)] = Field(
        ",", description="What stands between columns."
    )
    header: bool = Field(
        False,
        description="Whether the first line holds names though they are numbers, as of years.",
    )


class Parquet(TableFile):
    """A table in a Parquet file."""

    word, kind = "parquet", "parquet"
    summary = "A Parquet table: the columns of numbers as a row, and the target."
