"""Slips in the size of a layer's own output, in what is counted at all of its positions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from specc.claims.slips.rewrite import valued
from specc.claims.slips.sizes import SIZES, shape_of
from specc.claims.slips.slip import Change, Slip, Working
from specc.sizes import Size
from specc.types import Tensor

_LETTERS = {"depth": "d", "height": "h", "width": "w"}
_NAMES = frozenset(
    "padding-forgotten padding-one-side stride-forgotten dilation-forgotten rounding "
    "plus-one-forgotten".split()
)


def positions_by_letter(output: Tensor, sizes: Sequence[Size]) -> dict[str, Size]:
    """Other sizes of a map by the letters of formulas, `h_out` and `w_out`; empty for what is no map."""
    if output.axes[:1] != ("channels",) or output.rank != len(sizes):
        return {}
    spatial = zip(output.axes[1:], sizes[1:], strict=True)
    return {f"{_LETTERS.get(axis, 'n')}_out": size for axis, size in spatial}


def _counted_there(slip: Slip) -> Callable[[Working], Iterator[Change]]:
    """The positions of the output that a slip in its size leads to."""

    def change(w: Working) -> Iterator[Change]:
        output = w.case.inference.outputs[0][1]
        if not isinstance(output, Tensor) or output.axes[:1] != ("channels",):
            return
        right = shape_of(w.case.inference)
        for changed, reason in slip.change(Working(w.case, w.tables, right, shape=True)):
            other = [p.value for p in changed.parts]
            found = valued(w.formula, positions_by_letter(output, other))
            if found is not None:
                way = next(
                    p.working() for p, r in zip(changed.parts, right, strict=False) if p != r
                )
                yield w.to(found), f"{reason}: {way}"

    return change


POSITIONS = tuple(Slip(s.name, s.text, _counted_there(s)) for s in SIZES if s.name in _NAMES)
