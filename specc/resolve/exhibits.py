"""What a program shows: pictures, figures under names of their own, and exported networks."""

from __future__ import annotations

from collections.abc import Sequence

from specc.layers import registry
from specc.layers.rows import WORDS
from specc.nearest import nearest
from specc.program import Action, Body, Export, Figure, Picture
from specc.resolve.context import Context, Scope
from specc.resolve.evaluation import flow
from specc.resolve.library import unknown_word, word_call
from specc.resolve.row_sets import paired
from specc.resolve.setting import SHOWS, show_of
from specc.resolve.values import POISON, Flow, NetworkInstance
from specc.resolve.variables import Variables, shape_told
from specc.sizes import render
from specc.source import Span
from specc.syntax import tree
from specc.types import Tensor

PICTURES = (*SHOWS, "animation", "text")


class Exhibits:
    """What was shown so far; `places` are the figures by name, with where they stand."""

    def __init__(self, context: Context, names: Variables) -> None:
        self.context, self.names = context, names
        self.places: dict[str, Span] = {}

    def show(self, scope: Scope, statement: tree.Setting, repeated: bool) -> Sequence[Action]:
        """`show grid(x)`, or `show threshold`; `repeated` says that it stands in a loop."""
        assert statement.value is not None
        name, written = word_call(statement.value)
        if name is not None and written and name.id in PICTURES:
            show = show_of(scope, statement, PICTURES)
            if show is None:
                return ()
            rows = self.names.rows(scope)
            if show.kind == "scatter" and not paired(
                scope, show.operands, rows, statement.value.span
            ):
                return ()
            return (Picture(self.names.body(scope), show, repeated),)
        if name is not None and written and self._misspelt(scope, name):
            unknown_word(scope, "E206", "picture", name, list(PICTURES))
            return ()
        return self.figure(statement.value, None)

    def _misspelt(self, scope: Scope, name: tree.Name) -> bool:
        known = name.id in (*registry.words(), *WORDS, *self.context.definitions, *scope.names)
        return not known and bool(nearest(name.id, list(PICTURES)))

    def figure(
        self, written: tree.Expr, name: str | None, *, last: bool = False
    ) -> Sequence[Action]:
        """A value of numbers under a name, that of the value where none is given."""
        scope = self.names.scope(written)
        value = flow(scope, written)
        if value.ref.node < 0:
            return ()
        if len(value.ports) > 1 or not isinstance(value.type, Tensor):
            message = f"a figure is made of numbers, and this is {told(value)}"
            self.context.report("E203", message, written.span)
            return ()
        self.names.rows(scope)
        label = self._label(name or _named_as(written), written.span)
        return (Figure(self.names.body(scope), label, value.ref, last),)

    def _label(self, name: str, place: Span) -> str:
        """A name of its own for the figure of a place, and the same one when the place is read again."""
        number, label = 1, name
        while self.places.get(label, place) != place:
            number += 1
            label = f"{name}_{number}"
        self.places[label] = place
        return label

    def export(self, scope: Scope, written: tree.Expr) -> Sequence[Action]:
        """`export Encoder`."""
        meaning = scope.evaluate(written)
        if not isinstance(meaning, NetworkInstance):
            if meaning is not POISON:
                message = "export takes the name of a network"
                self.context.report("E203", message, written.span, helps=("export Encoder",))
            return ()
        body = self.context.network(meaning.name, None, written.span)
        if body is None:
            return ()
        if _has_example(self.context, body, written.span):
            self.names.uses[meaning.name] = None
        return (Export(meaning.name, body.inputs),)


def _has_example(context: Context, body: Body, place: Span) -> bool:
    """Whether PyTorch can follow a network through an example, which needs every size (E203)."""
    types = [t for _, t in body.inputs]
    if not all(isinstance(t, Tensor) for t in types):
        context.report("E203", f"{body.name} takes graphs, and those cannot be exported", place)
        return False
    sizes = (s for t in types if isinstance(t, Tensor) for s in t.sizes)
    free = dict.fromkeys(render(s) for s in sizes if not isinstance(s, int))
    if free:
        message = f"export needs every size of {body.name}, and {', '.join(free)} may be any"
        helps = tuple(f"param {name} = 12 gives {name} a value" for name in free)
        context.report("E203", message, place, helps=helps)
    return not free


def _named_as(written: tree.Expr) -> str:
    match written:
        case tree.Name():
            return written.id
        case tree.Member():
            return written.name.id
        case tree.Call(callee=tree.Name(id=name)):
            return name
        case _:
            return "value"


def told(value: Flow) -> str:
    """A value in words, for a message."""
    if len(value.ports) > 1:
        return f"{len(value.ports)} outputs"
    return shape_told(value.type)
