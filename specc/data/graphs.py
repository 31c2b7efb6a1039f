"""Graphs as data: one graph with labels on its nodes, one whose edges are to be found, many to be told apart.

Nothing is downloaded. One graph is one item, so that an epoch is one step; which of its nodes or pairs
count is said by masks and by pairs, not by rows.
"""

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from specc.data.base import DataField, DataSource, Share, Splitting, label_field
from specc.types import Over, Tensor


def graph_field(**sizes: int) -> DataField:
    """Graphs with features of these sizes."""
    return DataField("g", graph=tuple(sizes.items()))


def node_field(name: str, classes: int) -> DataField:
    """The class of each node."""
    return DataField(name, dtype="int", classes=classes, low=0, high=classes - 1, over="nodes")


def link_fields(nodes: int) -> tuple[DataField, ...]:
    """A graph without the edges that are asked about, pairs of nodes, and whether they are joined."""
    pairs = DataField("pairs", (2,), ("pair",), "int", nodes, over="pairs")
    linked = DataField("linked", dtype="int", classes=2, low=0, high=1, over="pairs")
    return graph_field(node=nodes, nodes=nodes), pairs, linked


class OneGraph(DataSource):
    """One graph that is trained and tested on."""

    seed: int = Field(0, ge=0, lt=2**32, description="Seed of what is drawn.")

    @classmethod
    def __pydantic_init_subclass__(cls, **settings: Any) -> None:
        """What a source has for itself comes first: `graph_npz("cora.npz")` names its path."""
        super().__pydantic_init_subclass__(**settings)
        for name in [n for n in cls.model_fields if n not in cls.__annotations__]:
            cls.model_fields[name] = cls.model_fields.pop(name)

    @property
    def links(self) -> bool:
        """Whether edges are to be found."""
        return False


class NodeLabels(OneGraph):
    """A graph whose nodes have classes, some of which are known."""

    labelled: int = Field(
        1, ge=1, le=1000, description="Nodes of each class whose label may be learnt from; the others "
        "are held out. The nodes with the most edges come first.",
    )  # fmt: skip

    neighbours: tuple[Annotated[int, Field(ge=1)], ...] | None = Field(
        None, description="Of how many neighbours, hop by hop, a node of a batch is shown with; by "
        "default the whole graph is one batch.",
    )  # fmt: skip

    SMALLEST: ClassVar[int | None] = None
    """Nodes of the smallest class, where they are known."""

    @model_validator(mode="after")
    def _some_are_held_out(self) -> Self:
        if self.SMALLEST is not None:
            self._leaves_some(self.SMALLEST)
        return self

    def _leaves_some(self, nodes: int) -> None:
        """Refuse to know all nodes of a class, which leaves none of it for testing."""
        if self.labelled >= nodes:
            raise ValueError(
                f"labelled is below the {nodes} nodes of a class: the others are tested"
            )

    def masks(self) -> tuple[str, ...]:
        """The nodes that are learnt from, and the others."""
        return () if self.links else ("labelled", "held_out")


class Links(OneGraph):
    """A graph some of whose edges are hidden and to be found."""

    held_back: Share = Field(0.2, description="Share of the edges that are hidden and tested.")
    negatives: int = Field(
        1, ge=1, le=100, description="Pairs without an edge for each edge that is learnt from."
    )


class KarateClub(NodeLabels):
    """Friendships in a club that broke in two (Zachary 1977)."""

    SMALLEST: ClassVar[int | None] = 17
    word, kind = "karate_club", "karate_club"
    summary = "Zachary's karate club, 34 members, 78 friendships, one-hot features: g, faction."

    def fields(self) -> tuple[DataField, ...]:
        """The graph, and who went with whom."""
        return graph_field(node=34, nodes=34, edges=156), node_field("faction", 2)


class LesMiserables(Links):
    """Who meets whom in a novel (Knuth 1993)."""

    word, kind = "les_miserables", "les_miserables"
    summary = (
        "The 77 characters of Les Misérables and who meets whom, one-hot features, some meetings "
        "hidden: g, pairs, linked."
    )

    @property
    def links(self) -> bool:
        """Always."""
        return True

    def fields(self) -> tuple[DataField, ...]:
        """The graph, pairs of characters, and whether they meet."""
        return link_fields(77)


class StochasticBlocks(NodeLabels, Links):
    """A random graph of groups (Holland, Laskey & Leinhardt 1983)."""

    word, kind = "stochastic_blocks", "stochastic_blocks"
    summary = (
        "A random graph of groups, more edges inside than between, one-hot features: g, block."
    )
    blocks: int = Field(4, ge=2, le=100, description="Number of groups.")
    size: int = Field(25, ge=2, le=1000, description="Nodes of a group.")
    inside: Share = Field(0.5, description="Chance of an edge between two nodes of a group.")
    between: Share = Field(0.05, description="Chance of an edge between nodes of two groups.")
    task: Literal["nodes", "links"] = Field(
        "nodes", description="Find the group of each node, or hidden edges: g, pairs, linked."
    )

    @model_validator(mode="after")
    def _fits_its_task(self) -> Self:
        unused = ("labelled", "neighbours") if self.links else ("held_back", "negatives")
        for name in unused:
            if name in self.model_fields_set:
                raise ValueError(f"{name} is not for task={self.task}")
        if not self.links:
            self._leaves_some(self.size)
        return self

    @property
    def links(self) -> bool:
        """As the task says."""
        return self.task == "links"

    def fields(self) -> tuple[DataField, ...]:
        """The graph with the groups of its nodes, or with pairs of nodes."""
        nodes = self.blocks * self.size
        if self.links:
            return link_fields(nodes)
        return graph_field(node=nodes, nodes=nodes), node_field("block", self.blocks)


class PixelGraphs(Splitting):
    """Digits as graphs of pixels."""

    graph_items = True

    word, kind = "pixel_graphs", "pixel_graphs"
    summary = (
        "The 1,797 digits as graphs: a node is a pixel with its value, row and column, joined to the "
        "pixels around it: g, label."
    )
    neighbours: Literal[4, 8] = Field(
        8, description="4 for pixels that share a side, 8 for those at a corner too."
    )

    def fields(self) -> tuple[DataField, ...]:
        """The graph and the digit."""
        edges = 420 if self.neighbours == 8 else 224
        return graph_field(node=3, nodes=64, edges=edges), label_field(10)


class GraphNpz(NodeLabels):
    """A graph in an archive of NumPy."""

    word, kind = "graph_npz", "graph_npz"
    summary = (
        "A graph in an .npz archive with the arrays node [N, features], edges [E, 2], label [N] and, "
        "where the spec has edge features, edge [E, features]; fields: the graph, the label."
    )
    graphs: ClassVar[bool] = True
    path: str = Field(min_length=1, description="Path of the file, from where training is started.")
    directed: bool = Field(
        False, description="Whether an edge leads one way only; else its reverse is added."
    )


class GraphsNpz(Splitting):
    """Many graphs in an archive of NumPy."""

    word, kind = "graphs_npz", "graphs_npz"
    summary = (
        "Graphs in an .npz archive with the arrays node [N, features], owner [N] (the graph of each node, "
        "from 0), edges [E, 2] and label [graphs]; edge and global where the spec has such features; "
        "fields: the graph, a class or numbers."
    )
    graphs: ClassVar[bool] = True
    graph_items: ClassVar[bool] = True
    label_over: ClassVar[Over] = "items"
    path: str = Field(min_length=1, description="Path of the file, from where training is started.")
    directed: bool = Field(
        False, description="Whether an edge leads one way only; else its reverse is added."
    )

    def refusal(self, types: Sequence[Tensor]) -> str | None:
        """One target at most: a class, a number or a vector."""
        if len(types) > 1:
            return "graphs_npz reads 2 fields, the graph and its label"
        if types and (types[0].rank > 1 or (types[0].dtype == "int" and types[0].rank)):
            return "the label of a graph is a class, a number or a vector"
        return None


class Geometric(NodeLabels):
    """A graph of PyTorch Geometric."""

    word, kind = "geometric", "geometric"
    summary = (
        "A graph of PyTorch Geometric, which must be installed and may download it: the graph with "
        "its features, the label of each node."
    )
    graphs: ClassVar[bool] = True
    collection: Literal[
        "Actor", "Amazon", "CitationFull", "Coauthor", "KarateClub", "Planetoid", "WebKB", "WikiCS"
    ] = Field(description="The class of torch_geometric.datasets, as in geometric(Planetoid).")
    name: str | None = Field(
        None,
        pattern="^[A-Za-z0-9_.-]+$",
        description="The graph of the collection, where it has several.",
    )
    path: str = Field("data", min_length=1, description="Folder that graphs are kept in.")

    @model_validator(mode="after")
    def _one_of_several(self) -> Self:
        alone = self.collection in ("Actor", "KarateClub", "WikiCS")
        if alone and self.name is not None:
            raise ValueError(f"{self.collection} is one graph; leave name= out")
        if not alone and self.name is None:
            raise ValueError(f'{self.collection} has several graphs; say which, as in name="Cora"')
        return self


class EdgeList(Links):
    """Edges in a text file."""

    word, kind = "edge_list", "edge_list"
    summary = (
        "A text file with the names of two nodes a line, one-hot features, some edges hidden: "
        "g, pairs, linked."
    )
    path: str = Field(min_length=1, description="Path of the file, from where training is started.")
    nodes: int = Field(ge=2, le=1_000_000, description="Number of nodes that the file names.")

    @property
    def links(self) -> bool:
        """Always."""
        return True

    def fields(self) -> tuple[DataField, ...]:
        """The graph, pairs of nodes, and whether they are joined."""
        return link_fields(self.nodes)


class RandomGraphs(Splitting):
    """Graphs of three random families, to be told apart."""

    graph_items = True

    word, kind = "random_graphs", "random_graphs"
    summary = (
        "Random graphs of three families with equally many edges (Erdős-Rényi, Barabási-Albert, "
        "Watts-Strogatz), every node with the one feature 1: g, family."
    )
    LABELS: ClassVar[tuple[str, ...]] = ("erdos_renyi", "barabasi_albert", "watts_strogatz")
    examples: int = Field(800, ge=10, le=100_000, description="Number of graphs.")
    smallest: int = Field(20, ge=6, le=1000, description="Fewest nodes.")
    largest: int = Field(40, ge=6, le=1000, description="Most nodes.")
    seed: int = Field(0, ge=0, lt=2**32, description="Seed of the graphs.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.smallest > self.largest:
            raise ValueError("smallest must be at most largest")
        return self

    def fields(self) -> tuple[DataField, ...]:
        """The graph and its family."""
        return graph_field(node=1), label_field(3, "family")
