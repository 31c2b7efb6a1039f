"""Law 2: what is counted is what the generated module has, and every map has the shape that was said."""

from __future__ import annotations

from pathlib import Path

import pytest

from specc.pipeline import compile_file
from specc.program import Program
from specc.sizes import Symbolic, free_symbols, holds
from specc.types import Tensor
from tests.laws.conformity import conforms

SPECS = sorted(Path(__file__).parents[2].joinpath("specs").rglob("*.spec"))
PRIMES = (32, 47, 64, 97, 128)


def program_of(path: Path) -> Program:
    program = compile_file(str(path)).program
    assert program is not None
    return program


def symbols_of(program: Program) -> set[str]:
    sizes = [
        s for b in program.networks for _, t in b.inputs if isinstance(t, Tensor) for s in t.sizes
    ]
    free = {name for s in sizes for name in free_symbols(s)}
    return free | {p.name for p in program.parameters if isinstance(p.value, Symbolic)}


@pytest.mark.parametrize("path", SPECS, ids=lambda p: p.stem)
def test_counts_and_shapes(path: Path) -> None:
    program = program_of(path)
    symbols = symbols_of(program)
    if not symbols:
        conforms(program)
        return
    tried = 0
    for first in range(len(PRIMES)):
        numbers = {s: PRIMES[(first + i) % len(PRIMES)] for i, s in enumerate(sorted(symbols))}
        conditions = [c for b in program.networks for c in b.constraints]
        if all(holds(c, numbers) for c in conditions):
            conforms(program, numbers)
            tried += 1
    assert tried >= 1
