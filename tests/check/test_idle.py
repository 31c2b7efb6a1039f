"""Networks that take part in a training and are never updated."""

from __future__ import annotations

from specc.pipeline import compile_text

HEAD = """specc 1

generator G {
    in z: vector[16]
    z -> linear(64) -> relu -> linear(2)
}
discriminator D {
    in x: vector[2]
    x -> linear(64) -> leaky_relu(0.2) -> linear(1)
}
"""


def gan(first: str, second: str, fake: str = "G(z)") -> str:
    return f"""train GAN {{
    data gaussians(modes=8) as real, mode
    z ~ normal[16]
    fake = {fake}
    step d {{
        minimize bce_with_logits(D(real), 1) + bce_with_logits(D(fake), 0)
        update {first} with adam(lr=1e-3)
    }}
    step g {{
        minimize bce_with_logits(D(fake), 1)
        update {second} with adam(lr=1e-3)
    }}
}}
"""


def codes(*trains: str) -> list[tuple[str, str]]:
    return [(d.code, d.span.text) for d in compile_text(HEAD + "".join(trains)).diagnostics]


def test_a_generator_that_no_step_updates() -> None:
    assert codes(gan("D", "D")) == [("W510", "G(z)")]
    assert codes(gan("D", "G")) == []


def test_a_network_behind_stop_is_meant_to_stay() -> None:
    assert codes(gan("D", "D", "stop(G(z))")) == []


def test_a_network_that_another_training_updates() -> None:
    earlier = """train First {
    data gaussians(modes=8) as real, mode
    z ~ normal[16]
    minimize mse(G(z), real)
    optimizer adam()
}
"""
    assert codes(earlier, gan("D", "D")) == []
