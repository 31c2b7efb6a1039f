"""Losses against the layer before them: logits twice normalised, and outputs that cannot reach targets."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TypeAlias

from specc.check.operands import Use, check_operands, owner
from specc.check.trace import Place, maker, place
from specc.diagnostics import Diagnostic, Diagnostics, Edit, Fix, Label
from specc.program import Apply, Program, ReadPort
from specc.source import Span
from specc.syntax import tree
from specc.types import Tensor

# What a loss normalises itself, and the layers that would do it again.
LOGITS: dict[str, tuple[str, ...]] = {
    "cross_entropy": ("softmax", "log_softmax", "sigmoid", "softmin"),
    "bce_with_logits": ("sigmoid", "softmax", "hardsigmoid"),
    "multilabel_soft_margin": ("sigmoid", "softmax", "hardsigmoid"),
    "nll": ("softmax", "softmin"),
    "kl_div": ("softmax", "softmin", "sigmoid"),
}
_APPLIES = {
    "cross_entropy": "softmax", "bce_with_logits": "sigmoid", "multilabel_soft_margin": "sigmoid",
}  # fmt: skip
_PROBABILITIES = ("bce",)
_REACH = ("mse", "l1", "smooth_l1", "huber", "bce", "msle")


def check_losses(program: Program, diagnostics: Diagnostics) -> None:
    """Report losses that normalise twice (E503) and outputs that never reach the targets (W504)."""
    for use in uses(program):
        found = len(diagnostics)
        check_operands(use, diagnostics)
        if (
            len(diagnostics) == found
            and not _twice(use, diagnostics)
            and not _not_probabilities(use, diagnostics)
        ):
            _range(use, diagnostics)
            _logarithm(use, diagnostics)
            _no_chances(use, diagnostics)


def uses(program: Program) -> Iterator[Use]:
    """The losses of all `train` blocks."""
    for body in (plan.body for plan in program.trains):
        for node in body.nodes:
            operation = node.operation
            if not isinstance(operation, Apply) or not operation.layer.loss:
                continue
            refs = [r for r in node.operands if r is not None]
            if len(refs) >= 2:
                places = place(body, refs[0]), place(body, refs[1])
                yield Use(body, node, operation.layer.word, *places)


def _twice(use: Use, diagnostics: Diagnostics) -> bool:
    origin = maker(use.output)
    operation = origin.node.operation
    if not isinstance(operation, Apply) or operation.layer.word not in LOGITS.get(use.word, ()):
        return False
    last, whose = operation.layer.word, owner(use, origin)
    message, text, notes, fix = (_no_logarithm if use.word in ("nll", "kl_div") else _again)(
        use, last, whose, origin
    )
    label = Label(origin.node.span, "probabilities")
    diagnostics.add(Diagnostic("E503", message, use.span, text, (label,), notes, (), fix))
    return True


_Words: TypeAlias = tuple[str, str, tuple[str, ...], Fix | None]


def _no_logarithm(use: Use, last: str, owner: str, origin: Place) -> _Words:
    fix = Fix(f"{last} → log_softmax", (Edit(_word(origin.node.span), "log_softmax"),))
    message = f"{use.word} takes logarithms, but {owner} ends in {last}"
    return message, "takes log-probabilities", (), fix


def _again(use: Use, last: str, owner: str, origin: Place) -> _Words:
    message = f"{use.word} takes logits, but {owner} already ends in {last}"
    text = f"applies {_APPLIES[use.word]} again"
    return message, text, _floor(use, last), _without(origin.node.span) or _unwrapped(use, origin)


def _word(span: Span) -> Span:
    """The word that a stage begins with."""
    text = span.text
    end = next((i for i, c in enumerate(text) if not (c.isalnum() or c == "_")), len(text))
    return Span(span.source, span.start, span.start + end)


def _floor(use: Use, last: str) -> tuple[str, ...]:
    """The least value that a cross entropy of probabilities can take: ln(e + n − 1) − 1."""
    type = use.type(use.output)
    if use.word == "cross_entropy" and last == "sigmoid":
        return (
            "one class of several is a softmax, which cross_entropy applies itself",
            "a sigmoid for each class is for several labels at once: bce_with_logits, without sigmoid",
        )
    if use.word != "cross_entropy" or last != "softmax" or type is None or not type.sizes:
        return ()
    classes = type.sizes[type.axes.index("channels") if "channels" in type.axes else -1]
    if not isinstance(classes, int):
        return ()
    least = math.log(math.e + classes - 1) - 1
    floor = f"ln(e + {classes - 1}) − 1 = {least:.3f}"
    return (f"with {classes} classes the loss can then never fall below {floor}",)


def _without(span: Span) -> Fix | None:
    """Deleting a stage together with its arrow."""
    before = span.source.text[: span.start]
    arrow = before.rfind("->")
    if arrow < 0 or before[arrow + 2 :].strip():
        return None
    start = len(before[:arrow].rstrip(" \t"))
    line = span.line
    return Fix(
        f'delete "-> {span.text}" in line {line}', (Edit(Span(span.source, start, span.end), ""),)
    )


def _unwrapped(use: Use, origin: Place) -> Fix | None:
    """What stands in `softmax(logits)` in place of it; where it has a name, the loss alone takes that."""
    span, place = origin.node.span, origin.node.span
    inner = _arguments(span)
    if len(inner) != 1:
        return None
    loss = use.node.span
    if origin.body is use.body and not (loss.start <= span.start and span.end <= loss.end):
        place = next(iter(_arguments(loss)), loss)
        if place.text != origin.node.variable:
            return None
    return Fix(f"{place.text} → {inner[0].text}", (Edit(place, inner[0].text),))


def _arguments(call: Span) -> list[Span]:
    """The arguments of `softmax(logits)` as they are written; none of what is no call."""
    text, source = call.text, call.source
    begin = text.find("(") + 1
    if not begin or not text.endswith(")") or not text[: begin - 1].isidentifier():
        return []
    depth, starts = 0, [begin]
    for at in range(begin, len(text) - 1):
        depth += (text[at] in "([{") - (text[at] in ")]}")
        if text[at] == "," and not depth:
            starts.append(at + 1)
    ends = [*(s - 1 for s in starts[1:]), len(text) - 1]
    parts = [
        (a + len(text[a:b]) - len(text[a:b].lstrip()), b) for a, b in zip(starts, ends, strict=True)
    ]
    return [
        Span(source, call.start + a, call.start + a + len(text[a:b].rstrip())) for a, b in parts
    ]


def _not_probabilities(use: Use, diagnostics: Diagnostics) -> bool:
    type = use.type(use.output)
    if use.word not in _PROBABILITIES or type is None:
        return False
    low, high = type.range.low, type.range.high
    if low is not None and high is not None and low >= 0 and high <= 1:
        return False
    origin = maker(use.output)
    operation = origin.node.operation
    word = operation.layer.word if isinstance(operation, Apply) else origin.node.name
    diagnostics.add(
        Diagnostic(
            "E503",
            f"bce takes probabilities, but {owner(use, origin)} ends in {word}",
            use.span,
            "takes the logarithm of a value that may be below 0 or above 1",
            (Label(origin.node.span, "any number"),),
            (),
            ("bce_with_logits, or end the network in sigmoid",),
        )
    )
    return True


def _range(use: Use, diagnostics: Diagnostics) -> None:
    output, target = use.type(use.output), use.type(use.target)
    if use.word not in _REACH or output is None or target is None:
        return
    beyond = _beyond(output, target)
    if beyond is None:
        return
    origin = maker(use.output)
    operation = origin.node.operation
    word = operation.layer.word if isinstance(operation, Apply) else "an output"
    low, high = output.range.low, output.range.high
    reach = f"{'−∞' if low is None else f'{low:g}'} … {'∞' if high is None else f'{high:g}'}"
    diagnostics.add(
        Diagnostic(
            "W504",
            f"{'an' if word[0] in 'aeiou' else 'a'} {word} never reaches the targets of this loss",
            use.span,
            f"targets go {beyond}",
            (Label(origin.node.span, f"gives {reach}"), *_given(use)),
            (),
            (_remedy(word, low, beyond),),
        )
    )


def _given(use: Use) -> tuple[Label, ...]:
    """Where the data says the range of the targets."""
    node = maker(use.target).node
    if not isinstance(node.operation, ReadPort):
        return ()
    train = use.body.definition
    sources = [s for s in getattr(train, "body", ()) if isinstance(s, tree.Data)]
    given = [a for s in sources if _has(s, node.span) for a in getattr(s.source, "arguments", ())]
    places = [a.span for a in given if a.name is not None and a.name.id == "range"]
    return (Label(places[0] if places else node.span, ""),)


def _has(data: tree.Data, field: Span) -> bool:
    return any(f.name.span == field for f in data.fields)


def _logarithm(use: Use, diagnostics: Diagnostics) -> None:
    """The logarithm of 1 + y, where y may be −1 and less."""
    type = use.type(use.output)
    if use.word != "msle" or type is None or (type.range.low is not None and type.range.low > -1):
        return
    origin = maker(use.output)
    operation = origin.node.operation
    word = operation.layer.word if isinstance(operation, Apply) else "an output"
    diagnostics.add(
        Diagnostic(
            "W517",
            f"msle takes the logarithm of 1 + y, and {word} may give −1 and less",
            use.span,
            "not a number there",
            (Label(origin.node.span, "not bounded below"),),
            helps=("end in relu, softplus or sigmoid, or take mse",),
        )
    )


def _no_chances(use: Use, diagnostics: Diagnostics) -> None:
    """Targets of a binary cross-entropy that are no probabilities: its minimum is not at them."""
    target = use.type(use.target)
    if use.word != "bce_with_logits" or target is None or target.constant is not None:
        return
    low, high = target.range.low, target.range.high
    if (low is None or low >= 0) and (high is None or high <= 1):
        return
    beyond = f"down to {low:g}" if low is not None and low < 0 else f"up to {high:g}"
    diagnostics.add(
        Diagnostic(
            "W504",
            f"{use.word} takes targets from 0 to 1, as probabilities are",
            use.span,
            f"targets go {beyond}".replace("-", "−"),
            helps=("range=[0, 1] in the data, or mse behind tanh",),
        )
    )


def _remedy(word: str, low: float | None, beyond: str) -> str:
    if word == "sigmoid" and beyond == "down to −1":
        return "tanh, or range=[0, 1] (then bce when a pixel is read as a probability)"
    if word in ("sigmoid", "tanh"):
        return f"range=[{low:g}, 1] in the data, or no {word}"
    return "another last activation, or another range of the data"


def _beyond(output: Tensor, target: Tensor) -> str | None:
    lows = output.range.low, target.constant if target.constant is not None else target.range.low
    highs = (
        output.range.high,
        (target.constant if target.constant is not None else target.range.high),
    )
    if lows[0] is not None and lows[1] is not None and lows[1] < lows[0]:
        return f"down to {lows[1]:g}".replace("-", "−")
    if highs[0] is not None and highs[1] is not None and highs[1] > highs[0]:
        return f"up to {highs[1]:g}"
    return None
