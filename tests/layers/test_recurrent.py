from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from specc.layers.base import LayerError
from specc.layers.recurrent import GRU, LSTM, RNN
from specc.types import Tensor
from tests.layers.contract import check, printed, sequence, tensor

SIZE = st.integers(1, 5)
MASK = Tensor((4,), ("time",), "bool")


@given(units=SIZE, features=SIZE, layers=st.integers(1, 3), both=st.booleans(), bias=st.booleans())
@settings(max_examples=10, deadline=None)
@pytest.mark.parametrize("layer", [RNN, LSTM, GRU])
def test_stacked_and_both_ways(
    layer: Any, units: int, features: int, layers: int, both: bool, bias: bool
) -> None:
    made = layer(units=units, layers=layers, bidirectional=both, bias=bias)
    check(made, sequence(4, features), None, None)
    check(made.model_copy(update={"keep": "last"}), sequence(4, features), None, None)


def test_a_projection() -> None:
    made = LSTM(units=8, projection=4, layers=2)
    run = check(made, sequence(5, 6), None, None, None)
    assert run.inference.output.sizes == (5, 4)
    assert run.inference.count is not None
    assert run.inference.count.working() == "4·(6 + 4 + 2)·8 + 4·8 + 4·(4 + 4 + 2)·8 + 4·8 = 768"
    with pytest.raises(LayerError, match="a projection is smaller than the 4 units"):
        LSTM(units=4, projection=4).infer(sequence(5, 6))


@pytest.mark.parametrize("layer", [RNN, GRU])
def test_a_first_state(layer: Any) -> None:
    for start in (tensor(3), Tensor((3,), ("features",), batched=False)):
        check(layer(units=3), sequence(4, 2), start, None)
        check(layer(units=3, reverse=True), sequence(4, 2), start, None)
    check(LSTM(units=3, keep="last"), sequence(4, 2), tensor(3), tensor(3), None)
    with pytest.raises(LayerError, match="starts from both its states"):
        LSTM(units=3).infer(sequence(4, 2), tensor(3), None, None)
    with pytest.raises(LayerError, match="the state h is 3, and starts from 5"):
        layer(units=3).infer(sequence(4, 2), tensor(5), None)
    with pytest.raises(LayerError, match="here are several"):
        layer(units=3, layers=2).infer(sequence(4, 2), tensor(3), None)


@pytest.mark.parametrize("layer", [RNN, GRU])
def test_padding_changes_nothing(layer: Any) -> None:
    for keep in ("all", "last"):
        check(layer(units=3, keep=keep), sequence(4, 2), None, MASK)
    run = check(layer(units=3, keep="last"), sequence(4, 2), None, MASK)
    cells = run.module
    assert cells is not None
    x, mask = torch.randn(1, 4, 2), torch.tensor([[True, True, False, False]])
    names: dict[str, Any] = {"x0": x, "x2": mask, "module": cells}
    from tests.layers.contract import evaluated

    found = evaluated(run.inference.forward, cells, names)
    torch.testing.assert_close(found, cells(x[:, :2])[0][:, -1])
    for way in ({"reverse": True}, {"bidirectional": True}, {"layers": 2, "bidirectional": True}):
        for keep in ("all", "last"):
            check(layer(units=3, keep=keep, **way), sequence(4, 2), None, MASK)


def test_what_is_printed() -> None:
    plain = LSTM(units=20).infer(sequence(7, 10))
    assert printed(plain.module) == "nn.LSTM(10, 20, batch_first=True)"
    rich = GRU(units=4, layers=2, bidirectional=True, dropout=0.5, bias=False)
    assert printed(rich.infer(sequence(7, 10)).module) == (
        "nn.GRU(10, 4, num_layers=2, batch_first=True, bias=False, dropout=0.5, bidirectional=True)"
    )
    assert printed(RNN(units=4, nonlinearity="relu").infer(sequence(7, 3)).module) == (
        'nn.RNN(3, 4, nonlinearity="relu", batch_first=True)'
    )


def test_counts_by_convention() -> None:
    made = LSTM(units=20).infer(sequence(7, 10))
    assert made.count is not None
    assert made.count.symbols() == "4·(d + h + 2)·h"
    assert made.count.working() == "4·(10 + 20 + 2)·20 = 2,560"
    assert made.conventions["textbook"].count.value == 2480
    assert "keras" not in GRU(units=20).infer(sequence(7, 10)).conventions
    assert made.macs is not None
    assert made.macs.value == 7 * 4 * (10 + 20) * 20


def test_an_image_is_no_sequence() -> None:
    with pytest.raises(LayerError, match="lstm takes a sequence of vectors") as found:
        LSTM(units=3).infer(tensor(1, 8, 8))
    assert "reads it row by row" in found.value.helps[0]
