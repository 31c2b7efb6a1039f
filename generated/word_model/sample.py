"""Samples of word_model.spec, written by specc 0.1.0.

A language model of words: stories of a small grammar that holds 1.33 bits a word, so
that nothing can do better in the mean.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import torch
from safetensors.torch import load_model
from torch import Tensor, nn

from data import decode, encode
from pictures import save_text
from train import Stories

HERE = Path(__file__).resolve().parent


def generate_by_step(
    net: nn.Module, start: Tensor, count: int, length: int, temperature: float
) -> Tensor:
    """Symbols drawn one after the other from the scores behind those before: [count, length].

    Recurrent layers keep their states from symbol to symbol, so that each is read once.
    """
    states: dict[nn.Module, object] = {}
    kept = [m for m in net.modules() if isinstance(m, nn.RNNBase)]

    def begin(cells: nn.Module, given: tuple[object, ...]) -> tuple[object, ...]:
        return given[0], states.get(cells)

    def end(
        cells: nn.Module, given: tuple[object, ...], found: tuple[object, ...]
    ) -> None:
        states[cells] = found[1]

    hooks = [m.register_forward_pre_hook(begin) for m in kept]
    hooks += [m.register_forward_hook(end) for m in kept]
    found = unread = start[:length].repeat(count, 1)
    while found.shape[1] < length:
        scores = net(unread)[:, -1]
        unread = torch.multinomial((scores / temperature).softmax(-1), 1)
        found = torch.cat((found, unread), 1)
    for hook in hooks:
        hook.remove()
    return found


def samples(
    model: Stories, batch_size: int, device: torch.device, out: Path
) -> list[Path]:
    """Draw, and save the pictures; their paths."""
    paths = []
    tale = generate_by_step(
        model.writer, encode("the fox").to(device), batch_size, 60, 1.0
    )
    rows = (tale,)
    paths.append(save_text(rows, decode, out / "samples.txt"))
    return paths


@torch.inference_mode()
def draw(
    run: Path, out: Path, device: str = "cpu", count: int = 2, seed: int = 0
) -> list[Path]:
    """Load the weights of a run and save its samples; the paths of the pictures."""
    model = Stories()
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
    parser = argparse.ArgumentParser(description="Sample Stories.")
    parser.add_argument(
        "--run", type=Path, default=HERE / "run", help="folder of the run"
    )
    parser.add_argument("--out", type=Path, default=None, help="folder of the pictures")
    parser.add_argument("--count", type=positive, default=2)
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
