"""Layers that only hand values on between the places of a graph."""

from __future__ import annotations

PLUMBING = frozenset(("features", "with_features", "spread"))
"""What moves a value between a graph and its places without a word in the spec: no row in a table."""
