"""Windows of sequences: of those that a source gives, or of a file whose rows are the steps of one series."""

from collections.abc import Sequence
from typing import Self

from msgspec.structs import replace
from pydantic import Field, model_validator

from specc.data.base import DataField, DataSource, Derived, Splitting
from specc.types import Tensor

SERIES = frozenset(("csv", "parquet", "npz", "npy"))
"""Files whose rows can be steps in the order of time."""


class Windows(Derived):
    """Sequences in windows, for truncated backpropagation through time (Williams and Peng 1990).

    Of a file the windows overlap, as `stride` says, and what is asked of each stands at its steps or
    behind it. Rows are then split in the order of time, so that no window reads what another is tested on.
    """

    word, kind = "windows", "windows"
    summary = (
        "Windows of sequences: the steps of each sequence cut in parts; a batch holds the same window of "
        "several sequences, and the next batch the windows behind it. Of a file whose rows are the steps "
        "of one series, in the order of time: windows, and what comes after each."
    )
    steps: int = Field(ge=1, le=100_000, description="Steps in a window.")
    stride: int = Field(
        1, ge=1, le=100_000, description="Steps from one window of a file to the next."
    )
    horizon: int | None = Field(
        None,
        ge=0,
        le=100_000,
        description="Steps of a file between the last one of a window and its target; by default 0 for "
        "a target of the file, and 1 where the series itself is to be told.",
    )

    @classmethod
    def unfit(cls, source: DataSource) -> str | None:
        """It needs sequences, all of one length, or a file of rows."""
        fields = source.fields()
        if fields is None and source.kind in SERIES:
            return None
        lengths = {f.sizes[0] for f in fields or () if _over_time(f)}
        if fields is not None and len(lengths) != 1:
            return f"windows needs sequences of one length, and {source.word} gives none"
        return super().unfit(source)

    @property
    def series(self) -> bool:
        """Whether the rows of a file are the steps of one series."""
        return self.of.kind in SERIES

    @property
    def length(self) -> int:
        """Steps in a whole sequence."""
        return next(f.sizes[0] for f in self.inner() if _over_time(f))

    @property
    def count(self) -> int:
        """Windows in a sequence."""
        return self.length // self.steps

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.series:
            return self._in_order()
        for name in ("stride", "horizon"):
            if name in self.model_fields_set:
                raise ValueError(f"{name} is for a file whose rows are the steps of one series")
        if self.length % self.steps:
            raise ValueError(f"must divide the {self.length} steps of a sequence")
        return self

    def _in_order(self) -> Self:
        if isinstance(self.of, Splitting) and "split_seed" in self.of.model_fields_set:
            raise ValueError("the rows are split in the order of time; leave split_seed= out")
        return self

    def fields(self) -> tuple[DataField, ...] | None:
        """What has a time has one window of it; what has none comes with every window."""
        if self.series:
            return None
        return tuple(
            replace(f, sizes=(self.steps, *f.sizes[1:])) if _over_time(f) else f
            for f in self.inner()
        )

    # -------------------------------------------------------------------- a series

    def itself(self, fields: int) -> bool:
        """Whether the target is the series itself, later: the file has one field, and two are written."""
        if fields < 2:
            return False
        match self.of.kind:
            case "npz":
                keys = getattr(self.of, "keys", None)
                return keys is not None and len(keys) == 1
            case "npy":
                return getattr(self.of, "labels", None) is None
            case _:
                return getattr(self.of, "target", None) is None

    def ahead(self, fields: int) -> int:
        """Steps from the last one of a window to its target."""
        return int(self.itself(fields)) if self.horizon is None else self.horizon

    def rows(self, types: Sequence[Tensor]) -> tuple[Tensor, ...]:
        """The fields of one row of the file, for those that the spec writes of a window."""
        written = types[:1] if self.itself(len(types)) else types
        return tuple(
            t.with_sizes(t.sizes[1:], t.axes[1:]) if t.axes[:1] == ("time",) else t for t in written
        )

    def refusal(self, types: Sequence[Tensor]) -> str | None:
        """A window, and targets at its steps or one behind it; the series itself is one target."""
        if not self.series:
            return None
        if types[0].axes[:1] != ("time",):
            return f"the first field is a window, as in x: sequence[{self.steps}, 3]"
        lengths = [
            t.sizes[0] for t in types if t.axes[:1] == ("time",) and t.sizes[0] != self.steps
        ]
        if lengths:
            return f"a window has {self.steps} steps, and a field of {lengths[0]} is written"
        if self.itself(len(types)) and len(types) > 2:
            return "a series that is told itself has 2 fields, a window and what comes later"
        if (
            self.itself(len(types))
            and types[0].sizes[1:] != types[1].sizes[-len(types[0].sizes) + 1 :]
        ):
            return (
                f"the second field is what the series is later: {types[0].sizes[-1]} numbers; a column of "
                "its own is named by target="
            )
        return self.of.refusal(self.rows(types))


def _over_time(field: DataField) -> bool:
    return field.axes[:1] == ("time",)
