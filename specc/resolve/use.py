"""`use "blocks/resnet.spec"`: the definitions and parameters of another file.

Only files ending in `.spec`, beside the file or in folders below it, are read: a spec from a stranger
reaches nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from specc.diagnostics import Diagnostic, Diagnostics, Edit, Fix
from specc.layers import registry
from specc.limits import MAX_FILE_BYTES
from specc.nearest import nearest
from specc.source import Source, not_text
from specc.std import INDEX
from specc.syntax import tree
from specc.syntax.parse import parse

MOST_NEIGHBOURS = 1000


def declarations(file: tree.File, diagnostics: Diagnostics) -> Iterator[tree.Declaration]:
    """What a file declares, that of the files it uses in the place of their `use`."""
    yield from _expanded(file, diagnostics, {Path(file.source.path).resolve()})


def _expanded(
    file: tree.File, diagnostics: Diagnostics, seen: set[Path]
) -> Iterator[tree.Declaration]:
    for declaration in file.declarations:
        if not isinstance(declaration, tree.Use):
            yield declaration
            continue
        path = _path(file, declaration, diagnostics)
        if path is None or path.resolve() in seen:
            continue
        seen.add(path.resolve())
        used = _read(path, declaration, diagnostics)
        if used is not None:
            inner = _expanded(used, diagnostics, seen)
            yield from (d for d in inner if isinstance(d, (tree.Param, tree.Definition)))


def _path(file: tree.File, use: tree.Use, diagnostics: Diagnostics) -> Path | None:
    written = Path(use.path.value)
    folder = Path(file.source.path).parent
    if written.is_absolute() or ".." in written.parts or written.suffix != ".spec":
        message = "use reads .spec files beside this one or below it"
        diagnostics.add(
            Diagnostic("E407", message, use.path.span, helps=('use "blocks/resnet.spec"',))
        )
        return None
    path = folder / written
    if path.is_file() and path.stat().st_size <= MAX_FILE_BYTES:
        return path
    _missing(folder, use, diagnostics)
    return None


def _missing(folder: Path, use: tree.Use, diagnostics: Diagnostics) -> None:
    place = (folder / use.path.value).parent
    beside = sorted(place.glob("*.spec"))[:MOST_NEIGHBOURS] if place.is_dir() else []
    close = nearest(use.path.value, [p.relative_to(folder).as_posix() for p in beside])
    span = use.path.span
    fix = Fix(f"{use.path.value} → {close[0]}", (Edit(span, f'"{close[0]}"'),)) if close else None
    diagnostics.add(
        Diagnostic(
            "E407",
            f'cannot find "{use.path.value}"',
            span,
            f'did you mean "{close[0]}"?' if close else "",
            notes=(f"looked beside {Path(span.source.path).name}",),
            helps=_of_library(use),
            fix=fix,
        )
    )


def _of_library(use: tree.Use) -> tuple[str, ...]:
    """That what the standard library has needs no `use`."""
    stem = Path(use.path.value).stem
    words = [w for w, file in INDEX.items() if stem in (w, file)]
    words += [stem] if registry.get(stem) is not None else []
    if not words:
        return ()
    return (f"{', '.join(words[:3])}: known without use, as all of the standard library is",)


def _read(path: Path, use: tree.Use, diagnostics: Diagnostics) -> tree.File | None:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as problem:
        reason = (problem.strerror or str(problem)).lower()
        diagnostics.add(Diagnostic("E407", f"cannot read {path}: {reason}", use.path.span))
    except UnicodeDecodeError as problem:
        diagnostics.add(Diagnostic("E407", not_text(str(path), problem), use.path.span))
    else:
        return parse(Source(path.as_posix(), text), diagnostics)
    return None
