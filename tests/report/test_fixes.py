"""Applying fixes."""

from hypothesis import given
from hypothesis import strategies as st

from specc.diagnostics import Edit, Fix
from specc.report.fixes import apply_fixes, fixed_sources
from specc.source import Source, Span


def fix(source, *edits):
    return Fix("", tuple(Edit(Span(source, a, b), new) for a, b, new in edits))


def test_edits_are_applied_at_their_places():
    source = Source("a.spec", "x -> maxpol(2x2) -> relo")
    fixes = [fix(source, (20, 24, "relu")), fix(source, (5, 11, "max_pool"))]
    assert apply_fixes(source.text, fixes) == "x -> max_pool(2x2) -> relu"


def test_the_same_fix_twice_counts_once():
    source = Source("a.spec", "ab")
    assert apply_fixes("ab", [fix(source, (1, 1, "x")), fix(source, (1, 1, "x"))]) == "axb"


def test_of_two_fixes_that_overlap_the_first_wins_whole():
    source = Source("a.spec", "abcdef")
    fixes = [fix(source, (2, 4, "-"), (5, 6, "!")), fix(source, (0, 3, "X"))]
    assert apply_fixes("abcdef", fixes) == "Xdef"


def test_a_fix_may_change_several_files():
    a, b = Source("a.spec", "one"), Source("b.spec", "two")
    both = Fix("", (Edit(Span(a, 0, 3), "1"), Edit(Span(b, 0, 3), "2")))
    assert fixed_sources([both]) == {a: "1", b: "2"}


@given(st.text(), st.lists(st.tuples(st.integers(0, 20), st.integers(0, 5), st.text(max_size=3))))
def test_any_fixes_give_a_text(text, cuts):
    source = Source("a.spec", text)
    n = len(text)
    fixes = [fix(source, (min(a, n), min(a + w, n), new)) for a, w, new in cuts]
    assert isinstance(apply_fixes(text, fixes), str)
