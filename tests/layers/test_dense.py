from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from specc.layers.base import LayerError
from specc.layers.dense import Bilinear, Linear
from tests.layers.contract import check, label, printed, sequence, tensor, tokens

SIZE = st.integers(1, 6)


@given(n_in=SIZE, n_out=SIZE, bias=st.booleans())
@settings(max_examples=20, deadline=None)
def test_linear_on_a_vector(n_in: int, n_out: int, bias: bool) -> None:
    run = check(Linear(features=n_out, bias=bias), tensor(n_in))
    assert run.inference.output.axes == ("features",)


def test_linear_counts_as_a_textbook_does() -> None:
    made = Linear(features=84).infer(tensor(120))
    assert made.count is not None
    assert made.macs is not None
    assert made.count.symbols() == "(n_in + 1)·n_out"
    assert made.count.working() == "(120 + 1)·84 = 10,164"
    assert made.macs.working() == "120·84 = 10,080"
    assert printed(made.module) == "nn.Linear(120, 84)"
    assert printed(Linear(features=84, bias=False).infer(tensor(120)).module) == (
        "nn.Linear(120, 84, bias=False)"
    )


def test_linear_works_on_every_position_of_a_sequence() -> None:
    run = check(Linear(features=3), sequence(5, 4))
    assert run.inference.output.axes == ("time", "features")
    assert run.inference.macs is not None
    assert run.inference.macs.working() == "5·4·3 = 60"
    assert not run.inference.notes


def test_linear_on_a_map_says_what_it_does() -> None:
    run = check(Linear(features=3), tensor(4, 6, 5))
    assert run.inference.output.sizes == (4, 6, 3)
    assert run.inference.notes == (
        "works on the last axis (width); flatten first for a fully connected layer",
    )


def test_linear_refuses_what_has_no_features() -> None:
    with pytest.raises(LayerError, match="linear needs a vector, and this is one number") as found:
        Linear(features=3).infer(tensor())
    assert found.value.code == "E301"
    for ids in (tokens(5, 10), label(10)):
        with pytest.raises(LayerError, match="linear takes real numbers, not class ids") as found:
            Linear(features=3).infer(ids)
        assert "embedding(…)" in found.value.helps[0]


@given(left=SIZE, right=SIZE, n_out=SIZE, bias=st.booleans())
@settings(max_examples=20, deadline=None)
def test_bilinear(left: int, right: int, n_out: int, bias: bool) -> None:
    run = check(Bilinear(features=n_out, bias=bias), tensor(left), tensor(right))
    module = run.module
    assert isinstance(module, nn.Bilinear)
    wanted = torch.einsum("bi,kij,bj->bk", run.values["x0"], module.weight, run.values["x1"])
    offset = 0.0 if module.bias is None else module.bias
    torch.testing.assert_close(run.output, wanted + offset)


def test_bilinear_counts_every_pair_of_features() -> None:
    made = Bilinear(features=3).infer(sequence(2, 5), sequence(2, 4))
    assert made.count is not None
    assert made.count.working() == "(5·4 + 1)·3 = 63"
    assert made.output.sizes == (2, 3)


def test_bilinear_takes_two_values_of_one_length() -> None:
    with pytest.raises(LayerError) as found:
        Bilinear(features=3).infer(sequence(2, 5), sequence(3, 5))
    assert (found.value.code, found.value.notes) == ("E302", ("time 2 ≠ 3",))
