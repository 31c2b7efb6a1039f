"""A small tensor of numbers with their steps, row by row. The batch axis, where there is one, is first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import product
from math import prod

from msgspec import Struct

from specc.byhand.scalar import Scalar, Value, constant, same

Index = tuple[int, ...]


class Array(Struct, frozen=True, eq=False):
    """Numbers in a shape; `items` run along the last axis first."""

    sizes: tuple[int, ...]
    items: tuple[Scalar, ...]

    @property
    def rank(self) -> int:
        """The number of axes."""
        return len(self.sizes)

    @property
    def values(self) -> tuple[Value, ...]:
        """The plain numbers."""
        return tuple(s.value for s in self.items)

    def offset(self, index: Sequence[int]) -> int:
        """The place of an element."""
        at = 0
        for size, i in zip(self.sizes, index, strict=True):
            at = at * size + i
        return at

    def __getitem__(self, index: Index) -> Scalar:
        return self.items[self.offset(index)]

    def axis(self, axis: int) -> int:
        """An axis from 0, of one that may count from the end."""
        return axis % self.rank if self.rank else 0


def own(x: Array) -> Array:
    """The same numbers as ones of its own: a slope by them counts what reads this array alone."""
    return Array(x.sizes, tuple(map(same, x.items)))


def indices(sizes: Sequence[int]) -> Iterator[Index]:
    """Every index of a shape, in the order of the items."""
    return product(*map(range, sizes))


def build(sizes: Sequence[int], element: Callable[[Index], Scalar]) -> Array:
    """An array from a rule for its elements."""
    return Array(tuple(sizes), tuple(map(element, indices(sizes))))


def lone(number: float | Fraction | Scalar) -> Array:
    """One number as an array without axes."""
    return Array((), (number if isinstance(number, Scalar) else constant(number),))


def reshaped(x: Array, sizes: Sequence[int]) -> Array:
    """The same numbers in another shape; one size may be −1."""
    known = prod(s for s in sizes if s != -1)
    full = tuple(len(x.items) // known if s == -1 else s for s in sizes)
    assert prod(full) == len(x.items), (x.sizes, sizes)
    return Array(full, x.items)


def permuted(x: Array, axes: Sequence[int]) -> Array:
    """The axes in another order."""
    order = [x.axis(a) for a in axes]
    sizes = tuple(x.sizes[a] for a in order)

    def element(index: Index) -> Scalar:
        back = [0] * x.rank
        for place, axis in enumerate(order):
            back[axis] = index[place]
        return x[tuple(back)]

    return build(sizes, element)


def swapped(x: Array, a: int, b: int) -> Array:
    """Two axes exchanged."""
    order = list(range(x.rank))
    order[x.axis(a)], order[x.axis(b)] = order[x.axis(b)], order[x.axis(a)]
    return permuted(x, order)


def joint_sizes(*arrays: Array) -> tuple[int, ...]:
    """The shape of arrays put together, axes of size 1 stretched."""
    rank = max(x.rank for x in arrays)
    padded = [(1,) * (rank - x.rank) + x.sizes for x in arrays]
    return tuple(max(sizes, key=lambda s: s != 1) for sizes in zip(*padded, strict=True))


def expanded(x: Array, sizes: Sequence[int]) -> Array:
    """Axes of size 1 stretched, and axes put before; −1 keeps a size."""
    before = len(sizes) - x.rank
    full = tuple(x.sizes[i - before] if s == -1 else s for i, s in enumerate(sizes))
    if full == x.sizes:
        return x
    own = (1,) * before + x.sizes

    def element(index: Index) -> Scalar:
        place = [0 if size == 1 else i for i, size in zip(index, own, strict=True)]
        return x[tuple(place[before:])]

    return build(full, element)


def each(function: Callable[..., Scalar], *arrays: Array) -> Array:
    """A function of every element, of arrays that broadcast."""
    sizes = joint_sizes(*arrays)
    columns = [expanded(x, sizes).items for x in arrays]
    return Array(sizes, tuple(function(*row) for row in zip(*columns, strict=True)))


def reduced(
    function: Callable[[Sequence[Scalar]], Scalar],
    x: Array,
    axes: Sequence[int] | None = None,
    *,
    keep: bool = False,
) -> Array:
    """One number in the place of those along some axes, or along all."""
    gone = set(range(x.rank)) if axes is None else {x.axis(a) for a in axes}
    kept = [i for i in range(x.rank) if i not in gone]
    groups: dict[Index, list[Scalar]] = {}
    for index, item in zip(indices(x.sizes), x.items, strict=True):
        groups.setdefault(tuple(index[i] for i in kept), []).append(item)
    sizes = tuple(x.sizes[i] for i in kept)
    items = tuple(function(groups[i]) for i in indices(sizes))
    shown = tuple(1 if i in gone else s for i, s in enumerate(x.sizes)) if keep else sizes
    return Array(shown, items)


def along(function: Callable[[Sequence[Scalar]], Sequence[Scalar]], x: Array, axis: int) -> Array:
    """A function from the numbers along one axis to as many others."""
    axis = x.axis(axis)
    moved = swapped(x, axis, -1)
    size = moved.sizes[-1]
    items: list[Scalar] = []
    for start in range(0, len(moved.items), size):
        items += function(moved.items[start : start + size])
    made = Array((*moved.sizes[:-1], len(items) * size // len(moved.items)), tuple(items))
    return swapped(made, axis, -1)


def picked(x: Array, axis: int, places: Sequence[int]) -> Array:
    """Some places along an axis, in the order given."""
    axis = x.axis(axis)
    sizes = (*x.sizes[:axis], len(places), *x.sizes[axis + 1 :])
    return build(sizes, lambda i: x[(*i[:axis], places[i[axis]], *i[axis + 1 :])])


def dropped(x: Array, axis: int, place: int) -> Array:
    """One place along an axis, which goes."""
    axis = x.axis(axis)
    return reshaped(picked(x, axis, [place]), (*x.sizes[:axis], *x.sizes[axis + 1 :]))


def joined(arrays: Sequence[Array], axis: int) -> Array:
    """Arrays behind one another along an axis."""
    axis = arrays[0].axis(axis)
    places = [(x, i) for x in arrays for i in range(x.sizes[axis])]
    first = arrays[0].sizes
    sizes = (*first[:axis], len(places), *first[axis + 1 :])

    def element(index: Index) -> Scalar:
        source, place = places[index[axis]]
        return source[(*index[:axis], place, *index[axis + 1 :])]

    return build(sizes, element)
