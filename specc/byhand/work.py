"""An example worked from what is given: every value of its body, and of the networks that it calls.

What an operation computes stands in `OPERATIONS`, one function for each kind of `program.Operation`; another
kind (a scan over time, a step of message passing) becomes workable by a row there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from specc.byhand.array import Array, dropped, joined, lone, own, picked, reshaped, swapped
from specc.byhand.bounds import Symbols, bound, too_large, whole
from specc.byhand.folds import fold
from specc.byhand.graph import HandGraph, edge_names
from specc.byhand.interpret import ByHandError, Interpreter
from specc.byhand.notes import Page, page
from specc.byhand.scalar import so_far
from specc.byhand.scans import cut, first_state, held, is_cut, read, valid_at
from specc.diagnostics import Diagnostic
from specc.layers.base import Inference
from specc.layers.plumbing import PLUMBING
from specc.program import (
    Apply,
    Body,
    Constant,
    Distribute,
    Invoke,
    Node,
    ReadPort,
    ReadTensor,
    Ref,
    Rounds,
    Sample,
    Scan,
)
from specc.source import Span
from specc.types import Tensor

MOST_STEPS = 1_000_000
"""Numbers of one pass, those on the way included."""

Values = dict[Ref, Any]


class WorkError(Exception):
    """A value that cannot be worked out; carries what to report."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


class Step(Struct, frozen=True):
    """One value: its name, the words that made it, and the numbers that it came from.

    `rows` are names of its rows where numbers say too little: `0→1` for an edge.
    """

    name: str
    words: str
    value: Array
    sources: tuple[Array, ...]
    batched: bool
    span: Span
    rows: tuple[str, ...] = ()


class Worker(Struct):
    """Works bodies one after the other; `tensors` are the weights by their paths."""

    tensors: Mapping[str, Array]
    steps: list[Step] = field(default_factory=list)
    start: int = field(default_factory=so_far)
    calls: dict[str, int] = field(default_factory=dict)

    def work(
        self,
        body: Body,
        inputs: Mapping[str, Any],
        prefix: str = "",
        symbols: Symbols | None = None,
    ) -> Values:
        """Every value of a body; its free sizes are those of what comes in.

        Raises:
            WorkError: a random draw, a layer without a working, a value that is too large.
        """
        known = {**(symbols or {}), **bound(body, inputs)}
        frame = Frame(self, body, inputs, prefix, known)
        for number, node in enumerate(body.nodes):
            if so_far() - self.start > MOST_STEPS:
                raise _cannot(node, "comes after more steps than one works by hand")
            rule = OPERATIONS.get(type(node.operation))
            if rule is None:
                raise _cannot(node, "has no working by hand")
            try:
                found = rule(frame, node)
            except ByHandError as problem:
                raise _cannot(node, str(problem)) from None
            except NotImplementedError as problem:
                raise _cannot(node, f"has no working by hand with {problem}") from None
            except (ArithmeticError, ValueError):
                raise _cannot(node, "has no value here") from None
            frame.values.update({Ref(number, port): value for port, value in found.items()})
        return frame.values

    def tensor(self, prefix: str, path: tuple[str, ...], name: str) -> Array:
        """A weight by its path from a body, or from the file."""
        for start in (prefix, ""):
            whole = start + ".".join(path)
            for key in (f"{whole}.{name}", whole):
                if key in self.tensors:
                    return self.tensors[key]
        raise KeyError(path, name)


class Frame(Struct):
    """One body at work: its inputs, where its weights stand, and the values so far."""

    worker: Worker
    body: Body
    inputs: Mapping[str, Any]
    prefix: str
    symbols: Symbols
    values: Values = field(default_factory=dict)

    def operands(self, node: Node) -> list[Any]:
        """The values that a node reads, None for one left out."""
        return [None if r is None else self.values[r] for r in node.operands]

    def note(self, node: Node, value: Any, sources: list[Any], notes: Page) -> None:
        """Keep a step for the reader, and before it what the layer noted on the way."""
        if not isinstance(value, Array):
            return
        name = self.prefix + (node.variable or node.name)
        kind = node.types[0][1]
        batched = isinstance(kind, Tensor) and kind.batched and kind.over == "items"
        known = _arrays(sources)
        batch = value.sizes[:1]
        for word, part in notes if value.items else ():
            own = batched and part.sizes[:1] == batch and part.rank > 1
            rows = self._rows(part) if word == "message" else ()
            self._keep(f"{name}.{word}", "", part, known, own, node.span, rows)
            known = [*known, part]
        rows = self._rows(value) if isinstance(kind, Tensor) and kind.over == "edges" else ()
        self._keep(name, node.span.text, value, known, batched, node.span, rows)

    def _keep(
        self, name: str, words: str, value: Array, sources: list[Array], batched: bool, span: Span,
        rows: tuple[str, ...] = (),
    ) -> None:  # fmt: skip
        self.worker.steps.append(Step(name, words, value, tuple(sources), batched, span, rows))

    def _rows(self, value: Array) -> tuple[str, ...]:
        """The names of the edges that a value stands on: those of the latest graph with as many."""
        graphs = [
            g for g in (*self.inputs.values(), *self.values.values()) if isinstance(g, HandGraph)
        ]
        fitting = [g for g in graphs if len(g.source) == value.sizes[0]]
        return edge_names(fitting[-1]) if fitting else ()

    def inner(self, path: tuple[str, ...]) -> str:
        """The prefix of the weights of a stage: its own, or those of a network of the file."""
        own = any(s.name == path[0] for s in self.body.stages)
        return (self.prefix if own else "") + ".".join(path) + "."


def _arrays(values: list[Any]) -> list[Array]:
    found: list[Any] = []
    for value in values:
        found += value.values() if isinstance(value, dict) else [value]
    return [v for v in found if isinstance(v, Array)]


def _cannot(node: Node, why: str) -> WorkError:
    return WorkError(Diagnostic("E702", f"{node.variable or node.name} {why}", node.span))


# ------------------------------------------------------------------- operations


def _read_port(frame: Frame, node: Node) -> dict[str, Any]:
    assert isinstance(node.operation, ReadPort)
    return {"output": frame.inputs[node.operation.name]}


def _constant(_: Frame, node: Node) -> dict[str, Any]:
    assert isinstance(node.operation, Constant)
    return {"output": lone(node.operation.number)}


def _read_tensor(frame: Frame, node: Node) -> dict[str, Any]:
    assert isinstance(node.operation, ReadTensor)
    found = frame.worker.tensor(frame.prefix, node.operation.path, node.operation.tensor)
    return {"output": swapped(found, 0, 1) if node.operation.transposed else found}


def _distribute(frame: Frame, node: Node) -> dict[str, Any]:
    assert isinstance(node.operation, Distribute)
    return {"output": dict(zip(node.operation.parts, frame.operands(node), strict=True))}


def _sample(_: Frame, __: Node) -> dict[str, Any]:
    raise ByHandError("is random: give its value instead")


def _apply(frame: Frame, node: Node) -> dict[str, Any]:
    operation = node.operation
    assert isinstance(operation, Apply)
    inference = operation.inference
    why = too_large(inference, frame.symbols)
    if why is not None:
        raise ByHandError(why)
    weights = {} if operation.stage is None else weights_of(frame, operation.stage, inference)
    operands = frame.operands(node)
    code = inference.with_sides or inference.forward
    with page() as notes:
        found = Interpreter(operands, inference.module, weights, frame.symbols)(code)
    several = found if isinstance(found, tuple) else (found,)
    ports = [port for port, _ in inference.outputs]
    if operation.layer.word not in PLUMBING:
        several = tuple(own(value) if isinstance(value, Array) else value for value in several)
        frame.note(node, several[0], [*operands, *weights.values()], notes)
    return dict(zip(ports, several, strict=False))


def weights_of(frame: Frame, path: tuple[str, ...], inference: Inference) -> dict[str, Array]:
    """The tensors of a layer by their names, tied ones read from their owners."""
    stage = next((s for s in frame.body.stages if (s.name,) == path), None)
    ties = {t.parameter: t for t in stage.ties} if stage is not None else {}
    found: dict[str, Array] = {}
    for parameter in inference.parameters:
        if parameter.kind == "buffer":
            continue
        tie = ties.get(parameter.name)
        if tie is None:
            found[parameter.name] = frame.worker.tensor(frame.prefix, path, parameter.name)
        else:
            owner = frame.worker.tensor(frame.prefix, tie.path, tie.tensor)
            found[parameter.name] = swapped(owner, 0, 1) if tie.transposed else owner
    return found


def _invoke(frame: Frame, node: Node) -> dict[str, Any]:
    operation = node.operation
    assert isinstance(operation, Invoke)
    body = operation.body
    names = [name for name, _ in body.inputs]
    inputs = dict(zip(names, frame.operands(node), strict=True))
    values = _called(frame, body, inputs, frame.inner(operation.stage))
    found = {port: values[ref] for port, ref in body.outputs}
    for port, _ in node.types:
        if port not in found:  # a value inside the network that is read from outside
            at = next(i for i, n in enumerate(body.nodes) if port in (n.name, n.variable))
            found[port] = values[Ref(at)]
    return found


def _called(frame: Frame, body: Body, inputs: dict[str, Any], prefix: str) -> Values:
    """The values of a body; those of a second call are told apart: `Net(2).hidden`."""
    calls = frame.worker.calls
    calls[prefix] = calls.get(prefix, 0) + 1
    first = len(frame.worker.steps)
    values = frame.worker.work(body, inputs, prefix, frame.symbols)
    if calls[prefix] > 1:
        _renamed(frame.worker, first, prefix, f"{prefix[:-1]}({calls[prefix]}).")
    return values


def _renamed(worker: Worker, first: int, prefix: str, shown: str) -> None:
    """Steps under another name than that of their weights."""
    for number in range(first, len(worker.steps)):
        step = worker.steps[number]
        worker.steps[number] = replace(step, name=shown + step.name.removeprefix(prefix))


def _rounds(frame: Frame, node: Node) -> dict[str, Any]:
    operation = node.operation
    assert isinstance(operation, Rounds)
    value, *beside = frame.operands(node)
    number = 0
    for body, times in operation.bodies:
        for _ in range(whole(times, frame.symbols)):
            prefix = f"{frame.inner(operation.stage)[:-1]}[{number}]."
            names = (name for name, _ in body.inputs)
            inputs = dict(zip(names, (value, *beside), strict=True))
            values = frame.worker.work(body, inputs, prefix, frame.symbols)
            value = values[body.outputs[0][1]]
            number += 1
    return {node.types[0][0]: value}


def _scan(frame: Frame, node: Node) -> dict[str, Any]:
    """One step of the cell for each position."""
    operation = node.operation
    assert isinstance(operation, Scan)
    if operation.over == "tree":
        return _fold(frame, node, operation)
    states = operation.body.states
    sequence, *rest = frame.operands(node)
    others, firsts, mask = rest[: -1 - len(states)], rest[-1 - len(states) : -1], rest[-1]
    kinds = dict(operation.body.inputs)
    now = {
        s.name: first_state(s, value, kinds[s.name], sequence.sizes[0], frame.symbols)
        for s, value in zip(states, firsts, strict=True)
    }
    outputs: list[Array] = []
    time = sequence.sizes[1]
    for number, t in enumerate(reversed(range(time)) if operation.reverse else range(time)):
        before = outputs[-1] if outputs else None
        if before is not None and is_cut(operation, number, frame.symbols):
            now = {name: cut(value) for name, value in now.items()}
            before = cut(before)
        inputs = [read(operation, sequence, t, before), *others]
        output, made = _step(frame, operation, inputs, now, str(t))
        valid = valid_at(mask, t)
        now = {s.name: held(valid, made[f"next {s.name}"], now[s.name]) for s in states}
        outputs.append(held(valid, output, outputs[-1] if outputs else None))
    kept = outputs[::-1] if operation.reverse else outputs
    lifted = [reshaped(o, (o.sizes[0], 1, *o.sizes[1:])) for o in kept]
    found = outputs[-1] if operation.keep == "last" else joined(lifted, 1)
    return {node.types[0][0]: found, **now}


def _fold(frame: Frame, node: Node, scan: Scan) -> dict[str, Any]:
    """One step of the cell for each node, from the leaves to the root, which is the first."""
    trees, *others = frame.operands(node)[: -1 - len(scan.body.states)]
    kinds = dict(scan.body.inputs)
    missing = {s.name: first_state(s, None, kinds[s.name], 1, frame.symbols, 1)
               for s in scan.body.states}  # fmt: skip
    several = trees.sizes[0] > 1

    def step(
        item: int, place: int, symbol: Array, now: dict[str, Array]
    ) -> tuple[Array, dict[str, Any]]:
        read = [symbol, *(picked(o, 0, [item]) for o in others)]
        return _step(frame, scan, read, now, f"{item}, {place}" if several else str(place))

    found = fold(trees, missing, step)
    return {node.types[0][0]: dropped(found, 1, 0) if scan.keep == "last" else found}


def _step(
    frame: Frame, scan: Scan, given: list[Any], now: dict[str, Array], place: str
) -> tuple[Array, dict[str, Any]]:
    """The output of one step, and all that it gives."""
    names = [name for name, _ in scan.body.inputs if name not in now]
    inputs = {**dict(zip(names, given, strict=True)), **now}
    prefix = f"{frame.inner(scan.stage)[:-1]}[{place}]."
    made = dict(_cell_step(frame, scan.body, inputs, scan.stage, prefix))
    return next(v for name, v in made.items() if not name.startswith("next ")), made


def _cell_step(
    frame: Frame, body: Body, inputs: dict[str, Any], stage: tuple[str, ...], prefix: str
) -> Iterator[tuple[str, Any]]:
    """The values of one step; the weights are those of the stage at every one."""
    first = len(frame.worker.steps)
    values = frame.worker.work(body, inputs, frame.inner(stage), frame.symbols)
    _renamed(frame.worker, first, frame.inner(stage), prefix)
    for port, ref in body.outputs:
        yield port, values[ref]


OPERATIONS: dict[type, Callable[[Frame, Node], dict[str, Any]]] = {
    ReadPort: _read_port,
    Constant: _constant,
    ReadTensor: _read_tensor,
    Distribute: _distribute,
    Sample: _sample,
    Apply: _apply,
    Invoke: _invoke,
    Rounds: _rounds,
    Scan: _scan,
}
"""What each kind of operation computes: a value for each port of its node."""
