"""Optimizers against the gradients and weights that they are given: E521."""

from __future__ import annotations

import pytest

from specc.count.memory import memory
from specc.pipeline import compile_text

TABLE = "embedding(8, sparse=true) as table"
SPEC = """specc 1

network Net {{
    in digit: category[10]
    digit -> {table} -> repeat 2 {{ linear(8) -> relu }} -> linear(64) as head
}}
train Learn {{
    data digits(flat=true) as x, label
    minimize mse(Net(label), x)
    {learns}
}}
"""
BOTH = "update Net.repeat1, Net.head with muon(lr=1e-2)\n    update Net.head, Net.repeat1 with adamw(lr=1e-2)"


def reports(learns: str, table: str = TABLE) -> list[tuple[str, str]]:
    text = SPEC.format(learns=learns, table=table)
    return [(d.code, d.message) for d in compile_text(text).diagnostics]


@pytest.mark.parametrize(
    ("learns", "said"),
    [
        ("optimizer adam(lr=1e-3)", "takes no sparse gradients; the gradient of Net.table.weight is"),
        ("optimizer sgd(lr=1e-2, weight_decay=1e-4)", "the gradient of Net.table.weight is sparse"),
        ("optimizer sgd(lr=1e-2)\n    clip_grad_norm 1", "PyTorch clips no sparse gradients"),
        ("optimizer sparse_adam(lr=1e-3)", "Net.repeat1.linear1.bias, Net.head.weight, …"),
        ("update Net.head with muon(lr=1e-2)", "muon learns matrices; Net.head.bias has 1 axis"),
        ("update Net.head.bias with muon(lr=1e-2)", "muon learns matrices"),
        (
            "optimizer adagrad(lr=1e-2)\n    schedule cyclic(momentum=[0.95, 0.85])",
            "cyclic moves the momentum, and adagrad has none",
        ),
    ],
)  # fmt: skip
def test_what_an_optimizer_cannot_take(learns: str, said: str) -> None:
    [(code, message)] = reports(learns)
    assert code == "E521"
    assert said in message


@pytest.mark.parametrize(
    "learns",
    [
        "optimizer sgd(lr=1e-2, momentum=0.9)",
        "optimizer adagrad(lr=1e-2)",
        f"update Net.table with sparse_adam(lr=1e-3)\n    {BOTH}",
        "update Net.head with adam(lr=1e-3)",
        "update Net.head.weight with muon(lr=1e-2)\n    update Net.head.bias with adam(lr=1e-3)",
    ],
)
def test_what_goes(learns: str) -> None:
    assert reports(learns) == []


def test_a_table_that_is_read_as_a_whole_has_a_dense_gradient() -> None:
    text = """specc 1

network Net {
    in digits: tokens[5, vocab=10]
    digits -> embedding(8, sparse=true) as table -> linear(10, weight=table.weight)
}
train Learn {
    data npz("x.npz") as x: tokens[5, vocab=10], y: tokens[5, vocab=10]
    minimize cross_entropy(Net(x), y)
    optimizer OPTIMIZER(lr=1e-3)
}
"""
    for optimizer, codes in (("adam", []), ("sparse_adam", ["E521"])):
        made = compile_text(text.replace("OPTIMIZER", optimizer))
        assert [d.code for d in made.diagnostics] == codes


def test_two_optimizers_share_a_network_and_the_memory_is_counted_once() -> None:
    made = compile_text(SPEC.format(learns=BOTH, table="embedding(8)"))
    assert made.program is not None
    [block] = memory(made.program)
    matrices, offsets = 2 * 64 + 512, 2 * 8 + 64
    assert block.gradients == 4 * (matrices + offsets)
    assert block.optimizer == 4 * (matrices + 2 * offsets)


def test_nobody_goes_empty_handed() -> None:
    learns = "update Net.table with muon(lr=1e-2)\n    update Net.table with adamw(lr=1e-2)"
    assert reports(learns, "embedding(8) as table") == [
        ("E521", "adamw learns nothing: Net.table has nothing but matrices")
    ]


def test_two_optimizers_of_one_kind_still_collide() -> None:
    learns = "update Net.head with adam(lr=1e-2)\n    update Net.head with adamw(lr=1e-2)"
    assert [code for code, _ in reports(learns)] == ["E511"]


def test_what_adapts_has_dense_gradients() -> None:
    text = """specc 1

network Net {
    in x: category[10]
    x -> embedding(8, sparse=true) -> linear(64)
}
train M {
    data digits(flat=true) as x, label
    Fast = adapt(Net, minimize=mse(Net(label), x), lr=0.01, steps=1)
    minimize mse(Fast(label), x)
    optimizer sgd(lr=1e-3)
}
"""
    [found] = compile_text(text).diagnostics
    assert found.code == "E521"
    assert found.message == "adapt takes dense gradients; that of Net.embedding1.weight is sparse"
    assert list(compile_text(text.replace(", sparse=true", "")).diagnostics) == []
