"""Law 8: lower modules never import higher ones, there is no circle, and torch stays behind the emit line."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "specc"
FILES = sorted(ROOT.rglob("*.py"))
HEAVY = {"torch", "numpy", "sklearn", "matplotlib", "scipy", "PIL"}
# What may be imported by what stands in a later row only.
ROWS = (
    ("sizes", "syntax"),
    ("layers",),
    ("resolve",),
    ("check", "count", "claims"),
    ("emit",),
    ("cli",),
)


def name_of(path: Path) -> str:
    parts = ("specc", *path.relative_to(ROOT).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


NAMES = {name_of(p) for p in FILES}


def imports(path: Path, inside: bool) -> Iterator[str]:
    """The modules that a file imports: those of its first level, or with `inside` those in functions too."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree) if inside else _outer(tree.body):
        if isinstance(node, ast.Import):
            yield from (a.name for a in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                yield full if full in NAMES else node.module


def _outer(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for node in body:
        yield node
        if isinstance(node, ast.Try):
            yield from _outer(node.body)


def test_no_module_imports_itself_around_a_corner() -> None:
    graph = {name_of(p): {m for m in imports(p, inside=False) if m in NAMES} for p in FILES}
    graph = {name: {m for m in used if m != name} for name, used in graph.items()}
    assert len(tuple(TopologicalSorter(graph).static_order())) >= len(FILES)


@pytest.mark.parametrize("row", range(len(ROWS) - 1))
def test_lower_folders_do_not_know_higher_ones(row: int) -> None:
    higher = {f"specc.{folder}" for later in ROWS[row + 1 :] for folder in later}
    if "emit" not in ROWS[row]:  # the emitter compiles the spec of a judge
        higher.add("specc.pipeline")
    wrong = [
        (name_of(p), module)
        for folder in ROWS[row]
        for p in sorted((ROOT / folder).rglob("*.py"))
        for module in imports(p, inside=True)
        if any(module == h or module.startswith(f"{h}.") for h in higher)
    ]
    assert wrong == []


def test_the_front_knows_no_torch() -> None:
    wrong = [
        (name_of(p), module)
        for p in FILES
        if p.relative_to(ROOT).parts[0] != "emit"
        for module in imports(p, inside=True)
        if module.partition(".")[0] in HEAVY
    ]
    assert wrong == []
