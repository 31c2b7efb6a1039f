"""The full and concise forms of diagnostics."""

import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specc.diagnostics import Diagnostic, Edit, Fix, Label
from specc.report.colour import Palette
from specc.report.excerpt import visible, width
from specc.report.render import concise, full, summary
from specc.source import Source, Span


def source(path, **lines):
    """A source with the given lines (`l7="…"`) and empty ones between."""
    numbered = {int(k[1:]): v for k, v in lines.items()}
    return Source(path, "\n".join(numbered.get(i, "") for i in range(1, max(numbered) + 1)))


def span(src, line, text, nth=1):
    """The nth occurrence of a text in a line."""
    start = sum(len(src.line(i)) + 1 for i in range(1, line))
    column = -1
    for _ in range(nth):
        column = src.line(line).index(text, column + 1)
    return Span(src, start + column, start + column + len(text))


def shown(*diagnostics):
    return full(diagnostics) + "\n"


def expect(text):
    return textwrap.dedent(text).lstrip("\n")


def test_one_mark_and_help():
    src = source("unet.spec", l7="    h = x -> conv(32, 3x3, stride=2")
    d = Diagnostic(
        "E101",
        '"(" is never closed',
        span(src, 7, "("),
        "opened here; line 8 begins a new statement",
        helps=("conv(32, 3x3, stride=2)",),
    )
    assert shown(d) == expect("""
        unet.spec:7:18: error[E101]: "(" is never closed
        7 |     h = x -> conv(32, 3x3, stride=2
          |                  ^ opened here; line 8 begins a new statement
          = help: conv(32, 3x3, stride=2)
        """)


def test_a_note_comes_before_a_fix():
    src = source("lenet.spec", l5="      -> conv(32, 3x3, strides=2)")
    d = Diagnostic(
        "E202",
        'conv has no argument "strides"',
        span(src, 5, "strides"),
        'did you mean "stride"?',
        notes=("conv(channels, kernel)",),
        fix=Fix("strides → stride", (Edit(span(src, 5, "strides"), "stride"),)),
    )
    assert shown(d) == expect("""
        lenet.spec:5:24: error[E202]: conv has no argument "strides"
        5 |       -> conv(32, 3x3, strides=2)
          |                        ^^^^^^^ did you mean "stride"?
          = conv(channels, kernel)
          = fix: strides → stride
        """)


def test_two_marks_on_one_line_each_have_their_text():
    src = source("unet.spec", l21="    d3 = concat(up3, e3)")
    d = Diagnostic(
        "E302",
        "this skip connection joins 30×30 with 31×31",
        span(src, 21, "up3"),
        "256×30×30, line 20",
        labels=(Label(span(src, 21, "e3"), "256×31×31, line 9"),),
        notes=("fits when height and width are multiples of 16",),
    )
    assert shown(d) == expect("""
        unet.spec:21:17: error[E302]: this skip connection joins 30×30 with 31×31
        21 |     d3 = concat(up3, e3)
           |                 ^^^  -- 256×31×31, line 9
           |                 256×30×30, line 20
           = fits when height and width are multiples of 16
        """)


def test_marks_on_several_lines_stand_in_order_with_one_gutter():
    src = source(
        "cnn.spec", l9="      -> linear(10) -> softmax", l13="    minimize cross_entropy(Net(x), y)"
    )
    d = Diagnostic(
        "E503",
        "cross_entropy takes logits, but Net already ends in softmax",
        span(src, 13, "cross_entropy"),
        "applies softmax again",
        labels=(Label(span(src, 9, "softmax"), "probabilities"),),
    )
    assert shown(d) == expect("""
        cnn.spec:13:14: error[E503]: cross_entropy takes logits, but Net already ends in softmax
         9 |       -> linear(10) -> softmax
           |                        ------- probabilities
        13 |     minimize cross_entropy(Net(x), y)
           |              ^^^^^^^^^^^^^ applies softmax again
        """)


def test_marks_without_text():
    src = source(
        "res.spec",
        l3="block tower(c) { x -> stage(c) }",
        l4="block stage(c) { x -> tower(c) }",
    )
    d = Diagnostic(
        "E406",
        'block "tower" contains itself',
        span(src, 3, "stage(c)"),
        labels=(Label(span(src, 4, "tower(c)"), ""),),
    )
    assert shown(d) == expect("""
        res.spec:3:23: error[E406]: block "tower" contains itself
        3 | block tower(c) { x -> stage(c) }
          |                       ^^^^^^^^
        4 | block stage(c) { x -> tower(c) }
          |                       --------
        """)


def test_a_mark_in_another_file_says_which():
    main, part = source("net.spec", l12="y = stem(x, 3)"), source("stem.spec", l2="block stem(c) {")
    d = Diagnostic(
        "E202",
        "stem takes one argument",
        span(main, 12, "3"),
        labels=(Label(span(part, 2, "c", 2), "this one"),),
    )
    assert shown(d) == expect("""
        net.spec:12:13: error[E202]: stem takes one argument
        12 | y = stem(x, 3)
           |             ^
          --> stem.spec:2:12
         2 | block stem(c) {
           |            - this one
        """)


def test_further_lines_of_a_help_stand_below_its_first_character():
    src = source("ae.spec", l14="h -> linear(784)")
    d = Diagnostic("E304", "no", span(src, 14, "784"), helps=("both: -> a\n      -> b",))
    assert shown(d).splitlines()[-2:] == ["   = help: both: -> a", "   =             -> b"]


def test_tabs_and_wide_characters_keep_the_caret_in_place():
    src = source("w.spec", l1="\t層 -> relo")
    rows = full([Diagnostic("E201", "no", span(src, 1, "relo"))]).splitlines()
    assert rows[0].startswith("w.spec:1:7:")
    assert rows[1] == "1 |     層 -> relo"
    assert rows[2].index("^") - len("  | ") == width("    層 -> ")


def test_a_span_over_lines_is_marked_to_the_end_of_its_first():
    src = Source("m.spec", "x -> conv(3,\n  5)")
    rows = full([Diagnostic("E301", "no", Span(src, 5, len(src.text)))]).splitlines()
    assert rows[2] == "  |      ^^^^^^^"


def test_an_empty_span_at_the_end_has_a_caret():
    src = Source("e.spec", "specc 1\n")
    assert full([Diagnostic("E101", "more was expected", Span(src, 8, 8))]) == (
        "e.spec:2:1: error[E101]: more was expected\n2 |\n  | ^"
    )


def test_a_very_long_line_is_cut_around_the_mark():
    src = Source("l.spec", "x" * 5000 + "bad" + "y" * 5000)
    rows = full([Diagnostic("E201", "no", Span(src, 5000, 5003))]).splitlines()
    assert len(rows[1]) < 200
    mark = rows[2].index("^^^")
    assert rows[1][mark : mark + 3] == "bad"


def test_no_text_of_a_spec_controls_the_terminal():
    src = Source("\x1b]0;t\x07.spec", "a\x1b[2Jb\u202e")
    text = full([Diagnostic("E201", "the name is \x1b[31m", Span(src, 0, 1), "\x07")])
    assert not set(text) & {"\x1b", "\x07", "\u202e"}


def test_colours_change_nothing_else():
    import re

    src = source("a.spec", l3="x -> relo -> tanh")
    d = Diagnostic(
        "W201",
        "odd",
        span(src, 3, "relo"),
        "here",
        labels=(Label(span(src, 3, "tanh"), "and"),),
        notes=("n",),
        helps=("h",),
        fix=Fix("f", ()),
    )
    coloured = full([d], Palette(on=True))
    assert "\x1b[1;33mwarning[W201]\x1b[0m" in coloured
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == full([d])


def test_sorted_by_file_and_place():
    a, b = Source("a.spec", "xyz"), Source("b.spec", "xyz")
    found = [
        Diagnostic("E201", "3", Span(b, 0, 1)),
        Diagnostic("E201", "2", Span(a, 2, 3)),
        Diagnostic("W201", "1", Span(a, 0, 1)),
    ]
    assert concise(found).splitlines() == [
        "a.spec:1:1: warning[W201]: 1",
        "a.spec:1:3: error[E201]: 2",
        "b.spec:1:1: error[E201]: 3",
    ]


@pytest.mark.parametrize(
    ("errors", "warnings", "fixable", "text"),
    [
        (3, 1, 2, "3 errors, 1 warning; 2 fixable"),
        (1, 0, 0, "1 error"),
        (0, 2, 0, "2 warnings"),
        (0, 0, 0, ""),
    ],
)
def test_the_last_line_counts(errors, warnings, fixable, text):
    src = Source("a.spec", "x" * 9)
    codes = ["E201"] * errors + ["W405"] * warnings
    found = [
        Diagnostic(c, "m", Span(src, i, i), fix=Fix("f", ()) if i < fixable else None)
        for i, c in enumerate(codes)
    ]
    assert summary(found) == text


@given(st.text(), st.data())
def test_any_text_and_span_can_be_shown(text, data):
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    src = Source("any.spec", text)
    shown_text = full([Diagnostic("E101", text, Span(src, start, end), text)])
    assert "^" in shown_text


@given(st.text())
def test_visible_text_has_no_control_characters(text):
    assert all(c >= " " and c != "\x7f" for c in visible(text))
