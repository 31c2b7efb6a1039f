"""Which fully connected networks have a given count: all widths within bounds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise, product

from msgspec import Struct

from specc.claims.outcome import Value
from specc.exam.solve import conditions as asked
from specc.exam.solve.ranges import MOST, SolveError, Varied
from specc.syntax import tree

BOUNDS = {"inputs": (1, 6), "widths": (1, 8), "hidden": (1, 2)}
"""What varies: the inputs, the units of every later layer, and the number of hidden layers."""
_FIGURES = ("params", "weights", "biases", "macs", "layers", "hidden", "inputs", "outputs")


class Mlp(Struct, frozen=True):
    """A chain of fully connected layers: its widths from the inputs to the outputs."""

    widths: tuple[int, ...]

    @property
    def weights(self) -> int:
        """Σ n_in·n_out."""
        return sum(a * b for a, b in pairwise(self.widths))

    @property
    def biases(self) -> int:
        """One for each unit."""
        return sum(self.widths[1:])

    @property
    def params(self) -> int:
        """Σ (n_in + 1)·n_out."""
        return self.weights + self.biases

    @property
    def working(self) -> str:
        """`(2 + 1)·4 + (4 + 1)·4 = 32`."""
        return (
            " + ".join(f"({a:,} + 1)·{b:,}" for a, b in pairwise(self.widths))
            + f" = {self.params:,}"
        )

    def figure(self, name: str) -> int:
        """A figure by its name."""
        figures: Mapping[str, int] = {
            "params": self.params,
            "weights": self.weights,
            "biases": self.biases,
            "macs": self.weights,
            "layers": len(self.widths) - 1,
            "hidden": len(self.widths) - 2,
            "inputs": self.widths[0],
            "outputs": self.widths[-1],
        }
        return figures[name]


class Mlps(Struct, frozen=True):
    """The networks for which all conditions hold, the smallest first; what varied, how many were tried."""

    found: tuple[Mlp, ...]
    varied: tuple[Varied, ...]
    tried: int


def mlps(texts: tuple[str, ...], varied: tuple[Varied, ...]) -> Mlps:
    """Search among them.

    Raises:
        SolveError: another name is varied, too many combinations, or an unknown figure.
    """
    named = {v.name: v.values for v in varied}
    for name in named:
        if name not in BOUNDS:
            raise SolveError(f"an mlp has {', '.join(BOUNDS)}; nothing called {name} varies")
    ranges = {n: named.get(n, tuple(range(low, high + 1))) for n, (low, high) in BOUNDS.items()}
    tried = sum(len(ranges["inputs"]) * len(ranges["widths"]) ** (h + 1) for h in ranges["hidden"])
    if tried > 5 * MOST:
        raise SolveError(f"{tried:,} networks are more than {5 * MOST:,}; narrow them with --vary")
    conditions = asked.read(texts)
    found = [m for m in _each(ranges) if all(_holds(c, m) for c in conditions)]
    found.sort(key=lambda m: (m.params, len(m.widths), m.widths))
    return Mlps(tuple(found), tuple(Varied(n, values) for n, values in ranges.items()), tried)


def _each(ranges: Mapping[str, tuple[int, ...]]) -> Iterator[Mlp]:
    for hidden in ranges["hidden"]:
        for first in ranges["inputs"]:
            for rest in product(ranges["widths"], repeat=hidden + 1):
                yield Mlp((first, *rest))


def _holds(condition: tree.Binary, network: Mlp) -> bool:
    left, right = _value(condition.left, network), _value(condition.right, network)
    return asked.holds(condition.operator, left, right, {})


def _value(expr: tree.Expr, network: Mlp) -> Value:
    match expr:
        case tree.Number(_, value):
            return value
        case tree.Name(_, id) if id in _FIGURES:
            return network.figure(id)
        case _:
            names = ", ".join(_FIGURES)
            raise SolveError(f"{expr.span.text}: an mlp has the figures {names}")
