"""Training, stage by stage, as in transfer.spec, written by specc 0.1.0.

What a discriminator has learnt without labels serves a classifier: its features stay, a
new head learns.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import train_classifier
import train_gan

HERE = Path(__file__).resolve().parent
STAGES = (
    ("gan", train_gan.run),
    ("classifier", train_classifier.run),
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
    return status


if __name__ == "__main__":
    sys.exit(main())
