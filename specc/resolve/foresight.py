"""What an example will do with its givens: which are weights, which slide, which go into a network."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from specc.resolve.context import Context
from specc.resolve.library import word_call
from specc.syntax import tree


def _calls(node: object) -> Iterator[tree.Call | tree.Pipe]:
    """Every call and pipe below a syntax node."""
    stack: list[Any] = [node]
    while stack:
        item = stack.pop()
        if isinstance(item, (tree.Call, tree.Pipe)):
            yield item
        stack.extend(tree.parts(item))


def roles(body: tuple[tree.Statement, ...]) -> Iterator[tuple[str, tuple[str, str]]]:
    """`weight=W` in a call: W is a weight of that layer."""
    for call in _calls(body):
        if not isinstance(call, tree.Call) or not isinstance(call.callee, tree.Name):
            continue
        for argument in call.arguments:
            value = argument.value
            if isinstance(value, tree.Call) and len(value.arguments) == 1:
                value = value.arguments[0].value  # transpose(W)
            word = argument.name.id if argument.name is not None else ""
            if word in ("weight", "bias") and isinstance(value, tree.Name):
                yield value.id, (call.callee.id, word)


_SLIDING = frozenset(
    "conv conv_transpose max_pool avg_pool lp_pool adaptive_avg_pool adaptive_max_pool"
    " global_avg_pool global_max_pool upsample pixel_unshuffle".split()
)


def spatial(body: tuple[tree.Statement, ...]) -> Iterator[str]:
    """Names that are piped into a layer of maps."""
    for pipe in _calls(body):
        if not isinstance(pipe, tree.Pipe) or not isinstance(pipe.head, tree.Name):
            continue
        for stage in pipe.stages:
            name, _ = _word_of(stage)
            if name is not None and name.id in _SLIDING:
                yield pipe.head.id


def ports(context: Context, body: tuple[tree.Statement, ...]) -> Iterator[tuple[str, tree.Expr]]:
    """`Net(x)` and `x -> Net`: x is what the input of Net says."""
    for call in _calls(body):
        if isinstance(call, tree.Pipe):
            callee, _ = _word_of(call.stages[0])
            values: list[tree.Expr] = [call.head]
        else:
            callee = call.callee if isinstance(call.callee, tree.Name) else None
            values = [a.value for a in call.arguments if a.name is None]
        definition = context.definitions.get(callee.id) if callee is not None else None
        if definition is None or definition.hyperparameters is not None:
            continue
        inputs = (s for s in definition.body if isinstance(s, tree.Input))
        types = [s.type for s in inputs for _ in s.names]
        for value, type in zip(values, types, strict=False):
            if isinstance(value, tree.Name) and type is not None:
                yield value.id, type


def _word_of(stage: tree.Stage) -> tuple[tree.Name | None, tuple[tree.Argument, ...]]:
    """The word of a stage, None for a repetition."""
    if isinstance(stage.operation, (tree.Repeat, tree.For)):
        return None, ()
    return word_call(stage.operation)
