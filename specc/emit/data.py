"""data.py of a generated package: one source, read, checked, split and transformed."""

from __future__ import annotations

from collections.abc import Callable
from math import prod

from msgspec import Struct
from msgspec.structs import replace

from specc.data.base import DataSource, Derived, Fitting, Splitting
from specc.data.beside import Beside
from specc.data.text import SENTENCES, SLOTS, WORDS
from specc.data.windows import Windows
from specc.emit.environment import literal, render
from specc.emit.graphs import graph_data, is_of_graphs
from specc.emit.layout import WIDTH, indented, statement
from specc.emit.lines import returned_tuple
from specc.emit.names import variable
from specc.emit.series import as_read, is_series, series_text
from specc.emit.shapes import shape
from specc.program import TrainPlan
from specc.settings import TrainSettings
from specc.types import Tensor

_METHODS = frozenset(("at", "fields", "rows", "to", "Split"))
"""What the class of the rows has already; a field of that name would hide it."""

_ARRAYS = ("import math", "from typing import Any, TypeAlias")
_COUNTER = "from collections import Counter"
_COUNTED = (_COUNTER, "from functools import cache")
_NUMPY = "import numpy as np"

_STANDARD: dict[str, tuple[str, ...]] = {
    "gaussians": ("import math",),
    "spirals": ("import math",),
    "helix": ("import math",),
    "sinusoids": ("import math",),
    "npz": (*_ARRAYS, "import zlib", "from zipfile import BadZipFile"),
    "npy": _ARRAYS,
    "idx": (*_ARRAYS, "import gzip", "import struct", "import zlib"),
    "images": ("from pathlib import Path",),
    "text": (*_COUNTED, "from pathlib import Path"),
    "stories": (*_COUNTED, "import random", "import re"),
    "csv": (_COUNTER, "import csv", "import math", "from typing import TypeAlias"),
    "parquet": (_COUNTER, "import math", "from typing import TypeAlias"),
}
"""Imports of a kind from the standard library."""

_THIRD: dict[str, tuple[str, ...]] = {
    "digits": ("from sklearn.datasets import load_digits",),
    "digit_names": ("from sklearn.datasets import load_digits",),
    "moons": ("from sklearn.datasets import make_moons",),
    "circles": ("from sklearn.datasets import make_circles",),
    "swiss_roll": ("from sklearn.datasets import make_swiss_roll",),
    "blobs": ("from sklearn.datasets import make_blobs",),
    "npz": (_NUMPY,),
    "npy": (_NUMPY,),
    "idx": (_NUMPY,),
    "images": (_NUMPY, "from PIL import Image, ImageOps"),
    "parquet": ("from pyarrow import parquet",),
}
"""Imports of a kind from elsewhere."""

_PARTS: dict[str, tuple[str, ...]] = {
    **{kind: (kind, "as_field") for kind in ("npz", "npy", "idx")},
    **{kind: (kind, "columns") for kind in ("csv", "parquet")},
    **{kind: (kind, "symbols") for kind in ("text", "stories")},
    **{kind: ("lengths", kind) for kind in ("anbn", "parity", "reversal")},
}
"""Templates of a kind, where it needs another than its own."""

_UNSURE = frozenset(("npz", "npy", "idx", "images", "csv", "parquet", "text"))
"""Kinds whose number of rows only the file knows."""


class FieldText(Struct, frozen=True):
    """A field as data.py names and describes it."""

    name: str
    shape: str


def field_name(name: str) -> str:
    """A field's name as an attribute of the rows."""
    safe = variable(name)
    return f"{safe}_" if safe in _METHODS else safe


def data_files(plan: TrainPlan, name: str, owner: str = "") -> dict[str, str]:
    """The module that reads the data of a train block, and one for another source that is tested.

    `owner` is whose data it is said to be, where that is not the block's alone.
    """
    written = plan.data
    plan = replace(plan, name=owner or plan.name)
    if isinstance(written, Beside):
        return beside(plan, written, name)
    source = written.of if isinstance(written, Derived) else written
    files = {f"{name}.py": data_file(plan, name)}
    if isinstance(source, Splitting) and isinstance(source.tested, Splitting):
        files[f"{name}_tested.py"] = _tested_file(plan, source, source.tested)
    return files


def beside(plan: TrainPlan, written: Beside, name: str) -> dict[str, str]:
    """A module for each source, and one that draws their rows apart."""
    files: dict[str, str] = {}
    fields = [FieldText(field_name(n), _shape(t)) for n, t in plan.body.inputs]
    owners = [at for at, count in enumerate(written.counts) for _ in range(count)]
    modules = [f"{name}_{at}" for at in range(1, len(written.parts) + 1)]
    for at, (module, part) in enumerate(zip(modules, written.parts, strict=True)):
        own = tuple(p for p, owner in zip(plan.body.inputs, owners, strict=True) if owner == at)
        body = replace(plan.body, inputs=own)
        files |= data_files(replace(plan, data=part, body=body), module)
    assert isinstance(plan.settings, TrainSettings)
    text = render(
        "data_beside.py.j2",
        header=f'"""The data of {plan.name}: sources whose rows have nothing to do with each other."""',
        modules=modules,
        fields=fields,
        field_tuple=returned_tuple([f"self.{f.name}" for f in fields]),
        owners=tuple(owners),
        validated=plan.settings.validation is not None,
    )
    return files | {f"{name}.py": _laid_out(text)}


def _tested_file(plan: TrainPlan, source: Splitting, other: Splitting) -> str:
    """The module that reads what is tested."""
    named = _is_named(source, plan)
    body = _body(other, None, plan, named)
    lines = [
        i
        for i in _imports(other)
        if "dataclass" not in i and (i != "import math" or "math." in body)
    ]
    lines = lines[1:] if lines[0] == "" else lines
    text = render(
        "data_tested.py.j2",
        header=f'"""What {plan.name} is tested on: {_summary(other, None)}."""',
        imports=lines,
        constants=[line for lines in _constants(other, plan) for line in lines],
        named=named,
        body=body,
    )
    return _laid_out(text)


def _is_named(source: Splitting, plan: TrainPlan) -> bool:
    """Whether classes are numbered by their names, so that those of another file must be the same."""
    classes = [_classes(t) for _, t in plan.body.inputs[1:] if isinstance(t, Tensor)]
    kinds = ("csv", "parquet", "images")
    return source.tested is not None and source.kind in kinds and any(classes)


def data_file(plan: TrainPlan, name: str = "data") -> str:
    """The text of data.py for the source of a train block."""
    if is_of_graphs(plan.data):
        return _laid_out(graph_data(plan))
    written, settings = plan.data, plan.settings
    source = written.of if isinstance(written, Derived) else written
    derived = written if isinstance(written, Derived) else None
    assert isinstance(source, Splitting)
    assert isinstance(settings, TrainSettings)
    fields = [FieldText(field_name(n), _shape(t)) for n, t in plan.body.inputs]
    validated = settings.validation is not None
    read = as_read(plan)
    named = _is_named(source, read)
    body = _body(source, derived, plan, named)
    imports = _imports(source, derived, f"{name}_tested")
    text = render(
        "data.py.j2",
        header=f'"""The data of {plan.name}: {_summary(source, derived)}."""',
        imports=[i for i in imports if i != "import math" or "math." in body],
        constants=[line for lines in _constants(source, read) for line in lines],
        fields=fields,
        field_tuple=returned_tuple([f"self.{f.name}" for f in fields]),
        body=body,
        derived=derived.kind if derived is not None else "",
        in_order=is_series(derived),
        transform=_transform(source),
        held_out=list(getattr(derived, "held_out", None) or ()),
        tasks=getattr(derived, "examples", 0),
        tests=getattr(derived, "tests", 0),
        test_share=source.share,
        tested=f"{name}_tested" if source.tested is not None else "",
        named=named,
        split_seed=source.split_seed,
        train_rows=source.train,
        validated=validated,
        splits="train, validation and test" if validated else "train and test",
        may_be_empty=source.kind in _UNSURE or source.share is not None or validated,
        where="{PATH}: " if _has_path(source) else "",
    )
    return _laid_out(text)


def _summary(source: DataSource, derived: Derived | None) -> str:
    said = [type(s).summary.split(":")[0].rstrip(".") for s in (derived, source) if s is not None]
    return " Made of: ".join(f"{s}." for s in said).rstrip(".")


def reads_files(data: object) -> bool:
    """Whether rows come from a path that the spec names."""
    inner = (getattr(data, "of", None), getattr(data, "tested", None), *getattr(data, "parts", ()))
    return hasattr(data, "path") or any(reads_files(d) for d in inner if d is not None)


def _has_path(source: DataSource) -> bool:
    return source.kind in ("npz", "images", "csv", "parquet", "text")


def _shape(type: object) -> str:
    return shape(type).replace("[B", "[N", 1) if isinstance(type, Tensor) else ""


def _laid_out(text: str) -> str:
    """The lines that names or numbers of the spec made too long, broken as the formatter does."""
    lines: list[str] = []
    for line in text.splitlines():
        indent = len(line) - len(line.lstrip())
        plain = len(line) <= WIDTH or '"""' in line or "#" in line
        lines += [line] if plain else indented(statement(line.strip(), indent), indent).split("\n")
    return "\n".join(lines) + "\n"


# --------------------------------------------------------------------- imports


def _imports(source: DataSource, derived: Derived | None = None, tested: str = "") -> list[str]:
    """The lines in the order of the linter: plain ones first, by module."""
    fitted = ", replace" if _transform(source) and derived is None else ""
    standard = [f"from dataclasses import dataclass{fitted}", *_STANDARD.get(source.kind, ())]
    third = ["import torch", "from torch import Tensor", *_THIRD.get(source.kind, ())]
    if source.kind == "text" and getattr(source, "level", "") == "word":
        standard.append("import re")
    if source.kind == "table":
        third.append(f"from sklearn.datasets import load_{source.word}")
    edged = derived is not None and derived.kind == "edges"
    if edged or (source.kind == "digits" and getattr(source, "size", 8) != 8):
        third.append("import torch.nn.functional as F")
    own: list[str] = []
    if tested and isinstance(source, Splitting) and source.tested is not None:
        standard.append("from functools import cache")
        own = ["", f"import {tested}", f"from {tested} import DataError as DataError"]
    return [*sorted(standard, key=_import_order), "", *sorted(third, key=_import_order), *own]


def _import_order(line: str) -> tuple[bool, str]:
    return line.startswith("from"), line.split()[1].lower()


# ------------------------------------------------------------------- constants


def _constants(source: DataSource, plan: TrainPlan) -> list[list[str]]:
    """What the functions read: where the data is, and what the spec says of it."""
    found: list[list[str]] = []
    if _has_path(source):
        found.append(_constant("PATH", getattr(source, "path", "")))
    if source.kind in ("npy", "idx"):
        paths = (getattr(source, "path", ""), getattr(source, "labels", None))
        found.append(_constant("PATHS", tuple(p for p in paths if p is not None)))
    if source.kind in ("npz", "npy", "idx"):
        found.append(["Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]"])
        found.append(["Field: TypeAlias = tuple[str, tuple[int, ...], str, int | None]"])
        found.append(["# Key, sizes of a row, kind of numbers, and number of classes."])
        found.append(_rows("FIELDS: tuple[Field, ...]", _fields(source, plan)))
    if source.kind in ("csv", "parquet"):
        if getattr(source, "target", None) is not None:
            found.append(_constant("TARGET", getattr(source, "target", None)))
        found.append(["LARGEST = 3.4e38  # that 32 bits hold"])
        if source.kind == "csv":
            signs = ";\t|,".replace(getattr(source, "delimiter", ","), "")
            found.append([f"SIGNS = {literal(signs)}  # that stand between columns elsewhere"])
        found.append(["Row: TypeAlias = tuple[str, list[str]]  # where it is, and its cells"])
    return found


def _constant(name: str, value: object) -> list[str]:
    return statement(f"{name} = {literal(value)}", 0)


def _rows(name: str, values: tuple[object, ...]) -> list[str]:
    """A tuple in one line if it fits, else one entry a line."""
    line = f"{name} = {literal(values)}"
    if len(line) <= WIDTH:
        return [line]
    return [f"{name} = (", *(f"    {literal(v)}," for v in values), ")"]


def _fields(source: DataSource, plan: TrainPlan) -> tuple[object, ...]:
    keys = getattr(source, "keys", None) or tuple(n for n, _ in plan.body.inputs)
    rows: list[object] = []
    for key, (_, type) in zip(keys, plan.body.inputs, strict=True):
        assert isinstance(type, Tensor)
        rows.append((key, type.sizes, type.dtype, _classes(type)))
    return tuple(rows)


def _classes(type: Tensor) -> int | None:
    return type.classes if isinstance(type.classes, int) else None


# ------------------------------------------------------------------------ body


def _transform(source: DataSource) -> str:
    """The class that transforms the first field, empty where nothing is transformed."""
    if not isinstance(source, Fitting) or source.fitted() == "none":
        return ""
    return render("data/transform.py.j2", s=source).rstrip("\n")


def _read_by(source: object, fields: int) -> int:
    """How many fields are read of a source, or of that which it is made of."""
    counts = {"pairs": 2, "episodes": 2, "edges": 1}
    return counts.get(source.kind, fields) if isinstance(source, Derived) else fields


def _body(source: Splitting, derived: Derived | None, plan: TrainPlan, named: bool) -> str:
    """`read()` and what it calls, and what is made of its rows."""
    read = as_read(plan)
    count = _read_by(plan.data, len(read.body.inputs))
    values: dict[str, object] = {
        "s": source,
        "count": count,
        "returned": _returner(count),
        "ranged": ranged,
        "mode": "L" if getattr(source, "channels", 3) == 1 else "RGB",
        "where": "{PATH}: " if _has_path(source) else "",
        "grammar": {"SENTENCES": SENTENCES, "SLOTS": SLOTS},
        "words": WORDS,
        "named": named,
        "shortest": getattr(source, "shortest", 1) or getattr(source, "length", 1),
        **_columns(source, read),
    }
    parts = [render(f"data/{p}.py.j2", **values) for p in _PARTS.get(source.kind, (source.kind,))]
    if derived is not None:
        parts.append(_made(source, derived, plan))
    return "\n\n\n".join(part.rstrip("\n") for part in parts)


def _made(source: Splitting, derived: Derived, plan: TrainPlan) -> str:
    """What is made of the rows of a source."""
    count, timed = len(plan.body.inputs), _timed(plan)
    if isinstance(derived, Windows) and derived.series:
        where = "{PATH}: " if _has_path(source) else "{PATHS[0]}: "
        return series_text(derived, [over for _, over in timed], where)
    first = derived.inner()[0]
    return render(
        f"data/{derived.kind}.py.j2", d=derived, count=count, bounds=(first.low, first.high),
        ranged=ranged, timed=timed,
    )  # fmt: skip


def _timed(plan: TrainPlan) -> list[tuple[str, bool]]:
    """The fields by name, and whether each has a time."""
    inputs = [(field_name(n), t) for n, t in plan.body.inputs]
    return [(n, isinstance(t, Tensor) and t.axes[:1] == ("time",)) for n, t in inputs]


def _columns(source: DataSource, plan: TrainPlan) -> dict[str, object]:
    """What a table in a file needs to know of its row and its target."""
    if source.kind not in ("csv", "parquet"):
        return {}
    types = [t for _, t in plan.body.inputs if isinstance(t, Tensor)]
    target = types[-1]
    return {
        "width": prod(s for s in types[0].sizes if isinstance(s, int)),
        "reshaped": "" if len(types[0].sizes) == 1 else f".reshape{(-1, *types[0].sizes)}",
        "classes": _classes(target) if len(types) > 1 else None,
        "scalar": target.sizes == (),
    }


def _returner(count: int) -> Callable[..., str]:
    """Prints the fields that the spec names, of all that a source has."""

    def returned(*values: str) -> str:
        return ", ".join(values[:count]) if count > 1 else f"({values[0]},)"

    return returned


def ranged(values: str, bounds: tuple[float, float]) -> str:
    """Values from 0 to 1 as values between bounds."""
    low, high = bounds
    sign, size = ("+", low) if low >= 0 else ("-", -low)
    scaled = values if high - low == 1 else f"{values} * {high - low}"
    return scaled if low == 0 else f"{scaled} {sign} {size}"
