"""Hints in an example: numbers inside of an expression need a name, and a name needs to be read."""

from __future__ import annotations

import pytest

from specc.diagnostics import Diagnostic
from specc.pipeline import compile_text

NET = """
network N {
    in x: vector[3]
    x -> linear(2) as a -> linear(2) as b
}
"""


def found(body: str, before: str = "") -> list[Diagnostic]:
    return list(compile_text(f'specc 1\n{before}\nexample "e" {{\n{body}\n}}\n').diagnostics)


@pytest.mark.parametrize(
    ("line", "help"),
    [
        ("y = x -> linear(weight=[[1, 2]])", "given W = [[1, 2]], and weight=W"),
        ("y = x + [1, 2]", "given v = [1, 2], and v in its place"),
        ("y = x + mse(x, [1, 2])", "given v = [1, 2], and v in its place"),
        ("y = x + matmul(x, [[1], [2]])", "given v = [[1], [2]], and v in its place"),
        ("z = x + 1\ny = mean([1, 2])", "given v = [1, 2], and v in its place"),
    ],
)
def test_a_list_inside_of_an_expression_is_given_first(line: str, help: str) -> None:
    (problem,) = found(f"given x = [1, 2]\n{line}")
    assert problem.helps == (help,)


def test_a_list_that_is_assigned_is_given() -> None:
    problems = found("v = [1, 2]\ny = v + 1\nz = relu(v)")
    assert [p.helps for p in problems] == [("given v = [1, 2]",)] * 2


def test_rows_of_a_matrix_may_be_items() -> None:
    (problem,) = found(
        "given x = [[1, 2, 3], [4, 5, 6]]\ngiven t: category[3] = [0, 1]\nl = cross_entropy(x, t)"
    )
    assert problem.helps == ("given x: vector[3] = … makes each row an item of its own",)


def test_a_given_that_nothing_reads_is_said() -> None:
    (warning,) = found(
        "given x = [1, 2]\ngiven K = [1, 2]\ngiven F = flip(K)\ngiven _q = 1\ny = x + 1"
    )
    assert (warning.code, warning.span.text) == ("W405", "F")
    assert warning.message == '"F" is given and never used'


def test_a_weight_that_does_not_fit_goes_by_its_name() -> None:
    (problem,) = found("given x = [1, 2, 3]\ngiven W = [[1, 2], [3, 4]]\ny = x -> linear(weight=W)")
    assert problem.message == "W is 2×2, this layer needs 2×3"
    assert problem.notes == ("W is 2×2 (line 5)", "this linear: weight 2×3")


def test_weights_that_are_missing_are_named() -> None:
    (problem,) = found("given x = [1, 2, 3]\ny = N(x)", NET)
    assert problem.message == "N.a.weight (2×3), N.a.bias (2) and 2 other weights are not given"


def test_a_function_of_literals_takes_parentheses() -> None:
    (problem,) = found("given z = zeros[8]\ny = z + 1")
    assert (problem.message, problem.helps) == ("zeros is a function", ("zeros(8)",))
