"""`specc count`: the tables, for people and for programs."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

from tests.cli.conftest import Run

FREE = """specc 1

param n

network Regressor {
    in x: vector[n]
    x -> linear(10) -> relu -> linear(10) -> relu -> linear(1)
}
"""

HALVED = """specc 1

network Half {
    in x: image[1, H, W]
    down = x -> max_pool(2x2)
    out y = x + (down -> conv_transpose(1, 2x2, stride=2))
}
"""

NORMED = """specc 1

encoder Encoder {
    in x: image[1, 8, 8]
    x -> conv(64, 3x3) as C1 -> batch_norm as N1 -> relu
}

network Twice {
    in x: image[1, 8, 8]
    out y = Encoder(x) + Encoder(x)
}
"""
APART = """specc 1

network A {
    in x: image[3, H, W]
    x -> conv(8, 3x3, padding=1) -> max_pool(2x2)
}

network B {
    in x: image[1, H, W]
    x -> conv(4, 3x3, padding=1)
}
"""
HALVING = """specc 1

block halve(c) {
    in x: image[C, H, W]
    x -> conv(c, 3x3, padding=1) -> relu -> max_pool(2x2)
}

network N {
    in x: image[3, H, W]
    x -> halve(8) -> halve(16)
}
"""


def write(text: str, name: str = "net.spec") -> None:
    Path(name).write_text(text, encoding="utf-8")


def test_the_table_of_lenet(specc: Run, lenet: Path) -> None:
    ended = specc("count", str(lenet))
    assert ended.status == 0
    rows = [line.split() for line in ended.out.splitlines()]
    assert ["C1", "conv", "6×28×28", "156", "yes", "117,600", "5×5"] in [r[:7] for r in rows]
    assert ["F6", "linear", "84", "10,164", "yes", "10,080", "all"] in [r[:7] for r in rows]
    assert ["total", "61,706", "416,520"] in rows
    assert "(5·5·6 + 1)·16 = 2,416" in ended.out


def test_json(specc: Run, lenet: Path) -> None:
    document = json.loads(specc("count", str(lenet), "--json").out)
    (model,) = document["models"]
    assert (model["name"], model["params"], model["trainable"]) == ("LeNet", 61_706, 61_706)
    assert (model["non_trainable"], model["macs"]) == (0, 416_520)
    first = model["layers"][0]
    assert first["name"] == "C1"
    assert (first["op"], first["params"], first["output"]) == ("conv", 156, [6, 28, 28])
    assert first["working"] == "(5·5·1 + 1)·6 = 156"
    assert document["errors"] == 0


def test_csv_latex_markdown(specc: Run, lenet: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(specc("count", str(lenet), "--csv").out)))
    assert [r["parameters"] for r in rows if r["layer"] == "C5"] == ["48120"]
    latex = specc("count", str(lenet), "--latex").out
    assert r"\toprule" in latex
    assert r"5 \cdot 5 \cdot 1 + 1\right) \cdot 6 = 156$" in latex
    assert "| C1 | conv | 6×28×28 | 156 |" in specc("count", str(lenet), "--markdown").out
    assert specc("count", str(lenet), "--csv", "--json").status == 2
    assert [r["trainable"] for r in rows if r["layer"] in {"S2", "C5"}] == ["", "yes"]


def test_memory_is_shown_or_refused(specc: Run, lenet: Path) -> None:
    assert "memory of LeNet, batch 8" in specc("count", str(lenet), "--latex", "--batch", "8").out
    for form in (("--csv",), ("--convention", "all")):
        assert specc("count", str(lenet), "--batch", "8", *form).status == 2


def test_a_file_without_networks_says_so(specc: Run) -> None:
    write("specc 1\n")
    assert specc("count", "net.spec").out == "  net.spec has no network to count\n"
    assert specc("count", "net.spec", "--convention", "all").out == (
        "net.spec has no network to count\n"
    )
    head = "file,network,layer,op,pytorch,keras,textbook,why\n"
    assert specc("count", "net.spec", "--convention", "all", "--csv").out == head


def test_free_sizes_give_formulas(specc: Run) -> None:
    write(FREE)
    (model,) = json.loads(specc("count", "net.spec", "--json").out)["models"]
    assert (model["params"], model["macs"]) == ("10·n + 131", "10·n + 110")
    document = json.loads(specc("count", "net.spec", "--json", "--set", "n=10").out)
    assert document["models"][0]["params"] == 231


def test_conditions_of_free_sizes(specc: Run) -> None:
    write(HALVED)
    out = specc("count", "net.spec").out
    assert "valid when H is even" in out
    assert "valid when W is even" in out
    assert "valid when valid" not in out


def test_conventions(specc: Run) -> None:
    write(NORMED)
    ours = specc("count", "net.spec")
    assert "keras counts 128 more in N1 of Encoder" in ours.out
    models = json.loads(specc("count", "--json", "--convention", "keras").out)["models"]
    by_name = {m["name"]: m for m in models}
    assert (by_name["Encoder"]["params"], by_name["Encoder"]["non_trainable"]) == (896, 128)


def test_a_network_called_twice_owns_its_weights_once(specc: Run) -> None:
    write(NORMED)
    document = json.loads(specc("count", "--json").out)
    encoder, twice = document["models"]
    assert encoder["params"] == twice["params"] == 768
    assert twice["macs"] == 2 * encoder["macs"]
    assert document["files"][0]["totals"]["params"] == 768


def test_memory_of_a_batch(specc: Run, lenet: Path) -> None:
    out = specc("count", str(lenet), "--batch", "32").out
    assert "memory of LeNet, batch 32: weights 241.0 KiB" in out
    assert specc("count", str(lenet), "--batch", "0").status == 2


def test_wrong_claims_do_not_hinder_counting(specc: Run, lenet: Path) -> None:
    lenet.write_text(lenet.read_text(encoding="utf-8").replace("156", "150"), encoding="utf-8")
    ended = specc("count", str(lenet))
    assert (ended.status, ended.err) == (0, "")
    assert "61,706" in ended.out


def test_a_wrong_spec_is_shown_and_the_others_are_counted(specc: Run, lenet: Path) -> None:
    write("specc 1\n\nnetwork N {\n    in x: vector[3]\n    x -> linaer(2)\n}\n")
    ended = specc("count", str(lenet), "net.spec")
    assert ended.status == 1
    assert "61,706" in ended.out
    assert 'there is no layer "linaer"' in ended.err


def test_the_conventions_side_by_side(specc: Run) -> None:
    write(NORMED)
    out = specc("count", "net.spec", "--convention", "all").out
    rows = [line.split() for line in out.splitlines()]
    assert ["N1", "batch_norm", "128", "256", "128"] in [r[:5] for r in rows]
    assert "Keras: +128 (keras counts the moving mean and variance too" in out
    assert "MB (10^6)" in out
    document = json.loads(specc("count", "net.spec", "--convention", "all", "--json").out)
    (encoder, _) = document["networks"]
    assert encoder["total"]["counts"]["keras"] == {"params": 896, "trainable": 768}
    assert specc("count", "net.spec", "--convention", "all", "--csv").out.count("N1") == 1
    for form in ("--latex", "--markdown"):
        assert "batch" in specc("count", "net.spec", "--convention", "all", form).out


def test_memory_without_a_train_block_says_what_is_missing(specc: Run, lenet: Path) -> None:
    shown = specc("count", str(lenet), "--batch", "64").out
    assert "without gradients and optimizer, for no train block says which" in shown


def test_a_size_is_set_in_one_network_or_in_all(specc: Run) -> None:
    write(APART)
    ended = specc("count", "net.spec", "--set", "H=32")
    assert "net.spec: 264 parameters, 6,912·A.W + 1,152·B.W MACs" in ended.out
    assert ended.err == "specc: --set H is for A and B; A.H is that of one\n"
    ended = specc("count", "net.spec", "--set", "A.H=32", "--set", "W=2")
    assert "net.spec: 264 parameters, 72·H + 13,824 MACs" in ended.out
    assert "network A: x 3×32×2 → output 8×16×1" in ended.out
    ended = specc("count", "net.spec", "--set", "C.H=32")
    assert (ended.status, "did you mean A.H?" in ended.err) == (2, True)
    write(APART + "\nnetwork C {\n    in x: image[3, H, W]\n    x -> A -> conv(1, 1x1) -> B\n}\n")
    said = specc("count", "net.spec", "--set", "H=32").err
    assert "--set H=32 is for every network with H; --set C.H=32 for one" in said
    assert "network C: x 3×32×W" in specc("count", "net.spec", "--set", "C.H=32").out


def test_the_ports_of_a_block_stay_open_where_a_size_is_set(specc: Run) -> None:
    write(HALVING)
    assert "N: x 3×32×W → output 16×8×⌊W/4⌋" in specc("count", "net.spec", "--set", "H=32").out
