"""Whether a network of sequences can read one position at a time, its states carried on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from specc.layers.pointwise import Pointwise
from specc.layers.recurrence import Recurrent
from specc.program import (
    Apply,
    Body,
    Constant,
    Invoke,
    Operation,
    Path,
    ReadPort,
    ReadTensor,
    Ref,
    Rounds,
)

AT_A_POSITION = frozenset(
    "embedding linear dropout identity layer_norm rms_norm add subtract multiply divide".split()
)
"""Layers that mix no positions of [T, features]."""


def by_step(body: Body) -> bool:
    """Whether the last scores follow from the last symbol and the states of layers of PyTorch's kernels.

    All else must look at one position, and no such layer may be called twice in a pass. A network without
    states has nothing to carry: it sees the symbol alone, and is none of these.
    """
    found = [*_cells(body)]
    times = Counter(path for path in found if path is not None)
    return bool(found) and None not in found and max(times.values()) == 1


def _cells(body: Body, prefix: Path = ()) -> Iterator[Path | None]:
    """The path of every recurrent layer, once for each call; None for what looks at other positions."""
    for node in body.nodes:
        if any(ref is not None and _is_last_state(body, ref) for ref in node.operands):
            yield None
        match node.operation:
            case Invoke(stage=stage, body=inner):
                own = () if inner.role not in ("block", "cell") else prefix
                yield from _cells(inner, own + stage)
            case Rounds(stage=stage, bodies=bodies):
                for number, (inner, _) in enumerate(bodies):
                    yield from _cells(inner, (*prefix, *stage, str(number)))
            case Apply(layer=Recurrent() as cells, stage=stage):
                alone = all(ref is None for ref in node.operands[1:])
                goes = alone and cells.keep == "all" and not (cells.bidirectional or cells.reverse)
                yield prefix + stage if goes and stage is not None else None
            case operation:
                yield from () if _at_a_position(operation) else (None,)


def _is_last_state(body: Body, ref: Ref) -> bool:
    operation = body.nodes[ref.node].operation
    return (
        isinstance(operation, Apply)
        and isinstance(operation.layer, Recurrent)
        and ref.port != "output"
    )


def _at_a_position(operation: Operation) -> bool:
    match operation:
        case Apply(layer=layer, inference=inference):
            fits = isinstance(layer, Pointwise) or layer.word in AT_A_POSITION
            return fits and inference.sees == "point"
        case ReadPort() | Constant() | ReadTensor():
            return True
        case _:
            return False
