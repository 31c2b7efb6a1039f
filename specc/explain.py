"""The working of every figure of a layer: formula, numbers put in, and result."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from pathlib import PurePath

from msgspec import Struct
from msgspec.structs import replace
from pydantic import BaseModel

from specc.count.counter import count
from specc.count.memory import FLOAT
from specc.count.report import CountReport
from specc.count.rows import Entry, Tabler
from specc.count.shares import Share, shares
from specc.count.sums import Summer
from specc.count.weights import alternative, parameters
from specc.fields import FieldReader
from specc.formula import Formula, gathered, product, summed, total, var
from specc.layers.base import Convention, Counted, Inference, Layer, Part, Window
from specc.program import Apply, Body, Program, Scan, TrainPlan
from specc.receptive import HOPS, Everything, Fields, Seen, seen_text
from specc.sizes import Size, render
from specc.types import Tensor, factor
from specc.unfolded import Written, equations, moved, passed, short, starts

PASSING = "message_passing"
WHOLES = ("scan ", "fold ", f"{PASSING} ")
"""What begins the operation of a layer that is told by its equations."""


class Step(Struct, frozen=True):
    """One figure: `parameters`, its formula where it has one, and the value as text.

    `of` is the figure that it is a summand of.
    """

    title: str
    value: str
    formula: Formula | None = None
    of: str = ""

    @property
    def name(self) -> str:
        """The title where it stands alone: `MACs of gate f`."""
        return f"{self.of} of {self.title.strip()}" if self.of else self.title.strip()

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
    `params` and `macs` are what it adds to the sums. `file` is set where it is not the spec's own.
    `inside` are the paths of the operations of a cell or message passing that are left out below it.
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
    file: str = ""
    inside: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The path without the number of copies."""
        return self.path.partition(" ")[0]

    @property
    def whole(self) -> bool:
        """Whether it tells a cell or a message passing gate by gate, whose operations follow it."""
        return self.op.startswith(WHOLES)

    @property
    def place(self) -> str:
        """`line 5`, or `line 10 of graphs.spec` for what another file defines."""
        return f"line {self.line}" + (f" of {self.file}" if self.file else "")


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
    layers = tuple(e for body in program.networks for e in _layers(tabler, body))
    settings = tuple(s for plan in program.trains for s in _settings(plan))
    return ExplainedModel(count(program, convention), layers, settings)


def folded(layers: Sequence[Explained]) -> tuple[Explained, ...]:
    """The layers without the operations inside of a cell or message passing that is among them."""
    wholes = [e for e in layers if e.whole]
    below = [[e for e in layers if _below(e, whole)] for whole in wholes]
    hidden = {id(e) for inner in below for e in inner}
    inside = {id(w): tuple(e.name for e in i) for w, i in zip(wholes, below, strict=True)}
    kept = (e for e in layers if id(e) not in hidden)
    return tuple(replace(e, inside=inside[id(e)]) if e.whole else e for e in kept)


def opened(layers: Sequence[Explained], chosen: Sequence[Explained]) -> list[Explained]:
    """What was chosen of the layers, with the operations inside of its cells."""
    wholes = [e for e in chosen if e.whole]
    own = {id(e) for e in chosen}
    return [e for e in layers if id(e) in own or any(_below(e, whole) for whole in wholes)]


def _below(e: Explained, whole: Explained) -> bool:
    return e.network == whole.network and e.name.startswith(f"{whole.name}.")


def _layers(tabler: Tabler, body: Body) -> Iterator[Explained]:
    """The layers of a network; in front of those of a message passing stands the whole of it."""
    before: Entry | None = None
    for entry in tabler.entries(body):
        fresh = before is None or before.place.prefix != entry.place.prefix
        if entry.body.role == PASSING and fresh:
            yield _head(tabler.summer, body.name, entry)
        yield _explained(tabler, body.name, entry)
        before = entry


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
    counted = () if entry.stage is None else tabler.summer.weights(entry.stage).parts
    convention = tabler.summer.convention
    other = None if entry.stage is None else alternative(entry.stage, convention)
    steps = tuple(_steps(entry, inference, counted, other, before[0] if before else {}))
    if isinstance(operation, Scan) and not row.note:
        owned, worked = _cell(tabler.summer, operation, entry)
        steps = (*owned, *steps[1:], *worked)
    why = () if other is None else (_reason(convention, other.why),)
    notes = (*((row.note,) if row.note else ()), *why, *(inference.notes if inference else ()))
    phase = entry.node.phase if entry.node is not None else ""
    where = network, row.label, row.op, row.span.line
    own = row.span.source is tabler.summer.program.file.source
    file = "" if own else PurePath(row.span.source.path).name
    return Explained(*where, layer, steps, notes, phase, row.params, row.macs, file)


def _reason(convention: Convention, why: str) -> str:
    return why if why.lower().startswith(convention) else f"{convention}: {why}"


def _cell(summer: Summer, scan: Scan, entry: Entry) -> tuple[list[Step], list[Step]]:
    """A cell's weights gate by gate with its equations at a step; and its work at all steps."""
    shown = moved(scan)
    own = _titled(shares(summer, scan.body), shown)
    steps = _owned(own, entry)
    steps.append(Step("nodes" if scan.over == "tree" else "steps", render(scan.steps)))
    steps += (Step(f"  {name}", text) for name, text in starts(scan))
    steps += (Step(f"  {name}", text) for name, text in map(shown, equations(scan.body)))
    letter = "N" if scan.over == "tree" else "T"
    time = () if scan.steps == 1 else (var(letter, scan.steps),)
    return steps, _worked(own, entry, time)


def _head(summer: Summer, network: str, entry: Entry) -> Explained:
    """A message-passing layer as a whole, in front of its parts."""
    body, place = entry.body, entry.place
    shown = passed(body)
    own = _titled(shares(summer, body), shown)
    steps = _owned(own, entry)
    steps += (Step(f"  {name}", text) for name, text in map(shown, equations(body)))
    steps += _worked(own, entry)
    span = place.call if place.call is not None else entry.row.span
    path = replace(entry.row, path=".".join(place.prefix)).label
    return Explained(network, path, f"{PASSING} {body.name}", span.line, None, tuple(steps), ())


def _titled(
    found: Iterable[Share], shown: Callable[[Written], tuple[str, str]]
) -> list[tuple[str, Share]]:
    """The shares with the left sides of their equations."""
    return [(shown(s.statement)[0] if s.statement else "the rest", s) for s in found]


def _owned(found: list[tuple[str, Share]], entry: Entry) -> list[Step]:
    """The weights of all equations, then of each."""
    own = [(title, s, entry.copied(s.count)) for title, s in found if s.count is not None]
    if not own:
        return [Step("parameters", "0")]
    parts = [Step(f"  {title}", render(c.value), c, "parameters") for title, _, c in own]
    whole = _whole("n", [(s, count) for _, s, count in own])
    memory = Step("memory", f"{render(FLOAT * whole.value)} bytes in 32-bit floats")
    return [Step("parameters", render(whole.value), whole), *parts, memory]


def _worked(
    found: list[tuple[str, Share]], entry: Entry, steps: tuple[Formula, ...] = ()
) -> list[Step]:
    """The work of all equations, then of each; at all steps of a cell."""
    own = [
        (title, s, entry.worked(product((s.macs, *steps))))
        for title, s in found
        if s.macs is not None
    ]
    if not own:
        return []
    parts = [Step(f"  {title}", render(m.value), m, "MACs") for title, _, m in own]
    whole = _whole("m", [(s, macs) for _, s, macs in own])
    return [Step("MACs", render(whole.value), whole), *parts]


def _whole(letter: str, parts: list[tuple[Share, Formula]]) -> Formula:
    """`n_f + n_i`; of one part its own formula."""
    if len(parts) == 1:
        return parts[0][1]
    return total(var(f"{letter}_{short(s.statement)}", own.value) for s, own in parts)


def _steps(
    entry: Entry,
    inference: Inference | None,
    counted: tuple[Part, ...],
    other: Counted | None,
    before: Fields,
) -> Iterator[Step]:
    row = entry.row
    if row.formula is not None:
        yield Step("parameters", render(row.params), row.counted)
        owned = ((p.name, entry.copied(p.count)) for p in counted if p.count is not None)
        yield from _parts("parameters", owned)
        yield from _kinds(entry)
        yield from _unlearnt(entry)
        yield from _tensors(entry, "PyTorch's " if other is not None else "")
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
        work = inference.parts if inference is not None else ()
        done = ((p.name, entry.worked(p.macs)) for p in work if p.macs is not None)
        yield from _parts("MACs", done)
    elif row.macs != 0:
        yield Step("MACs", render(row.macs))
    yield from _fields(entry, inference, before)


def _parts(figure: str, found: Iterable[tuple[str, Formula]]) -> Iterator[Step]:
    """The summands of a figure by name; none where there is but one."""
    parts = list(found)
    for name, own in parts if len(parts) > 1 else ():
        yield Step(f"  {name}", render(own.value), own, figure)


def _kinds(entry: Entry) -> Iterator[Step]:
    """Weights and biases apart, where a layer has both."""
    row = entry.row
    for one, title in ((row.weights, "  weights"), (row.biases, "  biases")):
        if one is not None and row.weights is not None and row.biases is not None:
            whole = entry.copied(gathered(one))
            yield Step(title, render(whole.value), whole)


def _unlearnt(entry: Entry) -> Iterator[Step]:
    """What a convention counts beside the weights that are learnt: the moving averages of a norm."""
    if entry.stage is not None and entry.row.non_trainable != 0:
        found = [p.count for p in parameters(entry.stage) if p.kind == "buffer" and p.sizes]
        own = entry.copied(summed(found))
        same = own.value == entry.row.non_trainable
        yield Step("  not learnt", render(entry.row.non_trainable), own if same else None)


def _tensors(entry: Entry, whose: str = "") -> Iterator[Step]:
    """Every tensor by the name it has in the state dict; `whose` where a convention counts others."""
    for parameter in parameters(entry.stage) if entry.stage is not None else ():
        shape = "×".join(map(factor, parameter.sizes)) or "one number"
        if len(parameter.sizes) > 1:
            shape += f" = {render(parameter.count.value)}"
        kind = " (buffer)" if parameter.kind == "buffer" else ""
        yield Step(f"  {whose}{parameter.name}", f"{shape}{kind}")


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
    if window is None or not window.plain or before is None or isinstance(before, Everything):
        return None
    if not isinstance(before.jump, int):
        return None
    reach = product((var("k", window.kernel) - 1, *_spread(window.dilation), var("j", before.jump)))
    return var("r", before.size) + reach


def _spread(dilation: Size) -> tuple[Formula, ...]:
    return () if dilation == 1 else (var("d", dilation),)
