"""The larger and the smaller: a number beside a value is compared with each element, an axis has its word."""

from __future__ import annotations

import pytest
import torch

from specc.pipeline import compile_text
from tests.laws.conformity import module_of


@pytest.mark.parametrize("text", ["max(x, 0.5)", "max(0.5, x)", "x -> max(0.5)"])
def test_a_number_is_compared_with_every_element(text: str) -> None:
    x = torch.linspace(-1, 1, 12).view(1, 3, 4)
    assert torch.equal(_run(text, x), x.clamp(min=0.5))


@pytest.mark.parametrize("text", ["max(x, axis=time)", "max(x, time)", "x -> max(time)"])
def test_an_axis_is_called_by_its_word(text: str) -> None:
    x = torch.linspace(-1, 1, 12).view(1, 3, 4)
    assert torch.equal(_run(text, x), x.amax(1))


def test_the_formula_of_a_hard_sigmoid() -> None:
    x = torch.linspace(-5, 5, 12).view(1, 3, 4)
    y = _run("min(max(0, x / 6 + 1 / 2), 1)", x)
    assert torch.allclose(y, torch.nn.functional.hardsigmoid(x))


@pytest.mark.parametrize("text", ["argmin(x)", "argmin(x, axis=features)", "argmax(-x)"])
def test_the_place_of_the_smallest(text: str) -> None:
    x = torch.tensor([[[3.0, 1, 2, 5], [0, 4, 2, 1], [7, 6, 5, 4]]])
    assert torch.equal(_run(text, x), x.argmin(2))


@pytest.mark.parametrize(
    ("type", "pipe", "message", "help"),
    [
        ("sequence[10, 8]", "x -> mean", "per item", "mean(axis=time) keeps the features"),
        ("image[3, 8, 8]", "x -> max", "per item", "max(axis=[height, width]) keeps the channels"),
        ("graph[node=8]", "x -> sum", "per node", "sum(axis=nodes) keeps the features"),
        ("vector[8]", "x -> mean", "per item", "unsqueeze makes a vector of one number"),
    ],
)
def test_what_reduced_too_much_is_told(type: str, pipe: str, message: str, help: str) -> None:
    text = f"specc 1\nnetwork N {{\n    in x: {type}\n    {pipe} -> linear(2)\n}}\n"
    [problem] = compile_text(text).diagnostics
    assert problem.message == f"linear needs a vector, and this is one number {message}"
    assert problem.helps == (help,)
    if "axis" in help:
        mended = text.replace(pipe, f"x -> {help.partition(' keeps')[0]}")
        assert not list(compile_text(mended).diagnostics)


def _run(text: str, x: torch.Tensor) -> torch.Tensor:
    program = compile_text(
        f"specc 1\nnetwork N {{\n    in x: sequence[3, 4]\n    out y = {text}\n}}\n"
    ).program
    assert program is not None
    y: torch.Tensor = module_of(program).N()(x)
    return y
