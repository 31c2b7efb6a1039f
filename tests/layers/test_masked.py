"""What a metric reads of a batch where a mask holds."""

from __future__ import annotations

import pytest
import torch

from specc.layers.base import LayerError
from specc.layers.graphs import Masked
from specc.types import Tensor
from tests.layers.contract import evaluated, values_of

MASK = Tensor((5,), ("time",), "bool")
MAP = Tensor((4, 6), ("height", "width"), "bool")
SCORES = Tensor((5, 3), ("time", "features"))
PIXELS = Tensor((3, 4, 6), ("channels", "height", "width"))


@pytest.mark.parametrize(
    ("value", "mask", "left"),
    [
        (SCORES, MASK, (3,)),
        (Tensor((5,), ("time",), "int", 3), MASK, ()),
        (PIXELS, MAP, (3,)),
        (Tensor((4, 6), ("height", "width"), "int", 3), MAP, ()),
        (SCORES, Tensor((), (), "bool"), (5, 3)),
    ],
)
def test_what_counts_is_kept_position_by_position(
    value: Tensor, mask: Tensor, left: tuple[int, ...]
) -> None:
    found = Masked().infer(value, mask)
    given = values_of((value, mask))
    kept = evaluated(found.forward, None, given)
    [(_, type)] = found.outputs
    assert isinstance(type, Tensor)
    assert (type.sizes, kept.shape[1:]) == (left, torch.Size(left))
    rows = torch.nonzero(given["x1"])
    channels = "channels" in value.axes
    expected = [given["x0"][r[0], :, *r[1:]] if channels else given["x0"][tuple(r)] for r in rows]
    assert len(kept) == len(expected)
    assert all(torch.equal(a, b) for a, b in zip(kept, expected, strict=True))


@pytest.mark.parametrize("mask", [Tensor((4,), ("time",), "bool"), MAP])
def test_a_mask_of_other_positions_is_refused(mask: Tensor) -> None:
    with pytest.raises(LayerError, match="one truth value for each of 5×3"):
        Masked().infer(SCORES, mask)
