"""What is raised for an answer that says nothing to specc."""

from __future__ import annotations


class Unreadable(Exception):  # noqa: N818 - it reads as what is wrong with the answer
    """A written answer is neither a number, nor a shape, nor a formula; the text says why."""
