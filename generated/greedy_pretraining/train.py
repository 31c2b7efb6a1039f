"""Training, stage by stage, as in greedy_pretraining.spec, written by specc 0.1.0.

A deep classifier that is pre-trained layer by layer (Hinton & Salakhutdinov 2006), then
fine-tuned.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import train_fine_tuning
import train_first_layer
import train_new_head
import train_second_layer

HERE = Path(__file__).resolve().parent
STAGES = (
    ("first_layer", train_first_layer.run),
    ("second_layer", train_second_layer.run),
    ("new_head", train_new_head.run),
    ("fine_tuning", train_fine_tuning.run),
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
