"""A batch is made of the fields that the training reads, and a method takes those that it needs."""

from __future__ import annotations

import pytest

from specc.emit.training import train_files
from specc.pipeline import compile_text

SPEC = """specc 1

network Net {{
    in x: vector[64]
    x -> linear(64)
}}

train T {{
    data digits(flat=true) as x, label
    y = Net(x)
    minimize {loss}
    {extra}
    optimizer sgd(lr=0.1)
    epochs 1
}}
"""


def files(loss: str, extra: str = "") -> dict[str, str]:
    result = compile_text(SPEC.format(loss=loss, extra=extra), "t.spec")
    program = result.program
    assert program is not None, result.diagnostics
    return train_files(program)


def test_a_field_that_nothing_reads_is_not_in_the_batch() -> None:
    made = files("mse(y, x)", "metric mse(y, x)\n    show scatter(y -> linear(2)) every 1 epochs")
    assert "label" not in made["train.py"]
    assert "return (rows.x,)" in made["train.py"]
    assert "for f in self.fields(self.train)" in made["trainer.py"]


@pytest.mark.parametrize(
    ("extra", "said"),
    [
        ("metric accuracy(y[0:10], label)", "def forward(self, x: Tensor, *_: Tensor)"),
        ("metric accuracy(y[0:10], label)", "return model.outputs(*batch)"),
        (
            "metric mse(y, y)\n    metric accuracy(y[0:10], label)",
            "def outputs(self, x: Tensor, label",
        ),
    ],
)
def test_a_field_of_the_metrics_alone_is_no_argument_of_the_terms(extra: str, said: str) -> None:
    made = files("mse(y, x)", extra)
    assert said in made["train.py"]
    assert "def fields" not in made["trainer.py"]


def test_all_fields_need_no_word() -> None:
    assert "def fields" not in "".join(files("cross_entropy(y[0:10], label)").values())


def test_what_is_returned_needs_no_name() -> None:
    made = files("mse(y, x)", "metric mse(y, sigmoid(x))")["train.py"]
    assert 'return {"mse": F.mse_loss(y, x)}' in made
    assert "return y, torch.sigmoid(x)" in made
    assert 'return {"mse": F.mse_loss(y, sigmoid).item()}' in made


def test_a_network_is_called_once_for_a_loss_that_names_its_value_twice() -> None:
    made = files("bce_with_logits(Net(x), x, reduction=sum)")["train.py"]
    assert made.count("self.net(x)") == 1
