"""Free sizes are a network's own: equal letters of two networks are one size only where calls say so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from specc.count.sums import Summer
from specc.program import Body, Invoke
from specc.sizes import Size, symbol

Own: TypeAlias = tuple[str, str]
"""A network and a letter of it."""


def apart(
    summer: Summer, letters: Mapping[str, frozenset[str]]
) -> Mapping[str, Mapping[str, Size]]:
    """What the letters of each network are called in a sum over the file: `A.H` and `B.H`.

    A letter that means one size in all networks stays; so does one that is a parameter of the file.
    """
    shared = {p.name for p in summer.program.parameters}
    owners: dict[str, list[str]] = {}
    for network in summer.networks:
        for letter in sorted(letters[network] - shared):
            owners.setdefault(letter, []).append(network)
    owners = {letter: found for letter, found in owners.items() if len(found) > 1}
    same = _same(summer, letters) if owners else {}
    renamed: dict[str, dict[str, Size]] = {}
    for letter, networks in owners.items():
        first = {n: _first(same, (n, letter))[0] for n in networks}
        if len(set(first.values())) > 1:
            for network, named in first.items():
                renamed.setdefault(network, {})[letter] = symbol(f"{named}.{letter}")
    return renamed


def _same(summer: Summer, letters: Mapping[str, frozenset[str]]) -> dict[Own, Own]:
    """Letters with another one that is the same size: who calls both gives them the same."""
    same: dict[Own, Own] = {}
    for body in _bodies(summer):
        own = letters.get(body.name, ()) if body is summer.networks.get(body.name) else ()
        first: dict[tuple[str, Size], Own] = {(x, symbol(x)): (body.name, x) for x in own}
        for call in _calls(summer, body):
            sizes = dict(call.sizes)
            for letter in letters[call.body.name]:
                other = (call.body.name, letter)
                one = first.setdefault((letter, sizes.get(letter, symbol(letter))), other)
                if _first(same, one) != _first(same, other):
                    same[_first(same, other)] = _first(same, one)
    return same


def _first(same: Mapping[Own, Own], letter: Own) -> Own:
    while letter in same:
        letter = same[letter]
    return letter


def _bodies(summer: Summer) -> Iterator[Body]:
    program = summer.program
    yield from program.networks
    yield from (plan.body for plan in program.trains)
    yield from (plan.body for plan in program.samples)
    yield from (plan.body for plan in program.examples)


def _calls(summer: Summer, body: Body) -> Iterator[Invoke]:
    for node in body.nodes:
        operation = node.operation
        if isinstance(operation, Invoke) and summer.is_network(body, operation.stage):
            yield operation
