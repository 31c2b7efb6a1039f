"""Slips in counting the weights of one layer."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec.structs import replace

from specc.claims.slips import further, kinds, places
from specc.claims.slips.attention import HEAD_SLIPS
from specc.claims.slips.lenet import PARTIAL
from specc.claims.slips.recurrent import GATE_SLIPS
from specc.claims.slips.rewrite import (
    constant,
    symbols,
    ungrouped,
    valued,
    without,
)
from specc.claims.slips.slip import Change, Slip, Working, positions, sizes_given
from specc.claims.slips.weights import biases_of, kernel_at
from specc.claims.upstream import inputs_mistaken
from specc.count.add import add_up
from specc.count.differences import CONVENTIONS
from specc.count.norms import is_norm
from specc.count.weights import parameters, weights
from specc.formula import Constant, Formula, Product, product, total
from specc.sizes import Size, render

WIDTHS = ("channels", "units", "features")
"""The hyperparameters that say how many filters or units a layer has."""
KERNELS = ("k_h", "k_w", "k_d", "k", "k_1", "k_2", "k_3")


# ---------------------------------------------------------------------- biases


def _no_bias(w: Working) -> Iterator[Change]:
    kernel = None if is_norm(w.case.entry) else kernel_at(w)
    if kernel is not None:
        yield w.to(kernel), missing(w.times * (w.formula.value - kernel.value))


def missing(number: Size) -> str:
    """That so many biases are missing."""
    return "the bias is missing" if number == 1 else f"the {render(number)} biases are missing"


def _only_biases(w: Working) -> Iterator[Change]:
    number = biases_of(w.case)
    if number != 0 and number != w.formula.value and not is_norm(w.case.entry):
        yield w.to(Constant(number)), "only the biases are counted"


def _one_bias(w: Working) -> Iterator[Change]:
    kernel = None if is_norm(w.case.entry) else kernel_at(w)
    if kernel is not None:
        number = w.formula.value - kernel.value
        yield w.to(kernel + 1), f"there are {render(number)} biases, not one for all"


def _bias_everywhere(w: Working) -> Iterator[Change]:
    kernel, places = kernel_at(w), positions(w.case.inference)
    if kernel is not None and places:
        number = w.formula.value - kernel.value
        every = product((number, *places))
        reason = f"a bias belongs to a filter, not to a position: there are {render(number)}"
        yield w.to(kernel + every), reason


def _added_bias(w: Working) -> Iterator[Change]:
    with_bias = w.case.again(bias=True)
    if with_bias is not None and with_bias.count is not None:
        yield w.to(with_bias.count), "it has no biases: bias=false"


def _invented_bias(w: Working) -> Iterator[Change]:
    """An offset for each output where the kind of layer never has one."""
    case = w.case
    if case.layer.word in {"embedding", "learned_positions"} and w.formula.value != 0:
        width = case.inference.output.sizes[-1]
        yield w.to(w.formula + width), f"{case.layer.word} is a table: it has no biases"


# ------------------------------------------------------------------ the kernel


def _one_output(w: Working) -> Iterator[Change]:
    name = next((n for n in WIDTHS if n in type(w.case.layer).model_fields), None)
    outputs = "c_out" if "c_out" in symbols(w.formula) else "n_out"
    one = without(w.formula, (outputs,))
    if name is None or one is None:
        return
    kind = "filter" if name == "channels" else "unit"
    number = render(getattr(w.case.layer, name))
    yield w.to(one), f"that is one {kind}; there are {number}"


def _one_input(w: Working) -> Iterator[Change]:
    x = w.case.input
    one = without(w.formula, ("c_in",))
    if x is not None and x.sizes and one is not None:
        yield w.to(one), f"each filter spans all {render(x.sizes[0])} input channels, not one"


def _swapped(w: Working) -> Iterator[Change]:
    own = symbols(w.formula)
    for a, b in (("c_in", "c_out"), ("n_in", "n_out")):
        if a in own and b in own:
            found = valued(w.formula, {a: own[b], b: own[a]})
            if found is not None:
                yield w.to(found), "what comes in and what goes out are exchanged"


def _flat_kernel(w: Working) -> Iterator[Change]:
    own = [k for k in KERNELS if k in symbols(w.formula)]
    found = without(w.formula, own[1:]) if len(own) > 1 else None
    if found is not None:
        reason = f"a kernel has {len(own)} axes; only one is counted"
        yield w.to(found), reason


def _no_kernel(w: Working) -> Iterator[Change]:
    found = without(w.formula, KERNELS)
    if found is not None and w.case.layer.word in {"conv", "conv_transpose"}:
        yield w.to(found), "the size of the kernel is forgotten"


def _spatial(w: Working) -> Iterator[Change]:
    places, x = positions(w.case.inference), w.case.input
    if not places or w.formula.value == 0 or is_norm(w.case.entry):
        return
    yield w.to(product((w.formula, *places))), "all positions share the weights"
    if x is not None and x.sizes[1:] != places:
        yield w.to(product((w.formula, *x.sizes[1:]))), "all positions share the weights"


def _groups(w: Working) -> Iterator[Change]:
    found = ungrouped(w.formula)
    if found is not None:
        groups = render(getattr(w.case.layer, "groups", 1))
        reason = f"with groups={groups} a filter sees only its own group of input channels"
        yield w.to(found), reason


def _depthwise(w: Working) -> Iterator[Change]:
    """A grouped layer whose filters are taken to be as many as there are groups."""
    found = without(w.formula, ("c_in", "groups"))
    if found is not None and getattr(w.case.layer, "groups", 1) not in {1, 0}:
        yield w.to(found), "each filter spans all channels of its group, not one"


# ------------------------------------------------------------------- the layer


def copies(w: Working) -> Iterator[Change]:
    """One copy for all."""
    if w.times != 1:
        yield replace(w, times=1), f"that is one copy; there are {render(w.times)}"


PARTS = frozenset({"params", "weights", "biases"})
"""Figures that a convention may count otherwise, by their names in `Weights`."""


def _conventions(w: Working) -> Iterator[Change]:
    stage = w.case.entry.stage
    others = (c for c in CONVENTIONS if c != w.tables.convention)
    for convention in others if stage is not None and w.word in PARTS else ():
        assert stage is not None
        other = getattr(weights(stage, convention), w.word)
        if other is not None:
            yield w.to(other), f"{convention} counts so: (convention={convention})"


def _moving(w: Working) -> Iterator[Change]:
    stage = w.case.entry.stage
    own = parameters(stage) if stage is not None else ()
    buffers = add_up(p.count.value for p in own if p.kind == "buffer")
    averages = [p.count for p in own if p.kind == "buffer" and p.sizes]
    shown = render(add_up(p.value for p in averages))
    reason = f"the {shown} moving averages are buffers, which are not learnt"
    if averages and w.formula.value != 0:
        yield w.to(w.formula + total(averages)), reason
        yield w.to(w.formula + buffers), f"the {render(buffers)} moving averages are buffers"


def _norm(w: Working, number: int, reason: str) -> Iterator[Change]:
    if not w.case.layer.word.endswith("_norm"):
        return
    found = constant(w.formula, {2}, number) if number != 1 else _single(w.formula)
    if found is not None:
        yield w.to(found), reason


def _single(f: Formula) -> Formula | None:
    if isinstance(f, Product) and any(isinstance(p, Constant) and p.value == 2 for p in f.factors):
        return product([p for p in f.factors if not (isinstance(p, Constant) and p.value == 2)])
    return None


def _norm_one(w: Working) -> Iterator[Change]:
    yield from _norm(w, 1, "each channel has a scale and an offset, two numbers")


def _norm_four(w: Working) -> Iterator[Change]:
    stage = w.case.entry.stage
    moving = stage is not None and any(p.kind == "buffer" for p in parameters(stage))
    reason = "two numbers of each channel are learnt; the moving averages are not"
    yield from _norm(w, 4, reason if moving else f"{w.case.layer.word} keeps no moving averages")


def _norm_all(w: Working) -> Iterator[Change]:
    yield from _norm(w, 2 * _places(w), "a channel is scaled as a whole, not each position")


def _places(w: Working) -> int:
    places = product(positions(w.case.inference)).value
    return places if isinstance(places, int) else 1


def _tied(w: Working) -> Iterator[Change]:
    stage = w.case.entry.stage
    if stage is not None and stage.ties and w.case.inference.count is not None:
        tie = stage.ties[0]
        owner = ".".join((*tie.path, tie.tensor))
        yield w.to(w.case.inference.count), f"its {tie.parameter} is {owner} and is counted there"


def _shared(w: Working) -> Iterator[Change]:
    count = w.case.inference.count
    if count is not None and w.case.entry.stage is None:
        yield w.to(count), "its weights are shared with another call and are counted there"


def _pooling(w: Working) -> Iterator[Change]:
    """A window that picks or averages, taken for a kernel."""
    case = w.case
    x, windows = case.input, [w for w in case.inference.windows if w.axis != "hops"]
    if case.inference.parameters or x is None or not windows or not x.sizes:
        return
    window, channels = product(v.kernel for v in windows), x.sizes[0]
    reason = f"{case.layer.word} learns nothing: its window has no weights"
    for counted in (window, Constant(channels), window * channels, (window + 1) * channels, window + 1,
                    product((window, channels, channels)),
                    product((window * channels + 1, channels))):  # fmt: skip
        yield w.to(counted), reason
    yield w.to(Constant(2 * channels)), f"{case.layer.word} has no coefficients and no biases here"


def _frozen(w: Working) -> Iterator[Change]:
    row = w.case.entry.row
    if row.formula is not None and not row.trainable:
        yield w.to(row.formula), "no step of the training updates them"


def _no_weights(w: Working) -> Iterator[Change]:
    """A layer without weights, taken for a fully connected one or for one number for each input."""
    case, x = w.case, w.case.input
    if case.inference.parameters or case.inference.windows or x is None or not x.sizes:
        return
    size = product(x.sizes)
    yield w.to(size), f"{case.layer.word} has no weights"


def _elements(w: Working) -> Iterator[Change]:
    if sizes := sizes_given(w.case.inference):
        yield w.to(product(sizes)), "that is how many numbers it gives, not how many it learns"


def _flattened(w: Working) -> Iterator[Change]:
    """A fully connected layer on fewer or more inputs than it has."""
    x = w.case.input
    if w.case.layer.word != "linear" or x is None or not x.sizes:
        return
    for size, what in inputs_mistaken(w.case.entry):
        found = valued(w.formula, {"n_in": size})
        if found is not None:
            reason = f"its input has {render(x.sizes[-1])} numbers, not {render(size)}, {what}"
            yield w.to(found), reason


def _work(w: Working) -> Iterator[Change]:
    macs = w.case.inference.macs
    if macs is not None and macs.value != 0 and positions(w.case.inference):
        yield w.to(macs), "those are multiplications; all positions share the weights"


# --------------------------------------------------------------- other figures


def _with_biases(w: Working) -> Iterator[Change]:
    row = w.case.entry.row
    if row.formula is not None and biases_of(w.case) != 0:
        yield w.to(row.formula), "the biases are no weights"


def _bias_per_input(w: Working) -> Iterator[Change]:
    x = w.case.input
    if x is not None and x.sizes and w.formula.value != 0:
        size = x.sizes[0] if x.axes[:1] == ("channels",) else x.sizes[-1]
        yield w.to(Constant(size)), "a bias belongs to an output, not to an input"


def _one_for_all(w: Working) -> Iterator[Change]:
    if w.formula.value not in {0, 1}:
        yield w.to(Constant(1)), f"there are {render(w.whole.value)}, not one for all"


def _per_position(w: Working) -> Iterator[Change]:
    places = positions(w.case.inference)
    if places and w.formula.value != 0:
        yield w.to(product((w.formula, *places))), "a bias belongs to a filter, not to a position"


def _slip(
    name: str, text: str, change: Callable[[Working], Iterator[Change]], *, deep: bool = False
) -> Slip:
    return Slip(name, text, change, deep)


_COMMON = (
    _slip("one-output", "one filter or unit is counted, not all", _one_output, deep=True),
    _slip("input-channels-forgotten", "the input channels are forgotten", _one_input, deep=True),
    _slip("groups-ignored", "the groups are ignored", _groups, deep=True),
    _slip("one-channel-of-a-group", "the channels of a group are forgotten", _depthwise, deep=True),
    _slip("in-out-swapped", "input and output are exchanged", _swapped, deep=True),
    _slip("kernel-not-squared", "only one axis of the kernel is counted", _flat_kernel, deep=True),
    _slip("kernel-forgotten", "the kernel's size is forgotten", _no_kernel, deep=True),
    _slip("spatial-size", "the size of the map is multiplied in", _spatial, deep=True),
    PARTIAL,
)
_CONVENTION = _slip("convention", "another convention", _conventions)
ONE_COPY = _slip("one-copy", "one copy is counted, not all", copies)
PARAMS = (
    _slip("bias-forgotten", "the biases are forgotten", _no_bias, deep=True),
    _slip("only-biases", "only the biases are counted", _only_biases),
    _slip("one-bias", "one bias is counted for the whole layer", _one_bias, deep=True),
    _slip("bias-per-position", "a bias is counted for every position", _bias_everywhere, deep=True),
    _slip("bias-added", "biases are counted that the layer has not", _added_bias),
    _slip("bias-added", "biases are counted that the layer has not", _invented_bias),
    *_COMMON,
    ONE_COPY,
    _slip("moving-averages", "moving averages are counted as learnt", _moving),
    _slip("norm-one", "one number for each channel is counted", _norm_one),
    _slip("norm-four", "four numbers for each channel are counted", _norm_four),
    _slip("norm-positions", "every position is counted", _norm_all),
    _CONVENTION,
    _slip("tied-twice", "tied weights are counted twice", _tied),
    _slip("shared-twice", "shared weights are counted twice", _shared),
    _slip("pooling-parameters", "pooling is given parameters", _pooling),
    _slip("weights-invented", "a layer without weights is given some", _no_weights),
    *places.PARAMS,
    *HEAD_SLIPS,
    *GATE_SLIPS,
    *further.PARAMS,
    *kinds.PARAMS,
    _slip("flatten-of-wrong-map", "the input of a fully connected layer is mistaken", _flattened),
    _slip("outputs-counted", "outputs are counted for weights", _elements),
    _slip("work-counted", "multiplications are counted for weights", _work),
)
TRAINABLE = (_slip("frozen-counted", "frozen weights are counted", _frozen), *PARAMS)
WEIGHTS = (
    _slip("biases-included", "biases are counted as weights", _with_biases),
    *_COMMON,
    _CONVENTION,
    _slip("flatten-of-wrong-map", "the input of a fully connected layer is mistaken", _flattened),
)
BIASES = (
    _slip("one-bias", "one bias is counted for the whole layer", _one_for_all),
    _slip("bias-per-position", "a bias is counted for every position", _per_position),
    _slip("bias-per-input", "a bias is counted for every input", _bias_per_input),
    _CONVENTION,
    *(s for s in GATE_SLIPS if s.name == "gates-miscounted"),
)
