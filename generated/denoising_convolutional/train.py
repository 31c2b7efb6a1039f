"""Training of Denoising as in denoising_convolutional.spec, written by specc 0.1.0.

The denoising layout of the TensorFlow tutorial: noise is added and clipped, and the
clean image is wanted back.

Shapes: B batch.
"""

from __future__ import annotations

import sys
from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from data import Split, load
from model import Decoder, Encoder
from pictures import save_grid
from trainer import Promise, Step, Trainer, check, main


class Denoising(nn.Module):
    """The networks that learn together, and the terms of their objective."""

    def __init__(self, noise: float = 0.2) -> None:
        super().__init__()
        self.noise = noise
        self.encoder = Encoder()
        self.decoder = Decoder()

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        """Every term as its mean over the batch; their sum is the objective."""
        e = torch.randn_like(x)  # [B, 1, 28, 28]
        noisy = (x + self.noise * e).clamp(0, 1)  # [B, 1, 28, 28]
        x_hat = self.decoder(self.encoder(noisy))  # [B, 1, 28, 28]
        return {"mse": F.mse_loss(x_hat, x)}

    def outputs(self, x: Tensor) -> tuple[Tensor, ...]:
        """What the metrics compare."""
        e = torch.randn_like(x)  # [B, 1, 28, 28]
        noisy = (x + self.noise * e).clamp(0, 1)  # [B, 1, 28, 28]
        x_hat = self.decoder(self.encoder(noisy))  # [B, 1, 28, 28]
        return x_hat, x, noisy

    def values_of_grid(self, x: Tensor) -> tuple[Tensor, ...]:
        """What the picture shows."""
        e = torch.randn_like(x)  # [B, 1, 28, 28]
        noisy = (x + self.noise * e).clamp(0, 1)  # [B, 1, 28, 28]
        x_hat = self.decoder(self.encoder(noisy))  # [B, 1, 28, 28]
        return x, noisy, x_hat


class Training(Trainer):
    """One run; the numbers are the spec's, and the command line can change them."""

    title = "Denoising"
    spec = "ab88565ba6a258eb"
    losses: ClassVar[dict[str, tuple[str, ...]]] = {"loss": ("mse",)}
    epochs, batch, seed = 15, 100, 0
    model: Denoising

    def load(self) -> dict[str, Split]:
        """The splits of the data."""
        return load()

    def fields(self, rows: Split) -> tuple[Tensor, ...]:
        """What a batch is made of."""
        return (rows.x,)

    def build(self) -> None:
        """The networks, and who learns what from which step."""
        self.model = Denoising().to(self.device)
        nn.utils.convert_conv2d_weight_memory_format(self.model, torch.channels_last)
        self.learn = Step(
            self,
            "loss",
            self.model,
            torch.optim.Adam(self.model.parameters(), lr=0.002, fused=True),
        )

    def iteration(self, *batch: Tensor) -> None:
        """Learn from one batch."""
        self.learn(*batch)

    def outputs(self, model: nn.Module, *batch: Tensor) -> tuple[Tensor, ...]:
        """What the metrics compare."""
        assert isinstance(model, Denoising)
        return model.outputs(*batch)

    def metrics(self, *outputs: Tensor) -> dict[str, float]:
        """The metrics of a whole split."""
        x_hat, x, noisy = outputs
        return {
            "mse": F.mse_loss(x_hat, x).item(),
            "mse_2": F.mse_loss(noisy, x).item(),
        }

    def promises(self) -> list[Promise]:
        """What the spec promises of the trained model."""
        test = self.evaluate("test")
        return [
            check("test.mse_2 >= 3 * test.mse", test["mse_2"], ">=", 3 * test["mse"]),
        ]

    def show(self, epoch: int) -> None:
        """The pictures of an epoch."""
        if epoch % 5 == 0 or self.step == self.total:
            self.show_grid(epoch)

    @torch.inference_mode()
    def show_grid(self, epoch: int) -> None:
        """Draw grid pictures of test rows."""
        test = self.splits["test"]
        spread = torch.arange(0, len(test), max(1, len(test) // 8))
        part = test.at(spread[:8])
        self.model.eval()
        with torch.random.fork_rng():
            torch.manual_seed(0)
            rows = self.model.values_of_grid(part.x)
        self.model.train()
        save_grid(rows, 0.0, 1.0, self.args.out / f"grid_{epoch:04d}.png")


if __name__ == "__main__":
    sys.exit(main(Training))
