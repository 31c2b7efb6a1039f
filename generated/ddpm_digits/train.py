"""Training, stage by stage, as in ddpm_digits.spec, written by specc 0.1.0."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import train_diffusion
import train_judging

HERE = Path(__file__).resolve().parent
STAGES = (
    ("judging", train_judging.run),
    ("diffusion", train_diffusion.run),
)


def main() -> int:
    """Run the stages; each begins with the weights of those before it, and has a folder of its own."""
    parser = argparse.ArgumentParser(description=__doc__, add_help=False)
    parser.add_argument("--out", type=Path, default=HERE / "run")
    args, others = parser.parse_known_args()
    start: list[str] = []
    status = 0
    for name, run in STAGES:
        out = args.out / name
        status = run([*others, "--out", str(out), *start]) or status
        if not (out / "model.safetensors").exists() or status > 1:
            return status
        start += ["--start", str(out / "model.safetensors")]
    from sample import perform

    status = status or int(not perform(args.out, args.out, spoken=sys.stderr))
    return status


if __name__ == "__main__":
    sys.exit(main())
