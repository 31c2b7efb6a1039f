"""Pictures for digits_vae.spec, written by specc 0.1.0.

Convolutional variational autoencoder on the bundled 8x8 digits.
"""

from __future__ import annotations

import math
import re
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor

SCALE = 4  # pixels of the picture for a pixel of a small image


def save_grid(rows: tuple[Tensor, ...], low: float, high: float, path: Path) -> Path:
    """Save images as a grid: a row for each value, or a square of one value's items."""
    draw_grid(rows, low, high).save(path)
    return path


def draw_grid(rows: tuple[Tensor, ...], low: float, high: float) -> Image.Image:
    """Images as a grid: a row for each value, or a square of one value's items."""
    blocks = [as_images(row.detach().float().cpu(), low, high) for row in rows]
    per_row = (
        blocks[0].shape[0] if len(blocks) > 1 else math.ceil(math.sqrt(len(blocks[0])))
    )
    images = torch.cat(blocks)  # [N, C, H, W]
    _, channels, height, width = images.shape
    lines = math.ceil(len(images) / per_row)
    canvas = torch.ones(channels, lines * (height + 1) + 1, per_row * (width + 1) + 1)
    for number, image in enumerate(images):
        top = number // per_row * (height + 1) + 1
        left = number % per_row * (width + 1) + 1
        canvas[:, top : top + height, left : left + width] = image
    pixels = (canvas * 255).round().to(torch.uint8).permute(1, 2, 0).squeeze(-1).numpy()
    picture = Image.fromarray(pixels)
    scale = SCALE if width < 64 else 1
    size = (picture.width * scale, picture.height * scale)
    return picture.resize(size, Image.Resampling.NEAREST)


def save_film(name: str, folder: Path) -> Path | None:
    """The grids of a training in the order of their epochs as a GIF; None for a single one."""
    found = [(re.fullmatch(rf"{name}_(\d+)\.png", p.name), p) for p in folder.iterdir()]
    paths = [p for _, p in sorted((int(m[1]), p) for m, p in found if m is not None)]
    if len(paths) < 2:
        return None
    first, *others = [Image.open(path) for path in paths]
    path = folder / f"{name}.gif"
    first.save(path, save_all=True, append_images=others, duration=400, loop=0)
    return path


def as_images(values: Tensor, low: float, high: float) -> Tensor:
    """Vectors and maps as images between 0 and 1: [N, ...] -> [N, C, H, W]."""
    scaled = ((values - low) / (high - low)).clamp(0, 1)
    if scaled.ndim == 2:
        side = math.isqrt(scaled.shape[1])
        shape = (side, side) if side * side == scaled.shape[1] else (1, scaled.shape[1])
        return scaled.reshape(-1, 1, *shape)
    if scaled.ndim == 3:
        return scaled.unsqueeze(1)
    return scaled if scaled.shape[1] in (1, 3) else scaled[:, :1]
