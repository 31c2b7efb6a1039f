"""The working of every figure of a layer: formula, numbers put in, and result."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from msgspec import Struct
from pydantic import BaseModel

from specc.count.counter import count
from specc.count.memory import FLOAT
from specc.count.report import CountReport
from specc.count.rows import Entry, Tabler
from specc.count.sums import Summer
from specc.count.weights import parameters
from specc.fields import HOPS, FieldReader
from specc.formula import Formula, gathered, product, total, var
from specc.layers.base import Convention, Inference, Layer, Window
from specc.program import Apply, Program, Scan, TrainPlan
from specc.receptive import Everything, Fields, Seen, seen_text
from specc.sizes import Size, render
from specc.types import Tensor, factor
from specc.unfolded import equations, gates


class Step(Struct, frozen=True):
    """One figure: `parameters`, its formula where it has one, and the value as text."""

    title: str
    value: str
    formula: Formula | None = None

    @property
    def text(self) -> str:
        """`(k_h·k_w·c_in + 1)·c_out = (5·5·1 + 1)·6 = 156`."""
        if self.formula is None:
            return self.value
        symbols, numbers = self.formula.symbols(), self.formula.numbers()
        parts = dict.fromkeys((symbols, numbers, self.value))
        return " = ".join(parts)


class Explained(Struct, frozen=True):
    """One layer of a network with its steps. `layer` is None for a bare tensor or a closed block.

    `phase` is the equation of a message-passing layer that it belongs to (`message`, `update`).
    `params` and `macs` are what it adds to the sums.
    """

    network: str
    path: str
    op: str
    line: int
    layer: Layer | None
    steps: tuple[Step, ...]
    notes: tuple[str, ...]
    phase: str = ""
    params: Size = 0
    macs: Size = 0


class ExplainedModel(Struct, frozen=True):
    """A file: its counts, its layers in the order of the table, and what training is told.

    `settings` are data, optimizers, schedule and settings of every `train` block with their titles.
    """

    report: CountReport
    layers: tuple[Explained, ...]
    settings: tuple[tuple[str, BaseModel], ...] = ()


def explain(program: Program, convention: Convention = "pytorch") -> ExplainedModel:
    """The working of every layer of every network."""
    tabler = Tabler(Summer(program, convention), FieldReader())
    layers = tuple(
        _explained(tabler, body.name, entry)
        for body in program.networks
        for entry in tabler.entries(body)
    )
    settings = tuple(s for plan in program.trains for s in _settings(plan))
    return ExplainedModel(count(program, convention), layers, settings)


def _settings(plan: TrainPlan) -> Iterator[tuple[str, BaseModel]]:
    for source in getattr(plan.data, "parts", (plan.data,)):
        yield f"data of {plan.name}", source
    for step in plan.steps:
        for update in step.updates:
            targets = ", ".join(".".join(path) for path in update.targets)
            yield f"optimizer of {targets} in {plan.name}", update.optimizer
        if step.schedule is not None:
            yield f"schedule of {step.name} in {plan.name}", step.schedule
    if plan.initialization is not None:
        yield f"init of {plan.name}", plan.initialization
    yield f"settings of {plan.name}", plan.settings


def _explained(tabler: Tabler, network: str, entry: Entry) -> Explained:
    row = entry.row
    operation = entry.node.operation if entry.node is not None else None
    layer = operation.layer if isinstance(operation, Apply) else None
    inference = operation.inference if isinstance(operation, Apply) else None
    before = tabler.before(entry)
    steps = tuple(_steps(entry, inference, before[0] if before else {}))
    if isinstance(operation, Scan) and not row.note:
        steps = (*_cell(tabler.summer, operation), *steps[1:], *_moved(tabler.summer, entry))
    notes = (*((row.note,) if row.note else ()), *(inference.notes if inference else ()))
    phase = entry.node.phase if entry.node is not None else ""
    where = network, row.label, row.op, row.span.line
    return Explained(*where, layer, steps, notes, phase, row.params, row.macs)


def _cell(summer: Summer, scan: Scan) -> Iterator[Step]:
    """The weights of a cell gate by gate, and its equations with the time written out."""
    found = list(gates(summer, scan.body))
    whole = total(var(f"n_{name.removesuffix('[t]')}", own.value) for name, own in found)
    yield Step("parameters", render(whole.value), whole if found else None)
    for name, own in found:
        yield Step(f"  {name}", render(own.value), own)
    if found:
        yield Step("memory", f"{render(FLOAT * whole.value)} bytes in 32-bit floats")
    yield Step("steps", render(scan.steps))
    for name, text in equations(scan.body):
        yield Step(f"  {name}", text)


def _moved(summer: Summer, entry: Entry) -> Iterator[Step]:
    """The work of a cell at all its steps; the layers inside of it have their own share."""
    operation = entry.node.operation if entry.node is not None else None
    if isinstance(operation, Scan) and (one := summer.macs(operation.body)) != 0:
        steps = (var("T", entry.place.steps),) if entry.place.steps != 1 else ()
        copies = (entry.row.times,) if entry.row.times != 1 else ()
        work = product((*copies, var("step", one), var("T", operation.steps), *steps))
        yield Step("MACs", render(work.value), work)


def _steps(entry: Entry, inference: Inference | None, before: Fields) -> Iterator[Step]:
    row = entry.row
    if row.formula is not None:
        yield Step("parameters", render(row.params), row.counted)
        yield from _kinds(entry)
        yield from _tensors(entry)
        yield Step("memory", f"{render(FLOAT * row.params)} bytes in 32-bit floats")
    else:
        yield Step("parameters", "0")
        yield from _tensors(entry)
    for rule in inference.sizes if inference is not None else ():
        yield Step(f"output {rule.axis}", render(rule.formula.value), rule.formula)
    if isinstance(row.output, Tensor):
        axes = ", ".join(row.output.axes)
        yield Step("output", f"{row.output}  ({axes})" if axes else str(row.output))
    if entry.macs is not None:
        yield Step("MACs", render(row.macs), entry.macs)
    elif row.macs != 0:
        yield Step("MACs", render(row.macs))
    yield from _fields(entry, inference, before)


def _kinds(entry: Entry) -> Iterator[Step]:
    """Weights and biases apart, where a layer has both."""
    row = entry.row
    for one, title in ((row.weights, "  weights"), (row.biases, "  biases")):
        if one is not None and row.weights is not None and row.biases is not None:
            own = gathered(one)
            whole = own if row.times == 1 else product((row.times, own))
            yield Step(title, render(whole.value), whole)


def _tensors(entry: Entry) -> Iterator[Step]:
    """Every tensor by the name it has in the state dict."""
    for parameter in parameters(entry.stage) if entry.stage is not None else ():
        shape = "×".join(map(factor, parameter.sizes)) or "one number"
        if len(parameter.sizes) > 1:
            shape += f" = {render(parameter.count.value)}"
        kind = " (buffer)" if parameter.kind == "buffer" else ""
        yield Step(f"  {parameter.name}", f"{shape}{kind}")


def _fields(entry: Entry, inference: Inference | None, before: Fields) -> Iterator[Step]:
    """What one position sees of the network's input, along each axis."""
    windows = {w.axis: w for w in inference.windows} if inference is not None else {}
    for (port, axis), seen in entry.row.sees.items():
        if axis == HOPS:
            yield Step("receptive field", seen_text(axis, seen))
            continue
        title = f"receptive field, {axis}"
        if isinstance(seen, Everything):
            yield Step(title, f"all of {port}")
            continue
        working = _grown(before.get((port, axis)), windows.get(axis))
        same = working is not None and working.value == seen.size
        yield Step(title, render(seen.size), working if same else None)
        if not (seen.size == 1 and seen.jump == 1 and seen.start == 0):
            yield Step("  jump", f"{_jump(seen.jump)} from one to the next")
            yield Step("  start", f"{render(seen.start)}, where the first one begins")


def _jump(jump: Size | Fraction) -> str:
    return str(jump) if isinstance(jump, Fraction) else render(jump)


def _grown(before: Seen | None, window: Window | None) -> Formula | None:
    """r + (k − 1)·d·j; None where the field grows in no simple way."""
    if window is None or window.up != 1 or before is None or isinstance(before, Everything):
        return None
    if not isinstance(before.jump, int):
        return None
    reach = product((var("k", window.kernel) - 1, *_spread(window.dilation), var("j", before.jump)))
    return var("r", before.size) + reach


def _spread(dilation: Size) -> tuple[Formula, ...]:
    return () if dilation == 1 else (var("d", dilation),)
