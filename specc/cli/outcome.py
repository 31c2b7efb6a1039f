"""How a verb ends: its exit status, and never a traceback for a user's mistake."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import NoReturn

import typer

FINE, WRONG, USAGE = 0, 1, 2
INTERRUPTED, CLOSED, BROKEN = 130, 141, 70


class UsageError(Exception):
    """What the user asked for cannot be done; the text says why and what would work."""


def finish(verb: Callable[[], int]) -> NoReturn:
    """Run a verb and leave with its status."""
    raise typer.Exit(_status(verb))


def complain(text: str) -> None:
    """A line about the command itself, on stderr."""
    print(f"specc: {text}", file=sys.stderr)


def _status(verb: Callable[[], int]) -> int:
    try:
        status = verb()
        sys.stdout.flush()
    except UsageError as error:
        complain(str(error))
        return USAGE
    except KeyboardInterrupt:
        complain("interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        _drop_output()
        return CLOSED
    except OSError as error:
        complain(_reason(error))
        return USAGE
    except (RecursionError, MemoryError) as error:
        complain(f"the spec is too large for this machine ({type(error).__name__})")
        return WRONG
    return status


def _reason(error: OSError) -> str:
    """`cannot use a/b.spec: permission denied`."""
    what = (error.strerror or str(error)).lower()
    return f"cannot use {error.filename}: {what}" if error.filename else what


def _drop_output() -> None:
    """Whoever read us has left (`specc count | head`); the interpreter must not try to flush."""
    sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - lives until the end
