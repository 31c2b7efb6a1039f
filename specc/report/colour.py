"""Colours of the terminal as plain escape sequences: rich would cost more than the message itself."""

from __future__ import annotations

import os
from typing import Literal, TextIO, TypeAlias

from msgspec import Struct

Style: TypeAlias = Literal["error", "warning", "secondary", "gutter", "note", "help", "fix", "bold"]
When: TypeAlias = Literal["auto", "always", "never"]

_CODES: dict[Style, str] = {
    "error": "1;31",
    "warning": "1;33",
    "secondary": "1;36",
    "gutter": "34",
    "note": "36",
    "help": "1;36",
    "fix": "1;32",
    "bold": "1",
}


class Palette(Struct, frozen=True):
    """Paints text, or leaves it alone."""

    on: bool

    def paint(self, text: str, style: Style) -> str:
        """The text in a style; an empty text stays empty."""
        return f"\x1b[{_CODES[style]}m{text}\x1b[0m" if self.on and text else text


PLAIN = Palette(on=False)


def wanted(when: When, stream: TextIO) -> bool:
    """Whether to colour: as asked, else NO_COLOR, FORCE_COLOR and whether a person is looking."""
    if when != "auto":
        return when == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"
