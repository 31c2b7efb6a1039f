"""An architecture as SVG: layers from top to bottom, shapes on the edges, blocks as frames."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from specc.graph import Diagram
from specc.report.layout import FRAME, LINE, TITLE, Path, Picture, Placed, Point, lay_out

MARGIN = 24.0

_STYLE = """\
text{font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;fill:#1f2933;text-anchor:middle}
.name{font-weight:600}.small{fill:#52606d}.title{text-anchor:start;font-weight:600;fill:#52606d}
.shape{text-anchor:start;font-size:11px;fill:#0b6e99;stroke:#fff;stroke-width:4px;paint-order:stroke}
rect{stroke:#7b8794;fill:#fff;rx:5px}.layer{fill:#e3f2fd;stroke:#2b6cb0}
.function{fill:#f5f7fa}.weight{fill:#fff3d6;stroke:#b7791f}.draw{fill:#fde8ef;stroke:#b83280}
.network{fill:#e6fffa;stroke:#2c7a7b}.input,.output{fill:#f0f4f8;rx:14px}
.group{fill:#00000008;stroke:#9aa5b1;stroke-dasharray:5 4}.frame{fill:none;stroke:#cbd2d9}
path{fill:none;stroke:#616e7c}"""

_ARROW = (
    '<marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" '
    'orient="auto"><path d="M0 0 8 4 0 8z" style="fill:#616e7c;stroke:none"/></marker>'
)


def svg(diagrams: Iterable[Diagram]) -> str:
    """All networks of a file beside each other."""
    pictures = [(d, lay_out(d.level)) for d in diagrams]
    body: list[str] = []
    x, height = MARGIN, 0.0
    for diagram, picture in pictures:
        body += _network(diagram, picture, x)
        x += picture.width + 2 * FRAME + MARGIN
        height = max(height, picture.height)
    size = f"{x:.0f}", f"{height + TITLE + 2 * FRAME + 2 * MARGIN:.0f}"
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{size[0]}" height="{size[1]}" '
        f'viewBox="0 0 {size[0]} {size[1]}">'
    )
    white = '<rect width="100%" height="100%" style="stroke:none"/>'
    lines = [head, f"<style>{_STYLE}</style>", f"<defs>{_ARROW}</defs>", white, *body, "</svg>"]
    return "\n".join(lines) + "\n"


def _network(diagram: Diagram, picture: Picture, x: float) -> Iterator[str]:
    """A network in its frame, with its role and name above."""
    width, height = picture.width + 2 * FRAME, picture.height + TITLE + 2 * FRAME
    yield f"<g><title>{escape(diagram.role)} {escape(diagram.name)}</title>"
    yield _rect(x, MARGIN, width, height, "frame")
    yield _text(x + FRAME, MARGIN + LINE, f"{diagram.role} {diagram.name}", "title")
    inside = picture.moved(x + FRAME, MARGIN + TITLE + FRAME)
    hidden = {id(b) for b in inside.boxes if b.height == 0}
    yield from (part for b in inside.boxes if b.group for part in _group(b))
    yield from (_path(p) for p in inside.paths)
    yield from (
        part for b in inside.boxes if not b.group and id(b) not in hidden for part in _box(b)
    )
    yield from (_label(p) for p in inside.paths if p.text)
    yield "</g>"


def _group(placed: Placed) -> Iterator[str]:
    yield _rect(placed.x, placed.y, placed.width, placed.height, "group")
    yield _text(placed.x + FRAME / 2, placed.y + LINE, placed.box.title, "title")


def _box(placed: Placed) -> Iterator[str]:
    yield _rect(placed.x, placed.y, placed.width, placed.height, placed.box.kind)
    middle, y = placed.x + placed.width / 2, placed.y + LINE + 2
    yield _text(middle, y, placed.box.title, "name")
    for number, line in enumerate(placed.box.lines, 1):
        yield _text(middle, y + number * LINE, line, "small")


def _path(path: Path) -> str:
    """Stretches between ranks bend gently; inside a rank they are straight."""
    first, *rest = path.points
    parts = [f"M{_at(first)}"]
    before = first
    for number, point in enumerate(rest):
        parts.append(f"L{_at(point)}" if number % 2 else _bend(before, point))
        before = point
    end = ' marker-end="url(#arrow)"' if path.arrow else ""
    return f'<path d="{"".join(parts)}"{end}/>'


def _bend(start: Point, end: Point) -> str:
    middle = (start[1] + end[1]) / 2
    return f"C{_at((start[0], middle))} {_at((end[0], middle))} {_at(end)}"


def _label(path: Path) -> str:
    """The shape stands beside the edge, near its end."""
    (x1, y1), (x2, y2) = path.points[-2:]
    t = path.where
    across, down = 3 * t**2 - 2 * t**3, 1.5 * t - 1.5 * t**2 + t**3
    return _text(x1 + (x2 - x1) * across + 5, y1 + (y2 - y1) * down + 4, path.text, "shape")


def _rect(x: float, y: float, width: float, height: float, kind: str) -> str:
    return (
        f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"/>'
    )


def _text(x: float, y: float, text: str, kind: str) -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}">{escape(text)}</text>'


def _at(point: Point) -> str:
    return f"{point[0]:.1f} {point[1]:.1f}"
