"""The edges of a picture between its boxes, through the borders of its groups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from specc.graph import Box, Edge, End, Group, Level


def leaf_edges(level: Level) -> Iterator[Edge]:
    """The edges between boxes, through the borders of groups; ports of groups are left out."""
    yield from _leaves(level, {})


def _leaves(level: Level, outer: Mapping[str, tuple[str, str]]) -> Iterator[Edge]:
    """`outer` maps the id of an input port to the box outside that feeds it, and the shape."""
    feeds = dict(outer)
    for edge in level.edges:
        begin = _source(level, edge.start, feeds)
        if begin is None:
            continue
        target = level.item(edge.end.item)
        port = f"{target.id}.in.{edge.end.port}"
        if isinstance(target, Box):
            yield Edge(End(begin), End(target.id), edge.shape)
        elif _seen(target, port):
            yield Edge(End(begin), End(port), edge.shape)
        else:
            feeds[port] = (begin, edge.shape)
    for item in level.items:
        if isinstance(item, Group):
            borders = {i.id for i in item.level.items if isinstance(i, Box) and i.border}
            yield from (e for e in _leaves(item.level, feeds) if e.end.item not in borders)


def _seen(group: Group, port: str) -> bool:
    """Whether a port of a group is a box of its own."""
    return any(isinstance(i, Box) and i.id == port and not i.border for i in group.level.items)


def leaving(group: Group, port: str) -> Box | None:
    """The box of a group's output; a state of a cell leaves as its next value."""
    outs = [i for i in group.level.items if isinstance(i, Box) and i.kind == "output"]
    names = (f"{group.id}.out.{port}", f"{group.id}.out.next {port}")
    return next((o for o in outs if o.id in names), outs[0] if outs else None)


def _source(level: Level, end: End, feeds: Mapping[str, tuple[str, str]]) -> str | None:
    """The box that gives the value at an edge's start."""
    item = level.item(end.item)
    if isinstance(item, Box):
        if not item.border:
            return item.id
        return feeds[item.id][0] if item.id in feeds else None
    out = leaving(item, end.port)
    if out is None or not out.border:
        return None if out is None else out.id
    starts = [edge.start for edge in item.level.edges if edge.end.item == out.id]
    return _source(item.level, starts[0], feeds) if starts else None
