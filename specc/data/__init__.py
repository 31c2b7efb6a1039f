"""The data sources by their word. A new one is a class, a row here, and a part of the template."""

from __future__ import annotations

from specc.data.base import DataField, DataSource, Derived
from specc.data.bundled import BreastCancer, Diabetes, Digits, Iris, Linnerud, Wine
from specc.data.derived import Edges, Episodes, Pairs, Windows
from specc.data.files import Csv, Idx, Images, Npy, Npz, Parquet
from specc.data.graphs import (
    EdgeList,
    GraphNpz,
    KarateClub,
    LesMiserables,
    PixelGraphs,
    RandomGraphs,
    StochasticBlocks,
)
from specc.data.made import (
    Blobs,
    Circles,
    Ecg,
    Gaussians,
    Helix,
    Moons,
    Shapes,
    Sinusoids,
    Spirals,
    SwissRoll,
)
from specc.data.sequences import Adding, Anbn, DigitNames, Echo, Parity, Reversal, Text
from specc.data.trees import BooleanTrees

__all__ = ["SOURCES", "DataField", "DataSource", "Derived"]

SOURCES: dict[str, type[DataSource]] = {
    s.word: s
    for s in (
        Digits, Iris, Wine, BreastCancer, Diabetes, Linnerud, Moons, Circles, Blobs, Gaussians,
        Spirals, SwissRoll, Helix, Sinusoids, Shapes, Ecg, Pairs, Episodes, Edges, Windows,
        Adding, Anbn, DigitNames, Echo, Parity, Reversal, Text, BooleanTrees,
        KarateClub, LesMiserables, StochasticBlocks, RandomGraphs, PixelGraphs, GraphNpz, EdgeList,
        Npz, Npy, Idx, Images, Csv, Parquet,
    )
}  # fmt: skip
"""Every source by its word."""
