"""Formulas changed in place: a quantity left out, given another value, a rounding turned round."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import TypeAlias

from specc.formula import (
    Constant,
    Extreme,
    Formula,
    Power,
    Product,
    Quotient,
    Rounded,
    Sum,
    Var,
    ceil_div,
    largest,
    product,
    smallest,
    var,
)
from specc.sizes import Size

Rule: TypeAlias = Callable[[Formula], Formula | None]
"""What a node becomes when its parts have been changed; None leaves it out."""

OFFSETS = (1, 2)
"""What offsets add to the inputs of a filter or unit: 1, and 2 in PyTorch's recurrent cells."""


def rebuilt(f: Formula, rule: Rule) -> Formula | None:
    """The formula with a rule applied to every node, the innermost first."""
    match f:
        case Sum(_, terms):
            found = [(sign, t) for sign, old in terms if (t := rebuilt(old, rule)) is not None]
            return rule(added(found)) if found else None
        case Product(_, factors):
            kept = [k for old in factors if (k := rebuilt(old, rule)) is not None]
            return rule(product(kept)) if kept else None
        case Quotient() | Rounded():
            return _divided(f, rule)
        case Power(_, base, exponent):
            inner = rebuilt(base, rule)
            return None if inner is None else rule(inner**exponent)
        case Extreme(_, options, kind):
            found_options = [k for old in options if (k := rebuilt(old, rule)) is not None]
            return rule((largest if kind == "max" else smallest)(*found_options))
        case _:
            return rule(f)


def added(terms: list[tuple[int, Formula]]) -> Formula:
    """The sum of terms with their signs."""
    (sign, result), *rest = terms
    result = result if sign == 1 else Constant(0) - result
    for sign, term in rest:
        result = result + term if sign == 1 else result - term
    return result


def _divided(f: Quotient | Rounded, rule: Rule) -> Formula | None:
    above = rebuilt(f.above, rule) or Constant(1)
    below = rebuilt(f.below, rule)
    if below is None:
        return rule(above)
    if isinstance(f, Quotient):
        return rule(above / below)
    return rule(above // below if f.to == "floor" else ceil_div(above, below))


def variables(f: Formula) -> Iterator[Var]:
    """The named quantities of a formula."""
    match f:
        case Var():
            yield f
        case Sum(_, terms):
            for _, term in terms:
                yield from variables(term)
        case Product(_, parts) | Extreme(_, parts, _):
            for part in parts:
                yield from variables(part)
        case Quotient(_, above, below) | Rounded(_, above, below, _):
            yield from variables(above)
            yield from variables(below)
        case Power(_, base, _):
            yield from variables(base)
        case _:
            return


def symbols(f: Formula) -> dict[str, Size]:
    """The values of its quantities by name."""
    return {v.symbol: v.value for v in variables(f)}


def without(f: Formula, names: Collection[str]) -> Formula | None:
    """The formula with quantities left out of its products; None where it has none of them."""
    if not symbols(f).keys() & set(names):
        return None
    return rebuilt(f, lambda n: None if isinstance(n, Var) and n.symbol in names else n)


def valued(f: Formula, values: Mapping[str, Size]) -> Formula | None:
    """The formula with other values for some quantities; None where nothing changes."""
    own = symbols(f)
    if all(own.get(name, value) == value for name, value in values.items()):
        return None
    return rebuilt(f, lambda n: _with_value(n, values))


def _with_value(node: Formula, values: Mapping[str, Size]) -> Formula:
    if isinstance(node, Var) and node.symbol in values:
        return var(node.symbol, values[node.symbol])
    return node


def without_ones(f: Formula) -> Formula | None:
    """`(5·5·1 + 1)·6` without its `+ 1`: the offsets. None where there is no such term."""
    return rebuilt(f, _no_one) if any(map(_has_one, nodes(f))) else None


def _has_one(node: Formula) -> bool:
    return isinstance(node, Sum) and any(
        isinstance(t, Constant) and t.value in OFFSETS for _, t in node.terms
    )


def _no_one(node: Formula) -> Formula | None:
    if not isinstance(node, Sum) or not _has_one(node):
        return node
    kept = [(s, t) for s, t in node.terms if not (isinstance(t, Constant) and t.value in OFFSETS)]
    return added(kept) if kept else None


def turned(f: Formula) -> Formula | None:
    """With every division rounded the other way."""
    if not any(isinstance(n, Rounded) for n in nodes(f)):
        return None
    return rebuilt(f, _other_way)


def _other_way(node: Formula) -> Formula:
    if not isinstance(node, Rounded):
        return node
    if node.to == "floor":
        return ceil_div(node.above, node.below)
    return node.above // node.below


def ungrouped(f: Formula) -> Formula | None:
    """`k·k·c_in/groups` without the division."""
    if not any(isinstance(n, Quotient) for n in nodes(f)):
        return None
    return rebuilt(f, lambda n: n.above if isinstance(n, Quotient) else n)


def constant(f: Formula, old: Collection[int], new: int) -> Formula | None:
    """With another number for one that belongs to the formula itself, as the 2 of 2·c."""
    if not any(isinstance(n, Constant) and n.value in old for n in nodes(f)):
        return None
    return rebuilt(f, lambda n: Constant(new) if isinstance(n, Constant) and n.value in old else n)


def nodes(f: Formula) -> Iterator[Formula]:
    """Every node of a formula."""
    yield f
    match f:
        case Sum(_, terms):
            parts = tuple(t for _, t in terms)
        case Product(_, parts) | Extreme(_, parts, _):
            pass
        case Quotient(_, above, below) | Rounded(_, above, below, _):
            parts = (above, below)
        case Power(_, base, _):
            parts = (base,)
        case _:
            parts = ()
    for part in parts:
        yield from nodes(part)
