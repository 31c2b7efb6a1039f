"""What can be asked of a model: a figure of a layer or of a network, and in which words."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from msgspec import Struct

from specc.claims.subjects import Tables, plain
from specc.count.rows import Entry
from specc.layers.base import Inference
from specc.layers.written import written
from specc.program import Apply, Body
from specc.types import Tensor

_WEIGHTY = frozenset({"conv", "conv_transpose", "linear", "attention", "embedding", "batch_norm"})


class Topic(Struct, frozen=True):
    """A figure by its network, the path of the layer in it (empty for the network), and its word."""

    network: str
    path: tuple[str, ...]
    word: str

    @property
    def name(self) -> str:
        """`LeNet.C1.params`."""
        return ".".join((self.network, *self.path, self.word))


def topics(tables: Tables) -> Iterator[Topic]:
    """Every figure worth a question, layer by layer, then the sums."""
    for body in tables.program.networks:
        own = [t for e in tables.entries(body) for t in _of_layer(body, e)]
        yield from own
        if len([t for t in own if t.word == "params"]) > 1:
            yield Topic(body.name, (), "params")
            yield Topic(body.name, (), "macs")


def _of_layer(body: Body, entry: Entry) -> Iterator[Topic]:
    operation = entry.node.operation if entry.node is not None else None
    if not isinstance(operation, Apply) or not isinstance(entry.row.output, Tensor):
        return
    if len(plain(entry)) != len(entry.row.path.split(".")):
        return  # inside a repetition one name stands for several layers
    words = list(_words(entry, operation.inference))
    yield from (Topic(body.name, plain(entry), word) for word in words)


def _words(entry: Entry, inference: Inference) -> Iterator[str]:
    row = entry.row
    if row.formula is not None and not row.note:
        yield "params"
    if inference.sees == "window" or row.op == "flatten":
        yield "output"
    if row.op in _WEIGHTY and inference.macs is not None and not row.note:
        yield "macs"
    windows = inference.windows
    if windows and row.sees:
        yield "receptive_field"


def choose(found: list[Topic], number: int, random: Random) -> list[Topic]:
    """So many topics, of as many kinds and layers as there are, in the order of the model."""
    left = [*found]
    random.shuffle(left)
    chosen: list[Topic] = []
    while left and len(chosen) < number:
        best = min(left, key=lambda t: (_used(chosen, t), left.index(t)))
        left.remove(best)
        chosen.append(best)
    return sorted(chosen, key=found.index)


def _used(chosen: list[Topic], topic: Topic) -> int:
    """How much was asked about the same figure or layer."""
    words = sum(t.word == topic.word for t in chosen)
    return 2 * words + 3 * sum(t.path == topic.path for t in chosen)


# ------------------------------------------------------------------------- stems

_ASKED = {
    "params": "How many learnable parameters does {it} have?",
    "output": "What is the shape of the output of {it}, in the order {axes}?",
    "macs": "How many multiply-accumulates does {it} take for one item?",
    "receptive_field": "How large is the receptive field of one output position of {it}, along one axis?",
}


def stem(tables: Tables, topic: Topic, entry: Entry | None) -> str:
    """The question in words."""
    if entry is None:
        it = f"the whole network {topic.network}"
        return _ASKED[topic.word].format(it=it)
    operation = entry.node.operation if entry.node is not None else None
    call = written(operation.layer, entry.row.op) if isinstance(operation, Apply) else entry.row.op
    several = len(tables.program.networks) > 1
    where = f" of {topic.network}" if several else ""
    name = f"{'.'.join(topic.path)}{where}"
    it = name if topic.path[-1].rstrip("0123456789") == call else f"{name}, {call},"
    if (
        topic.word == "output"
        and isinstance(entry.row.output, Tensor)
        and entry.row.output.rank == 1
    ):
        return f"How many numbers does {it} give?"
    axes = ", ".join(entry.row.output.axes) if isinstance(entry.row.output, Tensor) else ""
    return _ASKED[topic.word].format(it=it, axes=axes).replace(",?", "?").replace(",,", ",")
