"""What is said of a word in the place of a layer that is none."""

from __future__ import annotations

from collections.abc import Sequence

from specc.diagnostics import Diagnostic, Edit, Fix
from specc.layers import registry
from specc.layers.base import Layer
from specc.nearest import price, sure
from specc.resolve.binding import Argument
from specc.resolve.context import Scope
from specc.resolve.values import POISON, Flow
from specc.source import Span


def meant_layer(
    scope: Scope, word: str, span: Span, given: Sequence[Argument] = ()
) -> type[Layer] | None:
    """E201; the layer that the word surely stands for, as which it is read, or None."""
    problem = _unknown(scope, word, span, given)
    if problem is None:
        return None
    edits = problem.fix.edits if problem.fix is not None else ()
    model = registry.get(edits[0].replacement) if len(edits) == 1 else _slipped(scope, word, given)
    if model is not None and model.word in ("scan", "fold"):
        model = None  # these are read in another way
    (scope.diagnostics.add if model is None else scope.diagnostics.read_on)(problem)
    return model


def _slipped(scope: Scope, word: str, given: Sequence[Argument]) -> type[Layer] | None:
    """The layer that a slip of the fingers hides, whatever is wrong with its arguments."""
    close = scope.context.near(word, registry.words(), scope.context.definitions, scope.names)
    slip = bool(close) and bool(given) and sure(word, close[0]) and price(word, close[0]) > _FOREIGN
    return registry.get(close[0]) if slip else None


_FOREIGN = 0.5
"""Words of other frameworks are cheaper, whose arguments are to be translated too."""


def unknown_layer(scope: Scope, word: str, span: Span) -> Flow:
    """E201 with the nearest layer, block or network."""
    problem = _unknown(scope, word, span, ())
    if problem is not None:
        scope.diagnostics.add(problem)
    return POISON


def _unknown(scope: Scope, word: str, span: Span, given: Sequence[Argument]) -> Diagnostic | None:
    """What is said of a word that is no layer; `given` are the arguments of the call."""
    close = scope.context.near(word, registry.words(), scope.context.definitions, scope.names)
    if scope.context.excuses(word, close, span):
        return None
    scope.read.update(close[:1])
    scope.context.read.update(close[:1])
    fix = _fix(word, close[0], span, given) if close else None
    return Diagnostic(
        "E201",
        f'there is no layer "{word}"',
        span,
        text=f'did you mean "{close[0]}"?' if close else "",
        notes=(*(() if fix else _networks(scope, span)), "all layers: specc explain layers"),
        helps=_no_layer(word),
        fix=fix,
    )


def _fix(word: str, meant: str, span: Span, given: Sequence[Argument]) -> Fix | None:
    """The nearest word in its place, and its arguments as it takes them."""
    model = registry.get(meant)
    if model is None:
        return Fix(f"{word} → {meant}", (Edit(span, meant),)) if sure(word, meant) else None
    from specc.resolve.foreign import translated  # only after an error

    edits = translated(model, word, given) if sure(word, meant) else None
    if edits is None:
        return None
    more = ", and its arguments" if edits else ""
    return Fix(f"{word} → {meant}{more}", (Edit(span, meant), *edits))


def _networks(scope: Scope, span: Span) -> tuple[str, ...]:
    """What the file defines and can be called by its name."""
    known = scope.context.definitions.items()
    own = [n for n, d in known if n != scope.name and d.span.source is span.source]
    return (f"networks and blocks: {', '.join(own)}",) if own else ()


_SAID = {
    "bidirectional": "an argument of rnn, lstm and gru: lstm(64, bidirectional=true)",
    "timedistributed": "linear works on every position of a sequence as it is",
    "randn": "noise is drawn: z ~ normal[100]",
    "rand": "noise is drawn: z ~ uniform[100]",
}
"""Words of other frameworks that stand for more than a word here."""


def _no_layer(word: str) -> tuple[str, ...]:
    """What a word is that is no layer."""
    if word.lower() in _SAID:
        return (_SAID[word.lower()],)
    from specc.metrics import METRICS  # only after an error

    if word not in METRICS:
        return ()
    operands = ", ".join(METRICS[word].operands)
    return (
        f"{word} is a metric, which is measured and not learnt from: metric {word}({operands})",
    )
