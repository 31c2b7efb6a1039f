"""Finding and reading specs."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from specc.cli.outcome import UsageError, complain
from specc.source import Source, not_text

SUFFIX = ".spec"
STDIN = Path("-")
LARGEST = 8_000_000  # bytes; the parser's own limit on characters is lower


def sources(paths: Iterable[Path]) -> tuple[list[Source], bool]:
    """The specs under the paths, each once, in order, and whether all of them could be read.

    One that cannot be read is complained about, and the others are still given.

    Raises:
        UsageError: a path that does not exist, or a folder without specs.
    """
    found: list[Source] = []
    complete = True
    for path in dict.fromkeys(file for each in paths for file in find(each)):
        try:
            found.append(read(path))
        except (UsageError, OSError) as error:
            reason = error.strerror if isinstance(error, OSError) else None
            complain(f"cannot read {path}: {reason.lower()}" if reason else str(error))
            complete = False
    return found, complete


def find(path: Path) -> list[Path]:
    """The specs of a folder and its folders, or the file itself.

    Raises:
        UsageError: nothing there.
    """
    if path == STDIN or path.is_file():
        return [path]
    if not path.is_dir():
        raise UsageError(_missing(path) if not path.exists() else f"{path} is not a file")
    found = sorted(_walk(path))
    if not found:
        raise UsageError(f"there is no {SUFFIX} file in {path}")
    return found


def one(path: Path) -> Path:
    """The path of a verb that takes one spec.

    Raises:
        UsageError: a folder, with a spec in it as the proposal.
    """
    if path.is_dir():
        raise UsageError(f"{path} is a folder; name one spec, such as {find(path)[0]}")
    return path


def _walk(folder: Path) -> Iterator[Path]:
    """Hidden folders are passed by; links to folders are not followed, so there is no endless walk."""
    for where, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        paths = (Path(where, name) for name in names if name.endswith(SUFFIX))
        yield from (p for p in paths if p.is_file() or not p.exists())  # no pipe, which never ends


def _missing(path: Path) -> str:
    if not path.parent.exists():
        return f"there is no {path}: {_missing(path.parent)}"
    near = nearby(path)
    return f"there is no {path}{f'; did you mean {near}?' if near else ''}"


def nearby(path: Path) -> Path | None:
    """What stands there under a name that is nearly this one; its suffix may be left out."""
    from specc.nearest import nearest

    names = [p.name for p in path.parent.iterdir()] if path.parent.is_dir() else []
    called = {n.removesuffix(SUFFIX): n for n in names if n.endswith(SUFFIX)}
    near = nearest(path.name, {**called, **{n: n for n in names}})
    return path.with_name(called.get(near[0], near[0])) if near else None


def _utf8(data: bytes) -> str:
    return data.decode("utf-8-sig")


def read(path: Path, decode: Callable[[bytes], str] = _utf8) -> Source:
    """One spec. Line ends stay as they are, so that fixes can be written back.

    Raises:
        UsageError: not text, or far too large to be a spec.
        OSError: not readable.
    """
    if path == STDIN:
        return Source("<stdin>", _text("<stdin>", sys.stdin.buffer.read(LARGEST + 1), decode))
    with path.open("rb") as file:
        return Source(path.as_posix(), _text(str(path), file.read(LARGEST + 1), decode))


def _text(name: str, data: bytes, decode: Callable[[bytes], str]) -> str:
    if len(data) > LARGEST:
        raise UsageError(f"{name} is larger than {LARGEST:,} bytes, too large for a spec")
    try:
        text = decode(data)
    except UnicodeDecodeError as error:
        raise UsageError(not_text(name, error)) from None
    if "\0" in text:
        raise UsageError(f"{name} is not text: it holds a zero byte")
    return text


def write(path: Path, text: str) -> None:
    """Replace a file in one move, so that a crash leaves the old text or the new one."""
    target = path.resolve()
    fresh = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        fresh.write_text(text, encoding="utf-8", newline="")
        if target.exists():
            fresh.chmod(target.stat().st_mode)
        fresh.replace(target)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None  # not the name of `fresh`
    finally:
        fresh.unlink(missing_ok=True)
