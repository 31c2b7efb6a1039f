"""Training of Diffusion as in ddpm_digits.spec, written by specc 0.1.0.

Shapes: B batch.
"""

from __future__ import annotations

import math
import sys
from typing import Any, ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from data import Split, load
from model import Denoiser
from trainer import Step, Trainer, main


class Diffusion(nn.Module):
    """The networks that learn together, and the terms of their objective."""

    def __init__(self, T: int = 200) -> None:
        super().__init__()
        self.T = T
        self.denoiser = Denoiser()

    def forward(self, x: Tensor, label: Tensor) -> dict[str, Tensor]:
        """Every term as its mean over the batch; their sum is the objective."""
        batch_size = x.shape[0]
        device = x.device
        t = torch.randint(1, 201, (batch_size,), device=device)  # [B]
        left = torch.cos(1.5708 * (t / self.T + 0.008) / 1.008)  # [B]
        left = left**2  # [B]
        noise = torch.randn_like(x)  # [B, 64]
        noisy = torch.sqrt(left)[:, None] * x + torch.sqrt(1 - left)[:, None] * noise
        known = (torch.rand(batch_size, device=device) < 0.9).float()  # [B]
        class_ = torch.where(known == 1, label, 10)  # [B]
        denoiser_noisy_class_ = self.denoiser(noisy, t.float(), class_)  # [B, 64]
        return {"mse": F.mse_loss(denoiser_noisy_class_, noise)}


def factor(step: int, steps: int) -> float:
    """The learning rate at a step, as a share of its start."""
    return 0.5 * (1 + math.cos(math.pi * step / steps))


class Training(Trainer):
    """One run; the numbers are the spec's, and the command line can change them."""

    title = "Diffusion"
    spec = "e68366a5f2edc808"
    losses: ClassVar[dict[str, tuple[str, ...]]] = {"loss": ("mse",)}
    epochs, batch, seed = 10, 64, 0
    steps = 5000
    model: Diffusion

    def load(self) -> dict[str, Split]:
        """The splits of the data."""
        return load()

    def build(self) -> None:
        """The networks, and who learns what from which step."""
        self.model = Diffusion().to(self.device)
        self.learn = Step(
            self,
            "loss",
            self.model,
            torch.optim.Adam(self.model.parameters(), lr=0.001, fused=True),
            schedule=factor,
        )
        self.ema = AveragedModel(
            self.model,
            multi_avg_fn=get_ema_multi_avg_fn(0.999),  # type: ignore[no-untyped-call]
        )

    def iteration(self, *batch: Tensor) -> None:
        """Learn from one batch."""
        self.learn(*batch)

    def trained(self) -> nn.Module:
        """The moving average of the weights, which is judged and kept."""
        return self.ema.module

    def advance(self) -> None:
        """The next batch, and the average after it."""
        super().advance()
        self.ema.update_parameters(self.model)

    def state(self) -> dict[str, Any]:
        """All that decides how the run goes on, and the average."""
        return super().state() | {"ema": self.ema.state_dict()}

    def take(self, state: dict[str, Any]) -> None:
        """Be where a checkpoint was made."""
        super().take(state)
        self.ema.load_state_dict(state["ema"])


def run(arguments: list[str] | None = None) -> int:
    """Train with the arguments of a command line; the exit status."""
    return main(Training, arguments)


if __name__ == "__main__":
    sys.exit(run())
