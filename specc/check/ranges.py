"""Ranges that do not fit: outputs wider than their targets, and two players who are told apart by range."""

from __future__ import annotations

from collections.abc import Iterator

from specc.check.trace import Place, maker, place
from specc.diagnostics import Diagnostic, Diagnostics, Label
from specc.program import Apply, Body, Invoke, Node, Program, ReadPort
from specc.types import Tensor

_WIDE = ("tanh", "hardtanh", "softsign")
_COMPARES = ("mse", "l1", "smooth_l1", "huber")

Bounds = tuple[float, float]


def check_ranges(program: Program, diagnostics: Diagnostics) -> None:
    """Report W516."""
    for plan in program.trains:
        for node in plan.body.nodes:
            operation = node.operation
            if isinstance(operation, Apply) and operation.layer.word in _COMPARES:
                _wider(plan.body, node, diagnostics)
        for network in program.networks:
            if network.role == "discriminator":
                _told_apart(plan.body, network, diagnostics)


def _wider(body: Body, node: Node, diagnostics: Diagnostics) -> None:
    """A tanh behind which the targets never fall below 0."""
    refs = [r for r in node.operands if r is not None][:2]
    if len(refs) < 2:
        return
    output, target = (maker(place(body, r)) for r in refs)
    operation = output.node.operation
    wanted = _bounds(body.nodes[refs[1].node].type(refs[1].port))
    if not isinstance(operation, Apply) or operation.layer.word not in _WIDE:
        return
    if wanted is None or wanted[0] < 0 or isinstance(target.node.operation, Apply):
        return
    word = operation.layer.word
    diagnostics.add(
        Diagnostic(
            "W516",
            f"half of what {word} gives is never asked for",
            node.span,
            f"targets lie in {_shown(wanted)}",
            (Label(output.node.span, "gives −1 … 1"),),
            helps=("range=[-1, 1] in the data, or sigmoid",),
        )
    )


def _told_apart(body: Body, network: Body, diagnostics: Diagnostics) -> None:
    """Data and generated values of different ranges in front of one discriminator."""
    seen = [s for node in body.nodes for s in _seen(body, network, node)]
    data = next((s for s in seen if isinstance(s[0].node.operation, ReadPort)), None)
    for at, bounds, call in seen:
        operation = at.node.operation
        if data is None or bounds == data[1] or not isinstance(operation, Apply):
            continue
        if not _generated(at):
            continue
        word = operation.layer.word
        diagnostics.add(
            Diagnostic(
                "W516",
                f"{network.name} can tell generated values by their range",
                call.span,
                f"{word} gives {_shown(bounds)}, the data {_shown(data[1])}",
                (Label(at.node.span, f"gives {_shown(bounds)}"),),
                helps=("range=[-1, 1] in the data for tanh, range=[0, 1] for sigmoid",),
            )
        )
        return  # once for a network


def _seen(body: Body, network: Body, node: Node) -> Iterator[tuple[Place, Bounds, Node]]:
    """The first operand of a call of the network, with its bounds where both are known."""
    operation = node.operation
    if not isinstance(operation, Invoke) or operation.body is not network or not node.operands:
        return
    ref = node.operands[0]
    bounds = None if ref is None else _bounds(body.nodes[ref.node].type(ref.port))
    if ref is not None and bounds is not None:
        yield maker(place(body, ref)), bounds, node


def _generated(at: Place) -> bool:
    """Whether a value is made in a generator or decoder."""
    return any(body.role in ("generator", "decoder") for body, _ in at.frames)


def _bounds(type: object) -> Bounds | None:
    if not isinstance(type, Tensor) or type.range.low is None or type.range.high is None:
        return None
    return type.range.low, type.range.high


def _shown(bounds: Bounds) -> str:
    return f"{bounds[0]:g} … {bounds[1]:g}".replace("-", "−")
