"""What can be asked of a model: a figure of a layer or of a network, and in which words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from random import Random

from msgspec import Struct

from specc.claims.error import ClaimError
from specc.claims.subjects import Tables, plain
from specc.count.rows import Entry
from specc.exam.quiz.naming import called
from specc.layers.base import Inference
from specc.layers.written import written
from specc.program import Apply, Body
from specc.receptive import HOPS
from specc.sizes import render
from specc.syntax import tree
from specc.types import Tensor

_WEIGHTY = frozenset({"conv", "conv_transpose", "linear", "attention"})


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
        entries = tables.entries(body)
        alike = Counter(map(plain, entries))
        yield from (t for e in entries if alike[plain(e)] == 1 for t in _of_layer(body, e))
        if sum(e.row.formula is not None for e in entries) > 1:
            yield Topic(body.name, (), "params")
            yield Topic(body.name, (), "macs")


def _of_layer(body: Body, entry: Entry) -> Iterator[Topic]:
    operation = entry.node.operation if entry.node is not None else None
    if not isinstance(operation, Apply) or not isinstance(entry.row.output, Tensor):
        return
    words = _words(entry, operation.inference)
    if len(plain(entry)) != len(entry.row.path.split(".")):
        words = (w for w in words if w in _SUMMED)  # a name stands for the layers of all rounds
    yield from (Topic(body.name, plain(entry), word) for word in words)


def wished(tables: Tables) -> list[Topic]:
    """What the `answers` of the file ask themselves, where a quiz has words for it."""
    claims = (c for block in tables.program.answers for c in block.claims)
    found = (_wish(tables, _names(c.subject)) for c in claims)
    return list(dict.fromkeys(t for t in found if t is not None))


def _names(expr: tree.Expr) -> tuple[tree.Name, ...]:
    """`LeNet.C1.params` as its names, nothing for what is more than names."""
    if isinstance(expr, tree.Name):
        return (expr,)
    if isinstance(expr, tree.Member):
        before = _names(expr.base)
        return (*before, expr.name) if before else ()
    return ()


def _wish(tables: Tables, names: tuple[tree.Name, ...]) -> Topic | None:
    if len(names) < 2 or names[-1].id not in ASKED:
        return None
    word = names[-1]
    try:
        subject = tables.find(names[:-1])
    except ClaimError:
        return None
    if subject.network is None or (subject.totals is not None and word.id not in _SUMMED):
        return None
    if subject.totals is not None:
        return Topic(subject.network.name, (), word.id)
    one = len(subject.entries) == 1
    return Topic(subject.network.name, plain(subject.entries[0]), word.id) if one else None


def _words(entry: Entry, inference: Inference) -> Iterator[str]:
    row = entry.row
    if row.formula is not None and not row.note:
        yield "params"
    if inference.sees == "window" or row.op == "flatten":
        yield "output"
    if row.op in _WEIGHTY and inference.macs is not None and not row.note:
        yield "macs"
    if row.sees and any(w.axis != HOPS for w in inference.windows):
        yield "receptive_field"


def choose(
    found: list[Topic], number: int, random: Random, first: Collection[Topic] = ()
) -> list[Topic]:
    """So many topics, `first` those that the author asks, in the order of the model.

    Of the others as many kinds and layers as there are.
    """
    own = [t for t in found if t in first]
    chosen = random.sample(own, min(number, len(own)))
    left = [t for t in found if t not in chosen]
    random.shuffle(left)
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

ASKED = {
    "params": "How many learnable parameters does {it} have?",
    "output": "What is the shape of the output of {it}, in the order {axes}?",
    "macs": "How many multiply-accumulates does {it} take for one item?",
    "receptive_field": "How large is the receptive field of one output position of {it}, along one axis?",
    "weights": "How many weights does {it} have, biases left out?",
    "biases": "How many biases does {it} have?",
    "flops": "How many floating-point operations does {it} take for one item?",
    "memory": "How many bytes do the parameters of {it} take as 32-bit floats?",
}
_SUMMED = frozenset({"params", "macs"})


def stem(tables: Tables, topic: Topic, entry: Entry | None) -> str:
    """The question in words."""
    if entry is None:
        it = f"the whole network {topic.network}"
        return ASKED[topic.word].format(it=it)
    operation = entry.node.operation if entry.node is not None else None
    call = written(operation.layer, entry.row.op) if isinstance(operation, Apply) else entry.row.op
    several = len(tables.program.networks) > 1
    where = f" of {topic.network}" if several else ""
    name = f"{called(tables.program.network(topic.network), topic.path)}{where}"
    it = name if call in name.split() else f"{name}, {call},"
    if entry.row.times != 1:
        it = f"{it.removesuffix(',')}, all {render(entry.row.times)} copies together,"
    if (
        topic.word == "output"
        and isinstance(entry.row.output, Tensor)
        and entry.row.output.rank == 1
    ):
        return f"How many numbers does {it} give?"
    axes = ", ".join(entry.row.output.axes) if isinstance(entry.row.output, Tensor) else ""
    return ASKED[topic.word].format(it=it, axes=axes).replace(",?", "?").replace(",,", ",")
