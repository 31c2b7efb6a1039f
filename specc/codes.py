"""The codes of diagnostics and the page that explains each: `specc explain E302`.

A page is the file `pages/CODE.md`: a title, what the message means, why it is a mistake, how to mend it,
a wrong and a right spec. A warning `W405` and an error `E405` share their number, so either finds the page.
"""

from __future__ import annotations

import re
from importlib.resources import files

from msgspec import Struct

_CODE = re.compile(r"[EWew]\d{3}")


class Page(Struct, frozen=True):
    """The explanation of a code: its title and the Markdown text, title included."""

    code: str
    title: str
    text: str

    def snippet(self, heading: str) -> str:
        """The spec under a heading, `Wrong` or `Right`; empty where there is none."""
        found = re.search(rf"^## {heading}\n+```spec\n(.*?)^```$", self.text, re.M | re.S)
        return found[1] if found else ""


def is_code(word: str) -> bool:
    """Whether the word has the form of a code."""
    return _CODE.fullmatch(word) is not None


def page(code: str) -> Page | None:
    """The page of a code, None for one that does not exist."""
    if not is_code(code):
        return None
    for name in (code.upper(), "W" + code[1:], "E" + code[1:]):
        file = files("specc").joinpath("pages", f"{name}.md")
        if file.is_file():
            text = file.read_text(encoding="utf-8")
            return Page(name, _title(text), text)
    return None


def all_codes() -> list[str]:
    """Every code that has a page, sorted by number."""
    names = [f.name.removesuffix(".md") for f in files("specc").joinpath("pages").iterdir()]
    return sorted((n for n in names if is_code(n)), key=lambda n: n[1:])


def _title(text: str) -> str:
    """`# E302: two values that are joined differ in size` without the code."""
    return text.partition("\n")[0].partition(": ")[2]
