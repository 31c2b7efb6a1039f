"""Graphs in generated packages: data.py for sources of graphs, and graphs among the values of training."""

from __future__ import annotations

import re

from specc.data import DataSource
from specc.data.base import Splitting
from specc.data.graphs import Geometric, NodeLabels, OneGraph, PixelGraphs, RandomGraphs
from specc.emit.environment import literal, render
from specc.emit.lines import returned_tuple
from specc.emit.names import variable
from specc.emit.reading import Reading
from specc.emit.shapes import shape, shown
from specc.program import Body, ReadPort, TrainPlan
from specc.settings import TrainSettings
from specc.types import Graph, Tensor, ValueType


def is_of_graphs(source: object) -> bool:
    """Whether a source gives graphs."""
    return isinstance(source, OneGraph) or getattr(source, "graph_items", False)


def graph_data(plan: TrainPlan) -> str:
    """data.py for a source of graphs."""
    source, settings = plan.data, plan.settings
    assert isinstance(source, DataSource)
    assert isinstance(settings, TrainSettings)
    validated = settings.validation is not None
    names = [variable(name) for name, _ in plan.body.inputs]
    fields = [
        {"name": n, "shape": _shape(t)} for n, (_, t) in zip(names, plan.body.inputs, strict=True)
    ]
    many = isinstance(source, Splitting)
    return render(
        "graphs.py.j2",
        header=f'"""The data of {plan.name}: {type(source).summary.split(":")[0].rstrip(".")}."""',
        many=many,
        drawn=isinstance(source, RandomGraphs),
        digits=isinstance(source, PixelGraphs),
        networkx=source.kind in ("karate_club", "les_miserables", "random_graphs"),
        numpy=source.kind in ("graph_npz", "graphs_npz"),
        path=source.kind == "edge_list",
        file="" if source.kind == "geometric" else getattr(source, "path", ""),
        links=isinstance(source, OneGraph) and source.links,
        one=isinstance(source, OneGraph),
        mask=_mask(plan.body) if is_sampled(source) else "",
        fields=fields,
        field_tuple=returned_tuple([f"self.{n}" for n in names]),
        body=_part(source.kind, source, plan),
        loading=_part(_loader(source), source, plan, validated=validated),
    )


def _loader(source: DataSource) -> str:
    if not isinstance(source, OneGraph):
        return "load_graphs"
    if source.links:
        return "load_links"
    return "load_sampled" if is_sampled(source) else "load_nodes"


def is_sampled(source: object) -> bool:
    """Whether a batch holds nodes with a part of what surrounds them."""
    return isinstance(source, NodeLabels) and source.neighbours is not None


def _part(name: str, source: DataSource, plan: TrainPlan, *, validated: bool = False) -> str:
    count = len(plan.body.inputs)

    def returned(*values: str) -> str:
        return ", ".join(values[:count]) if count > 1 else f"({values[0]},)"

    return render(
        f"data/{name}.py.j2",
        s=source,
        returned=returned,
        values=", ".join(_values(plan.body)) + ("," if count == 2 else ""),
        validated=validated,
        **_geometric(source),
        target=_target(plan.body) if source.kind == "graphs_npz" else "",
        linked=count > 2,
        counts=getattr(source, "neighbours", None),
        sizes=_sizes(plan.body),
        classes=_classes(plan.body),
        names=_names(plan.body),
        held_out=[],
        tested="",
        test_share=getattr(source, "test", None),
        split_seed=getattr(source, "split_seed", 0),
        train_rows=getattr(source, "train", None),
        splits="train, validation and test" if validated else "train and test",
        may_be_empty=True,
        where="",
    ).rstrip("\n")


def _target(body: Body) -> str:
    """What is asked of a graph: the size of a vector, `scalar`, or nothing."""
    types = [t for _, t in body.inputs[1:] if isinstance(t, Tensor)]
    return "".join(str(t.sizes[0]) if t.sizes else "scalar" for t in types[:1])


def _geometric(source: DataSource) -> dict[str, str]:
    """How a graph of PyTorch Geometric is made, and what it is called in errors."""
    if not isinstance(source, Geometric):
        return {}
    given = [] if source.collection == "KarateClub" else [literal(source.path)]
    given += [literal(source.name)] if source.name is not None else []
    names = [source.collection, *([source.name] if source.name is not None else [])]
    return {"given": ", ".join(given), "what": " ".join(names)}


def _values(body: Body) -> list[str]:
    """What stands on the nodes of one graph, in the order of the fields."""
    found: list[str] = []
    for name, type in body.inputs[1:]:
        if isinstance(type, Tensor) and type.dtype == "bool":
            found.append("labelled" if name == "labelled" else "~labelled")
        else:
            found.append("label")
    return found


def _sizes(body: Body) -> dict[str, int]:
    """The sizes of the features that a file must have."""
    type = body.inputs[0][1]
    parts = type.features() if isinstance(type, Graph) else ()
    return {word: size for word, t in parts if isinstance(size := t.sizes[0], int)}


def _classes(body: Body) -> int | None:
    """How many classes the nodes have, where the spec says so."""
    types = [t for _, t in body.inputs[1:] if isinstance(t, Tensor) and t.dtype == "int"]
    return types[0].classes if types and isinstance(types[0].classes, int) else None


def _names(body: Body) -> str:
    """What each field of sampled neighbourhoods holds, as a tuple in Python."""
    kinds = ["graph" if isinstance(t, Graph) else _place(t) for _, t in body.inputs]
    return repr(tuple(kinds)).replace("'", '"')


def _place(type: ValueType) -> str:
    return "mask" if isinstance(type, Tensor) and type.dtype == "bool" else "label"


def _mask(body: Body) -> str:
    """A field that says which nodes of a batch count."""
    return next((variable(n) for n, t in body.inputs if _place(t) == "mask"), "")


def _shape(type: ValueType) -> str:
    parts = " and ".join(shown(type)) if isinstance(type, Graph) else ""
    return (
        f"graphs with {parts}" if parts else shape(type) if isinstance(type, Tensor) else "graphs"
    )


# -------------------------------------------------------------------- training


def has_graphs(body: Body) -> bool:
    """Whether graphs are among the inputs of a body."""
    return any(isinstance(type, Graph) for _, type in body.inputs)


def of_labelled(plan: TrainPlan) -> bool:
    """Whether the terms are of the labelled nodes of one whole graph, whatever split is evaluated."""
    if not isinstance(plan.data, NodeLabels) or is_sampled(plan.data):
        return False
    terms = tuple(t.value for step in plan.steps for t in step.terms)
    read = (plan.body.nodes[n].operation for n in Reading(plan.body, terms).reached)
    return any(isinstance(o, ReadPort) and o.name == "labelled" for o in read)


def uses_replace(code: str) -> bool:
    """Whether code gives a graph new features, which is a function of dataclasses."""
    return re.search(r"(?<!\.)\breplace\(", code) is not None


def with_graphs(body: Body, files: dict[str, str]) -> dict[str, str]:
    """The files of a training whose batches hold graphs beside tensors."""
    if not has_graphs(body):
        return files
    names = [variable(name) for name, type in body.inputs if isinstance(type, Graph)]
    made = {}
    for file, text in files.items():
        loose = re.sub(r"\*(batch|inputs): Tensor", r"*\1: Any", text)
        loose = loose.replace("tuple[Tensor, ...] = ()", "tuple[Any, ...] = ()")
        for name in names:
            loose = re.sub(rf"\b{name}: Tensor\b", f"{name}: Graph", loose)
            loose = loose.replace(f"{name}.shape[0]", f"{name}.count")
            loose = loose.replace(f"= {name}.device", f"= {name}.source.device")
        if "Any" in loose and "import Any" not in loose:
            loose = loose.replace("from typing import ClassVar", "from typing import Any, ClassVar")
        made[file] = loose
    return made
