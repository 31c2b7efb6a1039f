"""Samples of adversarial_autoencoder.spec, written by specc 0.1.0.

Adversarial autoencoder (Makhzani et al. 2015): a critic of codes draws them to the
prior.

Shapes: B batch.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import torch
from safetensors.torch import load_model

from pictures import save_grid
from train import AAE

HERE = Path(__file__).resolve().parent


def samples(model: AAE, batch_size: int, device: torch.device, out: Path) -> list[Path]:
    """Draw, and save the pictures; their paths."""
    paths = []
    z = torch.randn(batch_size, 8, device=device)  # [B, 8]
    reshaped = model.decoder(z).reshape(-1, 1, 8, 8)  # [B, 1, 8, 8]
    rows = (reshaped,)
    paths.append(save_grid(rows, 0.0, 1.0, out / "samples.png"))
    return paths


@torch.inference_mode()
def draw(
    run: Path, out: Path, device: str = "cpu", count: int = 64, seed: int = 0
) -> list[Path]:
    """Load the weights of a run and save its samples; the paths of the pictures."""
    model = AAE()
    load_model(model, str(run / "model.safetensors"))
    place = torch.device(device)
    model.to(place).eval()
    out.mkdir(parents=True, exist_ok=True)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return samples(model, count, place, out)


def positive(text: str) -> int:
    """A whole number from 1."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is no whole number from 1")
    return int(text)


def main() -> int:
    """Draw samples of a trained run and print where the pictures are."""
    parser = argparse.ArgumentParser(description="Sample AAE.")
    parser.add_argument(
        "--run", type=Path, default=HERE / "run", help="folder of the run"
    )
    parser.add_argument("--out", type=Path, default=None, help="folder of the pictures")
    parser.add_argument("--count", type=positive, default=64)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", default="cpu")
    args = parser.parse_args()
    if not (args.run / "model.safetensors").exists():
        print(f"there are no weights in {args.run}; train first", file=sys.stderr)
        return 1
    for path in draw(
        args.run, args.out or args.run, args.device, args.count, args.seed
    ):
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
