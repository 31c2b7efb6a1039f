"""Pictures of all specs: nothing overlaps, frames hold what is inside, edges begin and end at boxes."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import pytest

from specc.graph import Diagram, Group, Level, diagrams
from specc.pipeline import compile_file
from specc.report.edges import leaf_edges
from specc.report.layout import Picture, Placed, lay_out
from specc.report.mermaid import mermaid
from specc.report.svg import svg

SPECS = sorted((Path(__file__).parents[2] / "specs").rglob("*.spec"))


def drawn(path: Path) -> tuple[Diagram, ...]:
    program = compile_file(str(path)).program
    assert program is not None
    return diagrams(program)


def overlap(a: Placed, b: Placed) -> bool:
    across = a.x < b.x + b.width - 0.01 and b.x < a.x + a.width - 0.01
    return across and a.y < b.y + b.height - 0.01 and b.y < a.y + a.height - 0.01


def children(level: Level, prefix: str = "") -> dict[str, list[str]]:
    """The ids of the items of every level, by the id of its group."""
    found = {prefix: [item.id for item in level.items]}
    for item in level.items:
        if isinstance(item, Group):
            found |= children(item.level, item.id)
    return found


def check(level: Level, picture: Picture) -> None:
    placed = {p.box.id: p for p in picture.boxes}
    for group, names in children(level).items():
        for a, b in combinations(names, 2):
            assert not overlap(placed[a], placed[b]), (a, b)
        for name in names if group else ():
            frame, inner = placed[group], placed[name]
            assert frame.x <= inner.x + 0.01
            assert inner.x + inner.width <= frame.x + frame.width + 0.01
            assert frame.y <= inner.y
            assert inner.y + inner.height <= frame.y + frame.height


@pytest.mark.parametrize("path", SPECS, ids=lambda p: p.stem)
def test_nothing_overlaps(path: Path) -> None:
    for diagram in drawn(path):
        check(diagram.level, lay_out(diagram.level))


@pytest.mark.parametrize("path", SPECS, ids=lambda p: p.stem)
def test_every_box_but_the_inputs_is_reached(path: Path) -> None:
    for diagram in drawn(path):
        edges = list(leaf_edges(diagram.level))
        ends = {e.end.item for e in edges}
        starts = {e.start.item for e in edges}
        for item in diagram.level.items:
            if item.id.startswith("out."):
                assert item.id in ends
            elif item.id.startswith("in."):
                assert item.id in starts


@pytest.mark.parametrize("path", SPECS, ids=lambda p: p.stem)
def test_every_spec_is_drawn_both_ways(path: Path) -> None:
    found = drawn(path)
    assert ElementTree.fromstring(svg(found)).tag.endswith("svg")
    chart = mermaid(found)
    assert all(d.name in chart for d in found)


@pytest.mark.parametrize("path", SPECS[:3], ids=lambda p: p.stem)
def test_svg_is_well_formed_and_always_the_same(path: Path) -> None:
    first, second = svg(drawn(path)), svg(drawn(path))
    assert first == second
    assert ElementTree.fromstring(first).tag.endswith("svg")
    assert mermaid(drawn(path)) == mermaid(drawn(path))
