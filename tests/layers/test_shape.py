"""The names of axes when a value is given another shape."""

from __future__ import annotations

import pytest

from specc.pipeline import compile_text
from specc.types import Tensor

SPEC = """specc 1

network Q {
    in z: image[8, 4, 4]
    %s
}
"""
TURNED = "z -> permute([height, width, channels])"


@pytest.mark.parametrize(
    ("value", "axes"),
    [
        (f"{TURNED} -> reshape[16, 8]", ("length", "channels")),
        (f"{TURNED} -> reshape[2, 8, 8]", ("height", "width", "channels")),
        (f"{TURNED} -> reshape[2, 2, 2, 2, 8]", ("axis0", "axis1", "axis2", "axis3", "channels")),
        (f"{TURNED} -> reshape[8, 16]", ("channels", "length")),
        ("z -> reshape[32, 4]", ("channels", "length")),
        ("z -> flatten -> reshape[1, 128]", ("channels", "length")),
    ],
)
def test_channels_that_stand_last_stay_there(value: str, axes: tuple[str, ...]) -> None:
    program = compile_text(SPEC % value).program
    assert program is not None
    [(_, kind)] = program.networks[0].output_types()
    assert isinstance(kind, Tensor)
    assert kind.axes == axes


def test_the_class_of_a_position_is_sought_among_its_channels() -> None:
    program = compile_text(SPEC % f"{TURNED} -> reshape[16, 8] -> argmax").program
    assert program is not None
    [(_, kind)] = program.networks[0].output_types()
    assert isinstance(kind, Tensor)
    assert (kind.sizes, kind.classes) == ((16,), 8)
