"""What is told of a figure that has no formula of its own: the order of its axes, the parts of a sum."""

from __future__ import annotations

from specc.claims.subjects import Subject
from specc.count.rows import Entry
from specc.exam.asked import Asked
from specc.types import Tensor

MOST = 12
"""Parts of a sum that are written out; of more, the largest stand there."""
_SUMMED = frozenset({"params", "trainable", "macs"})


def order_of(subject: Subject, word: str) -> str:
    """What to say of a right shape whose first axis was written last: images, signals, sequences."""
    axes = _axes(subject) if word == "output" else ()
    if axes[:1] == ("channels",):
        return "channels last; specc and PyTorch put them first"
    if axes == ("time", "features"):
        return "features first; specc and PyTorch (batch_first=True) put the steps first"
    if axes:
        return f"the axes turned round; specc writes {', '.join(axes)}"
    return "the axes turned round; specc and PyTorch write"


def _axes(subject: Subject) -> tuple[str, ...]:
    """The names of the axes of an output."""
    if subject.totals is not None:
        outputs = subject.network.output_types() if subject.network is not None else ()
        kind = outputs[0][1] if len(outputs) == 1 else None
    else:
        kind = subject.entries[-1].row.output if subject.entries else None
    return kind.axes if isinstance(kind, Tensor) else ()


def adding_up(asked: Asked) -> str:
    """`C1 448 + F 62,730 = 63,178`; that a layer has none; empty where the parts are no sum."""
    whole = asked.figure.value
    if asked.word not in _SUMMED or not isinstance(whole, int):
        return ""
    layer = asked.subject.totals is None and len(asked.subject.entries) == 1
    if whole == 0 and layer and asked.word != "macs":
        return f"{asked.subject.text} learns nothing: 0"
    parts = [(e.row.label, size) for e in asked.subject.entries if (size := _size(e, asked.word))]
    if len(parts) < 2 or sum(size for _, size in parts) != whole:
        return ""
    shown = sorted(parts, key=lambda p: -p[1])[:MOST] if len(parts) > MOST else parts
    terms = [f"{label} {size:,}" for label, size in shown]
    left = len(parts) - len(shown)
    return f"{' + '.join([*terms, *([f'{left} smaller parts'] if left else [])])} = {whole:,}"


def _size(entry: Entry, word: str) -> int:
    """What a row adds to a sum; 0 where that is no number."""
    row = entry.row
    frozen = row.non_trainable if row.trainable else row.params
    size = {"macs": row.macs, "params": row.params, "trainable": row.params - frozen}[word]
    return size if isinstance(size, int) else 0
