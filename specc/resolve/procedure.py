"""A `program` block: a procedure over trained networks, read in the order of the text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from specc.diagnostics import Diagnostic, Diagnostics, Label
from specc.program import (
    Act,
    Action,
    Body,
    BranchPlan,
    LoopPlan,
    ProgramPlan,
    TrainPlan,
)
from specc.resolve.arguments import Given, construct
from specc.resolve.assign import named
from specc.resolve.assigned import counters, targets
from specc.resolve.context import Context, Scope
from specc.resolve.convert import as_static
from specc.resolve.draw import draw
from specc.resolve.equated import as_settings
from specc.resolve.evaluation import flow, static
from specc.resolve.exhibits import Exhibits, told
from specc.resolve.looping import bounds_of
from specc.resolve.setting import rhythm, twice
from specc.resolve.values import POISON, Flow, Number
from specc.resolve.variables import Variable, Variables, joined, shape_told
from specc.settings import SampleSettings
from specc.source import Span
from specc.syntax import tree
from specc.types import Tensor, Unknown

MAX_LOOPS = 8
"""Loops inside loops: each is read twice, to learn what its values are after a round."""


def resolve_program(
    context: Context, program: tree.Program, trains: Mapping[str, TrainPlan | None]
) -> ProgramPlan | None:
    """The plan of a `program` block, or None after diagnostics; `trains` are those of the file."""
    if not trains:
        _untrained(context, program)
        return None
    return _Procedure(context, program, trains).plan()


def _untrained(context: Context, program: tree.Program) -> None:
    if context.diagnostics.failed:
        return
    message = f"program {program.name.id} works with trained networks, and nothing is trained"
    help = "train NAME { data …  minimize …  optimizer … }"
    context.report("E507", message, program.name.span, helps=(help,))


class _Procedure:
    """One program while it is read."""

    def __init__(
        self, context: Context, program: tree.Program, trains: Mapping[str, TrainPlan | None]
    ) -> None:
        self.context, self.program = context, program
        times = Counter(n.id for n in targets(program.body))
        once = frozenset(n for n, count in times.items() if count == 1)
        self.names = Variables(context, program, trains, frozenset(times), once)
        self.given: dict[str, Given] = {}
        self.shown = Exhibits(context, self.names)
        self.depth = 0
        heads = (h.name for h in program.hyperparameters)
        self.counters = {n.id: n.span for n in (*counters(program.body), *heads)}

    def plan(self) -> ProgramPlan | None:
        """The plan, None after diagnostics."""
        arguments = self._arguments()
        words = (*SampleSettings.model_fields, "show", "export")
        scope = Scope(self.context, self.program.name.id, "program")
        actions = self._block(as_settings(scope, self.program.body, words))
        settings = construct(
            SampleSettings, "program", self.given, self.program.name.span, self.context.diagnostics
        )
        if self.context.diagnostics.failed or settings is None:
            return None
        self._unused()
        self._trained()
        names = self.names
        return ProgramPlan(
            self.program.name.id, self.program.span, self.program.doc, arguments, actions, settings,
            frozenset(names.numbers), tuple(names.reads.values()), tuple(names.uses),
            tuple(self.shown.places),
        )  # fmt: skip

    # ---------------------------------------------------------------- arguments

    def _arguments(self) -> tuple[tuple[str, int | float | None], ...]:
        found: dict[str, int | float | None] = {}
        for h in self.program.hyperparameters:
            value = None if h.default is None else static(self.names.scope(h.default), h.default)
            if isinstance(value, bool) or not isinstance(value, (int, float)):
                message = f"argument {h.name.id} needs the number that it has when none is given"
                help = f"{h.name.id}=10"
                self.context.report("E202", message, h.span, helps=(help,))
            elif h.name.id in found:
                self.context.report("E403", f'"{h.name.id}" is declared twice', h.name.span)
            else:
                found[h.name.id] = value
                self._count(h.name, "int" if isinstance(value, int) else "float")
        return tuple(found.items())

    def _count(self, name: tree.Name, kind: str) -> None:
        """A name for a plain number, which no statement may give another value."""
        type = Tensor((), (), "int" if kind == "int" else "float", batched=False)
        self.names.known[name.id] = Variable(type, name.span)
        self.names.numbers.add(name.id)

    # --------------------------------------------------------------- statements

    def _block(
        self, statements: Sequence[tree.Statement], *, repeated: bool = False
    ) -> tuple[Action, ...]:
        made: list[Action] = []
        for number, statement in enumerate(statements, 1):
            made += self._statement(statement, repeated)
            if isinstance(statement, tree.Return) and number < len(statements):
                self._idle("nothing behind return is done", statements[number].span, "delete it")
                break
        return tuple(made)

    def _idle(self, message: str, place: Span, help: str) -> None:
        """Warn of what has no effect (W405)."""
        self.context.diagnostics.add(Diagnostic("W405", message, place, helps=(help,)))

    def _statement(self, statement: tree.Statement, repeated: bool) -> Sequence[Action]:
        match statement:
            case tree.Assign() | tree.Draw():
                act = self._value(statement)
                return () if act is None else (act,)
            case tree.Loop():
                return self._loop(statement)
            case tree.Branch():
                return self._branch(statement, repeated)
            case tree.Return():
                return self.shown.figure(statement.value, "result", last=True)
            case tree.Setting():
                return self._setting(statement, repeated)
            case _:
                word = statement.span.first_word
                message = f'"{word}" does not belong in program'
                self.context.report("E103", message, statement.span)
                return ()

    # ------------------------------------------------------------------- values

    def _value(self, statement: tree.Assign | tree.Draw) -> Act | None:
        """`h = …`, `mu, logvar = …`, `z ~ …`."""
        written = statement.targets if isinstance(statement, tree.Assign) else (statement.target,)
        for name in written:
            if name.id in self.counters:
                self._refuse_count(name, self.counters[name.id])
                self.names.known.setdefault(name.id, Variable(POISON.type, name.span))
                return None
        if isinstance(statement, tree.Draw):
            scope = self.names.scope(statement.distribution)
            drawn = draw(scope, statement.distribution, statement.frozen)
            return self._one(scope, statement.target, drawn)
        return self._assigned(statement)

    def _refuse_count(self, name: tree.Name, given: Span) -> None:
        message = f"{name.id} is given by the loop or the call, and keeps its value"
        labels = (Label(given, "given here"),)
        self.context.report("E403", message, name.span, labels=labels)

    def _assigned(self, statement: tree.Assign) -> Act | None:
        scope = self.names.scope(statement.value)
        meaning = scope.evaluate(statement.value)
        names = statement.targets
        if len(names) == 1 and isinstance(meaning, Number) and self._stays(names[0], meaning):
            self.names.statics[names[0].id] = meaning
            return None
        value = flow(scope, statement.value) if not isinstance(meaning, Flow) else meaning
        if len(names) == 1:
            return self._one(scope, names[0], value)
        if value is not POISON and len(value.ports) != len(names):
            has = f"{len(value.ports)} output{'s' if len(value.ports) != 1 else ''}"
            message = f"{len(names)} names for a value with {has}"
            value = self.context.report("E203", message, statement.span)
        parts = value.ports if value is not POISON else POISON.ports * len(names)
        flows = [Flow((port,), graph=value.graph) for port in parts]
        if value is not POISON and value.ref.node >= 0:
            given = tuple((p, n.id) for (p, _, _), n in zip(value.ports, names, strict=True))
            node = scope.nodes[value.ref.node]
            scope.nodes[value.ref.node] = replace(node, variables=given, given=given)
        return self.names.assign(scope, list(zip(names, flows, strict=True)))

    def _stays(self, name: tree.Name, number: Number) -> bool:
        """Whether a name is a number that is known before anything runs."""
        return name.id in self.names.once and isinstance(number.value, (int, float, tuple))

    def _one(self, scope: Scope, name: tree.Name, value: Flow) -> Act | None:
        value = value if value.ref.node >= 0 else POISON
        if len(value.ports) == 1:
            _name_port(scope, value, name.id)
            return self.names.assign(scope, [(name, named(scope, value, name))])
        parts = tuple((port, f"{name.id}.{port}") for port, _, _ in value.ports)
        node = scope.nodes[value.ref.node]
        if all(ref.node == value.ref.node for _, ref, _ in value.ports):
            scope.nodes[value.ref.node] = replace(node, variables=parts)
        held = [
            (tree.Name(name.span, part), Flow((port,), graph=value.graph))
            for (_, part), port in zip(parts, value.ports, strict=True)
        ]
        act = self.names.assign(scope, held)
        first = self.names.known[parts[0][1]]
        self.names.known[name.id] = replace(first, parts=parts)
        return act

    # -------------------------------------------------------------------- loops

    def _loop(self, loop: tree.Loop) -> Sequence[Action]:
        if self.depth >= MAX_LOOPS:
            message = f"loops stand in each other more than {MAX_LOOPS} deep"
            self.context.report("E207", message, loop.span)
            return ()
        scope = self.names.scope(loop.items)
        over = bounds_of(scope, loop, self.names.numbers)
        if over is None:
            return ()
        items, refs, reverse = over
        bounds = Act(self.names.body(scope), (), refs) if items is None else None
        real = items is not None and any(isinstance(i, float) for i in items)
        before, statics = dict(self.names.known), dict(self.names.statics)
        self.depth += 1
        self._rehearse(loop, before, "float" if real else "int")
        actions = self._round(loop, "float" if real else "int")
        self.depth -= 1
        self.names.statics = statics
        self._meet(before, self.names.known, "a round of the loop")
        variable = None if loop.variable is None else loop.variable.id
        return (LoopPlan(variable, items, bounds, reverse, actions),)

    def _round(self, loop: tree.Loop, kind: str) -> tuple[Action, ...]:
        if loop.variable is not None:
            before = self.names.known.get(loop.variable.id)
            if before is not None and before.type != POISON.type:
                self._refuse_count(loop.variable, before.span)
            self._count(loop.variable, kind)
        return self._block(loop.body, repeated=True)

    def _rehearse(self, loop: tree.Loop, before: dict[str, Variable], kind: str) -> None:
        """Read a round without a word, to learn what its values are when the next one begins."""
        spoken, figures = self.context.diagnostics, dict(self.shown.places)
        given = dict(self.given)
        self.context.diagnostics = Diagnostics()
        self._round(loop, kind)
        self.context.diagnostics = spoken
        self.shown.places, self.given = figures, given
        after = self.names.known
        self.names.known = {n: _next_round(v, after.get(n, v)) for n, v in before.items()}

    def _meet(self, before: dict[str, Variable], after: dict[str, Variable], where: str) -> None:
        """Go on with the names from before; those whose shape changed are reported (E302)."""
        self.names.known = dict(before)
        for name, old in before.items():
            new = after.get(name, old)
            both = joined(old, new)
            if both is not None:
                self.names.known[name] = both
                continue
            self.context.diagnostics.add(
                Diagnostic(
                    "E302",
                    f"{name} is {shape_told(old.type)} before, and {shape_told(new.type)} after {where}",
                    new.span,
                    labels=(Label(old.span, shape_told(old.type)),),
                    helps=("a name keeps its shape; call the other value otherwise",),
                )
            )

    # ----------------------------------------------------------------- branches

    def _branch(self, branch: tree.Branch, repeated: bool) -> Sequence[Action]:
        scope = self.names.scope(branch.condition)
        meaning = scope.evaluate(branch.condition)
        known = as_static(meaning)
        if isinstance(known, bool):
            return self._block(branch.then if known else branch.otherwise, repeated=repeated)
        value = flow(scope, branch.condition) if not isinstance(meaning, Flow) else meaning
        if value.ref.node < 0:
            return ()
        if not isinstance(value.type, Tensor) or value.type.batched or value.type.rank:
            message = f"a condition is one truth value, and this is {told(value)}"
            help = "over all rows: mean(…, axis=batch) > 0.5"
            self.context.report("E203", message, branch.condition.span, helps=(help,))
            return ()
        self.names.rows(scope)
        condition = Act(self.names.body(scope), (), (value.ref,))
        before, statics = dict(self.names.known), dict(self.names.statics)
        then = self._block(branch.then, repeated=repeated)
        one = self.names.known
        self.names.known = dict(before)
        otherwise = self._block(branch.otherwise, repeated=repeated)
        other = self.names.known
        self.names.statics = statics
        self._meet(before, one, "a branch")
        self._meet(self.names.known, other, "a branch")
        return (BranchPlan(condition, then, otherwise),)

    # ----------------------------------------------------------------- settings

    def _setting(self, statement: tree.Setting, repeated: bool) -> Sequence[Action]:
        word, scope = statement.word.id, self.names.scope(statement.value)
        if rhythm(scope, statement):
            return ()
        if statement.value is None:
            self.context.report("E202", f"{word} needs a value", statement.span)
        elif word == "show":
            return self.shown.show(scope, statement, repeated)
        elif word == "export":
            return self.shown.export(scope, statement.value)
        elif word in SampleSettings.model_fields:
            places = {w: g.span for w, g in self.given.items()}
            if not twice(scope, statement, places):
                number = static(scope, statement.value)
                if number is not None:
                    self.given[word] = Given(number, statement.value.span)
        else:
            message = f'"{word}" does not belong in program'
            self.context.report("E103", message, statement.span)
        return ()

    # ------------------------------------------------------------------- at last

    def _unused(self) -> None:
        """Warn of values and arguments that nothing reads, and of a program that does nothing."""
        program = self.program
        if not program.body:
            self._idle(f"program {program.name.id} does nothing", program.name.span, "show …")
        said = {n.id: ("is computed and", n) for n in targets(program.body)}
        said |= {h.name.id: ("is an argument, and", h.name) for h in program.hyperparameters}
        for what, name in said.values():
            if name.id not in self.names.read and not name.id.startswith("_"):
                help = f"delete it, or name it _{name.id} to keep it"
                self._idle(f'"{name.id}" {what} never used', name.span, help)

    def _trained(self) -> None:
        """Networks with weights must come from a training (E507)."""
        trained = {name for p in self.names.trains.values() if p for name in self._all(p.body)}
        for name in self.names.uses:
            body = self.context.network(name, None, self.program.name.span)
            if body is not None and _weights(body) and name not in trained:
                self.context.report(
                    "E507",
                    f"program {self.program.name.id} uses {name}, which nothing trains",
                    self.program.name.span,
                    helps=("train NAME { data …  minimize …  optimizer … }",),
                )

    def _all(self, body: Body) -> set[str]:
        """The networks of a body, and those that they borrow from."""
        found: set[str] = set()
        ahead = list(body.uses)
        while ahead:
            name = ahead.pop()
            if name not in found:
                found.add(name)
                inner = self.context.network(name, None, self.program.name.span)
                ahead += inner.uses if inner is not None else ()
        return found


def _next_round(before: Variable, after: Variable) -> Variable:
    """What a name holds when the next round begins; what went wrong is said in the round itself."""
    if isinstance(after.type, Unknown):
        return before
    return joined(before, after) or before


def _name_port(scope: Scope, value: Flow, name: str) -> None:
    """Note on a call of several outputs that one of them has this name."""
    port, ref, _ = value.ports[0]
    if ref.node >= 0 and port != "output" and not scope.nodes[ref.node].variables:
        scope.nodes[ref.node] = replace(scope.nodes[ref.node], variables=((port, name),))


def _weights(body: Body) -> bool:
    return any(s.unit is not None for s in body.stages)
