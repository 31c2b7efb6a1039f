"""What a spec promises of a trained model: `expect test.mse <= 0.15 * test.mse(mean_image)`.

A promise compares two sides. `test.mse` is a metric or a term of the objective on a split;
`test.mse(mean_image)` the same metric of a baseline's prediction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeAlias

from msgspec import Struct

from specc.metrics import METRICS, Metric
from specc.nearest import nearest
from specc.program import (
    Action,
    Apply,
    BranchPlan,
    Figure,
    LoopPlan,
    Program,
    ProgramPlan,
    ReadPort,
    Static,
    TrainPlan,
)
from specc.resolve.order import names_read
from specc.source import Span
from specc.syntax import tree
from specc.types import Tensor, ValueType

SPLITS = ("train", "validation", "test")
MEANS = ("mean_image", "mean_target", "mean_row")
DRAWN = ("gaussian_fit",)
BASELINES = (*MEANS, *DRAWN, "pca")
SIGNS = ("<=", "<", ">=", ">")


class Reading(Struct, frozen=True):
    """`test.mse`: a value on a split."""

    split: str
    name: str


class Baseline(Struct, frozen=True):
    """`test.mse(pca(8))`: a metric of a baseline; `field` is the data that it predicts.

    It is PCA with a number of components, without one a mean, or rows drawn from a normal distribution.
    """

    split: str
    metric: Metric
    field: str
    components: int | None
    drawn: bool = False


class OfProgram(Struct, frozen=True):
    """`walk.ratio`: a figure of a program, the last one where it is shown several times."""

    program: str
    figure: str


Side: TypeAlias = "Reading | Baseline | OfProgram | int | float | tuple[str, Side, Side]"


class Promise(Struct, frozen=True):
    """One `expect` about a trained model."""

    words: str
    left: Side
    sign: str
    right: Side


class PromiseError(Exception):
    """A promise that has no meaning: what is wrong, where, and what was probably meant."""

    def __init__(
        self,
        message: str,
        span: Span,
        text: str = "",
        note: str = "",
        *,
        code: str = "E401",
        help: str = "",
    ) -> None:
        super().__init__(message)
        self.message, self.span, self.text, self.note = message, span, text, note
        self.code, self.help = code, help


def promised_of(program: Program, expect: tree.Expect) -> TrainPlan:
    """The train block that a promise is about: the one it names (`Pretrain.test.mse`), else the last."""
    named = {n.id for n in names_read(expect.condition)}
    return next((p for p in program.trains if p.name in named), program.trains[-1])


def promise(program: Program, plan: TrainPlan, expect: tree.Expect) -> Promise:
    """The meaning of an `expect`.

    Raises:
        PromiseError: it has none.
    """
    return _compared(expect, _Reader(plan, {p.name: p.value for p in program.parameters}))


def _compared(expect: tree.Expect, reader: Callable[[tree.Expr], Side]) -> Promise:
    condition = expect.condition
    if not isinstance(condition, tree.Binary) or condition.operator not in SIGNS:
        raise PromiseError(
            "a promise about training compares two numbers with <=, <, >= or >", condition.span
        )
    left, right = reader(condition.left), reader(condition.right)
    words = " ".join(condition.span.text.split())
    return Promise(words, left, condition.operator, right)


def of_programs(program: Program, expect: tree.Expect) -> bool:
    """Whether a promise is about the figures of programs."""
    names = {p.name for p in program.programs}
    return any(n.id in names for n in names_read(expect.condition))


def program_promise(program: Program, expect: tree.Expect) -> Promise:
    """The meaning of an `expect` about figures of programs.

    Raises:
        PromiseError: it has none.
    """
    known = {p.name: p for p in program.programs}
    numbers = {p.name: p.value for p in program.parameters}

    def read(expr: tree.Expr) -> Side:
        match expr:
            case tree.Number(value=value):
                return value
            case tree.Name(id=name) if isinstance(numbers.get(name), (int, float)):
                found = numbers[name]
                assert isinstance(found, (int, float))
                return found
            case tree.Unary(operator="-", operand=operand):
                return "-", 0, read(operand)
            case tree.Binary(operator="+" | "-" | "*" | "/" as sign, left=left, right=right):
                return sign, read(left), read(right)
            case tree.Member(base=tree.Name(id=word), name=figure) if word in known:
                return _figure(word, figure, known[word])
            case _:
                raise PromiseError(
                    "a promise about a program reads PROGRAM.FIGURE, numbers and parameters",
                    expr.span,
                )

    return _compared(expect, read)


def _figure(program: str, figure: tree.Name, plan: ProgramPlan) -> OfProgram:
    known = plan.figures
    if figure.id in known:
        for shown in _figures(plan.actions):
            if shown.name == figure.id:
                _one_number(
                    program, figure, shown.body.nodes[shown.value.node].type(shown.value.port)
                )
        return OfProgram(program, figure.id)
    close = nearest(figure.id, list(known))
    raise PromiseError(
        f'program {program} shows no "{figure.id}"',
        figure.span,
        f'did you mean "{close[0]}"?' if close else "",
        f"it shows {', '.join(known)}" if known else f"write: show {figure.id}",
    )


def _figures(actions: Iterable[Action]) -> Iterator[Figure]:
    for action in actions:
        match action:
            case Figure():
                yield action
            case LoopPlan(actions=inner):
                yield from _figures(inner)
            case BranchPlan(then=then, otherwise=otherwise):
                yield from _figures((*then, *otherwise))


def surely_shown(actions: Iterable[Action]) -> frozenset[str]:
    """The figures that a program shows whichever branches it takes."""
    found: set[str] = set()
    for action in actions:
        match action:
            case Figure(name=name):
                found.add(name)
            case LoopPlan(items=items, actions=inner) if items:
                found |= surely_shown(inner)
        if any(figure.last for figure in _figures((action,))):
            break
    return frozenset(found)


def _one_number(program: str, figure: tree.Name, type: ValueType) -> None:
    """A promise compares single numbers, so a figure of many is refused (E203)."""
    if not isinstance(type, Tensor) or not (type.batched or type.rank):
        return
    mean = f"mean({figure.id})" if type.rank else figure.id
    mean = f"mean({mean}, axis=batch)" if type.batched else mean
    many = f"{type} numbers" if type.rank else "one number"
    many += " for each row" * type.batched
    message = f"{program}.{figure.id} is {many}, and a promise compares single numbers"
    raise PromiseError(message, figure.span, code="E203", help=f"show one number: {mean}")


def readings(side: Side) -> Iterator[Reading | Baseline | OfProgram]:
    """The values that a side reads."""
    if isinstance(side, tuple):
        yield from readings(side[1])
        yield from readings(side[2])
    elif isinstance(side, (Reading, Baseline, OfProgram)):
        yield side


class _Reader(Struct, frozen=True):
    plan: TrainPlan
    parameters: Mapping[str, Static]

    def __call__(self, expr: tree.Expr) -> Side:
        match expr:
            case tree.Number(value=value):
                return value
            case tree.Name(id=name) if isinstance(self.parameters.get(name), (int, float)):
                known = self.parameters[name]
                assert isinstance(known, (int, float))
                return known
            case tree.Unary(operator="-", operand=operand):
                inner = self(operand)
                return -inner if isinstance(inner, (int, float)) else ("-", 0, inner)
            case tree.Binary(operator="+" | "-" | "*" | "/" as sign, left=left, right=right):
                return sign, self(left), self(right)
            case tree.Member(base=base, name=name) if self._split_of(base) is not None:
                return Reading(self._split(expr), self._known(name))
            case tree.Member(base=tree.Member(base=tree.Name() as name, name=split)) if (
                split.id in SPLITS
            ):
                raise PromiseError(f'there is no training named "{name.id}"', name.span)
            case tree.Call(callee=tree.Member() as member, arguments=(argument,)):
                return self._baseline(member, argument.value)
            case _:
                raise PromiseError("a promise reads test.NAME, numbers and parameters", expr.span)

    def _split_of(self, base: tree.Expr) -> str | None:
        """`test` of `test` and of `Pretrain.test`."""
        match base:
            case tree.Name(id=split) if split in SPLITS:
                return split
            case tree.Member(base=tree.Name(id=name), name=split) if name == self.plan.name:
                return split.id if split.id in SPLITS else None
            case _:
                return None

    def _split(self, member: tree.Member) -> str:
        split = self._split_of(member.base)
        assert split is not None
        if split == "validation" and not getattr(self.plan.settings, "validation", None):
            raise PromiseError(
                "there is no validation split", member.base.span, note="validation 0.1 makes one"
            )
        return split

    def _names(self) -> list[str]:
        terms = [t.name for t in self.plan.terms]
        metrics = (m.name for m in self.plan.metrics)
        return list(dict.fromkeys((*metrics, *terms, *self.plan.losses())))

    def _known(self, name: tree.Name) -> str:
        if name.id in self._names():
            return name.id
        close = nearest(name.id, self._names())
        raise PromiseError(
            f'training gives no "{name.id}"',
            name.span,
            f'did you mean "{close[0]}"?' if close else "",
            f"it gives {', '.join(self._names())}",
        )

    def _baseline(self, member: tree.Member, written: tree.Expr) -> Baseline:
        if self._split_of(member.base) is None:
            raise PromiseError("a promise reads test.NAME, numbers and parameters", member.span)
        name = self._known(member.name)
        metric, field = self._compared(name, member.name.span)
        match written:
            case tree.Name(id=word) if word in MEANS:
                return Baseline(self._split(member), metric, field, None)
            case tree.Name(id=word) if word in DRAWN:
                return Baseline(self._split(member), metric, field, None, drawn=True)
            case tree.Call(callee=tree.Name(id="pca"), arguments=(argument,)):
                return Baseline(
                    self._split(member), metric, field, self._components(argument.value)
                )
            case _:
                close = nearest(written.span.text, list(BASELINES))
                raise PromiseError(
                    "this is no baseline",
                    written.span,
                    f'did you mean "{close[0]}"?' if close else "",
                    f"baselines: {', '.join(BASELINES)}, as in pca(8)",
                )

    def _components(self, expr: tree.Expr) -> int:
        value = self(expr)
        if isinstance(value, int) and value >= 1:
            return value
        raise PromiseError("pca takes a whole number of components", expr.span)

    def _compared(self, name: str, span: Span) -> tuple[Metric, str]:
        """The metric behind a name, and the field of the data that it is compared with."""
        nodes = self.plan.body.nodes
        for measure in self.plan.metrics:
            paired = isinstance(measure.metric, Metric) and len(measure.operands) == 2
            if measure.name == name and isinstance(measure.metric, Metric) and paired:
                target = nodes[measure.operands[1].node].operation
                if isinstance(target, ReadPort):
                    return measure.metric, target.name
        for term in (t for t in self.plan.terms if t.name == name):
            node = nodes[term.value.node]
            operation = node.operation
            if (
                isinstance(operation, Apply)
                and operation.layer.word in METRICS
                and node.operands[1]
            ):
                target = nodes[node.operands[1].node].operation
                if isinstance(target, ReadPort):
                    return METRICS[operation.layer.word](), target.name
        raise PromiseError(
            f"{name} does not compare a prediction with a field of the data",
            span,
            note="a baseline needs a metric of two operands, the second from the data",
        )
