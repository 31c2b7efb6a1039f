"""A promise about a program compares single numbers."""

from __future__ import annotations

import pytest

from specc.pipeline import compile_text

SPEC = """specc 1

network N {{
    in x: vector[64]
    x -> linear(64)
}}
train T {{
    data digits(flat=true) as x, label
    minimize mse(N(x), x)
    optimizer adam(lr=1e-3)
    epochs 1
}}
program p {{
    far = {value}
    show far
}}
expect p.far <= 5
"""


@pytest.mark.parametrize(
    ("value", "said", "help"),
    [
        ("mse(N(test.x), test.x)", "one number for each row", "mean(far, axis=batch)"),
        ("N(test.x)", "64 numbers for each row", "mean(mean(far), axis=batch)"),
        ("mean(N(test.x), axis=batch)", "64 numbers", "mean(far)"),
    ],
)
def test_a_figure_of_many_numbers_is_refused_and_the_help_is_right(
    value: str, said: str, help: str
) -> None:
    [found] = compile_text(SPEC.format(value=value)).diagnostics
    assert (found.code, f"p.far is {said}, and" in found.message) == ("E203", True)
    assert found.helps == (f"show one number: {help}",)
    text = SPEC.format(value=f"{value}\n    near = {help}").replace("show far", "show near")
    mended = compile_text(text.replace("p.far", "p.near"))
    assert (list(mended.diagnostics), mended.program is not None) == ([], True)


def test_also_inside_a_loop() -> None:
    text = SPEC.format(value="0").replace(
        "    far = 0\n    show far\n",
        "    for t in range(3) {\n        far = mse(N(test.x), test.x)\n        show far\n    }\n",
    )
    assert [d.code for d in compile_text(text).diagnostics] == ["E203"]
