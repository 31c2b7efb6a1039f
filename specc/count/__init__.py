"""Counting what a typed program owns and computes, with the working. Knows nothing of how it is shown."""

from specc.count.counter import count
from specc.count.machine import to_json
from specc.count.memory import Memory, memory
from specc.count.report import CountReport, Difference, NetworkCount, Row, Totals

__all__ = [
    "CountReport",
    "Difference",
    "Memory",
    "NetworkCount",
    "Row",
    "Totals",
    "count",
    "memory",
    "to_json",
]
