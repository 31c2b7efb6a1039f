"""A `sample` block: draws, calls of trained networks, and pictures of what they give."""

from __future__ import annotations

from specc.program import SamplePlan, Show
from specc.resolve.arguments import Given, construct
from specc.resolve.assign import assign, named
from specc.resolve.context import Context, Scope
from specc.resolve.draw import draw
from specc.resolve.equated import as_settings
from specc.resolve.evaluation import static
from specc.resolve.order import bound, ordered
from specc.resolve.setting import SHOWS, rhythm, show_of, twice
from specc.resolve.untrained import refuse_own_stages
from specc.resolve.unused import unused_values
from specc.settings import SampleSettings
from specc.syntax import tree


def resolve_sample(context: Context, sample: tree.Sample) -> SamplePlan | None:
    """The plan of a `sample` block, or None after diagnostics."""
    scope = Scope(context, sample.name.id, "sample")
    scope.reserved = {n.id for s in sample.body for n in bound(s)}
    shows: list[Show] = []
    given: dict[str, Given] = {}
    words = (*SampleSettings.model_fields, "show")
    for statement in ordered(scope, as_settings(scope, sample.body, words)):
        _statement(scope, statement, shows, given)
    settings = construct(SampleSettings, "sample", given, sample.name.span, context.diagnostics)
    if not shows and not context.diagnostics.failed:
        context.report(
            "E507",
            f"sample {sample.name.id} shows nothing",
            sample.name.span,
            helps=("show grid(G(z))",),
        )
    if settings is None or not shows:
        return None
    refuse_own_stages(scope)
    unused_values(scope)
    body = scope.body(sample, (), (), ())
    return SamplePlan(sample.name.id, sample.span, sample.doc, body, tuple(shows), settings)


def resolve_samples(context: Context, written: list[tree.Sample], trains: int) -> list[SamplePlan]:
    """The plans of all `sample` blocks, which are drawn after the training: there must be a `train` block."""
    lacking = trains == 0 and not (context.diagnostics.failed or context.lost)
    for sample in written[:1] if lacking else ():
        context.report(
            "E507",
            f"sample {sample.name.id} draws from trained networks, and nothing is trained",
            sample.name.span,
            helps=("train NAME { data …  minimize …  optimizer … }",),
        )
    return [p for s in written if (p := resolve_sample(context, s)) is not None]


def _statement(
    scope: Scope, statement: tree.Statement, shows: list[Show], given: dict[str, Given]
) -> None:
    match statement:
        case tree.Assign():
            assign(scope, statement)
        case tree.Draw():
            value = draw(scope, statement.distribution, statement.frozen)
            scope.bind(statement.target, named(scope, value, statement.target))
        case tree.Setting(word=word) if word.id == "show":
            made = None if rhythm(scope, statement) else show_of(scope, statement, (*SHOWS, "text"))
            if made is not None:
                shows.append(made)
        case tree.Setting(word=word, value=value) if (
            word.id in SampleSettings.model_fields and value
        ):
            number = static(scope, value)
            places = {w: g.span for w, g in given.items()}
            again = rhythm(scope, statement) or twice(scope, statement, places)
            if number is not None and not again:
                given[word.id] = Given(number, value.span)
        case _:
            first = statement.span.first_word
            looped = isinstance(statement, (tree.Loop, tree.Branch, tree.Return))
            helps = ("loops and conditions stand in a program",) if looped else ()
            message = f'"{first}" does not belong in sample'
            scope.context.report("E103", message, statement.span, helps=helps)
