"""Questions in other words: `C1 parameters`, `# of params in C1`, `output size of S2 (2 marks)`."""

from __future__ import annotations

import re

_PHRASES: tuple[tuple[str, str], ...] = tuple(
    (rf"(?<![a-z]){words}(?![a-z])", figure)
    for words, figure in (
        (r"receptive[ _-]?fields?|rf", "receptive_field"),
        (r"compression[ _-]?ratio", "compression_ratio"),
        (r"non[ _-]?trainable(?:[ _-]?param(?:eter)?s?)?", "non_trainable"),
        (r"trainable(?:[ _-]?(?:param(?:eter)?|weight)s?)?", "trainable"),
        (r"(?:learnable[ _-]?)?param(?:eter)?s?(?:[ _-]?count)?", "params"),
        (r"output(?:[ _-]?(?:shape|size|dimensions?))?", "output"),
        (r"(?:(?:feature[ _-]?)?map[ _-]?)?(?:shape|size|dimensions?)", "output"),
        (r"mult(?:iply|iplication)?[ _-]?(?:accumulate|add)?s?(?:ions)?|macs?", "macs"),
        (r"flops?", "flops"),
        (r"bias(?:es)?", "biases"),
        (r"weights?", "weights"),
    )
)  # fmt: skip
"""What a figure may be called."""
_FILLERS = frozenset("the of in for number no num count how many total layer a is what".split())
_WORDS = re.compile(r"\w+")


def squeezed(name: str) -> str:
    """The letters and digits alone, small."""
    return "".join(c for c in name.lower() if c.isalnum())


def words(name: str) -> tuple[str, ...]:
    """The words that say which figure of what is meant, sorted; without those that say nothing."""
    text = re.sub(r"\([^()]*\)\s*$", "", name).lower()
    for pattern, figure in _PHRASES:
        text = re.sub(pattern, f" {figure} ", text)
    return tuple(sorted({w for w in _WORDS.findall(text) if w not in _FILLERS}))
