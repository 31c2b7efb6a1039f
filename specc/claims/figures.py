"""The figures that can be claimed: what each word means, as a value with its working."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import Literal

from msgspec import Struct

from specc.claims.error import ClaimError
from specc.claims.outcome import Value, text
from specc.claims.subjects import Subject
from specc.claims.upstream import field_working
from specc.count.add import add_up
from specc.count.memory import FLOAT
from specc.count.rows import Entry
from specc.count.weights import parameters
from specc.diagnostics import Diagnostic
from specc.formula import Formula, Sum, product, total, var
from specc.nearest import nearest
from specc.program import Apply
from specc.receptive import HOPS, Everything, extent
from specc.sizes import Size, Symbolic
from specc.syntax import tree
from specc.types import Tensor


class Figure(Struct, frozen=True):
    """A value and the formula behind it; `numbers` is the working of what is no formula of sizes."""

    value: Value
    formula: Formula | None = None
    numbers: str = ""

    @property
    def working(self) -> str:
        """`(5·5·1 + 1)·6 = 156`; empty where nothing is to be worked out."""
        if self.formula is not None:
            return self.formula.working()
        return f"{self.numbers} = {text(self.value)}" if self.numbers else ""


def figure(subject: Subject, word: tree.Name) -> Figure:
    """The figure of a subject that a word names.

    Raises:
        ClaimError: there is no such figure.
    """
    make = FIGURES.get(word.id)
    found = make(subject) if make else _own(subject, word.id)
    if found is None:
        raise ClaimError(_unknown(subject, word))
    return found


def _params(subject: Subject) -> Figure:
    if subject.totals is not None:
        return Figure(subject.totals.params)
    counted = [e.row.counted for e in subject.entries if e.row.formula is not None]
    return _summed(counted)


def _kind(kind: Literal["weights", "biases"]) -> Callable[[Subject], Figure]:
    def make(subject: Subject) -> Figure:
        found = ((e.row.times, getattr(e.row, kind)) for e in subject.entries)
        counts = [(times, part) for times, count in found for part in _terms(count)]
        return _summed([part if times == 1 else product((times, part)) for times, part in counts])

    return make


def _terms(count: Formula | None) -> tuple[Formula, ...]:
    """The parts of a count, each of which may be repeated."""
    if isinstance(count, Sum) and all(sign == 1 for sign, _ in count.terms):
        return tuple(t for _, t in count.terms)
    return () if count is None else (count,)


def _summed(counts: list[Formula]) -> Figure:
    if len(counts) == 1:
        return Figure(counts[0].value, counts[0])
    values = [c.value for c in counts]
    return Figure(add_up(values), total(values) if 1 < len(values) <= 12 else None)


def _buffers(subject: Subject) -> Figure:
    return Figure(add_up(e.row.buffers for e in subject.entries))


def _non_trainable(subject: Subject) -> Figure:
    if subject.totals is not None:
        return Figure(subject.totals.non_trainable)
    return Figure(add_up(_fixed(e) for e in subject.entries))


def _fixed(entry: Entry) -> Size:
    return entry.row.non_trainable if entry.row.trainable else entry.row.params


def _trainable(subject: Subject) -> Figure:
    if subject.totals is not None:
        return Figure(subject.totals.trainable)
    return Figure(add_up(e.row.params - _fixed(e) for e in subject.entries))


def _macs(subject: Subject) -> Figure:
    if subject.totals is not None:
        return Figure(subject.totals.macs)
    if len(subject.entries) == 1 and subject.entries[0].macs is not None:
        return Figure(subject.entries[0].row.macs, subject.entries[0].macs)
    return Figure(add_up(e.row.macs for e in subject.entries))


def _output(subject: Subject) -> Figure | None:
    kind = subject.entries[-1].row.output if subject.entries else None
    if subject.totals is not None:
        outputs = subject.network.output_types() if subject.network else ()
        kind = outputs[0][1] if len(outputs) == 1 else None
    return Figure(tuple(kind.sizes)) if isinstance(kind, Tensor) else None


def _receptive_field(subject: Subject) -> Figure | None:
    if not subject.entries:
        return None
    seen = subject.entries[-1].row.sees
    port = next((p for p, _ in seen), "")
    sizes: list[Value] = [
        "all" if isinstance(s, Everything) else extent(axis, s)
        for (p, axis), s in seen.items()
        if p == port
    ]
    if not sizes:
        return None
    alike = all(s == sizes[0] for s in sizes)
    way = field_working(subject.entries[-1]) if alike and subject.totals is None else None
    right = way is not None and way.value == sizes[0]
    return Figure(sizes[0] if alike else tuple(sizes), way if right else None)


def _flops(subject: Subject) -> Figure | None:
    """A multiplication with its addition counts as two operations; additions of biases count none."""
    macs = _macs(subject)
    if not isinstance(macs.value, (int, Symbolic)):
        return None
    one = macs.formula if macs.formula is not None else var("MACs", macs.value)
    return Figure(2 * macs.value, 2 * one)


def _memory(subject: Subject) -> Figure | None:
    """Bytes of the learnable parameters in 32-bit floats."""
    params = _params(subject).value
    if not isinstance(params, (int, Symbolic)):
        return None
    return Figure(FLOAT * params, var("parameters", params) * FLOAT)


def _compression_ratio(subject: Subject) -> Figure | None:
    """The numbers of the network's first input over those of the output."""
    output = _output(subject)
    inputs = subject.network.inputs if subject.network is not None else ()
    kind = inputs[0][1] if inputs else None
    if output is None or not isinstance(kind, Tensor) or not isinstance(output.value, tuple):
        return None
    above, below = (product(_sizes(v)).value for v in (kind.sizes, output.value))
    if isinstance(above, int) and isinstance(below, int) and below:
        ratio = above // below if above % below == 0 else above / below
        return Figure(ratio, None, f"{above:,}/{below:,}")
    return None


def _sizes(values: Iterable[Value]) -> tuple[Size, ...]:
    return tuple(v for v in values if isinstance(v, (int, Symbolic)))


def _place(word: Literal["jump", "start"]) -> Callable[[Subject], Figure | None]:
    """How far the receptive field moves from one position to the next, and where the first begins.

    Along the edges of a graph it does neither.
    """

    def make(subject: Subject) -> Figure | None:
        seen = subject.entries[-1].row.sees if subject.entries else {}
        port = next((p for p, _ in seen), "")
        fields = [s for (p, axis), s in seen.items() if p == port and axis != HOPS]
        found: list[Value] = [
            _whole(getattr(s, word)) for s in fields if not isinstance(s, Everything)
        ]
        if not found or len(found) != len(fields):
            return None
        return Figure(found[0] if all(f == found[0] for f in found) else tuple(found))

    return make


def _whole(value: Size | Fraction) -> Value:
    return float(value) if isinstance(value, Fraction) else value


def _layers(subject: Subject) -> Figure:
    """How many stages with weights, copies included."""
    return Figure(add_up(e.row.times for e in subject.entries if e.row.formula is not None))


_OF_OUTPUT = ("output", "compression_ratio")

FIGURES: Mapping[str, Callable[[Subject], Figure | None]] = {
    "params": _params,
    "weights": _kind("weights"),
    "biases": _kind("biases"),
    "buffers": _buffers,
    "trainable": _trainable,
    "non_trainable": _non_trainable,
    "macs": _macs,
    "output": _output,
    "flops": _flops,
    "memory": _memory,
    "compression_ratio": _compression_ratio,
    "receptive_field": _receptive_field,
    "jump": _place("jump"),
    "start": _place("start"),
    "layers": _layers,
}
"""Every word after the last dot of a claim, besides the hyperparameters of a layer."""


def _own(subject: Subject, word: str) -> Figure | None:
    """What the layer itself names: a tensor, a hyperparameter, or an axis of its output."""
    return _tensor(subject, word) or _hyperparameter(subject, word) or _axis(subject, word)


def _axis(subject: Subject, word: str) -> Figure | None:
    """The size of an axis of the output, with its rule: `C1.height`."""
    entry = subject.entries[-1] if subject.entries and subject.totals is None else None
    kind = entry.row.output if entry is not None else None
    if entry is None or not isinstance(kind, Tensor) or word not in kind.axes:
        return None
    operation = entry.node.operation if entry.node is not None else None
    rules = operation.inference.sizes if isinstance(operation, Apply) else ()
    rule = next((r.formula for r in rules if r.axis == word), None)
    return Figure(kind.sizes[kind.axes.index(word)], rule)


def _tensor(subject: Subject, word: str) -> Figure | None:
    """The shape of a tensor by its name in the state dict: `code.weight`."""
    stage = subject.entries[0].stage if len(subject.entries) == 1 else None
    if stage is None or subject.totals is not None:
        return None
    found = next((p for p in parameters(stage) if p.name == word), None)
    return None if found is None else Figure(tuple(found.sizes))


def _hyperparameter(subject: Subject, word: str) -> Figure | None:
    entry = subject.entries[0] if len(subject.entries) == 1 and subject.totals is None else None
    if entry is None or entry.node is None or not isinstance(entry.node.operation, Apply):
        return None
    layer = entry.node.operation.layer
    return Figure(getattr(layer, word)) if word in type(layer).model_fields else None


def _unknown(subject: Subject, word: tree.Name) -> Diagnostic:
    own = [name for name, make in FIGURES.items() if make(subject) is not None]
    near = nearest(word.id, own, 1) if word.id not in FIGURES else []
    return Diagnostic(
        "E603",
        f'{subject.text} has no figure "{word.id}"',
        word.span,
        f'did you mean "{near[0]}"?' if near else "",
        notes=(*_several(subject, word.id), f"figures: {', '.join(own)}"),
    )


def _several(subject: Subject, word: str) -> tuple[str, ...]:
    """That a network gives several outputs, where a figure of the output is asked for."""
    outputs = [n for n, _ in subject.network.outputs] if subject.network is not None else []
    if subject.totals is None or word not in _OF_OUTPUT or len(outputs) < 2:
        return ()
    return (f"{subject.text} has {len(outputs)} outputs: {', '.join(outputs)}",)
