"""The modules of a class: what its constructor takes, and what it makes of each stage."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from msgspec import Struct

from specc.emit.inline import no_operand
from specc.emit.layout import fits, statement
from specc.emit.names import attribute, snake, variable
from specc.emit.shapes import lettered, shape
from specc.emit.summary import owned, owner_of
from specc.layers.base import Inference
from specc.layers.code import Code, Printer, Raw, fn
from specc.program import BareTensor, Body, Path, Program, Rounds, Stage, Tie
from specc.resolve.symbolic import SymbolicBody
from specc.sizes import Symbolic, render, render_python
from specc.types import Tensor


class Argument(Struct, frozen=True):
    """One argument of a constructor and where its value comes from at a use.

    `kind` is "hyper", "input" (then `port` and `axis` say which size), "param" or "network".
    """

    name: str
    kind: str
    default: str = ""
    annotation: str = "int"
    port: int = 0
    axis: int = 0

    @property
    def local(self) -> str:
        """The name in the constructor; that of a network is a Python name already."""
        return self.name if self.kind == "network" else variable(self.name)


class ClassText(Struct, frozen=True):
    """A class as text, with the name that it was given and the arguments of its constructor."""

    name: str
    arguments: tuple[Argument, ...]
    text: str
    names: frozenset[str]


class Said(Struct, frozen=True):
    """A line of a constructor; what it `says` of a stage is its shape and its count."""

    text: str
    says: tuple[str, ...] = ()

    def comment(self, room: int) -> str:
        """As much as there is room for."""
        return ", ".join(filter(None, self.says[:room]))

    def has_room(self, room: int) -> bool:
        """Whether a comment of so many parts fits behind the line."""
        comment = self.comment(room)
        return fits(f"{self.text}  # {comment}" if comment else self.text, 8)


class Made(Protocol):
    """The classes of a program."""

    program: Program
    taps: dict[str, tuple[str, ...]]

    def of(self, body: Body) -> ClassText:
        """The class of a body."""


class Constructor:
    """The modules of a class as lines of its constructor.

    `symbols` are the free sizes that what was printed reads, `foreign` the names of networks from outside.
    """

    def __init__(
        self, classes: Made, body: Body, opened: SymbolicBody | None, network: bool
    ) -> None:
        self.classes, self.concrete, self.network = classes, body, network
        self.opened = opened
        self.body = opened.body if opened is not None else body
        self.values = dict(opened.values) if opened is not None else {}
        self.shown = body if network else lettered(self.body, self._own_names())
        self.symbols: set[str] = set()
        self.foreign: dict[str, str] = {}
        self._foreign()

    def _own_names(self) -> set[str]:
        """The symbols that the class has as arguments, or could have."""
        opened = self.opened
        own = (*opened.hyperparameters, *opened.parameters) if opened is not None else ()
        return {*own, *(p.name for p in self.classes.program.parameters)}

    def _foreign(self) -> None:
        """Networks that are called here or whose weights are used come as arguments."""
        for name in self.body.uses:
            self.foreign[name] = variable(snake(name))

    def _is_argument(self, name: str) -> bool:
        opened = self.opened
        if any(
            p.name == name and isinstance(p.value, Symbolic)
            for p in self.classes.program.parameters
        ):
            return True
        return opened is not None and name in (*opened.hyperparameters, *opened.parameters)

    def _symbol(self, name: str) -> str:
        self.symbols.add(name)
        return variable(name)

    def _pairs(self) -> Iterable[tuple[Stage, Stage]]:
        return zip(self.body.stages, self.concrete.stages, strict=True)

    def lines(self) -> list[str]:
        """The lines of __init__ for all stages: each says its shape and its count, where all have room."""
        made = [line for stage in self._pairs() for line in self._stage(*stage)]
        said = [m for m in made if len(m.says) == 2]
        room = next((n for n in (2, 1) if all(m.has_room(n) for m in said)), 0)
        rooms = (room if m in said else 1 for m in made)
        return [
            x for m, n in zip(made, rooms, strict=True) for x in statement(m.text, 8, m.comment(n))
        ]

    def _stage(self, stage: Stage, concrete: Stage) -> list[Said]:
        """The lines for one stage, ties included."""
        left = f"self.{attribute(stage.name)}"
        tied = self._transposed(stage)
        if tied is not None:
            return [self._tied_linear(stage, concrete, left, tied)]
        says = self._says(concrete if self.network else stage)
        text = f"{left} = {self._constructor(stage)}"
        repeated = isinstance(stage.unit, Rounds) and not fits(text, 8)
        ties = (Said(f"{left}.{t.parameter} = {self._tensor(t)}", ("tied",)) for t in stage.ties)
        return [Said(text, () if repeated else says), *ties]

    def _transposed(self, stage: Stage) -> str | None:
        found = next((t for t in stage.ties if t.transposed), None)
        return None if found is None else self._tensor(found)

    def _tensor(self, tie: Tie) -> str:
        """The tensor that is tied to: one of a stage, or a bare one, which is its own stage."""
        path = self._path(tie.path)
        return path if tie.tensor == tie.path[-1] else f"{path}.{tie.tensor}"

    def _tied_linear(self, stage: Stage, concrete: Stage, left: str, source: str) -> Said:
        bias = getattr(stage.layer, "bias", True)
        arguments = source if bias else f"{source}, bias=False"
        return Said(f"{left} = TransposedLinear({arguments})", self._says(concrete))

    def _path(self, path: Path) -> str:
        """A stage in this module, or in a network that came as an argument."""
        head, *rest = path
        if head in self.foreign:
            return ".".join([self.foreign[head], *map(attribute, rest)])
        return "self." + ".".join(map(attribute, path))

    def _constructor(self, stage: Stage) -> str:
        unit = stage.unit
        if isinstance(unit, Inference):
            assert unit.module is not None
            return self._print(unit.module)
        if isinstance(unit, BareTensor):
            return self._print(bare(unit))
        if isinstance(unit, Body):
            return self._use(unit, stage)
        return self._rounds(unit, stage)

    def _print(self, code: Code) -> str:
        return Printer(no_operand, "self", self._symbol)(code)

    def _use(self, unit: Body, stage: Stage) -> str:
        """A constructor call of a block's class with the values of its arguments here."""
        concrete = self._concrete_unit(stage)
        assert isinstance(concrete, Body)
        made = self.classes.of(concrete)
        return self._print(self._call(made, unit))

    def _call(self, made: ClassText, unit: Body) -> Code:
        positional: list[Code] = []
        keywords: dict[str, Code] = {}
        for argument in made.arguments:
            value = self._argument_value(argument, unit)
            if argument.default and self._printed(value) == argument.default:
                continue
            if argument.default or keywords:
                keywords[argument.local] = value
            else:
                positional.append(value)
        return fn(made.name, *positional, **keywords)

    def _printed(self, value: Code) -> str:
        return Printer(no_operand, "self", str)(value)

    def _argument_value(self, argument: Argument, unit: Body) -> Code:
        match argument.kind:
            case "network":
                name = next(n for n in unit.uses if variable(snake(n)) == argument.name)
                self.foreign.setdefault(name, argument.name)
                return Raw(self.foreign[name])
            case "hyper":
                value = dict(unit.hyperparameters)[argument.name]
                assert isinstance(value, (int, Symbolic))
                return value
            case "input":
                type = unit.inputs[argument.port][1]
                assert isinstance(type, Tensor)
                return type.sizes[argument.axis]
            case _:
                if not argument.default or self._is_argument(argument.name):
                    return Raw(self._symbol(argument.name))
                return int(argument.default)

    def _concrete_unit(self, stage: Stage) -> object:
        return self.concrete.stage(stage.name).unit

    def _rounds(self, unit: Rounds, stage: Stage) -> str:
        concrete = self._concrete_unit(stage)
        assert isinstance(concrete, Rounds)
        if len(concrete.bodies) != len(unit.bodies):
            unit = concrete
        calls = []
        for (body, count), (real, _) in zip(unit.bodies, concrete.bodies, strict=True):
            made = self.classes.of(real)
            calls.append((self._print(self._call(made, body)), count))
        if len(calls) == 1:
            text, count = calls[0]
            return f"nn.ModuleList({text} for _ in range({self._print(count)}))"
        parts = [
            text if count == 1 else f"*({text} for _ in range({self._print(count)}))"
            for text, count in calls
        ]
        return f"nn.ModuleList([{', '.join(parts)}])"

    def _says(self, stage: Stage) -> tuple[str, str]:
        """The shape of what a stage gives, and how many weights it has."""
        node = next((n for n in self.shown.nodes if owner_of(n) == (stage.name,)), None)
        count = owned(stage)
        type = node.types[0][1] if node is not None else None
        shown = shape(type) if isinstance(type, Tensor) and len(node.types) == 1 else ""  # type: ignore[union-attr]
        numbers = render(count) if isinstance(count, int) else render_python(count)
        weights = f"{numbers} parameters" if count != 0 else ""
        return shown, weights


def bare(unit: BareTensor) -> Code:
    """`nn.Parameter(torch.zeros(…))` for a declared weight, `nn.Buffer(…)` for a buffer."""
    sizes = unit.parameter.sizes
    shape_code: Code = sizes if len(sizes) != 1 else sizes[0]
    value = unit.value or 0.0
    made = fn("torch.full", tuple(sizes), value) if value else fn("torch.zeros", shape_code)
    return fn("nn.Parameter" if unit.trainable else "nn.Buffer", made)
