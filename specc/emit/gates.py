"""Which products of a cell can leave its loop, and which are one product.

Linear layers that read the same values, `linear(units)([h, x])` in every gate, become one product with
the rows of their weights below each other; the columns that belong to the sequence are applied to all
its positions at once. The weights keep their names: they are put together at the start of every pass.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from specc.emit.naming import Line
from specc.emit.reading import Reading
from specc.layers.base import Inference
from specc.layers.code import Code
from specc.layers.dense import Linear
from specc.layers.joining import Concat
from specc.program import Apply, Body, Invoke, Node, Path, ReadPort, Ref
from specc.sizes import Size
from specc.types import Tensor

Print = Callable[[Code], str]

_FEW = 2
"""Layers whose weights are named one by one where they are put together."""


class Group(Struct, frozen=True):
    """Linear layers of one operand. `members` are their nodes, `paths` their stages.

    `inner` are the sizes of the operand's parts that belong to the state, `sequence` that of the part
    that is the sequence (None where it is none of them), `leading` whether it stands in front.
    """

    name: str
    members: tuple[int, ...]
    paths: tuple[Path, ...]
    units: tuple[Size, ...]
    bias: bool
    inner: tuple[Size, ...]
    sequence: Size | None
    leading: bool

    def before(self, x: str, show: Print, module: Callable[[Path], str]) -> list[Line]:
        """The lines before the loop: weights put together, and the products of the sequence."""
        modules = [module(p) for p in self.paths]
        held, weight = self._together("weight", modules)
        bias = ""
        if self.bias:
            lines, bias = self._together("bias", modules)
            held += lines
        if len(modules) > _FEW:
            held.insert(0, Line(f"{self.name}_layers = [{', '.join(modules)}]"))
        if self.sequence is None:
            return held
        after = f", {bias}" if bias else ""
        if not self.inner:
            return [*held, Line(f"{self.name} = F.linear({x}, {weight}{after})")]
        size = show(self.sequence if self.leading else _sum(self.inner))
        space = "" if size.isalnum() else " "
        first, second = f"[:, :{space}{size}]", f"[:, {size}{space}:]"
        own, rest = (first, second) if self.leading else (second, first)
        return [
            *held,
            Line(f"{self.name} = F.linear({x}, {weight}{own}{after})"),
            Line(f"{self.name}_weight = {weight}{rest}.T"),
        ]

    def _together(self, tensor: str, modules: list[str]) -> tuple[list[Line], str]:
        """The line that puts the weights of some layers below each other, if any, and what they are then."""
        if len(modules) == 1:
            return [], f"{modules[0]}.{tensor}"
        parts = f"({', '.join(f'{m}.{tensor}' for m in modules)})"
        if len(modules) > _FEW:
            parts = f"[layer.{tensor} for layer in {self.name}_layers]"
        name = f"{self.name}_{tensor}"
        return [Line(f"{name} = torch.cat({parts})")], name

    def inside(self, values: list[str]) -> str:
        """The product in the loop: `values` are the operand's parts that belong to the state."""
        if not self.inner:
            product = f"{self.name}_t"
        else:
            value = values[0] if len(values) == 1 else f"torch.cat(({', '.join(values)}), 1)"
            if self.sequence is not None:
                product = f"torch.addmm({self.name}_t, {value}, {self.name}_weight)"
            else:
                bias = f", {self.name}_bias" if self.bias else ""
                product = f"F.linear({value}, {self.name}_weight{bias})"
        return product if len(self.members) == 1 else f"{product}.chunk({len(self.members)}, 1)"


class Gates(Struct, frozen=True):
    """The groups of a cell, and its nodes, where the first of a group reads for all of them.

    What stands for a grouped layer is a call of nothing: whoever prints it looks into `places`.
    """

    groups: tuple[Group, ...]
    nodes: tuple[Node, ...]

    def places(self) -> dict[int, Group]:
        """The group of every node that belongs to one."""
        return {m: g for g in self.groups for m in g.members}

    def sequences(self) -> list[str]:
        """The names of the products that were taken out of the loop."""
        return [g.name for g in self.groups if g.sequence is not None]


def fused(body: Body) -> Gates:
    """The groups of a cell; none where nothing is gained."""
    found: dict[object, list[int]] = {}
    calls = Counter(n.operation.stage for n in body.nodes if isinstance(n.operation, Apply))
    reached = Reading(body, tuple(ref for _, ref in body.outputs)).reached
    for number in sorted(reached):
        node, operation = body.nodes[number], body.nodes[number].operation
        if (
            isinstance(operation, Apply)
            and isinstance(operation.layer, Linear)
            and operation.stage is not None
            and calls[operation.stage] == 1
            and _own(body, operation.stage)
        ):
            parts = _parts(body, node)
            if parts:
                key = (parts, operation.layer.bias, operation.layer.features)
                found.setdefault(key, []).append(number)
    taken = {n for n, _ in body.inputs} | {v for n in body.nodes if (v := n.variable)}
    groups: list[Group] = []
    nodes = list(body.nodes)
    for members in found.values():
        parts = _parts(body, body.nodes[members[0]])
        made = _group(body, members, parts, _name(len(groups), taken))
        if made is None:
            continue
        groups.append(made)
        inner = tuple(r for r in parts if not _is_sequence(body, r))
        for number in members:
            first = number == members[0]
            nodes[number] = replace(
                nodes[number],
                operation=Invoke(made.paths[0], body),
                operands=inner if first else (),
            )
    return Gates(tuple(groups), tuple(nodes))


def _name(count: int, taken: set[str]) -> str:
    name = "products" if count == 0 else f"products{count + 1}"
    while taken & {name, *(f"{name}_{part}" for part in ("t", "layers", "weight", "bias"))}:
        name += "_"
    return name


def _own(body: Body, path: Path) -> bool:
    """Whether a stage is the cell's own, with weights of its own."""
    stage = next((s for s in body.stages if path == (s.name,)), None)
    return stage is not None and isinstance(stage.unit, Inference) and not stage.ties


def _parts(body: Body, node: Node) -> tuple[Ref, ...]:
    """The vectors that a linear layer reads side by side; none where one is no vector of a batch."""
    [ref] = [r for r in node.operands if r is not None]
    inner = body.nodes[ref.node]
    joined = isinstance(inner.operation, Apply) and isinstance(inner.operation.layer, Concat)
    refs = tuple(r for r in inner.operands if r is not None) if joined else (ref,)
    types = [body.nodes[r.node].type(r.port) for r in refs]
    fit = all(isinstance(t, Tensor) and t.rank == 1 and t.batched for t in types)
    return refs if fit else ()


def _is_sequence(body: Body, ref: Ref) -> bool:
    operation = body.nodes[ref.node].operation
    return isinstance(operation, ReadPort) and operation.name == body.inputs[0][0]


def _group(body: Body, members: list[int], parts: tuple[Ref, ...], name: str) -> Group | None:
    sizes = [_size(body, r) for r in parts]
    where = [i for i, r in enumerate(parts) if _is_sequence(body, r)]
    if len(where) > 1 or (where and where[0] not in (0, len(parts) - 1)):
        return None
    if not where and len(members) == 1:
        return None
    layers = [body.nodes[m].operation for m in members]
    inner = tuple(s for i, s in enumerate(sizes) if i not in where)
    return Group(
        name,
        tuple(members),
        tuple(o.stage for o in layers if isinstance(o, Apply) and o.stage is not None),
        tuple(
            o.layer.features for o in layers if isinstance(o, Apply) and isinstance(o.layer, Linear)
        ),
        next(o.layer.bias for o in layers if isinstance(o, Apply) and isinstance(o.layer, Linear)),
        inner,
        sizes[where[0]] if where else None,
        bool(where) and where[0] == 0,
    )


def _size(body: Body, ref: Ref) -> Size:
    type = body.nodes[ref.node].type(ref.port)
    assert isinstance(type, Tensor)
    return type.sizes[0]


def _sum(sizes: tuple[Size, ...]) -> Size:
    total: Size = 0
    for size in sizes:
        total = total + size
    return total
