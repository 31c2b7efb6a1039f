"""How the scans of a program use a cell."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from specc.program import Body, Node, Program, Ref, Rounds, Scan


class Uses(Struct, frozen=True):
    """How the scans of a program use a cell: its class takes no argument and gives no value for nothing.

    `whole` says that some scan reads all outputs, or the one before, `states` that some reads a last state.
    """

    whole: bool = False
    states: bool = False
    starts: bool = False
    mask: bool = False
    reverse: bool = False
    truncate: bool = False
    carry: bool = False
    free_running: bool = False


def uses(program: Program, definition: object) -> Uses:
    """How a cell is used by all scans of a program."""
    found = Uses()
    for body, number, node in _scans(program):
        scan = node.operation
        assert isinstance(scan, Scan)
        if scan.body.definition is definition:
            *starts, mask = node.operands[-len(scan.body.states) - 1 :]
            found = Uses(
                found.whole or scan.keep != "last" or scan.free_running != "never",
                found.states or _reads_states(body, number),
                found.starts or any(s is not None for s in starts),
                found.mask or mask is not None,
                found.reverse or scan.reverse,
                found.truncate or scan.truncate is not None,
                found.carry or scan.carry,
                found.free_running or scan.free_running != "never",
            )
    return found


def _reads_states(body: Body, number: int) -> bool:
    """Whether something reads a last state of a scan."""
    read = {r for n in body.nodes for r in n.operands} | {r for _, r in body.outputs}
    return any(Ref(number, port) in read for port, _ in body.nodes[number].types[1:])


def _scans(program: Program) -> Iterable[tuple[Body, int, Node]]:
    """All scans, and where they stand."""
    waiting = [*program.networks, *(p.body for p in program.trains)]
    waiting += [p.body for p in program.samples]
    seen: set[int] = set()
    while waiting:
        body = waiting.pop()
        if id(body) in seen:
            continue
        seen.add(id(body))
        for number, node in enumerate(body.nodes):
            if isinstance(node.operation, Scan):
                yield body, number, node
        for stage in body.stages:
            if isinstance(stage.unit, Body):
                waiting.append(stage.unit)
            elif isinstance(stage.unit, Rounds):
                waiting += [b for b, _ in stage.unit.bodies]
