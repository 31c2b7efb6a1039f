"""How near a generated training loop comes to the floor, beside other loops.

Run it with `python -m tests.bench.training_loop`; it needs torch. Times are of the processor. The floor is
a forward pass, a backward pass and a step of fused Adam on one fixed batch. Every loop runs in turn, many
times over; a share is the median over these rounds of the floor's time by the loop's. The generated loop is
the package that `specc build` writes, with its log; validation, pictures and checkpoints are left out of
every loop, and every batch is full. Lightning and Keras take part where they are installed.
"""

from __future__ import annotations

import time
from argparse import Namespace
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

BATCH = 64
ROUNDS = 11
SPECS = Path(__file__).parents[2] / "specs"
MARK = 0.93  # of the floor, for the generated loop


@dataclass(frozen=True)
class Case:
    """A spec whose loops are measured, and the epochs of each loop in a round."""

    title: str
    spec: str
    epochs: int


CASES = (
    Case("autoencoder 784-128-64-128-784", "autoencoders/deck_sigmoid_mse.spec", 10),
    Case("variational autoencoder, convolutions", "autoencoders/digits_vae.spec", 2),
    Case("GAN of dense networks", "adversarial/gaussians_gan.spec", 2),
    Case("DCGAN on digits", "adversarial/dcgan_digits.spec", 2),
)

Loop = Callable[[], float]
"""Runs some epochs and returns its seconds."""


@dataclass(frozen=True)
class Share:
    """What a loop took: milliseconds a step, and the floor's time by its own in each round."""

    title: str
    milliseconds: float
    shares: tuple[float, ...]

    def __str__(self) -> str:
        low, _, high = quantiles(self.shares, n=4)
        return (
            f"{self.title:34} {self.milliseconds:8.3f} ms {median(self.shares):8.2f}"
            f"   {low:.2f} to {high:.2f}"
        )


def timed(run: Callable[[], object]) -> float:
    """Processor seconds of a call: every loop has one thread, and others on the machine do not count."""
    start = time.process_time()
    run()
    return time.process_time() - start


def arguments(out: Path, epochs: int) -> Namespace:
    """The command line of a generated train.py, as data."""
    return Namespace(
        epochs=epochs, steps=None, batch=BATCH, seed=0, device="cpu", threads=1, out=out, resume=False,
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


def run_case(case: Case, folder: Path) -> list[Share]:
    """All loops on the networks, the losses and the rows of one spec."""
    from tests.bench import rivals
    from tests.bench.generated import package, trainer

    spec = SPECS / case.spec
    module = package(spec, folder)
    generated = trainer(module, arguments(folder, case.epochs))
    rows = generated.train.fields()[0]
    work = rivals.Work(spec.stem, module, rows, BATCH, case.epochs)
    others = rivals.others(work, folder)
    loops = {"floor": rivals.floor(work), "generated, with its log": generated.loop}
    loops |= {title: loop for title, loop in others.items() if not isinstance(loop, str)}
    shares = list(measure(loops, work.steps))
    print(f"\n{case.title}: {len(rows):,} rows, batches of {BATCH}, {work.steps} steps a round")
    print(f"{'':34} {'a step':>11} {'share of':>8}")
    print(f"{'':34} {'':>11} {'floor':>8}   middle half of {ROUNDS} rounds")
    print("\n".join(map(str, shares)))
    for title, reason in others.items():
        if isinstance(reason, str):
            print(f"{title:34} {'-':>11} {'-':>8}   {reason}")
    return shares


def main() -> None:
    """Measure and print; the exit status says whether the generated loops reach the mark."""
    if not find_spec("torch"):
        print("torch is not installed: no loop to measure")
        return
    import torch

    torch.set_num_threads(1)
    reached = True
    for case in CASES:
        with TemporaryDirectory() as folder:
            shares = run_case(case, Path(folder))
        reached &= median(shares[1].shares) >= MARK
    print(f"\nthe mark of {MARK} for the generated loops: {'reached' if reached else 'MISSED'}")


if __name__ == "__main__":
    main()
