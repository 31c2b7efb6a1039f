"""Law 4: no text of a spec changes what the generated code means, whatever its names and texts say."""

from __future__ import annotations

import ast
import re

import pytest

from specc.emit.package import package
from specc.pipeline import compile_text
from specc.program import Program
from tests.laws.conformity import conforms

BASE = """specc 1

## What it is.
param PARAM = 8

## What it is.
block BLOCK(HYPER, depth=2) {
    in PORT
    weight WEIGHT[HYPER]
    VALUE = PORT -> linear(HYPER) as LABEL -> repeat depth { linear(HYPER) -> relu }
    out RESULT = VALUE * WEIGHT
}

## What it is.
network NET {
    in x: vector[64]
    let SHARED = linear(64)
    h = x -> SHARED -> SHARED -> BLOCK(PARAM, depth=3) as STAGE
    out y = h -> dropout(0.25) -> linear(10) as logits
}

## What it is.
train TRAIN {
    data digits(flat=true) as FIELD, label
    OUTPUT = NET(FIELD)
    minimize cross_entropy(OUTPUT, label)
    optimizer adam(lr=2e-3)
    metric accuracy(OUTPUT, label)
    show grid(FIELD)
}

## What it is.
sample SAMPLE {
    DRAWN ~ normal[64]
    show grid(NET(DRAWN))
}

answers "TITLE" {
    STAGE.params = 744
}
"""
SLOTS = (
    "PARAM HYPER PORT WEIGHT VALUE LABEL RESULT BLOCK NET SHARED STAGE TRAIN FIELD OUTPUT SAMPLE DRAWN"
).split()
UPPER = {"BLOCK": "blocky", "NET": "Netty", "TRAIN": "Trainy", "SAMPLE": "Sampy"}
PYTHON = (
    "lambda class self torch nn F Tensor math super print None True import async int range device"
    " batch_size isinstance SelfAttention pad_same O state_dict forward training model Path args"
    " main json os sys exec eval open l mro type case _ ReLU relu μ"
).split()
TEXTS = (
    "'''; import os  # ",
    '"' * 3 + "; import os; os.system(0)",
    "{{ 7 * 7 }} {% raw %} {# x #} {0} %s ${x}",
    "back\\",
    "</script> \u202e \u2028 \x85 \x0c",
    r"\N{DIGIT ONE} \x41 \u{7a}",
)


def named(slot: str = "", word: str = "") -> str:
    """The spec with a word in one place."""
    text = BASE
    for other in SLOTS:
        new = word if other == slot else UPPER.get(other, f"{other.lower()}_")
        text = re.sub(rf"\b{other}\b", new, text)
    return text


def program_of(text: str, path: str = "some.spec") -> Program | None:
    return compile_text(text, path).program


def test_the_plain_one_is_sound() -> None:
    assert [d.message for d in compile_text(named()).diagnostics] == []


@pytest.mark.parametrize("slot", SLOTS)
def test_a_word_of_python_is_a_name_like_any_other(slot: str) -> None:
    made, words = 0, PYTHON[SLOTS.index(slot) % 3 :: 3]
    if slot in ("PARAM", "HYPER"):
        words = PYTHON
    for word in words:
        program = program_of(named(slot, word))
        if program is None:
            continue  # a layer's or the language's word, refused with a message
        made += 1
        for name, text in package(program).items():
            ast.parse(text, name)
        conforms(program)
    assert made > len(words) // 2


@pytest.mark.parametrize("word", ["ſelf", "ﬁ", "µ", "㎏", "__class__", "__init__", "ª"])
def test_names_that_python_reads_as_others_are_refused(word: str) -> None:
    compiled = compile_text(named("VALUE", word))
    assert compiled.program is None
    assert {d.code for d in compiled.diagnostics} == {"E101"}


class _Blank(ast.NodeTransformer):
    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        return ast.Constant("text") if isinstance(node.value, str) else node


def skeletons(program: Program | None) -> dict[str, str]:
    """The trees of the generated files with every text blanked."""
    assert program is not None
    return {n: ast.dump(_Blank().visit(ast.parse(t))) for n, t in package(program).items()}


@pytest.mark.parametrize("hostile", TEXTS)
def test_texts_change_literals_only(hostile: str) -> None:
    plain = skeletons(program_of(named()))
    comment = re.sub(r"[\r\n]", " ", hostile)
    assert skeletons(program_of(named().replace("What it is.", comment))) == plain
    quoted = hostile.replace("\\", "\\\\").replace('"', '\\"')
    assert skeletons(program_of(named().replace("TITLE", quoted))) == plain
    assert skeletons(program_of(named(), f"{hostile}.spec")) == plain


DEEP = {
    "brackets": "(" * 5000 + "x" + ")" * 5000,
    "signs": "-" * 50_000 + "1",
    "powers": "2" + " ^ 99" * 4000,
    "powers on lines": "2" + "\n ^ 99" * 4000,
    "conditions": "1 if true else " * 5000 + "1",
    "negations": "not " * 5000 + "true",
    "mixed": "(- - - 2 ^ " * 90 + "1" + ")" * 90,
    "a great power": "9 ^ 9 ^ 9 ^ 9",
    "a long number": "9" * 100_000,
    "lists": "[" * 5000,
    "a long chain": "x" + " -> relu" * 3000,
    "a great list": "range(10 ^ 12)",
}


@pytest.mark.parametrize("what", DEEP)
def test_sizes_and_nesting_are_bounded(what: str) -> None:
    text = f"specc 1\n\nnetwork N {{\n    in x: vector[4]\n    out y = {DEEP[what]}\n}}\n"
    compiled = compile_text(text)
    assert compiled.program is not None or list(compiled.diagnostics)


@pytest.mark.parametrize("path", ["/etc/passwd", "../../secret.spec", "a\\u{0}b.spec"])
def test_a_used_file_outside_is_refused(path: str) -> None:
    compiled = compile_text(f'specc 1\n\nuse "{path}"\n')
    assert compiled.program is None
    assert all(d.message for d in compiled.diagnostics)
