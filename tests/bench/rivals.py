"""The floor, and the loops that people write or use otherwise; each on fresh copies of the same networks."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from tests.bench.objectives import OBJECTIVES, Objective
from tests.bench.training_loop import Loop, timed


@dataclass(frozen=True)
class Work:
    """What every loop does: `epochs` over all rows in full batches, for the objective of a spec."""

    name: str
    module: ModuleType
    rows: Tensor
    batch: int
    epochs: int

    @property
    def steps(self) -> int:
        return len(self.rows) // self.batch * self.epochs

    def objective(self) -> Objective:
        torch.manual_seed(0)
        return OBJECTIVES[self.name](self.module)

    def loader(self) -> DataLoader[tuple[Tensor, ...]]:
        return DataLoader(TensorDataset(self.rows), batch_size=self.batch, shuffle=True)


def adams(nets: Objective, *, fused: bool | None) -> list[torch.optim.Adam]:
    """An optimizer for each that learns."""
    return [torch.optim.Adam(n.parameters(), lr=1e-3, fused=fused) for n in nets.learners()]


def floor(work: Work) -> Loop:
    """Forward, backward, fused Adam, on one batch, in the memory format that the generated code uses.

    Where several learn, a gradient is worked out for those only who learn from it.
    """
    nets = work.objective()
    nn.utils.convert_conv2d_weight_memory_format(nets, torch.channels_last)
    optimizers = adams(nets, fused=True)
    alone = len(optimizers) == 1
    learning = [None if alone else list(n.parameters()) for n in nets.learners()]
    batch = work.rows[: work.batch].clone()

    def run() -> None:
        for _ in range(work.steps):
            for loss, optimizer, inputs in zip(
                nets.losses(batch), optimizers, learning, strict=True
            ):
                loss.backward(inputs=inputs)
                optimizer.step()
                optimizer.zero_grad()

    return lambda: timed(run)


def tutorial(work: Work) -> Loop:
    """A DataLoader, the optimizer as it comes, and the losses added up with `.item()`."""
    nets = work.objective()
    optimizers = adams(nets, fused=None)
    loader = work.loader()

    def run() -> None:
        for _ in range(work.epochs):
            total = 0.0
            for (x,) in loader:
                for loss, optimizer in zip(nets.losses(x), optimizers, strict=True):
                    optimizer.zero_grad()
                    loss.backward()
                    optimizer.step()
                    total += loss.item()

    return lambda: timed(run)


def others(work: Work, folder: Path) -> dict[str, Loop | str]:
    """The loops beside the generated one, or why there is none."""
    loops: dict[str, Loop | str] = {"tutorial: DataLoader, plain Adam": tutorial(work)}
    if find_spec("lightning"):
        from tests.bench.rivals_lightning import fit

        loops["Lightning, bare"] = fit(work, None)
        loops["Lightning, with its CSV log"] = fit(work, folder)
    else:
        loops["Lightning"] = "lightning is not installed"
    if find_spec("keras"):
        from tests.bench.rivals_keras import keras_fit

        loops["Keras fit, on torch"] = keras_fit(work)
    else:
        loops["Keras"] = "keras is not installed"
    return loops
