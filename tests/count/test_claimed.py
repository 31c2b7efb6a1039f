"""Every published count stands as a claim in a spec that comes with specc."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

SPECS = Path(__file__).parents[2] / "specs"
HELD = {
    "mlp": (13, 32, 35, 231, 101_200, 37_762),
    "autoencoders": (218_192, 223_456, 3_217, 10_484, 50_992, 785_784, 1_569_784, 3_289, 652_824, 28_036,
                     41_953, 2_837_314),
    "cnn": (60_965_224, 62_378_344, 61_100_840, 122_570),
    "segmentation": (29_449_932,),
    "adversarial": (1_794_008, 1_794_784, 1_011_001, 114_064, 100_609, 2_305_472, 2_330_944, 212_865,
                    3_576_704, 2_765_568, 54_413_955, 2_768_705),
    "diffusion": (35_746_307,),
    "flows": (35_344,),
    "memory": (62_660,),
    "recurrent": (620, 1_860, 2_480, 2_540, 3_680, 640, 1_920, 2_560, 32_032_000),
    "trees": (63_875, 109_950),
    "siamese": (38_947_648, 4_097, 38_672),
    "meta": (1_761,),
    "graphs": (2_608, 23_040, 23_063, 182),
    "transformers": (44_138_496, 44_140_544, 63_082_496, 124_439_808, 151_277_313),
}  # fmt: skip


@cache
def claims(topic: str) -> frozenset[int]:
    """The numbers of parameters that the specs of a topic claim; `specc check` holds them to it."""
    texts = (p.read_text(encoding="utf-8") for p in sorted((SPECS / topic).glob("*.spec")))
    found = (re.findall(r"\.params ==? ([\d_]+)\b", text) for text in texts)
    return frozenset(int(number.replace("_", "")) for numbers in found for number in numbers)


@pytest.mark.parametrize(("topic", "number"), [(t, n) for t, ns in HELD.items() for n in ns])
def test_a_published_count_is_claimed(topic: str, number: int) -> None:
    assert number in claims(topic)
