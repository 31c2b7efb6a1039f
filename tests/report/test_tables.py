"""The tables of `count`, from a report made by hand."""

import csv
import io
import json

import pytest

from specc.count import CountReport, Difference, Memory, NetworkCount, Row, Totals
from specc.formula import var
from specc.report import export, tables
from specc.report.markdown import markdown
from specc.sizes import Constraint, symbol
from specc.source import Source, Span
from specc.types import Tensor, default_axes

SPAN = Span(Source("net.spec", "x"), 0, 1)


def tensor(*sizes):
    return Tensor(sizes, default_axes(len(sizes)))


def network(name, *rows, params=0, macs=0, **more):
    totals = Totals(params=params, trainable=params, macs=macs)
    ports = (("x", tensor(1, 28, 28)),), (("y", tensor(6, 24, 24)),)
    return NetworkCount(name, "network", *ports, rows=rows, totals=totals, **more)


CONV = Row(
    "C1",
    "conv",
    tensor(6, 24, 24),
    SPAN,
    params=156,
    macs=86_400,
    formula=(var("k", 5) * 5 * var("c", 1) + 1) * var("f", 6),
)
RELU = Row("relu_1|x", "relu", tensor(6, 24, 24), SPAN, note="called twice")
NET = network("Net", CONV, RELU, params=156, macs=86_400)
REPORT = CountReport("net.spec", "pytorch", (NET,), NET.totals)


def printed(report, width=None, **more):
    return tables.terminal(report, width=width, **more)


def test_the_terminal_shows_figures_totals_and_notes():
    text = printed(REPORT)
    row = next(line for line in text.splitlines() if line.split()[:1] == ["C1"])
    assert row.split()[:6] == ["C1", "conv", "6×24×24", "156", "yes", "86,400"]
    assert "network Net: x 1×28×28 → y 6×24×24" in text
    assert "relu_1|x: called twice" in text
    assert any(line.split()[:2] == ["total", "156"] for line in text.splitlines())


def test_a_wide_terminal_shows_the_working():
    assert "(5·5·1 + 1)·6 = 156" in printed(REPORT, width=140)
    assert "(5·5·1 + 1)·6" not in printed(REPORT, width=90)
    assert max(map(len, printed(REPORT, width=60).splitlines())) <= 60


def test_quiet_keeps_the_tables_only():
    assert "called twice" not in printed(REPORT, quiet=True)


def test_several_networks_have_a_sum_and_conventions_are_explained():
    why = "the moving averages are counted"
    difference = Difference("Net", ("bn1",), 1, "batch_norm", "keras", 128, 256, why)
    report = CountReport("net.spec", "pytorch", (NET, NET), NET.totals, (difference,))
    text = printed(report, width=200)
    assert "net.spec: 156 parameters, 86,400 MACs" in text
    assert f"keras counts 128 more in bn1 of Net: {why}" in text


@pytest.mark.parametrize(
    ("role", "width", "said"),
    [
        ("encoder", 32, ["undercomplete: a code of 32 for 64 numbers"]),
        ("encoder", 128, ["overcomplete: a code of 128 for 64 numbers"]),
        ("bottleneck", 128, ["overcomplete: a code of 128 for 64 numbers"]),
        ("encoder", 64, []),
        ("network", 32, []),
        ("encoder", symbol("n"), []),
    ],
)
def test_a_code_is_set_against_what_it_encodes(role, width, said):
    ports = (("x", tensor(1, 8, 8)),), (("mu", tensor(width)), ("spread", tensor(width)))
    made = NetworkCount("E", role, *ports, rows=(), totals=Totals(params=0, trainable=0, macs=0))
    assert list(tables.remarks(made)) == said


def test_names_are_no_markup():
    row = Row("[bold]x[/bold]", "relu", tensor(1), SPAN)
    net = network("Net", row)
    assert "[bold]x[/bold]" in printed(CountReport("n.spec", "pytorch", (net,), net.totals))


def test_markdown_escapes_and_lines_up():
    rows = [line for line in markdown(REPORT).splitlines() if line.startswith("|")]
    assert rows[3].startswith("| relu\\_1\\|x | relu |")
    assert len({line.replace("\\|", "").count("|") for line in rows}) == 1


def test_json_has_models_files_and_memory():
    memory = Memory("Net", 64, 624, 0, 624, 1248, 5000)
    document = export.document([(REPORT, (memory,))])
    (model,), (file,) = document["models"], document["files"]
    assert (model["name"], model["file"], model["params"]) == ("Net", "net.spec", 156)
    layer = model["layers"][0]
    assert (layer["name"], layer["op"], layer["output"]) == ("C1", "conv", [6, 24, 24])
    assert layer["working"] == "(5·5·1 + 1)·6 = 156"
    assert file["totals"]["params"] == 156
    assert file["memory"][0]["bytes"]["total"] == 7496
    json.dumps(document)


def test_memory_is_said_in_one_line():
    memory = Memory("Net", 64, 624, 0, 624, 1248, 5000)
    text = printed(REPORT, width=200, memories=[memory])
    assert "memory of Net, batch 64: weights 624 B + gradients 624 B + optimizer 1.2 KiB" in text
    assert text.rstrip().endswith("= 7.3 KiB")


def test_csv_reads_back():
    rows = list(csv.DictReader(io.StringIO(export.as_csv([REPORT]))))
    assert rows[0]["parameters"] == "156"
    assert rows[0]["working"] == "(5·5·1 + 1)·6 = 156"
    assert [row["layer"] for row in rows] == ["C1", "relu_1|x"]


def test_latex_has_booktabs_and_no_bare_special_character():
    text = export.latex(REPORT)
    assert text.count(r"\toprule") == 1
    assert r"relu\_1|x" in text
    assert r"$6$" not in text
    assert "·" not in text
    assert "×" not in text


@pytest.mark.parametrize("size", ["H"])
def test_free_sizes_are_formulas(size):
    free = symbol(size)
    row = Row("c", "conv", tensor(6, free, free), SPAN, macs=150 * free * free)
    net = network("Net", row, macs=150 * free * free, constraints=(Constraint("ge", free, 5),))
    report = CountReport("net.spec", "pytorch", (net,), net.totals)
    layer = export.document([(report, ())])["models"][0]["layers"][0]
    assert layer["output"] == [6, "H", "H"]
    assert layer["macs"] == "150·H²"
    assert "valid when" in printed(report, width=120)
