"""Sums over neighbours as sparse products, beside the plain form and the layer of PyTorch Geometric.

Run it with `python -m tests.bench.graphs` on an idle machine. A two-layer graph convolution with the
nodes and edges of Cora runs forward, and forward and backward, on one thread; the table shows medians.
PyTorch Geometric is compared where it is installed.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from statistics import median
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812 - the name that everyone knows
from torch import nn

from specc.pipeline import compile_text
from tests.laws.conformity import module_of

RUNS = 60
NODES, EDGES, FEATURES = 2708, 10556, 64
SPARSE = "linear(features, bias=false)(x.source) / sqrt(degree.source * degree.target)"
PLAIN = f"0 * e + {SPARSE}"
SPEC = """specc 1

message_passing convolution(features) {{
    in x
{inputs}    message m = {message}
    aggregate a = sum(m)
    weight b[features]
    update y = a + b
    out y
}}

network Net {{
    in g: graph[node=64{edge}]
    g -> self_loops -> convolution(64) -> relu -> convolution(64)
}}
"""


def made(message: str, **more: str) -> tuple[nn.Module, Any]:
    """The network of a spec, and the class of its graphs."""
    program = compile_text(SPEC.format(message=message, **more)).program
    assert program is not None
    module = module_of(program)
    return module.Net(), module.Graph


def data() -> dict[str, Any]:
    """A random graph with both directions of every edge."""
    generator = torch.Generator().manual_seed(0)
    ends = torch.randint(0, NODES, (2, EDGES // 2), generator=generator)
    node = torch.rand(NODES, FEATURES, generator=generator)
    return {
        "node": node,
        "source": torch.cat((ends[0], ends[1])),
        "target": torch.cat((ends[1], ends[0])),
        "owner": torch.zeros(NODES, dtype=torch.int64),
        "count": 1,
        "whole": torch.zeros(1, 0),
    }


def models() -> dict[str, tuple[nn.Module, Callable[[], torch.Tensor]]]:
    """The networks with a call of each on the same graph."""
    values = data()
    sparse, kind = made(SPARSE, inputs="", edge="")
    graph = kind(edge=torch.zeros(EDGES, 0), **values)
    plain, other = made(PLAIN, inputs="    in e: edge\n", edge=", edge=1")
    edged = other(edge=torch.zeros(EDGES, 1), **values)
    found: dict[str, tuple[nn.Module, Callable[[], torch.Tensor]]] = {
        "sparse product": (sparse, lambda: sparse(graph)),
        "edge by edge": (plain, lambda: plain(edged)),
    }
    if find_spec("torch_geometric") is not None:
        found["PyTorch Geometric"] = geometric(values)
    return found


def geometric(values: dict[str, Any]) -> tuple[nn.Module, Callable[[], torch.Tensor]]:
    """The same network of its layers."""
    layer = import_module("torch_geometric.nn").GCNConv
    first, second = layer(FEATURES, 64), layer(64, 64)
    ends = torch.stack((values["source"], values["target"]))
    both = nn.ModuleList((first, second))
    return both, lambda: second(F.relu(first(values["node"], ends)), ends)


def milliseconds(run: Callable[[], object]) -> float:
    """The processor's time for one call."""
    start = time.process_time()
    run()
    return 1000 * (time.process_time() - start)


def learned(network: nn.Module, call: Callable[[], torch.Tensor]) -> Callable[[], None]:
    """Forward and backward."""

    def run() -> None:
        network.zero_grad()
        torch.autograd.backward(call().square().sum())

    return run


def main() -> None:
    """Print the table; the networks take turns, so that a busy machine troubles all alike."""
    torch.set_num_threads(1)
    found = models()
    times: dict[tuple[str, str], list[float]] = {}
    for _ in range(RUNS):
        for name, (network, call) in found.items():
            times.setdefault((name, "forward"), []).append(milliseconds(call))
            both = learned(network, call)
            times.setdefault((name, "and backward"), []).append(milliseconds(both))
    print(f"two-layer GCN, {NODES:,} nodes, {EDGES:,} edges, {FEATURES:,} features, one thread")
    for name in found:
        figures = (f"{k} {median(times[name, k]):6.2f} ms" for k in ("forward", "and backward"))
        print(f"{name:18} {'  '.join(figures)}")


if __name__ == "__main__":
    main()
