"""Products of matrices, batches of them included."""

from __future__ import annotations

from specc.byhand import scalar as s
from specc.byhand.array import Array, build, expanded, joint_sizes, reshaped
from specc.byhand.scalar import Scalar


def matmul(a: Array, b: Array) -> Array:
    """Rows times columns over the last two axes; leading axes broadcast, a vector is a row or a column."""
    if a.rank == 1:
        made = matmul(reshaped(a, (1, *a.sizes)), b)
        return reshaped(made, (*made.sizes[:-2], made.sizes[-1]))
    if b.rank == 1:
        made = matmul(a, reshaped(b, (*b.sizes, 1)))
        return reshaped(made, made.sizes[:-1])
    lead = joint_sizes(Array(a.sizes[:-2], ()), Array(b.sizes[:-2], ()))
    left = expanded(a, (*lead, *a.sizes[-2:]))
    right = expanded(b, (*lead, *b.sizes[-2:]))
    inner = range(a.sizes[-1])

    def element(index: tuple[int, ...]) -> Scalar:
        *outer, i, j = index
        return s.dot([left[(*outer, i, k)] for k in inner], [right[(*outer, k, j)] for k in inner])

    return build((*lead, a.sizes[-2], b.sizes[-1]), element)
