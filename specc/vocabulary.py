"""Words and the classes behind them. Checking a spec imports only what its words need."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Generic, TypeVar

T = TypeVar("T")


def base(kind: type[T]) -> type[T]:
    """Marks the class of all words of a vocabulary, which has class variables and no fields of its own.

    Pydantic reads the annotations of every base again for each class. It has noted by now which names
    are class variables, so a base need not keep them: a fifth of the time that its classes take.
    """
    kind.__annotations__.clear()
    return kind


class Vocabulary(Mapping[str, type[T]], Generic[T]):
    """A mapping from words to classes that imports a class's module when its word is looked up.

    `families` says for each module of `package` its rows, `"word:Class word:Class …"`. Words keep their
    order. Whether a word is known, and which there are, is answered without an import.
    """

    def __init__(self, package: str, families: Mapping[str, str]) -> None:
        self._package = package
        self._families = families
        self._places: dict[str, tuple[str, str]] | None = None
        self._classes: dict[str, type[T]] = {}

    @property
    def places(self) -> dict[str, tuple[str, str]]:
        """The module and the class of each word."""
        if self._places is None:
            rows = (
                (f, row.split(":")) for f, text in self._families.items() for row in text.split()
            )
            self._places = {word: (family, name) for family, (word, name) in rows}
        return self._places

    def family(self, word: str) -> str:
        """The module of a word, empty for a word that is none of these."""
        return self.places.get(word, ("", ""))[0]

    def families(self) -> dict[str, tuple[str, ...]]:
        """The words of each module."""
        return {
            f: tuple(row.partition(":")[0] for row in t.split()) for f, t in self._families.items()
        }

    def __getitem__(self, word: str) -> type[T]:
        found = self._classes.get(word)
        if found is None:
            module, name = self.places[word]
            found = getattr(import_module(f"{self._package}.{module}"), name)
            self._classes[word] = found
        return found

    def __contains__(self, word: object) -> bool:
        return word in self.places

    def __iter__(self) -> Iterator[str]:
        return iter(self.places)

    def __len__(self) -> int:
        return len(self.places)
