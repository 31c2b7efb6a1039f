from __future__ import annotations

import pytest
from pydantic import ValidationError

from specc.layers import activation as a
from specc.layers import rectifier as r
from specc.layers import registry
from specc.layers.base import Layer, LayerError
from tests.layers.contract import check, printed, sequence, tensor

POINTWISE: list[tuple[Layer, str]] = [
    (a.Identity(), "x0"),
    (r.ReLU(), "F.relu(x0)"),
    (r.ReLU6(), "F.relu6(x0)"),
    (r.LeakyReLU(), "F.leaky_relu(x0, negative_slope=0.01)"),
    (r.LeakyReLU(negative_slope=0.2), "F.leaky_relu(x0, negative_slope=0.2)"),
    (r.ELU(), "F.elu(x0)"),
    (r.ELU(alpha=0.5), "F.elu(x0, alpha=0.5)"),
    (r.SELU(), "F.selu(x0)"),
    (r.CELU(alpha=2.0), "F.celu(x0, alpha=2.0)"),
    (a.GELU(), "F.gelu(x0)"),
    (a.GELU(approximate="tanh"), 'F.gelu(x0, approximate="tanh")'),
    (a.SiLU(), "F.silu(x0)"),
    (a.Mish(), "F.mish(x0)"),
    (a.Softplus(beta=2.0), "F.softplus(x0, beta=2.0)"),
    (a.Softsign(), "F.softsign(x0)"),
    (a.Sigmoid(), "torch.sigmoid(x0)"),
    (a.LogSigmoid(), "F.logsigmoid(x0)"),
    (a.HardSigmoid(), "F.hardsigmoid(x0)"),
    (a.Tanh(), "torch.tanh(x0)"),
    (a.HardTanh(min_val=0.0, max_val=2.0), "F.hardtanh(x0, min_val=0.0, max_val=2.0)"),
    (a.HardSwish(), "F.hardswish(x0)"),
    (a.TanhShrink(), "F.tanhshrink(x0)"),
    (a.SoftShrink(lambd=0.1), "F.softshrink(x0, lambd=0.1)"),
    (a.HardShrink(), "F.hardshrink(x0)"),
    (r.Threshold(threshold=0.1, value=20.0), "F.threshold(x0, threshold=0.1, value=20.0)"),
    (r.PReLU(), "module(x0)"),
    (r.RReLU(), "module(x0)"),
]
SHAPES = [tensor(), tensor(7), tensor(4, 6, 5), sequence(5, 6)]


@pytest.mark.parametrize(("layer", "code"), POINTWISE, ids=lambda v: getattr(v, "word", ""))
def test_pointwise(layer: Layer, code: str) -> None:
    for x in SHAPES:
        run = check(layer, x)
        assert run.inference.output.sizes == x.sizes
        assert printed(run.inference.forward) == code


def test_prelu_has_a_slope_for_each_channel() -> None:
    run = check(r.PReLU(num_parameters=4, init=0.1), tensor(4, 6, 5))
    assert run.inference.count is not None
    assert run.inference.count.working() == "4"
    with pytest.raises(LayerError, match="prelu has 3 slopes for 4 channels"):
        r.PReLU(num_parameters=3).infer(tensor(4, 6, 5))


def test_refusals() -> None:
    with pytest.raises(ValidationError, match="must be more than 0"):
        a.Softplus(beta=0.0)
    with pytest.raises(ValidationError, match="must be below"):
        a.HardTanh(min_val=2.0)


def test_every_word_of_the_family_is_reached() -> None:
    for word in (*registry.families()["activation"], *registry.families()["rectifier"]):
        found = registry.get(word)
        assert found is not None
        assert found.word == word
