"""The networks that a train or sample block uses, as attributes of its module."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from specc.emit.classes import Classes
from specc.emit.names import attribute, class_name, snake, variable
from specc.emit.naming import last_part
from specc.program import (
    Path,
    Program,
)


@dataclass(slots=True)
class Networks:
    """The networks of a body as attributes, in an order in which each comes after those it borrows from."""

    program: Program
    names: tuple[str, ...]
    classes: Classes = field(init=False)

    def __post_init__(self) -> None:
        self.classes = Classes(self.program)

    def ordered(self) -> list[str]:
        """All that are needed."""
        found: dict[str, None] = {}

        def add(name: str) -> None:
            for other in self.program.network(name).uses:
                add(other)
            found[name] = None

        for name in self.names:
            add(name)
        return list(found)

    def attribute(self, name: str) -> str:
        """`encoder` for Encoder."""
        return attribute(snake(name))

    def lines(self, owner: str = "self.") -> list[str]:
        """`self.encoder = Encoder()`."""
        return [
            f"{owner}{self.attribute(n)} = {class_name(n)}({self._arguments(n, owner)})"
            for n in self.ordered()
        ]

    def _arguments(self, name: str, owner: str) -> str:
        made = self.classes.of(self.program.network(name))
        others = {variable(snake(n)): n for n in self.program.network(name).uses}
        return ", ".join(
            f"{owner}{self.attribute(others[a.name])}"
            for a in made.arguments
            if a.kind == "network"
        )

    def module(self, path: Path, own: Iterable[str]) -> str:
        """`self.encoder.conv1` for ("Encoder", "conv1")."""
        if path[0] in set(own):
            return last_part(path)
        return ".".join(["self", self.attribute(path[0]), *map(attribute, path[1:])])
