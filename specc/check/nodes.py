"""One graph whose nodes are partly known: a loss must leave out the others, and a batch reach far enough."""

from __future__ import annotations

from specc.data.base import DataSource
from specc.dependence import Dependence
from specc.diagnostics import Diagnostic, Diagnostics
from specc.program import Invoke, Program, ReadPort, TrainPlan
from specc.types import Tensor, ValueType


def check_nodes(program: Program, diagnostics: Diagnostics) -> None:
    """Warn of a loss that reads the labels of all nodes (W531), and of batches that are cut short (W532)."""
    for plan in program.trains:
        if isinstance(plan.data, DataSource) and "labelled" in plan.data.masks():
            _check_losses(program, plan, diagnostics)
            _check_reach(plan, plan.data, diagnostics)


def _check_losses(program: Program, plan: TrainPlan, diagnostics: Diagnostics) -> None:
    labels = {n for n, t in plan.body.inputs if _on_nodes(t) and not _is_mask(t)}
    depends, nodes = Dependence(program, plan.body), plan.body.nodes
    for term in plan.terms:
        behind = [nodes[n] for n in depends.ancestors((term.value,))]
        read = {n.operation.name for n in behind if isinstance(n.operation, ReadPort)} & labels
        if read and not any(_is_mask(t) for n in behind for _, t in n.types):
            diagnostics.add(
                Diagnostic(
                    "W531",
                    f"this loss learns from {min(read)} of all nodes, those that are held out too",
                    term.span,
                    notes=("a test says little of nodes whose labels have been seen",),
                    helps=("where=labelled keeps the nodes whose label is known",),
                )
            )


def _check_reach(plan: TrainPlan, source: DataSource, diagnostics: Diagnostics) -> None:
    counts = getattr(source, "neighbours", None)
    if counts is None:
        return
    from specc.fields import FieldReader  # only where a batch is a part of a graph
    from specc.receptive import HOPS, Field

    reader = FieldReader()
    for node, ports in zip(plan.body.nodes, reader.nodes(plan.body), strict=True):
        seen = [s for fields in ports.values() for (_, axis), s in fields.items() if axis == HOPS]
        sizes = [s.size for s in seen if isinstance(s, Field)]
        hops = max((s - 1 for s in sizes if isinstance(s, int)), default=0)
        if isinstance(node.operation, Invoke) and hops > len(counts):
            more = ", ".join(map(str, (*counts, *[counts[-1]] * (hops - len(counts)))))
            far = f"{len(counts)} hop{'s' if len(counts) > 1 else ''}"
            diagnostics.add(
                Diagnostic(
                    "W532",
                    f"{node.operation.body.name} sees {hops} hops far, and a batch ends after {far}",
                    node.span,
                    notes=("nodes at its rim lack their neighbours, and give other values",),
                    helps=(f"neighbours=[{more}]",),
                )
            )


def _on_nodes(type: ValueType) -> bool:
    return isinstance(type, Tensor) and type.over == "nodes"


def _is_mask(type: ValueType) -> bool:
    return isinstance(type, Tensor) and type.over == "nodes" and type.dtype == "bool"
