"""Reading `--set name=value`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TypeAlias

from specc.cli.outcome import UsageError

Value: TypeAlias = int | float | bool | str | tuple["Value", ...]

_SIZE = re.compile(r"\d+(x\d+)+")
_LONGEST = 4000  # digits and all; Python refuses to read longer numbers


def read_settings(written: Iterable[str]) -> Mapping[str, Value]:
    """`["latent=32"]` as `{"latent": 32}`; the last of a name wins.

    Raises:
        UsageError: no name, no value, or a value that is no number, word, size or list.
    """
    return dict(_setting(text) for text in written)


def _setting(text: str) -> tuple[str, Value]:
    name, equals, value = (part.strip() for part in text.partition("="))
    words = name.split(".")  # N.H is the size H of network N
    if not equals or not value or len(words) > 2 or not all(map(str.isidentifier, words)):
        raise UsageError(f"--set takes NAME=VALUE, as in --set latent=32, not {text!r}")
    if len(value) > _LONGEST:
        raise UsageError(f"the value of {name} is longer than {_LONGEST} characters")
    return name, _value(value)


def _value(text: str) -> Value:
    if text.startswith("[") and text.endswith("]"):
        items = text[1:-1].strip().removesuffix(",")
        return tuple(_value(item.strip()) for item in items.split(",")) if items else ()
    if text in {"true", "false"}:
        return text == "true"
    if _SIZE.fullmatch(text):
        return tuple(int(part) for part in text.split("x"))
    return _number(text)


def _number(text: str) -> Value:
    for read in (int, float):
        try:
            return read(text)
        except ValueError:
            continue
    return text.strip("\"'")
