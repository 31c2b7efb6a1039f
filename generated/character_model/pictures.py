"""Pictures for character_model.spec, written by specc 0.1.0.

A language model of characters: stories of a small grammar that holds 0.29 bits a
character, so that nothing can do better in the mean.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from torch import Tensor


def save_text(
    rows: tuple[Tensor, ...], decode: Callable[[Tensor], str], path: Path
) -> Path:
    """Save symbols as the text that they stand for, a paragraph for each item."""
    texts = [decode(item) for row in rows for item in row.cpu()]
    path.write_text("\n\n".join(texts) + "\n", encoding="utf-8")
    return path
