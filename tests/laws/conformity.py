"""A generated model against what was counted: per tensor by name, and every output's shape."""

from __future__ import annotations

import math
import sys
import types
from collections.abc import Iterator
from typing import Any

import torch
from msgspec.structs import replace
from torch import nn

from specc.emit.classes import Classes
from specc.emit.model import model_file
from specc.emit.names import attribute, class_name, snake, variable
from specc.layers.base import Inference, Parameter
from specc.layers.code import Fn
from specc.program import (
    Apply,
    BareTensor,
    Body,
    Constant,
    Invoke,
    Node,
    Path,
    Program,
    ReadPort,
    ReadTensor,
    Rounds,
    Scan,
    Stage,
)
from specc.sizes import evaluate
from specc.types import Graph, Tensor

BATCH = 2
SMALL = 2_000_000
"""Numbers in the tensors of a program that are worth the memory."""


def module_of(program: Program) -> types.ModuleType:
    """The generated model.py as a module."""
    module = types.ModuleType("generated_model")
    sys.modules[module.__name__] = module  # dataclasses look their module up
    exec(compile(model_file(program), "model.py", "exec"), module.__dict__)
    return module


def networks(
    program: Program, values: dict[str, int], device: str | None = None
) -> dict[str, nn.Module]:
    """An instance of every network; those that share weights get the networks they share with."""
    source, classes = module_of(program), Classes(program)
    made: dict[str, nn.Module] = {}

    def build(body: Body) -> nn.Module:
        if body.name not in made:
            needed = [a.name for a in classes.of(body).arguments if a.kind == "network"]
            others = {variable(snake(b.name)): b for b in program.networks}
            arguments = {n: build(others[n]) for n in needed}
            free = {
                a.local: values[a.name]
                for a in classes.of(body).arguments
                if a.kind == "param" and not a.default
            }
            made[body.name] = getattr(source, class_name(body.name))(**arguments, **free)
        return made[body.name]

    with torch.device(device or _device(program, values)):
        for body in program.networks:
            build(body)
    return made


def _device(program: Program, values: dict[str, int]) -> str:
    """Sparse products know no shapes without numbers; small networks are slower without."""
    tensors = (s for b in program.networks for s, _ in promised(b, values).values())
    small = sum(map(math.prod, tensors)) < SMALL
    return "cpu" if small or _on_graphs(program) else "meta"


def _on_graphs(program: Program) -> bool:
    """Whether shapes come with the data, of graphs or of trees, which the meta device cannot tell."""
    return any(_comes_with_data(t) for b in program.networks for _, t in b.inputs)


def _comes_with_data(type: object) -> bool:
    return isinstance(type, Graph) or "part" in getattr(type, "axes", ())


Promised = dict[str, tuple[tuple[int, ...], bool]]


def promised(body: Body, values: dict[str, int], prefix: str = "") -> Promised:
    """The tensors that a body owns by their names in the state dict: sizes, and whether they are learnt."""
    found: Promised = {}
    for stage in body.stages:
        name = prefix + attribute(stage.name)
        if isinstance(stage.unit, Body):
            found |= promised(stage.unit, values, f"{name}.")
        elif isinstance(stage.unit, Rounds):
            inner = [b for b, count in stage.unit.bodies for _ in range(evaluate(count, values))]
            for at, round_ in enumerate(inner):
                found |= promised(round_, values, f"{name}.{at}.")
        else:
            found |= {n: _tensor(p, values) for n, p in _owned(stage, name)}
    return found


def _owned(stage: Stage, name: str) -> list[tuple[str, Parameter]]:
    if isinstance(stage.unit, BareTensor):
        return [(name, stage.unit.parameter)]
    assert isinstance(stage.unit, Inference)
    tied = {t.parameter for t in stage.ties}
    return [(f"{name}.{p.name}", p) for p in stage.unit.parameters if p.name not in tied]


def _tensor(p: Parameter, values: dict[str, int]) -> tuple[tuple[int, ...], bool]:
    sizes = tuple(evaluate(s, values) for s in p.sizes)
    assert evaluate(p.count.value, values) == math.prod(sizes)
    return sizes, p.kind != "buffer"


def owned_by(
    network: nn.Module, others: list[nn.Module]
) -> dict[str, tuple[tuple[int, ...], bool]]:
    """The tensors of a module without those that another network brought along."""
    foreign = {id(p) for o in others for p in o.parameters()} | {
        id(b) for o in others for b in o.buffers()
    }
    own: dict[str, tuple[tuple[int, ...], bool]] = {}
    for learnt, tensors in ((True, network.named_parameters()), (False, network.named_buffers())):
        own.update({n: (tuple(t.shape), learnt) for n, t in tensors if id(t) not in foreign})
    return own


COUNTS = {"items": BATCH, "nodes": 7, "edges": 12, "pairs": 3}
"""How many there are of what a value can stand on."""


def example(type: Tensor, values: dict[str, int], device: str = "meta") -> Any:
    """Random numbers of a type."""
    sizes = [COUNTS[type.over], *(evaluate(s, values) for s in type.sizes)]
    if type.dtype == "int":
        return torch.zeros(sizes, dtype=torch.int64, device=device)
    return torch.rand(sizes, device=device)


def graph_example(type: Graph, values: dict[str, int], made: Any) -> Any:
    """Two random graphs side by side, as the model's own class."""
    owner = torch.tensor([0, 0, 0, 1, 1, 1, 1])
    source = torch.tensor([0, 1, 2, 0, 2, 3, 4, 5, 6, 3, 5, 6])
    target = torch.tensor([1, 2, 0, 2, 1, 4, 5, 6, 3, 5, 4, 4])
    parts = {"node": type.node, "edge": type.edge, "whole": type.whole}
    counts = {"node": "nodes", "edge": "edges", "whole": "items"}
    features = {
        name: torch.zeros(COUNTS[counts[name]], 0) if t is None else example(t, values, "cpu")
        for name, t in parts.items()
    }
    return made(source=source, target=target, owner=owner, count=BATCH, **features)


def inputs_of(body: Body, network: nn.Module, values: dict[str, int]) -> list[Any]:
    """An example of every input of a network."""
    source = type(network).forward.__globals__
    here = any(_comes_with_data(kind) for _, kind in body.inputs) or not any(
        p.is_meta for p in network.parameters()
    )
    found: list[Any] = []
    for _, kind in body.inputs:
        if isinstance(kind, Graph):
            found.append(graph_example(kind, values, source["Graph"]))
        else:
            assert isinstance(kind, Tensor)
            found.append(example(kind, values, "cpu" if here else "meta"))
    return found


def conforms(program: Program, values: dict[str, int] | None = None, forward: bool = True) -> None:
    """Assert law 2 for all networks of a program; `values` are numbers for free sizes."""
    numbers = values or {}
    made = networks(program, numbers)
    for body in program.networks:
        network = made[body.name]
        others = [made[name] for name in body.uses]
        assert owned_by(network, others) == promised(body, numbers), body.name
        if forward:
            for training in (True, False):
                _forward(body, network.train(training), numbers)


def every_node_conforms(program: Program, values: dict[str, int] | None = None) -> None:
    """Assert that every value of every network has its shape in a real pass: each becomes an output."""
    taps = tuple((b.name, node.name) for b in program.networks for node in _computed(b))
    numbers, program = values or {}, replace(program, taps=taps)
    made = networks(program, numbers)
    for body in program.networks:
        with torch.no_grad():
            network = made[body.name].eval()
            result = network(*inputs_of(body, network, numbers))
        results = iter(result if isinstance(result, tuple) else (result,))
        promises = dict(body.output_types())
        for node in _computed(body):
            promises.setdefault(node.name, node.types[0][1])
        for (name, type), value in zip(promises.items(), results, strict=True):
            assert isinstance(type, Tensor)
            sizes = tuple(evaluate(s, numbers) for s in type.sizes)
            first = COUNTS[type.over]
            assert tuple(value.shape) == ((first, *sizes) if type.batched else sizes), name


def _computed(body: Body) -> list[Node]:
    """The nodes that compute a tensor."""
    read = (ReadPort, Constant, ReadTensor)
    nodes = (n for n in body.nodes if not isinstance(n.operation, read))
    return [n for n in nodes if isinstance(n.types[0][1], Tensor)]


def _is_plain_call(node: Node) -> bool:
    """Whether the node's value is what its module gives, nothing cut off or added."""
    operation = node.operation
    if isinstance(operation, Scan):
        return operation.keep == "all"
    return not isinstance(operation, Apply) or isinstance(operation.inference.forward, Fn)


def _forward(body: Body, network: nn.Module, values: dict[str, int]) -> None:
    seen: dict[str, list[tuple[int, ...]]] = {}

    def hook(name: str) -> Any:
        def record(module: nn.Module, inputs: Any, output: Any) -> None:
            del module, inputs
            if isinstance(output, torch.Tensor):
                seen.setdefault(name, []).append(tuple(output.shape[1:]))

        return record

    handles = [m.register_forward_hook(hook(n)) for n, m in network.named_modules() if n]
    with torch.no_grad():
        result = network(*inputs_of(body, network, values))
    for handle in handles:
        handle.remove()
    results = result if isinstance(result, tuple) else (result,)
    for (_, type), value in zip(body.output_types(), results, strict=False):
        assert isinstance(type, Tensor)
        first = COUNTS[type.over]
        assert tuple(value.shape) == (first, *(evaluate(s, values) for s in type.sizes))
    for name, shapes in _inside(body, values):
        assert name not in seen or seen[name] == shapes, (name, seen[name], shapes)


Shapes = list[tuple[int, ...]]


def _inside(body: Body, values: dict[str, int], prefix: str = "") -> Iterator[tuple[str, Shapes]]:
    """Every module below a body that one value comes from: its path, and the shape at each of its calls."""
    calls: dict[str, Shapes] = {}
    for node in body.nodes:
        stage, type = getattr(node.operation, "stage", None), node.types[0][1]
        if not stage or len(stage) != 1 or not isinstance(type, Tensor) or not _is_plain_call(node):
            continue
        name = prefix + attribute(stage[0])
        calls.setdefault(name, []).append(tuple(evaluate(s, values) for s in type.sizes))
        if isinstance(node.operation, Invoke) and len(_calls(body, stage)) == 1:
            yield from _inside(node.operation.body, values, f"{name}.")
        elif isinstance(node.operation, Rounds):
            rounds = [b for b, n in node.operation.bodies for _ in range(evaluate(n, values))]
            for number, inner in enumerate(rounds):
                yield from _inside(inner, values, f"{name}.{number}.")
    yield from calls.items()


def _calls(body: Body, stage: Path) -> list[Node]:
    return [n for n in body.nodes if getattr(n.operation, "stage", None) == stage]
