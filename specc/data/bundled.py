"""The data sets that scikit-learn bundles: nothing is downloaded."""

from typing import ClassVar, Self

from pydantic import Field, model_validator

from specc.data.base import (
    DataField,
    Fitting,
    Range,
    Share,
    Splitting,
    TransformName,
    image_field,
    label_field,
)


class Digits(Splitting):
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
        return image_field(1, self.size, self.range, self.flat), label_field(10)


class Table(Fitting):
    """A bundled table of numbers."""

    features: ClassVar[int]
    classes: ClassVar[int | None] = None
    targets: ClassVar[int] = 1
    standardize: bool = Field(False, description="Short for transform=standardize.")

    @model_validator(mode="after")
    def _one_transform(self) -> Self:
        if "standardize" in self.model_fields_set and "transform" in self.model_fields_set:
            raise ValueError("say transform= or standardize=, not both")
        return self

    def fields(self) -> tuple[DataField, ...]:
        """The row and its target."""
        row = DataField("row", (self.features,), ("features",))
        if self.classes is not None:
            return row, label_field(self.classes)
        sizes = () if self.targets == 1 else (self.targets,)
        return row, DataField("target", sizes, ("features",) if sizes else ())

    def fitted(self) -> TransformName:
        """The transform of the columns."""
        return "standardize" if self.standardize else self.transform


class Iris(Table):
    """Flowers and their species."""

    word, kind = "iris", "table"
    summary = "150 flowers, 4 measures, 3 species: row, label."
    features, classes = 4, 3


class Wine(Table):
    """Wines and their growers."""

    word, kind = "wine", "table"
    summary = "178 wines, 13 measures, 3 growers: row, label."
    features, classes = 13, 3


class BreastCancer(Table):
    """Tumours, malignant (0) or benign (1)."""

    word, kind = "breast_cancer", "table"
    summary = "569 tumours, 30 measures, 2 kinds: row, label."
    features, classes = 30, 2


class Diabetes(Table):
    """Patients and how their disease went on."""

    word, kind = "diabetes", "table"
    summary = "442 patients, 10 measures, progression: row, target."
    features = 10


class Linnerud(Table):
    """Exercises and measures of the body."""

    word, kind = "linnerud", "table"
    summary = "20 men, 3 exercises, 3 measures of the body: row, target."
    features, targets = 3, 3
