"""Metrics of samples: what they say of samples that are right, collapsed, or noise."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from specc.emit.brought import helpers
from specc.emit.package import package, write
from specc.pipeline import compile_text
from tests.emit.test_terms import imported

NAMES = {
    "frechet", "nearest_neighbour", "inception_score", "class_coverage", "mode_coverage",
    "mode_precision", "gaussian_fit",
}  # fmt: skip
TOOLS: dict[str, Any] = {}
exec(
    "from __future__ import annotations\nimport math\nimport torch\n" + "\n".join(helpers(NAMES)),
    TOOLS,
)


def draws(rows: int, mean: float, deviation: float, seed: int, size: int = 2) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return mean + deviation * torch.randn(rows, size, generator=generator)


@given(gap=st.floats(0, 5), a=st.floats(0.1, 3), b=st.floats(0.1, 3))
@settings(max_examples=20, deadline=None)
def test_frechet_of_two_round_clouds(gap: float, a: float, b: float) -> None:
    first, second = draws(20_000, 0, a, 1), draws(20_000, gap, b, 2)
    expected = 2 * (gap**2 + (a - b) ** 2)  # in two dimensions
    found = TOOLS["frechet"](first, second).item()
    assert math.isclose(found, expected, rel_tol=0.05, abs_tol=0.15)


def test_frechet_is_0_of_the_same_rows_and_nan_of_no_numbers() -> None:
    rows = draws(50, 1, 2, 0, size=8)
    assert abs(TOOLS["frechet"](rows, rows.flip(0)).item()) < 1e-6
    assert TOOLS["frechet"](rows / 0, rows).isnan()
    one = draws(50, 0, 1, 0, size=1)
    assert abs(TOOLS["frechet"](one, one + 3).item() - 9) < 1e-4


def test_neighbours_tell_kinds_apart_only_where_they_differ() -> None:
    test = TOOLS["nearest_neighbour"]
    real = draws(1500, 0, 1, 1)
    assert abs(test(draws(1200, 0, 1, 2), real).item() - 0.5) < 0.05
    assert test(draws(1500, 9, 1, 2), real).item() == 1
    assert test(real[:1].repeat(100, 1), real[1:200]).item() > 0.9


def test_scores_of_classes() -> None:
    certain = 100 * torch.eye(10)
    assert math.isclose(TOOLS["inception_score"](certain).item(), 10, rel_tol=1e-4)
    assert math.isclose(TOOLS["class_coverage"](certain).item(), 10, rel_tol=1e-4)
    same = certain[:1].repeat(50, 1)
    assert math.isclose(TOOLS["inception_score"](same).item(), 1, rel_tol=1e-4)
    assert TOOLS["class_coverage"](same).item() == 1
    unsure = torch.zeros(50, 10)
    assert math.isclose(TOOLS["inception_score"](unsure).item(), 1, rel_tol=1e-4)


def test_clouds_that_are_hit() -> None:
    label = torch.arange(400) % 4
    centres = torch.tensor([[0.0, 0.0], [5.0, 0.0], [0.0, 5.0], [5.0, 5.0]])
    real = centres[label] + draws(400, 0, 0.1, 1)
    coverage, precision = TOOLS["mode_coverage"], TOOLS["mode_precision"]
    assert coverage(real, real, label).item() == 4
    assert precision(real, real, label).item() > 0.95
    collapsed = centres[:1].repeat(100, 1)
    assert coverage(collapsed, real, label).item() == 1
    assert precision(collapsed, real, label).item() == 1
    half = torch.cat((collapsed, collapsed + 2.5))
    assert precision(half, real, label).item() == 0.5


def test_a_fitted_normal_has_the_moments_of_the_rows() -> None:
    known = draws(4000, 0, 1, 1, size=3) @ torch.tensor([[2.0, 1, 0], [0, 1, 0], [0, 0, 0.1]])
    drawn = TOOLS["gaussian_fit"](known, torch.empty(4000, 3))
    assert torch.allclose(drawn.mean(0), known.mean(0), atol=0.1)
    assert torch.allclose(torch.cov(drawn.T), torch.cov(known.T), rtol=0.1, atol=0.1)


# ---------------------------------------------------------------------- in a spec

SPEC = """specc 1

decoder Decoder {{
    in z: vector[8]
    z -> linear({size}) -> sigmoid
}}
train T {{
    data {data}
    z ~ normal[8]
    w ~ normal[8]
    fake = Decoder(w)
    minimize bce(Decoder(z), x)
    optimizer adam(lr=1e-3)
    epochs 1
    {metrics}
}}
{expects}
"""


def compiled(
    metrics: str, expects: str = "", size: int = 64, data: str = "digits(flat=true) as x"
) -> Any:
    return compile_text(
        SPEC.format(metrics=metrics, expects=expects, size=size, data=data), "m.spec"
    )


@pytest.mark.parametrize(
    ("metrics", "more", "expected"),
    [
        ("metric frechet(fake, x, judge=faces)", {}, ("E203", "faces")),
        ("metric frechet(fake, w)", {}, ("E302", "w")),
        ("metric frechet(fake)", {}, ("E202", "frechet(fake)")),
        ("metric class_coverage(w)", {}, ("E302", "w")),
        (
            "metric frechet(fake, x, judge=digits)",
            {"size": 144, "data": "digits(size=12, flat=true) as x"},
            ("E302", "fake"),
        ),
    ],
)
def test_what_cannot_be_judged(
    metrics: str, more: dict[str, Any], expected: tuple[str, str]
) -> None:
    [found] = [d for d in compiled(metrics, **more).diagnostics if d.code.startswith("E")]
    assert (found.code, found.span.text) == expected


def test_a_package_brings_its_judge_only_where_there_is_one() -> None:
    assert "judge.py" not in package(compiled("metric frechet(fake, x)").program)
    files = package(compiled("metric frechet(fake, x, judge=digits)").program)
    assert {"judge.py", "judge_digits/model.py", "judge_digits/train.py"} <= set(files)


def test_values_are_brought_to_the_range_of_the_judge() -> None:
    data = "digits(flat=true, range=[-1, 1]) as x"
    text = package(
        compiled("metric frechet(fake, x, judge=digits)", data=data.replace("-1", "-1")).program
    )["train.py"]
    assert "judged_frechet(fake, x, -1.0, 1.0)" in text


def test_a_value_of_the_whole_batch_stands_in_every_row(tmp_path: Path) -> None:
    write(compiled("metric mean(std(fake, axis=batch))").program, tmp_path)
    train = imported(tmp_path)
    model = train.T()
    images = train.load()["test"].x
    [value] = model.outputs(images)
    assert value.shape == (len(images),)
    assert (value == value[0]).all()


@pytest.mark.slow
def test_the_judge_is_trained_once_and_sees_what_is_real(tmp_path: Path) -> None:
    metrics = "metric frechet(fake, x, judge=digits)\n    metric class_coverage(fake)"
    program = compiled(metrics, "expect train.frechet <= train.frechet(mean_image)").program
    write(program, tmp_path)
    train = imported(tmp_path)
    splits = train.load()
    known, test = splits["train"].x, splits["test"].x

    def distance(rows: torch.Tensor) -> float:
        value: float = train.judged_frechet(rows, known, 0.0, 1.0).item()
        return value

    real, fitted = distance(test), distance(TOOLS["gaussian_fit"](known, known))
    noise, mean = distance(torch.rand(1437, 64)), distance(known.mean(0).expand(1437, 64))
    assert real < 40 < fitted < 200 < noise < mean
    weights = tmp_path / "judge_digits" / "judge.safetensors"
    made = weights.stat().st_mtime_ns
    scores = train.judged(known, 0.0, 1.0)[1]
    assert TOOLS["class_coverage"](scores) > 9.9
    assert weights.stat().st_mtime_ns == made
