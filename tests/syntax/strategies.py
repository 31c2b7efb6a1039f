"""Random specs, and ways to look at trees without their places."""

from __future__ import annotations

import itertools
import random
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from specc.diagnostics import Diagnostics
from specc.source import Source
from specc.syntax import tree
from specc.syntax.marks import marks
from specc.syntax.parse import parse

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted(ROOT.joinpath("tests", "cases", "design").glob("*.spec"))
SPECS = [*EXAMPLES, *sorted(ROOT.joinpath("specs").rglob("*.spec"))]
TEXTS = [p.read_text(encoding="utf-8") for p in SPECS]


def parsed(text: str) -> tree.File:
    """The tree of a text that has no error."""
    diagnostics = Diagnostics()
    file = parse(Source("test.spec", text), diagnostics)
    assert [d.message for d in diagnostics] == []
    assert file is not None
    return file


def shape(node: Any) -> Any:
    """A tree without its places, as tuples. Comments count by their words."""
    if isinstance(node, tuple):
        return tuple(shape(n) for n in node)
    if isinstance(node, tree.Comment):
        return node.text.rstrip()
    if is_dataclass(node):
        named = [f.name for f in fields(node) if f.name not in ("span", "source")]
        return type(node).__name__, *(shape(getattr(node, n)) for n in named)
    return node


def messages(text: str) -> list[tuple[str, str, str]]:
    """Code, sentence and marked text of everything the parser says."""
    diagnostics = Diagnostics()
    parse(Source("test.spec", text), diagnostics)
    return [(d.code, d.message, d.span.text) for d in diagnostics]


# ------------------------------------------------------------------ generation

names = st.sampled_from(
    ["x", "h", "state", "step", "data", "next_", "every", "μ", "Encoder", "in_"]
)
numbers = st.sampled_from(["0", "3", "61_706", "2e-4", "1.5", "7_0.5E+3", "3x3", "5x5x5"])
texts = st.sampled_from(['"a"', '"# no comment"', '"\\n\\t\\"\\\\\\u{3b1}"', '"()"'])
atoms = st.one_of(names, numbers, texts, st.sampled_from(["true", "false", "next c"]))


def _bracket(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    listed = st.lists(inner, max_size=4).map(" , ".join)
    keyword = st.tuples(names, inner).map(" = ".join)
    called = st.lists(st.one_of(inner, keyword), max_size=4).map(" , ".join)
    heads = st.one_of(names, called.map(lambda a: f"f ( {a} )"), listed.map(lambda a: f"[ {a} ]"))
    stages = st.lists(_stages(names, called), min_size=1, max_size=5).map(" -> ".join)
    return st.one_of(
        inner.map(lambda e: f"( {e} )"),
        listed.map(lambda a: f"[ {a} ]"),
        st.tuples(names, called).map(lambda p: f"{p[0]} ( {p[1]} )"),
        st.tuples(names, inner).map(lambda p: f"{p[0]} [ {p[1]} , : ]"),
        st.tuples(names, inner, inner).map(lambda p: f"{p[0]} [ {p[1]} : {p[2]} ]"),
        st.tuples(names, names).map(" . ".join),
        st.tuples(inner, st.sampled_from("+ - * / // % ^ == <= and or".split()), inner).map(
            lambda p: f"( {p[0]} ) {p[1]} ( {p[2]} )"
        ),
        inner.map(lambda e: f"- ( {e} )"),
        inner.map(lambda e: f"not ( {e} )"),
        st.tuples(inner, inner, inner).map(lambda p: f"( {p[0]} ) if ( {p[1]} ) else ( {p[2]} )"),
        st.tuples(heads, stages).map(lambda p: f"( {p[0]} -> {p[1]} )"),
    )


def _stages(
    names: st.SearchStrategy[str], called: st.SearchStrategy[str]
) -> st.SearchStrategy[str]:
    plain = st.one_of(names, called.map(lambda a: f"conv ( {a} )"))
    labelled = st.one_of(plain, names.map(lambda n: f"relu as {n}"))
    bodies = st.lists(labelled, min_size=1, max_size=3).map(" -> ".join)
    return st.one_of(
        labelled,
        bodies.map(lambda b: f"repeat 3 {{ {b} }}"),
        bodies.map(lambda b: f"for c in [ 1 , 2 ] {{ {b} }}"),
    )


expressions = st.recursive(atoms, _bracket, max_leaves=12)
statements = st.one_of(
    expressions.map(lambda e: f"y = {e}"),
    expressions.map(lambda e: f"out y = {e}"),
    expressions.map(lambda e: f"z ~ frozen normal ( {e} ) [ 3 ]"),
    expressions.map(lambda e: f"minimize ( {e} ) + ( {e} )"),
    expressions.map(lambda e: f"update A , B with adam ( lr = {e} ) every 2 repeat 5"),
    expressions.map(lambda e: f"show grid ( {e} ) every 5 epochs"),
    expressions.map(lambda e: f"state h [ {e} ] , c [ 3 ]"),
    expressions.map(lambda e: f"gate f = {e}"),
    expressions.map(lambda e: f"step D {{\n minimize {e}\n\n epochs 5 # five\n }}"),
    expressions.map(lambda e: f"if {e} {{\n return {e}\n }} else {{\n repeat 3 {{ y = x }}\n }}"),
    st.sampled_from(["in x : image [ 1 , 28 , 28 ]", "in mu , logvar", "# alone", "batch 64", "out next h"]),
    st.sampled_from(["data csv ( \"x.csv\" ) as x : vector [ 4 ] , y", "weight p_f [ units ]", ""]),
)  # fmt: skip
bodies = st.lists(statements, max_size=5).map("\n".join)
declarations = st.one_of(
    bodies.map(lambda b: f"## What it is.\nnetwork Net {{ # first\n{b}\n}}"),
    bodies.map(lambda b: f"block b ( c , n = 3 ) {{\n{b}\n# last\n}}"),
    bodies.map(lambda b: f"train T {{\n{b}\n}}"),
    expressions.map(lambda e: f"param n = {e}"),
    expressions.map(lambda e: f"expect {e}"),
    expressions.map(lambda e: f'answers "Q" ( marks = 2 ) {{ A . b = 3 C [ 0 ] . d = {e} }}'),
    st.sampled_from(
        ['use "a.spec"', "param free", "# alone", "", "block t ( c ) { x -> f ( c ) }"]
    ),
)
files = st.lists(declarations, max_size=5).map(lambda d: "\n".join(["specc 1", *d, ""]))


def respaced(text: str, seed: int) -> str:
    """The same tokens and line ends with other white space between them."""
    rng = random.Random(seed)
    found, _ = marks(Source("", text))
    out, at, depth = [], 0, 0
    for before, mark in itertools.pairwise(found):
        gap = text[before.end : mark.start]
        depth += (before.text in "([") - (before.text in ")]")
        tight = {before.type, mark.type} & {"COMMA", "LPAR", "RPAR", "LSQB", "RSQB", "DOT", "EQUAL"}
        if gap.strip(" \t") == "" and "LPAR" not in (before.type, mark.type):
            choices = [" ", "  ", "\t"] + [""] * bool(tight) + ["\n", "\n    "] * (depth > 0)
            out.append(text[at : before.end] + rng.choice(choices))
            at = mark.start
    return "".join(out) + text[at:]
