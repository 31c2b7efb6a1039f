"""Slips in counting multiplications, memory and receptive fields."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from specc.claims.slips import further, kinds, places
from specc.claims.slips.lenet import PARTIAL
from specc.claims.slips.params import BIASES, ONE_COPY, PARAMS, WEIGHTS
from specc.claims.slips.positions import POSITIONS
from specc.claims.slips.recurrent import STEP_SLIPS
from specc.claims.slips.rewrite import without
from specc.claims.slips.slip import Change, Slip, Working, positions, sizes_given
from specc.claims.slips.weights import biases_of, kernel_in
from specc.claims.upstream import field_parts, windows_before
from specc.count.memory import FLOAT
from specc.count.norms import is_norm
from specc.formula import Constant, Formula, Sum, product, total
from specc.layers.base import Window
from specc.sizes import Size, render

_PARAMS = {s.name: s for s in (*PARAMS, *WEIGHTS, *BIASES)}


# ------------------------------------------------------------------------ MACs


def _once(w: Working) -> Iterator[Change]:
    case = w.case
    if case.inference.macs is None:
        return
    kernel = kernel_in(case.inference)
    places = product(_used_at(w))
    reason = "that counts each weight once"
    if places.value != 1:
        reason += f", but it is used at {places.working()} positions"
    if kernel.value != 0 and not is_norm(case.entry):
        yield w.to(kernel), reason
    if case.entry.row.formula is not None:
        yield w.to(case.entry.row.formula), f"those are its parameters; {reason}"


def _used_at(w: Working) -> tuple[Size, ...]:
    """The positions at which each weight is used: those of the side that a window is laid on."""
    x = w.case.input
    if w.case.layer.word == "conv_transpose" and x is not None:
        return x.sizes[1:]
    return positions(w.case.inference)


def _as_flops(w: Working) -> Iterator[Change]:
    yield w.to(2 * w.formula), "a multiplication with its addition counts as one"


def _biases(w: Working) -> Iterator[Change]:
    sizes = sizes_given(w.case.inference)
    elements = product(sizes).value
    if w.formula.value != 0 and elements != 0 and sizes:
        number = "bias" if elements == 1 else f"{render(elements)} biases"
        yield w.to(w.formula + elements), f"adding the {number} multiplies nothing"


def _at_input(w: Working) -> Iterator[Change]:
    x, case = w.case.input, w.case
    if x is None or len(x.sizes) < 2 or case.inference.macs is None:
        return
    if case.layer.word == "conv_transpose":
        at_output = product((kernel_in(case.inference), *positions(case.inference)))
        yield w.to(at_output), "the weights are used once for each input position"
    elif positions(case.inference):
        at_input = product((kernel_in(case.inference), *x.sizes[1:]))
        yield w.to(at_input), "the weights are used once for each output position"


def _one_axis(w: Working) -> Iterator[Change]:
    for names in (("w_out", "d_out"), ("w_in", "d_in")):
        found = without(w.formula, names)
        if found is not None:
            yield w.to(found), "the weights are used at all positions, not at those of one axis"


def _no_scores(w: Working) -> Iterator[Change]:
    if w.case.layer.word == "attention" and isinstance(w.formula, Sum):
        terms = [t for _, t in w.formula.terms]
        reason = "the products of queries with keys, and of weights with values, are forgotten"
        yield w.to(total(terms[:-1])), reason
        yield w.to(terms[-1]), "the projections are forgotten"


def _half_scores(w: Working) -> Iterator[Change]:
    if w.case.layer.word == "attention" and isinstance(w.formula, Sum):
        *first, (_, last) = w.formula.terms
        half = without(last, ()) or last
        value = half.value // 2
        yield (
            w.to(total((*(t for _, t in first), value))),
            "queries meet keys, and the weights meet values: two products",
        )
        heads, many = getattr(w.case.layer, "heads", 1), [t for _, t in first]
        if isinstance(heads, int) and heads != 1:
            reason = f"the {heads} heads share the features: the scores of all together are {last.working()}"
            yield w.to(total((*many, heads * last))), reason
            yield w.to(total((*many, last.value // heads))), reason
        yield w.to(Constant(value)), "that is one of two products, without the projections"


# ----------------------------------------------------------- FLOPs and memory


def _macs(w: Working) -> Iterator[Change]:
    macs = w.case.inference.macs
    if macs is not None:
        reason = "those are MACs; each is a multiplication and an addition"
        yield w.to(macs), reason


def _flop_biases(w: Working) -> Iterator[Change]:
    sizes = sizes_given(w.case.inference)
    elements = product(sizes)
    if biases_of(w.case) != 0 and sizes:
        number = render(w.times * elements.value)
        yield w.to(w.formula + elements), f"the {number} additions of biases are not counted here"


def _fewer_additions(w: Working) -> Iterator[Change]:
    sizes = sizes_given(w.case.inference)
    elements = product(sizes)
    if w.formula.value != 0 and sizes:
        yield w.to(w.formula - elements), "n products need n − 1 additions, but n are counted here"


def _bytes(w: Working, number: int, reason: str) -> Iterator[Change]:
    counted = w.case.entry.row.formula
    if counted is not None:
        yield w.to(counted if number == 1 else number * counted), reason


def _one_byte(w: Working) -> Iterator[Change]:
    yield from _bytes(w, 1, f"a 32-bit float has {FLOAT} bytes")


def _bytes_twice(w: Working) -> Iterator[Change]:
    yield from _bytes(w, FLOAT * FLOAT, "those are bytes already, which were multiplied once more")


def _doubles(w: Working) -> Iterator[Change]:
    yield from _bytes(w, 8, f"8 bytes are a 64-bit float; one of 32 bits has {FLOAT}")


def _bits(w: Working) -> Iterator[Change]:
    yield from _bytes(w, 32, "those are bits")


def _activations(w: Working) -> Iterator[Change]:
    sizes, counted = sizes_given(w.case.inference), w.case.entry.row.formula
    if sizes:
        output = product((FLOAT, *sizes))
        yield w.to(output), "that is its output; the memory of its weights is asked for"
        if counted is not None:
            yield w.to(FLOAT * counted + output), "the output is no weight"


def _halves(w: Working) -> Iterator[Change]:
    yield from _bytes(w, 2, f"2 bytes are a 16-bit float; one of 32 bits has {FLOAT}")


def _in_bytes(slip: Slip) -> Slip:
    """A slip in the count of weights, carried on to their bytes."""

    def change(w: Working) -> Iterator[Change]:
        counted = w.case.entry.row.formula or Constant(0)
        for wrong, reason in slip.change(replace(w, parts=(counted,), word="params")):
            yield replace(wrong, parts=(FLOAT * wrong.formula,), word=w.word), reason

    return replace(slip, change=change, deep=False)


# ------------------------------------------------------------- receptive field


def _own(w: Working) -> Iterator[Change]:
    windows = windows_before(w.case.entry)
    if w.case.inference.windows and windows:
        reason = "that is what it sees of its own input, not of the network's"
        yield w.to(total((1, *_reaches([replace(windows[0], stride=1)])))), reason
    if isinstance(w.formula.value, int) and len(w.case.inference.windows) > 1:
        area = product((w.formula.value, w.formula.value))
        yield w.to(area), "that is an area; a receptive field is told along one axis"


def _reaches(windows: Iterable[Window]) -> list[Formula]:
    """(k − 1)·d·j of every window, with the strides before it multiplied to j."""
    return [part for part, _ in field_parts(list(windows))]


def _no_strides(w: Working) -> Iterator[Change]:
    windows = [replace(v, stride=1) for v in reversed(windows_before(w.case.entry))]
    yield w.to(total((1, *_reaches(windows)))), "the strides on the way are forgotten"


def _sizes_added(w: Working) -> Iterator[Change]:
    kernels = [v.kernel for v in reversed(windows_before(w.case.entry))]
    reason = "neighbouring windows overlap; sizes do not add up"
    yield w.to(total(kernels)), reason
    if len(kernels) > 1:
        yield w.to(product(kernels)), "sizes of windows do not multiply"


def _own_jump(w: Working) -> Iterator[Change]:
    """Each layer's own stride multiplied in too early."""
    parts = field_parts(list(reversed(windows_before(w.case.entry))))
    late = [product((part, window.stride)) for part, window in parts]
    reason = "a layer's own stride widens the fields of later layers, not its own"
    yield w.to(total((1, *late))), reason


def _no_minus_one(w: Working) -> Iterator[Change]:
    parts: list[Formula] = []
    jump: Size = 1
    for window in reversed(windows_before(w.case.entry)):
        parts.append(product((window.kernel, jump)))
        jump = jump * window.stride
    yield w.to(total((1, *parts))), "a window reaches k − 1 further, not k"
    yield w.to(total(parts)), "a window reaches k − 1 further, not k"


def _undilated(w: Working) -> Iterator[Change]:
    windows = [replace(v, dilation=1) for v in reversed(windows_before(w.case.entry))]
    yield w.to(total((1, *_reaches(windows)))), "the dilation is forgotten"


MACS = (
    Slip("weights-once", "each weight is counted once", _once),
    Slip("flops-for-macs", "FLOPs are given for MACs", _as_flops, deep=True),
    Slip("bias-additions", "additions of biases are counted", _biases, deep=True),
    Slip("wrong-positions", "the positions of the other side are counted", _at_input),
    *(_PARAMS[n] for n in ("input-channels-forgotten", "groups-ignored", "kernel-not-squared",
                           "one-output", "kernel-forgotten", "heads-multiplied",
                           "flatten-of-wrong-map")),
    Slip("one-axis", "the positions of one axis are counted", _one_axis, deep=True),
    Slip("scores-forgotten", "a part of attention is forgotten", _no_scores),
    *STEP_SLIPS,
    PARTIAL,
    *further.MACS,
    *kinds.MACS,
    *places.MACS,
    Slip("one-product", "one of two products is forgotten", _half_scores),
    ONE_COPY,
    *POSITIONS,
)  # fmt: skip
FLOPS = (
    Slip("macs-for-flops", "MACs are given for FLOPs", _macs),
    Slip("bias-additions", "additions of biases are counted", _flop_biases, deep=True),
    Slip("fewer-additions", "n − 1 additions are counted", _fewer_additions, deep=True),
    *places.MACS,
    *(_PARAMS[n] for n in ("input-channels-forgotten", "groups-ignored", "kernel-not-squared",
                           "one-output", "kernel-forgotten", "one-copy", "partial-connections")),
    Slip("one-axis", "the positions of one axis are counted", _one_axis, deep=True),
    *POSITIONS,
)  # fmt: skip
MEMORY = (
    Slip("bytes-forgotten", "one byte for each weight", _one_byte),
    Slip("bytes-twice", "the bytes are counted twice", _bytes_twice),
    Slip("doubles", "eight bytes for each weight", _doubles),
    Slip("halves", "two bytes for each weight", _halves),
    Slip("outputs-counted", "outputs are counted for weights", _activations),
    Slip("bits", "bits are given for bytes", _bits),
    *(_in_bytes(_PARAMS[n]) for n in (
        "bias-forgotten", "norm-one", "one-copy", "moving-averages", "tied-twice", "shared-twice",
        "input-channels-forgotten", "kernel-not-squared", "groups-ignored", "partial-connections",
    )),
)  # fmt: skip
FIELD = (
    Slip("own-window", "only the layer's own window is seen", _own),
    Slip("strides-forgotten", "the strides are forgotten", _no_strides),
    Slip("kernels-added", "the windows' sizes are added up", _sizes_added),
    Slip("own-stride", "a layer's own stride is applied to itself", _own_jump),
    Slip("minus-one-forgotten", "the − 1 of the window is forgotten", _no_minus_one),
    Slip("dilation-forgotten", "the dilation is forgotten", _undilated),
)
