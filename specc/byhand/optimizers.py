"""The first steps of an optimizer, number by number, as torch.optim makes them.

Each rule takes a weight, its gradient and what is kept of earlier steps, and names every quantity on the way:
`m`, `v`, `m̂`. The last one is the new weight.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from math import sqrt

from msgspec import Struct, field
from pydantic import BaseModel

from specc.byhand import scalar as s
from specc.byhand.array import Array
from specc.byhand.scalar import Scalar, Value, constant, given
from specc.optim.adam import Adam, Adamax, AdamW, NAdam, RAdam
from specc.optim.adaptive import Adadelta, Adagrad, RMSprop
from specc.optim.descent import ASGD, SGD, Rprop

Kept = dict[str, Scalar]
Trail = dict[str, Scalar]


class Moved(Struct, frozen=True):
    """A weight before and after a step, its gradient, and the quantities on the way by name."""

    name: str
    before: Array
    gradient: Array
    on_the_way: tuple[tuple[str, Array], ...]
    after: Array


class Stepper:
    """An optimizer at work on the same weights, step after step."""

    def __init__(self, optimizer: BaseModel) -> None:
        self.optimizer = optimizer
        self.rule = RULES[type(optimizer)]
        self.kept: dict[tuple[str, int], Kept] = {}
        self.number = 0

    def step(
        self, weights: Mapping[str, Array], slopes: Mapping[Scalar, Value], sense: str
    ) -> tuple[Moved, ...]:
        """Every weight one step further; one that the objective does not depend on stays."""
        self.number += 1
        sign = Fraction(-1 if sense == "maximize" else 1)
        made: list[Moved] = []
        for name, array in weights.items():
            if any(item in slopes for item in array.items):
                made.append(self._move(name, array, slopes, sign))
        return tuple(made)

    def _move(
        self, name: str, array: Array, slopes: Mapping[Scalar, Value], sign: Fraction
    ) -> Moved:
        rows: list[Trail] = []
        gradient: list[Scalar] = []
        for place, weight in enumerate(array.items):
            slope = given(s.times(sign, slopes.get(weight, Fraction(0))))
            kept = self.kept.setdefault((name, place), {})
            trail = self.rule(self.optimizer, Move(weight, slope, kept, self.number))
            kept.update({key: given(value.value) for key, value in trail.items()})
            rows.append(trail)
            gradient.append(slope)
        columns = {key: Array(array.sizes, tuple(row[key] for row in rows)) for key in rows[0]}
        after = columns.pop("new")
        fresh = Array(array.sizes, tuple(given(a.value) for a in after.items))
        way = (*columns.items(), ("new", after))
        return Moved(name, array, Array(array.sizes, tuple(gradient)), way, fresh)


class Move(Struct, frozen=True):
    """One weight at one step; `kept` holds what the steps before left under their names."""

    weight: Scalar
    gradient: Scalar
    kept: Mapping[str, Scalar] = field(default_factory=dict)
    number: int = 1

    def before(self, name: str, start: float = 0.0) -> Scalar:
        """A quantity of the step before."""
        return self.kept.get(name) or constant(start)


def _times(factor: float | Fraction, a: Scalar) -> Scalar:
    return s.multiply(constant(factor), a)


def _less(factor: float | Fraction) -> Fraction:
    return 1 - Fraction(s.exactly(factor))


def _mixed(share: float, old: Scalar, new: Scalar) -> Scalar:
    """share·old + (1 − share)·new."""
    return s.dot([constant(share), constant(_less(share))], [old, new])


def _decayed(move: Move, decay: float) -> Scalar:
    """The gradient with its pull towards 0."""
    if not decay:
        return move.gradient
    return s.add(move.gradient, _times(decay, move.weight))


def _shrunk(move: Move, lr: float, decay: float) -> Scalar:
    """The weight with decoupled decay."""
    return _times(1 - s.exactly(lr) * s.exactly(decay), move.weight) if decay else move.weight


def _square(a: Scalar) -> Scalar:
    return s.multiply(a, a)


def _over_root(top: Scalar, below: Scalar, eps: float) -> Scalar:
    return s.divide(top, s.add(s.sqrt(below), constant(eps)))


def _sgd(o: SGD, move: Move) -> Trail:
    gradient = _decayed(move, o.weight_decay)
    trail: Trail = {} if gradient is move.gradient else {"g": gradient}
    step = gradient
    if o.momentum:
        if "b" in move.kept:
            share = constant(_less(o.dampening))
            step = s.dot([constant(o.momentum), share], [move.kept["b"], gradient])
        trail["b"] = step
        if o.nesterov:
            step = s.add(gradient, _times(o.momentum, step))
            trail["step"] = step
    trail["new"] = s.subtract(move.weight, _times(o.lr, step))
    return trail


def _moments(betas: tuple[float, float], move: Move, gradient: Scalar) -> Trail:
    first, second = betas
    return {
        "m": _mixed(first, move.before("m"), gradient),
        "v": _mixed(second, move.before("v"), _square(gradient)),
    }


def _unbiased(quantity: Scalar, beta: float, number: int) -> Scalar:
    """Divided by 1 − β^t, since the average began at 0 (Kingma & Ba 2015, section 3)."""
    return s.divide(quantity, constant(1 - s.raised(s.exactly(beta), Fraction(number))))


def _adam(o: Adam | AdamW, move: Move) -> Trail:
    decoupled = isinstance(o, AdamW) or o.decoupled_weight_decay
    weight = _shrunk(move, o.lr, o.weight_decay) if decoupled else move.weight
    gradient = move.gradient if decoupled else _decayed(move, o.weight_decay)
    trail = _moments(o.betas, move, gradient)
    trail["m̂"] = _unbiased(trail["m"], o.betas[0], move.number)
    second = trail["v"]
    if o.amsgrad:
        second = s.largest([move.before("max v"), second])[0]
        trail["max v"] = second
    trail["v̂"] = _unbiased(second, o.betas[1], move.number)
    trail["new"] = s.subtract(weight, _times(o.lr, _over_root(trail["m̂"], trail["v̂"], o.eps)))
    return trail


def _adamax(o: Adamax, move: Move) -> Trail:
    gradient = _decayed(move, o.weight_decay)
    m = _mixed(o.betas[0], move.before("m"), gradient)
    size = s.add(s.absolute(gradient), constant(o.eps))
    u = s.largest([_times(o.betas[1], move.before("u")), size])[0]
    hat = _unbiased(m, o.betas[0], move.number)
    new = s.subtract(move.weight, _times(o.lr, s.divide(hat, u)))
    return {"m": m, "u": u, "m̂": hat, "new": new}


def _nadam(o: NAdam, move: Move) -> Trail:
    weight = _shrunk(move, o.lr, o.weight_decay) if o.decoupled_weight_decay else move.weight
    gradient = move.gradient if o.decoupled_weight_decay else _decayed(move, o.weight_decay)
    trail = _moments(o.betas, move, gradient)
    shares = [
        float(o.betas[0]) * (1 - 0.5 * 0.96 ** (t * o.momentum_decay))
        for t in (move.number, move.number + 1)
    ]
    product = s.multiply(move.before("Πμ", 1.0), constant(shares[0]))
    trail["Πμ"] = product
    trail["v̂"] = _unbiased(trail["v"], o.betas[1], move.number)
    now = s.divide(_times(1 - shares[0], gradient), s.subtract(s.ONE, product))
    ahead = s.subtract(s.ONE, s.multiply(product, constant(shares[1])))
    trail["m̂"] = s.add(s.divide(_times(shares[1], trail["m"]), ahead), now)
    trail["new"] = s.subtract(weight, _times(o.lr, _over_root(trail["m̂"], trail["v̂"], o.eps)))
    return trail


def _rmsprop(o: RMSprop, move: Move) -> Trail:
    gradient = _decayed(move, o.weight_decay)
    trail: Trail = {"v": _mixed(o.alpha, move.before("v"), _square(gradient))}
    spread = trail["v"]
    if o.centered:
        trail["mean g"] = _mixed(o.alpha, move.before("mean g"), gradient)
        spread = s.subtract(spread, _square(trail["mean g"]))
    step = _over_root(gradient, spread, o.eps)
    if o.momentum:
        step = s.add(_times(o.momentum, move.before("b")), step)
        trail["b"] = step
    trail["new"] = s.subtract(move.weight, _times(o.lr, step))
    return trail


def _adagrad(o: Adagrad, move: Move) -> Trail:
    gradient = _decayed(move, o.weight_decay)
    total = s.add(move.before("G", o.initial_accumulator_value), _square(gradient))
    rate = s.over(s.exactly(o.lr), 1 + (move.number - 1) * Fraction(s.exactly(o.lr_decay)))
    step = _over_root(gradient, total, o.eps)
    return {"G": total, "new": s.subtract(move.weight, _times(rate, step))}


def _adadelta(o: Adadelta, move: Move) -> Trail:
    gradient = _decayed(move, o.weight_decay)
    squares = _mixed(o.rho, move.before("E[g²]"), _square(gradient))
    top = s.sqrt(s.add(move.before("E[Δ²]"), constant(o.eps)))
    step = s.multiply(s.divide(top, s.sqrt(s.add(squares, constant(o.eps)))), gradient)
    moved = _mixed(o.rho, move.before("E[Δ²]"), _square(step))
    new = s.subtract(move.weight, _times(o.lr, step))
    return {"E[g²]": squares, "Δ": step, "E[Δ²]": moved, "new": new}


def _asgd(o: ASGD, move: Move) -> Trail:
    """The step itself; the average of the weights, from step t0 on, is kept beside them."""
    gradient = _decayed(move, o.weight_decay)
    rate = move.before("η", o.lr)
    weight = s.subtract(move.weight, s.multiply(_times(o.lambd, rate), move.weight))
    new = s.subtract(weight, s.multiply(rate, gradient))
    fall = s.raised(
        1 + s.times(s.exactly(o.lambd * o.lr), Fraction(move.number)), s.exactly(o.alpha)
    )
    return {"η": constant(s.over(s.exactly(o.lr), fall)), "new": new}


def _rprop(o: Rprop, move: Move) -> Trail:
    """A step of its own for each weight: longer while the slope keeps its sign, shorter when it turns."""
    turn = move.gradient.value * move.before("sign").value
    factor = o.etas[1] if turn > 0 else o.etas[0] if turn < 0 else 1.0
    low, high = map(s.exactly, o.step_sizes)
    step = constant(
        min(max(s.times(move.before("step", o.lr).value, s.exactly(factor)), low), high)
    )
    sign = 0 if turn < 0 else (move.gradient.value > 0) - (move.gradient.value < 0)
    new = s.subtract(move.weight, _times(Fraction(sign), step))
    return {"sign": constant(Fraction(sign)), "step": step, "new": new}


def _radam(o: RAdam, move: Move) -> Trail:
    """Adam's step where the variance can be told from its length ρ, the mean alone before that."""
    weight = _shrunk(move, o.lr, o.weight_decay) if o.decoupled_weight_decay else move.weight
    gradient = move.gradient if o.decoupled_weight_decay else _decayed(move, o.weight_decay)
    trail = _moments(o.betas, move, gradient)
    trail["m̂"] = _unbiased(trail["m"], o.betas[0], move.number)
    beta, t = float(o.betas[1]), move.number
    longest = 2 / (1 - beta) - 1
    length = longest - 2 * t * beta**t / (1 - beta**t)
    trail["ρ"] = constant(length)
    step = trail["m̂"]
    if length > 5:
        top = (length - 4) * (length - 2) * longest
        share = sqrt(top / ((longest - 4) * (longest - 2) * length)) * sqrt(1 - beta**t)
        step = _times(share, _over_root(step, trail["v"], o.eps))
    trail["new"] = s.subtract(weight, _times(o.lr, step))
    return trail


RULES: dict[type, Callable[..., Trail]] = {
    SGD: _sgd,
    Adam: _adam,
    AdamW: _adam,
    Adamax: _adamax,
    NAdam: _nadam,
    RMSprop: _rmsprop,
    Adagrad: _adagrad,
    Adadelta: _adadelta,
    ASGD: _asgd,
    Rprop: _rprop,
    RAdam: _radam,
}
"""The rules that are worked by hand, by the optimizer's class."""
