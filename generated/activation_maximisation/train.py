"""Training, stage by stage, as in activation_maximisation.spec, written by specc
0.1.0.

The input that makes a hidden unit answer most: the weights stay, the input learns. It
is W_i / |W_i|.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import train_classifier
import train_excite

HERE = Path(__file__).resolve().parent
STAGES = (
    ("classifier", train_classifier.run),
    ("excite", train_excite.run),
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
