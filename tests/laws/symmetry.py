"""The symmetry of layers on graphs: nodes have no numbers of their own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import torch
from torch import nn

from specc.pipeline import compile_text
from specc.program import Program
from specc.types import Tensor
from tests.laws.conformity import module_of


def program_of(text: str) -> Program:
    compiled = compile_text(text, "net.spec")
    assert compiled.program is not None, [d.message for d in compiled.diagnostics]
    return compiled.program


def network_of(program: Program, name: str = "Net") -> tuple[nn.Module, Any]:
    """An instance with random weights, those that start at 0 too, and the class of its graphs."""
    torch.manual_seed(0)
    module = module_of(program)
    network = getattr(module, name)()
    with torch.no_grad():
        for p in network.parameters():
            p.copy_(torch.randn(p.shape) / 2)
    return network.eval(), module.Graph


def piped(stages: str, graph: str = "node=4, edge=3, global=2") -> Program:
    return program_of(
        f"specc 1\n\nnetwork Net {{\n    in g: graph[{graph}]\n    g -> {stages}\n}}\n"
    )


def random_graph(
    made: Any, seed: int, nodes: int = 9, edges: int = 20, graphs: int = 1, **sizes: int
) -> Any:
    """A random graph in which edges may repeat, and some nodes have none."""
    generator = torch.Generator().manual_seed(seed)

    def features(rows: int, name: str, size: int) -> torch.Tensor:
        return torch.randn(rows, sizes.get(name, size), generator=generator)

    ends = torch.randint(0, nodes - 1, (2, edges), generator=generator)
    return made(
        node=features(nodes, "node", 4),
        source=ends[0],
        target=ends[1],
        owner=torch.zeros(nodes, dtype=torch.int64),
        count=graphs,
        edge=features(edges, "edge", 3),
        whole=features(graphs, "whole", 2),
    )


def renumbered(graph: Any, order: torch.Tensor, edges: torch.Tensor) -> Any:
    """The same graph with its nodes and edges in another order."""
    place = torch.empty_like(order)
    place[order] = torch.arange(len(order))
    return replace(
        graph,
        node=graph.node[order],
        owner=graph.owner[order],
        source=place[graph.source[edges]],
        target=place[graph.target[edges]],
        edge=graph.edge[edges],
    )


def joined(first: Any, second: Any) -> Any:
    """Two graphs side by side."""
    shift = first.nodes

    def both(name: str, more: int = 0) -> torch.Tensor:
        return torch.cat((getattr(first, name), getattr(second, name) + more))

    return replace(
        first,
        node=both("node"),
        source=both("source", shift),
        target=both("target", shift),
        owner=both("owner", first.count),
        count=first.count + second.count,
        edge=both("edge"),
        whole=both("whole"),
    )


def results(value: Any) -> list[torch.Tensor]:
    return list(value) if isinstance(value, tuple) else [value]


def places(program: Program, name: str = "Net") -> list[str]:
    return [t.over for _, t in program.network(name).output_types() if isinstance(t, Tensor)]


def assert_equivariant(program: Program, network: nn.Module, graph: Any, name: str = "Net") -> None:
    """Renumbering nodes and edges moves what stands on them and changes nothing else."""
    order, edges = torch.randperm(graph.nodes), torch.randperm(len(graph.source))
    moved = {"nodes": order, "edges": edges}
    with torch.no_grad():
        before, after = network(graph), network(renumbered(graph, order, edges))
    for over, a, b in zip(places(program, name), results(before), results(after), strict=True):
        wanted = a[moved[over]] if over in moved else a
        assert torch.allclose(b, wanted, atol=1e-5, rtol=1e-5), over
