"""The data of Pix2pix: Images of a source with their edges (length of the Sobel gradient). Made of: 1,797 handwritten digits of 8x8 pixels, bundled with scikit-learn."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits
from torch import Tensor


class DataError(Exception):
    """The data is not what the spec says; the text names the file and the row."""


@dataclass(frozen=True)
class Split:
    """Rows as one tensor for each field, items first."""

    edges: Tensor  # [N, 1, 16, 16]
    image: Tensor  # [N, 1, 16, 16]

    def __len__(self) -> int:
        return len(self.edges)

    def fields(self) -> tuple[Tensor, ...]:
        """All fields in order."""
        return self.edges, self.image

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
    """All 1,797 digits."""
    bunch = load_digits()
    images = torch.tensor(bunch.images, dtype=torch.float32) / 16
    images = images.unsqueeze(1)  # [N, 1, 8, 8]
    images = F.interpolate(images, size=(16, 16), mode="bilinear")
    images = images * 2.0 - 1.0
    return (images,)


def edges(images: Tensor) -> Tensor:
    """The length of the Sobel gradient as a share of the largest of one direction: [N, 1, H, W]."""
    grey = images.mean(1, keepdim=True)
    grey = (grey + 1.0) / 2.0
    across = torch.tensor([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]]) / 4
    kernels = torch.stack((across, across.T)).unsqueeze(1)
    gradient = F.conv2d(F.pad(grey, (1, 1, 1, 1), mode="replicate"), kernels)
    steep: Tensor = gradient.norm(dim=1, keepdim=True).clamp(0, 1)
    return steep * 2.0 - 1.0


def divide(count: int) -> dict[str, Tensor]:
    """The numbers of the rows for each use."""
    index = torch.arange(count)
    test = index % 5 == 0
    return {"train": index[~test], "test": index[test]}


def load() -> dict[str, Split]:
    """The splits by their name: train and test."""
    (images,) = read()
    rows = Split(edges(images), images)
    splits = divide(len(rows))
    return {name: rows.at(chosen) for name, chosen in splits.items()}
