"""An architecture as a Mermaid flowchart: shapes on the edges, networks and blocks as subgraphs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct, field

from specc.graph import Box, Diagram, Group, Level
from specc.report.edges import leaf_edges

_SHAPES: Mapping[str, tuple[str, str]] = {
    "input": ("([", "])"),
    "output": ("([", "])"),
    "weight": ("[/", "/]"),
    "draw": ("{{", "}}"),
    "network": ("[[", "]]"),
}
_SPECIAL = {'"': "#quot;", "<": "#lt;", ">": "#gt;", "&": "#amp;", "#": "#35;"}


def mermaid(diagrams: Iterable[Diagram]) -> str:
    """One chart with all networks of a file."""
    writer = _Writer()
    lines = ["flowchart TD"]
    for diagram in diagrams:
        lines += writer.diagram(diagram)
    return "\n".join(lines) + "\n"


class _Writer(Struct):
    """Gives every box a short name of its own."""

    count: int = 0
    names: dict[str, str] = field(default_factory=dict)

    def diagram(self, diagram: Diagram) -> Iterator[str]:
        """A network as a subgraph, then its edges."""
        self.names = {}
        yield f'  subgraph {self._fresh()}["{_text(f"{diagram.role} {diagram.name}")}"]'
        yield from self._level(diagram.level, "    ")
        yield "  end"
        for edge in leaf_edges(diagram.level):
            start, end = self.names[edge.start.item], self.names[edge.end.item]
            label = f'|"{_text(edge.shape)}"|' if edge.shape else ""
            yield f"  {start} -->{label} {end}"

    def _level(self, level: Level, indent: str) -> Iterator[str]:
        for item in level.items:
            if isinstance(item, Group):
                yield f'{indent}subgraph {self._fresh()}["{_text(item.title)}"]'
                yield from self._level(item.level, indent + "  ")
                yield f"{indent}end"
            elif not item.border:
                yield indent + self._box(item)

    def _box(self, box: Box) -> str:
        name = self.names[box.id] = self._fresh()
        begin, end = _SHAPES.get(box.kind, ("[", "]"))
        text = "<br>".join(_text(line) for line in (box.title, *box.lines))
        return f'{name}{begin}"{text}"{end}'

    def _fresh(self) -> str:
        self.count += 1
        return f"n{self.count}"


def _text(text: str) -> str:
    """Text that no sign of the notation can end."""
    return "".join(_SPECIAL.get(c, c) for c in text)
