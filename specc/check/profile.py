"""Guidelines that a spec may be held to by name: `specc check --profile dcgan`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, TypeAlias

from specc.diagnostics import Diagnostic, Diagnostics
from specc.program import Apply, Body, Invoke, Node, Program, Rounds
from specc.source import Span

Profile: TypeAlias = Literal["dcgan"]

_WEIGHED = ("conv", "conv_transpose", "linear")


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer of a network in the order of the file, blocks taken apart."""

    word: str
    span: Span


def check_profile(program: Program, profile: Profile, diagnostics: Diagnostics) -> None:
    """Report what departs from a profile (W515)."""
    for body in program.networks:
        for layer, message in PROFILES[profile](body.role, list(_layers(body))):
            text = f"{body.role} {body.name}: {message}"
            diagnostics.add(Diagnostic("W515", text, layer.span, notes=(_SOURCE[profile],)))


def _layers(body: Body) -> Iterator[Layer]:
    for node in body.nodes:
        yield from _of_node(node)


def _of_node(node: Node) -> Iterator[Layer]:
    match node.operation:
        case Apply(layer=layer):
            yield Layer(layer.word, node.span)
        case Invoke(body=inner):
            yield from _layers(inner)
        case Rounds(bodies=bodies):
            for inner, _ in bodies:
                yield from _layers(inner)
        case _:
            pass


# ------------------------------------------------------------------------ DCGAN


def _dcgan(role: str, layers: list[Layer]) -> Iterator[tuple[Layer, str]]:
    """The guidelines of Radford et al. 2016, section 3."""
    weighed = [x for x in layers if x.word in _WEIGHED]
    if role not in ("generator", "discriminator") or not weighed:
        return
    made = role == "generator"
    yield from _pools(layers, made)
    yield from _dense(weighed, made)
    yield from _norms(layers, weighed, made)
    yield from _activations(layers, made)


def _pools(layers: list[Layer], made: bool) -> Iterator[tuple[Layer, str]]:
    instead = "conv_transpose with a stride" if made else "conv with a stride"
    for layer in layers:
        if "pool" in layer.word or layer.word in ("upsample", "pixel_shuffle"):
            yield layer, f"{layer.word} resamples; the guidelines have {instead}"


def _dense(weighed: list[Layer], made: bool) -> Iterator[tuple[Layer, str]]:
    """A generator may begin with a dense layer, a discriminator end with one."""
    for layer in weighed[1:] if made else weighed[:-1]:
        if layer.word == "linear":
            yield layer, "a dense layer inside; the guidelines have convolutions only"


def _norms(layers: list[Layer], weighed: list[Layer], made: bool) -> Iterator[tuple[Layer, str]]:
    """Behind every layer but the last of a generator and the first and last of a discriminator."""
    normed = [a for a, b in pairwise(layers) if b.word == "batch_norm"]
    wanted = weighed[:-1] if made else weighed[1:-1]
    for layer in weighed:
        if layer in wanted and layer not in normed:
            yield layer, f"no batch_norm behind this {layer.word}"
        elif layer in normed and layer not in wanted:
            where = (
                "last layer of a generator" if made else "first and last layer of a discriminator"
            )
            yield layer, f"batch_norm behind the {where}"


def _activations(layers: list[Layer], made: bool) -> Iterator[tuple[Layer, str]]:
    inner = "relu" if made else "leaky_relu"
    active = [x for x in layers if x.word in _ACTIVE]
    if made and (not active or active[-1].word != "tanh"):
        yield layers[-1], "the guidelines end in tanh, for data from -1 to 1"
    for layer in active[:-1] if made else active:
        if layer.word != inner and not (layer is active[-1] and layer.word in ("sigmoid", "tanh")):
            yield layer, f"{layer.word}; the guidelines have {inner}"


_ACTIVE = (
    "relu",
    "leaky_relu",
    "elu",
    "selu",
    "gelu",
    "silu",
    "prelu",
    "softplus",
    "tanh",
    "sigmoid",
)

PROFILES: dict[Profile, Callable[[str, list[Layer]], Iterator[tuple[Layer, str]]]] = {
    "dcgan": _dcgan
}
"""The guidelines by their name: for a role and its layers, what departs from them."""

_SOURCE: dict[Profile, str] = {"dcgan": "guidelines of Radford, Metz and Chintala 2016, section 3"}
