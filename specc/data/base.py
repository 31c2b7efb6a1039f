"""What every data source says of itself before a file is opened, so that shapes are checked first.

Reading is done by generated code (`emit/templates/data.py.j2`); nothing here imports anything heavy.
"""

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Literal, Self

from msgspec import Struct
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from specc.layers.common import fraction
from specc.types import DType, Over, Tensor
from specc.vocabulary import base


def _rising(bounds: tuple[float, float]) -> tuple[float, float]:
    if not bounds[0] < bounds[1]:
        raise ValueError("must go from a lower to a higher value")
    return bounds


Share = Annotated[float, AfterValidator(fraction(0, 1, open_low=True, open_high=True))]
Range = Annotated[tuple[float, float], AfterValidator(_rising)]


class DataField(Struct, frozen=True):
    """One field of an item: its sizes and axes, kind of numbers, classes and range where known.

    `over` says what there is one of these for; `graph` are the sizes of a graph's features (`node`,
    `edge`, `global`) and its numbers of `nodes` and `edges` where they are known.
    """

    name: str
    sizes: tuple[int, ...] = ()
    axes: tuple[str, ...] = ()
    dtype: DType = "float"
    classes: int | None = None
    low: float | None = None
    high: float | None = None
    over: Over = "items"
    graph: tuple[tuple[str, int], ...] = ()


@base
class DataSource(BaseModel):
    """A source with its settings.

    `kind` names the part of the template that reads it. `fields()` is None where the user must say what
    the fields are (`as x: vector[4], y: category[3]`).
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True, allow_inf_nan=False)

    word: ClassVar[str]
    kind: ClassVar[str]
    summary: ClassVar[str]
    graph_items: ClassVar[bool] = False  # items are graphs
    graphs: ClassVar[bool] = False  # the first field that a user describes is a graph
    label_over: ClassVar[Over] = (
        "nodes"  # what there is one of the further fields for, behind a graph
    )

    def fields(self) -> tuple[DataField, ...] | None:
        """The fields in order, or None where only the file knows."""
        return None

    def masks(self) -> tuple[str, ...]:
        """Names of further fields that say which nodes count for what."""
        return ()

    def refusal(self, types: Sequence[Tensor]) -> str | None:
        """Why these written fields cannot be read from the source, None where they can."""
        del types
        return None


class Splitting(DataSource):
    """Rows are split for testing: every fifth, a share drawn with a seed, or those of another source."""

    test: Share | DataSource | None = Field(
        None,
        description="Share of the rows kept for testing, drawn at random, or another source that is "
        "tested; by default every fifth row.",
    )
    split_seed: int = Field(0, ge=0, lt=2**63, description="Seed of a random split.")
    train: int | None = Field(
        None, ge=1, description="How many rows are learnt from, the first ones; by default all."
    )

    @classmethod
    def __pydantic_init_subclass__(cls, **settings: Any) -> None:
        """What a source has for itself comes first: `csv("table.csv")` names its path."""
        super().__pydantic_init_subclass__(**settings)
        for name in ("transform", "test", "split_seed", "train"):
            if name in cls.model_fields:
                cls.model_fields[name] = cls.model_fields.pop(name)

    @property
    def share(self) -> float | None:
        """The share of the rows kept for testing, where one is written."""
        return self.test if isinstance(self.test, float) else None

    @property
    def tested(self) -> DataSource | None:
        """The source whose rows are tested, where there is one."""
        return self.test if isinstance(self.test, DataSource) else None

    def untested(self, other: DataSource) -> str | None:
        """Why another source cannot be tested after learning from this one, None where it can."""
        if not isinstance(other, Splitting) or isinstance(other, Derived) or self.graph_items:
            return "rows of a table, of images or of sequences can be tested, each read from one source"
        unwanted = {"test", "split_seed", "train", "transform", "standardize"}
        written = sorted(unwanted & other.model_fields_set)
        if written:
            return f"all rows of {other.word} are tested; leave {written[0]}= out there"
        mine, theirs = self.fields(), other.fields()
        if (mine is None) != (theirs is None) or not same_items(mine or (), theirs or ()):
            return f"the fields of {other.word} are not those of {self.word}"
        return None

    @model_validator(mode="after")
    def _seed_is_used(self) -> Self:
        if self.share is None and "split_seed" in self.model_fields_set:
            raise ValueError("split_seed is for a random split; say its share too, as in test=0.2")
        return self


def same_items(left: Sequence[DataField], right: Sequence[DataField]) -> bool:
    """Whether items of two sources have the same shapes and kinds of numbers."""
    pairs = zip(left, right, strict=False)
    same = all((a.sizes, a.dtype, a.classes) == (b.sizes, b.dtype, b.classes) for a, b in pairs)
    return same and len(left) == len(right)


TransformName = Literal["none", "standardize", "minmax", "tanh"]


class Fitting(Splitting):
    """The first field is transformed by what its training rows are like."""

    transform: TransformName = Field(
        "none",
        description="Columns brought to mean 0 and deviation 1 (standardize), to 0 … 1 (minmax) or to "
        "-1 … 1 (tanh of a quarter of the standardized) by the training rows.",
    )

    def fitted(self) -> TransformName:
        """The transform of the columns."""
        return self.transform


def image_field(
    channels: int, size: int, bounds: tuple[float, float], flat: bool = False
) -> DataField:
    """A square image, or the vector of its pixels."""
    low, high = bounds
    if flat:
        return DataField("image", (channels * size * size,), ("features",), low=low, high=high)
    axes = ("channels", "height", "width")
    return DataField("image", (channels, size, size), axes, low=low, high=high)


def label_field(classes: int, name: str = "label") -> DataField:
    """The class of an item."""
    return DataField(name, dtype="int", classes=classes, low=0, high=classes - 1)


class Derived(DataSource):
    """A source made of another one, whose rows are split before they are used."""

    of: DataSource = Field(description="The source that it is made of, as in digits(size=12).")

    @classmethod
    def unfit(cls, source: DataSource) -> str | None:
        """Why nothing can be made of a source, None where it can."""
        if isinstance(source, Derived):
            return f"{cls.word} is made of a source that is read, not of {source.word}"
        if source.fields() is None:
            return f"{cls.word} needs a source whose fields are known before it is read"
        return None

    def inner(self) -> tuple[DataField, ...]:
        """The fields of the source that it is made of."""
        return self.of.fields() or ()
