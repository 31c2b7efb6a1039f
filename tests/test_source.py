"""Places in a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specc.source import Source, Span


def test_positions_count_from_one():
    source = Source("a.spec", "ab\ncd\n")
    assert [source.position(i) for i in (0, 1, 3, 6)] == [(1, 1), (1, 2), (2, 1), (3, 1)]


@pytest.mark.parametrize("text", ["ab\ncd", "ab\ncd\n", "ab\r\ncd\r\n"])
def test_a_line_comes_without_its_end(text):
    assert Source("a.spec", text).line(2) == "cd"


@given(st.text(alphabet="ab\n𝔼"), st.data())
def test_line_and_column_lead_back_to_the_character(text, data):
    source = Source("a.spec", text + "x")
    offset = data.draw(st.integers(0, len(text)))
    line, column = source.position(offset)
    if source.text[offset] != "\n":
        assert source.line(line)[column - 1] == source.text[offset]


def test_to_covers_both_spans():
    source = Source("a.spec", "x -> relu")
    assert Span(source, 0, 1).to(Span(source, 5, 9)).text == "x -> relu"


def test_a_span_of_nothing_still_has_a_word() -> None:
    source = Source("a.spec", "in x: vector[4]")
    assert Span(source, 0, 4).first_word == "in"
    assert Span(source, 4, 4).first_word == "this"


def test_a_span_holds_what_begins_inside_of_it() -> None:
    text = Source("a.spec", "one two")
    one = Span(text, 0, 3)
    assert one.holds(Span(text, 2, 7))
    assert not one.holds(Span(text, 3, 4))
    assert Span(text, 3, 3).holds(Span(text, 3, 3))
    assert not one.holds(Span(Source("b.spec", "one two"), 0, 3))
