"""data.py of a generated package: one source, read, checked, split and transformed."""

from __future__ import annotations

from dataclasses import dataclass

from specc.data import DataSource
from specc.emit.environment import literal, render
from specc.emit.expressions import shape
from specc.emit.names import variable
from specc.program import TrainPlan
from specc.sizes import known
from specc.types import Tensor

_NUMPY = "import numpy as np"
_TORCH = ["import torch", "from torch import Tensor"]
_DATACLASS = "from dataclasses import dataclass"

# Kind -> (standard library, third party) imports of its part of the template.
_IMPORTS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "digits": ((), ("from sklearn.datasets import load_digits",)),
    "table": ((), ()),
    "moons": ((), ("from sklearn.datasets import make_moons",)),
    "shapes": ((), ()),
    "npz": (("import math",), (_NUMPY,)),
    "npy": (("import math",), (_NUMPY,)),
    "idx": (("import gzip", "import math", "import struct"), (_NUMPY,)),
    "images": (("from pathlib import Path",), (_NUMPY, "from PIL import Image, ImageOps")),
    "csv": (("import csv", "import math"), ()),
    "parquet": (("import math",), ("from pyarrow import parquet",)),
}


@dataclass(frozen=True, slots=True)
class FieldText:
    """A field as data.py names and describes it."""

    name: str
    shape: str


def data_files(plan: TrainPlan) -> dict[str, str]:
    """data.py for the source of a train block."""
    source = plan.data
    assert isinstance(source, DataSource)
    fields = [FieldText(variable(n), _shape(t)) for n, t in plan.body.inputs]
    transform = _transform(source)
    words = {"standardize": "mean 0 and deviation 1", "minmax": "0 … 1"}
    names = ", ".join(f"self.{f.name}" for f in fields)
    text = render(
        "data.py.j2",
        header=f'"""The data of {plan.name}: {_summary(source)}"""',
        imports=_imports(source, transform),
        constants=_constants(source, plan),
        fields=fields,
        self_fields=names + ("," if len(fields) == 1 else ""),
        body=_body(source, len(fields)),
        transform=transform,
        transform_words=words.get(transform, ""),
        test_share=getattr(source, "test", None),
        split_seed=getattr(source, "split_seed", 0),
    )
    return {"data.py": text}


def _summary(source: DataSource) -> str:
    return type(source).summary.split(":")[0].rstrip(".") + "."


def _shape(type: object) -> str:
    return shape(type).replace("[B", "[N", 1) if isinstance(type, Tensor) else ""


def _transform(source: DataSource) -> str:
    fitted = getattr(source, "fitted", None)
    name = fitted() if fitted is not None else getattr(source, "transform", "none")
    return "" if name == "none" else str(name)


def _imports(source: DataSource, transform: str) -> list[str]:
    standard, third = _IMPORTS[source.kind]
    dataclass_ = f"{_DATACLASS}, replace" if transform else _DATACLASS
    if source.kind == "table":
        third = (f"from sklearn.datasets import load_{source.word}",)
    plain = sorted(i for i in standard if i.startswith("import"))
    picked = sorted([dataclass_, *(i for i in standard if i.startswith("from"))])
    third_plain = sorted({"import torch", *(i for i in third if i.startswith("import"))})
    if getattr(source, "size", 8) != 8 and source.kind == "digits":
        third_plain.append("import torch.nn.functional as F")
    third_from = sorted(
        ["from torch import Tensor", *(i for i in third if i.startswith("from"))],
        key=lambda i: (i.split()[1].lower(), i),
    )
    return [*plain, *picked, "", *third_plain, *third_from]


def _constants(source: DataSource, plan: TrainPlan) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    path = getattr(source, "path", None)
    if source.kind in ("npz", "images", "csv", "parquet"):
        found.append(("PATH", literal(path)))
    if source.kind in ("npy", "idx"):
        labels = getattr(source, "labels", None)
        found.append(("PATHS", literal((path,) if labels is None else (path, labels))))
    if source.kind in ("csv", "parquet"):
        found.append(("TARGET", literal(getattr(source, "target", None))))
    if source.kind in ("npz", "npy", "idx", "csv", "parquet"):
        found.append(("FIELDS", literal(_fields(source, plan))))
    return found


def _fields(source: DataSource, plan: TrainPlan) -> tuple[object, ...]:
    """What the spec says of each field: key, sizes of a row, kind and number of classes."""
    keys = getattr(source, "keys", None) or tuple(n for n, _ in plan.body.inputs)
    rows: list[object] = []
    for key, (_, type) in zip(keys, plan.body.inputs, strict=False):
        assert isinstance(type, Tensor)
        sizes = tuple(s for s in type.sizes if isinstance(s, int))
        classes = type.classes if type.classes is not None and known(type.classes) else None
        rows.append((key, sizes, type.dtype, classes))
    return tuple(rows)


def _body(source: DataSource, count: int) -> str:
    def returned(*values: str) -> str:
        kept = values[:count]
        return f"({kept[0]},)" if len(kept) == 1 else ", ".join(kept)

    parts = [source.kind]
    if source.kind in ("npz", "npy", "idx"):
        parts.append("as_field")
    if source.kind in ("csv", "parquet"):
        parts.append("columns")
    mode = "L" if getattr(source, "channels", 3) == 1 else "RGB"
    texts = [
        render(f"data/{part}.py.j2", s=source, returned=returned, mode=mode).rstrip("\n")
        for part in parts
    ]
    return "\n\n\n".join(texts)
