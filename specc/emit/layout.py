"""Lines of Python as the formatter would leave them: long ones are broken at their last bracket."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

WIDTH = 88
"""The line length of `ruff format` without settings."""

_OPEN, _CLOSE = "([{", ")]}"


def width(text: str) -> int:
    """Columns that a text takes on the screen, which is how the formatter measures a line."""
    if text.isascii():
        return len(text)
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    return len(text) + wide - sum(unicodedata.combining(c) > 0 for c in text)


def fits(text: str, indent: int) -> bool:
    """Whether a line fits."""
    return indent + width(text) <= WIDTH


def commented(text: str, comment: str, indent: int) -> str:
    """The line with as many parts of its comment (between bars) as fit."""
    parts = comment.split("|") if comment else []
    while parts:
        line = f"{text}  # {', '.join(parts)}"
        if fits(line, indent):
            return line
        parts.pop()
    return text


def statement(text: str, indent: int, comment: str = "") -> list[str]:
    """A statement in one line, or broken; lines come without their common indent."""
    if fits(text, indent):
        return [commented(text, comment, indent)]
    choice = _choice(text, indent) or _group(text, indent)
    if choice is not None:
        return choice
    found = _dividend(text) or _last_bracket(text)
    if found is None:
        return [text]
    if not fits(found[0], indent):
        found = _earlier(text, found, indent) or found
    head, inside, tail = found
    body = _broken(inside, indent + 4)
    return [head, *(f"    {line}" for line in body), tail]


def _choice(text: str, indent: int) -> list[str] | None:
    """`x = (a if b else c)`, one part a line where it does not fit in one; None for other statements."""
    target, equals, value = text.partition(" = ")
    condition, otherwise = split(value, " if "), split(value, " else ")
    if not equals or len(condition) != 2 or len(otherwise) != 2:
        return None
    lines = [value]
    if not fits(value, indent + 4):
        middle = condition[1][: -len(otherwise[1]) - len(" else ")]
        lines = [condition[0], f"if {middle}", f"else {otherwise[1]}"]
    return [f"{target} = (", *(f"    {line}" for line in lines), ")"]


def _group(text: str, indent: int) -> list[str] | None:
    """`x = (a + b).sum(1)`, broken within the first parentheses; None for other statements."""
    target, equals, value = text.partition(" = ")
    end = _closing(value)
    if not equals or end is None or not re.fullmatch(r"(\.\w+\([^()]*\))+", value[end + 1 :]):
        return None
    lines = [value[1:end]]
    if not fits(lines[0], indent + 4):
        lines = _summands(value[1:end])
    if not all(fits(line, indent + 4) for line in lines):
        return None
    return [f"{target} = (", *(f"    {line}" for line in lines), f"){value[end + 1 :]}"]


def _closing(text: str) -> int | None:
    """Where the parenthesis closes that a text begins with."""
    depth = 0
    for at, c in enumerate(text if text.startswith("(") else ""):
        depth += (c in _OPEN) - (c in _CLOSE)
        if depth == 0:
            return at
    return None


def _summands(text: str) -> list[str]:
    """The terms of a sum, each but the first behind its sign."""
    lines: list[str] = []
    for number, part in enumerate(split(text, " + ")):
        first, *rest = split(part, " - ")
        lines += [f"+ {first}" if number else first, *(f"- {r}" for r in rest)]
    return lines


def _dividend(text: str) -> tuple[str, str, str] | None:
    """`x = f(`, the inside, `) / n.clamp(1)`: a long call over something short is broken itself."""
    above, *below = split(text, " / ")
    if len(below) != 1 or not above.endswith(")") or not below[0].endswith(")"):
        return None
    found = _last_bracket(above)
    return None if found is None else (found[0], found[1], f"{found[2]} / {below[0]}")


def _broken(inside: str, indent: int) -> list[str]:
    """What stood between brackets: in one line if it fits, else one part a line with a comma."""
    if fits(inside, indent):
        return [inside]
    parts = split(inside)
    if len(parts) < 2:
        return statement(inside, indent)
    lines: list[str] = []
    for part in parts:
        lines += _with_comma(part, indent)
    return lines


def _with_comma(part: str, indent: int) -> list[str]:
    lines = statement(part, indent) if not fits(f"{part},", indent) else [part]
    return [*lines[:-1], f"{lines[-1]},"]


def _last_bracket(text: str) -> tuple[str, str, str] | None:
    """`x = f(`, the inside, `)`: the bracket pair that closes last, if it is not empty."""
    if not text or (text[-1] not in _CLOSE and not text.endswith(":")):
        return None
    end = len(text) - 1 if text[-1] in _CLOSE else text.rindex(")") if ")" in text else -1
    if end < 0:
        return None
    depth, quoted = 0, False
    for at in range(end, -1, -1):
        c = text[at]
        if c == '"':
            quoted = not quoted
        if quoted:
            continue
        depth += (c in _CLOSE) - (c in _OPEN)
        if depth == 0:
            inside = text[at + 1 : end]
            return (text[: at + 1], inside, text[end:]) if inside else None
    return None


def _earlier(text: str, found: tuple[str, str, str], indent: int) -> tuple[str, str, str] | None:
    """The pair of brackets before the last one, where the line up to that is too long already."""
    for at in range(len(found[0]) - 2, 0, -1):
        if text[at] in _CLOSE:
            pair = _last_bracket(text[: at + 1])
            if pair is not None and " = " in pair[0] and fits(pair[0], indent):
                return pair[0], pair[1], text[at:]
    return None


def split(text: str, separator: str = ", ") -> list[str]:
    """The parts of a list, at the commas outside of brackets and quotes."""
    parts, depth, quoted, start = [], 0, False, 0
    for at, c in enumerate(text):
        if c == '"':
            quoted = not quoted
        if quoted:
            continue
        depth += (c in _OPEN) - (c in _CLOSE)
        if depth == 0 and text.startswith(separator, at):
            parts.append(text[start:at])
            start = at + len(separator)
    return [*parts, text[start:]]


def indented(lines: Iterable[str], indent: int) -> str:
    """Lines at an indent, empty ones empty."""
    return "\n".join(f"{' ' * indent}{line}" if line else "" for line in lines)


def docstring(text: str, rows: Iterable[str], indent: int) -> list[str]:
    """A docstring of a text and the rows of a table, safe for any text."""
    paragraphs = [_safe(p) for p in _paragraphs(text)]
    first, rest = paragraphs[0] or "", paragraphs[1:]
    body = [
        *_wrapped(first, WIDTH - indent - 6),
        *(w for p in rest for w in _wrapped(p, WIDTH - indent)),
    ]
    table = [_safe(r) for r in rows]
    if len(body) == 1 and not table and fits(f'"""{body[0]}"""', indent):
        return [f'"""{body[0]}"""']
    middle = ["", *table] if table else []
    return [f'"""{body[0]}', *body[1:], *middle, '"""']


def _paragraphs(text: str) -> list[str]:
    """The lines of a text joined to paragraphs; an empty line, an item of a list or an indent begins anew."""
    found: list[str] = []
    for line in text.split("\n"):
        goes_on = found and found[-1] and line.strip() and line[0] not in " -*"
        if goes_on:
            found[-1] += f" {line.strip()}"
        else:
            found.append(line.rstrip())
    return found


def _safe(text: str) -> str:
    """Text that cannot end a docstring or escape in it."""
    cleaned = re.sub(r"[\x00-\x08\x0b-\x1f\x7f\u2028\u2029\x85]", " ", text).replace("\t", " ")
    cleaned = cleaned.replace("\\", "\\\\").replace('"""', '\\"\\"\\"').rstrip()
    return cleaned[:-1] + '\\"' if cleaned.endswith('"') else cleaned


_WORD = re.compile(r"(?:(?:next )?\w+ )?\[[^\[\]\s]+(?: [^\[\]\s]+){0,6}\]\S*|\S+")
"""A word, or the shape of a value with its spaces and its name."""


def _wrapped(text: str, width: int) -> list[str]:
    lines: list[str] = [""]
    for word in _WORD.findall(text):
        joined = f"{lines[-1]} {word}".strip()
        if len(joined) <= width or not lines[-1]:
            lines[-1] = joined
        else:
            lines.append(word)
    return lines
