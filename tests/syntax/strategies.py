"""Random specs, and ways to look at trees without their places."""

from __future__ import annotations

import itertools
import random
import re
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from msgspec import Struct

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
    """The tree of a text that has no error but an argument that stands twice."""
    diagnostics = Diagnostics()
    file = parse(Source("test.spec", text), diagnostics)
    assert [d.message for d in diagnostics if not d.message.endswith(" twice")] == []
    assert file is not None
    return file


def shape(node: Any) -> Any:
    """A tree without its places, as tuples. Comments count by their words."""
    if isinstance(node, tuple):
        return tuple(shape(n) for n in node)
    if isinstance(node, tree.Comment):
        return node.text.rstrip()
    if isinstance(node, Struct):
        named = [n for n in node.__struct_fields__ if n not in ("span", "source")]
        return type(node).__name__, *(shape(getattr(node, n)) for n in named)
    return node


def messages(text: str) -> list[tuple[str, str, str]]:
    """Code, sentence and marked text of everything the parser says."""
    diagnostics = Diagnostics()
    parse(Source("test.spec", text), diagnostics)
    return [(d.code, d.message, d.span.text) for d in diagnostics]


# ------------------------------------------------------------------ generation

# What a mark may stand for. `$E` an expression, `$C` what a call holds, `$S` a stage, `$B` a body of stages,
# `$N` a name, `$Y` lines of statements, `$D` a declaration. The first forms of a mark hold no other mark.
NAMES = "x h state step data next_ every μ Encoder in_".split()
ATOMS = (
    *NAMES,
    *"0 3 61_706 2e-4 1.5 7_0.5E+3 3x3 5x5x5 true false".split(),
    *('"a"', '"# no comment"', '"\\n\\t\\"\\\\\\u{3b1}"', '"()"', "next c", "[ ]", "f ( )"),
)
SIGNS = "+ - * / // % ^ == <= and or".split()
PLAIN = (
    *("in x : image [ 1 , 28 , 28 ]", "in mu , logvar", "# alone", "batch 64", "out next h", ""),
    *('data csv ( "x.csv" ) as x : vector [ 4 ] , y', "weight p_f [ units ]"),
)
FORMS: dict[str, tuple[str, ...]] = {
    "N": tuple(NAMES),
    "E": (
        *ATOMS,
        *("( $E )", "[ $E ]", "[ $E , $E , $E ]", "$N ( $C )", "$N [ $E , : ]", "$N [ $E : $E ]"),
        *("$N . $N", "- ( $E )", "not ( $E )", "( $E ) if ( $E ) else ( $E )"),
        *(f"( $E ) {sign} ( $E )" for sign in SIGNS),
        *("( $N -> $S )", "( f ( $C ) -> $S -> $S )", "( [ $E ] -> $S -> $S -> $S -> $S )"),
    ),
    "C": ("3", "$E", "$N = $E", "$E , $N = $E", "$E , $E , $N = $E , $N = $E"),
    "S": (
        *NAMES,
        *("relu as $N", "conv ( )", "conv ( $C )", "repeat 3 { $B }", "for c in [ 1 , 2 ] { $B }"),
    ),
    "B": ("relu", "$S", "relu as $N -> $S", "$S -> $S -> conv ( $C )"),
    "Y": (
        *PLAIN,
        *("$Y\n$Y", "$Y\n$Y\n$Y", "y = $E", "out y = $E", "z ~ frozen normal ( $E ) [ 3 ]"),
        *("minimize ( $E ) + ( $E )", "update A , B with adam ( lr = $E ) every 2 repeat 5"),
        *("show grid ( $E ) every 5 epochs", "state h [ $E ] , c [ 3 ]", "gate f = $E"),
        "step D {\n minimize $E\n\n epochs 5 # five\n }",
        "if ( $E ) {\n return $E\n } else {\n repeat 3 { y = x }\n }",
    ),
    "D": (
        *('use "a.spec"', "param free", "# alone", "", "block t ( c ) { x -> f ( c ) }"),
        *("## What it is.\nnetwork Net { # first\n$Y\n}", "train T {\n$Y\n}"),
        *("block b ( c , n = 3 ) {\n$Y\n# last\n}", "param n = $E", "expect $E"),
        'answers "Q" ( marks = 2 ) { A . b = 3 C [ 0 ] . d = ( $E ) }',
        'answers "Q" { A . b = [ 3 , $E ]\n }',
    ),
}
DEPTH = 5


@st.composite
def drawn(draw: st.DrawFn, mark: str, depth: int = DEPTH) -> str:
    """A text for a mark, with marks inside marks down to a depth."""
    forms = FORMS[mark]
    form = draw(st.sampled_from(forms if depth else [f for f in forms if "$" not in f]))
    return re.sub(r"\$([A-Z])", lambda m: draw(drawn(m[1], max(depth - 1, 0))), form)


declarations = drawn("D", DEPTH + 2)
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
