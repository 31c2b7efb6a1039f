"""How near a generated training loop comes to the floor, beside other loops.

Run it with `python -m tests.bench.training_loop`; it needs torch. Times are of the processor. The floor is
a forward pass, a backward pass and a step of fused Adam on one fixed batch. Every loop runs in turn, many
times over; a share is the median over these rounds of the floor's time by the loop's. The generated loop is
the package that `specc build` writes, with its log; validation, pictures and checkpoints are left out of
every loop, and every batch is full.
"""

from __future__ import annotations

import time
from argparse import Namespace
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

BATCH = 64
EPOCHS = 10  # of each loop in a round: some hundred steps
ROUNDS = 7
SPECS = Path(__file__).parents[2] / "specs/autoencoders"
CASES = {
    "autoencoder 784-128-64-128-784": "deck_sigmoid_mse",
    "variational autoencoder, convolutions": "digits_vae",
}
MARK = 0.93  # of the floor, for the generated loop

Loop = Callable[[], float]
"""Runs some epochs and returns its seconds."""


@dataclass(frozen=True)
class Share:
    """What a loop took: milliseconds a step, and the floor's time by its own in each round."""

    title: str
    milliseconds: float
    shares: tuple[float, ...]

    def __str__(self) -> str:
        low, high = min(self.shares), max(self.shares)
        return (
            f"{self.title:34} {self.milliseconds:8.3f} ms {median(self.shares):8.2f}"
            f"   {low:.2f} to {high:.2f}"
        )


def timed(run: Callable[[], object]) -> float:
    """Processor seconds of a call: every loop has one thread, and others on the machine do not count."""
    start = time.process_time()
    run()
    return time.process_time() - start


def arguments(out: Path) -> Namespace:
    """The command line of a generated train.py, as data."""
    return Namespace(
        epochs=EPOCHS, steps=None, batch=BATCH, seed=0, device="cpu", threads=1, out=out, resume=False,
        checkpoint_steps=0, checkpoint_epochs=1, compile=False, tensorboard=False, quiet=True,
    )  # fmt: skip


def measure(loops: dict[str, Loop], steps: int, rounds: int = ROUNDS) -> Iterator[Share]:
    """All loops in turn, once to warm up and then `rounds` times; the first is the floor."""
    taken: dict[str, list[float]] = {title: [] for title in loops}
    for number in range(rounds + 1):
        for title, loop in loops.items():
            seconds = loop()
            if number:
                taken[title].append(seconds)
    floor = next(iter(taken.values()))
    for title, own in taken.items():
        shares = tuple(f / o for f, o in zip(floor, own, strict=True))
        yield Share(title, 1000 * median(own) / steps, shares)


def run_case(title: str, name: str, folder: Path) -> list[Share]:
    """All loops on the networks, the loss and the rows of one spec."""
    from tests.bench import rivals
    from tests.bench.generated import package, trainer

    module = package(SPECS / f"{name}.spec", folder)
    generated = trainer(module, arguments(folder))
    rows = generated.train.x
    work = rivals.Work(module, rivals.LOSSES[name], rows, BATCH, EPOCHS)
    loops = {"floor": rivals.floor(work), "generated, with its log": generated.loop}
    loops |= rivals.others(work, name, folder)
    shares = list(measure(loops, work.steps))
    print(f"\n{title}: {len(rows):,} rows, batches of {BATCH}, {work.steps} steps a round")
    print(
        f"{'':34} {'a step':>11} {'share of':>8}\n{'':34} {'':>11} {'floor':>8}   range over {ROUNDS} rounds"
    )
    print("\n".join(map(str, shares)))
    return shares


def main() -> None:
    """Measure and print; the exit status says whether the generated loops reach the mark."""
    if not find_spec("torch"):
        print("torch is not installed: no loop to measure")
        return
    import torch

    torch.set_num_threads(1)
    reached = True
    for title, name in CASES.items():
        with TemporaryDirectory() as folder:
            shares = run_case(title, name, Path(folder))
        reached &= median(shares[1].shares) >= MARK
    print(f"\nthe mark of {MARK} for the generated loops: {'reached' if reached else 'MISSED'}")


if __name__ == "__main__":
    main()
