"""Nearest names for "did you mean": what a misspelt or foreign word most likely stands for.

Distances are those of Damerau and Levenshtein (optimal string alignment) with prices that follow how
people mistype; words of other frameworks are looked up first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise
from math import inf

LONGEST = 64  # longer words are no misspellings
MOST = 1000  # candidates compared letter by letter

# Squeezed words (no underscores, lower case) of other frameworks and of the lecture -> ours, best first.
SYNONYMS: dict[str, tuple[str, ...]] = {
    "dense": ("linear",),
    "fc": ("linear",),
    "fullyconnected": ("linear",),
    "affine": ("linear",),
    "convolution": ("conv",),
    "convolve": ("conv",),
    "convtranspose": ("conv_transpose",),
    "transposedconv": ("conv_transpose",),
    "transposeconv": ("conv_transpose",),
    "deconv": ("conv_transpose",),
    "deconvolution": ("conv_transpose",),
    "upconv": ("conv_transpose",),
    "pool": ("max_pool", "avg_pool"),
    "maxpooling": ("max_pool",),
    "avgpooling": ("avg_pool",),
    "averagepool": ("avg_pool",),
    "averagepooling": ("avg_pool",),
    "meanpool": ("avg_pool",),
    "globalaveragepool": ("global_avg_pool",),
    "globalaveragepooling": ("global_avg_pool",),
    "globalmaxpooling": ("global_max_pool",),
    "positionalencoding": ("sinusoidal_positions", "learned_positions"),
    "positionencoding": ("sinusoidal_positions", "learned_positions"),
    "positionalembedding": ("learned_positions", "sinusoidal_positions"),
    "positionembedding": ("learned_positions", "sinusoidal_positions"),
    "gap": ("global_avg_pool",),
    "unpooling": ("unpool",),
    "maxunpool": ("unpool",),
    "bn": ("batch_norm",),
    "batchnormalization": ("batch_norm",),
    "layernormalization": ("layer_norm",),
    "groupnormalization": ("group_norm",),
    "lrn": ("local_response_norm",),
    "upsampling": ("upsample",),
    "interpolate": ("upsample",),
    "resize": ("upsample",),
    "swish": ("silu",),
    "lrelu": ("leaky_relu",),
    "logistic": ("sigmoid",),
    "view": ("reshape",),
    "cat": ("concat",),
    "concatenate": ("concat",),
    "merge": ("concat",),
    "mha": ("attention",),
    "multihead": ("attention",),
    "multiheadattention": ("attention",),
    "selfattention": ("attention",),
    "ce": ("cross_entropy",),
    "crossentropyloss": ("cross_entropy",),
    "categoricalcrossentropy": ("cross_entropy",),
    "softmaxcrossentropy": ("cross_entropy",),
    "binarycrossentropy": ("bce", "bce_with_logits"),
    "bcewithlogitsloss": ("bce_with_logits",),
    "acc": ("accuracy",),
    "mae": ("l1", "mae"),
    "l2": ("mse",),
    "meansquarederror": ("mse",),
    "squarederror": ("mse",),
    "nllloss": ("nll",),
    "kld": ("kl",),
    "kullbackleibler": ("kl",),
    "detach": ("stop",),
    "stopgradient": ("stop",),
    "gaussian": ("normal",),
    "randn": ("normal",),
    "randint": ("integers",),
    "units": ("units", "features", "channels"),
    "filters": ("channels",),
    "outchannels": ("channels",),
    "outfeatures": ("units", "features"),
    "size": ("kernel", "size"),
    "kernelsize": ("kernel",),
    "filtersize": ("kernel",),
    "poolsize": ("kernel",),
    "windowsize": ("kernel",),
    "hiddensize": ("units",),
    "embeddingdim": ("features",),
    "outputdim": ("features",),
    "numlayers": ("layers",),
    "returnsequences": ("keep",),
    "dim": ("axis", "axes"),
    "pad": ("padding", "pad"),
    "step": ("stride", "step"),
    "dilationrate": ("dilation",),
    "usebias": ("bias",),
    "rate": ("p", "lr"),
    "dropoutrate": ("p",),
    "probability": ("p",),
    "drop": ("dropout",),
    "learningrate": ("lr",),
    "im2col": ("unfold",),
    "col2im": ("fold",),
    "keypaddingmask": ("mask",),
    "monitor": ("watch",),
    "numheads": ("heads",),
    "nheads": ("heads",),
    "iscausal": ("causal",),
    "negativeslope": ("slope", "negative_slope"),
    "decay": ("weight_decay",),
    "l2penalty": ("weight_decay",),
    "epoch": ("epochs",),
    "batchsize": ("batch",),
    "optim": ("optimizer",),
    "loss": ("minimize",),
    "model": ("network",),
    "module": ("block", "network"),
    "function": ("block",),
    "class": ("network",),
    "def": ("block",),
    "import": ("use",),
    "include": ("use",),
    "input": ("in",),
    "output": ("out",),
    "parameter": ("param",),
}

OPPOSITES = (
    ("min", "max"), ("encod", "decod"), ("up", "down"), ("in", "out"), ("first", "last"),
    ("left", "right"), ("lower", "upper"), ("before", "after"), ("source", "target"),
    ("train", "test"), ("positive", "negative"), ("true", "false"), ("less", "greater"),
)  # fmt: skip
"""Parts of words that say the contrary: neither is ever meant by the other, however near they are."""

_KEYBOARD = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_NEIGHBOURS = {a + b for row in _KEYBOARD for a, b in pairwise(row)}


def nearest(word: str, candidates: Iterable[str], limit: int = 3) -> list[str]:
    """The candidates that `word` may stand for, best first, at most `limit`; empty when none is near.

    Candidates that come earlier win ties, so pass the usual ones first.
    """
    if not word or len(word) > LONGEST:
        return []
    pool = [c for c in dict.fromkeys(candidates) if c != word and abs(len(c) - len(word)) < LONGEST]
    if len(pool) > MOST:
        pool = [c for c in pool if c[:1].lower() == word[:1].lower()][:MOST]
    most = cutoff(word)
    priced = ((price(word, c, most), i, c) for i, c in enumerate(pool))
    good = sorted(p for p in priced if p[0] <= most)
    return [c for _, _, c in good[:limit]]


def sure(word: str, candidate: str) -> bool:
    """Whether a word is so near to another that a fix may put that in its place: no mere beginning of it."""
    written, meant = _squeeze(word), _squeeze(candidate)
    cost = price(word, candidate)
    return cost < 0.5 or (cost <= cutoff(word) and abs(len(written) - len(meant)) <= 2)


def cutoff(word: str) -> float:
    """The highest price at which a name still counts as near: about a third of the letters.

    A single letter is near to itself alone: no fix may turn `B` into `A`.
    """
    length = len(_squeeze(word))
    return max(1.2, length * 0.36) if length > 1 else 0.5


def price(word: str, candidate: str, limit: float = inf) -> float:
    """How far `candidate` is from what was written; 0 is another spelling of the same word.

    A price above `limit` may be given as infinite.
    """
    left, right = _squeeze(word), _squeeze(candidate)
    if left == right:
        return 0.0
    foreign = SYNONYMS.get(left, ()) or SYNONYMS.get(_without_rank(left), ())
    if candidate in foreign:
        return 0.1 + 0.1 * foreign.index(candidate)
    if _without_rank(left) == right:
        return 0.1
    if contrary(left, right):
        return inf
    edits = inf if _least_price(left, right) > limit else _edit_price(left, right)
    return min(_prefix_price(left, right), edits)


def _least_price(left: str, right: str) -> float:
    """What edits cost at least: every letter that only one of the words has is put in, out or exchanged."""
    letters, meant = set(left), set(right)
    alone = max(len(letters - meant), len(meant - letters))
    return max(0.9 * alone, 0.6 * abs(len(left) - len(right)))


def contrary(word: str, other: str) -> bool:
    """Whether two words differ in the part that says which way: `argmin`, `argmax`."""
    ways = [*OPPOSITES, *((b, a) for a, b in OPPOSITES)]
    return any(a in word and b in other and a not in other and b not in word for a, b in ways)


def _squeeze(word: str) -> str:
    """`Max_Pool` and `max-pool` are `maxpool`."""
    return word.lower().replace("_", "").replace("-", "")


def _without_rank(word: str) -> str:
    """`conv2d` is `conv`, `conv2dtranspose` is `convtranspose`."""
    return re.sub("[123]d", "", word)


def _prefix_price(left: str, right: str) -> float:
    """A word cut short, or one written on: `attn` no, `sig` for `sigmoid` yes."""
    shorter, longer = sorted((left, right), key=len)
    if len(shorter) < 3 or len(longer) > 2.5 * len(shorter) or not longer.startswith(shorter):
        return inf
    return 0.8 + 0.05 * (len(longer) - len(shorter))


@lru_cache(maxsize=4096)
def _edit_price(left: str, right: str) -> float:
    """Edits that turn `right` (meant) into `left` (written)."""
    before: list[float] = []
    row = [float(j) for j in range(len(right) + 1)]
    for i, letter in enumerate(left, 1):
        before2, before, row = before, row, [float(i)]
        for j, meant in enumerate(right, 1):
            best = min(
                before[j] + _extra(left, i - 1),
                row[j - 1] + _missing(right, j - 1),
                before[j - 1] + _other(letter, meant),
            )
            if i > 1 and j > 1 and letter == right[j - 2] and left[i - 2] == meant != letter:
                best = min(best, before2[j - 2] + 0.8)
            row.append(best)
    first = 0.15 if left[:1] != right[:1] else 0.0
    return row[-1] + first


def _extra(word: str, at: int) -> float:
    """A letter too many; a doubled one is the commonest slip."""
    return 0.6 if at and word[at] == word[at - 1] else 1.0


def _missing(word: str, at: int) -> float:
    """A letter left out."""
    return 0.6 if at and word[at] == word[at - 1] else 0.95


def _other(written: str, meant: str) -> float:
    """One letter for another; neighbours on the keyboard are cheaper."""
    if written == meant:
        return 0.0
    return 0.9 if written + meant in _NEIGHBOURS or meant + written in _NEIGHBOURS else 1.0
