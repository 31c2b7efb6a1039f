"""What the resolver shares over a whole file, and what it builds of one body."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import chain
from typing import NoReturn

from msgspec import Struct, field
from msgspec.structs import replace

from specc.diagnostics import Diagnostic, Diagnostics, Label
from specc.limits import MAX_EXPANDED_NODES, MOST_SEARCHES
from specc.nearest import nearest, price
from specc.numbered import numbered
from specc.program import (
    Apply,
    Body,
    Node,
    Operation,
    ParameterValue,
    Path,
    Ref,
    Stage,
    State,
    Static,
)
from specc.resolve.values import POISON, Flow, Meaning
from specc.sizes import Constraint
from specc.source import Span
from specc.syntax import tree
from specc.types import Tensor, ValueType

Types = tuple[ValueType, ...]
Places = tuple[tuple[str, Span], ...]
"""Where the hyperparameters of a call were written, by name."""
Calls = dict[tuple[str, str], tuple[int, Span]]
"""Numbers for free sizes, by network and name, each with the call that gives it."""


class ExpandedError(Exception):
    """The program unfolds to more nodes than the limit allows."""

    def __init__(self, span: Span) -> None:
        super().__init__()
        self.span = span


def _unset(*operands: object) -> NoReturn:
    raise AssertionError(f"resolve.file sets what reads {operands}")


class Context(Struct, eq=False):
    """The state of one compilation.

    `instantiate` makes (or finds) the body of a definition for hyperparameters and operand types;
    `network` the body of a network, whose operands' types are None when it is only reached into.
    `evaluate` gives the meaning of an expression. All are set by `resolve.file`, so that no module
    needs one above it.
    `assume` holds numbers for symbols, with which conditions are decided; `broken` the parameters whose
    value was refused, `written` where the values stand, with `--set n=0: ` before those that were set;
    `lost` the names of declarations that could not be read, and `unread` says that a whole file of them
    could not. `wholes` are the declarations of the file.
    `calls` notes what the calls of networks put in the place of free sizes, `sizes` are those of them that
    hold for the whole network, because its weights depend on them or because `settings` say so, which
    `--set` has given. `searched` counts the names that were compared with all that the file has.
    """

    diagnostics: Diagnostics
    definitions: dict[str, tree.Definition] = field(default_factory=dict)
    parameters: dict[str, ParameterValue] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    written: dict[str, tuple[Span, str]] = field(default_factory=dict)
    lost: set[str] = field(default_factory=set)
    unread: bool = False
    wholes: tuple[Span, ...] = ()
    assume: dict[str, int] = field(default_factory=dict)
    calls: Calls = field(default_factory=dict)
    sizes: Calls = field(default_factory=dict)
    settings: dict[str, ParameterValue] = field(default_factory=dict)
    read: set[str] = field(default_factory=set)
    taps: dict[tuple[str, str], None] = field(default_factory=dict)
    made: int = 0
    searched: int = 0
    instantiate: Callable[
        [tree.Definition, tuple[tuple[str, Static], ...], Types, Span, Places], Body | None
    ] = _unset
    network: Callable[[str, Types | None, Span], Body | None] = _unset
    evaluate: Callable[[Scope, tree.Expr], Meaning] = _unset

    def report(self, code: str, message: str, span: Span, **more: object) -> Flow:
        """Add a diagnostic and return the poisoned value that stands for what went wrong."""
        self.diagnostics.add(Diagnostic(code, message, span, **more))  # type: ignore[arg-type]
        if code == "E103":
            self.lost.add(span.first_word)  # it may be a value whose = is missing
        return POISON

    def near(self, word: str, *names: Iterable[str]) -> list[str]:
        """The nearest of the names that a file has; who has misspelt hundreds is told without."""
        self.searched += 1
        return nearest(word, chain(*names)) if self.searched <= MOST_SEARCHES else []

    def lacks(self, code: str, message: str, whole: Span, place: Span, help: str) -> None:
        """Report what a declaration lacks, unless a statement of it could not be read: it may be that one."""
        if not self.diagnostics.unread(whole):
            self.report(code, message, place, helps=(help,))

    def excuses(self, word: str, close: list[str], place: Span) -> bool:
        """Whether a word that nothing has may stand for what could not be read, and is no mere slip."""
        slip = close and price(word, close[0]) <= 1 and abs(len(word) - len(close[0])) <= 1
        around = (d for d in self.wholes if d.source is place.source)
        unread = self.unread or any(
            d.start <= place.start < d.end and self.diagnostics.unread(d, word) for d in around
        )
        named = self.unread and word[:1].isupper()  # as a network is, whose header is missing
        excused = word in self.lost or named or (unread and not slip)
        self.diagnostics.poisoned |= excused
        return excused

    def spend(self, span: Span) -> None:
        """Count one more node.

        Raises:
            ExpandedError: over the limit.
        """
        self.made += 1
        if self.made > MAX_EXPANDED_NODES:
            raise ExpandedError(span)


class Scope(Struct, eq=False):
    """One body while it is built: its names, nodes and stages.

    `phase` is the role of the equation that is read (`message`, `aggregate`, …), which its nodes note;
    `elsewhere` the names that a step has kept to itself, with the step's; `turns` the turn of every
    loop that is laid out around the stages that are read; `unknown` the names that were reported.
    """

    context: Context
    name: str
    role: str
    names: dict[str, Meaning] = field(default_factory=dict)
    places: dict[str, Span] = field(default_factory=dict)
    read: set[str] = field(default_factory=set)
    nodes: list[Node] = field(default_factory=list)
    stages: dict[str, Stage] = field(default_factory=dict)
    uses: dict[str, None] = field(default_factory=dict)
    constraints: list[Constraint] = field(default_factory=list)
    reserved: set[str] = field(default_factory=set)
    counters: dict[str, int] = field(default_factory=dict)
    states: dict[str, State] = field(default_factory=dict)
    phase: str = ""
    elsewhere: dict[str, str] = field(default_factory=dict)
    turns: tuple[int, ...] = ()
    unknown: set[str] = field(default_factory=set)

    @property
    def diagnostics(self) -> Diagnostics:
        """Where errors go."""
        return self.context.diagnostics

    def evaluate(self, expr: tree.Expr) -> Meaning:
        """The meaning of an expression here."""
        return self.context.evaluate(self, expr)

    def bind(self, name: tree.Name, meaning: Meaning) -> None:
        """Give a name its one value; a second one is an error."""
        first = self.places.get(name.id)
        if first is not None and first != name.span:
            self.diagnostics.add(
                Diagnostic(
                    "E403",
                    f'"{name.id}" is bound twice in {self.role} {self.name}',
                    name.span,
                    text="again here",
                    labels=(Label(first, "first here"),),
                    helps=(
                        f"a name has one value; call this one {name.id}2, or continue the first pipe",
                    ),
                )
            )
            return
        self.places[name.id] = name.span
        self.names[name.id] = meaning

    def fresh(self, kind: str) -> str:
        """The next name of that kind: `conv1`, `conv2`, … past the names the user gave; `relu6_1`."""
        while True:
            self.counters[kind] = self.counters.get(kind, 0) + 1
            name = numbered(kind, self.counters[kind])
            if name not in self.reserved and name not in self.stages:
                return name

    def add(
        self,
        name: str,
        span: Span,
        operation: Operation,
        operands: Iterable[Ref | None],
        types: tuple[tuple[str, ValueType], ...],
        *,
        named: bool = False,
        stage: Path | None = None,
    ) -> Flow:
        """Add a node; its value."""
        self.context.spend(span)
        number = len(self.nodes)
        self.nodes.append(Node(name, span, operation, tuple(operands), types, named))
        if self.phase:
            self.nodes[-1] = replace(self.nodes[-1], phase=self.phase)
        return Flow(tuple((port, Ref(number, port), type) for port, type in types), stage)

    def trail(self, ref: Ref) -> str:
        """`x 1×28×28 → C1 6×24×24 → …`: how a value came to its shape, without steps that keep it."""
        steps: list[str] = []
        while ref.node >= 0:
            node = self.nodes[ref.node]
            shape = node.type(ref.port)
            if isinstance(shape, Tensor):
                steps.append(f"{node.variable or node.name} {shape}")
            ahead = next((o for o in node.operands if o is not None), None)
            if ahead is None or len(steps) > 60:
                break
            ref = ahead
        return " → ".join(_changes(steps[::-1]))

    def body(
        self,
        definition: (
            tree.Definition | tree.Train | tree.Sample | tree.Repeat | tree.Example | tree.Program
        ),
        hyperparameters: tuple[tuple[str, Static], ...],
        inputs: tuple[tuple[str, ValueType], ...],
        outputs: tuple[tuple[str, Ref], ...],
    ) -> Body:
        """The finished body."""
        return Body(
            self.name,
            self.role,
            definition,
            hyperparameters,
            inputs,
            tuple(self.nodes),
            outputs,
            tuple(self.stages.values()),
            tuple(self.uses),
            tuple(dict.fromkeys(self.constraints)),
            tuple(self.states.values()),
        )


def _changes(steps: list[str]) -> list[str]:
    kept: list[str] = []
    for step in steps:
        if not kept or step.rsplit(" ", 1)[1] != kept[-1].rsplit(" ", 1)[1]:
            kept.append(step)
    return kept if len(kept) <= 8 else [*kept[:2], "…", *kept[-5:]]


def layer_of(node: Node) -> Apply | None:
    """The layer application of a node, or None."""
    return node.operation if isinstance(node.operation, Apply) else None
