"""Programs of altering.spec, written by specc 0.1.0.

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
from safetensors.torch import load_model
from torch import nn

import data
from model import Decoder, Encoder, Judge
from pictures import draw_grid, save_grid
from session import Session, holds, tell

HERE = Path(__file__).resolve().parent


class Networks(nn.Module):
    """The trained networks that the programs use."""

    def __init__(self) -> None:
        super().__init__()
        self.decoder = Decoder()
        self.encoder = Encoder()
        self.judge = Judge()


def trained(run: Path, device: torch.device) -> Networks:
    """The networks with the weights of a run."""
    networks = Networks()
    missing = set(networks.state_dict())
    for file in ("vae/model.safetensors", "judging/model.safetensors"):
        try:
            absent, _ = load_model(networks, str(run / file), strict=False)
        except RuntimeError as problem:
            sys.exit(f"{run / file} has the weights of another model: {problem}")
        missing &= set(absent)
    if missing:
        sys.exit(f"{run} has no weights for {', '.join(sorted(missing))}; train again")
    return networks.to(device).eval().requires_grad_(False)


@cache
def read_rows_judging(device: torch.device) -> dict[str, data.Split]:
    """The rows of each split."""
    return {n: s.to(device) for n, s in data.load().items()}


def program_prior(networks: Networks, session: Session) -> None:
    """New digits, drawn from the prior."""
    batch_size = session.count
    device = session.device
    z = torch.randn(batch_size, 8, device=device)  # [B, 8]
    sigmoid = torch.sigmoid(networks.decoder(z))  # [B, 64]
    save_grid((sigmoid,), 0.0, 1.0, session.path("grid.png"))


def program_reconstruct(networks: Networks, session: Session) -> None:
    """Images above, what the autoencoder makes of them below."""
    test = read_rows_judging(session.device)["test"]
    x = test.x[:12]  # [B, 64]
    mu, _ = networks.encoder(x)
    y = torch.sigmoid(networks.decoder(mu))  # [B, 64]
    save_grid((x, y), 0.0, 1.0, session.path("grid.png"))
    session.figure("mean", ((x - y) ** 2).mean(1).mean())


def program_walk(networks: Networks, session: Session, steps: int = 20) -> None:
    """From one digit to another in small steps; none of them is a leap."""
    device = session.device
    test = read_rows_judging(session.device)["test"]
    z, _ = networks.encoder(test.x)
    a = z[torch.arange(16, device=device)]  # [B, 8]
    b = z[torch.arange(16, device=device) + 16]  # [B, 8]
    before = torch.sigmoid(networks.decoder(a))  # [B, 64]
    total = torch.tensor(0.0)
    largest = torch.tensor(0.0)
    for t in range(steps):
        s = (t + 1) / steps
        now = torch.sigmoid(networks.decoder((1 - s) * a + s * b))  # [B, 64]
        session.film("animation", [draw_grid((now,), 0.0, 1.0)])
        length = torch.linalg.vector_norm(now - before, dim=1)  # [B]
        total = total + length  # [B]
        largest = torch.maximum(largest, length)  # [B]
        before = now
    leap = (largest * steps / total).mean()
    session.figure("leap", leap)


def program_alter(networks: Networks, session: Session) -> None:
    """The six steps: encode, pick targets, encode them, average, move towards the
    average, decode.
    """
    test = read_rows_judging(session.device)["test"]
    train = read_rows_judging(session.device)["train"]
    z, _ = networks.encoder(test.x)
    before = torch.tensor(0.0)
    rise = torch.tensor(1.0)
    for alpha in (0, 0.5, 1):
        share = torch.tensor(0.0)
        for digit in range(10):
            targets = session.where(
                train.x, train.label == digit, "train.label == digit"
            )
            mu, _ = networks.encoder(targets)
            average = mu.mean(0)  # [8]
            others = session.where(z, test.label != digit, "test.label != digit")
            altered = networks.decoder(others + alpha * (average - others))  # [B, 64]
            altered = torch.sigmoid(altered)  # [B, 64]
            mean = (networks.judge(altered).argmax(1) == digit).float().mean()
            share = share + mean / 10
            if digit == 3:
                rows = altered[:36]  # [B, 64]
                save_grid((rows,), 0.0, 1.0, session.path("grid.png"))
        session.figure("share", share)
        rise = torch.minimum(rise, share - before)
        before = share
    session.figure("rise", rise)


def program_arithmetic(networks: Networks, session: Session) -> None:
    """As "king - man + woman": away from the mean of one class, towards that of
    another.
    """
    test = read_rows_judging(session.device)["test"]
    train = read_rows_judging(session.device)["train"]
    z, _ = networks.encoder(test.x)
    known, _ = networks.encoder(train.x)
    share = torch.tensor(0.0)
    for from_ in range(10):
        minus = session.where(known, train.label == from_, "train.label == from")
        minus = minus.mean(0)  # [8]
        left = session.where(z, test.label == from_, "test.label == from")  # [B, 8]
        left = left - minus  # [B, 8]
        for to in range(10):
            if to != from_:
                plus = session.where(known, train.label == to, "train.label == to")
                plus = plus.mean(0)  # [8]
                sigmoid = torch.sigmoid(networks.decoder(left + plus))  # [B, 64]
                guess = networks.judge(sigmoid).argmax(1)  # [B]
                share = share + (guess == to).float().mean() / 90
    session.figure("share", share)


PROGRAMS: dict[str, Callable[..., None]] = {
    "prior": program_prior,
    "reconstruct": program_reconstruct,
    "walk": program_walk,
    "alter": program_alter,
    "arithmetic": program_arithmetic,
}
COUNTS = {"prior": 100, "reconstruct": 64, "walk": 64, "alter": 64, "arithmetic": 64}
SEEDS = {"prior": 0, "reconstruct": 0, "walk": 0, "alter": 0, "arithmetic": 0}
ARGUMENTS: dict[str, dict[str, type]] = {
    "prior": {},
    "reconstruct": {},
    "walk": {"steps": int},
    "alter": {},
    "arithmetic": {},
}
NUMBER = {int: "a whole number", float: "a number"}


def check(
    figures: dict[str, dict[str, float]], out: Path, spoken: TextIO = sys.stdout
) -> bool:
    """Whether everything holds that the spec promises of the programs that were run."""
    kept = []
    if "walk" in figures:
        kept.append(
            holds("walk.leap <= 1.6", figures["walk"]["leap"], "<=", 1.6, spoken)
        )
    if "alter" in figures:
        kept.append(
            holds("alter.share >= 0.95", figures["alter"]["share"], ">=", 0.95, spoken)
        )
    if "alter" in figures:
        kept.append(holds("alter.rise >= 0", figures["alter"]["rise"], ">=", 0, spoken))
    if "arithmetic" in figures:
        kept.append(
            holds(
                "arithmetic.share >= 0.75",
                figures["arithmetic"]["share"],
                ">=",
                0.75,
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
    files = ("vae/model.safetensors", "judging/model.safetensors")
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
