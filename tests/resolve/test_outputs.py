"""A network with several outputs: none of them is taken for the others in silence."""

from __future__ import annotations

import pytest

from specc.pipeline import compile_text

SPEC = """specc 1

encoder Enc {
    in x: vector[64]
    out mu = x -> linear(64)
    out logvar = x -> linear(64)
}

train V {
    data digits(flat=true) as x, label
    mu, logvar = Enc(x)
    minimize mse(mu, x) + mean(square(logvar))
    optimizer adam(lr=1e-3)
    epochs 1
    %s
}

program codes {
    a = Enc(test.x)
    %s
}
"""


@pytest.mark.parametrize(
    ("train", "program", "place"),
    [
        ("show scatter(Enc(x), label)", "", "Enc(x)"),
        ("metric Enc(x)", "", "Enc(x)"),
        ("metric mae(Enc(x), x)", "", "Enc(x)"),
        ("", "show scatter(a, test.label)", "a"),
        ("", "show grid(Enc(test.x))", "Enc(test.x)"),
    ],
)
def test_several_outputs_are_not_shown_nor_measured_as_one(
    train: str, program: str, place: str
) -> None:
    (found,) = compile_text(SPEC % (train, program)).diagnostics
    assert found.message == "this value has 2 outputs, mu, logvar"
    assert (found.span.text, found.helps) == (place, ("mu, logvar = …, and use one of them",))


@pytest.mark.parametrize("entry", ["book[k]", "index(book, k)", "select(book, axis=0, index=k)"])
def test_a_row_by_a_computed_id_is_led_to_a_product(entry: str) -> None:
    (found,) = compile_text(f"""specc 1

network Q {{
    in x: vector[8]
    weight book[16, 8]
    k = argmax(matmul(book, x))
    out y = {entry}
}}
""").diagnostics
    assert found.helps == ("rows of a table by computed ids: matmul(one_hot(ids), table)",)
