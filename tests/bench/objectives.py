"""What the loops train: the networks of a generated model.py, which is plain torch, and their losses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import ModuleType

import torch
from torch import Tensor, nn
from torch.nn import functional


class Objective(nn.Module):
    """Networks, and a loss for each of those that learn, in the order of the updates."""

    def learners(self) -> tuple[nn.Module, ...]:
        """Who learns from each loss."""
        return (self,)

    def losses(self, x: Tensor) -> Iterator[Tensor]:
        """The losses on a batch; each is made after the update from the one before."""
        raise NotImplementedError


class Autoencoder(Objective):
    """The squared error of the input from its reconstruction."""

    def __init__(self, module: ModuleType) -> None:
        super().__init__()
        self.encoder, self.decoder = module.Encoder(), module.Decoder()

    def losses(self, x: Tensor) -> Iterator[Tensor]:
        yield functional.mse_loss(self.decoder(self.encoder(x)), x)


class VariationalAutoencoder(Autoencoder):
    """The evidence bound: cross-entropy of the pixels and the divergence from a standard normal."""

    def losses(self, x: Tensor) -> Iterator[Tensor]:
        mu, logvar = self.encoder(x)
        z = mu + torch.exp(0.5 * logvar) * torch.randn_like(mu)
        error = functional.binary_cross_entropy_with_logits(self.decoder(z), x, reduction="sum")
        kl = -0.5 * (1 + logvar - mu.pow(2) - logvar.exp()).sum()
        yield (error + kl) / len(x)


class Adversaries(Objective):
    """A discriminator and a generator with the non-saturating loss; both see the same generated rows."""

    def __init__(self, module: ModuleType, noise: int) -> None:
        super().__init__()
        self.generator, self.discriminator, self.noise = module.G(), module.D(), noise

    def learners(self) -> tuple[nn.Module, ...]:
        return self.discriminator, self.generator

    def losses(self, x: Tensor) -> Iterator[Tensor]:
        fake = self.generator(torch.randn(len(x), self.noise))
        yield self.judged(x, 1) + self.judged(fake.detach(), 0)
        yield self.judged(fake, 1)

    def judged(self, x: Tensor, target: int) -> Tensor:
        logits = self.discriminator(x)
        wanted = torch.full_like(logits, target)
        return functional.binary_cross_entropy_with_logits(logits, wanted)


OBJECTIVES: dict[str, Callable[[ModuleType], Objective]] = {
    "deck_sigmoid_mse": Autoencoder,
    "digits_vae": VariationalAutoencoder,
    "gaussians_gan": lambda module: Adversaries(module, 16),
    "dcgan_digits": lambda module: Adversaries(module, 32),
}
