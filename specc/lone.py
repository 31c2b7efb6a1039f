"""Batch normalisations that one row leaves without anything to normalise: those with one number of each."""

from __future__ import annotations

from collections.abc import Iterator

from specc.program import Adapted, Apply, Body, Invoke, Node, Rounds, Scan
from specc.types import Tensor


def of_vectors(body: Body) -> Iterator[Node]:
    """The calls of `batch_norm` in a body and below it whose items have one number for each mean."""
    ahead, seen = [body], set[int]()
    while ahead:
        one = ahead.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        for node in one.nodes:
            match node.operation:
                case Apply(layer=layer) if layer.word == "batch_norm" and _is_vector(node):
                    yield node
                case Invoke(body=inner) | Scan(body=inner) | Adapted(body=inner):
                    ahead.append(inner)
                case Rounds(bodies=bodies):
                    ahead += [inner for inner, _ in bodies]
                case _:
                    continue


def _is_vector(node: Node) -> bool:
    type = node.types[0][1]
    if not isinstance(type, Tensor) or type.over != "items":
        return False
    return all(s == 1 for s in type.sizes[1:])
