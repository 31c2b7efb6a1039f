"""How alike two values are: distances, cosines, and the losses built on them."""

from typing import Annotated

from pydantic import AfterValidator, Field

from specc.layers.base import Inference, Layer, LayerError, Operand
from specc.layers.code import Code, Fn, Infix, X, method
from specc.layers.common import numeric, positive, same_shape, tensor
from specc.layers.reduction import signs
from specc.layers.spatial import changed, numbers
from specc.sizes import Constraint
from specc.types import Tensor

Above0 = Annotated[float, AfterValidator(positive)]
_ITEM = Tensor((), ())


def _vectors(operands: tuple[Operand | None, ...], word: str, count: int) -> tuple[
    tuple[Tensor, ...], tuple[Constraint, ...]
]:  # fmt: skip
    found = tuple(numbers(operands[i], word, i) for i in range(count))
    if found[0].rank == 0:
        raise LayerError("E301", f"{word} compares vectors, not single numbers", text=str(found[0]))
    conditions = tuple(
        c for i, other in enumerate(found[1:], 1) for c in same_shape(found[0], other, word, i)
    )
    return found, conditions


def _flat(x: Tensor, code: Code) -> Code:
    return code if x.rank == 1 else method(code, "flatten", 1)


def _item(code: Code, conditions: tuple[Constraint, ...], **limits: float) -> Inference:
    return Inference(
        outputs=(("output", _ITEM.with_range(limits.get("low"), limits.get("high"))),),
        forward=code,
        sees="all",
        constraints=conditions,
    )


class Distance(Layer):
    """The distance of two vectors, with a gradient everywhere."""

    word = "distance"
    summary = "Distance of two values of an item; its gradient at 0 is finite."
    formula = "(Σ |a − b + eps|ᵖ)^(1/p)"
    operands = ("a", "b")
    p: Above0 = Field(2.0, description="Order of the norm: 2 is Euclidean, 1 Manhattan.")
    eps: Above0 = Field(1e-6, description="Added to every difference, so that the root is safe.")

    def infer(self, *operands: Operand | None) -> Inference:
        """[…] and […] to one number."""
        (a, _), conditions = _vectors(operands, self.word, 2)
        options = changed(p=(self.p, 2.0), eps=(self.eps, 1e-6))
        code = Fn("F.pairwise_distance", (_flat(a, X(0)), _flat(a, X(1))), options)
        return _item(code, conditions, low=0.0)


class CosineSimilarity(Layer):
    """The cosine of the angle between two vectors."""

    word = "cosine_similarity"
    summary = "Cosine of the angle between two values of an item."
    formula = "a·b/(‖a‖·‖b‖)"
    operands = ("a", "b")
    eps: Above0 = Field(1e-8, description="Smallest product of the lengths.")

    def infer(self, *operands: Operand | None) -> Inference:
        """[…] and […] to one number."""
        (a, _), conditions = _vectors(operands, self.word, 2)
        options = changed(eps=(self.eps, 1e-8))
        code = Fn("F.cosine_similarity", (_flat(a, X(0)), _flat(a, X(1))), options)
        return _item(code, conditions, low=-1.0, high=1.0)


class CosineEmbedding(Layer):
    """Cosines near 1 for like pairs and below a margin for others."""

    word = "cosine_embedding"
    summary = "Loss of pairs that are alike (1) or not (−1, or 0 of a label), by their cosine."
    formula = "1 − cos if y = 1 else max(0, cos − margin)"
    operands = ("a", "b", "target")
    loss = True
    margin: float = Field(
        0.0, ge=-1, le=1, description="Cosine below which unlike pairs cost nothing."
    )

    def infer(self, *operands: Operand | None) -> Inference:
        """Two vectors and 1 or −1 to one number."""
        (a, _), conditions = _vectors(operands, self.word, 2)
        target = _signs(tensor(operands[2], self.word, 2))
        options = (*changed(margin=(self.margin, 0.0)), ("reduction", "none"))
        code = Fn("F.cosine_embedding_loss", (_flat(a, X(0)), _flat(a, X(1)), target), options)
        return _item(code, conditions, low=0.0)


def _signs(target: Tensor) -> Code:
    if target.rank:
        raise LayerError(
            "E301", "cosine_embedding takes one target for each pair", text=str(target)
        )
    if target.constant is None:
        return signs(target, X(2))
    if target.constant not in (-1, 1):
        raise LayerError("E204", "cosine_embedding takes 1 or -1 as its target", argument=2)
    return method(X(0), "new_full", (method(X(0), "size", 0),), int(target.constant))


class Triplet(Layer):
    """Like nearer than unlike by a margin (Schroff et al. 2015)."""

    word = "triplet"
    summary = "Loss of an anchor with a like and an unlike example."
    formula = "max(0, d(a, p) − d(a, n) + margin)"
    operands = ("anchor", "positive", "negative")
    loss = True
    margin: Above0 = Field(1.0, description="How much nearer the like one must be.")
    p: Above0 = Field(2.0, description="Order of the norm.")
    eps: Above0 = Field(1e-6, description="Added to every difference, so that the root is safe.")
    swap: bool = Field(
        False, description="Whether d(p, n) stands in for d(a, n) where it is smaller."
    )

    def infer(self, *operands: Operand | None) -> Inference:
        """Three vectors to one number."""
        (a, *_), conditions = _vectors(operands, self.word, 3)
        options = changed(
            margin=(self.margin, 1.0),
            p=(self.p, 2.0),
            eps=(self.eps, 1e-6),
            swap=(self.swap, False),
        )
        vectors = tuple(_flat(a, X(i)) for i in range(3))
        code = Fn("F.triplet_margin_loss", vectors, (*options, ("reduction", "none")))
        return _item(code, conditions, low=0.0)


class Contrastive(Layer):
    """Like pairs near, unlike ones beyond a margin (Hadsell et al. 2006)."""

    word = "contrastive"
    summary = "Loss of a distance: squared for like pairs, margin for others."
    formula = "same·d²/2 + (1 − same)·max(0, margin − d)²/2"
    operands = ("distance", "same")
    loss = True
    margin: Above0 = Field(1.0, description="Distance beyond which unlike pairs cost nothing.")

    def infer(self, *operands: Operand | None) -> Inference:
        """A distance and 0 or 1 to one number."""
        d, same = numbers(operands[0], self.word), tensor(operands[1], self.word, 1)
        conditions = same_shape(d, same, self.word)
        if d.rank:
            raise LayerError("E301", "contrastive takes one distance for each pair", text=str(d))
        margin: Code = int(self.margin) if self.margin.is_integer() else self.margin
        alike = numeric(same, X(1))
        near = Infix("*", alike, Infix("**", X(0), 2))
        gap = Infix("**", Fn("F.relu", (Infix("-", margin, X(0)),)), 2)
        far = Infix("*", Infix("-", 1, alike), gap)
        return _item(Infix("/", Infix("+", near, far), 2), conditions, low=0.0)


class InfoNCE(Layer):
    """Each item must find its partner in the batch (van den Oord et al. 2018; CLIP)."""

    word = "info_nce"
    summary = "Symmetric cross-entropy of cosines over the batch: each item finds its partner."
    formula = "½·(CE(s·aᵀb, i) + CE(s·bᵀa, i)), a and b of length 1"
    operands = ("a", "b")
    loss = True
    temperature: Above0 = Field(0.07, description="The cosines are divided by it.")

    def infer(self, *operands: Operand | None) -> Inference:
        """Two vectors to one number for the whole batch."""
        (a, _), conditions = _vectors(operands, self.word, 2)
        code = Fn("info_nce", (_flat(a, X(0)), _flat(a, X(1)), self.temperature))
        out = Tensor((), (), batched=False).with_range(0.0)
        return Inference((("output", out),), code, sees="all", constraints=conditions)
