"""`specc graph`: SVG and Mermaid."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

from tests.cli.conftest import Run

RESIDUAL = """specc 1

block residual(channels) {
    in x
    main = x -> conv(channels, 3x3, padding=1) -> relu -> conv(channels, 3x3, padding=1)
    out y = relu(x + main)
}

network Net {
    in x: image[8, 16, 16]
    x -> residual(8) -> repeat 3 { residual(8) } -> conv(2, 1x1) as head
}
"""


def texts(svg: str) -> list[str]:
    root = ElementTree.fromstring(svg)
    return [e.text or "" for e in root.iter("{http://www.w3.org/2000/svg}text")]


def test_svg_shows_names_shapes_and_weights(specc: Run, lenet: Path) -> None:
    ended = specc("graph", str(lenet))
    assert (ended.status, ended.out) == (0, "lenet.svg\n")
    found = texts(Path("lenet.svg").read_text(encoding="utf-8"))
    assert {"network LeNet", "C1", "conv(6, 5x5)", "156 parameters", "6×28×28"} <= set(found)


def test_groups(specc: Run) -> None:
    Path("net.spec").write_text(RESIDUAL, encoding="utf-8")
    found = texts(specc("graph", "net.spec", "--svg", "-").out)
    assert "residual1" in found
    assert any("×3" in text for text in found)
    assert found.count("conv(8, 3x3, padding=1)") == 4


def test_mermaid(specc: Run, lenet: Path) -> None:
    out = specc("graph", str(lenet), "--mermaid").out
    assert out.startswith('flowchart TD\n  subgraph n1["network LeNet"]\n')
    assert 'n3["C1<br>conv(6, 5x5)<br>156 parameters"]' in out
    assert 'n2 -->|"1×32×32"| n3' in out


def test_mermaid_edges_pass_through_groups(specc: Run) -> None:
    Path("net.spec").write_text(RESIDUAL, encoding="utf-8")
    document = json.loads(specc("graph", "net.spec", "--mermaid", "--json").out)
    lines = document["graphs"][0]["mermaid"].splitlines()
    names = [line.strip().split("[")[0].split("(")[0] for line in lines if "subgraph" not in line]
    edges = [line.split() for line in lines if "-->" in line]
    assert len(edges) == 1 + 2 * 6 + 1 - 1 + 1
    assert all(start in names and end in names for start, _, end in edges)


def test_out_and_clashes(specc: Run, lenet: Path) -> None:
    Path("b").mkdir()
    Path("b/lenet.spec").write_text(RESIDUAL, encoding="utf-8")
    assert specc("graph", str(lenet), "--out", "pictures").out == "pictures/lenet.svg\n"
    ended = specc("graph", ".")
    assert ended.status == 2
    assert "b/lenet.spec and lenet.spec would both be drawn to lenet.svg" in ended.err
    assert specc("graph", ".", "--svg", "a.svg").status == 2
    assert specc("graph", ".", "--svg", "a.svg", "--mermaid").status == 2


def test_no_text_of_a_spec_leaves_its_place(specc: Run) -> None:
    name = "Nét"
    text = RESIDUAL.replace("Net", name)
    Path("net.spec").write_text(text, encoding="utf-8")
    assert f"network {name}" in texts(specc("graph", "net.spec", "--svg", "-").out)


def test_a_picture_of_another_format_is_refused(specc: Run, lenet: Path) -> None:
    ended = specc("graph", str(lenet), "--out", "lenet.png")
    assert ended.status == 2
    assert "no png is drawn, but SVG (--svg lenet.svg)" in ended.err
    assert not Path("lenet.png").exists()


def test_out_may_be_an_svg(specc: Run, lenet: Path) -> None:
    ended = specc("graph", str(lenet), "--out", "drawn.svg")
    assert (ended.status, ended.out) == (0, "drawn.svg\n")
    assert Path("drawn.svg").is_file()


GRAPHS = """specc 1

message_passing mine(units) {
    in x
    in e: edge
    message m = relu(linear(units)([x.source, e]))
    aggregate a = mean(m)
    update y = linear(units)([x, a])
    out y
}
network Net {
    in g: graph[node=8, edge=2]
    h = g -> mine(32) -> relu -> mine(16)
    out score = mean(h, axis=nodes) -> reshape[4, 4] -> flatten -> linear(3)
}
"""


def test_a_layer_of_graphs_is_one_box_and_reads_as_in_the_spec(specc: Run) -> None:
    Path("g.spec").write_text(GRAPHS, encoding="utf-8")
    chart = specc("graph", "g.spec", "--mermaid").out
    assert '[["mine1<br>mine(32)<br>1,664 parameters"]]' in chart
    assert '-->|"8 per node, 2 per edge"|' in chart
    assert '["mean1<br>mean(axis=nodes)"]' in chart
    assert "reshape[4, 4]" in chart
    assert "features" not in chart
    assert "gathered" not in chart


CELL = """specc 1

cell c(units) {
    in x
    state h[units]
    new = tanh(linear(units)([h, x]))
    next h = new
    out y = new
}

network N {
    in x: sequence[8, 3]
    x -> scan(c(4))
}
"""


def test_the_ports_of_a_cell_are_named(specc: Run) -> None:
    Path("cell.spec").write_text(CELL, encoding="utf-8")
    found = texts(specc("graph", "cell.spec", "--svg", "-").out)
    assert {"x[t]", "h[t-1]", "h[t]", "y[t]", "8×3", "8×4", "7"} <= set(found)
    chart = specc("graph", "cell.spec", "--mermaid").out
    assert all(f'(["{name}"])' in chart for name in ("x[t]", "h[t-1]", "h[t]", "y[t]"))


def test_a_folder_is_made_where_one_is_named_and_not_for_a_file(specc: Run, lenet: Path) -> None:
    ended = specc("graph", str(lenet), "--svg", "none/x.svg")
    assert (ended.status, Path("none").exists()) == (2, False)
    assert "cannot use none/x.svg" in ended.err
    assert specc("graph", str(lenet), "--out", "drawn/here").status == 0
    assert Path("drawn/here/lenet.svg").is_file()


def test_a_picture_is_not_printed_in_the_place_of_json(specc: Run, lenet: Path) -> None:
    ended = specc("graph", str(lenet), "--svg", "-", "--json")
    assert (ended.status, ended.out) == (2, "")
