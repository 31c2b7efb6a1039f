"""A cell as a class: `step` with the equations of the spec, `forward` for a whole sequence.

Where the equations allow it `forward` takes the products of the sequence out of the loop and makes one
product of all gates that read the same values; `step` is always the plain form, and equal to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from msgspec.structs import replace

from specc.emit.expressions import Statements
from specc.emit.gates import Gates, fused
from specc.emit.inline import no_operand
from specc.emit.layout import fits, statement
from specc.emit.lines import assigned, function_head, laid_out
from specc.emit.names import attribute, fresh, variable
from specc.emit.naming import Line, Naming
from specc.emit.uses import Uses
from specc.layers.code import Code, Printer
from specc.program import Body, Node, Ref
from specc.resolve.cell import is_folded
from specc.sizes import Size, symbol
from specc.syntax import tree
from specc.types import Tensor, ValueType


def results(body: Body) -> tuple[Ref, ...]:
    """What one step gives: its output, then the new states; a value that is both comes once."""
    return tuple(dict.fromkeys(ref for _, ref in body.outputs))


@dataclass(slots=True)
class CellText:
    """Writes the methods of a cell's class.

    `symbol` prints a size, `step` are the lines of one step, and `bindings` makes those that give the
    names that some lines read off the inputs (`batch_size`, sizes) their values.
    """

    body: Body
    naming: Naming
    symbol: Callable[[str], str]
    how: Uses
    step: list[str]
    bindings: Callable[[list[str], int], list[str]]
    taken: frozenset[str] = field(init=False)
    last: str = field(init=False)
    """The name of the last output, where no other one is kept: of its own, or that of a state."""

    def __post_init__(self) -> None:
        given = {variable(n) for n, _ in self.body.inputs}
        self.taken = frozenset(given | {variable(v) for n in self.body.nodes if (v := n.variable)})
        self.last = self._word("last")

    def methods(self) -> list[str]:
        """Both methods at the indent of a class body."""
        if self._folded():
            return self._written("Tensor", self.over_trees())
        return self._written(self._result(), self.forward())

    def _folded(self) -> bool:
        """Whether the cell is moved along trees."""
        assert isinstance(self.body.definition, tree.Definition)
        return is_folded(self.body.definition)

    def _written(self, result: str, forward: list[str]) -> list[str]:
        ports = [f"{variable(n)}: Tensor" for n, _ in self.body.inputs]
        several = len(results(self.body))
        given = "Tensor" if several == 1 else f"tuple[{', '.join(['Tensor'] * several)}]"
        step = function_head("step", ["self", *ports], given, 4)
        whole = function_head("forward", ["self", *self._parameters()], result, 4)
        return [
            *_indented(step, 4), '        """One step, as the equations say."""',
            *_indented(self.step, 8), "",
            *_indented(whole, 4), *_indented(forward, 8),
        ]  # fmt: skip

    # ------------------------------------------------------------------- names

    def _word(self, base: str) -> str:
        """A name for something that is not in the spec, past those that are."""
        return fresh(base, self.taken)

    # --------------------------------------------------------------- signature

    def _states(self) -> list[str]:
        return [variable(s.name) for s in self.body.states]

    def _inputs(self) -> list[str]:
        """The sequence, and what is the same at every step."""
        return [variable(n) for n, _ in self.body.inputs[: -len(self.body.states) or None]]

    def _parameters(self) -> list[str]:
        found = [f"{n}: Tensor" for n in self._inputs()]
        if self.how.starts:
            found += [f"{n}: Tensor | None = None" for n in self._states()]
        if self.how.mask:
            found.append("mask: Tensor | None = None")
        if self.how.reverse:
            found.append("reverse: bool = False")
        if self.how.truncate:
            found.append("truncate: int = 0")
        if self.how.carry:
            found.append("carry: bool = False")
        if self.how.free_running:
            found.append("free_running: bool = False")
        return found

    def _result(self) -> str:
        count = 1 + len(self.body.states) * self.how.states
        return "Tensor" if count == 1 else f"tuple[{', '.join(['Tensor'] * count)}]"

    # ------------------------------------------------------------------- trees

    def over_trees(self) -> list[str]:
        """The lines that take all nodes of one height in one step, from the leaves to the root."""
        x, *others = self._inputs()
        outputs, rows, levels = (self._word(w) for w in ("outputs", "rows", "levels"))
        order, children = self._word("order"), self._word("children")
        lines = [
            '"""The output at every node, [B, N, 1 + k] -> [B, N, n]; nodes of one height are one step."""',
            f"{levels}, {order}, {children} = tree_levels({x})",
            f"{x} = {x}[..., 0].flatten()",
        ]
        lines += [f"{o} = {o}.repeat_interleave(len({x}) // len({o}), 0)" for o in others]
        lines += [line for s in self.body.states for line in self._none_below(s.name, x)]
        arguments = [f"{x}[{rows}]", *(f"{o}[{rows}]" for o in others)]
        arguments += [f"{s}[{children}[{rows}]]" for s in self._states()]
        wanted = results(self.body)
        names = {dict(self.body.outputs)[f"next {s.name}"]: f"next_{variable(s.name)}"
                 for s in self.body.states}  # fmt: skip
        output = names.setdefault(wanted[0], self._word("output"))
        targets = ", ".join(dict.fromkeys(names[r] for r in wanted))
        after = [names[dict(self.body.outputs)[f"next {s.name}"]] for s in self.body.states]
        below = [f"{s} = torch.cat(({s}, {n}))" for s, n in zip(self._states(), after, strict=True)]
        inner = [
            *statement(f"{targets} = self.step({', '.join(arguments)})", 12),
            f"{outputs}.append({output})", *below,
        ]  # fmt: skip
        lines += [f"{outputs}: list[Tensor] = []", f"for {rows} in {levels}:", *_indented(inner, 4)]
        lines.insert(1, f"{self._word('batch')} = {x}.shape[0]")
        return [
            *lines,
            f"return torch.unflatten(torch.cat({outputs})[{order}], 0, ({self._word('batch')}, -1))",
        ]

    def _none_below(self, name: str, x: str) -> list[str]:
        """The state of a child that is not there, in front of all others."""
        start = next(s.start for s in self.body.states if s.name == name)
        type = dict(self.body.inputs)[name]
        assert isinstance(type, Tensor)
        sizes = ", ".join(["1", *(self._print(s) for s in type.sizes[1:])])
        how = f"torch.full(({sizes}), {start!r}" if start else f"torch.zeros({sizes}"
        return [f"{variable(name)} = {how}, device={x}.device)"]

    # ----------------------------------------------------------------- forward

    def forward(self) -> list[str]:
        """The lines of the loop over time."""
        x = self._inputs()[0]
        gates = Gates((), self.body.nodes) if self.how.free_running else fused(self.body)
        lines = [f'"""{self._gives()}; every step as `step` says."""']
        if self.how.reverse:
            lines.append(f"{x} = {x}.flip(1) if reverse else {x}")
            if self.how.mask:
                lines += ["if mask is not None and reverse:", "    mask = mask.flip(1)"]
        lines += [line for state in self.body.states for line in self._start(state.name)]
        if self.how.carry:
            one = len(self._states()) == 1
            targets = f"({self._states()[0]},)" if one else ", ".join(self._states())
            lines += ["if carry and self.carried:", f"    {targets} = self.carried"]
        loop = self._loop(gates)
        lines += [*self.bindings(loop, 1), *laid_out(self._before(gates))]
        return [*lines, *self._first(), *loop, *self._end()]

    def _gives(self) -> str:
        outputs = "All outputs" if self.how.whole else "The last output"
        return f"{outputs}, and the last states" if self.how.states else outputs

    def _first(self) -> list[str]:
        """What is kept of the outputs before there is one."""
        if self.how.whole:
            return [f"{self._word('outputs')}: list[Tensor] = []"]
        if not self.how.mask:
            return []
        type = self.body.output_types()[0][1]
        assert isinstance(type, Tensor)
        return [f"{self.last} = {self._filled(type, 0)}"]

    def _start(self, name: str) -> list[str]:
        start = next(s.start for s in self.body.states if s.name == name)
        type = dict(self.body.inputs)[name]
        assert isinstance(type, Tensor)
        state, made = variable(name), self._filled(type, start)
        if self.how.starts:
            return [f"if {state} is None:", f"    {state} = {made}"]
        return [f"{state} = {made}"]

    def _filled(self, type: Tensor, value: float) -> str:
        """A tensor of one value for every item, of the kind of the sequence where that holds real numbers."""
        x, first = self._inputs()[0], self.body.inputs[0][1]
        sizes = ", ".join([f"{x}.shape[0]", *map(self._print, type.sizes)])
        new, ending = f"{x}.new_", ")"
        if not isinstance(first, Tensor) or first.dtype != "float":
            new, ending = "torch.", f", device={x}.device)"
        how = f"full(({sizes}), {value!r}" if value else f"zeros({sizes}"
        return f"{new}{how}{ending}"

    def _print(self, code: Code | Size) -> str:
        return Printer(no_operand, "self", self._symbol)(code)

    def _symbol(self, name: str) -> str:
        """A size by its name; that of an input is read off the input."""
        for number, (port, type) in enumerate(self.body.inputs):
            sizes = type.sizes if isinstance(type, Tensor) else ()
            for axis, size in enumerate(sizes):
                if size == symbol(name) and name.startswith(("in_", f"{port}_")):
                    return f"{variable(port)}.shape[{axis + (2 if number == 0 else 1)}]"
        return self.symbol(name)

    def _before(self, gates: Gates) -> list[Line]:
        """The products that need no state."""
        return [
            line
            for group in gates.groups
            for line in group.before(self._inputs()[0], self._print, self.naming.module)
        ]

    def _loop(self, gates: Gates) -> list[str]:
        x = self._inputs()[0]
        inner, x_t = self._inside(gates), self._word(f"{x}_t")
        reads_x = any(x_t in line for line in inner)
        sequences = [(x_t, x)] if reads_x or not gates.sequences() else []
        sequences += [(f"{n}_t", n) for n in gates.sequences()]
        lines = []
        if self.how.mask:
            sequences.append((self._word("valid"), "mask"))
            lines = [
                "if mask is None:",
                f"    mask = torch.ones({x}.shape[:2], device={x}.device) > 0",
            ]
        names = ", ".join(n for n, _ in sequences)
        values = [f"{v}.unbind(1)" for _, v in sequences]
        over = values[0] if len(values) == 1 else f"zip({', '.join(values)}, strict=True)"
        if self.how.truncate:
            names = f"{self._word('step')}, {names if len(values) == 1 else f'({names})'}"
            over = f"enumerate({over})"
        head = [f"for {names} in {over}:"]
        if not fits(head[0], 8):
            head = statement(head[0], 8)
        return [*lines, *head, *_indented([*self._fed(), *self._cut(), *inner], 4)]

    def _cut(self) -> list[str]:
        """Where gradients end: the states go on without their history."""
        if not self.how.truncate:
            return []
        states = self._states()
        detached = ", ".join(f"{s}.detach()" for s in states)
        return [
            f"if {self._is_cut()}:",
            f"    {', '.join(states)} = {detached}",
        ]

    def _is_cut(self) -> str:
        step = self._word("step")
        return f"truncate and {step} and {step} % truncate == 0"

    def _fed(self) -> list[str]:
        """The output of the step before, where the cell runs freely."""
        if not self.how.free_running:
            return []
        x_t, before = self._word(f"{self._inputs()[0]}_t"), f"{self._word('outputs')}[-1]"
        type = self.body.inputs[0][1]
        whole = isinstance(type, Tensor) and type.dtype != "float"
        lines = [f"{x_t} = {before}.argmax(1)" if whole else f"{x_t} = {before}"]
        if self.how.truncate and not whole:
            lines += [f"if {self._is_cut()}:", f"    {x_t} = {x_t}.detach()"]
        return [f"if free_running and {self._word('outputs')}:", *_indented(lines, 4)]

    def _inside(self, gates: Gates) -> list[str]:
        """The lines of one step in the loop."""
        states, ports = self._states(), self._inputs()
        given = [dict(self.body.outputs)[f"next {s.name}"] for s in self.body.states]
        wanted = results(self.body)
        if not gates.groups:
            names = [f"next_{s}" if self.how.mask else s for s in states]
            texts = dict(zip(given, names, strict=True))
            output = texts.setdefault(wanted[0], "output")
            arguments = ", ".join([self._word(f"{ports[0]}_t"), *ports[1:], *states])
            targets = ", ".join(dict.fromkeys(texts[r] for r in wanted))
            lines = [f"{targets} = self.step({arguments})"]
            after = [(s, texts[r]) for s, r in zip(states, given, strict=True)]
        else:
            x_t = self._word(f"{ports[0]}_t")
            naming = replace(self.naming, ports={self.body.inputs[0][0]: x_t})
            printer = _Loop(gates, self.body, naming, wanted)
            lines = laid_out(printer.run(), 12)
            output = printer.value(wanted[0])
            after = [(s, printer.value(r)) for s, r in zip(states, given, strict=True)]
        return [*lines, *self._moved(after, output)]

    def _moved(self, after: list[tuple[str, str]], output: str) -> list[str]:
        """The outputs and the new states at the end of a step."""
        if self.how.mask:
            types = {variable(n): t for n, t in self.body.inputs}
            kept = [f"{s} = torch.where({self._valid(types[s])}, {n}, {s})" for s, n in after]
            return [*self._appended(output), *kept]
        moved = assigned([(s, n) for s, n in after if s != n], 12)
        if self.how.whole:
            return [f"{self._word('outputs')}.append({output})", *moved]
        self.last = next((s for s, n in after if n == output), self.last)
        return moved if self.last in self._states() else [f"{self.last} = {output}", *moved]

    def _appended(self, output: str) -> list[str]:
        """The output under a mask; one that is fed back is held at once, others after the loop."""
        outputs = self._word("outputs")
        if not self.how.whole:
            valid = self._valid(self.body.output_types()[0][1])
            return [f"{self.last} = torch.where({valid}, {output}, {self.last})"]
        if not self.how.free_running:
            return [f"{outputs}.append({output})"]
        valid, held = self._valid(self.body.output_types()[0][1]), self._word("held")
        return [
            f"{held} = {outputs}[-1] if {outputs} else torch.zeros_like({output})",
            f"{outputs}.append(torch.where({valid}, {output}, {held}))",
        ]

    def _valid(self, type: ValueType) -> str:
        """The mask of one step beside a value: [B] with an axis for each of the value's."""
        rank, word = type.rank if isinstance(type, Tensor) else 0, self._word("valid")
        return f"{word}[{', '.join([':', *['None'] * rank])}]" if rank else word

    def _end(self) -> list[str]:
        tail = [f", {s}" for s in self._states()] if self.how.states else []
        found = self.last
        if self.how.whole:
            found = f"torch.stack({self._word('outputs')}, 1)"
            if self.how.mask and not self.how.free_running:
                found = f"hold_outputs({found}, mask)"
        kept = self._carried()
        if not self.how.reverse or not self.how.whole:
            return [*kept, f"return {found}{''.join(tail)}"]
        return [*kept, f"x = {found}", f"return x.flip(1) if reverse else x{''.join(tail)}"]

    def _carried(self) -> list[str]:
        """The states that the next batch begins with."""
        if not self.how.carry:
            return []
        detached = [f"{s}.detach()" for s in self._states()]
        whole = f"({', '.join(detached)}{',' if len(detached) == 1 else ''})"
        return ["if carry:", *_indented(statement(f"self.carried = {whole}", 12), 4)]


class _Loop(Statements):
    """Prints one step with the gates that are fused."""

    def __init__(self, gates: Gates, body: Body, naming: Naming, wanted: tuple[Ref, ...]) -> None:
        self.groups = gates.places()
        super().__init__(replace(body, nodes=gates.nodes), naming, wanted)

    def _node(self, number: int, node: Node) -> None:
        group = self.groups.get(number)
        if group is None:
            super()._node(number, node)
        elif number == group.members[0]:
            targets = [self._gate(n) for n in group.members]
            text = group.inside([self.texts[r] for r in node.operands if r is not None])
            self.lines.append(Line(f"{', '.join(targets)} = {text}", targets=tuple(targets)))
            for member, name in zip(group.members, targets, strict=True):
                self._bound(Ref(member), name)

    def _gate(self, number: int) -> str:
        """The name that the gate's value will have, or one of its own."""
        return self.named.get(number) or f"{attribute(self.body.nodes[number].name)}_t"


def _indented(lines: Iterable[str], indent: int) -> list[str]:
    return [f"{' ' * indent}{line}" if line else "" for line in lines]


def is_cell(body: Body) -> bool:
    """Whether a body is a cell's."""
    return isinstance(body.definition, tree.Definition) and body.role == "cell"
