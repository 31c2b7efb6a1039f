"""The floor, and the loops that people write or use otherwise; each on fresh copies of the same networks."""

from __future__ import annotations

import logging
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.data import DataLoader, TensorDataset

from tests.bench.training_loop import Loop, timed

Loss = Callable[[nn.Module, Tensor], Tensor]


class Networks(nn.Module):
    """The encoder and the decoder of a generated model.py, which is plain torch."""

    def __init__(self, module: ModuleType) -> None:
        super().__init__()
        self.encoder, self.decoder = module.Encoder(), module.Decoder()


def squared_error(nets: nn.Module, x: Tensor) -> Tensor:
    return functional.mse_loss(nets.decoder(nets.encoder(x)), x)


def evidence_bound(nets: nn.Module, x: Tensor) -> Tensor:
    mu, logvar = nets.encoder(x)
    z = mu + torch.exp(0.5 * logvar) * torch.randn_like(mu)
    logits = nets.decoder(z)
    error = functional.binary_cross_entropy_with_logits(logits, x, reduction="sum")
    kl = -0.5 * (1 + logvar - mu.pow(2) - logvar.exp()).sum()
    return (error + kl) / len(x)


LOSSES: dict[str, Loss] = {"deck_sigmoid_mse": squared_error, "digits_vae": evidence_bound}


@dataclass(frozen=True)
class Work:
    """What every loop does: `epochs` over all rows in full batches."""

    module: ModuleType
    loss: Loss
    rows: Tensor
    batch: int
    epochs: int

    @property
    def steps(self) -> int:
        return len(self.rows) // self.batch * self.epochs

    def networks(self) -> Networks:
        torch.manual_seed(0)
        return Networks(self.module)


def floor(work: Work) -> Loop:
    """Forward, backward, fused Adam, on one batch, in the memory format that the generated code uses."""
    nets = work.networks()
    nn.utils.convert_conv2d_weight_memory_format(nets, torch.channels_last)
    optimizer = torch.optim.Adam(nets.parameters(), lr=1e-3, fused=True)
    batch = work.rows[: work.batch].clone()

    def run() -> None:
        for _ in range(work.steps):
            work.loss(nets, batch).backward()
            optimizer.step()
            optimizer.zero_grad()

    return lambda: timed(run)


def tutorial(work: Work) -> Loop:
    """A DataLoader, the optimizer as it comes, and the loss added up with `.item()`."""
    nets = work.networks()
    optimizer = torch.optim.Adam(nets.parameters(), lr=1e-3)
    loader = DataLoader(TensorDataset(work.rows), batch_size=work.batch, shuffle=True)

    def run() -> None:
        for _ in range(work.epochs):
            total = 0.0
            for (x,) in loader:
                optimizer.zero_grad()
                loss = work.loss(nets, x)
                loss.backward()
                optimizer.step()
                total += loss.item()

    return lambda: timed(run)


def lightning(work: Work, folder: Path, *, log: bool) -> Loop:
    """`Trainer.fit` with no bar and no checkpoints; timed from the first step to the last."""
    import lightning as pl
    from lightning.pytorch.loggers import CSVLogger

    class Module(pl.LightningModule):
        def __init__(self) -> None:
            super().__init__()
            self.nets = work.networks()

        def training_step(self, batch: list[Tensor], number: int) -> Tensor:
            del number
            loss = work.loss(self.nets, batch[0])
            if log:
                self.log("loss", loss)
            return loss

        def configure_optimizers(self) -> torch.optim.Optimizer:
            return torch.optim.Adam(self.parameters(), lr=1e-3)

    class Clock(pl.Callback):
        def on_train_start(self, *_: object) -> None:
            self.start = time.process_time()

        def on_train_end(self, *_: object) -> None:
            self.seconds = time.process_time() - self.start

    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", module="lightning")
    module = Module()
    loader = DataLoader(TensorDataset(work.rows), batch_size=work.batch, shuffle=True)

    def run() -> float:
        clock = Clock()
        pl.Trainer(
            accelerator="cpu", max_epochs=work.epochs, callbacks=[clock], enable_checkpointing=False,
            logger=CSVLogger(str(folder)) if log else False, enable_progress_bar=False,
            enable_model_summary=False, log_every_n_steps=1,
        ).fit(module, loader)  # fmt: skip
        return clock.seconds

    return run


def keras(work: Work) -> Loop:
    """`fit` of the same autoencoder in Keras; timed from the first step to the last."""
    import keras

    class Clock(keras.callbacks.Callback):
        def on_train_begin(self, logs: object = None) -> None:
            del logs
            self.start = time.process_time()

        def on_train_end(self, logs: object = None) -> None:
            del logs
            self.seconds = time.process_time() - self.start

    dense = [keras.layers.Dense(n, activation="relu") for n in (128, 64, 128)]
    net = keras.Sequential(
        [keras.Input((784,)), *dense, keras.layers.Dense(784, activation="sigmoid")]
    )
    net.compile(optimizer=keras.optimizers.Adam(1e-3), loss="mse")
    rows = work.rows.numpy()

    def run() -> float:
        clock = Clock()
        net.fit(rows, rows, batch_size=work.batch, epochs=work.epochs, verbose=0, callbacks=[clock])
        return float(clock.seconds)

    return run


def others(work: Work, name: str, folder: Path) -> dict[str, Loop]:
    """The loops beside the generated one, as far as what they need is installed."""
    loops = {"tutorial: DataLoader, plain Adam": tutorial(work)}
    if find_spec("lightning"):
        loops["Lightning, bare"] = lightning(work, folder, log=False)
        loops["Lightning, with its CSV log"] = lightning(work, folder, log=True)
    else:
        print("lightning is not installed: left out")
    if name != "deck_sigmoid_mse":
        return loops
    if find_spec("keras"):
        loops["Keras fit"] = keras(work)
    else:
        print("keras is not installed: left out")
    return loops
