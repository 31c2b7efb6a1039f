"""A cell written from its equations beside the kernel: `python -m tests.bench.cells` on an idle machine.

One forward and backward pass of a peephole LSTM and of `nn.LSTM` of the same size, one thread, the least
of several runs.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

RUNS = 40
SIZES = (
    (128, 50, 2, 64), (128, 50, 64, 128), (64, 100, 64, 64), (32, 100, 64, 128), (64, 50, 2, 64),
)  # fmt: skip
"""Batch, steps, features, units."""

SPEC = """specc 1
network Net {
    in x: sequence[T, FEATURES]
    x -> scan(peephole_lstm(UNITS))
}
"""


def network(features: int, units: int) -> Any:
    """The generated network."""
    from specc.pipeline import compile_text
    from tests.laws.conformity import module_of

    text = SPEC.replace("FEATURES", str(features)).replace("UNITS", str(units))
    program = compile_text(text).program
    assert program is not None
    return module_of(program).Net()


def least(runs: list[Callable[[], object]]) -> list[float]:
    """The least processor time of each, in seconds. They take turns."""
    found = [math.inf] * len(runs)
    for _ in range(RUNS):
        for number, run in enumerate(runs):
            start = time.process_time()
            run()
            found[number] = min(found[number], time.process_time() - start)
    return found


def main() -> None:
    """Print a table of milliseconds."""
    import torch
    from torch import nn

    torch.set_num_threads(1)
    print(f"{'batch × steps × features → units':34} {'peephole':>9} {'nn.LSTM':>9} {'ratio':>6}")
    for batch, steps, features, units in SIZES:
        x = torch.randn(batch, steps, features)
        written, kernel = network(features, units), nn.LSTM(features, units, batch_first=True)
        both = [lambda: written(x).sum().backward(), lambda: kernel(x)[0].sum().backward()]  # noqa: B023
        own, other = least(both)
        size = f"{batch} × {steps} × {features} → {units}"
        print(f"{size:34} {own * 1e3:7.1f}ms {other * 1e3:7.1f}ms {own / other:6.2f}")


if __name__ == "__main__":
    main()
