"""Names of a spec meet no name of the generated modules."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from specc.emit.names import bound, class_name, helper_names
from specc.emit.package import package
from specc.pipeline import compile_text

GENERATED = Path(__file__).parents[2] / "generated"

OWN = ("data", "trainer", "session", "pathlib", "torch", "collections.abc", "typing")

SPEC = """specc 1

network {network} {{
    in x: vector[64]
    x -> linear(10)
}}
train {train} {{
    data digits(flat=true) as x, label
    y = {network}(x)
    minimize cross_entropy(y, label)
    optimizer adam(lr=1e-2)
    metric accuracy(y, label)
    epochs 1
}}
expect test.accuracy >= 0.5
program look {{
    show {network}(rows(test.x, first=2)) -> mean
}}
"""


def names_bound(tree: ast.Module) -> list[str]:
    """What the module binds: imports, classes, functions and constants, one entry for each time."""
    found: list[str] = []
    for node in tree.body:
        match node:
            case ast.Import(names) | ast.ImportFrom(names=names):
                found += [a.asname or a.name.partition(".")[0] for a in names]
            case ast.ClassDef(name) | ast.FunctionDef(name):
                found.append(name)
            case ast.Assign(targets=[ast.Name(name)]) | ast.AnnAssign(target=ast.Name(name)):
                found.append(name)
            case _:
                pass
    return found


@pytest.mark.parametrize(
    ("network", "train"),
    [("Trainer", "Step"), ("Training", "Split"), ("Promise", "Networks"), ("Path", "Trainer"),
     ("Session", "Tensor"), ("RuntimeError", "ClassVar"), ("PROGRAMS", "HERE")],
)  # fmt: skip
def test_no_module_binds_a_name_twice(network: str, train: str) -> None:
    compiled = compile_text(SPEC.format(network=network, train=train))
    assert compiled.program is not None, list(compiled.diagnostics)
    for file, text in package(compiled.program).items():
        if file.endswith(".py"):
            names = names_bound(ast.parse(text))
            assert sorted(set(names)) == sorted(names), file


def test_no_class_is_called_as_what_a_module_with_networks_imports() -> None:
    texts = [
        f for f in GENERATED.glob("*/*.py") if f.name.startswith(("train.", "train_", "sample"))
    ]
    for node in (n for file in texts for n in ast.parse(file.read_text(encoding="utf-8")).body):
        if isinstance(node, ast.ImportFrom) and node.module in OWN:
            for name in (a.name for a in node.names if a.name != a.name.lower()):
                assert class_name(name) != name


def test_no_class_is_called_as_a_name_that_is_taken() -> None:
    assert {
        "Trainer",
        "Step",
        "Split",
        "Promise",
        "ValueError",
        "Graph",
    } <= bound() | helper_names()
    assert all(class_name(name) != name for name in bound())
