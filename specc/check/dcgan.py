"""The guidelines of DCGAN as named rules (Radford, Metz & Chintala 2016, section 3 and "Details").

A network is read as its layers in order. Each convolution or dense layer opens a segment, to which the
normalisations, activations and poolings behind it belong.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct, field

from specc.diagnostics import Diagnostic
from specc.layers import registry
from specc.layers.base import Layer
from specc.program import Apply, Body, Invoke, Node, Program, Rounds, StepPlan, TrainPlan
from specc.source import Span
from specc.syntax import tree

_WEIGHTED = ("conv", "conv_transpose", "linear", "spectral_norm", "weight_norm")
_NORMS = ("batch_norm", "layer_norm", "group_norm", "instance_norm", "rms_norm")
_RESAMPLES = ("upsample", "pixel_shuffle", "unpool")
_DEVIATION = 0.02
_FAST = 1e-3  # "the suggested learning rate of 0.001, to be too high"
_SLOW_MOMENTUM = 0.8  # "0.9 resulted in training oscillation and instability"


class Segment(Struct):
    """A layer with weights and what follows it before the next one."""

    node: Node
    layer: Layer
    behind: list[tuple[Node, Layer]] = field(default_factory=list)

    def find(self, *words: str) -> Node | None:
        """The first layer behind it with one of these words."""
        return next((n for n, layer in self.behind if layer.word in words), None)

    def activations(self) -> Iterator[tuple[Node, Layer]]:
        """The activations behind it."""
        return ((n, layer) for n, layer in self.behind if _is_activation(layer))


def dcgan(program: Program) -> Iterator[Diagnostic]:
    """What the generators, discriminators and their optimizers do otherwise (W515)."""
    for body in program.networks:
        if body.role in ("generator", "discriminator"):
            yield from _network(body)
    for plan in program.trains:
        for step in plan.steps:
            yield from _optimizers(program, step)
        yield from _beginning(program, plan)


def applies(program: Program) -> bool:
    """Whether a program has a network that the guidelines are about."""
    return any(b.role in ("generator", "discriminator") for b in program.networks)


def _network(body: Body) -> Iterator[Diagnostic]:
    layers = list(_layers(body))
    segments = _segments(layers)
    yield from _pooling(body, layers)
    yield from _strided(body, segments)
    yield from _dense(body, segments)
    if len(segments) > 1:
        yield from _normed(body, segments)
    rule = _generator if body.role == "generator" else _discriminator
    yield from rule(body, segments)


def _layers(body: Body) -> Iterator[tuple[Node, Layer]]:
    """The layers of a network in order, those of its blocks among them."""
    for node in body.nodes:
        operation = node.operation
        if isinstance(operation, Apply):
            yield node, operation.layer
        elif isinstance(operation, Invoke):
            yield from _layers(operation.body)
        elif isinstance(operation, Rounds):
            for inner, _ in operation.bodies:
                yield from _layers(inner)


def _segments(layers: list[tuple[Node, Layer]]) -> list[Segment]:
    made: list[Segment] = []
    for node, layer in layers:
        if layer.word in _WEIGHTED:
            made.append(Segment(node, layer))
        elif made:
            made[-1].behind.append((node, layer))
    return made


def _is_activation(layer: Layer) -> bool:
    families = registry.families()
    words = (*families["activation"], *families["rectifier"], *families["softmax"])
    return layer.word in words and layer.word != "identity"


# ---------------------------------------------------------------------- rules


def _pooling(body: Body, layers: list[tuple[Node, Layer]]) -> Iterator[Diagnostic]:
    strided = "conv_transpose(…, stride=2)" if body.role == "generator" else "conv(…, stride=2)"
    for node, layer in layers:
        if "pool" in layer.word and layer.word != "unpool":
            notes = ('a slide\'s "stride and pooling instead of max pooling" means strides',)
            yield _remark("no-pooling", body, f"{layer.word} pools", node.span, strided, *notes)
        elif layer.word in _RESAMPLES:
            yield _remark("no-pooling", body, f"{layer.word} resamples", node.span, strided)


def _strided(body: Body, segments: list[Segment]) -> Iterator[Diagnostic]:
    word = "conv_transpose" if body.role == "generator" else "conv"
    convolutions = [s for s in segments if s.layer.word in ("conv", "conv_transpose")]
    if not convolutions:
        place = segments[0].node.span if segments else body.definition.span
        yield _remark("strided", body, "has no convolution", place, f"{word}(…, stride=2)")
    elif not any(_stride(s.layer) for s in convolutions if s.layer.word == word):
        span = convolutions[0].node.span
        yield _remark("strided", body, f"has no strided {word}", span, f"{word}(…, stride=2)")


def _stride(layer: Layer) -> bool:
    stride = getattr(layer, "stride", 1)
    return any(s != 1 for s in stride) if isinstance(stride, tuple) else stride not in (1, None)


def _dense(body: Body, segments: list[Segment]) -> Iterator[Diagnostic]:
    """Dense layers are for the ends: what spreads z out, and what gathers the score."""
    ends = (segments[:1] if body.role == "generator" else segments[-1:]) if segments else []
    for segment in segments:
        if segment.layer.word == "linear" and not any(segment is e for e in ends):
            note = (
                'a slide says that fully connected layers follow in D, against its own "eliminate"'
            )
            notes = (note,) if body.role == "discriminator" else ()
            yield _remark(
                "no-dense", body, "has a hidden dense layer", segment.node.span, "conv", *notes
            )


def _normed(body: Body, segments: list[Segment]) -> Iterator[Diagnostic]:
    first, last = segments[0], segments[-1]
    bare, name = (last, "output") if body.role == "generator" else (first, "input")
    found = bare.find(*_NORMS)
    if found is not None:
        message = f"normalises its {name} layer"
        yield _remark("ends-without-norm", body, message, found.span, "no batch_norm there")
    for segment in segments:
        if segment is bare or segment is last or segment.find("batch_norm") is not None:
            continue
        note = "the TensorFlow tutorial has none in D, and dropout instead"
        notes = (note,) if body.role == "discriminator" else ()
        span = segment.node.span
        yield _remark("batch-norm", body, "has no batch_norm here", span, "-> batch_norm", *notes)


def _generator(body: Body, segments: list[Segment]) -> Iterator[Diagnostic]:
    for segment in segments[:-1]:
        for node, layer in segment.activations():
            if layer.word != "relu":
                note = (
                    "slides say both, ReLU and leaky ReLU; the paper has ReLU, the TensorFlow tutorial "
                    "leaky ReLU(0.3)"
                )
                yield _remark("generator-relu", body, f"has {layer.word}", node.span, "relu", note)
    if segments and segments[-1].find("tanh") is None:
        span = segments[-1].node.span
        yield _remark("generator-tanh", body, "does not end in tanh", span, "-> tanh")


def _discriminator(body: Body, segments: list[Segment]) -> Iterator[Diagnostic]:
    for segment in segments[:-1]:
        for node, layer in segment.activations():
            slope = getattr(layer, "negative_slope", None)
            if slope != 0.2:
                has = layer.word if slope is None else f"leaky_relu({slope:g})"
                notes = ("the TensorFlow tutorial has Keras's 0.3",) if slope == 0.3 else ()
                rule = "discriminator-leaky-relu"
                yield _remark(rule, body, f"has {has}", node.span, "leaky_relu(0.2)", *notes)


def _optimizers(program: Program, step: StepPlan) -> Iterator[Diagnostic]:
    adversaries = {b.name for b in program.networks if b.role in ("generator", "discriminator")}
    for update in step.updates:
        if not any(path[0] in adversaries for path in update.targets):
            continue
        word = str(getattr(update.optimizer, "word", ""))
        if word != "adam":
            yield _told(
                "adam", f"{word} instead of adam", update.span, "adam(lr=2e-4, betas=[0.5, 0.999])"
            )
            continue
        lr, betas = (getattr(update.optimizer, name) for name in ("lr", "betas"))
        if betas[0] > _SLOW_MOMENTUM:
            note = "with 0.9 the paper saw oscillation and instability"
            message = f"adam's first beta is {betas[0]:g}"
            yield _told("adam-momentum", message, update.span, "betas=[0.5, 0.999]", note)
        if lr >= _FAST:
            note = "the paper found 0.001 too high; the TensorFlow tutorial has 0.0001"
            yield _told("learning-rate", f"lr is {lr:g}", update.span, "lr=2e-4", note)


def _beginning(program: Program, plan: TrainPlan) -> Iterator[Diagnostic]:
    """The weights begin as draws of a normal distribution with deviation 0.02."""
    begun = plan.initialization
    generators = {b.name for b in program.networks if b.role == "generator"}
    if not generators & set(plan.body.uses):
        return
    if str(getattr(begun, "word", "")) != "normal" or getattr(begun, "std", 0.02) != _DEVIATION:
        what = "the weights begin otherwise" if begun else "the weights begin as PyTorch's do"
        span = (
            plan.body.definition.name.span
            if isinstance(plan.body.definition, tree.Train)
            else plan.span
        )
        yield _told("init", what, span, "init normal(0, 0.02)")


def _remark(
    rule: str, body: Body, what: str, span: Span, instead: str, *notes: str
) -> Diagnostic:  # fmt: skip
    return _told(rule, f"{body.name} {what}", span, instead, *notes)


def _told(rule: str, what: str, span: Span, instead: str, *notes: str) -> Diagnostic:
    return Diagnostic(
        "W515", f"{what} (dcgan: {rule})", span, GUIDELINES[rule], (), notes, (instead,)
    )


GUIDELINES = {
    "no-pooling": "the guideline: no pooling, strided convolutions instead",
    "strided": "the guideline: strided convolutions change the sizes",
    "no-dense": "the guideline: no hidden dense layers",
    "batch-norm": "the guideline: batch normalisation in both networks",
    "ends-without-norm": "the guideline: no normalisation at G's output and D's input",
    "generator-relu": "the guideline: ReLU in the generator",
    "generator-tanh": "the guideline: tanh at the generator's output",
    "discriminator-leaky-relu": "the guideline: leaky ReLU with slope 0.2 in the discriminator",
    "adam": "the paper trains with Adam",
    "adam-momentum": "the paper: first beta 0.5",
    "learning-rate": "the paper: learning rate 0.0002",
    "init": "the paper: weights from a normal distribution with deviation 0.02",
}
"""The rules by name, with what they ask for."""
