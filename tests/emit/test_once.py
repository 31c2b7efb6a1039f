"""What a spec writes twice is computed once, under a name that reads like the textbook."""

from __future__ import annotations

from specc.emit.model import model_file
from tests.emit.test_cells import CELLS, PEEPHOLE, compiled, network


def test_gates_that_join_the_same_values_join_them_once() -> None:
    text = model_file(network(PEEPHOLE))
    assert text.count("torch.cat([h, x], 1)") == 1
    assert "o = torch.sigmoid(self.linear4(hx) + self.p_o * next_c)" in text


def test_a_value_that_has_changed_is_another() -> None:
    text = model_file(network(CELLS["gru"]))
    assert "torch.cat([h, x], 1)" in text
    assert "torch.cat([r * h, x], 1)" in text


def test_draws_and_parts_stay_where_they_are_written() -> None:
    text = model_file(
        compiled(
            "network Net {\n    in x: vector[4]\n"
            "    a = exp(x[0:2]) * x[0:2]\n"
            "    b = gaussian_noise(0.1)(x) - gaussian_noise(0.1)(x)\n"
            "    out y = [a, exp(x[0:2]), b]\n}\n"
        )
    )
    assert text.count("torch.exp(x[:, :2])") == 1
    assert text.count("torch.randn_like") == 2
