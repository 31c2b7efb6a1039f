"""Solutions are those that trying every number finds."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specc.diagnostics import Diagnostics
from specc.exam.solve import conditions, mlp
from specc.exam.solve.layer import layer_question
from specc.exam.solve.ranges import SolveError, Varied, read
from specc.exam.solve.search import Question, solve
from specc.report.solutions import lines
from specc.source import Source
from specc.syntax.parse import parse

NET = """specc 1
param width = 16
network N {
    in x: image[1, 12, 12]
    x -> conv(6, 5x5) as C1 -> relu -> max_pool(2x2) as S2 -> flatten -> linear(width) as F
}
"""


def ask(text: str, *varied: str) -> Question:
    file = parse(Source("n.spec", NET), Diagnostics())
    assert file is not None
    return Question(file, conditions.read((text,)), read(varied), {})


@settings(max_examples=20, deadline=None)
@given(size=st.integers(5, 30), out=st.integers(1, 12))
def test_a_convolution_has_every_solution(size: int, out: int) -> None:
    found = solve(layer_question("conv", (1, size), (f"output == [3, {out}]",), ()))
    tried = product(range(1, 12), range(1, 6), range(6))
    wanted = {
        (k, s, p) for k, s, p in tried if k <= size + 2 * p and (size + 2 * p - k) // s + 1 == out
    }
    names = [v.word for v in found.varied]
    at = [names.index(n) for n in ("kernel", "stride", "padding")]
    assert {tuple(s.values[i] for i in at) for s in found.solutions} == wanted


def test_the_smallest_comes_first() -> None:
    found = solve(ask("N.params <= 3000", "width=1..64"))
    assert [s.params for s in found.solutions] == sorted(s.params for s in found.solutions)
    assert found.solutions[-1].values == (29,)
    assert found.solutions[-1].params == 156 + (96 + 1) * 29


@pytest.mark.parametrize("text", ["N.params <= 3k", "N.params <= 3 K", "N.params <= 0.003M"])
def test_thousands_may_be_written_as_in_answers(text: str) -> None:
    assert solve(ask(text, "width=1..64")).solutions[-1].values == (29,)


def test_a_stage_varies_by_its_name() -> None:
    found = solve(ask("S2.output == [6, 6, 6]", "C1.padding=0..3", "C1.kernel=5"))
    assert [s.values for s in found.solutions] == [(2, 5)]


def test_no_solution_is_an_answer() -> None:
    assert solve(ask("S2.output == [7, 6, 6]", "C1.padding=0..3")).solutions == ()


def test_thirty_five_perceptrons_have_32_parameters() -> None:
    found = mlp.mlps(("params == 32",), ()).found
    assert len(found) == 35
    assert all(m.params == 32 and m.working.endswith("= 32") for m in found)


@pytest.mark.parametrize(
    ("text", "varied", "message"),
    [
        ("N.params <= 9", ("widht=1..9",), "did you mean width?"),
        ("N.params <= 9", ("C1.paddin=1..9",), "did you mean padding?"),
        ("N.params <= 9", ("C7.padding",), 'no stage is called "C7"; did you mean C1?'),
        ("N.params <= 9", ("C1.kernel=1..1000", "C1.stride=1..1000"), "narrow them with --vary"),
        ("N.params <= 9", (), "nothing is varied"),
        ("N.params", ("width",), "is no comparison"),
        ("N.params = 9", ("width",), "equality is N.params == 9"),
        ("N.params <= 9", ("width=9..1",), "write 1..9"),
        ("N.params <= 9", ("width=1..1000000",), "more than 200,000 numbers"),
        ("N.params <= 9", ("relu1.inplace",), "as relu1"),
        ("N.parms == 1", ("width",), 'did you mean "params"?'),
    ],
)
def test_a_question_that_cannot_be_searched(
    text: str, varied: tuple[str, ...], message: str
) -> None:
    with pytest.raises(SolveError) as problem:
        solve(ask(text, *varied))
    assert message in str(problem.value)


def test_ranges_are_spans_and_lists() -> None:
    assert read(["a=1..3", "b=4,2"]) == (Varied("a", (1, 2, 3)), Varied("b", (2, 4)))
    with pytest.raises(SolveError):
        read(["a=3..1"])


@pytest.mark.parametrize(
    ("word", "sizes", "text", "values"),
    [
        ("lstm", (15, 18), "params == 1200", (10,)),
        ("gru", (15, 18), "params == 207", (3,)),
        ("embedding", (15, 20), "params == 160", (8,)),
        ("embedding", (20,), "params == 160", (8,)),
        ("learned_positions", (15, 18), "params == 360", (20,)),
        ("linear", (64,), "params == 650", (10,)),
    ],
)
def test_a_layer_gets_the_input_that_it_takes(
    word: str, sizes: tuple[int, ...], text: str, values: tuple[int, ...]
) -> None:
    assert [s.values for s in solve(layer_question(word, sizes, (text,), ())).solutions] == [values]


def test_what_cannot_be_built_is_no_missing_solution() -> None:
    with pytest.raises(SolveError, match="lstm takes a sequence"):
        solve(layer_question("lstm", (3, 4, 5), ("params == 3",), ()))


def test_a_layer_is_asked_for_an_axis_and_no_unknown_figure() -> None:
    found = solve(layer_question("conv", (3, 32, 32), ("height == 16", "params <= 9"), ()))
    assert found.solutions
    with pytest.raises(SolveError, match='no figure "outputs"'):
        solve(layer_question("conv", (3, 32, 32), ("outputs == 3",), ()))


def test_the_figure_asked_for_is_shown() -> None:
    two = NET + "network M {\n in x: vector[9]\n x -> linear(3)\n}\n"
    file = parse(Source("n.spec", two), Diagnostics())
    assert file is not None
    question = Question(file, conditions.read(("N.params <= 3000",)), read(("width=1..3",)), {})
    head, first, *_ = "\n".join(lines(solve(question), 40)).splitlines()
    assert head.split()[:2] == ["width", "N.params"]
    assert first.split() == ["1", "253", "283"]


MOVED = """specc 1
block stage(units) { x -> linear(units) -> relu }
network Net {
    in x: sequence[8, 16]
    x -> scan(lstm_cell(16)) as c1 -> scan(gru(8), keep=last) as c2 -> stage(7) as b1 -> linear(10)
}
"""


@pytest.mark.parametrize(
    ("name", "params"), [("c1.units", 2_400), ("c2.units", 3_000), ("b1.units", 2_850)]
)
def test_what_a_scan_moves_and_a_definition_vary(name: str, params: int) -> None:
    file = parse(Source("moved.spec", MOVED), Diagnostics())
    assert file is not None
    asked = conditions.read((f"Net.params <= {params}",), "Net")
    found = solve(Question(file, asked, read([f"{name}=1..16"]), {})).solutions
    assert 0 < len(found) < 16
    assert all(s.params <= params for s in found)
    with pytest.raises(SolveError, match='no hyperparameter "unit"; did you mean units'):
        solve(Question(file, asked, read([f"{name[:2]}.unit=1..9"]), {}))


def test_what_changes_no_figure_is_not_listed() -> None:
    found = solve(layer_question("conv", (3, 32, 32), ("params == 448",), ()))
    head, first, second, last = lines(found, 9)
    assert [head.split(), first.split(), second.split()] == [
        ["channels", "kernel", "params"], ["16", "3", "448"], ["112", "1", "448"],
    ]  # fmt: skip
    assert last.endswith("; stride and padding change no figure here: the smallest that fit")


def test_what_changes_no_figure_is_shown_where_nothing_smaller_fits() -> None:
    found = solve(layer_question("conv", (3, 8, 8), ("params == 5824",), ()))
    assert list(lines(found, 9))[:2] == [
        "channels  kernel  padding  params",
        "      16      11        2   5,824",
    ]


def test_what_is_varied_on_purpose_is_listed() -> None:
    found = solve(layer_question("conv", (3, 32, 32), ("params == 448",), read(("stride=1..3",))))
    assert [s.values[0] for s in found.solutions] == [1, 1, 2, 2, 3, 3]


@pytest.mark.parametrize(
    ("text", "example"),
    [
        ("C1.params == 156", "--vary C1.channels=1..128"),
        ("F.params == 156", "--vary F.features=1..128"),
        ("N.params <= 9", "--vary C1.channels=1..128"),
        ("C1.output == [6, 8, 8]", "--vary C1.padding=0..5"),
        ("S2.output == [6, 8, 8]", "--vary S2.padding=0..5"),
    ],
)
def test_what_could_vary_is_something_that_changes_the_figure(text: str, example: str) -> None:
    with pytest.raises(SolveError) as raised:
        solve(ask(text))
    assert str(raised.value).endswith(example)


def test_the_hidden_layers_of_an_mlp_are_a_figure() -> None:
    found = mlp.mlps(("params == 32", "hidden == 1"), ()).found
    assert {len(m.widths) for m in found} == {3}
    assert len(found) == 6
