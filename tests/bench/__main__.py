"""All benchmarks, one after the other: `python -m tests.bench`. They want an idle machine."""

from __future__ import annotations

from importlib import import_module

NAMES = ("front", "training_loop", "graphs", "cells")
"""The modules beside this one that have a `main`."""

for name in NAMES:
    print(f"== {name}")
    import_module(f"tests.bench.{name}").main()
