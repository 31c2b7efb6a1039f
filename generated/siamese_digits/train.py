"""Training of Siamese as in siamese_digits.spec, written by specc 0.1.0.

Siamese verification with the margin loss: the same Embed twice, hence the same weights.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import math
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import torch
import torch.nn.functional as F
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from safetensors.torch import save_model
from torch import Tensor, nn

from data import DataError, Split, load
from model import Embed

HERE = Path(__file__).resolve().parent
SPEC = "e19b734cba52708c"  # what a checkpoint must have been made from
READ_EVERY = 50  # steps between two readings of the losses: reading stops a GPU


def area_under_roc(score: Tensor, target: Tensor) -> Tensor:
    """Chance that a positive item scores above a negative one; ties count half."""
    positive, negative = score[target > 0.5], score[target <= 0.5].sort().values
    below = torch.searchsorted(negative, positive.contiguous())
    up_to = torch.searchsorted(negative, positive.contiguous(), right=True)
    return (below + up_to).float().mean() / (2 * len(negative))


TERMS = ("mean",)


class Siamese(nn.Module):
    """The networks that learn together, and the terms of their objective."""

    def __init__(self) -> None:
        super().__init__()
        self.embed = Embed()

    def forward(self, a: Tensor, b: Tensor, same: Tensor) -> dict[str, Tensor]:
        """Every term as its mean over the batch; their sum is the objective."""
        d = F.pairwise_distance(self.embed(a), self.embed(b))  # [B]
        x = same * d**2 / 2 + (1 - same) * (1.0 - d).clamp(min=0) ** 2 / 2  # [B]
        x = x.mean()  # []
        return {"mean": x}

    def outputs(self, a: Tensor, b: Tensor, same: Tensor) -> tuple[Tensor, ...]:
        """What the metrics compare."""
        d = F.pairwise_distance(self.embed(a), self.embed(b))  # [B]
        d = -d  # [B]
        return d, same


class Stop:
    """SIGTERM and SIGINT ask for an end at the next step; a second one does not wait."""

    def __init__(self) -> None:
        self.signal = 0
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.ask)

    def ask(self, number: int, frame: FrameType | None) -> None:
        del frame
        if self.signal:
            os._exit(128 + number)
        self.signal = number


# ------------------------------------------------------------------ checkpoints


def save(state: dict[str, Any], path: Path) -> None:
    """Write a checkpoint whole or not at all, and keep the one before."""
    buffer = io.BytesIO()
    torch.save(state, buffer)
    content = buffer.getvalue()
    temporary = path.with_suffix(".writing")
    with temporary.open("wb") as file:
        file.write(hashlib.sha256(content).digest() + content)
        file.flush()
        os.fsync(file.fileno())
    if path.exists():
        path.replace(previous(path))
    temporary.replace(path)


def previous(path: Path) -> Path:
    """Where the checkpoint before the last one is."""
    return path.with_name(f"{path.stem}.previous{path.suffix}")


def restore(path: Path, console: Console) -> dict[str, Any] | None:
    """The last checkpoint that is whole, None where there is none."""
    for candidate in (path, previous(path)):
        if not candidate.exists():
            continue
        content = candidate.read_bytes()
        if hashlib.sha256(content[32:]).digest() != content[:32]:
            console.print(
                f"{candidate} is damaged; trying the one before", style="yellow"
            )
            continue
        state: dict[str, Any] = torch.load(io.BytesIO(content[32:]), weights_only=True)
        if state["spec"] != SPEC:
            sys.exit(
                f"{candidate} was made from another spec; begin anew without --resume"
            )
        return state
    return None


# ------------------------------------------------------------------- evaluation


@torch.inference_mode()
def evaluate(model: Siamese, split: Split, batch: int) -> dict[str, float]:
    """The objective's terms and the metrics on a split, with random streams of its own."""
    model.eval()
    totals: dict[str, float] = {}
    outputs: list[tuple[Tensor, ...]] = []
    with torch.random.fork_rng():
        torch.manual_seed(0)
        for start in range(0, len(split), batch):
            part = split.rows(start, start + batch)
            for term, value in model(part.a, part.b, part.same).items():
                totals[term] = totals.get(term, 0.0) + value.item() * len(part)
            outputs.append(model.outputs(part.a, part.b, part.same))
    model.train()
    values = {term: total / len(split) for term, total in totals.items()}
    values["loss"] = sum(values.values())
    whole = [torch.cat(parts) for parts in zip(*outputs, strict=True)]
    values |= metrics(*whole)
    return values


def metrics(value: Tensor, same: Tensor) -> dict[str, float]:
    """The metrics of a whole split."""
    return {
        "auc": area_under_roc(value, same).item(),
    }


Promise = tuple[str, str, bool]  # the words, the numbers, and whether it holds


def promises(model: Siamese, splits: dict[str, Split], batch: int) -> list[Promise]:
    """What the spec promises of the trained model."""
    test = evaluate(model, splits["test"], batch)
    return [
        check("test.auc >= 0.99", test["auc"], ">=", 0.99),
    ]


def check(words: str, left: float, sign: str, right: float) -> Promise:
    """One promise with its numbers."""
    holds = {
        "<=": left <= right,
        "<": left < right,
        ">=": left >= right,
        ">": left > right,
    }
    return words, f"{left:.4g} {sign} {right:.4g}", holds[sign]


# --------------------------------------------------------------------- training


def parse_arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="Train Siamese.")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument(
        "--steps", type=int, default=None, help="optimizer steps in all, instead"
    )
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--device", default="cuda" if torch.cuda.is_available() else "cpu"
    )
    parser.add_argument("--threads", type=int, default=1, help="CPU threads")
    parser.add_argument("--out", type=Path, default=HERE / "run")
    parser.add_argument("--resume", action="store_true", help="go on")
    parser.add_argument("--checkpoint-steps", type=int, default=None)
    parser.add_argument("--checkpoint-epochs", type=int, default=1)
    parser.add_argument(
        "--compile", action=argparse.BooleanOptionalAction, help="default: on CUDA"
    )
    parser.add_argument(
        "--tensorboard", action="store_true", help="log for TensorBoard too"
    )
    parser.add_argument("--quiet", action="store_true", help="no progress bar")
    return parser.parse_args()


class Trainer:
    """One run: everything that a checkpoint must hold, and the loop."""

    def __init__(self, args: argparse.Namespace, console: Console) -> None:
        self.args, self.console = args, console
        self.device = torch.device(args.device)
        torch.manual_seed(args.seed)
        self.splits = {name: split.to(self.device) for name, split in load().items()}
        self.train = self.splits["train"]
        self.model = Siamese().to(self.device)
        nn.utils.convert_conv2d_weight_memory_format(self.model, torch.channels_last)
        self.optimizer = torch.optim.Adam(
            self.model.parameters(),
            lr=0.001,
            betas=(0.9, 0.999),
            eps=1e-08,
            weight_decay=0.0,
            amsgrad=False,
            decoupled_weight_decay=False,
            fused=True,
        )
        self.half = self.device.type == "cuda"
        self.batches = math.ceil(len(self.train) / args.batch)
        self.steps = args.steps or args.epochs * self.batches
        self.step = 0  # the order of an epoch follows from seed and epoch, so this is the whole position
        self.best = math.inf
        self.log = args.out / "log.jsonl"
        self.checkpoint = args.out / "checkpoint.pt"
        self.board: Any = None
        self.rows: tuple[Tensor, ...] = ()
        self.pending: list[Tensor] = []
        self.compiled: Callable[..., dict[str, Tensor]] = self.model
        if args.compile or (args.compile is None and self.device.type == "cuda"):
            self.compiled = torch.compile(self.model)

    # ---- state

    def state(self) -> dict[str, Any]:
        """All that decides how the run goes on."""
        return {
            "spec": SPEC,
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "step": self.step,
            "best": self.best,
            "seed": self.args.seed,
            "batch": self.args.batch,
            "rng": torch.get_rng_state(),
            "cuda_rng": torch.cuda.get_rng_state_all()
            if self.device.type == "cuda"
            else [],
        }

    def resume(self) -> None:
        """Go on where the last whole checkpoint was made."""
        state = restore(self.checkpoint, self.console)
        if state is None:
            self.console.print("no checkpoint yet; beginning anew")
            return
        if (state["seed"], state["batch"]) != (self.args.seed, self.args.batch):
            sys.exit("a run goes on with the --seed and --batch that it began with")
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step, self.best = state["step"], state["best"]
        torch.set_rng_state(state["rng"])
        if state["cuda_rng"]:
            torch.cuda.set_rng_state_all(state["cuda_rng"])
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        kept = [line for line in lines if json.loads(line)["step"] <= self.step]
        self.log.write_text("".join(f"{line}\n" for line in kept))
        self.console.print(f"resumed at step {self.step}")

    def save(self) -> None:
        """Losses are read first, so that the log is as far as the checkpoint."""
        self.read()
        save(self.state(), self.checkpoint)

    # ---- one step

    def shuffle(self, epoch: int) -> None:
        """All rows in the order of an epoch, which depends on nothing but seed and epoch."""
        generator = torch.Generator().manual_seed(self.args.seed * 1_000_003 + epoch)
        order = torch.randperm(len(self.train), generator=generator).to(self.device)
        self.rows = tuple(field[order] for field in self.train.fields())

    def one_step(self) -> None:
        """Forward, backward, update."""
        start = self.step % self.batches * self.args.batch
        batch = [field[start : start + self.args.batch] for field in self.rows]
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.half):
            terms = self.compiled(*batch)
        values = torch.stack(tuple(terms.values()))
        loss = values.sum()
        torch.autograd.backward(loss)
        self.step += 1
        self.pending.append(values.detach())
        self.optimizer.step()
        self.optimizer.zero_grad()

    def read(self) -> float:
        """Write the losses since the last reading to the log; the last of them."""
        if not self.pending:
            return math.nan
        values: list[list[float]] = torch.stack(self.pending).tolist()
        first = self.step - len(values) + 1
        self.pending.clear()
        with self.log.open("a") as file:
            for at, row in enumerate(values, first):
                if not all(map(math.isfinite, row)):
                    sys.exit(self.broken(at, row))
                terms = dict(zip(TERMS, row, strict=True))
                record = {
                    "step": at,
                    "epoch": (at - 1) // self.batches + 1,
                    "loss": sum(row),
                    **terms,
                }
                file.write(json.dumps(record) + "\n")
                if self.board is not None:
                    self.board.add_scalar("loss", sum(row), at)
        return sum(values[-1])

    def broken(self, step: int, row: list[float]) -> str:
        """What to say of a loss that is no number."""
        term = next(t for t, v in zip(TERMS, row, strict=True) if not math.isfinite(v))
        named = self.model.named_parameters()
        layer = next((n for n, p in named if not p.isfinite().all()), "no weight")
        return f"step {step}: {term} is {dict(zip(TERMS, row, strict=True))[term]}; first not finite: {layer}"

    # ---- the run

    def run(self, stop: Stop) -> int:
        """All steps that are left; the exit status."""
        columns = (TextColumn("epoch {task.fields[epoch]}"), BarColumn(), MofNCompleteColumn(),
                   TextColumn("loss {task.fields[loss]:.4f}  {task.fields[rate]:.0f} steps/s"))  # fmt: skip
        with Progress(*columns, console=self.console, disable=self.args.quiet) as bar:
            task = bar.add_task(
                "",
                total=self.steps,
                completed=self.step,
                epoch=0,
                loss=math.nan,
                rate=0,
            )
            clock, since = time.perf_counter(), self.step
            while self.step < self.steps and not stop.signal:
                epoch = self.step // self.batches
                if not self.rows or self.step % self.batches == 0:
                    self.shuffle(epoch)
                self.one_step()
                ended = self.step % self.batches == 0 or self.step == self.steps
                if len(self.pending) >= READ_EVERY or ended:
                    loss = self.read()
                    rate = (self.step - since) / (time.perf_counter() - clock)
                    bar.update(
                        task, completed=self.step, epoch=epoch + 1, loss=loss, rate=rate
                    )
                if (
                    self.args.checkpoint_steps
                    and self.step % self.args.checkpoint_steps == 0
                ):
                    self.save()
                if ended and self.end_epoch(epoch + 1):
                    break
        self.save()
        if stop.signal:
            self.console.print(f"stopped at step {self.step}; --resume goes on")
            return 128 + stop.signal
        return self.finish()

    def end_epoch(self, epoch: int) -> bool:
        """Report, pictures and a checkpoint; whether to stop early."""
        watched = "test"
        values = evaluate(self.model, self.splits[watched], self.args.batch)
        shown = "  ".join(f"{name} {value:.4f}" for name, value in values.items())
        self.console.print(f"epoch {epoch}  {watched}: {shown}", highlight=False)
        self.best = min(self.best, values["loss"])
        if epoch % self.args.checkpoint_epochs == 0:
            self.save()
        return False

    def finish(self) -> int:
        """Weights, the loss curve, samples, and what the spec promises."""
        save_model(self.model, str(self.args.out / "model.safetensors"))
        self.console.print(
            f"weights     {self.args.out / 'model.safetensors'}", highlight=False
        )
        self.console.print(f"loss curve  {draw_curve(self.log)}", highlight=False)
        kept = True
        for words, numbers, holds in promises(self.model, self.splits, self.args.batch):
            mark = "kept  " if holds else "BROKEN"
            self.console.print(
                f"promise {mark}  {words}   ({numbers})", highlight=False
            )
            kept = kept and holds
        return 0 if kept else 1


def draw_curve(log: Path) -> Path:
    """The losses of the log as a picture."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    records = [json.loads(line) for line in log.read_text().splitlines()]
    steps = [record["step"] for record in records]
    figure, axes = plt.subplots(figsize=(7, 4), layout="constrained")
    for name in ("loss", *TERMS) if len(TERMS) > 1 else ("loss",):
        axes.plot(
            steps, [record[name] for record in records], label=name, linewidth=0.8
        )
    axes.set(xlabel="step", ylabel="loss")
    axes.legend()
    path = log.with_name("loss.png")
    figure.savefig(path, dpi=120)
    plt.close(figure)
    return path


def main() -> int:
    """Run the training; the exit status is 0 when every step was done and every promise is kept."""
    args = parse_arguments()
    console = Console(stderr=True)
    device = torch.device(args.device)
    name = (
        torch.cuda.get_device_name(device)
        if device.type == "cuda"
        else "the CPU; no GPU is used"
    )
    console.print(f"training Siamese on {name}", highlight=False)
    torch.set_num_threads(args.threads)
    torch.set_float32_matmul_precision("high")
    args.out.mkdir(parents=True, exist_ok=True)
    try:
        trainer = Trainer(args, console)
    except DataError as problem:
        console.print(f"error: {problem}", style="red", highlight=False)
        return 1
    if args.tensorboard:
        from torch.utils.tensorboard import SummaryWriter

        trainer.board = SummaryWriter(str(args.out))
    if args.resume:
        trainer.resume()
    elif trainer.log.exists():
        trainer.log.unlink()
    status = trainer.run(Stop())
    return status


if __name__ == "__main__":
    sys.exit(main())
