"""Texts: what stories hold, what their windows are, and what a model of them writes."""

from __future__ import annotations

import math
import re
import sys
from collections import Counter
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from specc.data.text import SENTENCES, SLOTS, Level, bits, symbols
from specc.emit.package import package, write
from specc.pipeline import compile_text
from tests import scripts
from tests.emit.test_data import module, plan
from tests.layers.contract import namespace

SPEC = """specc 1

network Writer {{
    in symbols: tokens[{window}, vocab=40]
    symbols -> embedding(8) -> gru(16) -> linear(40)
}}

train Reading {{
    data {data} as symbols, after
    minimize cross_entropy(Writer(symbols), after)
    optimizer adam(lr=1e-2)
    epochs 1
    batch 8
    metric bits(Writer(symbols), after)
}}

sample Tale {{
    tale = generate(Writer, start="a rose", length=30, temperature=0.5)
    show text(tale)
    count 2
}}
"""
ROSE = "a rose is a rose, is a rose; and a rose it is. " * 40


def text_spec(window: str = "T", data: str = 'text("poem.txt", length=16, vocab=40)') -> str:
    return SPEC.format(window=window, data=data)


def codes(text: str) -> list[str]:
    return [f"{d.code} {d.message}" for d in compile_text(text).diagnostics]


# --------------------------------------------------------------------- stories


@pytest.mark.parametrize("level", ["character", "word"])
def test_stories_hold_as_many_bits_as_said(level: Level, tmp_path: Path) -> None:
    made = module(f"stories(sentences=3000, level={level}) as x, y", tmp_path)
    sentences = re.findall(r"[^.]+[.] ?", made.text())
    assert len(sentences) == 3000
    choices = 0.0
    for sentence in sentences:
        form = next(f for f in SENTENCES if fits(f, sentence.strip()))
        slots = re.findall(r"{(\w+)}", form)
        choices += math.log2(len(SENTENCES)) + sum(math.log2(len(SLOTS[s])) for s in slots)
    measured = choices / len(made.symbols(made.text()))
    assert measured == pytest.approx(bits(level), rel=0.02)


def fits(form: str, sentence: str) -> bool:
    pattern = re.sub(r"{(\w+)}", lambda m: f"(?:{'|'.join(SLOTS[m[1]])})", form[:-1])
    return re.fullmatch(pattern + "[.]", sentence) is not None


def test_a_sentence_has_one_form() -> None:
    """So that the bits of the choices are the bits of the text."""
    for number, form in enumerate(SENTENCES):
        told = re.sub(r"{(\w+)}", lambda m: SLOTS[m[1]][0], form)
        assert [fits(f, told) for f in SENTENCES].index(True) == number
        assert sum(fits(f, told) for f in SENTENCES) == 1
    for phrases in SLOTS.values():
        assert max(Counter(phrases).values()) == 1


@pytest.mark.parametrize("level", ["character", "word"])
def test_the_front_knows_the_symbols(level: Level, tmp_path: Path) -> None:
    data = f"stories(sentences=800, level={level}) as x, y"
    made = module(data, tmp_path)
    assert set(made.vocabulary()) == set(symbols(level))
    assert plan(data).body.inputs[0][1].classes == len(symbols(level)) + 1
    x, y = made.read()
    assert torch.equal(x.flatten()[1:], y.flatten()[:-1])
    assert made.decode(x[0]) == made.text()[:64] or level == "word"


def test_few_sentences_make_no_windows() -> None:
    found = codes(text_spec(data="stories(sentences=10, length=500)"))
    assert any("10 sentences are short for windows of 500" in said for said in found)


@given(text=st.text(st.sampled_from("a rose.,"), min_size=1))
def test_what_is_written_can_be_read_back(text: str) -> None:
    made = _made()
    assert made["decode"](made["encode"](text)) == text


def _made() -> dict[str, object]:
    if not _MADE:
        program = compile_text(text_spec()).program
        assert program is not None
        text = package(program)["data.py"]
        sys.modules["written_data"] = type(sys)("written_data")
        _MADE["__name__"] = "written_data"
        exec(text.replace("from __future__ import annotations", ""), _MADE)
        _MADE["text"] = lambda: ROSE
    return _MADE


_MADE: dict[str, object] = {}


# -------------------------------------------------------------------- generate


@pytest.mark.slow
@pytest.mark.parametrize("level", ["character", "word"])
def test_a_trained_model_writes(level: str, tmp_path: Path) -> None:
    (tmp_path / "poem.txt").write_text(ROSE, encoding="utf-8")
    data = f'text("poem.txt", length=16, vocab=40, level={level})'
    program = compile_text(text_spec(data=data)).program
    assert program is not None
    write(program, tmp_path)
    for script, *flags in (("train.py", "--epochs", "6", "--quiet"), ("sample.py", "--count", "3")):
        done = scripts.run(tmp_path / script, *flags, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
    texts = (tmp_path / "run" / "samples.txt").read_text(encoding="utf-8").strip().split("\n\n")
    assert len(texts) == 3
    assert all(text.startswith("a rose") for text in texts)
    if level == "character":
        assert {len(text) for text in texts} <= {29, 30}  # a last blank is stripped


def test_a_network_of_a_fixed_length_sees_its_window() -> None:
    program = compile_text(text_spec(window="16")).program
    assert program is not None
    sample = package(program)["sample.py"]
    assert re.search(r"30,\s+0[.]5,\s+16", sample)
    assert "save_text(rows, decode" in sample


PROGRAM = """
program tell {
    for round in range(2) {
        tale = generate(Writer, start="a rose", length=12)
        show text(tale)
    }
}
"""


def test_a_program_writes_texts(tmp_path: Path) -> None:
    text = text_spec() + PROGRAM
    program = compile_text(text).program
    assert program is not None, codes(text)
    (tmp_path / "poem.txt").write_text(ROSE, encoding="utf-8")
    write(program, tmp_path)
    flags = ["--steps", "2", "--quiet"]
    done = scripts.run(tmp_path / "train.py", *flags, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    for name in ("tell_text.txt", "tell_text_2.txt"):
        texts = (tmp_path / "run" / name).read_text(encoding="utf-8").split("\n\n")
        assert texts[0].startswith("a rose")
    other = text.replace('text("poem.txt", length=16, vocab=40)', "reversal(symbols=38)")
    assert any("is no text" in line for line in codes(other.split("sample")[0] + PROGRAM))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("linear(40)", "linear(39)", "does not read tokens and score the next one"),
        ('start="a rose", ', "", "generate needs its start"),
        ("temperature=0.5", "temperature=0", "must be more than 0"),
        ("temperature=0.5", "heat=0.5", "generate has no heat"),
        ("length=30", "length=1", "at least 2"),
        ("(Writer, start", "(3, start", "needs a network first"),
        ('text("poem.txt", length=16, vocab=40)', "reversal(symbols=38)", "is no text"),
        ("minimize cross", "y = generate(Writer, start=\"a\")\n    minimize cross", "belongs in sample"),
        ("metric bits", "show text(symbols)\n    metric bits", 'no picture "text"'),
    ],
)  # fmt: skip
def test_what_cannot_be_written(old: str, new: str, said: str) -> None:
    text = text_spec()
    assert old in text
    found = codes(text.replace(old, new))
    assert any(said in line for line in found), found


WRITERS = {
    "gru": ("gru(16) -> linear(40)", True),
    "deep": ("lstm(16, layers=2) -> dropout(0.5) -> layer_norm -> relu -> linear(40)", True),
    "truncated": ("rnn(16, truncate=3) -> linear(40)", True),
    "stacked": ("repeat 2 { lstm(8) -> tanh } -> linear(40)", True),
    "both ways": ("gru(16, bidirectional=true) -> linear(40)", False),
    "attention": ("gru(16) -> attention(heads=2, causal=true) -> linear(40)", False),
    "no state": ("linear(16) -> relu -> linear(40)", False),
}


@pytest.mark.parametrize(("layers", "step"), WRITERS.values(), ids=WRITERS)
def test_states_are_carried_and_the_text_is_the_same(layers: str, step: bool) -> None:
    text = text_spec().replace("gru(16) -> linear(40)", layers)
    program = compile_text(text).program
    assert program is not None, codes(text)
    sample = package(program)["sample.py"]
    assert ("generate_by_step(" in sample, " generate(" in sample) == (step, not step)
    if not step:
        return
    made = namespace()
    exec(package(program)["model.py"].replace("from __future__ import annotations", ""), made)
    torch.manual_seed(0)
    net = made["Writer"]().eval()
    start, seen = torch.arange(5), list[int]()
    net.register_forward_pre_hook(lambda _, given: seen.append(given[0].shape[1]))
    torch.manual_seed(1)
    fast = made["generate_by_step"](net, start, 3, 30, 0.7)
    assert seen == [5] + [1] * 24
    torch.manual_seed(1)
    reread = made["generate"](net, start, 3, 30, 0.7, 0)
    assert torch.equal(fast, reread)


def test_a_start_with_symbols_that_the_data_do_not_have() -> None:
    text = (
        "specc 1\nnetwork Writer {\n    in s: tokens[T, vocab=26]\n"
        "    s -> embedding(4) -> lstm(8) -> linear(26)\n}\n"
        "train Tales {\n    data stories(length=64) as s, after\n"
        "    minimize cross_entropy(Writer(s), after)\n    optimizer adam(lr=5e-3)\n}\n"
        'sample Tale {\n    tale = generate(Writer, start="START")\n    show text(tale)\n}\n'
    )
    assert codes(text.replace("START", "the fox ")) == []
    (found,) = codes(text.replace("START", "the fox 9!"))
    assert 'stories has no character "9", "!", which the start holds' in found


CARRIED = """specc 1

network Writer {
    in s: tokens[T, vocab=26]
    s -> embedding(4) -> lstm(8, carry=true) -> linear(26)
}
train Tales {
    data windows(stories(length=64), steps=16) as s, after
    minimize cross_entropy(Writer(s), after)
    optimizer adam(lr=5e-3)
    batch 16
}
sample Tale {
    tale = generate(Writer, start="the fox ")
    show text(tale)
}
"""


def test_windows_of_a_text_have_its_symbols() -> None:
    assert codes(CARRIED) == []
    (found,) = codes(CARRIED.replace("-> linear", "-> attention(heads=2, causal=true) -> linear"))
    assert "Writer carries states from batch to batch" in found
