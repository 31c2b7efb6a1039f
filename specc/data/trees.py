"""Trees drawn from a seed: boolean expressions, where every node has a value (as in Socher et al. 2013)."""

from typing import Self

from pydantic import Field, model_validator

from specc.data.base import DataField, Splitting
from specc.data.sequences import mask, tokens
from specc.types import tree_columns


class BooleanTrees(Splitting):
    """Boolean expressions of true, false, and, or, exclusive or."""

    word, kind = "boolean_trees", "boolean_trees"
    summary = (
        "Boolean expressions (0 false, 1 true, 2 and, 3 or, 4 xor): tree, value of each node, mask."
    )
    depth: int = Field(
        4, ge=1, le=12, description="Largest depth; an operator of two leaves has 1."
    )
    test_depth: int | None = Field(None, ge=1, le=12, description="Largest depth for testing.")
    children: int = Field(
        2, ge=2, le=8, description="Most operands of an operator, of which each has two."
    )
    examples: int = Field(5_000, ge=10, le=1_000_000, description="Number of trees.")
    seed: int = Field(0, ge=0, lt=2**32, description="Seed of the trees.")

    @property
    def deepest(self) -> int:
        """The largest depth of all."""
        return max(self.depth, self.test_depth or 0)

    @property
    def nodes(self) -> int:
        """The nodes of the largest tree."""
        return sum(self.children**level for level in range(self.deepest + 1))

    @model_validator(mode="after")
    def _not_too_many(self) -> Self:
        if self.nodes > 2**13:
            raise ValueError(f"and children give trees of up to {self.nodes} nodes, more than 8192")
        return self

    @model_validator(mode="after")
    def _every_fifth(self) -> Self:
        if self.test_depth is not None and self.test is not None:
            raise ValueError("with test_depth every fifth tree is for testing; leave test= out")
        return self

    def fields(self) -> tuple[DataField, ...]:
        """The tree, a class for every node, and which nodes there are; the root stands first."""
        sizes, nodes = (self.nodes, tree_columns(self.children)), self.nodes
        parts = DataField("tree", sizes, ("node", "part"), dtype="int", classes=5)
        value, there = tokens("value", nodes, 2), mask(nodes)
        return parts, _at_nodes(value), _at_nodes(there)


def _at_nodes(field: DataField) -> DataField:
    return DataField(field.name, field.sizes, ("node",), field.dtype, field.classes)
