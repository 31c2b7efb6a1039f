"""Slips in counting the parameters of one layer."""

from __future__ import annotations

from collections.abc import Iterator

from specc.claims.again import Case
from specc.claims.guess import Guess
from specc.claims.upstream import inputs_mistaken
from specc.count.add import add_up
from specc.count.differences import CONVENTIONS
from specc.count.weights import parameters, weights
from specc.formula import Constant, Formula, Product, Sum, product, total
from specc.layers.base import Inference
from specc.sizes import render

WIDTHS = ("channels", "units", "features")
"""The hyperparameters that say how many filters or units a layer has."""


def _biases(case: Case) -> Iterator[Guess]:
    own = parameters(case.entry.stage) if case.entry.stage is not None else ()
    biases = add_up(p.count.value for p in own if p.kind == "bias")
    kernel = kernel_of(case)
    if biases != 0 and kernel.value != 0:
        number = render(biases)
        missing = "the bias is missing" if biases == 1 else f"the {number} biases are missing"
        yield Guess(kernel.value, missing, kernel)
        yield Guess(biases, "only the biases are counted")
        yield Guess(kernel.value + 1, f"there are {number} biases, not one for all", kernel + 1)
    with_bias = case.again(bias=True)
    if with_bias is not None and with_bias.count is not None:
        yield Guess(with_bias.count.value, "it has no biases: bias=false", with_bias.count)


def kernel_of(case: Case) -> Formula:
    """The weights without the biases, in the order of the layer's own formula: 5·5·1·6."""
    if case.entry.stage is None or case.entry.stage.ties:
        own = parameters(case.entry.stage) if case.entry.stage is not None else ()
        return total(p.count for p in own if p.kind == "weight")
    return kernel_in(case.inference)


def kernel_in(inference: Inference) -> Formula:
    """`(5·5·1 + 1)·6` without its `+ 1`; the sum of the weights where the count has another form."""
    match inference.count:
        case Product(_, (Sum(_, ((1, weights_), (1, Constant(1)))), *rest)):
            flat = weights_.factors if isinstance(weights_, Product) else (weights_,)
            return product((*flat, *rest))
        case _:
            return total(p.count for p in inference.parameters if p.kind == "weight")


def _one_output(case: Case) -> Iterator[Guess]:
    name = next((n for n in WIDTHS if n in type(case.layer).model_fields), None)
    if name is None:
        return
    groups = {"groups": 1} if getattr(case.layer, "groups", 1) != 1 else {}
    one = case.again(**{name: 1, **groups})
    if one is not None and one.count is not None:
        kind = "filter" if name == "channels" else "unit"
        reason = f"that is one {kind}; there are {render(getattr(case.layer, name))}"
        yield Guess(one.count.value, reason, one.count)


def _one_input(case: Case) -> Iterator[Guess]:
    x = case.input
    if x is None or x.rank < 2 or x.axes[0] != "channels" or x.sizes[0] == 1:
        return
    one = case.with_input((1, *x.sizes[1:]))
    if one is not None and one.count is not None:
        reason = f"each filter spans all {render(x.sizes[0])} input channels, not one"
        yield Guess(one.count.value, reason, one.count)
        kernel = kernel_in(one)
        yield Guess(kernel.value, f"{reason}, and the biases are missing", kernel)


def _groups(case: Case) -> Iterator[Guess]:
    whole = case.again(groups=1)
    if whole is not None and whole.count is not None:
        groups = render(getattr(case.layer, "groups", 1))
        reason = f"with groups={groups} a filter sees only its own group of input channels"
        yield Guess(whole.count.value, reason, whole.count)


def _copies(case: Case) -> Iterator[Guess]:
    row = case.entry.row
    if row.formula is not None and row.times != 1:
        reason = f"that is one copy; there are {render(row.times)}"
        yield Guess(row.formula.value, reason, row.formula)


def _conventions(case: Case) -> Iterator[Guess]:
    stage = case.entry.stage
    if stage is None:
        return
    for convention in CONVENTIONS:
        other = weights(stage, convention).params
        if other is not None:
            yield Guess(other.value, f"{convention} counts so: (convention={convention})", other)
    buffers = add_up(p.count.value for p in parameters(stage) if p.kind == "buffer")
    if buffers != 0:
        reason = f"the {render(buffers)} moving averages are buffers, which are not learnt"
        yield Guess(case.entry.row.params + buffers, reason)


def _tied(case: Case) -> Iterator[Guess]:
    stage = case.entry.stage
    if stage is not None and stage.ties and case.inference.count is not None:
        tie = stage.ties[0]
        owner = ".".join((*tie.path, tie.tensor))
        reason = f"its {tie.parameter} is {owner} and is counted there"
        yield Guess(case.inference.count.value, reason, case.inference.count)


def _pooling(case: Case) -> Iterator[Guess]:
    """A window that picks or averages, taken for a kernel."""
    x, windows = case.input, case.inference.windows
    if case.entry.row.formula is not None or x is None or not windows or not x.sizes:
        return
    window, channels = product(w.kernel for w in windows), x.sizes[0]
    reason = f"{case.layer.word} learns nothing: its window has no weights"
    for counted in (window, window * channels, (window + 1) * channels, window + 1):
        yield Guess(counted.value, reason, counted)
    yield Guess(2 * channels, f"{case.layer.word} has no coefficients and no biases here")


def _elements(case: Case) -> Iterator[Guess]:
    if case.inference.output.sizes:
        size = product(case.inference.output.sizes)
        yield Guess(size.value, "that is how many numbers it gives, not how many it learns", size)


def _flattened(case: Case) -> Iterator[Guess]:
    """A fully connected layer on fewer or more inputs than it has."""
    x = case.input
    if case.layer.word != "linear" or x is None or not x.sizes:
        return
    for size, what in inputs_mistaken(case.entry):
        other = case.with_input((*x.sizes[:-1], size))
        if other is not None and other.count is not None:
            reason = f"its input has {render(x.sizes[-1])} numbers, not {render(size)}, {what}"
            yield Guess(other.count.value, reason, other.count)


def _work(case: Case) -> Iterator[Guess]:
    macs = case.inference.macs
    if macs is not None and macs.value != 0:
        reason = "those are multiplications; all positions share the weights"
        yield Guess(case.entry.row.macs, reason, macs if case.entry.row.times == 1 else None)


SLIPS = (
    _biases,
    _one_output,
    _one_input,
    _groups,
    _copies,
    _conventions,
    _tied,
    _pooling,
    _flattened,
    _elements,
    _work,
)
