"""Follow-through: what a figure is, given the student's own wrong figures before it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from specc.claims.again import Case, case_of
from specc.claims.outcome import Value, text
from specc.claims.replay import Replay, before, key_of, replayed
from specc.claims.slips.positions import positions_by_letter
from specc.claims.slips.rewrite import valued
from specc.claims.upstream import ancestors
from specc.count.add import add_up
from specc.count.memory import FLOAT
from specc.count.rows import Entry
from specc.exam.asked import Asked, Key
from specc.exam.compare import without_batch
from specc.exam.quantity import Quantity
from specc.exam.written import Shape, Written
from specc.formula import Formula, product, total
from specc.layers.base import Inference
from specc.program import Body
from specc.sizes import Size
from specc.types import Tensor


class Answered(Struct, frozen=True):
    """A question with the student's figure, whether that is right, and what the student goes on with.

    `own` is the number of a formula in letters, and a shape in the order of axes that specc has.
    """

    asked: Asked
    written: Written
    right: bool
    own: Written


class Carried(Struct, frozen=True):
    """A figure that follows from earlier ones of the student: its value, from what, and how."""

    value: Value
    source: str
    formula: Formula | None = None

    @property
    def sentence(self) -> str:
        """`right from your C1.output = [6, 30, 30]: (30 …) = …`."""
        working = f": {self.formula.working()}" if self.formula is not None else ""
        return f"right from your {self.source}{working}"


def own_order(answers: Mapping[Key, Answered]) -> dict[Key, Answered]:
    """The answers with their shapes in the order of axes of specc, where the student puts channels last."""
    last = any(_last(a) for a in answers.values())
    return {k: _turned(a) if last else a for k, a in answers.items()}


def _last(answered: Answered) -> bool:
    """Whether a map has its channels behind: those are right there, or else everything before them is."""
    true, sizes = answered.asked.figure.value, _sizes(answered)
    if not isinstance(true, tuple) or len(true) != len(sizes) or len(true) < 3:
        return False
    channels = sizes[-1] == true[0] != sizes[0]
    return channels or (sizes[:-1] == true[1:] and sizes[1:] != true[1:])


def _turned(answered: Answered) -> Answered:
    true, sizes = answered.asked.figure.value, _sizes(answered)
    if not isinstance(true, tuple) or len(sizes) < 3 or sizes[0] == true[0]:
        return answered
    return replace(answered, own=Shape((sizes[-1], *sizes[:-1])))


def _sizes(answered: Answered) -> tuple[int, ...]:
    """A shape without a batch in front; empty for what is no shape."""
    true, own = answered.asked.figure.value, answered.own
    if not isinstance(own, Shape):
        return ()
    return without_batch(own, true) if isinstance(true, tuple) else own.sizes


def carried(asked: Asked, answers: Mapping[Key, Answered]) -> Iterator[Carried]:
    """Every value that the figure would have after the student's other figures."""
    yield from _from_outputs(asked, answers)
    yield from _from_own_output(asked, answers)
    yield from _from_parts(asked, answers)
    yield from _from_sum(asked, answers)
    yield from _from_field(asked, answers)


def _said(answered: Answered) -> str:
    return f"{answered.asked.question.text} = {text(_value(answered.own))}"


def _value(written: Written) -> Value:
    match written:
        case Shape(sizes, _):
            return sizes
        case Quantity(value, _, _):
            return int(value) if value.denominator == 1 else float(value)
        case _:
            return None


def _number(answered: Answered | None) -> Size | None:
    value = None if answered is None else _value(answered.own)
    return value if isinstance(value, int) else None


# --------------------------------------------------------------------- outputs


def _from_outputs(asked: Asked, answers: Mapping[Key, Answered]) -> Iterator[Carried]:
    """The layer on the student's shapes: the nearest wrong one alone, then all of them."""
    network, key = asked.subject.network, _key(asked)
    if network is None or key is None:
        return
    wrong = dict(_wrong_outputs(network, answers))
    rows = asked.tables.entries(network)
    ahead = [k for k in before(rows, key) if k in wrong]
    if asked.subject.totals is not None and key in wrong:
        ahead = [key, *ahead]  # the output of the network is that of its last layer
    for chosen in [ahead[:1], ahead][: len(ahead)]:
        shapes = tuple((k, _sizes(wrong[k])) for k in chosen)
        value, formula = _figure(asked, key, replayed(network, shapes))
        if value is not None and value != asked.figure.value:
            yield Carried(value, " and ".join(_said(wrong[k]) for k in chosen), formula)


def _from_own_output(asked: Asked, answers: Mapping[Key, Answered]) -> Iterator[Carried]:
    """The figures of a layer at the positions of the student's own output of it, and with its channels."""
    network, key, case = asked.subject.network, _key(asked), case_of(asked.subject)
    if network is None or key is None or case is None or asked.word == "output":
        return
    wrong = dict(_wrong_outputs(network, answers))
    if key not in wrong:
        return
    ahead = [k for k in before(asked.tables.entries(network), key) if k in wrong]
    played = replayed(network, tuple((k, _sizes(wrong[k])) for k in ahead))
    for found in (case.inference, played.layers.get(key)):
        for values in _placed(case, _sizes(wrong[key])):
            formula = _formula(asked, found) if found is not None else None
            changed = valued(formula, values) if formula is not None else None
            if changed is not None:
                counted = _counted(asked, case, changed)
                yield Carried(counted.value, _said(wrong[key]), counted)


def _placed(case: Case, sizes: tuple[int, ...]) -> Iterator[dict[str, Size]]:
    """The sizes of an output by the letters of formulas: its positions, then its channels too."""
    kind = next(iter(case.inference.outputs))[1]
    if not isinstance(kind, Tensor) or kind.rank != len(sizes):
        return
    if kind.axes[:1] == ("channels",):
        places = positions_by_letter(kind, sizes)
        yield places
        yield {**places, "c_out": sizes[0]}
    elif kind.axes[-1:] == ("features",):
        yield {"n_out": sizes[-1]}


def _key(asked: Asked) -> str | None:
    """The node whose figure is asked for: of a network or block, the one that gives its output."""
    subject = asked.subject
    if subject.totals is None:
        one = len(subject.entries) == 1 or asked.word == "output"
        return key_of(subject.entries[-1]) or None if one and subject.entries else None
    if asked.word != "output" or subject.network is None or len(subject.network.outputs) != 1:
        return None
    return subject.network.nodes[subject.network.outputs[0][1].node].name


def _wrong_outputs(
    network: Body, answers: Mapping[Key, Answered]
) -> Iterator[tuple[str, Answered]]:
    for answered in answers.values():
        key = _key(answered.asked)
        if answered.right or answered.asked.word != "output" or key is None:
            continue
        if answered.asked.subject.network is network and isinstance(answered.own, Shape):
            yield key, answered


def _figure(asked: Asked, key: str, played: Replay) -> tuple[Value, Formula | None]:
    """The figure of a node as it was played anew."""
    found = played.layers.get(key)
    if asked.word == "output":
        rules = [r.formula for r in found.sizes] if found is not None else []
        return played.output(key), rules[0] if rules else None
    case = case_of(asked.subject)
    if found is None or case is None or (case.entry.stage is not None and case.entry.stage.ties):
        return None, None
    formula = _formula(asked, found)
    if formula is None:
        return None, None
    counted = _counted(asked, case, formula)
    return counted.value, counted


def _counted(asked: Asked, case: Case, formula: Formula) -> Formula:
    """A figure of all copies of a layer, and its work at every step."""
    place = case.entry.place
    times = place.times * place.steps if asked.word in {"macs", "flops"} else place.times
    return formula if times == 1 else product((times, formula))


def _formula(asked: Asked, found: Inference) -> Formula | None:
    counted = found.conventions.get(asked.question.convention)
    count = counted.count if counted is not None else found.count
    match asked.word:
        case "params" | "trainable":
            return count
        case "memory":
            return FLOAT * count if count is not None else None
        case "macs":
            return found.macs
        case "flops":
            return 2 * found.macs if found.macs is not None else None
        case "weights" | "biases":
            kind = asked.word.removesuffix("s").removesuffix("e")
            return total(p.count for p in found.parameters if p.kind == kind)
        case _:
            return None


# ------------------------------------------------------- figures of one another


def _from_parts(asked: Asked, answers: Mapping[Key, Answered]) -> Iterator[Carried]:
    """FLOPs from MACs, memory from parameters, parameters from weights and biases."""
    title, network, stage, word = asked.key

    def other(name: str) -> Answered | None:
        return answers.get((title, network, stage, name))

    for source, made, factor in (("macs", "flops", 2), ("params", "memory", FLOAT)):
        answered = other(source)
        number = _number(answered)
        if word == made and answered is not None and number is not None:
            yield Carried(factor * number, _said(answered))
    weights, biases = other("weights"), other("biases")
    if word == "params" and weights is not None and biases is not None:
        numbers = _number(weights), _number(biases)
        if None not in numbers:
            summed = add_up(n for n in numbers if n is not None)
            yield Carried(summed, f"{_said(weights)} and {_said(biases)}")


# ------------------------------------------------------------------------ sums


def _from_sum(asked: Asked, answers: Mapping[Key, Answered]) -> Iterator[Carried]:
    """A total of the student's own figures, and of what follows from them for layers not asked for."""
    if asked.subject.totals is None and len(asked.subject.entries) < 2:
        return
    wrong = {k: a for k, a in answers.items() if not a.right}
    for used in (wrong, answers):  # without and with the right answers that are rounded
        parts = [_part(asked, entry, used) for entry in asked.subject.entries]
        if add_up(p.true for p in parts) != asked.figure.value:
            return  # what networks share is counted once
        sources = dict.fromkeys(p.source for p in parts if p.source)
        if sources:
            own = [p.own for p in parts]
            said = " and ".join(list(sources)[:3])
            yield Carried(add_up(own), said, total(n for n in own if n != 0))


class _Part(Struct, frozen=True):
    """A row of a sum: the right figure, the one that the student goes on with, and where that is from."""

    true: Size
    own: Size
    source: str = ""


def _part(asked: Asked, entry: Entry, answers: Mapping[Key, Answered]) -> _Part:
    one = replace(asked, subject=replace(asked.subject, entries=(entry,), totals=None))
    row = entry.row
    figures = {"params": row.params, "macs": row.macs, "flops": 2 * row.macs,
               "memory": FLOAT * row.params}  # fmt: skip
    true = figures.get(asked.word, 0)
    answered = next((a for a in answers.values() if _same_entry(a, one)), None)
    number = _number(answered)
    if answered is not None and number is not None:
        return _Part(true, number, _said(answered) if number != true else "")
    follows = next(_from_outputs(one, answers), None)
    if follows is not None and isinstance(follows.value, int) and follows.value != true:
        return _Part(true, follows.value, follows.source)
    return _Part(true, true)


def _same_entry(answered: Answered, one: Asked) -> bool:
    """Whether a question asks for the same figure of the layer, in the same block."""
    own = answered.asked
    if (own.word, own.key[0]) != (one.word, one.key[0]) or own.subject.totals is not None:
        return False
    (mine,) = one.subject.entries
    rows = own.subject.entries
    return len(rows) == 1 and rows[0].body is mine.body and rows[0].row.path == mine.row.path


# ------------------------------------------------------------- receptive field


def _from_field(asked: Asked, answers: Mapping[Key, Answered]) -> Iterator[Carried]:
    """What this layer adds to the student's own field of the layer before."""
    case = case_of(asked.subject)
    true = asked.figure.value
    if asked.word != "receptive_field" or case is None or not isinstance(true, int):
        return
    if case.entry.node is None:
        return
    fields = {id(a.asked.subject.entries[-1].node): a for a in answers.values()
              if a.asked.word == "receptive_field" and a.asked.key != asked.key}  # fmt: skip
    for node in ancestors(case.entry.body, case.entry.node):
        answered = fields.get(id(node))
        if answered is None:
            continue
        right, given = answered.asked.figure.value, _value(answered.own)
        own = given[0] if isinstance(given, tuple) and len(set(given)) == 1 else given
        if not answered.right and isinstance(right, int) and isinstance(own, int):
            yield Carried(own + (true - right), _said(answered), total((own, true - right)))
        return
