"""What one step of a training does: who learns, who is only passed through, and what is shared."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, TypeAlias

from msgspec import Struct
from pydantic import BaseModel

from specc.check.learning import has_weights
from specc.dependence import Dependence, learnt, stops
from specc.layers.written import literal, written
from specc.program import Invoke, Node, Program, Ref, Sample, StepPlan, TrainPlan
from specc.sharing import Shared, shared

Gradient: TypeAlias = Literal["used", "through", "stopped", "none"]
"""What becomes of the gradient at a network: it is used to learn; it flows through fixed weights; `stop`
ends it before; or nobody asks for it, so the network runs without a graph."""


class Player(Struct, frozen=True):
    """A network (or a weight of the training) that a step reads, and what happens to it there.

    `learns` are the paths under `update`, with the optimizer as it is written; `elsewhere` the other
    steps that update it; `stopped_at` the line of the `stop` that ends the gradient.
    """

    name: str
    gradient: Gradient
    learns: tuple[tuple[str, str], ...] = ()
    through_to: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    stopped_at: int | None = None

    @property
    def partly(self) -> bool:
        """Whether only a part of it learns."""
        return bool(self.learns) and all("." in path for path, _ in self.learns)


class Value(Struct, frozen=True):
    """A value of the train block that a step reads: its name and text, and how it comes to it.

    `kind` is "shared" (computed once, before the steps), "own" (anew at each run of the step) or "anew"
    (read by others too, but weights behind it change between). `others` are the other steps that read
    it, `changed` the networks that changed; `detached` says that no gradient goes back through it.
    """

    name: str
    text: str
    line: int
    draw: bool
    kind: Literal["shared", "own", "anew"]
    others: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    detached: bool = False


class Aim(Struct, frozen=True):
    """An objective: its words, its terms by the names they are logged under, and who learns from it."""

    sense: str
    text: str
    terms: tuple[str, ...]
    updates: tuple[tuple[str, str], ...]


class Turn(Struct, frozen=True):
    """A step of a `train` block, explained. `position` counts from 1 among the `count` steps."""

    train: str
    name: str
    line: int
    position: int
    count: int
    every: int
    repeat: int
    aims: tuple[Aim, ...]
    players: tuple[Player, ...]
    values: tuple[Value, ...]
    clip_norm: float | None
    clip_value: float | None
    schedule: str


def turns(program: Program) -> tuple[Turn, ...]:
    """The steps of all train blocks, in their order."""
    return tuple(t for plan in program.trains for t in _turns(program, plan))


def _turns(program: Program, plan: TrainPlan) -> Iterator[Turn]:
    reader = _Reader(program, plan)
    for number, step in enumerate(plan.steps):
        yield Turn(
            plan.name, step.name, step.span.line, number + 1, len(plan.steps), step.every, step.repeat,
            tuple(_aims(step)), tuple(reader.players(step)), tuple(reader.values(number)),
            step.clip_norm, step.clip_value, "" if step.schedule is None else _called(step.schedule),
        )  # fmt: skip


def _aims(step: StepPlan) -> Iterator[Aim]:
    for objective in step.objectives:
        words = " ".join(line.partition("#")[0] for line in objective.span.text.splitlines())
        updates = tuple(
            (", ".join(".".join(p) for p in u.targets), _called(u.optimizer))
            for u in objective.updates
        )
        text = " ".join(words.split()).removeprefix(objective.sense).strip()
        yield Aim(objective.sense, text, tuple(t.name for t in objective.terms), updates)


def _called(entry: BaseModel) -> str:
    """The entry as it would be written, an optimizer always with its learning rate."""
    text = written(entry, str(getattr(entry, "word", "")))
    if "lr=" in text or "lr" not in type(entry).model_fields:
        return text
    word, _, rest = text.partition("(")
    rate = f"lr={literal(dict(entry)['lr'])}"
    return f"{word}({rate}, {rest}" if rest else f"{word}({rate})"


class _Reader:
    """Reads a train block step by step."""

    def __init__(self, program: Program, plan: TrainPlan) -> None:
        self.plan, self.nodes = plan, plan.body.nodes
        self.networks = {b.name: b for b in program.networks}
        self.depends = Dependence(program, plan.body)
        self.sharing: Shared = shared(self.depends, plan)
        self.needs = [self.depends.ancestors(_terms(s)) for s in plan.steps]

    # ----------------------------------------------------------------- networks

    def players(self, step: StepPlan) -> Iterator[Player]:
        """Everybody whose weights the objectives depend on, in the order in which they are called."""
        need = sorted(self.needs[self.plan.steps.index(step)])
        names = dict.fromkeys(
            name
            for n in need
            for name in sorted(self.depends.weights[n])
            if name not in self.networks or has_weights(self.networks[name])
        )
        open_ = self._open(step)
        for name in names:
            yield self._player(step, name, need, open_)

    def _player(self, step: StepPlan, name: str, need: list[int], open_: frozenset[int]) -> Player:
        learns = tuple(
            (".".join(path), _called(u.optimizer))
            for u in step.updates for path in u.learns if path[0] == name
        )  # fmt: skip
        elsewhere = tuple(s.name for s in self.plan.steps if s is not step and name in learnt(s))
        if learns:
            return Player(name, "used", learns, (), elsewhere)
        reading = [n for n in need if self._reads(n, name)]
        to = frozenset[str]().union(
            *(self.depends.reach[n] & learnt(step) for n in reading if n in open_)
        )
        if to:
            return Player(name, "through", (), tuple(sorted(to)), elsewhere)
        if reading and not any(n in open_ for n in reading):
            return Player(name, "stopped", (), (), elsewhere, self._stop(step))
        return Player(name, "none", (), (), elsewhere)

    def _reads(self, number: int, name: str) -> bool:
        """Whether the node itself uses weights of that owner, and not only a value behind it does."""
        before = [r.node for r in self.nodes[number].operands if r is not None]
        behind = frozenset[str]().union(*(self.depends.weights[n] for n in before))
        operation = self.nodes[number].operation
        called = isinstance(operation, Invoke) and operation.stage[0] == name
        return called or name in self.depends.weights[number] - behind

    def _open(self, step: StepPlan) -> frozenset[int]:
        """The nodes that a gradient of the step comes to before any `stop`."""
        ahead, seen = [r.node for r in _terms(step)], set[int]()
        while ahead:
            number = ahead.pop()
            if number not in seen and not stops(self.nodes[number]):
                seen.add(number)
                ahead += [r.node for r in self.nodes[number].operands if r is not None]
        return frozenset(seen)

    def _stop(self, step: StepPlan) -> int | None:
        need = self.needs[self.plan.steps.index(step)]
        lines = [self.nodes[n].span.line for n in sorted(need) if stops(self.nodes[n])]
        return lines[0] if lines else None

    # ------------------------------------------------------------------- values

    def values(self, number: int) -> Iterator[Value]:
        """Its draws, and what other steps read too under a name of the spec."""
        read = self.sharing.read[number]
        once = self.depends.ancestors(read) if read else frozenset[int]()
        detached = {r.node for r in self.sharing.detached[number]}
        for n in sorted(self.needs[number]):
            node = self.nodes[n]
            if not _speaks(node):
                continue
            others = tuple(
                s.name for i, s in enumerate(self.plan.steps) if i != number and n in self.needs[i]
            )
            if not others and not isinstance(node.operation, Sample):
                continue
            draw, line = isinstance(node.operation, Sample), node.span.line
            kind: Literal["shared", "own", "anew"] = "shared" if n in once else "own"
            changed: tuple[str, ...] = ()
            if others and n not in once:
                kind, changed = "anew", self._changed(n)
            yield Value(_name(node), _text(node), line, draw, kind, others, changed, n in detached)

    def _changed(self, number: int) -> tuple[str, ...]:
        """The networks behind a value that learn in one of the steps."""
        learners = frozenset[str]().union(*(learnt(s) for s in self.plan.steps))
        return tuple(sorted(self.depends.weights[number] & learners))


def _terms(step: StepPlan) -> tuple[Ref, ...]:
    return tuple(t.value for t in step.terms)


def _speaks(node: Node) -> bool:
    """Whether a node is a draw, or a value that the spec gives a name."""
    return isinstance(node.operation, Sample) or node.variable is not None or bool(node.given)


def _name(node: Node) -> str:
    names = [name for _, name in node.given]
    return ", ".join(names) or node.variable or node.name


def _text(node: Node) -> str:
    """The statement's right side, on one line."""
    return " ".join(node.span.text.split())
