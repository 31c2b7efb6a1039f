"""Element-by-element functions and those along one axis, under PyTorch's names and with its defaults."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction

from specc.byhand import scalar as s
from specc.byhand.array import Array, along, each, picked
from specc.byhand.scalar import Scalar, constant

Number = int | float | Fraction


def bigger(a: Scalar, bound: Number) -> Scalar:
    """max(bound, a)."""
    return s.largest([constant(bound), a])[0]


def smaller(a: Scalar, bound: Number) -> Scalar:
    """min(bound, a)."""
    return s.largest([constant(bound), a], least=True)[0]


def scaled(factor: Number, a: Scalar) -> Scalar:
    """factor·a."""
    return s.multiply(constant(factor), a)


def _relu(a: Scalar) -> Scalar:
    # The slope at 0 is 0, as in PyTorch: the bound comes first among equals.
    return bigger(a, 0)


def clamp(a: Scalar, low: Number | None = None, high: Number | None = None) -> Scalar:
    """min(max(a, low), high)."""
    if low is not None and (a.value < low):
        a = bigger(a, low)
    if high is not None and a.value > high:
        a = smaller(a, high)
    return a


def _leaky(a: Scalar, negative_slope: Number = 0.01) -> Scalar:
    return a if a.value > 0 else scaled(negative_slope, a)


def _elu(a: Scalar, alpha: Number = 1) -> Scalar:
    return a if a.value > 0 else scaled(alpha, s.subtract(s.exp(a), s.ONE))


def _selu(a: Scalar) -> Scalar:
    return scaled(1.0507009873554805, _elu(a, 1.6732632423543772))


def _celu(a: Scalar, alpha: Number = 1) -> Scalar:
    if a.value > 0:
        return a
    return scaled(alpha, s.subtract(s.exp(s.divide(a, constant(alpha))), s.ONE))


def _gelu(a: Scalar, approximate: str = "none") -> Scalar:
    half = scaled(Fraction(1, 2), a)
    if approximate == "tanh":
        cube = s.multiply(s.multiply(a, a), a)
        inner = scaled(math.sqrt(2 / math.pi), s.add(a, scaled(0.044715, cube)))
        return s.multiply(half, s.add(s.ONE, s.tanh(inner)))
    return s.multiply(half, s.add(s.ONE, s.erf(s.divide(a, constant(math.sqrt(2))))))


def _silu(a: Scalar) -> Scalar:
    return s.multiply(a, s.sigmoid(a))


def softplus(a: Scalar, beta: Number = 1, threshold: Number = 20) -> Scalar:
    """ln(1 + e^(β·a))/β; above the threshold a itself."""
    if a.value * beta > threshold:
        return a
    return s.divide(s.softplus(scaled(beta, a)), constant(beta)) if beta != 1 else s.softplus(a)


def _mish(a: Scalar) -> Scalar:
    return s.multiply(a, s.tanh(s.softplus(a)))


def _hardsigmoid(a: Scalar) -> Scalar:
    return s.divide(clamp(s.add(a, constant(3)), 0, 6), constant(6))


def _hardtanh(a: Scalar, min_val: Number = -1, max_val: Number = 1) -> Scalar:
    return clamp(a, min_val, max_val)


def _softshrink(a: Scalar, lambd: Number = 0.5) -> Scalar:
    if s.magnitude(a.value) <= lambd:
        return s.flat("zero", 0, a)
    return s.subtract(a, constant(lambd)) if a.value > 0 else s.add(a, constant(lambd))


def _hardshrink(a: Scalar, lambd: Number = 0.5) -> Scalar:
    return s.flat("zero", 0, a) if s.magnitude(a.value) <= lambd else a


def _threshold(a: Scalar, threshold: Number, value: Number) -> Scalar:
    return a if a.value > threshold else constant(value)


ELEMENTS: dict[str, Callable[..., Scalar]] = {
    "relu": _relu,
    "relu6": lambda a: clamp(_relu(a), 0, 6),
    "leaky_relu": _leaky,
    "elu": _elu,
    "selu": _selu,
    "celu": _celu,
    "gelu": _gelu,
    "silu": _silu,
    "mish": _mish,
    "softplus": softplus,
    "softsign": lambda a: s.divide(a, s.add(s.ONE, s.absolute(a))),
    "sigmoid": s.sigmoid,
    "logsigmoid": lambda a: s.negate(s.softplus(s.negate(a))),
    "hardsigmoid": _hardsigmoid,
    "hardswish": lambda a: s.multiply(a, _hardsigmoid(a)),
    "tanh": s.tanh,
    "hardtanh": _hardtanh,
    "tanhshrink": lambda a: s.subtract(a, s.tanh(a)),
    "softshrink": _softshrink,
    "hardshrink": _hardshrink,
    "threshold": _threshold,
    "exp": s.exp,
    "log": s.log,
    "log1p": s.log1p,
    "sqrt": s.sqrt,
    "sin": s.sin,
    "cos": s.cos,
    "abs": s.absolute,
    "neg": s.negate,
    "square": lambda a: s.multiply(a, a),
    "sign": lambda a: s.flat("sign", (a.value > 0) - (a.value < 0), a),
    "floor": lambda a: s.flat("floor", math.floor(a.value), a),
    "round": lambda a: s.flat("round", round(a.value), a),
    "clamp": clamp,
    "logical_not": lambda a: s.flat("not", not a.value, a),
}
"""Functions of one number."""


def logit(x: Array, eps: Number | None = None) -> Array:
    """ln(p/(1 − p)), with p kept off the ends by eps."""

    def one(a: Scalar) -> Scalar:
        p = a if eps is None else clamp(a, eps, 1 - s.exactly(eps))
        return s.log(s.divide(p, s.subtract(s.ONE, p)))

    return each(one, x)


# --------------------------------------------------------------- along an axis


def _shifted(row: Sequence[Scalar]) -> Sequence[Scalar]:
    """The scores less their largest where e to them would overflow; the softmax is the same."""
    top = max(a.value for a in row)
    if s.magnitude(top) < 500:
        return row
    return [s.subtract(a, constant(top)) for a in row]


def _softmax(row: Sequence[Scalar]) -> Sequence[Scalar]:
    powers = [s.exp(a) for a in _shifted(row)]
    whole = s.add(*powers)
    return [s.divide(p, whole) for p in powers]


def logsumexp(row: Sequence[Scalar]) -> Scalar:
    """ln Σ e^a."""
    finite = [a for a in row if a.value != -math.inf]
    top = max((a.value for a in finite), default=s.exactly(0))
    if s.magnitude(top) < 500:
        return s.log(s.add(*(s.exp(a) for a in row)))
    high = constant(top)
    return s.add(high, s.log(s.add(*(s.exp(s.subtract(a, high)) for a in row))))


def log_softmax_row(row: Sequence[Scalar]) -> list[Scalar]:
    """Each score less ln Σ e^score."""
    whole = logsumexp(row)
    return [s.subtract(a, whole) for a in row]


def softmax(x: Array, dim: int = -1) -> Array:
    """e^x over the sum along an axis."""
    return along(_softmax, x, dim)


def attention_weights(scores: Array) -> Array:
    """The softmax of each row; a row that sees no key is 0, as in PyTorch's attention."""

    def weights(row: Sequence[Scalar]) -> Sequence[Scalar]:
        blind = all(a.value == -math.inf for a in row)
        return [s.constant(0) for _ in row] if blind else _softmax(row)

    return along(weights, scores, -1)


def log_softmax(x: Array, dim: int = -1) -> Array:
    """The logarithm of the softmax."""
    return along(log_softmax_row, x, dim)


def softmin(x: Array, dim: int = -1) -> Array:
    """The softmax of −x."""
    return softmax(each(s.negate, x), dim)


def glu(x: Array, dim: int = -1) -> Array:
    """The first half times the sigmoid of the second (Dauphin et al. 2017)."""
    half = x.sizes[x.axis(dim)] // 2
    first, second = picked(x, dim, range(half)), picked(x, dim, range(half, 2 * half))
    return each(lambda a, b: s.multiply(a, s.sigmoid(b)), first, second)


def cumsum(x: Array, dim: int) -> Array:
    """The running sum along an axis."""
    return along(lambda row: [s.add(*row[: i + 1]) for i in range(len(row))], x, dim)
