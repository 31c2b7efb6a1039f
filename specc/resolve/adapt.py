"""`Fast = adapt(Net, minimize=mse(Net(xs), ys), lr=0.01, steps=5)`: a network that learns inside a step.

Finn et al., Model-Agnostic Meta-Learning (ICML 2017), equation 1. Every item of the batch is a task with
weights of its own: they begin as the network's and take some steps of gradient descent.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from specc.layers.common import positive
from specc.program import Adapted, Body, Invoke, ReadPort, Ref
from specc.resolve.context import Scope
from specc.resolve.convert import as_flow
from specc.resolve.order import names_read
from specc.resolve.terms import shape_words
from specc.resolve.told import network_of, settings_of
from specc.resolve.values import POISON, AdaptedNetwork, Flow, Meaning
from specc.source import Span
from specc.syntax import tree
from specc.types import Tensor

_EXAMPLE = "adapt(Net, minimize=mse(Net(x), y), lr=0.01, steps=1)"


class Adapt(BaseModel):
    """How a network adapts to a task."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    lr: Annotated[float, AfterValidator(positive)] = Field(0.01, description="Learning rate.")
    steps: int = Field(1, ge=1, le=1000, description="Steps of gradient descent.")
    first_order: bool = Field(
        False, description="Whether no gradient is taken through the inner gradients."
    )


def adapt(scope: Scope, expr: tree.Call) -> Meaning:
    """A network adapted to each item of the batch, to be called; poison after a diagnostic."""
    if scope.role != "train":
        return scope.context.report("E103", "adapt belongs in train", expr.span)
    name = network_of(scope, expr, "adapt", _EXAMPLE)
    inner = next((a for a in expr.arguments if a.name and a.name.id == "minimize"), None)
    if name is None:
        return POISON
    if inner is None:
        help = f"adapt({name}, minimize=mse({name}(x), y), lr=0.01, steps=1)"
        return scope.context.report("E202", "adapt needs minimize=", expr.span, helps=(help,))
    settings = settings_of(scope, expr, Adapt, "adapt", _EXAMPLE, besides=("minimize",))
    objective = _objective(scope, name, inner.value)
    if settings is None or objective is None:
        return POISON
    body, operands = objective
    scope.uses[name] = None
    return AdaptedNetwork(name, body, operands, settings.lr, settings.steps, settings.first_order)


def _objective(
    scope: Scope, network: str, expr: tree.Expr
) -> tuple[Body, tuple[tuple[str, Ref], ...]] | None:
    """The inner objective as a body, and the values of the train block that it reads."""
    inner = Scope(scope.context, "adapt", "train", reserved=set(scope.reserved))
    inputs, operands = [], []
    read_names = sorted(names_read(expr), key=lambda n: n.span.start)
    for name in dict.fromkeys(n.id for n in read_names):
        meaning = scope.names.get(name)
        scope.read.add(name)
        if isinstance(meaning, Flow) and meaning is not POISON:
            read = ReadPort(name)
            ports = (("output", meaning.type),)
            inner.names[name] = inner.add(name, expr.span, read, (), ports, named=True)
            inputs.append((name, meaning.type))
            operands.append((name, meaning.ref))
        elif meaning is not None:
            inner.names[name] = meaning
    value = as_flow(inner, inner.evaluate(expr), expr.span)
    if value is POISON or not _is_number(scope, value, expr):
        return None
    if not any(
        isinstance(n.operation, Invoke) and n.operation.stage == (network,) for n in inner.nodes
    ):
        scope.context.report("E510", f"{network} has no part in what it adapts to", expr.span)
        return None
    body = inner.body(
        tree.Train(expr.span, tree.Name(expr.span, "adapt"), (), ""),
        (),
        tuple(inputs),
        (("loss", value.ref),),
    )
    return body, tuple(operands)


def _is_number(scope: Scope, value: Flow, expr: tree.Expr) -> bool:
    fine = isinstance(value.type, Tensor) and not value.type.rank
    if not fine:
        scope.context.report(
            "E508", f"an objective is one number, and this is {shape_words(value.type)}", expr.span
        )
    return fine


def call_adapted(scope: Scope, made: AdaptedNetwork, flows: Sequence[Flow], span: Span) -> Flow:
    """The adapted network on a value of each item."""
    if POISON in flows:
        return POISON
    body = scope.context.network(made.name, tuple(f.type for f in flows), span)
    if body is None:
        return POISON
    operation = Adapted((made.name,), body, made.objective, made.lr, made.steps, made.first_order)
    operands = [*(ref for _, ref in made.operands), *(f.ref for f in flows)]
    return scope.add(scope.fresh(made.name), span, operation, operands, body.output_types()[:1])
