"""Law 2: what is counted is what the generated module has, and every map has the shape that was said."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from specc.pipeline import compile_file
from specc.program import Program
from specc.sizes import Symbolic, free_symbols, holds, nearest_valid
from specc.types import Tensor
from tests.laws.conformity import conforms, every_node_conforms

SPECS = sorted(Path(__file__).parents[2].joinpath("specs").rglob("*.spec"))
PRIMES = (23, 31, 47, 61, 89, 97, 113, 131, 151, 199)


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


def free_numbers(program: Program, seed: int = 0, count: int = 5) -> list[dict[str, int]]:
    """Numbers for the free sizes, odd, even and prime ones, as near to random ones as conditions allow."""
    rng, symbols = random.Random(seed), sorted(symbols_of(program))
    conditions = [c for b in program.networks for c in b.constraints]
    found: list[dict[str, int]] = []
    for _ in range(20 * count):
        wanted = {s: rng.choice((rng.randrange(20, 200), rng.choice(PRIMES))) for s in symbols}
        near = {
            s: max(filter(None, nearest_valid(conditions, s, n)), default=n)
            for s, n in wanted.items()
        }
        if near not in found and all(holds(c, near) for c in conditions):
            found.append(near)
        if len(found) == count:
            break
    return found


@pytest.mark.parametrize("path", SPECS, ids=lambda p: p.stem)
def test_counts_and_shapes(path: Path) -> None:
    program = program_of(path)
    numbers = free_numbers(program) if symbols_of(program) else [{}]
    assert len(numbers) == (5 if symbols_of(program) else 1)
    for values in numbers:
        conforms(program, values)
        every_node_conforms(program, values)


def test_free_sizes_are_exact() -> None:
    """Roundings of every kind, in networks that are written for it."""
    program = program_of(Path(__file__).with_name("free_sizes.spec"))
    conditions = [c for b in program.networks for c in b.constraints]
    odd, even, prime = ({s: n + i for i, s in enumerate("HLVWDSTU")} for n in (9, 16, 23))
    for values in (odd, even | {"D": 5}, prime | {"D": 7}):
        assert all(holds(c, values) for c in conditions)
        every_node_conforms(program, values)
