"""Data sources: what they give, known before a file is opened, so that shapes are checked first.

Reading is done by generated code (`emit/templates/data.py.j2`); this module imports nothing heavy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from specc.layers.common import fraction
from specc.types import DType

Share = Annotated[float, AfterValidator(fraction(0, 1, open_low=True, open_high=True))]
Range = tuple[float, float]


@dataclass(frozen=True, slots=True)
class DataField:
    """One field of an item: its sizes and axes, kind of numbers, classes and range where known."""

    name: str
    sizes: tuple[int, ...] = ()
    axes: tuple[str, ...] = ()
    dtype: DType = "float"
    classes: int | None = None
    low: float | None = None
    high: float | None = None


class DataSource(BaseModel):
    """A source with its settings.

    `kind` names the part of the template that reads it. `fields()` is None where the user must say what
    the fields are (`as x: vector[4], y: category[3]`).
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    word: ClassVar[str]
    kind: ClassVar[str]
    summary: ClassVar[str]

    def fields(self) -> tuple[DataField, ...] | None:
        """The fields in order, or None where only the file knows."""
        return None


class _Split(DataSource):
    """Rows are split for testing: every fifth, or a share drawn with a seed."""

    test: Share | None = Field(
        None,
        description="Share of the rows kept for testing, drawn at random; by default every fifth row.",
    )
    split_seed: int = Field(0, ge=0, lt=2**63, description="Seed of a random split.")


def _image(
    channels: int, height: int, width: int, low: float, high: float, flat: bool
) -> DataField:
    if flat:
        return DataField("image", (channels * height * width,), ("features",), low=low, high=high)
    axes = ("channels", "height", "width")
    return DataField("image", (channels, height, width), axes, low=low, high=high)


class Digits(_Split):
    """The 1,797 handwritten digits of 8x8 pixels that scikit-learn bundles."""

    word, kind = "digits", "digits"
    summary = "1,797 handwritten digits of 8x8 pixels, bundled with scikit-learn: image, label."
    size: int = Field(
        8, ge=8, le=256, description="Height and width; larger ones are interpolated."
    )
    flat: bool = Field(False, description="Whether an image is a vector.")
    range: Range = Field((0.0, 1.0), description="Values of black and white.")
    binarize: Share | None = Field(None, description="Threshold above which a pixel is 1, else 0.")

    def fields(self) -> tuple[DataField, ...]:
        """The image and its class."""
        low, high = self.range
        image = _image(1, self.size, self.size, low, high, self.flat)
        return image, DataField("label", dtype="int", classes=10, low=0, high=9)


class _Table(_Split):
    """A bundled table of numbers."""

    features: ClassVar[int]
    classes: ClassVar[int | None] = None
    targets: ClassVar[int] = 1
    transform: Literal["none", "standardize", "minmax"] = Field(
        "none",
        description="Columns brought to mean 0 and deviation 1, or to 0 … 1, by the training rows.",
    )
    standardize: bool = Field(False, description="Short for transform=standardize.")

    def fields(self) -> tuple[DataField, ...]:
        """The row and its target."""
        row = DataField("row", (self.features,), ("features",))
        if self.classes is not None:
            top = self.classes - 1
            return row, DataField("label", dtype="int", classes=self.classes, low=0, high=top)
        sizes = () if self.targets == 1 else (self.targets,)
        return row, DataField("target", sizes, ("features",) if sizes else ())

    def fitted(self) -> str:
        """The transform of the columns."""
        return "standardize" if self.standardize else self.transform


def _table(name: str, word: str, what: str, features: int, classes: int | None = None,
           targets: int = 1) -> type[_Table]:  # fmt: skip
    body = {
        "__doc__": what,
        "__module__": __name__,
        "word": word,
        "kind": "table",
        "summary": what,
        "features": features,
        "classes": classes,
        "targets": targets,
        "__annotations__": {},
    }
    return type(name, (_Table,), body)


Iris = _table("Iris", "iris", "150 flowers, 4 measures, 3 species: row, label.", 4, 3)
Wine = _table("Wine", "wine", "178 wines, 13 measures, 3 growers: row, label.", 13, 3)
BreastCancer = _table(
    "BreastCancer", "breast_cancer", "569 tumours, 30 measures, 2 kinds: row, label.", 30, 2
)
Diabetes = _table(
    "Diabetes", "diabetes", "442 patients, 10 measures, progression: row, target.", 10
)
Linnerud = _table(
    "Linnerud", "linnerud", "20 men, 3 exercises, 3 measures of the body: row, target.", 3, None, 3
)


class Moons(_Split):
    """Two half circles in the plane."""

    word, kind = "moons", "moons"
    summary = "Two half circles in the plane with noise: point, label."
    examples: int = Field(2000, ge=10, le=10_000_000, description="Number of points.")
    noise: float = Field(0.05, ge=0, description="Deviation of the noise.")
    seed: int = Field(0, ge=0, lt=2**32, description="Seed of the points.")

    def fields(self) -> tuple[DataField, ...]:
        """The point and its half circle."""
        point = DataField("point", (2,), ("features",))
        return point, DataField("label", dtype="int", classes=2, low=0, high=1)


class Shapes(_Split):
    """Discs and squares on noise, with a mask that says where they are."""

    word, kind = "shapes", "shapes"
    summary = "Discs and squares on a noisy ground: image, mask (0 ground, 1 disc, 2 square)."
    size: int = Field(32, ge=16, le=512, description="Height and width.")
    examples: int = Field(600, ge=10, le=1_000_000, description="Number of images.")
    seed: int = Field(0, ge=0, lt=2**32, description="Seed of the images.")

    def fields(self) -> tuple[DataField, ...]:
        """The image and the class of each pixel."""
        image = _image(1, self.size, self.size, 0.0, 1.0, flat=False)
        mask = DataField("mask", (self.size, self.size), ("height", "width"), "int", 3, 0, 2)
        return image, mask


class _File(_Split):
    """A file of the user's."""

    path: str = Field(min_length=1, description="Path of the file, from the folder of the run.")
    range: Range | None = Field(None, description="The values 0 … 255 of bytes become this range.")


class Npz(_File):
    """Arrays of a NumPy archive."""

    word, kind = "npz", "npz"
    summary = "Arrays of an .npz archive; fields are keys of the archive unless `keys` names them."
    keys: tuple[str, ...] | None = Field(
        None, description="Keys of the arrays, in the order of the fields."
    )


class Npy(_File):
    """One NumPy array."""

    word, kind = "npy", "npy"
    summary = "One array of an .npy file; `labels` names a second one."
    labels: str | None = Field(None, description="Path of an array of class ids.")


class Idx(_File):
    """Images and labels in the format of MNIST."""

    word, kind = "idx", "idx"
    summary = "Images and labels in IDX files (MNIST's), plain or .gz: image, label."
    labels: str | None = Field(None, description="Path of the labels.")


class Images(_Split):
    """A folder of images with one folder for each class."""

    word, kind = "images", "images"
    summary = "A folder with one folder of images for each class: image, label."
    path: str = Field(min_length=1, description="The folder.")
    size: int = Field(
        ge=1, le=4096, description="Height and width; images are resized and cropped."
    )
    classes: int = Field(ge=1, description="Number of classes, that is of folders.")
    channels: Literal[1, 3] = Field(3, description="1 for grey, 3 for colour.")
    range: Range = Field((0.0, 1.0), description="Values of black and white.")

    def fields(self) -> tuple[DataField, ...]:
        """The image and its class."""
        low, high = self.range
        image = _image(self.channels, self.size, self.size, low, high, flat=False)
        top = self.classes - 1
        return image, DataField("label", dtype="int", classes=self.classes, low=0, high=top)


class _TableFile(_Split):
    path: str = Field(min_length=1, description="Path of the file.")
    target: str | None = Field(None, description="Column of the target; the last by default.")
    transform: Literal["none", "standardize", "minmax"] = Field(
        "none",
        description="Columns brought to mean 0 and deviation 1, or to 0 … 1, by the training rows.",
    )


class Csv(_TableFile):
    """A table in a text file."""

    word, kind = "csv", "csv"
    summary = "A table with a header line: the columns of numbers as a row, and the target."
    delimiter: str = Field(
        ",", min_length=1, max_length=1, description="What stands between columns."
    )


class Parquet(_TableFile):
    """A table in a Parquet file."""

    word, kind = "parquet", "parquet"
    summary = "A Parquet table: the columns of numbers as a row, and the target."


SOURCES: dict[str, type[DataSource]] = {
    s.word: s
    for s in (
        Digits, Iris, Wine, BreastCancer, Diabetes, Linnerud, Moons, Shapes, Npz, Npy, Idx, Images,
        Csv, Parquet,
    )
}  # fmt: skip
"""Every source by its word."""
