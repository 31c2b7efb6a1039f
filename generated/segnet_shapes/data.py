"""The data of Segmentation: Discs and squares on a noisy ground."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


class DataError(Exception):
    """The data is not what the spec says; the text names the file and the row."""


@dataclass(frozen=True)
class Split:
    """Rows as one tensor for each field, items first."""

    x: Tensor  # [N, 1, 32, 32]
    mask: Tensor  # [N, 32, 32]

    def __len__(self) -> int:
        return len(self.x)

    def fields(self) -> tuple[Tensor, ...]:
        """All fields in order."""
        return self.x, self.mask

    def rows(self, start: int, stop: int) -> Split:
        """Some rows."""
        return Split(*(field[start:stop] for field in self.fields()))

    def at(self, rows: Tensor) -> Split:
        """The rows with these numbers."""
        return Split(*(field[rows] for field in self.fields()))

    def to(self, device: torch.device) -> Split:
        """The same rows on a device."""
        return Split(*(field.to(device) for field in self.fields()))


def read() -> tuple[Tensor, ...]:
    """Discs and squares on a noisy ground, and the class of every pixel."""
    generator = torch.Generator().manual_seed(0)
    line = torch.arange(32.0)
    images = 0.2 * torch.rand(600, 1, 32, 32, generator=generator)
    masks = torch.zeros(600, 32, 32, dtype=torch.int64)
    for image, mask in zip(images, masks, strict=True):
        for kind in (1, 2):
            place = torch.rand(4, generator=generator)
            radius = 32 * (0.1 + 0.1 * place[0])
            y, x = radius + place[1:3] * (32 - 2 * radius)
            dy, dx = (line - y).abs().unsqueeze(1), (line - x).abs().unsqueeze(0)
            if kind == 1:
                inside = dy**2 + dx**2 <= radius**2
            else:
                inside = torch.maximum(dy, dx) <= radius
            image[0][inside] += 0.4 + 0.3 * place[3] - image[0][inside] / 2
            mask[inside] = kind
    return images.clamp(0, 1), masks


def divide(count: int) -> dict[str, Tensor]:
    """The numbers of the rows for each use."""
    index = torch.arange(count)
    test = index % 5 == 0
    return {"train": index[~test], "test": index[test]}


def load() -> dict[str, Split]:
    """The splits by their name: train and test."""
    rows = Split(*read())
    splits = divide(len(rows))
    return {name: rows.at(chosen) for name, chosen in splits.items()}
