"""Which nodes of a body are needed, who reads them, and how often."""

from __future__ import annotations

from collections.abc import Container

from specc.dependence import differentiates
from specc.emit.inline import bound
from specc.layers.code import Code, Raw
from specc.program import Apply, Body, Distribute, Node, Ref, Sample


class Reading:
    """What the nodes of a body read. `wanted` are the references that are needed at the end.

    `given` are values that are there already, so that nothing behind them is needed.
    """

    def __init__(self, body: Body, wanted: tuple[Ref, ...], given: Container[Ref] = ()) -> None:
        self.nodes = body.nodes
        self.wanted, self.given = wanted, given
        self.reached = self._reached()
        self.uses: dict[Ref, int] = {}
        self.readers: dict[Ref, list[int]] = {}
        for number in sorted(self.reached):
            node = body.nodes[number]
            for ref in dict.fromkeys(self.operands(node)):
                self.readers.setdefault(ref, []).append(number)
                self.uses[ref] = self.uses.get(ref, 0) + self._times(node, ref)
        for ref in wanted:
            self.readers.setdefault(ref, []).append(len(body.nodes))
            self.uses[ref] = self.uses.get(ref, 0) + 1

    def _reached(self) -> set[int]:
        """The nodes that what is wanted depends on."""
        ahead, seen = [r.node for r in self.wanted if r not in self.given], set[int]()
        while ahead:
            number = ahead.pop()
            if number not in seen:
                seen.add(number)
                read = self.operands(self.nodes[number])
                ahead += [r.node for r in read if r not in self.given]
        return seen

    def operands(self, node: Node) -> list[Ref]:
        """The values that a node reads, through the distributions among its operands."""
        found: list[Ref] = []
        for ref in node.operands:
            if ref is None or isinstance(node.operation, Distribute):
                continue
            inner = self.nodes[ref.node]
            if isinstance(inner.operation, Distribute):
                found += [r for r in inner.operands if r is not None]
            else:
                found.append(ref)
        return found

    def operand(self, node: Node, index: int, part: str | None) -> Ref:
        """The value that code of a node calls its operand `index`."""
        ref = node.operands[index]
        assert ref is not None
        inner = self.nodes[ref.node]
        if not isinstance(inner.operation, Distribute) or part is None:
            return ref
        found = inner.operands[inner.operation.parts.index(part)]
        assert found is not None
        return found

    def varied(self) -> frozenset[Ref]:
        """The values by which a derivative is taken."""
        nodes = (self.nodes[n] for n in self.reached)
        taken = (n.operands[1] for n in nodes if differentiates(n) and len(n.operands) == 2)
        return frozenset(ref for ref in taken if ref is not None)

    def last(self, ref: Ref) -> int:
        """The last node that reads a value; -1 where none does."""
        return self.readers.get(ref, [-1])[-1]

    def _times(self, node: Node, ref: Ref) -> int:
        """How often the printed code of a node names an operand, also where a loss is printed as its mean."""
        if not isinstance(node.operation, (Apply, Sample)):
            return node.operands.count(ref)

        def named(code: Code) -> int:
            found = 0

            def operand(index: int, part: str | None) -> Code:
                nonlocal found
                found += self.operand(node, index, part) == ref
                return Raw("x")

            bound(code, operand, "m")
            return found

        inference = node.operation.inference
        return max(
            1, named(inference.forward) + named(inference.in_eval), named(inference.batch_mean)
        )
