"""Settings that are written with `=`: refused with the right form, and values that nothing reads."""

from __future__ import annotations

import pytest

from specc.diagnostics import Diagnostic
from specc.pipeline import compile_text
from specc.report.fixes import apply_fixes

HEAD = """specc 1

network Net {
    in x: vector[64]
    x -> linear(10)
}
"""
TRAIN = """train T {
    data digits(flat=true) as x, label
    logits = Net(x)
    minimize cross_entropy(logits, label)
"""


def found(text: str) -> list[Diagnostic]:
    return [*compile_text(text).diagnostics]


@pytest.mark.parametrize(
    ("written", "right"),
    [
        ("epochs = 2", "epochs 2"),
        ("steps = 5", "steps 5"),
        ("ema = 0.9", "ema 0.9"),
        ("clip_grad_norm = 1", "clip_grad_norm 1"),
        ("checkpoint = 5", "checkpoint every 5 epochs"),
        ("schedule = cosine()", "schedule cosine()"),
        ("metric = accuracy(logits, label)", "metric accuracy(logits, label)"),
        ("show = curve(x)", "show curve(x)"),
    ],
)
def test_a_setting_has_no_equals_sign(written: str, right: str) -> None:
    text = f"{HEAD}{TRAIN}    optimizer adam()\n    {written}\n}}\n"
    [one] = found(text)
    assert (one.code, one.span.text) == ("E101", written.split(maxsplit=1)[0])
    assert one.fix is not None
    mended = apply_fixes(text, [one.fix])
    assert f"\n    {right}\n" in mended
    assert found(mended) == []


def test_an_optimizer_with_equals_sign_is_not_missed_as_well() -> None:
    [one] = found(f"{HEAD}{TRAIN}    optimizer = adam(lr=0.1)\n}}\n")
    assert one.message == "optimizer is a setting, which has no ="
    assert one.fix is not None
    assert one.fix.text == "optimizer adam(lr=0.1)"


def test_settings_of_steps_samples_and_programs() -> None:
    step = """    step a {
        minimize cross_entropy(logits, label)
        update Net with adam()
        clip_grad_norm = 1
    }
}
"""
    used = """sample S {
    z ~ normal[64]
    seed = 4
    show curve(Net(z))
}
program P {
    z ~ normal[64]
    count = 3
    show curve(Net(z))
}
"""
    train = TRAIN[: TRAIN.index("    minimize")]
    words = [d.span.text for d in found(f"{HEAD}{train}{step}{used}") if d.code == "E101"]
    assert words == ["clip_grad_norm", "seed", "count"]


def test_a_name_that_is_read_is_a_value() -> None:
    names = "    steps = 100\n    t ~ integers(1, steps)\n    metric mean(mean(x) * t)\n"
    assert found(f"{HEAD}{TRAIN}    optimizer adam()\n{names}}}\n") == []


def test_a_number_that_nothing_reads() -> None:
    [one] = found(f"{HEAD}{TRAIN}    optimizer adam()\n    k = 3\n}}\n")
    assert (one.code, one.message) == ("W405", '"k" is never used')
