"""Slips in counting multiplications, and in receptive fields."""

from __future__ import annotations

from collections.abc import Iterator

from specc.claims.again import Case
from specc.claims.guess import Guess
from specc.claims.slips_params import kernel_of
from specc.claims.upstream import windows_before
from specc.count.add import add_up
from specc.formula import product
from specc.sizes import render


def _weights(case: Case) -> Iterator[Guess]:
    row, output = case.entry.row, case.inference.output
    if case.inference.macs is None:
        return
    kernel = kernel_of(case)
    places = product(output.sizes[1:] if len(output.sizes) > 1 else ())
    reason = "that counts each weight once"
    if places.value != 1:
        reason += f", but it is used at {places.working()} positions"
    yield Guess(kernel.value, reason, kernel)
    if row.formula is not None:
        yield Guess(row.formula.value, f"those are its parameters; {reason}", row.formula)
    yield Guess(2 * row.macs, "a multiplication with its addition counts as one")
    elements = product(output.sizes).value
    yield Guess(row.macs + elements, f"adding the {render(elements)} biases multiplies nothing")
    x = case.input
    if x is not None and len(x.sizes) > 1:
        at_input = product((kernel, *x.sizes[1:]))
        yield Guess(at_input.value, "the weights are used once for each output position", at_input)


def _view(case: Case) -> Iterator[Guess]:
    windows = windows_before(case.entry)
    if not case.inference.windows or not windows:
        return
    own = (windows[0].kernel - 1) * windows[0].dilation + 1
    yield Guess(own, "that is what it sees of its own input, not of the network's")
    strideless = 1 + add_up((w.kernel - 1) * w.dilation for w in windows)
    yield Guess(strideless, "the strides on the way are forgotten")
    yield Guess(
        add_up(w.kernel for w in windows), "neighbouring windows overlap; sizes do not add up"
    )


MACS = (_weights,)
FIELD = (_view,)
