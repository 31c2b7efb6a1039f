"""The memory of training, from the counts."""

from __future__ import annotations

from specc.count import Memory, memory
from specc.pipeline import compile_text

NET = """specc 1

encoder E {
    in x: vector[64]
    x -> linear(32) -> relu
}

decoder D {
    in h: vector[32]
    h -> linear(64)
}
"""

TRAIN = """
train A {
    data digits(flat=true) as x, label
    minimize mse(D(E(x)), x)
    optimizer adam(lr=1e-3)
    batch 16
    epochs 1
}
"""

PARAMS = 64 * 32 + 32 + 32 * 64 + 64


def memories(text: str, batch: int | None = None) -> tuple[Memory, ...]:
    program = compile_text(text).program
    assert program is not None
    return memory(program, batch)


def test_networks_alone_need_weights_and_activations() -> None:
    encoder, decoder = memories(NET, 10)
    assert (encoder.name, encoder.weights, encoder.gradients) == ("E", 4 * (64 * 32 + 32), 0)
    assert encoder.activations == 10 * 4 * (64 + 32 + 32)
    assert decoder.activations == 10 * 4 * (32 + 64)


def test_adam_keeps_two_numbers_for_each_weight() -> None:
    (found,) = memories(NET + TRAIN)
    assert (found.name, found.batch) == ("A", 16)
    assert found.weights == found.gradients == 4 * PARAMS
    assert found.optimizer == 2 * 4 * PARAMS
    assert found.total == 4 * 4 * PARAMS + found.activations


def test_a_moving_average_is_a_copy_of_the_weights() -> None:
    (found,) = memories(NET + TRAIN.replace("batch 16", "batch 16\n    ema 0.99"))
    assert found.ema == found.weights == 4 * PARAMS
    assert found.total == 5 * 4 * PARAMS + found.activations


def test_adafactor_keeps_rows_and_columns_of_a_matrix() -> None:
    (found,) = memories(NET + TRAIN.replace("adam(lr=1e-3)", "adafactor(lr=1e-3)"))
    assert found.optimizer == 4 * ((32 + 64) * 2 + 32 + 64)


def test_activations_grow_with_the_batch() -> None:
    (small,), (large,) = memories(NET + TRAIN, 1), memories(NET + TRAIN, 100)
    assert 90 * small.activations < large.activations <= 100 * small.activations


def test_a_counter_of_batches_takes_eight_bytes() -> None:
    """Two moving averages of three floats each, and one whole number: what PyTorch keeps."""
    (net,) = memories("specc 1\n\nnetwork N {\n    in x: vector[3]\n    x -> batch_norm\n}\n", 1)
    assert net.buffers == (3 + 3) * 4 + 8
