"""The data sources by their word. A new one is a class, a row here, and a part of the template."""

from __future__ import annotations

from specc.data.base import DataField, DataSource, Derived
from specc.vocabulary import Vocabulary

__all__ = ["SOURCES", "DataField", "DataSource", "Derived"]

SOURCES: Vocabulary[DataSource] = Vocabulary(
    "specc.data",
    {
        "bundled": "digits:Digits iris:Iris wine:Wine breast_cancer:BreastCancer diabetes:Diabetes"
        " linnerud:Linnerud",
        "made": "moons:Moons circles:Circles blobs:Blobs gaussians:Gaussians spirals:Spirals"
        " swiss_roll:SwissRoll helix:Helix sinusoids:Sinusoids shapes:Shapes ecg:Ecg",
        "derived": "pairs:Pairs episodes:Episodes edges:Edges",
        "windows": "windows:Windows",
        "sequences": "adding:Adding anbn:Anbn digit_names:DigitNames echo:Echo parity:Parity"
        " reversal:Reversal",
        "text": "text:Text stories:Stories",
        "trees": "boolean_trees:BooleanTrees",
        "graphs": "karate_club:KarateClub les_miserables:LesMiserables"
        " stochastic_blocks:StochasticBlocks random_graphs:RandomGraphs pixel_graphs:PixelGraphs"
        " graph_npz:GraphNpz graphs_npz:GraphsNpz edge_list:EdgeList geometric:Geometric",
        "files": "npz:Npz npy:Npy idx:Idx images:Images csv:Csv parquet:Parquet",
    },
)
"""Every source by its word."""
