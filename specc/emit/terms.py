"""The terms of an objective as Python: means over the batch, each under its name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from specc.emit.environment import literal
from specc.emit.expressions import Statements
from specc.emit.layout import WIDTH, fits
from specc.emit.names import free, fresh, snake, variable
from specc.emit.naming import Line, Naming
from specc.layers.code import Code, Infix
from specc.program import (
    Apply,
    Body,
    Constant,
    Invoke,
    Node,
    Ref,
)
from specc.types import Graph, Tensor


def bound(
    body: Body, lines: list[Line], first: str | None = None, after: Iterable[str] = ()
) -> list[Line]:
    """The lines with the batch size and the device of a field where draws need them.

    What is read once is read where it is needed, unless that makes a line too long. `after` is the text
    behind the lines.
    """
    source = first or (variable(body.inputs[0][0]) if body.inputs else "")
    graph = any(variable(n) == source and isinstance(t, Graph) for n, t in body.inputs)
    made, rest = [], "\n".join(after)
    for word, value in (("batch_size", f"{source}.shape[0]"), ("device", f"{source}.device")):
        pattern = re.compile(rf"(?<![\w.\"']){word}\b(?!\s*=[^=])")
        reading = [i for i, line in enumerate(lines) if pattern.search(line.text)]
        if len(reading) == 1 and not graph and not pattern.search(rest):
            inside = _read_there(lines, reading[0], pattern, value, source)
            if inside is not None:
                lines = inside
                continue
        if reading or pattern.search(rest):
            made.append(Line(f"{word} = {value}"))
    return [*made, *lines]


def _read_there(
    lines: list[Line], at: int, pattern: re.Pattern[str], value: str, source: str
) -> list[Line] | None:
    """The lines with a value put into one of them; None where that has no room, or reads something else."""
    text, found = pattern.subn(value, lines[at].text)
    shadowed = any(source in line.targets for line in lines[:at])
    if found > 1 or shadowed or lines[at].block or not fits(text, 8):
        return None
    return [*lines[:at], replace(lines[at], text=text), *lines[at + 1 :]]


class TermPrinter(Statements):
    """Prints an objective's terms as means over the batch, in the shortest form that each loss has."""

    def __init__(
        self,
        body: Body,
        naming: Naming,
        wanted: tuple[Ref, ...],
        *,
        given: Mapping[Ref, str],
        without_graph: frozenset[int],
    ) -> None:
        self.deferred: set[int] = set()
        super().__init__(
            body, naming, wanted, given=given, without_graph=without_graph, returned=True
        )
        for ref in wanted:
            self._defer(ref)

    def _defer(self, ref: Ref) -> None:
        """Leave a loss, or a loss that is weighted, to the end: its mean is printed, not itself."""
        node = self.body.nodes[ref.node]
        operation = node.operation
        if not isinstance(operation, Apply) or self.uses.get(ref, 0) != 1:
            return
        inner = self._weighted(ref)
        if inner is not None:
            self.deferred.add(ref.node)
            self._defer(inner[1])
        elif operation.inference.batch_mean is not None:
            self.deferred.add(ref.node)

    def _weighted(self, ref: Ref) -> tuple[Ref, Ref] | None:
        """The number and the value of `beta * kl(…)`, if the node is such a product."""
        node = self.body.nodes[ref.node]
        if not isinstance(node.operation, Apply) or node.operation.layer.word != "multiply":
            return None
        left, right = node.operands
        assert left is not None
        assert right is not None
        for number, value in ((left, right), (right, left)):
            if isinstance(self.body.nodes[number.node].operation, Constant):
                return number, value
        return None

    def _end(self, ref: Ref) -> int:
        """What a deferred loss reads is read at the end."""
        readers = self.reading.readers.get(ref, ())
        return len(self.body.nodes) if self.deferred.intersection(readers) else super()._end(ref)

    def _node(self, number: int, node: object) -> None:
        if number not in self.deferred:
            super()._node(number, node)  # type: ignore[arg-type]

    def _target(self, number: int, node: Node) -> str:
        """The result of `D(fake)` is called `d_fake`, where the spec does not name it."""
        operands = [self.texts.get(r, "") for r in self.reading.operands(node)]
        if number in self.named or not isinstance(node.operation, Invoke):
            return super()._target(number, node)
        parts = [snake(node.operation.body.name), *(t for t in operands if t.isidentifier())]
        return free(variable("_".join(parts)), self._taken(number))

    def entry(self, name: str, ref: Ref, beside: int = 0) -> tuple[Line | None, str]:
        """A term's own statement, if it needs one, and the expression of its mean over the batch.

        `beside` are the columns of what stands before the expression besides its name.
        """
        node = self.body.nodes[ref.node]
        if isinstance(node.operation, Constant):
            return self._constant_term(name, self.texts[ref])
        if ref.node not in self.deferred:
            type = node.type(ref.port)
            text = self.texts[ref]
            batched = isinstance(type, Tensor) and type.batched
            return None, f"{wrapped(text)}.mean()" if batched else text
        inner = self._weighted(ref)
        if inner is not None:
            plain, weight = name.removeprefix("weighted_"), f"{self.texts[inner[0]]} * "
            beside += len(name) - len(plain) + len(weight)
            line, text = self.entry(plain, inner[1], beside)
            return line, f"{weight}{_factor(text)}"
        assert isinstance(node.operation, Apply)
        return self._mean(node, name, node.operation.inference.batch_mean, beside)

    def _constant_term(self, name: str, text: str) -> tuple[Line, str]:
        """A number as a tensor, which is summed and logged as the other terms are."""
        target = fresh(variable(name), self.declared)
        self.declared.add(target)
        options = "dtype=torch.float32, device=device"
        return Line(f"{target} = torch.full((), {text}, {options})"), target

    def _mean(self, node: Node, name: str, code: Code, beside: int) -> tuple[Line | None, str]:
        """A loss, under its own name where it is long; a sum over the batch is divided where it is used."""
        text = self._print(node, code)
        if fits(f"{literal(name)}: {text},", 12 + beside):
            return None, text
        target = fresh(variable(name), self.declared)
        self.declared.add(target)
        if isinstance(code, Infix) and code.operator == "/":
            items = self._print(node, code.right)
            return Line(f"{target} = {self._print(node, code.left)}"), f"{target} / {items}"
        return Line(f"{target} = {text}"), target


def dictionary(entries: list[tuple[str, str]]) -> list[str]:
    """`return {"mse": mse}`, one entry a line where it is long."""
    inside = ", ".join(f"{literal(name)}: {text}" for name, text in entries)
    whole = f"return {{{inside}}}"
    if len(whole) + 8 <= WIDTH and len(entries) < 4:
        return [whole]
    return ["return {", *(f"    {literal(name)}: {text}," for name, text in entries), "}"]


def wrapped(text: str) -> str:
    """The text, in parentheses where a method call would bind to a part of it."""
    simple = text.isidentifier() or (
        text.endswith(")") and " " not in text.split("(", maxsplit=1)[0]
    )
    return text if simple else f"({text})"


def _factor(text: str) -> str:
    depth = 0
    for c in text:
        depth += (c in "([{") - (c in ")]}")
        if depth == 0 and c in "+-":
            return f"({text})"
    return text
