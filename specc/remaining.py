"""What an error leaves standing: the declarations that have nothing to do with it, to be checked too.

So no fault hides another one. What reads a broken declaration is broken itself; of a `train` block only
the statements are left out that are. Limits: an error in a file that is used leaves nothing.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from msgspec import Struct, field
from msgspec.structs import replace

from specc.diagnostics import Diagnostic, Diagnostics
from specc.numbered import may_be_named
from specc.resolve.order import bound, names_read
from specc.source import Span
from specc.syntax import tree

_NAMED = (tree.Param, tree.Definition, tree.Train, tree.Sample, tree.Program)
_MISSING = ("E401", "E402", "E505", "E506", "W405")
"""What may be said of a name for no other reason than that something was left out."""
_INCOMPLETE = ("E506", "E507", "E510", "E511", "W510")
"""What may be said of a training for that reason."""

_Part = TypeVar("_Part", tree.Declaration, tree.Statement)


class Rest(Struct, frozen=True):
    """The file without what is broken: every word that was left out, and the names among them that it
    declared, with the places of the errors. `trains` says that a training is not there any more."""

    file: tree.File
    words: frozenset[str]
    names: frozenset[str]
    errors: _Places
    trains: bool
    _reads_of: dict[int, frozenset[str]] = field(default_factory=dict)

    def independent(self, diagnostic: Diagnostic) -> bool:
        """Whether a diagnostic about the rest is no consequence of what was left out."""
        if diagnostic.code in _INCOMPLETE:
            return not self._trimmed(diagnostic)
        if diagnostic.code in _MISSING:
            unread = self._reads(diagnostic.span) and diagnostic.code in ("E402", "W405")
            return not (unread or self._may_be_there(diagnostic.span))
        return not (diagnostic.code == "E206" and self._called(diagnostic.span))

    def _may_be_there(self, span: Span) -> bool:
        """Whether what was left out may have what stands there; a claim tells layers by their numbers."""
        claims = any(isinstance(d, (tree.Answers, tree.Expect)) for d in self._around(span))
        if claims and self.names:
            return any(may_be_named(w, self.words) for w in _words(span.text))
        return bool(self.words & set(_words(span.text)))

    def _called(self, span: Span) -> bool:
        """Whether a definition stands there that something left out may call."""
        return any(
            d.name.id in self.words for d in self._around(span) if isinstance(d, tree.Definition)
        )

    def _reads(self, span: Span) -> bool:
        """Whether what stands there is called by what was left out, or reads it, or has an error."""
        around = list(self._around(span))
        unread = any(self.errors.inside(d.span) or self._read(d) & self.names for d in around)
        return unread or self._called(span)

    def _read(self, declaration: tree.Declaration) -> frozenset[str]:
        """What a declaration reads; many diagnostics may ask for the same one."""
        key = id(declaration)
        if key not in self._reads_of:
            self._reads_of[key] = _read(declaration)
        return self._reads_of[key]

    def _trimmed(self, diagnostic: Diagnostic) -> bool:
        """Whether it is about a training that may lack parts of its own, or reads another that does."""
        others = diagnostic.code in ("E506", "E507", "W510")
        around = self.file.declarations if others else self._around(diagnostic.span)
        trains = [d for d in around if isinstance(d, tree.Train)]
        steps = [s for d in trains for s in d.body if isinstance(s, tree.Step)]
        if not others and any(s.span.holds(diagnostic.span) for s in steps):
            return False  # a step that is left is whole
        return (others and self.trains) or any(
            d.name.id in self.words or self.errors.inside(d.span) for d in trains
        )

    def _around(self, span: Span) -> Iterator[tree.Declaration]:
        """The declaration that stands there."""
        return (d for d in self.file.declarations if d.span.holds(span))


class _Places(Struct, frozen=True):
    """Where errors begin, in order."""

    starts: tuple[int, ...]

    def inside(self, span: Span) -> bool:
        """Whether an error begins in a span."""
        at = bisect_left(self.starts, span.start)
        return at < len(self.starts) and self.starts[at] < max(span.end, span.start + 1)


def _places(spans: Iterable[Span]) -> _Places:
    return _Places(tuple(sorted(s.start for s in spans)))


def remaining(file: tree.File, diagnostics: Diagnostics) -> Rest | None:
    """The rest of a file after the errors found so far; None where it cannot be told or is nothing."""
    errors = [d for d in diagnostics if diagnostics.hides(d)]
    if any(d.span.source is not file.source for d in errors):
        return None
    words = _places(d.span for d in errors if d.code.startswith("E2"))
    declarations = [_with_optimizers(d, words) for d in file.declarations]
    misread = _places(
        e.span
        for o in (o for d in file.declarations for o in _optimizers(d) if words.inside(o.span))
        for e in errors
        if o.span.holds(e.span)
    ).starts
    found = _places(d.span for d in errors if d.span.start not in misread)
    kept = _sound(declarations, found, file.lost)
    trained = _trains(kept) == _trains(file.declarations)
    kept = [d for d in kept if trained or not isinstance(d, tree.Program)]
    lost = _between(file, kept) | {w for d in errors for w in _words(d.text)}  # the names meant
    unread = file.unread or any(d.code == "E407" for d in errors)
    if unread:  # what else claims are about may stand in what was not read
        lost |= _undeclared(kept)
    kept = [d for d in (_claims(d, lost, trained) for d in kept) if d is not None]
    rest = replace(file, declarations=tuple(kept), unread=unread)
    whole = set(map(id, kept))
    gone = (d for d in file.declarations if isinstance(d, _NAMED) and id(d) not in whole)
    names = file.lost | {d.name.id for d in gone}
    places = _places(d.span for d in errors)
    return Rest(rest, lost, names, places, not trained or bool(file.lost)) if kept else None


def _trains(declarations: Iterable[tree.Declaration]) -> list[int]:
    return [id(d) for d in declarations if isinstance(d, tree.Train)]


def _sound(
    declarations: Sequence[tree.Declaration], errors: _Places, lost: frozenset[str]
) -> list[tree.Declaration]:
    """Those without errors that read no broken or lost one; of trainings what is sound of them."""
    reads = [_read(d) for d in declarations]
    made = [
        frozenset((d.name.id,)) if isinstance(d, (tree.Param, tree.Definition)) else frozenset()
        for d in declarations
    ]
    wrong = [
        errors.inside(d.span) or bool(r & lost) for d, r in zip(declarations, reads, strict=True)
    ]
    broken = _closure(made, reads, wrong) | lost
    kept: list[tree.Declaration] = []
    for d, read, bad in zip(declarations, reads, wrong, strict=True):
        if isinstance(d, tree.Train):
            kept += _trimmed(d, errors, broken)
        elif isinstance(d, tree.Answers) and not bad:
            kept.append(d)  # claim by claim, below
        elif not bad and not (_is_named(d, broken) or read & broken):
            kept.append(d)
    return kept


def _closure(
    made: Sequence[frozenset[str]], reads: Sequence[frozenset[str]], wrong: Sequence[bool]
) -> set[str]:
    """The names of all that is wrong or reads what is."""
    readers: dict[str, list[int]] = {}
    for i, names in enumerate(reads):
        for name in names:
            readers.setdefault(name, []).append(i)
    broken: set[str] = set()
    waiting = [n for names, bad in zip(made, wrong, strict=True) if bad for n in names]
    while waiting:
        name = waiting.pop()
        if name not in broken:
            broken.add(name)
            waiting += [n for i in readers.get(name, ()) for n in made[i]]
    return broken


def _is_named(declaration: tree.Declaration, names: set[str]) -> bool:
    return isinstance(declaration, _NAMED) and declaration.name.id in names


def _trimmed(train: tree.Train, errors: _Places, broken: set[str]) -> list[tree.Train]:
    """A training without its broken statements; none without data or an objective."""
    reads = [_read(s) for s in train.body]
    wrong = [
        errors.inside(s.span) or bool(r & broken) for s, r in zip(train.body, reads, strict=True)
    ]
    made = [frozenset(n.id for n in bound(s)) for s in train.body]
    lost = _closure(made, reads, wrong)
    rows = zip(train.body, reads, wrong, strict=True)
    kept = tuple(s for s, read, bad in rows if not (bad or read & lost))
    whole = any(isinstance(s, tree.Data) for s in kept) and any(
        isinstance(s, (tree.Objective, tree.Step)) for s in kept
    )
    if not whole or errors.inside(train.name.span):
        return []
    return [train if len(kept) == len(train.body) else replace(train, body=kept)]


def _optimizers(part: tree.Declaration | tree.Statement) -> list[tree.Expr]:
    """The optimizers that a training or a statement of one names."""
    match part:
        case tree.Setting(word=tree.Name(id="optimizer"), value=value) if value is not None:
            return [value]
        case tree.UpdateRule():
            return [part.optimizer]
        case tree.Step() | tree.Train():
            return [o for s in part.body for o in _optimizers(s)]
    return []


def _with_optimizers(part: _Part, errors: _Places) -> _Part:
    """Where only an optimizer is misread, another one stands for it: the objective may be sound."""
    wrong = [o for o in _optimizers(part) if errors.inside(o.span)]
    match part:
        case _ if not wrong:
            return part
        case tree.Step() | tree.Train():
            return replace(part, body=tuple(_with_optimizers(s, errors) for s in part.body))
        case tree.UpdateRule():
            return replace(part, optimizer=_any_optimizer(wrong[0]))
        case tree.Setting():
            return replace(part, value=_any_optimizer(wrong[0]))
    return part


def _any_optimizer(wrong: tree.Expr) -> tree.Call:
    nowhere = Span(wrong.span.source, wrong.span.start, wrong.span.start)
    return tree.Call(nowhere, tree.Name(nowhere, "sgd"), ())


def _claims(
    declaration: tree.Declaration, lost: frozenset[str], trained: bool
) -> tree.Declaration | None:
    """Claims and promises, as far as they are about what is left; a sample needs every training."""
    match declaration:
        case tree.Answers():
            claims = tuple(c for c in declaration.claims if not _read(c.subject) & lost)
            return replace(declaration, claims=claims) if claims else None
        case tree.Expect():
            about = _read(declaration.condition)
            dynamic = not trained and set(_words(declaration.span.text)) & {
                "test",
                "train",
                "validation",
            }
            return None if about & lost or dynamic else declaration
        case tree.Sample():
            return declaration if trained else None
    return declaration


def _undeclared(kept: Sequence[tree.Declaration]) -> frozenset[str]:
    """The names that claims are about and that nothing declares."""
    late = [d for d in kept if isinstance(d, (tree.Answers, tree.Expect))]
    return _read(late) - {d.name.id for d in kept if isinstance(d, _NAMED)}


def _read(node: object) -> frozenset[str]:
    return frozenset(n.id for n in names_read(node))


def _between(file: tree.File, kept: Sequence[tree.Declaration]) -> frozenset[str]:
    """The words of the text that belongs to nothing kept; of a trimmed training all."""
    text, at = [], 0
    own = set(map(id, file.declarations))
    whole = [d for d in kept if id(d) in own]
    for d in sorted(whole, key=lambda d: d.span.start):
        text.append(file.source.text[at : d.span.start])
        at = max(at, d.span.end)
    return frozenset(_words("\n".join((*text, file.source.text[at:]))))


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W\d]\w*", re.sub(r"#[^\n]*", "", text))
