"""Walking back through a program: which node, in which body, made a value."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from specc.program import Apply, Body, Invoke, Node, ReadPort, Ref, Rounds

# Layers that hand values on as they are.
TRANSPARENT = frozenset(
    "flatten reshape squeeze unsqueeze permute transpose identity stop expand select slice index"
    " dropout".split()
)


class Place(Struct, frozen=True):
    """A value inside nested calls: the frames from the outermost body inwards, and its reference."""

    frames: tuple[tuple[Body, Node | None], ...]
    ref: Ref

    @property
    def body(self) -> Body:
        """The body that holds the value's node."""
        return self.frames[-1][0]

    @property
    def node(self) -> Node:
        """The node that makes the value."""
        return self.body.nodes[self.ref.node]


def place(body: Body, ref: Ref) -> Place:
    """A value of a body that nobody called."""
    return Place(((body, None),), ref)


def maker(at: Place) -> Place:
    """The value's origin: through calls into the bodies and through layers that hand values on."""
    for _ in range(100_000):
        step = _inwards(at) or _outwards(at) or _through(at)
        if step is None:
            return at
        at = step
    return at


def _inwards(at: Place) -> Place | None:
    """From a call to the output of the body that it calls."""
    operation = at.node.operation
    if isinstance(operation, Invoke):
        ref = dict(operation.body.outputs).get(at.ref.port)
        inside = operation.body
    elif isinstance(operation, Rounds):
        inside = operation.bodies[-1][0]
        ref = inside.outputs[0][1]
    else:
        return None
    return None if ref is None else Place((*at.frames, (inside, at.node)), ref)


def _outwards(at: Place) -> Place | None:
    """From an input of a body to the operand of the call."""
    operation, (body, call) = at.node.operation, at.frames[-1]
    if not isinstance(operation, ReadPort) or call is None:
        return None
    names = [name for name, _ in body.inputs]
    if operation.name not in names or isinstance(call.operation, Rounds):
        return None
    ref = call.operands[names.index(operation.name)]
    return None if ref is None else Place(at.frames[:-1], ref)


def _through(at: Place) -> Place | None:
    operation = at.node.operation
    if not isinstance(operation, Apply) or operation.layer.word not in TRANSPARENT:
        return None
    first = at.node.operands[0]
    return None if first is None else Place(at.frames, first)


def ancestors(body: Body, ref: Ref) -> Iterator[Node]:
    """The nodes of a body that a value is computed from, nearest first, itself included."""
    seen: set[int] = set()
    ahead = [ref.node]
    while ahead:
        number = ahead.pop(0)
        if number in seen:
            continue
        seen.add(number)
        node = body.nodes[number]
        yield node
        ahead.extend(o.node for o in node.operands if o is not None)
