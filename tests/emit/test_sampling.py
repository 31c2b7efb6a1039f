"""Generated sample.py, and pictures of training: each block draws as many as it says, from its own seed."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from specc.emit.package import package, write
from specc.pipeline import compile_text
from tests import scripts

SPEC = """specc 1

encoder Encoder {
    in x: vector[64]
    x -> linear(4)
}
decoder Decoder {
    in z: vector[4]
    z -> linear(64)
}
train T {
    data digits(flat=true) as x, label
    minimize mse(Decoder(Encoder(x)), x)
    optimizer adam(lr=1e-2)
    epochs 1
    show grid(x) every 10 steps
    show scatter(Encoder(x), label)
}
sample Few {
    z ~ normal[4]
    show grid(Decoder(z))
    count 4
    seed 3
}
sample More {
    z ~ normal[4]
    show grid(Decoder(z))
    count 16
    seed 3
}
"""


def run(folder: Path, script: str, *flags: str) -> str:
    done = scripts.run(folder / script, *flags)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


@pytest.mark.slow
def test_blocks_have_numbers_of_their_own(tmp_path: Path) -> None:
    program = compile_text(SPEC, "model.spec").program
    assert program is not None
    write(program, tmp_path)
    run(tmp_path, "train.py", "--quiet")
    out = tmp_path / "run"
    shown = sorted(path.name for path in out.glob("grid1_*.png"))
    assert shown == ["grid1_000010.png", "grid1_000020.png", "grid1_000023.png"]
    assert [path.name for path in out.glob("scatter2_*.png")] == ["scatter2_0001.png"]
    few, more = (Image.open(out / name) for name in ("samples.png", "samples2.png"))
    assert few.width < more.width
    corner = (0, 0, 4 * 9, 4 * 9)
    assert few.crop(corner).tobytes() == more.crop(corner).tobytes()  # one seed
    run(tmp_path, "sample.py", "--count", "4", "--seed", "8", "--out", str(tmp_path / "again"))
    again = [Image.open(tmp_path / "again" / n) for n in ("samples.png", "samples2.png")]
    assert again[0].tobytes() == again[1].tobytes()
    assert again[0].tobytes() != few.tobytes()


def test_one_block_keeps_its_numbers_as_defaults() -> None:
    program = compile_text(SPEC.split("sample More", maxsplit=1)[0], "model.spec").program
    assert program is not None
    text = package(program)["sample.py"]
    assert "count: int = 4, seed: int = 3" in text
    assert "BLOCKS" not in text


def test_a_loop_in_a_sample_says_where_loops_stand() -> None:
    text = SPEC.replace("count 16", "repeat 3 { count 16 }")
    found = {d.code for d in compile_text(text).diagnostics}
    assert "E190" not in found
    assert found
