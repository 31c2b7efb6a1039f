"""What `adapt` and `generate` are told behind their network."""

from __future__ import annotations

from pathlib import Path

import pytest

from specc.pipeline import compile_text

MAML = Path(__file__).parents[2] / "specs" / "meta" / "maml_sinusoids.spec"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("lr=0.01, lr=0.02", ["adapt gets its lr twice"]),
        ("minimize=mse(Net(x), y), lr=0.01", ["adapt gets its minimize twice"]),
        ("stps=1", ['adapt has no stps, did you mean "steps"?']),
        ("0.01", ["adapt takes all but its network by name"]),
        ("stps=1, lr=0", ['adapt has no stps, did you mean "steps"?', "lr"]),
    ],
)
def test_what_adapt_is_told(written: str, said: list[str]) -> None:
    text = MAML.read_text(encoding="utf-8").replace("lr=0.01, steps=1", written)
    found = [d for d in compile_text(text).diagnostics if d.code[0] == "E"]
    assert len(found) == len(said)
    for diagnostic, words in zip(found, said, strict=True):
        assert words in ", ".join((diagnostic.message, diagnostic.text))
