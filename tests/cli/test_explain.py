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
        "specc: 'dense' is no spec, code or word; did you mean linear?\n",
    )


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
