"""Slips of one kind of layer each: tables, slopes, groups, layers that rearrange a map, joined values."""

from __future__ import annotations

from collections.abc import Iterator

from specc.claims.slips.rewrite import symbols, without, without_ones
from specc.claims.slips.slip import Change, Slip, Working, positions
from specc.claims.slips.weights import kernel_at
from specc.count.add import add_up
from specc.count.norms import is_norm
from specc.formula import Constant, Formula, formula, product
from specc.sizes import Size, render
from specc.types import Tensor

_CONVS = frozenset({"conv", "conv_transpose"})


# ------------------------------------------------------------------- parameters


def _table(w: Working) -> Iterator[Change]:
    """Rows or columns of a table alone, and one row more."""
    own, case = symbols(w.formula), w.case
    rows = next((n for n in ("classes", "length") if n in own), "")
    if case.layer.word not in {"embedding", "learned_positions"} or not rows or "d" not in own:
        return
    what = "class" if rows == "classes" else "position"
    yield w.to(Constant(own[rows])), f"each {what} has {render(own['d'])} numbers, not one"
    yield w.to(Constant(own["d"])), f"there are {render(own[rows])} rows, one for each {what}"
    yield w.to(product((formula(own[rows]) + 1, own["d"]))), "a row is counted that it has not"
    yield w.to(w.formula + own[rows]), f"{case.layer.word} is a table: it has no biases"
    yield w.to(formula(own[rows]) + own["d"]), "every row has all columns: they multiply"
    if case.input is not None and case.input.sizes:
        reason = f"a row has {render(own['d'])} numbers, however many steps read it"
        yield w.to(product((case.input.sizes[0], own[rows]))), reason


def _slopes(w: Working) -> Iterator[Change]:
    """One slope for each channel of a `prelu`, or none."""
    x = w.case.input
    if w.case.layer.word == "prelu" and x is not None and x.sizes:
        one = "it has one slope for all" if w.formula.value == 1 else "it has one for each channel"
        yield w.to(Constant(x.sizes[0])), one
        yield w.to(Constant(1)), one
        yield w.to(Constant(0)), "relu learns nothing; the slope of prelu is learnt"


def _biases_of_pairs(w: Working) -> Iterator[Change]:
    """A bias for each filter and each of its input channels."""
    own = symbols(w.formula)
    kernel = kernel_at(w) if w.case.layer.word in _CONVS else None
    if kernel is not None and {"c_in", "c_out"} <= own.keys() and own["c_in"] != 1:
        pairs = product((own["c_in"], own["c_out"]))
        yield w.to(kernel + pairs), "a filter has one bias, not one for each input channel"


def _added(w: Working) -> Iterator[Change]:
    """Inputs and units added where each meets each."""
    own = symbols(w.formula)
    if w.case.layer.word == "linear" and {"n_in", "n_out"} <= own.keys():
        both = formula(own["n_in"]) + own["n_out"]
        yield w.to(both), "every input meets every unit: they multiply"


def _shared_kernel(w: Working) -> Iterator[Change]:
    """One kernel for all groups, and the weights of a group as often as there are groups."""
    groups, own = getattr(w.case.layer, "groups", 1), symbols(w.formula)
    if is_norm(w.case.entry) or groups in {0, 1} or w.case.layer.word not in _CONVS:
        return
    bare, one = without_ones(w.formula), without(w.formula, ("c_out",))
    if bare is not None and one is not None and "c_out" in own:
        alone = without_ones(one)
        if alone is not None:
            reason = f"each of the {render(own['c_out'])} filters has a kernel of its own"
            yield w.to(alone + own["c_out"]), reason
    share = f"a group gives {render(own.get('c_out', 0))}/{render(groups)} channels, not all"
    yield w.to(product((groups, w.formula))), share


def _pair_for_each_place(w: Working) -> Iterator[Change]:
    """A scale and an offset at each position or step, the same for all channels or features."""
    x = w.case.input
    if not is_norm(w.case.entry) or x is None or len(x.sizes) < 2 or w.formula.value == 0:
        return
    channels = x.axes[:1] == ("channels",)
    places = product(x.sizes[1:] if channels else x.sizes[:-1])
    yield (
        w.to(2 * places),
        f"each {'channel' if channels else 'feature'} has its own, not each position",
    )


PARAMS = (
    Slip("table-side", "one side of a table is counted, or one row too many", _table),
    Slip("slopes", "the slopes of prelu are miscounted", _slopes),
    Slip("bias-per-channel", "a bias is counted for every input channel", _biases_of_pairs),
    Slip("sum-for-product", "sizes are added where they multiply", _added),
    Slip("groups-miscounted", "the weights of the groups are miscounted", _shared_kernel),
    Slip("norm-per-position", "every position has a pair of numbers", _pair_for_each_place),
)


# ------------------------------------------------------------------------ sizes


def _all_pairs(w: Working) -> Iterator[Change]:
    """A map for each filter and each input channel, or for each group."""
    x, groups = w.case.input, getattr(w.case.layer, "groups", 1)
    if w.case.layer.word not in _CONVS or x is None or len(w.parts) < 2:
        return
    first, *rest = w.parts
    if x.sizes[0] != 1:
        reason = "a filter adds up all of its input channels to one map"
        yield w.to(product((first, x.sizes[0])), *rest), reason
    if groups not in {0, 1}:
        reason = f"the {render(groups)} groups share the {render(first.value)} filters"
        yield w.to(product((first, groups)), *rest), reason
        if first.value != groups:
            yield w.to(first // groups, *rest), reason


def _depth_kept(w: Working) -> Iterator[Change]:
    """The depth of a volume as it comes in, the other axes as they go out."""
    x = w.case.input
    if x is not None and len(w.parts) == 4 and len(x.sizes) == 4 and w.case.inference.sizes:
        yield _with(w, 1, Constant(x.sizes[1])), f"the {x.axes[1]} changes too"


def _shuffled(w: Working) -> Iterator[Change]:
    """Channels and sides of `pixel_shuffle` that do not change by r² and r."""
    x, word = w.case.input, w.case.layer.word
    factor = getattr(w.case.layer, "factor", None)
    if word not in {"pixel_shuffle", "pixel_unshuffle"} or x is None or factor is None:
        return
    first, *rest = w.parts
    up = word == "pixel_shuffle"
    reason = f"channels {'fall' if up else 'grow'} by r² = {render(factor * factor)}, each side"
    reason += f" {'grows' if up else 'falls'} by r = {render(factor)}"
    for channels in (formula(x.sizes[0]) // factor, x.sizes[0] * formula(factor)):
        yield w.to(channels, *rest), reason
    yield w.to(first, *map(Constant, x.sizes[1:])), reason
    squared = factor * factor
    turned = (formula(n) * squared if up else formula(n) // squared for n in x.sizes[1:])
    yield w.to(first, *turned), reason
    other = formula(x.sizes[0]) * squared if up else formula(x.sizes[0]) // squared
    sides = [formula(n) // factor if up else formula(n) * factor for n in x.sizes[1:]]
    yield w.to(other, *sides), f"that is the other direction: {reason}"
    yield w.to(other, *rest), reason


def _scaled(w: Working) -> Iterator[Change]:
    """Channels that are scaled too, or sides scaled twice or without a last step."""
    x, scale = w.case.input, getattr(w.case.layer, "scale", None)
    if w.case.layer.word != "upsample" or x is None or not isinstance(scale, int):
        return
    first, *rest = w.parts
    reason = "the channels stay as they are; each side is scaled"
    yield w.to(scale * first, *rest), reason
    yield w.to(scale * scale * first, *rest), reason
    yield w.to(first, *(scale * p for p in rest)), f"each side grows by {scale}, once"


def _pooled_to(w: Working) -> Iterator[Change]:
    """The size that a pool adapts to, taken for its window; and what a global pool leaves."""
    x, word = w.case.input, w.case.layer.word
    if x is None or x.axes[:1] != ("channels",):
        return
    first, *rest = w.parts
    if word.startswith("adaptive_"):
        sides = (formula(n) // p for n, p in zip(x.sizes[1:], rest, strict=True))
        yield w.to(first, *sides), "the size is that of the output, not of the window"
    if word.startswith("global_"):
        ones = [Constant(1)] * (len(x.sizes) - 1)
        yield w.to(first, *ones), f"{word} leaves one number of each channel, and no sides of 1"
        yield w.to(Constant(1), *map(Constant, x.sizes[1:])), "it goes over positions, not channels"
        yield w.to(product(x.sizes[1:])), "it goes over positions, not channels"
        yield w.to(Constant(1)), f"each of the {render(x.sizes[0])} channels gives one number"


def _attended(w: Working) -> Iterator[Change]:
    """The output of one head, of heads of full width, or the weights of attention."""
    heads, layer = getattr(w.case.layer, "heads", 1), w.case.layer
    if layer.word != "attention" or len(w.parts) != 2:
        return
    steps, width = w.parts
    if isinstance(heads, int) and heads != 1:
        joined = f"the {heads} heads stand side by side and give {render(width.value)} features"
        yield w.to(steps, width // heads), joined
        yield w.to(steps, heads * width), joined
    memory = [o for o in w.case.operands[1:] if isinstance(o, Tensor)]
    for other in (steps.value, *(o.sizes[0] for o in memory if o.sizes)):
        yield w.to(steps, Constant(other)), "those are the weights of attention, not its output"


def _flattened_apart(w: Working) -> Iterator[Change]:
    """`flatten` that leaves the channels or a side."""
    x = w.case.input
    if w.case.layer.word == "flatten" and x is not None and len(x.sizes) > 2:
        reason = "flatten leaves one axis"
        yield w.to(Constant(x.sizes[0]), product(x.sizes[1:])), reason
        yield w.to(product(x.sizes[:-1]), Constant(x.sizes[-1])), reason
        yield w.to(product(x.sizes[:-1])), "every position of every channel is kept"


def _table_given(w: Working) -> Iterator[Change]:
    """The one-hot input of a table, or the table itself."""
    own = w.case.entry.row.formula
    rows = symbols(own).get("classes") if own is not None else None
    if w.case.layer.word == "embedding" and rows is not None and w.parts:
        reason = "each class becomes its row of the table"
        yield w.to(*w.parts[:-1], Constant(rows)), reason
        yield w.to(Constant(rows), w.parts[-1]), f"that is the table; {reason}"


def _joined(w: Working) -> Iterator[Change]:
    """Values side by side, of which one alone is counted, or which are multiplied or added."""
    if w.case.layer.word != "concat":
        return
    sizes = [o.sizes for o in w.case.operands if isinstance(o, Tensor)]
    for at, part in enumerate(w.parts):
        along: list[Size] = [s[at] for s in sizes if len(s) == len(w.parts)]
        if len(along) > 1 and add_up(along) == part.value:
            for other in dict.fromkeys(along):
                yield _with(w, at, Constant(other)), "concat puts them side by side: sizes add up"
            yield _with(w, at, product(along)), "concat puts them side by side: sizes add up"


def _with(w: Working, at: int, part: Formula) -> Working:
    return w.to(*w.parts[:at], part, *w.parts[at + 1 :])


SIZES = (
    Slip("maps-multiplied", "maps are counted for each input channel or group", _all_pairs),
    Slip("axis-kept", "the depth is left as it comes in", _depth_kept),
    Slip("shuffle-miscounted", "channels or sides are rearranged wrongly", _shuffled),
    Slip("scale-miscounted", "the scale is applied wrongly", _scaled),
    Slip("pooled-wrongly", "a pool gives another size", _pooled_to),
    Slip("head-output", "the output of attention is mistaken", _attended),
    Slip("flatten-of-wrong-map", "flatten leaves several axes, or an axis out", _flattened_apart),
    Slip("table-side", "the input of a table or the table itself is given", _table_given),
    Slip("joined-wrongly", "joined sizes are not added up", _joined),
)


# ------------------------------------------------------------------------- work


def _looked_up(w: Working) -> Iterator[Change]:
    """A product with one-hot vectors where a row is looked up."""
    own = w.case.entry.row.formula
    if w.case.layer.word == "embedding" and own is not None and w.formula.value == 0:
        steps = product(w.case.inference.output.sizes[:-1])
        yield w.to(product((steps, own))), "a row is looked up; nothing is multiplied"


def _one_depth(w: Working) -> Iterator[Change]:
    found = without(w.formula, ("d_out", "d_in")) if len(positions(w.case.inference)) == 3 else None
    if found is not None:
        yield w.to(found), "the weights are used along the depth too"


MACS = (
    Slip("looked-up", "a row that is looked up is counted as a product", _looked_up),
    Slip("one-axis", "the positions of one axis are counted", _one_depth, deep=True),
)
