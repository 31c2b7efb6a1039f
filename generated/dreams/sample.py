"""Programs of dreams.spec, written by specc 0.1.0.

Activation maximisation: the weights stay, and images climb towards what each class
answers to.

Shapes: B batch.
"""

from __future__ import annotations

import argparse
import sys
import traceback
from collections.abc import Callable
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import TextIO

import torch
import torch.nn.functional as F
from safetensors.torch import load_model
from torch import Tensor, nn

import data
from model import Classifier
from pictures import draw_grid, save_grid
from session import Session, holds, tell

HERE = Path(__file__).resolve().parent


def gradient(y: Tensor, x: Tensor) -> Tensor:
    """The derivative of each item's number by its x, [B, ...]; a further one can be taken."""
    [found] = torch.autograd.grad(y.sum(), x, create_graph=True)
    return found


class Networks(nn.Module):
    """The trained networks that the programs use."""

    def __init__(self) -> None:
        super().__init__()
        self.classifier = Classifier()


def trained(run: Path, device: torch.device) -> Networks:
    """The networks with the weights of a run."""
    networks = Networks()
    missing = set(networks.state_dict())
    for file in ("model.safetensors",):
        try:
            absent, _ = load_model(networks, str(run / file), strict=False)
        except RuntimeError as problem:
            sys.exit(f"{run / file} has the weights of another model: {problem}")
        missing &= set(absent)
    if missing:
        sys.exit(f"{run} has no weights for {', '.join(sorted(missing))}; train again")
    return networks.to(device).eval().requires_grad_(False)


@cache
def read_rows(device: torch.device) -> dict[str, data.Split]:
    """The rows of each split."""
    return {n: s.to(device) for n, s in data.load().items()}


def program_dream(networks: Networks, session: Session, steps: int = 100) -> None:
    """One image for each class, from the mean image: gradient steps on the pixels,
    kept within their range.
    """
    device = session.device
    train = read_rows(session.device)["train"]
    wanted = torch.arange(10, device=device)  # [B]
    average = train.x.mean(0)  # [64]
    image = average + (0 * wanted)[:, None]  # [B, 64]
    for step in range(steps):
        with torch.enable_grad():
            image.requires_grad_()
            cross_entropy = F.cross_entropy(
                networks.classifier(image), wanted, reduction="none"
            )
            slope = gradient(cross_entropy, image)  # [B, 64]
        slope = slope.detach()
        total = torch.linalg.vector_norm(slope, dim=1) + 1e-06  # [B]
        image = (image - 0.05 * slope / total[:, None]).clamp(0, 1)  # [B, 64]
        if step % 10 == 0:
            session.film("animation", [draw_grid((image,), 0.0, 1.0)])
    save_grid((image,), 0.0, 1.0, session.path("grid.png"))
    sure = F.softmax(networks.classifier(image), dim=-1)  # [B, 10]
    right = (sure.argmax(1) == wanted).float().mean()
    certainty = sure.amax(1).mean()
    session.figure("right", right)
    session.figure("certainty", certainty)


PROGRAMS: dict[str, Callable[..., None]] = {
    "dream": program_dream,
}
COUNTS = {"dream": 64}
SEEDS = {"dream": 0}
ARGUMENTS: dict[str, dict[str, type]] = {
    "dream": {"steps": int},
}
NUMBER = {int: "a whole number", float: "a number"}


def check(
    figures: dict[str, dict[str, float]], out: Path, spoken: TextIO = sys.stdout
) -> bool:
    """Whether everything holds that the spec promises of the programs that were run."""
    kept = []
    if "dream" in figures:
        kept.append(
            holds("dream.right >= 1", figures["dream"]["right"], ">=", 1, spoken)
        )
    if "dream" in figures:
        kept.append(
            holds(
                "dream.certainty >= 0.95",
                figures["dream"]["certainty"],
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
    if not (args.run / "model.safetensors").exists():
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
