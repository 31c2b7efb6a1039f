"""The same objectives trained by Lightning's `Trainer.fit`."""

from __future__ import annotations

import logging
import time
import warnings
from pathlib import Path

import lightning
import torch
from lightning.pytorch.loggers import CSVLogger
from torch import Tensor

from tests.bench.rivals import Work, adams
from tests.bench.training_loop import Loop


class Module(lightning.LightningModule):
    """An objective; several optimizers are moved by hand, as Lightning wants it."""

    def __init__(self, work: Work, *, log: bool) -> None:
        super().__init__()
        self.nets, self.writes = work.objective(), log
        self.automatic_optimization = len(self.nets.learners()) == 1

    def training_step(self, batch: list[Tensor], number: int) -> Tensor | None:
        del number
        losses = self.nets.losses(batch[0])
        if self.automatic_optimization:
            [loss] = losses
            self.note("loss", loss)
            return loss
        for at, (loss, optimizer) in enumerate(zip(losses, self.optimizers(), strict=True)):
            self.note(f"loss{at}", loss)
            optimizer.zero_grad()
            self.manual_backward(loss)
            optimizer.step()
        return None

    def note(self, name: str, loss: Tensor) -> None:
        if self.writes:
            self.log(name, loss)

    def configure_optimizers(self) -> list[torch.optim.Adam]:
        return adams(self.nets, fused=None)


class Clock(lightning.Callback):
    """Processor seconds from the first step to the last."""

    def on_train_start(self, *_: object) -> None:
        self.start = time.process_time()

    def on_train_end(self, *_: object) -> None:
        self.seconds = time.process_time() - self.start


def fit(work: Work, log: Path | None) -> Loop:
    """No bar and no checkpoints; its CSV log where a folder is given."""
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", module="lightning")
    module, loader = Module(work, log=log is not None), work.loader()

    def run() -> float:
        clock = Clock()
        lightning.Trainer(
            accelerator="cpu", max_epochs=work.epochs, callbacks=[clock], enable_checkpointing=False,
            logger=CSVLogger(str(log)) if log else False, enable_progress_bar=False,
            enable_model_summary=False, log_every_n_steps=1,
        ).fit(module, loader)  # fmt: skip
        return clock.seconds

    return run
