"""The judge of samples: a classifier that judge_digits/train.py trains at its first use."""

from __future__ import annotations

import importlib.util
import math
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

FOLDER = Path(__file__).resolve().parent / "judge_digits"
WEIGHTS = FOLDER / "judge.safetensors"


@cache
def network() -> nn.Module:
    """The judge with its weights, which are trained where there are none."""
    if not WEIGHTS.exists():
        train()
    spec = importlib.util.spec_from_file_location("judge_digits", FOLDER / "model.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    judge: nn.Module = module.Judge()
    weights = load_file(WEIGHTS)
    judge.load_state_dict({k.removeprefix("judge."): v for k, v in weights.items()})
    return judge.eval()


def train() -> None:
    """Train the judge; its weights appear whole, also where two runs do it at once."""
    print("training the judge of samples, once", file=sys.stderr)
    with tempfile.TemporaryDirectory(dir=FOLDER) as out:
        command = [sys.executable, str(FOLDER / "train.py"), "--quiet", "--out", out]
        done = subprocess.run(
            [*command, "--device", "cpu"], capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            sys.exit(f"the judge of samples could not be trained:\n{done.stderr}")
        Path(out, "model.safetensors").replace(WEIGHTS)


@torch.no_grad()
def judged(values: Tensor, low: float, high: float) -> tuple[Tensor, Tensor]:
    """The judge's features and scores of images between low and high: [N, features], [N, classes]."""
    judge = network().to(values.device)
    images = ((values.float() - low) / (high - low)).reshape(-1, 1, 8, 8)
    parts = [judge(images[at : at + 1000]) for at in range(0, len(images), 1000)]
    features, scores = zip(*parts, strict=True)
    return torch.cat(features), torch.cat(scores)


def frechet(generated: Tensor, real: Tensor) -> Tensor:
    """Fréchet distance of normal distributions fitted to rows (Dowson & Landau 1982)."""
    a, b = generated.flatten(1).double(), real.flatten(1).double()
    if not (a.isfinite().all() and b.isfinite().all()):
        return a.new_tensor(math.nan)
    gap = a.mean(0) - b.mean(0)
    first, second = (torch.cov(x.T).reshape(2 * gap.shape) for x in (a, b))
    values, vectors = torch.linalg.eigh(first)
    root = vectors * values.clamp(min=0).sqrt() @ vectors.T
    cross = torch.linalg.eigvalsh(root @ second @ root).clamp(min=0).sqrt().sum()
    distance: Tensor = gap @ gap + first.trace() + second.trace() - 2 * cross
    return distance


def judged_frechet(generated: Tensor, real: Tensor, low: float, high: float) -> Tensor:
    """Fréchet distance of the judge's features."""
    return frechet(judged(generated, low, high)[0], judged(real, low, high)[0])
