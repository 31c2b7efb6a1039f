"""Placing a picture's parts: layers from top to bottom, groups as units with their own layout inside.

Each level is drawn as Sugiyama, Tagawa and Toda (1981) propose: ranks by longest path, empty places where an
edge passes a rank, an order with few crossings by barycentres, then coordinates. Lengths are pixels.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from typing import TypeAlias

from msgspec import Struct, field
from msgspec.structs import replace

from specc.graph import Box, Edge, Group, Item, Level
from specc.report.edges import leaving

CHARACTER, LINE = 7.3, 16.0  # a letter's width and a line's height at 12 px
SIDE, EDGE = 26.0, 44.0  # between neighbours, between ranks
FRAME, TITLE = 16.0, 22.0  # around the inside of a group, above it
SWEEPS = 6

Point: TypeAlias = tuple[float, float]


class Placed(Struct, frozen=True):
    """A box, or a group's frame when `group`, with its upper left corner and size."""

    box: Box
    x: float
    y: float
    width: float
    height: float
    group: bool = False


class Path(Struct, frozen=True):
    """An edge as points to pass, two for each stretch; its text stands at `where` of the last stretch."""

    points: tuple[Point, ...]
    text: str
    arrow: bool
    where: float


class Picture(Struct, frozen=True):
    """Everything in place; frames of groups come before what is inside."""

    width: float
    height: float
    boxes: tuple[Placed, ...]
    paths: tuple[Path, ...]

    def moved(self, dx: float, dy: float) -> Picture:
        """The same, somewhere else."""
        boxes = tuple(replace(b, x=b.x + dx, y=b.y + dy) for b in self.boxes)
        paths = tuple(
            replace(p, points=tuple((x + dx, y + dy) for x, y in p.points)) for p in self.paths
        )
        return Picture(self.width, self.height, boxes, paths)


class _Port(Struct, frozen=True):
    """Where an edge meets a group: how far from its centre, and how deep inside where a box is met."""

    offset: float
    depth: float = 0.0


class _Cell(Struct):
    """A place in a rank: an item, or room for an edge that passes."""

    name: str
    width: float
    height: float
    rank: int = 0
    x: float = 0.0  # of its centre
    y: float = 0.0  # of its top
    item: Item | None = None
    inside: Picture | None = None
    ports: dict[str, _Port] = field(default_factory=dict)


def lay_out(level: Level) -> Picture:
    """Place a level and all levels inside it."""
    return _Layout(level).picture()


class _Layout:
    """One level on its way to a picture."""

    def __init__(self, level: Level) -> None:
        self.level = level
        self.cells = {i.id: self._cell(i) for i in level.items}
        self.chains: list[tuple[Edge, list[str]]] = []
        self.meeting = Counter(e.end for e in level.edges)
        self.parting = Counter(e.start for e in level.edges)

    def picture(self) -> Picture:
        """Rank, order, place."""
        self._rank()
        self._chain()
        ranks = self._ordered()
        _place_across(ranks, self._neighbours())
        height = self._place_down(ranks)
        left = min((c.x - c.width / 2 for c in self.cells.values()), default=0)
        right = max((c.x + c.width / 2 for c in self.cells.values()), default=0)
        for cell in self.cells.values():
            cell.x -= left
        return self._drawn(right - left, height)

    def _cell(self, item: Item) -> _Cell:
        if isinstance(item, Box):
            width, height = self._size(item)
            return _Cell(item.id, width, height, item=item)
        inside = lay_out(item.level)
        title = len(item.title) * CHARACTER + 2 * FRAME
        width = max(inside.width + 2 * FRAME, title)
        moved = inside.moved((width - inside.width) / 2, TITLE)
        height = inside.height + TITLE + FRAME
        ports = {
            b.box.id: _Port(b.x + (b.width - width) / 2, _depth(b, height))
            for b in moved.boxes
            if b.box.kind in {"input", "output"}
        }
        return _Cell(item.id, width, height, item=item, inside=moved, ports=ports)

    def _size(self, box: Box) -> tuple[float, float]:
        if box.border:
            return 8.0, 0.0  # the border of a group: edges go through
        longest = max(len(text) for text in (box.title, *box.lines))
        return max(56.0, longest * CHARACTER + 20), (1 + len(box.lines)) * LINE + 12

    # ------------------------------------------------------------------ ranks

    def _rank(self) -> None:
        """Longest path from the inputs; what only feeds (a weight) stands just above its reader."""
        followers: dict[str, list[str]] = {name: [] for name in self.cells}
        for edge in self.level.edges:
            followers[edge.start.item].append(edge.end.item)
        for name in self.cells:  # items stand in the order in which they can be computed
            for follower in followers[name]:
                below = self.cells[name].rank + 1
                self.cells[follower].rank = max(self.cells[follower].rank, below)
        fed = {e.end.item for e in self.level.edges}
        last = max((c.rank for c in self.cells.values()), default=0)
        for name, cell in self.cells.items():
            item = cell.item
            if isinstance(item, Box) and item.kind == "output":
                cell.rank = last
            elif name not in fed and followers[name] and not _is_input(item):
                cell.rank = min(self.cells[f].rank for f in followers[name]) - 1

    def _chain(self) -> None:
        """An edge over several ranks passes through an empty place in each of them."""
        for number, edge in enumerate(self.level.edges):
            start, end = self.cells[edge.start.item], self.cells[edge.end.item]
            names = [start.name]
            for rank in range(start.rank + 1, end.rank):
                name = f"#{number}.{rank}"
                self.cells[name] = _Cell(name, 10.0, 0.0, rank)
                names.append(name)
            self.chains.append((edge, [*names, end.name]))

    def _neighbours(self) -> dict[str, tuple[list[_Link], list[_Link]]]:
        """For every cell the links up and down: the neighbour, its port's offset, and the own one."""
        links: dict[str, tuple[list[_Link], list[_Link]]] = {n: ([], []) for n in self.cells}
        for edge, names in self.chains:
            for above, below in pairwise(names):
                up = self._port(edge, above, start=True).offset if above == names[0] else 0.0
                down = self._port(edge, below, start=False).offset if below == names[-1] else 0.0
                links[below][0].append(_Link(self.cells[above], up - down))
                links[above][1].append(_Link(self.cells[below], down - up))
        return links

    def _port(self, edge: Edge, name: str, *, start: bool) -> _Port:
        """Where an edge meets the item at its start or end."""
        cell = self.cells[name]
        if not isinstance(cell.item, Group):
            return _Port(0.0)
        if start:
            out = leaving(cell.item, edge.start.port)
            return _Port(0.0) if out is None else cell.ports[out.id]
        return cell.ports.get(f"{name}.in.{edge.end.port}", _Port(0.0))

    def _ordered(self) -> list[list[_Cell]]:
        ranks: list[list[_Cell]] = [[] for _ in range(1 + max(c.rank for c in self.cells.values()))]
        for cell in self.cells.values():
            ranks[cell.rank].append(cell)
        links = self._neighbours()
        place = {c.name: i for rank in ranks for i, c in enumerate(rank)}
        for sweep in range(SWEEPS):
            for rank in ranks if sweep % 2 == 0 else reversed(ranks):
                _sort(rank, place, links, sweep % 2)
        return ranks

    # ------------------------------------------------------------ coordinates

    def _place_down(self, ranks: list[list[_Cell]]) -> float:
        y = 0.0
        bordered = any(_at_border(c.item) for c in self.cells.values())
        for number, rank in enumerate(ranks):
            height = max(c.height for c in rank)
            for cell in rank:
                cell.y = y + (height - cell.height) / 2
                if cell.item is None:
                    cell.y, cell.height = y, height
            border = bordered and number in {0, len(ranks) - 2} and height == 0
            y += height + (EDGE / 2 if border else EDGE)
        return y - EDGE

    def _drawn(self, width: float, height: float) -> Picture:
        boxes: list[Placed] = []
        paths = [self._path(edge, names) for edge, names in self.chains]
        for cell in self.cells.values():
            if cell.item is None:
                continue
            corner = (cell.x - cell.width / 2, cell.y)
            boxes.append(_placed(cell, cell.item, corner))
            if cell.inside is not None:
                inside = cell.inside.moved(*corner)
                boxes += inside.boxes
                paths += inside.paths
        texts = (
            max(p.points[-2:])[0] + SIDE / 4 + len(p.text) * CHARACTER for p in paths if p.text
        )
        return Picture(max(width, *texts, 0.0), height, tuple(boxes), tuple(paths))

    def _path(self, edge: Edge, names: list[str]) -> Path:
        start, end = self.cells[names[0]], self.cells[names[-1]]
        border, to_border = _at_border(start.item), _at_border(end.item)
        leave, meet = (
            self._port(edge, names[0], start=True),
            self._port(edge, names[-1], start=False),
        )
        top = start.y - TITLE if border else start.y + start.height - leave.depth
        points = [(start.x + leave.offset, top)]
        for name in names[1:-1]:
            cell = self.cells[name]
            points += [(cell.x, cell.y), (cell.x, cell.y + cell.height)]
        bottom = end.y + FRAME if to_border else end.y + meet.depth
        points.append((end.x + meet.offset, bottom))
        into_group = isinstance(end.item, Group) and meet.depth == 0
        text = "" if border else edge.shape
        return Path(tuple(points), text, not (to_border or into_group), self._where(edge, names))

    def _where(self, edge: Edge, names: list[str]) -> float:
        """The text stands in the middle of the last stretch, higher where several edges meet below."""
        meeting = self.meeting[edge.end] > 1
        parting = len(names) == 2 and self.parting[edge.start] > 1
        return 0.25 if meeting and not parting else 0.5


class _Link(Struct, frozen=True):
    """A neighbour, and how far to the right of its centre one wants to stand."""

    cell: _Cell
    offset: float


_Links: TypeAlias = dict[str, tuple[list[_Link], list[_Link]]]


def _is_input(item: Item | None) -> bool:
    return isinstance(item, Box) and item.kind == "input"


def _at_border(item: Item | None) -> bool:
    return isinstance(item, Box) and item.border


def _depth(port: Placed, height: float) -> float:
    """How far inside of a group the box of a port begins or ends; 0 for its border."""
    if port.box.border:
        return 0.0
    return port.y if port.box.kind == "input" else height - port.y - port.height


def _placed(cell: _Cell, item: Item, corner: Point) -> Placed:
    if isinstance(item, Box):
        return Placed(item, *corner, cell.width, cell.height)
    frame = Box(item.id, "network", item.title)
    return Placed(frame, *corner, cell.width, cell.height, group=True)


def _sort(rank: list[_Cell], place: dict[str, int], links: _Links, side: int) -> None:
    """Sort a rank by the mean place of the neighbours above (side 0) or below (side 1)."""

    def centre(cell: _Cell) -> float:
        found = [place[link.cell.name] for link in links[cell.name][side]]
        return sum(found) / len(found) if found else place[cell.name]

    rank.sort(key=centre)
    place.update((cell.name, i) for i, cell in enumerate(rank))


def _place_across(ranks: list[list[_Cell]], links: _Links) -> None:
    """Neighbours of a rank keep their distance; each stands as near as it can to what it is joined with."""
    for rank in ranks:
        _spread(rank, [c.x for c in rank])
    for sweep in range(2 * SWEEPS):
        side = sweep % 2
        for rank in ranks if side == 0 else reversed(ranks):
            _spread(rank, [_wish(c, links[c.name][side]) for c in rank])


def _wish(cell: _Cell, links: Iterable[_Link]) -> float:
    places = [link.cell.x + link.offset for link in links]
    return sum(places) / len(places) if places else cell.x


def _spread(rank: list[_Cell], wishes: list[float]) -> None:
    """Place cells at their wishes, pushed apart, and move all of them back by the mean push."""
    places: list[float] = []
    for i, (cell, wish) in enumerate(zip(rank, wishes, strict=True)):
        room = (rank[i - 1].width + cell.width) / 2 + SIDE if i else 0.0
        places.append(max(wish, places[-1] + room) if i else wish)
    back = sum(p - w for p, w in zip(places, wishes, strict=True)) / max(1, len(rank))
    for cell, place in zip(rank, places, strict=True):
        cell.x = place - back
