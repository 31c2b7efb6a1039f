"""The loop of a training run: batches, checkpoints, logs, pictures of the losses, and the command line."""

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
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from types import FrameType
from typing import Any, ClassVar

import torch
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from safetensors.torch import save_model
from torch import Tensor, nn

from data import DataError, Split
from pictures import save_film

HERE = Path(__file__).resolve().parent
READ_EVERY = 50  # steps between two readings of the losses: reading stops a GPU
Promise = tuple[str, str, bool]  # the words, the numbers, and whether it holds


class Stop:
    """SIGTERM and SIGINT ask for an end at the next step; a second one does not wait."""

    def __init__(self) -> None:
        self.signal = 0
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.ask)

    def ask(self, number: int, frame: FrameType | None) -> None:
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
    """The last checkpoint that is whole, None where there is none; SystemExit where all are damaged."""
    there = [p for p in (path, previous(path)) if p.exists()]
    for candidate in there:
        content = candidate.read_bytes()
        if hashlib.sha256(content[32:]).digest() != content[:32]:
            console.print(f"{candidate} is damaged", style="yellow", soft_wrap=True)
            continue
        state: dict[str, Any] = torch.load(io.BytesIO(content[32:]), weights_only=True)
        return state
    if there:
        sys.exit("no checkpoint is whole; without --resume the run begins anew")
    return None


def records(log: Path, last: int) -> list[str]:
    """The lines of a log up to a step; what a kill left of a line is none."""
    kept = []
    for line in log.read_text(errors="replace").splitlines():
        try:
            if json.loads(line)["step"] <= last:
                kept.append(line)
        except (ValueError, TypeError, LookupError):
            continue
    return kept


def changed(before: dict[str, str], now: dict[str, str]) -> str:
    """What to say of a checkpoint of another spec: what was otherwise then."""
    differing = [n for n in {**before, **now} if before.get(n) != now.get(n)]
    lines = [
        f"  {n}: {before.get(n, 'none')} -> {now.get(n, 'none')}" for n in differing
    ]
    said = lines or ["  the text of the spec, but no size and no setting"]
    head = "the checkpoint was made from another spec; begin anew without --resume:"
    return "\n".join([head, *said])


# ------------------------------------------------------------------------- steps


class Step:
    """A forward pass, the gradient of its terms, and the update of what learns from it."""

    def __init__(
        self,
        trainer: Trainer,
        name: str,
        terms: Callable[..., dict[str, Tensor]],
        *optimizers: torch.optim.Optimizer,
    ) -> None:
        self.trainer = trainer
        self.terms = torch.compile(terms) if trainer.compiles else terms
        self.optimizers = optimizers
        groups = [g for optimizer in optimizers for g in optimizer.param_groups]
        self.learning = [p for group in groups for p in group["params"]]
        self.values: list[Tensor] = []
        trainer.updates[name] = self

    def __call__(self, *inputs: Tensor) -> None:
        """Forward, backward, update."""
        self.descend(*inputs)
        for optimizer in self.optimizers:
            optimizer.step()
        for parameter in self.learning:  # faster than zero_grad and its checks
            parameter.grad = None

    def descend(self, *inputs: Tensor) -> None:
        """The gradient of the sum of the terms, for what learns."""
        with self.trainer.autocast():
            terms = self.terms(*inputs)
        roots = [term for term in terms.values() if term.requires_grad]
        torch.autograd.backward(roots)
        self.values = [term.detach() for term in terms.values()]


# ---------------------------------------------------------------------- the run


class Trainer(ABC):
    """One run: everything that a checkpoint must hold, and the loop.

    `spec` is what a checkpoint must have been made from; `losses` names the terms of each step.
    """

    title: str
    spec: str
    losses: ClassVar[dict[str, tuple[str, ...]]]
    epochs: int
    steps: int | None = None
    batch: int
    seed: int
    checkpoint_steps: int | None = None
    checkpoint_epochs: int = 1
    model: nn.Module

    def __init__(self, args: argparse.Namespace, console: Console) -> None:
        self.args, self.console = args, console
        self.device = torch.device(args.device)
        torch.manual_seed(args.seed)
        self.splits = {n: s.to(self.device) for n, s in self.load().items()}
        self.train = self.splits["train"]
        self.compiles = args.compile or (
            args.compile is None and self.device.type == "cuda"
        )
        self.half = self.device.type == "cuda"
        self.updates: dict[str, Step] = {}
        self.build()
        self.batches = math.ceil(len(self.train) / args.batch)
        self.asked: tuple[int | None, int | None] = args.epochs, args.steps
        self.total = self.length()
        self.step = 0  # the order of an epoch follows from seed and epoch, so this is the whole position
        self.log: Path = args.out / "log.jsonl"
        self.checkpoint: Path = args.out / "checkpoint.pt"
        self.board: Any = None
        self.order = torch.empty(0, dtype=torch.int64)  # of the rows in this epoch
        self.pending: list[Tensor] = []
        self.reached: dict[str, float] = {}  # at the end of the last epoch

    @abstractmethod
    def load(self) -> dict[str, Split]:
        """The splits of the data."""

    @abstractmethod
    def fields(self, rows: Split) -> tuple[Tensor, ...]:
        """What a batch is made of."""

    @abstractmethod
    def build(self) -> None:
        """Make the model and its steps."""

    @abstractmethod
    def iteration(self, *batch: Tensor) -> None:
        """All steps on one batch, in order."""

    def terms(self, model: nn.Module, *batch: Tensor) -> dict[str, Tensor]:
        """Every term of every step, as means over a batch."""
        terms: dict[str, Tensor] = model(*batch)
        return terms

    @abstractmethod
    def promises(self) -> list[Promise]:
        """What the spec promises of the trained model."""

    @abstractmethod
    def show(self, epoch: int) -> None:
        """The pictures of an epoch."""

    def autocast(self) -> AbstractContextManager[object]:
        """Half precision where it pays."""
        if not self.half:
            return nullcontext()
        return torch.autocast(self.device.type, torch.bfloat16)

    def length(self) -> int:
        """How many iterations there are: as many as the command line says, or else the spec."""
        epochs, steps = self.asked
        if epochs is None and steps is None:
            steps = self.steps
        return steps or (epochs or self.epochs) * self.batches

    # ---- state

    def trained(self) -> nn.Module:
        """The weights that are judged and kept."""
        return self.model

    def state(self) -> dict[str, Any]:
        """All that decides how the run goes on."""
        cuda = self.device.type == "cuda"
        return {
            "spec": self.spec,
            "facts": self.facts(),
            "model": self.model.state_dict(),
            "optimizers": [
                o.state_dict() for s in self.updates.values() for o in s.optimizers
            ],
            "step": self.step,
            "asked": self.asked,
            "seed": self.args.seed,
            "batch": self.args.batch,
            "rng": torch.get_rng_state(),
            "cuda_rng": torch.cuda.get_rng_state_all() if cuda else [],
        }

    def facts(self) -> dict[str, str]:
        """Sizes and settings in words, to be compared when a checkpoint does not fit."""
        facts = {n: str(list(w.shape)) for n, w in self.model.state_dict().items()}
        for name, update in self.updates.items():
            facts[f"terms of {name}"] = ", ".join(self.losses[name])
            for optimizer in update.optimizers:
                kind = f"{type(optimizer).__name__} of {name}"
                facts |= {f"{kind}, {k}": str(v) for k, v in optimizer.defaults.items()}
        return facts

    def resume(self) -> None:
        """Go on where the last whole checkpoint was made."""
        state = restore(self.checkpoint, self.console)
        if state is None:
            self.console.print("no checkpoint yet; beginning anew")
            self.log.write_text("")
            return
        if state["spec"] != self.spec:
            sys.exit(changed(state["facts"], self.facts()))
        if (state["seed"], state["batch"]) != (self.args.seed, self.args.batch):
            sys.exit("a run goes on with the --seed and --batch that it began with")
        self.take(state)
        self.keep(state.get("asked", (None, None)))
        lines = records(self.log, self.step)
        self.log.write_text("".join(f"{line}\n" for line in lines))
        left = "" if self.step < self.total else f"; no step is left of {self.total}"
        self.console.print(f"resumed at step {self.step}{left}")

    def keep(self, asked: tuple[int | None, int | None]) -> None:
        """Be as long as the run was to be, where the command line says nothing else now."""
        if self.asked != (None, None):
            return
        self.asked = asked
        self.total = self.length()
        named = zip(("--epochs", "--steps"), asked, strict=True)
        if said := " ".join(f"{n} {v}" for n, v in named if v is not None):
            self.console.print(f"goes on with the {said} that it began with")

    def take(self, state: dict[str, Any]) -> None:
        """Be where a checkpoint was made."""
        self.model.load_state_dict(state["model"])
        optimizers = [o for s in self.updates.values() for o in s.optimizers]
        for optimizer, kept in zip(optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(kept)
        self.step = state["step"]
        torch.set_rng_state(state["rng"])
        if state["cuda_rng"]:
            torch.cuda.set_rng_state_all(state["cuda_rng"])

    def save(self) -> None:
        """Losses are read first, so that the log is as far as the checkpoint."""
        self.read()
        save(self.state(), self.checkpoint)

    # ---- one iteration

    def shuffle(self, epoch: int) -> None:
        """The order of the rows in an epoch, which depends on nothing but seed and epoch."""
        generator = torch.Generator().manual_seed(self.args.seed * 1_000_003 + epoch)
        order = torch.randperm(len(self.train), generator=generator)
        self.order = order.to(self.device)

    def advance(self) -> None:
        """The next batch."""
        start = self.step % self.batches * self.args.batch
        rows = self.order[start : start + self.args.batch]
        self.iteration(*[f.index_select(0, rows) for f in self.fields(self.train)])
        self.step += 1
        self.pending += [v for s in self.updates.values() for v in s.values]

    def read(self) -> dict[str, float]:
        """Write the losses since the last reading to the log; the last of them."""
        if not self.pending:
            return dict.fromkeys(self.losses, math.nan)
        names = [term for terms in self.losses.values() for term in terms]
        table = torch.stack(self.pending).view(-1, len(names))
        values: list[list[float]] = table.tolist()
        first = self.step - len(values) + 1
        self.pending.clear()
        with self.log.open("a") as file:
            for at, row in enumerate(values, first):
                terms = dict(zip(names, row, strict=True))
                losses = {n: sum(terms[t] for t in ts) for n, ts in self.losses.items()}
                if not all(map(math.isfinite, row)):
                    sys.exit(self.broken(at, terms))
                epoch = (at - 1) // self.batches + 1
                record = {"step": at, "epoch": epoch, **losses, **terms}
                file.write(json.dumps(record) + "\n")
                if self.board is not None:
                    for name, value in losses.items():
                        self.board.add_scalar(name, value, at)
        return losses

    def broken(self, step: int, terms: dict[str, float]) -> str:
        """What to say of a loss that is no number."""
        term = next(t for t, v in terms.items() if not math.isfinite(v))
        named = self.model.named_parameters()
        layer = next((n for n, p in named if not p.isfinite().all()), "no weight")
        return f"step {step}: {term} is {terms[term]}; first not finite: {layer}"

    @torch.inference_mode()
    def evaluate(self, split: str) -> dict[str, float]:
        """The terms on a split, with random streams of its own."""
        model, data, size = self.trained().eval(), self.splits[split], self.args.batch
        totals: dict[str, float] = {}
        with torch.random.fork_rng():
            torch.manual_seed(0)
            for start in range(0, len(data), size):
                part = data.rows(start, start + size)
                for term, value in self.terms(model, *self.fields(part)).items():
                    totals[term] = totals.get(term, 0.0) + value.item() * len(part)
        model.train()
        values = {term: total / len(data) for term, total in totals.items()}
        losses = {n: sum(values[t] for t in ts) for n, ts in self.losses.items()}
        return losses | values

    # ---- the run

    def run(self, stop: Stop) -> int:
        """All steps that are left; the exit status."""
        columns = (TextColumn("epoch {task.fields[epoch]}"), BarColumn(), MofNCompleteColumn(),
                   TextColumn("{task.fields[shown]}  {task.fields[rate]:.0f} steps/s"))  # fmt: skip
        silent = self.args.quiet or self.step >= self.total
        with Progress(*columns, console=self.console, disable=silent) as bar:
            task = bar.add_task("", total=self.total, epoch=0, shown="", rate=0)
            clock, since = time.perf_counter(), self.step
            while self.step < self.total and not stop.signal:
                epoch = self.step // self.batches
                if not len(self.order) or self.step % self.batches == 0:
                    self.shuffle(epoch)
                self.advance()
                ended = self.step % self.batches == 0 or self.step == self.total
                if self.step % READ_EVERY == 0 or ended:
                    shown = said(self.read())
                    rate = (self.step - since) / (time.perf_counter() - clock)
                    done = {"completed": self.step, "epoch": epoch + 1}
                    bar.update(task, shown=shown, rate=rate, **done)
                over = ended and self.end_epoch(epoch + 1)
                every = self.args.checkpoint_steps
                if every and self.step % every == 0:
                    self.save()  # with what the end of an epoch has changed
                if over:
                    break
        self.save()
        if stop.signal:
            self.console.print(f"stopped at step {self.step}; --resume goes on")
            return 128 + stop.signal
        return self.finish()

    def end_epoch(self, epoch: int) -> bool:
        """Report, pictures and a checkpoint; whether to stop early."""
        self.reached = values = self.evaluate("test")
        line = f"epoch {epoch}  test: {said(values)}"
        self.console.print(line, highlight=False, soft_wrap=True)
        self.show(epoch)
        if epoch % self.args.checkpoint_epochs == 0:
            self.save()
        return False

    def finish(self) -> int:
        """Weights, the loss curve, and what the spec promises."""
        weights = self.args.out / "model.safetensors"
        save_model(self.trained(), str(weights))
        self.console.print(f"weights     {weights}", highlight=False)
        self.console.print(f"loss curve  {self.draw_curve()}", highlight=False)
        film = save_film("grid", self.args.out)
        if film is not None:
            self.console.print(f"animation   {film}", highlight=False)
        for picture in sorted(self.args.out.glob("*.png")):
            if picture.stem != "loss":
                self.console.print(f"picture     {picture}", highlight=False)
        promises = self.promises()
        for words, numbers, holds in promises:
            mark = "kept  " if holds else "BROKEN"
            line = f"promise {mark}  {words}   ({numbers})"
            self.console.print(line, highlight=False)
        self.tell([{"words": w, "numbers": n, "kept": k} for w, n, k in promises])
        return 0 if all(holds for _, _, holds in promises) else 1

    def tell(self, promises: list[dict[str, object]]) -> None:
        """The values at the end and the promises, for programs to read."""
        split = "test"
        values = self.reached or self.evaluate(split)
        result = {
            "name": self.title,
            "steps": self.step,
            "split": split,
            "values": {n: v if math.isfinite(v) else None for n, v in values.items()},
            "promises": promises,
        }
        text = json.dumps(result, ensure_ascii=False, indent=2)
        (self.args.out / "result.json").write_text(f"{text}\n", encoding="utf-8")

    def draw_curve(self) -> Path:
        """The losses of the log as a picture."""
        import matplotlib

        matplotlib.use("Agg")
        from matplotlib import pyplot as plt

        rows = [json.loads(line) for line in records(self.log, self.total)]
        terms = [t for ts in self.losses.values() if len(ts) > 1 for t in ts]
        figure, axes = plt.subplots(figsize=(7, 4), layout="constrained")
        for name in (*self.losses, *terms):
            values = [row[name] for row in rows]
            axes.plot([row["step"] for row in rows], values, label=name, linewidth=0.8)
        axes.set(xlabel="step", ylabel="loss")
        axes.legend()
        path = self.log.with_name("loss.png")
        figure.savefig(path, dpi=120)
        plt.close(figure)
        return path


def said(values: dict[str, float]) -> str:
    """Names and values in a line."""
    return "  ".join(f"{name} {value:.4f}" for name, value in values.items())


def check(words: str, left: float, sign: str, right: float) -> Promise:
    """One promise with its numbers."""
    holds = {
        "<=": left <= right,
        "<": left < right,
        ">=": left >= right,
        ">": left > right,
    }
    return words, f"{left:.4g} {sign} {right:.4g}", holds[sign]


# -------------------------------------------------------------- the command line


def count(text: str) -> int:
    """A whole number from 1."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is no whole number from 1")
    return int(text)


def parse_arguments(kind: type[Trainer]) -> argparse.Namespace:
    """What the command line says, and the spec where it is silent."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    parser = argparse.ArgumentParser(description=f"Train {kind.title}.")
    add = parser.add_argument
    add("--epochs", type=count, help=f"default: {kind.epochs}")
    add("--steps", type=count, help="iterations in all, instead")
    add("--batch", type=count, default=kind.batch)
    add("--seed", type=int, default=kind.seed)
    add("--device", default=device)
    add("--threads", type=count, default=1, help="CPU threads")
    add("--out", type=Path, default=HERE / "run")
    add("--resume", action="store_true", help="go on")
    add("--checkpoint-steps", type=count, default=kind.checkpoint_steps)
    add("--checkpoint-epochs", type=count, default=kind.checkpoint_epochs)
    add("--compile", action=argparse.BooleanOptionalAction, help="default: on CUDA")
    add("--tensorboard", action="store_true", help="log for TensorBoard too")
    add("--quiet", action="store_true", help="no progress bar")
    return parser.parse_args()


def main(kind: type[Trainer]) -> int:
    """Run the training; the exit status is 0 when every step was done and every promise is kept."""
    args = parse_arguments(kind)
    console = Console(stderr=True)
    try:
        device = torch.empty(0, device=args.device).device
    except (RuntimeError, AssertionError) as problem:
        reason = str(problem).partition("\n")[0]
        console.print(
            f"error: --device {args.device}: {reason}", style="red", soft_wrap=True
        )
        return 2
    name = "the CPU; no GPU is used"
    if device.type == "cuda":
        name = torch.cuda.get_device_name(device)
    console.print(f"training {kind.title} on {name}", highlight=False)
    torch.set_num_threads(args.threads)
    torch.set_float32_matmul_precision("high")
    try:
        args.out.mkdir(parents=True, exist_ok=True)
        (args.out / "log.jsonl").open("a").close()
        (args.out / "result.json").unlink(missing_ok=True)
    except OSError as problem:
        reason = f"error: --out {args.out}: {problem.strerror}"
        console.print(reason, style="red", highlight=False, soft_wrap=True)
        return 2
    try:
        trainer = kind(args, console)
    except DataError as problem:
        console.print(f"error: {problem}", style="red", highlight=False, soft_wrap=True)
        return 1
    if args.tensorboard:
        from torch.utils.tensorboard import SummaryWriter

        trainer.board = SummaryWriter(str(args.out))
    if args.resume:
        trainer.resume()
    else:
        trainer.log.write_text("")
    return trainer.run(Stop())
