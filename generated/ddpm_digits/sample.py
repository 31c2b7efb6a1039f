"""Programs of ddpm_digits.spec, written by specc 0.1.0.

Shapes: B batch.
"""

from __future__ import annotations

import argparse
import math
import sys
import traceback
from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path
from typing import TextIO

import torch
from safetensors.torch import load_model
from torch import nn

from model import Denoiser, Judge
from pictures import save_grid
from session import Session, holds, tell

HERE = Path(__file__).resolve().parent


class Networks(nn.Module):
    """The trained networks that the programs use."""

    def __init__(self) -> None:
        super().__init__()
        self.denoiser = Denoiser()
        self.judge = Judge()


def trained(run: Path, device: torch.device) -> Networks:
    """The networks with the weights of a run."""
    networks = Networks()
    missing = set(networks.state_dict())
    for file in ("judging/model.safetensors", "diffusion/model.safetensors"):
        try:
            absent, _ = load_model(networks, str(run / file), strict=False)
        except RuntimeError as problem:
            sys.exit(f"{run / file} has the weights of another model: {problem}")
        missing &= set(absent)
    if missing:
        sys.exit(f"{run} has no weights for {', '.join(sorted(missing))}; train again")
    return networks.to(device).eval().requires_grad_(False)


def program_from_noise(
    networks: Networks, session: Session, guidance: float = 1.0
) -> None:
    """Noise becomes digits of drawn classes, step by step; `guidance` moves away
    from what has no class.
    """
    batch_size = session.count
    device = session.device
    wanted = torch.randint(0, 10, (batch_size,), device=device)  # [B]
    x = torch.randn(batch_size, 64, device=device)  # [B, 64]
    for i in range(200):
        t = 200 - i
        left = math.cos(1.5708 * (t / 200 + 0.008) / 1.008) ** 2
        before = math.cos(1.5708 * ((t - 1) / 200 + 0.008) / 1.008)
        before = before**2
        kept = left / before
        told = networks.denoiser(x, x.new_full((x.size(0),), t), wanted)  # [B, 64]
        denoiser_output = networks.denoiser(
            x,
            x.new_full((x.size(0),), t),
            x.new_full((x.size(0),), 10, dtype=torch.int64),
        )
        noise = told + guidance * (told - denoiser_output)  # [B, 64]
        clean = (x - math.sqrt(1 - left) * noise) / math.sqrt(left)  # [B, 64]
        clean = clean.clamp(-1, 1)  # [B, 64]
        middle = math.sqrt(before) * (1 - kept) * clean  # [B, 64]
        middle = (middle + math.sqrt(kept) * (1 - before) * x) / (1 - left)  # [B, 64]
        z = torch.randn(batch_size, 64, device=device)  # [B, 64]
        root = math.sqrt((1 - before) * (1 - kept) / (1 - left))
        x = middle + root * z  # [B, 64]
    right = (networks.judge(x).argmax(1) == wanted).float().mean()
    session.figure("right", right)
    clamp = x.clamp(-1, 1)  # [B, 64]
    save_grid((clamp,), -1.0, 1.0, session.path("grid.png"))


PROGRAMS: dict[str, Callable[..., None]] = {
    "from_noise": program_from_noise,
}
COUNTS = {"from_noise": 360}
SEEDS = {"from_noise": 0}
ARGUMENTS: dict[str, dict[str, type]] = {
    "from_noise": {"guidance": float},
}
NUMBER = {int: "a whole number", float: "a number"}


def check(
    figures: dict[str, dict[str, float]], out: Path, spoken: TextIO = sys.stdout
) -> bool:
    """Whether everything holds that the spec promises of the programs that were run."""
    kept = []
    if "from_noise" in figures:
        kept.append(
            holds(
                "from_noise.right >= 0.95",
                figures["from_noise"]["right"],
                ">=",
                0.95,
                spoken,
            )
        )
    return tell(kept, out)


@torch.no_grad()
def perform(
    run: Path,
    out: Path,
    device: str = "cpu",
    only: str | None = None,
    given: dict[str, float] | None = None,
    count: int | None = None,
    seed: int | None = None,
    spoken: TextIO = sys.stdout,
) -> bool:
    """Run the programs with the weights of a run; whether every promise about them is kept."""
    place = torch.device(device)
    networks = trained(run, place)
    out.mkdir(parents=True, exist_ok=True)
    figures: dict[str, dict[str, float]] = {}
    for name in PROGRAMS if only is None else (only,):
        session = Session(name, out, place, count or COUNTS[name], spoken)
        with torch.random.fork_rng():
            torch.manual_seed(SEEDS[name] if seed is None else seed)
            try:
                PROGRAMS[name](networks, session, **(given or {}))
            except (ArithmeticError, IndexError, ValueError) as problem:
                sys.exit(failed(name, given or {}, problem))
        figures[name] = session.finish()
    return check(figures, out, spoken)


def failed(name: str, given: dict[str, float], problem: Exception) -> str:
    """What to say of a program that has no result: where, and with which arguments."""
    line = traceback.extract_tb(problem.__traceback__)[-1].line
    said = "".join(f" {n}={v}" for n, v in given.items())
    reason = f"fails ({problem})"
    if isinstance(problem, ZeroDivisionError):
        reason = "divides by 0"
    return f"program {name}{said} {reason} in: {line}"


def numbers(program: str, given: list[str]) -> dict[str, float]:
    """`steps=40` as an argument of a program; SystemExit where it has none such."""
    found: dict[str, float] = {}
    kinds = ARGUMENTS[program]
    for text in given:
        name, _, value = text.partition("=")
        if name not in kinds:
            takes = [f"{n} ({NUMBER[kind]})" for n, kind in kinds.items()]
            near = [f"; did you mean {n}?" for n in get_close_matches(name, kinds, 1)]
            known = ", ".join(takes) or "no arguments"
            sys.exit(f"{program} has no {name}; it takes {known}{''.join(near)}")
        try:
            found[name] = kinds[name](value)
        except ValueError:
            sys.exit(f"{name} of {program} is {NUMBER[kinds[name]]}, not {value!r}")
    return found


def positive(text: str) -> int:
    """A whole number from 1."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is no whole number from 1")
    return int(text)


def main() -> int:
    """Run the programs of a trained run and print where the pictures are."""
    parser = argparse.ArgumentParser(description="Run the programs.")
    parser.add_argument(
        "--run", type=Path, default=HERE / "run", help="folder of the run"
    )
    parser.add_argument("--out", type=Path, default=None, help="folder of the pictures")
    parser.add_argument("--count", type=positive, default=None)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--program", choices=PROGRAMS, help="only this program")
    parser.add_argument("--with", dest="given", action="append", metavar="NAME=VALUE")
    args = parser.parse_args()
    files = ("judging/model.safetensors", "diffusion/model.safetensors")
    if not all((args.run / file).exists() for file in files):
        print(f"there are no weights in {args.run}; train first", file=sys.stderr)
        return 1
    out = args.out or args.run
    given = numbers(args.program, args.given or []) if args.program else {}
    kept = perform(
        args.run, out, args.device, args.program, given, args.count, args.seed
    )
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
