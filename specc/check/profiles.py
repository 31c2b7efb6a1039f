"""Profiles: named sets of guidelines that a spec may be held against, `check --profile dcgan`."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec import Struct

from specc.check import dcgan
from specc.diagnostics import Diagnostic
from specc.program import Program


class Profile(Struct, frozen=True):
    """A set of guidelines: what it remarks on in a program, and whether it is about it at all."""

    word: str
    about: str
    remarks: Callable[[Program], Iterator[Diagnostic]]
    applies: Callable[[Program], bool]


PROFILES: dict[str, Profile] = {
    p.word: p
    for p in (Profile("dcgan", "a generator or a discriminator", dcgan.dcgan, dcgan.applies),)
}
"""Every profile by its word."""
