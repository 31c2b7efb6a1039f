"""A question about one layer: `conv` on a 3×32×32 image, `linear` on 64 numbers."""

from __future__ import annotations

from specc.diagnostics import Diagnostics
from specc.exam.solve import conditions as asked
from specc.exam.solve.ranges import SolveError, Varied, usual
from specc.exam.solve.search import Question, first_built
from specc.exam.solve.vary import opened
from specc.layers import registry
from specc.layers.base import Convention, Layer
from specc.nearest import nearest
from specc.source import Source
from specc.syntax import tree
from specc.syntax.parse import parse

STAGE = "layer"
"""What the layer is called in its file."""
_TYPES = {
    1: ("vector[{}]", "category[{}]"),
    2: ("signal[{}, {}]", "sequence[{}, {}]", "tokens[{}, vocab={}]"),
    3: ("image[{}, {}, {}]",),
    4: ("volume[{}, {}, {}, {}]",),
}
"""What an input of so many sizes can be; the first that the layer takes is meant."""
_VARIED = (
    "features",
    "channels",
    "units",
    "length",
    "kernel",
    "stride",
    "padding",
    "size",
    "scale",
    "factor",
    "heads",
)
"""Hyperparameters that vary unless something else is said; the others keep their defaults."""


def layer_question(
    word: str,
    sizes: tuple[int, ...],
    texts: tuple[str, ...],
    varied: tuple[Varied, ...],
    convention: Convention = "pytorch",
) -> Question:
    """The question as a spec of one layer.

    Raises:
        SolveError: there is no such layer, or it has no such hyperparameter.
    """
    model = known(word)
    if len(sizes) not in _TYPES:
        raise SolveError("--input takes the sizes of one item: 3x32x32")
    conditions = asked.read(texts, STAGE, every=True)
    named = {v.name: v for v in varied}
    for name in named:
        if name not in model.model_fields:
            raise SolveError(f"{word} has no {name}; it has {', '.join(model.model_fields)}")
    for name in model.model_fields:
        if name in _VARIED and name not in named:
            named[name] = _wanted(name, conditions) or usual(name)
    if not named:
        raise SolveError(_fixed(word, model))
    chosen = tuple(Varied(f"{STAGE}.{v.name}", v.values) for v in named.values())
    unasked = frozenset(f"{STAGE}.{name}" for name in named.keys() - {v.name for v in varied})
    options = [
        Question(_file(word, kind.format(*sizes)), conditions, chosen, {}, convention, unasked)
        for kind in _TYPES[len(sizes)]
    ]
    fitting = (q for q in options if first_built(q, opened(q.file, q.varied)) is not None)
    return next(fitting, options[0])


def _fixed(word: str, model: type[Layer]) -> str:
    """That nothing varies unasked, with what could."""
    wanted = next((n for n, field in model.model_fields.items() if field.is_required()), "")
    if wanted:
        return f"say what of {word} may change: --vary {wanted}=1..64"
    return f"no number of {word} can be varied: its figures follow from its input"


def known(word: str) -> type[Layer]:
    """The layer of that word.

    Raises:
        SolveError: there is none.
    """
    model = registry.get(word)
    if model is None:
        near = nearest(word, [*registry.words(), "mlp"])
        hint = f"; did you mean {near[0]}?" if near else ""
        raise SolveError(f"{word} is no spec, no layer and not mlp{hint}")
    return model


def _wanted(name: str, conditions: tuple[tree.Binary, ...]) -> Varied | None:
    """Where an output is asked for, its first size is the number of channels or features."""
    if name not in ("channels", "features", "units"):
        return None
    for c in conditions:
        if c.operator == "==" and isinstance(c.left, tree.Member) and c.left.name.id == "output":
            first = _numbers(c.right)
            if first:
                return Varied(name, (first[0] if name == "channels" else first[-1],))
    return None


def _numbers(expr: tree.Expr) -> tuple[int, ...]:
    match expr:
        case tree.SizeLiteral(_, values):
            return values
        case tree.ListOf(_, items):
            found = tuple(i.value for i in items if isinstance(i, tree.Number))
            return tuple(n for n in found if isinstance(n, int))
        case _:
            return ()


def _file(word: str, kind: str) -> tree.File:
    text = f"specc 1\nnetwork Layer {{\n    in x: {kind}\n    x -> {word}() as {STAGE}\n}}\n"
    file = parse(Source("<layer>", text), Diagnostics())
    assert file is not None
    return file
