"""`generate(Writer, start="the ", length=200)`: what a model of sequences writes when it reads itself.

A network that scores the next symbol at every position (Sutskever, Martens & Hinton, ICML 2011) is asked
again and again; a symbol is drawn from the softmax of the last scores, divided by the temperature. Recurrent
layers carry their states from symbol to symbol; other networks read all that they may see anew each time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from specc.actions import bodies, pictures
from specc.layers.common import positive
from specc.program import Body, Generated, ProgramPlan, SamplePlan, TrainPlan
from specc.resolve.context import Context, Scope
from specc.resolve.told import network_of, settings_of
from specc.resolve.values import POISON, Meaning
from specc.source import Span
from specc.syntax import tree
from specc.types import Tensor, Unknown

if TYPE_CHECKING:  # loaded only where text is written
    from specc.data.text import TextWindows

_EXAMPLE = 'generate(Net, start="the ", length=200, temperature=0.8)'


class Generate(BaseModel):
    """How symbols are drawn."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    start: str = Field(min_length=1, description="Text that it begins with.")
    length: int = Field(200, ge=2, le=100_000, description="Symbols in all.")
    temperature: Annotated[float, AfterValidator(positive)] = Field(
        1.0, description="What scores are divided by: below 1 the likely becomes likelier."
    )


def generate(scope: Scope, expr: tree.Call) -> Meaning:
    """The symbols that a network writes, [length]; poison after a diagnostic."""
    if scope.role not in ("sample", "program"):
        return scope.context.report("E103", "generate belongs in sample or program", expr.span)
    name = network_of(scope, expr, "generate", _EXAMPLE)
    settings = (
        settings_of(scope, expr, Generate, "generate", _EXAMPLE) if name is not None else None
    )
    if name is None or settings is None:
        return POISON
    body = scope.context.network(name, None, expr.span)
    if body is None or any(isinstance(t, Unknown) for _, t in body.output_types()):
        return POISON
    found = _scores(body)
    if found is None:
        message = f"{name} does not read tokens and score the next one at every position"
        note = "in x: tokens[T, vocab=26] … linear(26)"
        return scope.context.report("E203", message, expr.span, notes=(note,))
    from specc.carrying import carries
    from specc.causal import by_step

    window, classes = found
    scope.uses[name] = None
    step = window == 0 and by_step(body)
    if not step and carries(body):
        message = (
            f"{name} carries states from batch to batch, and is read anew for every symbol here"
        )
        help = "lstm, gru and rnn, with layers that look at one position, read each symbol once"
        return scope.context.report("E203", message, expr.span, helps=(help,))
    made = Generated(
        (name,), body, settings.start, settings.length, settings.temperature, window, step
    )
    type = Tensor((settings.length,), ("time",), "int", classes)
    return scope.add(scope.fresh("generated"), expr.span, made, (), (("output", type),))


def texts_have_words(
    context: Context,
    blocks: Iterable[SamplePlan | ProgramPlan],
    trains: Sequence[TrainPlan],
) -> None:
    """Report a text whose symbols no data source numbers (E507)."""
    for block in blocks:
        places, needed = _texts(block)
        having = [p for p in trains if needed <= set(p.body.uses)] or list(trains)
        source = _numbered(having[-1]) if having else None
        if places and having and source is None:
            message = f"the data of {having[-1].name} is no text, so that no symbol has a number"
            help = 'data text("book.txt") as symbols, after'
            context.report("E507", message, places[0], helps=(help,))
        elif source is not None:
            _known_symbols(context, block, source)


def _known_symbols(context: Context, block: SamplePlan | ProgramPlan, source: TextWindows) -> None:
    """Report a beginning with symbols that the data do not have (E204): the network has never seen them."""
    from specc.data.text import unknown

    inside = (
        [block.body] if isinstance(block, SamplePlan) else [b for b, _ in bodies(block.actions)]
    )
    found = {
        n.span: missing
        for body in inside
        for n in body.nodes
        if isinstance(n.operation, Generated) and (missing := unknown(source, n.operation.start))
    }
    for place, missing in found.items():
        listed = ", ".join(f'"{s}"' for s in missing[:8])
        message = f"{source.word} has no {source.level} {listed}, which the start holds"
        context.report("E204", message, place)


def _numbered(train: TrainPlan) -> TextWindows | None:
    """The text whose symbols the data number, windows of which may be read; None where there is none."""
    from specc.data.text import TextWindows  # only where text is written

    source = getattr(train.data, "of", train.data)
    return source if isinstance(source, TextWindows) else None


def _texts(block: SamplePlan | ProgramPlan) -> tuple[list[Span], set[str]]:
    """Where texts are made and shown, and the networks that are used."""
    if isinstance(block, SamplePlan):
        inside, shows, needed = [block.body], [*block.shows], set(block.body.uses)
    else:
        inside = [body for body, _ in bodies(block.actions)]
        shows, needed = [*pictures(block.actions)], set(block.uses)
    places = [n.span for b in inside for n in b.nodes if isinstance(n.operation, Generated)]
    return [*places, *(s.span for s in shows if s.kind == "text")], needed


def _scores(body: Body) -> tuple[int, int] | None:
    """How many symbols a network reads at once (0 for any number) and how many it tells apart."""
    types = [type for _, type in (*body.inputs, *body.output_types())]
    if len(types) != 2 or not all(isinstance(t, Tensor) for t in types):
        return None
    tokens, scores = types
    assert isinstance(tokens, Tensor)
    assert isinstance(scores, Tensor)
    if tokens.rank != 1 or tokens.dtype != "int" or not isinstance(tokens.classes, int):
        return None
    if scores.sizes != (*tokens.sizes, tokens.classes) or scores.dtype != "float":
        return None
    return (tokens.sizes[0] if isinstance(tokens.sizes[0], int) else 0), tokens.classes
