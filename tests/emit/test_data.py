"""Generated data.py: every source gives what its front says, and bad data is named by file and row."""

from __future__ import annotations

import csv
import gzip
import importlib.util
import re
import struct
import subprocess
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from specc.emit.data import data_file
from specc.emit.package import package
from specc.pipeline import compile_text
from specc.types import Tensor
from tests import reviewers

SPEC = """specc 1
network N {{
    in x: vector[1]
    x -> linear(1)
}}
train T {{
    data {data}
    w ~ normal[1]
    minimize mse(N(w), w)
    optimizer adam(lr=1e-3)
    {more}
}}
"""

_numbers = count()


def plan(data: str, more: str = "") -> Any:
    compiled = compile_text(SPEC.format(data=data, more=more), "model.spec")
    assert compiled.program is not None, [d.message for d in compiled.diagnostics]
    return compiled.program.trains[0]


def text_of(data: str, more: str = "") -> str:
    return data_file(plan(data, more))


def module(data: str, folder: Path, more: str = "") -> Any:
    """The generated data.py, imported."""
    name = f"data_{next(_numbers)}"
    path = folder / f"{name}.py"
    path.write_text(text_of(data, more), encoding="utf-8")
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    sys.modules[name] = made  # dataclasses look their module up
    spec.loader.exec_module(made)
    return made


@pytest.fixture(autouse=True)
def _in_the_folder_of_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


# ----------------------------------------------------------------- files to read


def write_idx(name: str, array: np.ndarray) -> None:
    content = b"\0\0\x08" + bytes([array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    content += array.astype(np.uint8).tobytes()
    Path(name).write_bytes(gzip.compress(content) if name.endswith(".gz") else content)


def write_csv(name: str = "t.csv", rows: int = 25, header: str = "a,b,kind") -> None:
    lines = [f"{i},{i / 2},{'odd' if i % 2 else 'even'}" for i in range(rows)]
    Path(name).write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")


def write_files() -> None:
    """One small file of each kind, of 25 items."""
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (25, 6, 6), dtype=np.uint8)
    labels = np.arange(25) % 3
    write_idx("images.idx", images)
    write_idx("labels.idx.gz", labels)
    np.savez("t.npz", x=images, y=labels, z=random.normal(size=(25, 4)))
    np.save("x.npy", images)
    np.save("y.npy", labels)
    write_csv()
    table = {"a": [i / 4 for i in range(25)], "b": list(range(25)), "y": [i % 3 for i in range(25)]}
    pq.write_table(pa.table(table), "t.parquet")
    for name in ("cat", "dog"):
        Path("pets", name).mkdir(parents=True)
        for i in range(6):
            size = (8 + i, 12)
            pixels = random.integers(0, 256, (*size, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(f"pets/{name}/{i}.png")


SOURCES = {
    "digits": ("digits as x, y", 1797),
    "digits, larger": ("digits(size=28, range=[-1, 1]) as x, y", 1797),
    "digits, flat": ("digits(size=12, flat=true) as x", 1797),
    "digits, flat pixels": ("digits(flat=true, range=[-1, 1]) as x, y", 1797),
    "digits, binary": ("digits(binarize=0.5, test=0.1, split_seed=3) as image", 1797),
    "iris": ("iris as x, y", 150),
    "few": ("iris(train=30, test=0.2) as x, y", 60),
    "wine": ("wine(standardize=true) as x, y", 178),
    "breast_cancer": ("breast_cancer(transform=minmax) as x, y", 569),
    "diabetes": ("diabetes(transform=tanh) as x, y", 442),
    "linnerud": ("linnerud as x, y", 20),
    "moons": ("moons(examples=200) as x, y", 200),
    "circles": ("circles(examples=200, factor=0.3) as x, y", 200),
    "blobs": ("blobs(examples=200, centers=4, transform=standardize) as x, y", 200),
    "gaussians": ("gaussians(examples=200, modes=5, transform=standardize) as x, y", 200),
    "spirals": ("spirals(examples=200, arms=3) as x, y", 200),
    "swiss_roll": ("swiss_roll(examples=200) as x, y", 200),
    "swiss_roll, points": ("swiss_roll(examples=200, noise=0.2) as x", 200),
    "helix": ("helix(examples=200) as t, x, centre", 200),
    "helix, t": ("helix(examples=200, noise=0) as t", 200),
    "pairs": ("pairs(digits, each=1) as a, b, same", 3594),
    "pairs, fitted": ("pairs(wine(standardize=true), seed=3) as a, b, same", 1424),
    "pairs, one": ("pairs(digits(flat=true, test=0.1), each=1) as a", 3594),
    "stories": ("stories(sentences=300) as x, next", 243),
    "stories, words": ("stories(sentences=300, level=word, length=16) as x, next", 213),
    "episodes": ("episodes(digits) as x, label, query, answer", 1200),
    "episodes, known": ("episodes(iris, ways=2, tests=50) as x, label", 1050),
    "episodes, one": ("episodes(moons(examples=300, transform=tanh), ways=2) as x", 1200),
    "episodes, held out": (
        "episodes(digits, ways=3, held_out=[7, 8, 9]) as x, label, query, answer",
        1200,
    ),
    "pairs, held out": ("pairs(digits, each=1, held_out=[7, 8, 9]) as a, b, same", 3594),
    "edges": ("edges(digits(size=16)) as e, x", 1797),
    "edges, range": ("edges(digits(range=[-1, 1]), threshold=0.3) as e, x", 1797),
    "edges, one": ("edges(shapes(size=16, examples=20, channels=3)) as e", 20),
    "shapes": ("shapes(size=16, examples=20) as x, mask", 20),
    "shapes in colour": ("shapes(size=16, examples=20, channels=3) as x, mask", 20),
    "ecg": ("ecg(examples=50) as x, y", 50),
    "npz": ('npz("t.npz") as x: image[1, 6, 6], y: category[3], z: vector[4]', 25),
    "npz, keys": ('npz("t.npz", keys=["z"], test=0.2) as a: vector[4]', 25),
    "npy": ('npy("x.npy", range=[-1, 1]) as x: vector[36]', 25),
    "npy, two": ('npy("x.npy", labels="y.npy") as x: image[1, 6, 6], y: category[3]', 25),
    "idx": ('idx("images.idx", labels="labels.idx.gz") as x: image[1, 6, 6], y: category[3]', 25),
    "idx, one": ('idx("images.idx") as x: vector[36]', 25),
    "images": ('images("pets", size=8, classes=2) as x, y', 12),
    "images, grey": ('images("pets", size=8, classes=2, channels=1, range=[-1, 1]) as x', 12),
    "csv": ('csv("t.csv") as x: vector[2], y: category[2]', 25),
    "csv, target": (
        'csv("t.csv", target="kind", transform=standardize) as x: vector[2], y: category[2]',
        25,
    ),
    "parquet": ('parquet("t.parquet") as x: vector[2], y: category[3]', 25),
    "parquet, number": ('parquet("t.parquet", target="a") as x: vector[2], y: vector[1]', 25),
    "parquet, one": ('parquet("t.parquet") as x: vector[3]', 25),
}


# -------------------------------------------------------------------- what comes


@pytest.mark.parametrize(("data", "rows"), SOURCES.values(), ids=SOURCES)
def test_a_source_gives_what_the_front_says(data: str, rows: int, tmp_path: Path) -> None:
    write_files()
    splits = module(data, tmp_path).load()
    assert list(splits) == ["train", "test"]
    assert len(splits["train"]) + len(splits["test"]) == rows
    types = [t for _, t in plan(data).body.inputs]
    for split in splits.values():
        for type, values in zip(types, split.fields(), strict=True):
            as_declared(type, values, len(split))


def as_declared(type: Tensor, values: torch.Tensor, rows: int) -> None:
    assert values.shape == (rows, *type.sizes)
    assert values.dtype == (torch.int64 if type.dtype == "int" else torch.float32)
    assert values.isfinite().all()
    if type.classes is not None:
        assert values.min() >= 0
        assert values.max() < type.classes
    if type.range.low is not None:
        assert values.min() >= type.range.low
    if type.range.high is not None:
        assert values.max() <= type.range.high


def test_every_fifth_row_is_for_testing(tmp_path: Path) -> None:
    splits = module("digits as x, label", tmp_path).load()
    assert (len(splits["train"]), len(splits["test"])) == (1437, 360)
    numbers = np.arange(25, dtype=np.float32).reshape(25, 1)
    np.save("n.npy", numbers)
    splits = module('npy("n.npy") as x: vector[1]', tmp_path).load()
    assert splits["test"].x.flatten().tolist() == [0, 5, 10, 15, 20]


def test_a_random_split_follows_its_seed(tmp_path: Path) -> None:
    first, again, other = (
        module(f"moons(examples=100, test=0.3, split_seed={seed}) as x", tmp_path).load()
        for seed in (1, 1, 2)
    )
    assert len(first["test"]) == 30
    assert torch.equal(first["test"].x, again["test"].x)
    assert not torch.equal(first["test"].x, other["test"].x)


def test_few_rows_to_learn_from(tmp_path: Path) -> None:
    whole = module("digits as x, label", tmp_path).load()
    few = module("digits(train=50) as x, label", tmp_path).load()
    assert torch.equal(few["train"].x, whole["train"].x[:50])
    assert len(few["test"]) == 360
    fitted = module("wine(train=20, standardize=true) as x", tmp_path).load()["train"].x
    assert torch.allclose(fitted.mean(0), torch.zeros(13), atol=1e-5)
    assert "fewer than 99 for train" in refused("linnerud(train=99) as x", tmp_path)


def test_validation_rows_are_training_rows(tmp_path: Path) -> None:
    np.save("n.npy", np.arange(50, dtype=np.float32))
    made = module('npy("n.npy") as x: scalar', tmp_path, "validation 0.25")
    splits = made.load(0.25, seed=0)
    sizes = {name: len(split) for name, split in splits.items()}
    assert sizes == {"train": 30, "validation": 10, "test": 10}
    parts = [set(split.x.tolist()) for split in splits.values()]
    assert set.union(*parts) == set(range(50))
    assert sum(map(len, parts)) == 50


def test_bytes_are_brought_to_the_range(tmp_path: Path) -> None:
    np.save("b.npy", np.array([[0], [255]] * 5, dtype=np.uint8))
    for written, (low, high) in (("", (0, 1)), (", range=[-1, 1]", (-1, 1))):
        made = module(f'npy("b.npy"{written}) as x: vector[1]', tmp_path)
        assert made.read()[0].flatten().tolist() == [low, high] * 5


def test_a_column_of_words_is_numbered_in_order(tmp_path: Path) -> None:
    write_csv()
    x, y = module('csv("t.csv") as x: vector[2], y: category[2]', tmp_path).read()
    assert x[3].tolist() == [3, 1.5]
    assert y[:4].tolist() == [0, 1, 0, 1]  # even, odd


def test_a_header_may_number_its_columns_and_classes_may_have_a_point(tmp_path: Path) -> None:
    rows = "".join(f"{i},{i},{i}.0\n" for i in range(12))
    Path("t.csv").write_text(f"0,1,label\n{rows}", encoding="utf-8")
    x, y = module('csv("t.csv") as x: vector[2], y: category[12]', tmp_path).read()
    assert len(x) == 12
    assert y.tolist() == list(range(12))


def test_a_header_of_years_is_read_where_it_is_called_one(tmp_path: Path) -> None:
    write_csv(header="2019,2020,kind")
    written = 'csv("t.csv", header=true) as x: vector[2], y: category[2]'
    assert module(written, tmp_path).read()[0][3].tolist() == [3, 1.5]
    code = text_of(written)
    assert "is_row" not in code
    lint = [sys.executable, "-m", "ruff", "format", "--isolated", "--check", "-"]
    assert subprocess.run(lint, input=code, text=True, check=False).returncode == 0


def test_a_column_of_numbers_is_its_classes(tmp_path: Path) -> None:
    Path("t.csv").write_text("x,y\n1,2\n3,0\n", encoding="utf-8")
    _, y = module('csv("t.csv") as x: vector[1], y: category[3]', tmp_path).read()
    assert y.tolist() == [2, 0]


def test_a_byte_order_mark_and_another_delimiter(tmp_path: Path) -> None:
    Path("t.csv").write_text("\ufeffx; y\n1; 2.5\n", encoding="utf-8")
    made = module('csv("t.csv", target="x", delimiter=";") as x: vector[1], y: scalar', tmp_path)
    assert [v.tolist() for v in made.read()] == [[[2.5]], [1.0]]


def test_names_that_the_class_of_the_rows_has(tmp_path: Path) -> None:
    splits = module("iris as rows, at", tmp_path).load()
    assert splits["train"].rows_.shape == (120, 4)


def test_masks_lie_on_their_shapes(tmp_path: Path) -> None:
    images, masks = module("shapes(size=32, examples=30) as x, mask", tmp_path).read()
    assert set(masks.unique().tolist()) == {0, 1, 2}
    assert images[:, 0][masks > 0].mean() > images[:, 0][masks == 0].mean() + 0.3


def test_clouds_stand_on_their_ring(tmp_path: Path) -> None:
    points, label = module("gaussians(examples=800, noise=0.01) as x, y", tmp_path).read()
    assert (points.norm(dim=1) - 2).abs().max() < 0.1
    assert len(label.unique()) == 8
    spread = torch.stack([points[label == c].std(0) for c in range(8)])
    assert spread.max() < 0.02


def test_a_helix_without_noise_is_its_curve(tmp_path: Path) -> None:
    t, points, centre = module("helix(examples=100, noise=0) as t, x, c", tmp_path).read()
    assert torch.equal(points, centre)
    assert torch.allclose(points[:, :2].norm(dim=1), torch.ones(100))
    assert torch.allclose(points[:, 2:], 2 * t - 1)


def test_pairs_are_alike_as_said(tmp_path: Path) -> None:
    made = module("pairs(digits, each=2) as a, b, same", tmp_path)
    items, label = made.read()
    known = {tuple(row.flatten().tolist()): int(y) for row, y in zip(items, label, strict=True)}
    test = made.load()["test"]
    classes = [[known[tuple(r.flatten().tolist())] for r in rows] for rows in (test.a, test.b)]
    alike = torch.tensor(classes[0]) == torch.tensor(classes[1])
    assert torch.equal(alike, test.same.bool())
    assert test.same.mean() == 0.5
    assert not (test.a == test.b).flatten(1).all(1).any()


@given(counts=st.lists(st.integers(1, 6), min_size=1, max_size=5), each=st.integers(1, 3))
@settings(max_examples=25, deadline=None)
def test_pairs_of_any_classes(counts: list[int], each: int) -> None:
    scope: dict[str, Any] = {"__name__": "pairs"}
    sys.modules["pairs"] = type(sys)("pairs")
    exec(text_of(f"pairs(iris, each={each}) as a, b, same"), scope)
    label = torch.tensor([c for c, n in enumerate(counts) for _ in range(n)])
    items = torch.arange(len(label)).float()
    if len(label) == 1:
        with pytest.raises(scope["DataError"]):
            scope["paired"](items, label)
        return
    split = scope["paired"](items, label)
    alike = label[split.a.long()] == label[split.b.long()]
    assert torch.equal(alike, split.same.bool())
    assert (split.a != split.b).all()
    unlike = each * len(label) if len(counts) > 1 else 0
    assert (split.same == 0).sum() == unlike
    assert (split.same == 1).sum() == each * sum(n for n in counts if n > 1)


def test_edges_are_where_an_image_changes(tmp_path: Path) -> None:
    made = module("edges(digits(range=[-1, 1])) as e, x", tmp_path)
    image = torch.full((1, 1, 8, 8), -1.0)
    image[..., 4:] = 1
    expected = torch.full((8,), -1.0)
    expected[3:5] = 1
    assert torch.allclose(made.edges(image)[0, 0], expected.expand(8, 8))
    assert (made.edges(torch.ones(1, 1, 8, 8)) == -1).all()


def test_ill_beats_are_as_many_as_said(tmp_path: Path) -> None:
    _, ill = module("ecg(examples=2000, ill=0.2) as x, ill", tmp_path).read()
    assert 0.15 < ill.float().mean() < 0.25


# -------------------------------------------------------------------- transforms

TRANSFORMS = ["standardize", "minmax", "tanh"]


@pytest.mark.parametrize("name", TRANSFORMS)
@given(data=st.data())
@settings(max_examples=30, deadline=None)
def test_the_inverse_leads_back(name: str, data: st.DataObject) -> None:
    numbers = st.floats(-1e3, 1e3, width=32)
    rows = data.draw(st.lists(st.tuples(numbers, numbers), min_size=1, max_size=12))
    values = torch.tensor(rows, dtype=torch.float64)
    fitted = transform_class(name)(values)
    back = fitted.invert(fitted.apply(values))
    assert torch.allclose(back, values, rtol=1e-6, atol=1e-6)


_KNOWN: dict[str, Any] = {}


def transform_class(name: str) -> Callable[[torch.Tensor], Any]:
    if name not in _KNOWN:
        scope: dict[str, Any] = {"__name__": "generated"}
        sys.modules["generated"] = type(sys)("generated")
        exec(text_of(f"wine(transform={name}) as x"), scope)
        _KNOWN[name] = scope["Transform"]
    return _KNOWN[name]  # type: ignore[no-any-return]


@pytest.mark.parametrize("name", TRANSFORMS)
def test_a_transform_is_fitted_on_the_training_rows_only(name: str, tmp_path: Path) -> None:
    made = module(f"wine(transform={name}) as x, y", tmp_path)
    rows = made.read()[0]
    splits, transform = made.load(), made.transform()
    train = splits["train"].x
    if name == "standardize":
        assert torch.allclose(train.mean(0), torch.zeros(13), atol=1e-5)
        assert torch.allclose(train.std(0, correction=0), torch.ones(13), atol=1e-5)
        assert not torch.allclose(splits["test"].x.mean(0), torch.zeros(13), atol=1e-3)
    elif name == "minmax":
        assert (train.amin(0) == 0).all()
        assert (train.amax(0) == 1).all()
    else:
        assert train.abs().max() < 1
    test = rows[torch.arange(len(rows)) % 5 == 0]
    assert torch.allclose(transform.invert(splits["test"].x), test, rtol=1e-5)


def test_a_constant_column_stays_finite(tmp_path: Path) -> None:
    lines = [f"{i},0.1,{i}" for i in range(10)]
    Path("t.csv").write_text("\n".join(["a,b,y", *lines]), encoding="utf-8")
    written = 'csv("t.csv", transform=standardize) as x: vector[2], y: scalar'
    assert module(written, tmp_path).load()["train"].x[:, 1].abs().max() < 1e-6


# ---------------------------------------------------------------------- bad data


def refused(data: str, folder: Path, more: str = "") -> str:
    made = module(data, folder, more)
    with pytest.raises(made.DataError) as caught:
        made.load(0.01, 0) if more else made.load()
    message = str(caught.value)
    assert "\n" not in message
    return message


CSV = 'csv("t.csv") as x: vector[2], y: category[2]'
PAIR = 'npz("t.npz") as x: vector[2], y: category[3]'


def bad_cell() -> None:
    write_csv()
    lines = Path("t.csv").read_text(encoding="utf-8").splitlines()
    lines[16] = "15,many,odd"
    Path("t.csv").write_text("\n".join(lines), encoding="utf-8")


def bad_class() -> None:
    rows = [["a", "b", "y"], *([i, i, i % 2] for i in range(9)), [], [1, 1, 2]]
    with Path("t.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)


def savez(**arrays: object) -> Callable[[], None]:
    return lambda: np.savez("t.npz", **{k: np.asarray(v) for k, v in arrays.items()})


def text(name: str, content: str) -> Callable[[], None]:
    return lambda: (Path(name).write_text(content, encoding="utf-8"), None)[1]


def bytes_(name: str, content: bytes) -> Callable[[], None]:
    return lambda: (Path(name).write_bytes(content), None)[1]


def cut_image() -> None:
    write_files()
    path = Path("pets/dog/3.png")
    path.write_bytes(path.read_bytes()[:60])


def empty_folder() -> None:
    write_files()
    Path("pets/eel").mkdir()
    Path("pets/.cache").mkdir()


def pickled() -> None:
    np.savez("t.npz", x=np.array([{"a": 1}], dtype=object), y=np.zeros(1, int))


IDX = 'idx("i.idx") as x: vector[4]'
TWO = 'npy("x.npy", labels="y.npy") as x: image[1, 6, 6], y: category[2]'
PETS = 'images("pets", size=8, classes={}) as x, y'
TABLE = 'parquet("t.parquet") as x: vector[2], y: category[3]'

BAD: dict[str, tuple[str, Callable[[], Any], str]] = {
    "csv: a word": (CSV, bad_cell, "t.csv: line 17, column b: 'many' is no number"),
    "csv: nothing": (CSV, lambda: None, "t.csv: cannot be read"),
    "csv: empty": (CSV, text("t.csv", ""), "t.csv: has no rows below a header line"),
    "csv: ragged": (
        CSV,
        text("t.csv", "a,b,y\n1,2,1\n1,2\n"),
        "t.csv: line 3 has 2 columns, the header 3",
    ),
    "csv: columns": (
        CSV,
        text("t.csv", "a,y\n1,2\n"),
        "t.csv: has 1 columns beside y, in the spec 2",
    ),
    "csv: class": (CSV, bad_class, "t.csv: line 12, column y: 2 is no class below 2"),
    "csv: words": (
        CSV,
        text("t.csv", "a,b,y\n1,1,u\n1,1,v\n1,1,w\n"),
        "t.csv: y has 3 classes, in the spec 2: u, v, w",
    ),
    "csv: header": (
        CSV,
        text("t.csv", "1,2,0\n1,1,1\n"),
        "t.csv: line 1 holds numbers, and a header line is needed; header=true reads it as one",
    ),
    "csv: header and words": (
        CSV,
        text("t.csv", "5.1,3.5,odd\n1,1,even\n"),
        "t.csv: line 1 holds numbers, and a header line is needed; header=true reads it as one",
    ),
    "csv: semicolons": (
        CSV,
        text("t.csv", "a;b;kind\n1;2;odd\n"),
        "t.csv: line 1 has ';' between its columns; delimiter=';' reads it",
    ),
    "csv: twice": (CSV, text("t.csv", "a,a,y\n1,2,1\n"), "t.csv: has several columns a"),
    "csv: no class": (
        CSV,
        text("t.csv", "a,b,y\n1,2,u\n3,4,\n"),
        "t.csv: line 3, column y: there is no class",
    ),
    "csv: large": (
        CSV,
        text("t.csv", "a,b,y\n1e300,2,1\n"),
        "t.csv: line 2, column a: '1e300' is too large",
    ),
    "csv: target": (
        'csv("t.csv", target="z") as x: vector[2], y: category[2]',
        write_csv,
        "t.csv: needs one column z; it has a, b, kind",
    ),
    "csv: one row": (CSV, lambda: write_csv(rows=1), "t.csv: 1 rows leave none for train"),
    "csv: bytes": (CSV, bytes_("t.csv", b"\xff\xfe\0"), "t.csv: cannot be read"),
    "npz: key": (
        PAIR,
        savez(x=np.zeros((9, 2)), label=np.zeros(9)),
        "t.npz: has no array y; it has x, label",
    ),
    "npz: shape": (PAIR, savez(x=np.zeros((9, 3)), y=[0] * 9), "t.npz: a row of x is (3,)"),
    "npz: class": (
        PAIR,
        savez(x=np.zeros((4, 2)), y=[0, 1, 3, 9]),
        "t.npz: row 3 of y has 3, no class below 3",
    ),
    "npz: nan": (
        PAIR,
        savez(x=[[0, 0], [0, np.nan]], y=[0, 0]),
        "t.npz: row 2 of x is not finite",
    ),
    "npz: large": (PAIR, savez(x=[[0, 1e300]], y=[0]), "t.npz: row 1 of x is not finite"),
    "npz: nan class": (PAIR, savez(x=[[0, 0]], y=[np.nan]), "t.npz: row 1 of y has nan"),
    "npz: lengths": (PAIR, savez(x=np.zeros((4, 2)), y=[0]), "t.npz: the fields have 4 and 1 rows"),
    "npz: words": (PAIR, savez(x=[["a", "b"]], y=[0]), "t.npz: x holds <U1, not numbers"),
    "npz: objects": (PAIR, pickled, "t.npz: cannot be read as .npz"),
    "npz: text": (PAIR, text("t.npz", "hello"), "t.npz: cannot be read as .npz"),
    "npz: empty": (PAIR, text("t.npz", ""), "t.npz: cannot be read as .npz"),
    "npz: broken": (PAIR, bytes_("t.npz", b"PK\3\4" + b"\0" * 50), "t.npz: cannot be read as .npz"),
    "npy: text": ('npy("x.npy") as x: vector[2]', text("x.npy", "no"), "x.npy: cannot be read"),
    "npy: class": (TWO, write_files, "y.npy: row 3 of y has 2, no class below 2"),
    "idx: text": (IDX, text("i.idx", "hello"), "i.idx: is no IDX file of bytes"),
    "idx: header": (IDX, bytes_("i.idx", b"\0\0\x08\x03\0\0"), "i.idx: ends within its header"),
    "idx: cut": (
        IDX,
        bytes_("i.idx", b"\0\0\x08\x02\0\0\0\x03\0\0\0\x04\0\0\0"),
        "i.idx: holds 3 bytes, its header says 12",
    ),
    "idx: gzip": (
        'idx("i.idx.gz") as x: vector[4]',
        bytes_("i.idx.gz", gzip.compress(b"\0" * 99)[:-9]),
        "i.idx.gz: cannot be read",
    ),
    "images: none": (PETS.format(2), lambda: None, "pets: there is no such folder"),
    "images: folders": (PETS.format(3), write_files, "pets: has 2 folders, in the spec 3"),
    "images: empty folder": (PETS.format(3), empty_folder, "pets/eel: there are no images"),
    "images: cut": (PETS.format(2), cut_image, "pets/dog/3.png: cannot be read as an image"),
    "parquet: text": (TABLE, text("t.parquet", "hello"), "t.parquet: cannot be read as Parquet"),
    "parquet: missing class": (
        TABLE,
        lambda: pq.write_table(pa.table({"a": [1, 2], "b": [3, 4], "y": ["u", None]}), "t.parquet"),
        "t.parquet: row 2, column y: there is no class",
    ),
    "parquet: missing value": (
        TABLE,
        lambda: pq.write_table(pa.table({"a": [1, 2], "b": [3, None], "y": [0, 1]}), "t.parquet"),
        "t.parquet: row 2, column b: '' is no number",
    ),
}


@pytest.mark.parametrize(("data", "make", "message"), BAD.values(), ids=BAD)
def test_bad_data_is_named(
    data: str, make: Callable[[], Any], message: str, tmp_path: Path
) -> None:
    make()
    assert message in refused(data, tmp_path)


def test_a_split_without_rows_is_refused(tmp_path: Path) -> None:
    data = "moons(examples=10, test=0.01) as x"
    assert refused(data, tmp_path) == "10 rows leave none for test"
    assert "none for validation" in refused("linnerud as x", tmp_path, "validation 0.01")


def test_nothing_is_read_with_pickle() -> None:
    for data, _ in SOURCES.values():
        text = text_of(data)
        assert "pickle=True" not in text
        assert text.count("np.load(") == text.count("allow_pickle=False")


# ------------------------------------------------------------------- how it reads

STRANGE = 'csv("a\\"b\\\\{{x}}\'\'\'.csv", target="{{y}}\\"") as x: vector[2], y: category[2]'
LONG = (
    'npz("' + "deep/" * 30 + 't.npz") as '
    "the_measured_velocity_of_every_particle_in_the_box: vector[4], "
    "the_kind_of_the_box_that_was_measured_by_the_second_group: category[3]"
)
LONG_TABLE = "breast_cancer(standardize=true) as " + ", ".join(
    f"a_quite_long_name_of_a_field_that_somebody_wrote_here_{i}" for i in (1, 2)
)


def written(folder: Path) -> None:
    texts = [data for data, _ in SOURCES.values()]
    for number, data in enumerate([*texts, STRANGE, LONG, LONG_TABLE]):
        path = folder / f"data_{number}.py"
        path.write_text(text_of(data), encoding="utf-8")
        more = folder / f"validated_{number}.py"
        more.write_text(text_of(data, "validation 0.1"), encoding="utf-8")


def test_the_formatter_and_the_linter_have_nothing_to_say(tmp_path: Path) -> None:
    written(tmp_path)
    assert not reviewers.formatter_and_linter(tmp_path)


@pytest.mark.slow
def test_types_are_strict(tmp_path: Path) -> None:
    written(tmp_path)
    files = sorted(p.name for p in tmp_path.glob("*.py"))
    assert not reviewers.type_checker(tmp_path, *files)


def test_pictures_show_rows_from_everywhere(tmp_path: Path) -> None:
    text = compile_text(
        "specc 1\n\nnetwork Net {\n    in x: vector[64]\n    x -> linear(64)\n}\ntrain T {\n"
        "    data digits(flat=true) as x, label\n    y = Net(x)\n    minimize mse(y, x)\n"
        "    optimizer adam(lr=1e-3)\n    show grid(x, y) every 1 epochs\n}\n"
    ).program
    assert text is not None
    code = package(text)["train.py"]
    [rows] = re.findall(r"spread = torch\.(arange\(.*\))", code)
    label = module("digits(flat=true) as x, label", tmp_path).load()["test"].label
    chosen = eval(f"torch.{rows}", {"torch": torch, "test": label, "len": len, "max": max})[:8]
    assert len(chosen) == 8
    assert len(set(label[chosen].tolist())) >= 5
