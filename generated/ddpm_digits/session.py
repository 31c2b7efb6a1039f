"""What programs show: pictures, animations, figures and exported networks, all in one folder."""

from __future__ import annotations

import json
import sys
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

import torch
from PIL import Image
from safetensors.torch import save_model
from torch import Tensor, nn

FRAME_TIME = 120  # milliseconds
MOST_SHOWN = 8  # numbers of a figure on the screen; its file has all

Number = float | int | bool
Verdict = dict[str, str | bool]  # the words of a promise, the numbers, and "kept"


@dataclass
class Session:
    """One program at work: how many rows it draws, on which device, and what it has shown."""

    program: str
    out: Path
    device: torch.device
    count: int
    spoken: TextIO = sys.stdout
    paths: list[Path] = field(default_factory=list)
    figures: dict[str, list[object]] = field(default_factory=dict)
    films: dict[str, list[Image.Image]] = field(default_factory=dict)

    def path(self, name: str) -> Path:
        """Where the next file of that name goes: walk_grid.png, walk_grid_2.png, and so on."""
        stem, _, ending = name.rpartition(".")
        number, path = 1, self.out / f"{self.program}_{name}"
        while path in self.paths:
            number += 1
            path = self.out / f"{self.program}_{stem}_{number}.{ending}"
        self.paths.append(path)
        return path

    def figure(self, name: str, value: Tensor | Number) -> None:
        """Keep a number, or several, and say it."""
        number = value.tolist() if isinstance(value, Tensor) else value
        self.figures.setdefault(name, []).append(number)
        shown, more = str(number), ""
        if isinstance(number, float):
            shown = f"{number:.6g}"
        elif isinstance(value, Tensor) and value.numel() > MOST_SHOWN:
            first = value.flatten()[:MOST_SHOWN].tolist()
            shown, more = str(first), f" and {value.numel() - MOST_SHOWN} more"
        print(f"{self.program}.{name} = {shown}{more}", file=self.spoken)

    def film(self, name: str, frames: list[Image.Image]) -> None:
        """Add frames to an animation."""
        self.films.setdefault(name, []).extend(frames)

    def where(self, values: Tensor, holds: Tensor, words: str) -> Tensor:
        """The rows where a condition holds; SystemExit where it holds nowhere."""
        if not holds.any():
            sys.exit(f"program {self.program}: no row has {words}")
        return values[holds]

    def row(self, values: Tensor, number: int) -> Tensor:
        """One row; SystemExit where there are fewer."""
        if not 0 <= number < len(values):
            there = f"there are {len(values)} rows, numbered from 0"
            sys.exit(f"program {self.program}: there is no row {number}; {there}")
        return values[number : number + 1]

    def export(self, name: str, network: nn.Module, *examples: Tensor) -> None:
        """A network in files of its own: its weights, and itself as a graph for any number of rows."""
        save_model(network, str(self.path(f"{name}.safetensors")))
        rows = {0: torch.export.Dim("rows", min=1)}
        shapes = tuple(rows for _ in examples)
        there = tuple(example.to(self.device) for example in examples)
        with warnings.catch_warnings(action="ignore"):
            try:
                graph = torch.export.export(network, there, dynamic_shapes=shapes)
            except (AssertionError, RuntimeError, TypeError, ValueError) as problem:
                said = str(problem).strip() or type(problem).__name__
                reason = said.partition("\n")[0]
                print(f"{name} has no graph of its own: {reason}", file=self.spoken)
                return
            torch.export.save(graph, self.path(f"{name}.pt2"))

    def finish(self) -> dict[str, float]:
        """Write animations and figures; the last value of every figure that is one number."""
        for name, (first, *others) in self.films.items():
            path = self.path(f"{name}.gif")
            first.save(
                path,
                save_all=True,
                append_images=others,
                duration=FRAME_TIME,
                loop=0,
            )
        if self.figures:
            said = {n: v[0] if len(v) == 1 else v for n, v in self.figures.items()}
            text = json.dumps(said, indent=2)
            self.path("figures.json").write_text(f"{text}\n", encoding="utf-8")
        for path in self.paths:
            print(path, file=self.spoken)
        last = {name: values[-1] for name, values in self.figures.items()}
        return {n: float(v) for n, v in last.items() if isinstance(v, (int, float))}


def shown(
    words: str,
    figures: dict[str, dict[str, float]],
    *names: tuple[str, str],
    spoken: TextIO = sys.stdout,
) -> Verdict | None:
    """A promise is broken by a figure of it that was not shown, and that is said."""
    missing = [f"{p}.{f}" for p, f in names if f not in figures[p]]
    if not missing:
        return None
    reason = f"{' and '.join(missing)} not shown in this run"
    return verdict(words, reason, False, spoken)


def holds(
    words: str, left: float, sign: str, right: float, spoken: TextIO = sys.stdout
) -> Verdict:
    """Whether a promise holds; it is said with its numbers."""
    kept = {
        "<=": left <= right,
        "<": left < right,
        ">=": left >= right,
        ">": left > right,
    }[sign]
    return verdict(words, f"{left:.4g} {sign} {right:.4g}", kept, spoken)


def verdict(words: str, numbers: str, kept: bool, spoken: TextIO) -> Verdict:
    """Say what came of a promise."""
    mark = "kept  " if kept else "BROKEN"
    print(f"promise {mark}  {words}   ({numbers})", file=spoken)
    return {"words": words, "numbers": numbers, "kept": kept}


def tell(verdicts: list[Verdict], out: Path) -> bool:
    """Whether every promise is kept; all are written down for programs to read."""
    if verdicts:
        text = json.dumps(verdicts, ensure_ascii=False, indent=2)
        (out / "promises.json").write_text(f"{text}\n", encoding="utf-8")
    return all(v["kept"] for v in verdicts)
