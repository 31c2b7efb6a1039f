"""A whole file: parameters, definitions, networks, and the blocks that use them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from specc.diagnostics import Diagnostic, Diagnostics, Label, Place
from specc.layers import registry
from specc.program import (
    Body,
    ExamplePlan,
    Program,
    ProgramPlan,
    SamplePlan,
    Static,
    TrainPlan,
)
from specc.resolve.blame import Blame, at, taken, to_parameters
from specc.resolve.called import depends, name_call
from specc.resolve.context import Calls, Context, ExpandedError, Places, Scope, Types
from specc.resolve.definitions import make_body
from specc.resolve.evaluation import static
from specc.resolve.expression import evaluate
from specc.resolve.message import check_inputs
from specc.resolve.order import bound, names_read
from specc.resolve.parameters import PARTS, Overrides, read_parameters
from specc.resolve.recursion import recursive
from specc.resolve.repeated import twice
from specc.resolve.standard import said_at_call, standard
from specc.resolve.use import declarations
from specc.sizes import Symbolic, symbol
from specc.source import Span
from specc.syntax import tree
from specc.types import UNKNOWN, Unknown, shape_of


class Bodies:
    """Bodies by what they were made of; equal uses get the same object."""

    def __init__(self, context: Context) -> None:
        self.context = context
        context.instantiate, context.network = self.instantiate, self.network
        context.evaluate = evaluate
        self.made: dict[object, Body | None] = {}
        self.networks: dict[str, Body] = {}
        self.faults: dict[object, list[Place]] = {}
        self.blames: dict[object, list[Blame]] = {}

    def instantiate(
        self,
        definition: tree.Definition,
        hyperparameters: tuple[tuple[str, Static], ...],
        types: Types,
        span: Span,
        places: Places = (),
    ) -> Body | None:
        """The body of a block (or of a network with hyperparameters), whose values stand at `places`."""
        types = tuple(map(shape_of, types))
        key = (definition.name.id, hyperparameters, types)
        diagnostics = self.context.diagnostics
        if key not in self.made:
            before, repeated = len(diagnostics.items), len(diagnostics.repeated)
            self.made[key] = make_body(self.context, definition, hyperparameters, types, span)
            self.blames[key] = taken(diagnostics, before, definition.span, dict(hyperparameters))
            said_at_call(diagnostics, before, definition, span)
            said = (*diagnostics.items[before:], *diagnostics.repeated[repeated:])
            self.faults[key] = [d.place for d in said if depends(d, definition)]
        for name, fault in self.blames[key]:
            diagnostics.add(at(fault, dict(places).get(name, span)))
        if self.faults.get(key):
            name_call(diagnostics, self.faults[key], span, types)
        return self.made[key]

    def network(self, name: str, types: Types | None, span: Span) -> Body | None:
        """The body of a network that is one instance; the first call settles ports without a type."""
        if name in self.networks:
            return self.networks[name]
        definition = self.context.definitions[name]
        if types is not None and any(isinstance(t, Unknown) for t in types):
            types = None
        if types is None and not typed(definition):
            return None
        key = ("network", name)
        if key in self.made:
            return None
        self.made[key] = None
        body = make_body(self.context, definition, (), types, span)
        if body is not None:
            self.networks[name] = body
        return body


def typed(definition: tree.Definition) -> bool:
    """Whether every input of a network has a type."""
    return all(s.type is not None for s in definition.body if isinstance(s, tree.Input))


def resolve(
    file: tree.File,
    diagnostics: Diagnostics,
    overrides: Overrides | None = None,
    assume: Mapping[str, int] | None = None,
) -> Program | None:
    """The typed program of a file. It is whole only when there is no error among the diagnostics."""
    before, sizes = len(diagnostics), Calls()
    while True:
        context = Context(diagnostics, assume=dict(assume or {}), sizes=sizes)
        bodies = Bodies(context)
        if not _read(context, file, overrides or {}):
            return None
        try:
            program, more = _resolve(context, bodies, file), Calls()
        except ExpandedError as problem:
            context.report(
                "E207",
                "the program unfolds to more nodes than specc makes",
                problem.span,
                helps=("repeat n { … } with rounds of one shape costs one body",),
            )
            return None
        if program.trains and not diagnostics.failed and _any_free(context):
            more = _sized(context, program)
        if more.keys() <= sizes.keys():
            return program
        diagnostics.forget(before)
        sizes = {**sizes, **more}


def _read(context: Context, file: tree.File, overrides: Overrides) -> bool:
    """Declare everything and give parameters their values; whether bodies can be made then."""
    declared = tuple(declarations(file, context.diagnostics))
    context.lost, context.wholes = set(file.lost), tuple(d.span for d in declared)
    context.unread = file.unread or any(d.code == "E407" for d in context.diagnostics.items)
    declared = (*declared, *standard(declared, context.diagnostics))
    _declare(context, declared)
    given = {name: size for (network, name), (size, _) in context.sizes.items() if not network}
    read_parameters(context, file, declared, {**given, **overrides})
    return not recursive(context)


def _any_free(context: Context) -> bool:
    values = (p.value for p in context.parameters.values())
    return bool(context.calls) or any(isinstance(v, Symbolic) for v in values)


def _sized(context: Context, program: Program) -> Calls:
    """Sizes that weights need and calls give, with which everything is resolved once more."""
    from specc.resolve.sized import refuse_open, to_fill

    more = to_fill(context, (*program.trains, *program.samples))
    if not more:
        written = (d for d in program.file.declarations if isinstance(d, tree.Train))
        refuse_open(context, program.trains, {d.name.id: d.name.span for d in written})
    return more


def _trains(context: Context, file: tree.File) -> tuple[TrainPlan, ...]:
    """The train blocks; what they need is imported when there are any."""
    written = [d for d in file.declarations if isinstance(d, tree.Train)]
    if not written:
        return ()
    from specc.resolve.train import resolve_train

    return tuple(p for d in written if (p := resolve_train(context, d)) is not None)


def _samples(
    context: Context, file: tree.File, plans: tuple[TrainPlan, ...]
) -> tuple[SamplePlan, ...]:
    written = [d for d in file.declarations if isinstance(d, tree.Sample)]
    if not written:
        return ()
    from specc.resolve.sample import resolve_samples

    trains = sum(isinstance(d, tree.Train) for d in file.declarations)
    made = tuple(resolve_samples(context, written, trains))
    if made:
        from specc.resolve.generate import texts_have_words

        texts_have_words(context, made, plans)
    return made


def _programs(
    context: Context, file: tree.File, trains: tuple[TrainPlan, ...]
) -> tuple[ProgramPlan, ...]:
    written = [d for d in file.declarations if isinstance(d, tree.Program)]
    if not written:
        return ()
    from specc.resolve.procedure import resolve_program

    seen: dict[str, Span] = {}
    for d in written:
        name = tree.Name(d.name.span, d.name.id.casefold())
        if not _duplicate(context, seen, name):
            seen[name.id] = d.name.span
    known: dict[str, TrainPlan | None] = {
        d.name.id: None for d in file.declarations if isinstance(d, tree.Train)
    }
    known |= {p.name: p for p in trains}
    made = tuple(p for d in written if (p := resolve_program(context, d, known)) is not None)
    if made:
        from specc.resolve.generate import texts_have_words

        texts_have_words(context, made, trains)
    return made


def _examples(context: Context, file: tree.File) -> tuple[ExamplePlan, ...]:
    written = [d for d in file.declarations if isinstance(d, tree.Example)]
    if not written:
        return ()
    from specc.resolve.example import resolve_example

    return tuple(p for d in written if (p := resolve_example(context, d)) is not None)


def _resolve(context: Context, bodies: Bodies, file: tree.File) -> Program:
    for definition in context.definitions.values():
        if definition.role == "message_passing":
            check_inputs(context, definition)
        elif (
            definition.role not in PARTS
            and definition.hyperparameters is None
            and typed(definition)
        ):
            context.network(definition.name.id, None, definition.name.span)
    trains = _trains(context, file)
    samples = _samples(context, file, trains)
    examples = _examples(context, file)
    programs = _programs(context, file, trains)
    _unused(context, bodies, file)
    to_parameters(context, file.span)
    seen: dict[str, Span] = {}
    for d in file.declarations:
        if isinstance(d, tree.Expect):
            twice(context, seen, d.span, "this promise")
    networks = tuple(bodies.networks[n] for n in context.definitions if n in bodies.networks)
    return Program(
        file,
        (*context.parameters.values(), *context.settings.values()),
        networks,
        trains,
        samples,
        tuple(d for d in file.declarations if isinstance(d, tree.Answers)),
        tuple(d for d in file.declarations if isinstance(d, tree.Expect)),
        tuple(context.taps),
        tuple(context.definitions.values()),
        examples,
        programs,
        tuple((network, name, size) for (network, name), (size, _) in context.sizes.items()),
        tuple(context.settings),
    )


def _declare(context: Context, declared: Sequence[tree.Declaration]) -> None:
    places: dict[str, Span] = {}
    uses: dict[str, dict[str, Span]] = {}
    classes: dict[str, tree.Name] = {}
    for d in declared:
        match d:
            case tree.Train() | tree.Sample():
                named = uses.setdefault(type(d).__name__, {})
                if not _duplicate(context, named, d.name):
                    named[d.name.id] = d.name.span
            case tree.Param() | tree.Definition():
                if not _duplicate(context, places, d.name):
                    places[d.name.id] = d.name.span
                    if isinstance(d, tree.Definition):
                        _define(context, d)
                        _apart(context, classes, d)
            case _:
                continue


def _define(context: Context, definition: tree.Definition) -> None:
    if registry.get(definition.name.id) is not None and not _own_cell(definition):
        context.report(
            "E403",
            f'"{definition.name.id}" is a layer of specc already',
            definition.name.span,
            helps=(f"call it my_{definition.name.id}",),
        )
        return
    context.definitions[definition.name.id] = definition
    seen: dict[str, Span] = {}
    for h in definition.hyperparameters or ():
        _duplicate(context, seen, h.name)
        seen.setdefault(h.name.id, h.name.span)


def _apart(context: Context, classes: dict[str, tree.Name], definition: tree.Definition) -> None:
    """Refuse networks that differ in capitals and underscores alone: they would be one class."""
    own = definition.name
    if definition.role in PARTS or definition.name.id not in context.definitions:
        return
    other = classes.setdefault(_bare(own), own)
    if other is not own:
        context.report(
            "E403",
            f'"{own.id}" and "{other.id}" would be one class of the generated code',
            own.span,
            labels=(Label(other.span, "first here"),),
        )


def _bare(name: tree.Name) -> str:
    return name.id.replace("_", "").casefold()


def _own_cell(definition: tree.Definition) -> bool:
    """Whether a spec writes a standard cell itself, which then stands for the layer of that name."""
    return definition.role == "cell" and definition.name.id in registry.families()["recurrent"]


def _duplicate(context: Context, places: dict[str, Span], name: tree.Name) -> bool:
    if name.id not in places:
        return False
    context.report(
        "E403",
        f'"{name.id}" is declared twice',
        name.span,
        text="again here",
        labels=(Label(places[name.id], "first here"),),
    )
    return True


def _unused(context: Context, bodies: Bodies, file: tree.File) -> None:
    written = {n for d in context.definitions.values() for n in _words(d)}
    made = {key[0] for key in bodies.made if isinstance(key, tuple)}
    for d in context.definitions.values():
        if d.role in PARTS and d.name.id not in made:
            _look_inside(context, d)
            if d.name.id not in written | context.read:
                _warn(context, f'{d.role} "{d.name.id}" is never used', d.name.span)
        elif d.hyperparameters is not None:
            if d.name.id not in context.read:
                _look_inside(context, d)
                _warn(context, f'{d.role} "{d.name.id}" is never used', d.name.span)
        elif d.role not in PARTS and d.name.id not in bodies.networks:
            _never_called(context, bodies, d)
    # Claims and types read parameters too, and later passes see them.
    late = [d for d in file.declarations if isinstance(d, (tree.Answers, tree.Expect))]
    named = {n.id for n in names_read(late)}
    for p in context.parameters.values():
        if context.diagnostics.failed:
            return
        if p.name not in context.read | named | written and not p.name.startswith("_"):
            _warn(context, f'parameter "{p.name}" is never used', p.span)


def _words(definition: tree.Definition) -> set[str]:
    """The names of the file that a body reads, in branches not taken and rounds of no number too."""
    own = {h.name.id for h in definition.hyperparameters or ()} | {definition.name.id}
    own |= {n.id for s in definition.body for n in bound(s)}
    return {n.id for n in names_read((definition.hyperparameters, definition.body))} - own


def _look_inside(context: Context, definition: tree.Definition) -> None:
    """Check the words of a definition that nobody calls, with operands of unknown type."""
    scope = Scope(context, definition.name.id, definition.role)
    names = tuple(
        (h.name.id, symbol(h.name.id) if value is None else value)
        for h in definition.hyperparameters or ()
        for value in (None if h.default is None else static(scope, h.default),)
    )
    inputs = sum(len(s.names) for s in definition.body if isinstance(s, tree.Input)) or 1
    diagnostics = context.diagnostics
    poisoned, before = diagnostics.poisoned, len(diagnostics.items)
    diagnostics.poisoned = True  # of unknown values it cannot be said that none is used
    if definition.role != "message_passing":
        make_body(context, definition, names, (UNKNOWN,) * inputs, definition.name.span)
    taken(diagnostics, before, definition.span, dict(names))  # nobody has given these values
    diagnostics.poisoned = poisoned


def _never_called(context: Context, bodies: Bodies, definition: tree.Definition) -> None:
    if ("network", definition.name.id) in bodies.made or context.diagnostics.failed:
        return
    port = next(
        n for s in definition.body if isinstance(s, tree.Input) and s.type is None for n in s.names
    )
    context.report(
        "E206",
        f"{definition.role} {definition.name.id}: {port.id} has no type, and no call gives it one",
        port.span,
        helps=(f"in {port.id}: vector[16]",),
    )


def _warn(context: Context, message: str, place: Span) -> None:
    """Warn of what is not used; after an error that may be its consequence."""
    if context.diagnostics.failed:
        return
    context.diagnostics.add(
        Diagnostic("W405", message, place, helps=("delete it, or begin its name with _",))
    )
