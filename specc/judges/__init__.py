"""The judges of samples: specs of classifiers that specc trains, one file for each word."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def text(word: str) -> str:
    """The spec of a judge. Its network `Judge` gives features and scores."""
    return files("specc.judges").joinpath(f"{word}.spec").read_text(encoding="utf-8")
