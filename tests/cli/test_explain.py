"""`specc explain`: workings, codes and layers."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from specc.cli.explain import LISTS
from specc.codes import all_codes
from tests.cli.conftest import Run


def test_one_layer(specc: Run, lenet: Path) -> None:
    out = specc("explain", str(lenet), "C3").out
    assert out.startswith("C3: conv(16, 5x5) in LeNet, line 8\n")
    assert "(k_h·k_w·c_in + 1)·c_out = (5·5·6 + 1)·16 = 2,416" in out
    assert "⌊(n + 2·p − k)/s⌋ + 1 = ⌊(14 + 2·0 − 5)/1⌋ + 1 = 10" in out
    assert "k_h·k_w·c_in·c_out·h_out·w_out = 5·5·6·16·10·10 = 240,000" in out
    assert "r + (k−1)·j = 6 + (5−1)·2 = 14" in out
    assert "stride = 1            default" in out


def test_the_first_layer_of_alexnet(specc: Run) -> None:
    body = "    in x: image[3, 224, 224]\n    x -> conv(64, 11x11, stride=4, padding=2)\n"
    text = f"specc 1\n\nnetwork A {{\n{body}}}\n"
    Path("a.spec").write_text(text, encoding="utf-8")
    assert "(11·11·3 + 1)·64 = 23,296" in specc("explain", "a.spec", "conv1").out


def test_a_whole_model(specc: Run, lenet: Path) -> None:
    out = specc("explain", str(lenet)).out
    assert "F6: linear(84) in LeNet" in out
    assert out.rstrip().endswith("LeNet: 156 + 2,416 + 48,120 + 10,164 + 850 = 61,706 parameters")
    document = json.loads(specc("explain", str(lenet), "LeNet.C1", "--json").out)
    (layer,) = document["layers"]
    figures = {f["figure"]: f for f in layer["figures"]}
    assert figures["parameters"]["numbers"] == "(5·5·1 + 1)·6"
    assert layer["hyperparameters"]["kernel"] == "5x5"


def test_an_unknown_layer(specc: Run, lenet: Path) -> None:
    ended = specc("explain", str(lenet), "C33")
    assert (ended.status, ended.out) == (2, "")
    assert "no layer is named 'C33'; did you mean C3?" in ended.err


def test_codes(specc: Run) -> None:
    assert specc("explain", "E302").out.startswith("# E302: ")
    assert specc("explain", "w302").out.startswith("# E302: ")
    assert json.loads(specc("explain", "E602", "--json").out)["code"] == "E602"
    assert specc("explain", "E999").status == 2


@pytest.mark.parametrize("code", all_codes())
def test_every_page_has_a_title_and_snippets(code: str, specc: Run) -> None:
    text = specc("explain", code).out
    assert text.startswith(f"# {code}: ")
    assert "## Wrong" in text
    assert "## Right" in text


def test_words(specc: Run) -> None:
    out = specc("explain", "conv").out
    assert out.startswith(
        "layer conv(channels, kernel, stride=1, padding=0, dilation=1, groups=1, b"
    )
    assert "  conv_transpose  Transposed convolution" in specc("explain", "layers").out
    (relu,) = json.loads(specc("explain", "relu", "--json").out)["meanings"]
    assert (relu["word"], relu["kind"]) == ("relu", "layer")


def test_a_word_with_two_meanings(specc: Run) -> None:
    kinds = [m["kind"] for m in json.loads(specc("explain", "mse", "--json").out)["meanings"]]
    assert kinds == ["loss", "metric"]


@pytest.mark.parametrize("topic", LISTS)
def test_every_word_of_every_list_has_a_page(topic: str, specc: Run) -> None:
    found = json.loads(specc("explain", topic, "--json").out)[topic]
    assert all(meaning["summary"] for meaning in found)
    for meaning in found:
        assert meaning["signature"] in specc("explain", meaning["word"]).out


def test_defaults_that_differ_between_frameworks_are_printed(specc: Run) -> None:
    assert "lr            = 1.0" in specc("explain", "adadelta").out


def test_an_unknown_word(specc: Run) -> None:
    ended = specc("explain", "dense")
    assert (ended.status, ended.err) == (
        2,
        "specc: 'dense' is no file, no code, no layer and no other word; did you mean linear?\n",
    )
    said = specc("explain", "nosuch").err
    assert (
        "specc explain layers; one of a spec is named after it: specc explain FILE nosuch" in said
    )
    assert "did you mean layers?" in specc("explain", "layer").err


def test_what_is_near_may_be_a_spec_of_this_folder(specc: Run, lenet: Path) -> None:
    for word in (lenet.stem, "lenett", "lenet.spce"):
        assert f"did you mean {lenet.name}?" in specc("explain", word).err


def test_an_unknown_code_is_told_with_those_of_its_kind(specc: Run) -> None:
    said = specc("explain", "E699").err
    assert "there is no code E699; there are E601, " in said
    assert "E302" not in said


def test_a_word_may_stand_for_a_file(specc: Run, lenet: Path) -> None:
    assert "did you mean lenet.spec?" in specc("explain", lenet.stem).err
    lenet.rename("con1.spec")
    assert "did you mean conv or con1.spec?" in specc("explain", "con").err


def test_a_model_lists_what_training_is_told(specc: Run) -> None:
    specc("new", "first")
    out = specc("explain", "first.spec").out
    assert "optimizer of Classifier in Classifier: adam" in out
    assert re.search(r"betas = \[0\.9, 0\.999\] +default", out)
    assert "accumulate = 1            default" in out


def test_the_working_as_markdown(specc: Run, lenet: Path) -> None:
    out = specc("explain", str(lenet), "C1", "--markdown").out
    assert "### C1: `conv(6, 5x5)` in LeNet" in out
    assert "| parameters | (k\\_h·k\\_w·c\\_in + 1)·c\\_out | (5·5·1 + 1)·6 | 156 |" in out
    assert "**LeNet: 156 + 2,416" in specc("explain", str(lenet), "--markdown").out


def test_the_working_as_latex(specc: Run, lenet: Path) -> None:
    out = specc("explain", str(lenet), "C3", "--latex").out
    assert out.count(r"\begin{align*}") == out.count(r"\end{align*}") == 1
    assert r"\left\lfloor \frac{" in out
    assert "2{,}416" in out


def test_one_form_of_working(specc: Run, lenet: Path) -> None:
    assert specc("explain", str(lenet), "--latex", "--markdown").status == 2
    assert specc("explain", "conv", "--latex").status == 2


def test_words_of_the_language(specc: Run) -> None:
    ended = specc("explain", "minimize")
    assert ended.status == 0
    assert ended.out.startswith("minimize (the language): the objective: a sum of terms")
    assert "    minimize cross_entropy(logits, label)\n" in ended.out
    assert specc("explain", "batch").out.startswith(
        "batch (the language): items in a batch; 64 where nothing is said\n"
    )
    [found] = json.loads(specc("explain", "gate", "--json").out)["meanings"]
    assert (found["kind"], found["word"]) == ("word", "gate")
    assert "did you mean minimize?" in specc("explain", "minimise").err


BLOCKS = """specc 1
cell c(units) {
    in x
    state h[units]
    next h = tanh(linear(units)([h, x]))
    out next h
}
block half(width) {
    in x
    out y = x -> linear(width) as up -> relu -> batch_norm(affine=false) as norm
}
network Net {
    in x: sequence[8, 3]
    x -> scan(c(4), keep=last) -> repeat 2 { half(4) } as trunk -> linear(2) as head
}
"""


@pytest.fixture
def blocks(specc: Run) -> Run:
    """Explain a part of a spec with a cell, a block and a repetition."""
    Path("b.spec").write_text(BLOCKS, encoding="utf-8")
    return lambda *arguments: specc("explain", "b.spec", *arguments)


def test_names_lead_through_rounds_and_cells(blocks: Run) -> None:
    names = ("trunk.up", "trunk.*.up", "trunk.1.up", "Net.trunk.0.up")
    outs = [blocks(name).out for name in names]
    assert outs[0].startswith("trunk.*.up ×2: linear(4) in Net")
    assert len(set(outs)) == 1
    assert blocks("c").out.startswith("c1: scan c in Net")
    assert "c1.linear1: linear(4)" in blocks("c", "--all").out


def test_a_cell_is_told_by_its_equations_and_its_operations_when_asked_for(blocks: Run) -> None:
    for form in ((), ("--markdown",), ("--latex",), ("--json",)):
        for name in (("c",), ("c1",), ()):
            short, long = blocks(*name, *form).out, blocks(*name, "--all", *form).out
            assert "c1.linear1: " not in short
            assert len(short) < len(long), (name, form)
    out = blocks("c1").out
    assert "inside                 3 operations: with --all, or by name, such as c1.concat1" in out
    assert "c1.linear1: linear(4) in Net" in blocks("--all").out
    assert blocks("c1.linear1").out.startswith("c1.linear1: linear(4) in Net")
    found = json.loads(blocks("c1", "--json").out)
    assert found["layers"][0]["inside"] == ["c1.concat1", "c1.linear1", "c1.tanh1"]
    assert found["totals"] == {"params": 32, "macs": 224}


def test_a_part_has_sums(blocks: Run) -> None:
    assert blocks("trunk").out.endswith("trunk: 32 MACs\ntrunk: 40 parameters\n")
    assert blocks("Net").out.endswith(
        "Net: 224 + 32 + 8 = 264 MACs\nNet: 32 + 40 + 10 = 82 parameters\n"
    )
    assert json.loads(blocks("trunk", "--json").out)["totals"] == {"params": 40, "macs": 32}
    assert json.loads(blocks("--json").out)["totals"]["Net"] == {"params": 82, "macs": 264}
    assert "**trunk: 40 parameters**" in blocks("trunk", "--markdown").out


def test_a_scan_tells_its_work_and_memory(blocks: Run) -> None:
    out = blocks("c1").out
    assert re.search(r"MACs +n_in·n_out·T = 7·4·8 = 224\n", out)
    assert re.search(r"memory +128 bytes", out)


def test_buffers_stand_beside_no_parameters(blocks: Run) -> None:
    assert re.search(r"running_mean +4 \(buffer\)", blocks("trunk.norm").out)


def test_every_layer_and_direction_of_gates(specc: Run) -> None:
    text = "specc 1\nnetwork N {\n in x: sequence[5, 8]\n x -> gru(32, layers=2, bidirectional=true)\n}\n"
    Path("g.spec").write_text(text, encoding="utf-8")
    out = specc("explain", "g.spec").out
    assert re.search(
        r"gate z, layer 2, backward +\(d \+ h \+ 2\)·h = \(64 \+ 32 \+ 2\)·32 = 3,136\n", out
    )
    assert "2·3·h·d + 6·" not in out
    assert re.search(r"biases +8·3·h = 8·3·32 = 768", out)


def test_parts_of_a_figure_are_workings_in_every_form(specc: Run) -> None:
    text = "specc 1\nnetwork N {\n in x: sequence[5, 8]\n x -> attention(heads=2) as A\n}\n"
    Path("a.spec").write_text(text, encoding="utf-8")
    out = specc("explain", "a.spec", "A").out
    assert re.search(r"  keys +\(d \+ 1\)·d = \(8 \+ 1\)·8 = 72\n", out)
    assert re.search(r"  scores +T·T·d = 5·5·8 = 200\n", out)
    row = "| MACs of scores | T·T·d | 5·5·8 | 200 |"
    assert row in specc("explain", "a.spec", "A", "--markdown").out
    row = r"\text{MACs of scores} &= T \cdot T \cdot d = 5 \cdot 5 \cdot 8 = 200"
    assert row in specc("explain", "a.spec", "A", "--latex").out
    found = json.loads(specc("explain", "a.spec", "A", "--json").out)["layers"][0]["figures"]
    wanted = {
        "figure": "parameters of values",
        "value": "72",
        "formula": "(d + 1)·d",
        "numbers": "(8 + 1)·8",
    }
    assert wanted in found


def test_message_passing_is_a_whole_with_its_equations(specc: Run) -> None:
    text = "specc 1\nnetwork N {\n in g: graph[node=3, nodes=5, edges=7]\n g -> gcn(4) as A\n}\n"
    Path("n.spec").write_text(text, encoding="utf-8")
    out = specc("explain", "n.spec", "A").out
    assert out.startswith("A: message_passing gcn in N, line 4\n")
    assert re.search(r"parameters +n_m \+ n_y = 12 \+ 4 = 16\n", out)
    assert re.search(
        r"message m\[j, i\] +linear\(features, bias=false\)\(x\[j\]\) \* w\[j, i\]", out
    )
    assert re.search(r"aggregate a\[i\] +edges·n_1 = 7·4 = 28\n", out)
    assert "line 10 of graphs.spec" in specc("explain", "n.spec", "A.linear1").out


def test_time_runs_back_and_trees_have_children(specc: Run) -> None:
    text = (
        "specc 1\nnetwork N {\n in x: sequence[5, 3]\n x -> scan(rnn_cell(4), reverse=true) as R\n}\n"
        "network M {\n in t: tree[N, vocab=5]\n t -> fold(rntn(2)) as F\n}\n"
    )
    Path("r.spec").write_text(text, encoding="utf-8")
    out = specc("explain", "r.spec", "R").out
    assert "h[6]" in out
    assert "tanh(linear(units)([h[t+1], x[t]]))" in out
    out = specc("explain", "r.spec", "F").out
    assert out.startswith("F: fold rntn in M")
    assert re.search(r"p\[n\] +\[h\[left\(n\)\], h\[right\(n\)\]\]\n", out)


def test_a_phase_is_said_in_every_form(specc: Run) -> None:
    text = "specc 1\nnetwork N {\n in g: graph[node=3]\n h = g -> gcn(4)\n mean(h, axis=nodes)\n}\n"
    Path("n.spec").write_text(text, encoding="utf-8")
    for form in ((), ("--markdown",), ("--latex",)):
        assert "in the message" in specc("explain", "n.spec", "--all", *form).out


def test_lists_and_sizes_are_written_as_they_are_meant(specc: Run) -> None:
    text = (
        "specc 1\nnetwork N {\n in x: vector[3]\n"
        " x -> masked(linear(2), keep=[[1, 1, 1], [0, 1, 1]]) as m\n}\n"
        "network M {\n in x: image[2, H, W]\n x -> max_pool(2x2) -> upsample(scale=2) as u\n}\n"
    )
    Path("m.spec").write_text(text, encoding="utf-8")
    assert "keep = [[1, 1, 1], [0, 1, 1]]" in specc("explain", "m.spec", "m").out
    assert "2×(2·⌊H/2⌋)×(2·⌊W/2⌋)" in specc("explain", "m.spec", "u").out


def test_a_convention_says_what_it_counts_and_whose_tensors_are_listed(specc: Run) -> None:
    text = (
        "specc 1\nnetwork N {\n in x: image[1, 8, 8]\n x -> conv(4, 3x3) -> batch_norm as B\n}\n"
        "network M {\n in x: sequence[5, 8]\n x -> lstm(4) as L\n}\n"
    )
    Path("k.spec").write_text(text, encoding="utf-8")
    out = specc("explain", "k.spec", "B", "--convention", "keras").out
    assert re.search(r"  not learnt +2·c = 2·4 = 8\n", out)
    assert "  PyTorch's running_mean" in out
    out = specc("explain", "k.spec", "L", "--convention", "keras").out
    assert "  PyTorch's bias_hh_l0" in out
    assert "note: Keras has one offset for each gate, PyTorch two" in out
    assert "PyTorch's" not in specc("explain", "k.spec", "conv1", "--convention", "keras").out
    assert "PyTorch's" not in specc("explain", "k.spec", "L").out


@pytest.mark.parametrize(
    ("word", "lines"),
    [
        ("scan", ("keep=all", "reverse=false", "truncate=none", "mask=…")),
        ("fold", ("keep=all", "cell ")),
        ("cell", ("state h[units] = 0", "next h = …")),
        ("message_passing", ("in x, in e: edge, in u: global", "readout r = …")),
    ],
)
def test_a_word_has_what_is_written_with_it(specc: Run, word: str, lines: tuple[str, ...]) -> None:
    out = specc("explain", word).out
    for line in lines:
        assert re.search(rf"^  {re.escape(line)} *  \S", out, re.M), line
    (found, *_) = json.loads(specc("explain", word, "--json").out)["meanings"]
    assert found["parts"][0]["meaning"]


def test_a_gate_and_a_figure_lead_to_their_layer(specc: Run, lenet: Path) -> None:
    equations = "gate r = sigmoid(linear(n)([h, x]))\n    next h = r * h\n    out next h"
    cell = f"cell Mine(n) {{\n    in x\n    state h[n]\n    {equations}\n}}\n"
    text = f"specc 1\n\n{cell}network N {{\n    in x: sequence[5, 3]\n    x -> scan(Mine(4))\n}}\n"
    Path("c.spec").write_text(text, encoding="utf-8")
    assert specc("explain", "c.spec", "r").out.startswith("Mine1: scan Mine in N")
    assert specc("explain", str(lenet), "C3.params").out == specc("explain", str(lenet), "C3").out
    assert "no layer is named 'Z9'" in specc("explain", str(lenet), "Z9.params").err
    assert specc("explain", str(lenet), "parameters").status == 2


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("stride", "stride is an argument of\n  conv, conv_transpose"),
        ("filters", "filters, here channels, is an argument of\n  conv"),
        ("kernel_size", "here kernel"),
        ("macs", "multiplications"),
        ("losses", "cross_entropy "),
        ("activations", "relu "),
    ],
)
def test_words_that_people_know_lead_on(specc: Run, word: str, said: str) -> None:
    assert said in specc("explain", word).out
