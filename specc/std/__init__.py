"""The standard library, written in the language: files of definitions that ship with specc.

`INDEX` says which file a word stands in, so that a file is read only where one of its words is used.
"""

from __future__ import annotations

INDEX: dict[str, str] = {
    **dict.fromkeys(("gcn", "sage", "gat", "gin", "gated_graph", "graph_network"), "graphs"),
    **dict.fromkeys(
        (
            "rnn_cell",
            "lstm_cell",
            "peephole_lstm",
            "full_peephole_lstm",
            "gru_cell",
            "gru_reset_before",
        ),
        "recurrent",
    ),
    **dict.fromkeys(("child_sum_lstm", "binary_tree_lstm", "rntn"), "recurrent"),
}
"""Every definition of the library and its file, without `.spec`. A test compares."""
