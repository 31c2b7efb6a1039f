"""`gradient(D(xh), xh)` and `jacobian(h, x)` in a train block; a Jacobian in closed form where it has one."""

from __future__ import annotations

from specc.layers.derivative import SLOPES, DenseJacobian
from specc.program import Apply, Body, Invoke, Node, ReadPort, ReadTensor, Ref
from specc.resolve.apply import call_layer
from specc.resolve.binding import Argument
from specc.resolve.context import Scope
from specc.resolve.layer import apply_layer
from specc.resolve.values import POISON, Flow, LayerMaker, Meaning
from specc.sizes import Size
from specc.syntax import tree
from specc.types import Tensor, Unknown


def derivative(scope: Scope, callee: tree.Name, given: list[Argument], expr: tree.Call) -> Meaning:
    """The node of a derivative, or poison after a diagnostic."""
    if scope.role not in ("train", "example", "program"):
        return scope.context.report(
            "E103",
            f"{callee.id} belongs in train: a network by itself has no gradients",
            expr.span,
        )
    flows = [a.meaning for a in given if isinstance(a.meaning, Flow)]
    if len(flows) != 2 or POISON in flows:
        return call_layer(scope, callee.id, given, expr.span, callee.span)
    value, by = flows
    if isinstance(value.type, Unknown) or isinstance(by.type, Unknown):
        return POISON
    if not _made_from(scope, value.ref, by.ref):
        return scope.context.report(
            "E512",
            f"{expr.arguments[0].value.span.text} is not computed from "
            f"{expr.arguments[1].value.span.text}",
            expr.span,
            text="this derivative is 0",
            helps=(_named_before(expr, callee.id),),
        )
    dense = _dense(scope, value, by) if callee.id == "jacobian" else None
    if dense is None:
        return call_layer(scope, callee.id, given, expr.span, callee.span)
    activation, weight = dense
    made = LayerMaker(DenseJacobian(activation=activation), (), (), expr.span)
    type = Tensor(_sizes(value, by), ("axis0", "axis1"), batched=False)
    read = scope.add(weight.tensor, expr.span, weight, (), (("output", type),))
    operands = [("y", value), ("x", by), ("weight", read)]
    return apply_layer(scope, made, operands, None, expr.span)


def _named_before(expr: tree.Call, word: str) -> str:
    """What to write where the second value is computed a second time, or is another one."""
    value, by = (a.value.span.text for a in expr.arguments[:2])
    if by.isidentifier():
        return f"derive by a value that {value} reads, under its name"
    inside = value.replace(by, "m") if by in value else value
    return f"name it before it is used: m = {by}, then {word}({inside}, m)"


def _made_from(scope: Scope, value: Ref, by: Ref) -> bool:
    """Whether a value is computed from another."""
    ahead, seen = [value.node], set[int]()
    while ahead:
        number = ahead.pop()
        if number in seen:
            continue
        seen.add(number)
        if number == by.node:
            return True
        ahead += [r.node for r in scope.nodes[number].operands if r is not None]
    return False


def _dense(scope: Scope, value: Flow, by: Flow) -> tuple[str, ReadTensor] | None:
    """The activation and the weights, where a network of one dense layer gives the value."""
    node = scope.nodes[value.ref.node]
    if not isinstance(node.operation, Invoke) or node.operands != (by.ref,):
        return None
    body = node.operation.body
    ref = dict(body.outputs).get(value.ref.port)
    if ref is None or not isinstance(value.type, Tensor) or value.type.rank != 1:
        return None
    last = body.nodes[ref.node]
    word = _word(last)
    if word in SLOPES and last.operands[0] is not None:
        weight = _weight(node.operation, body, body.nodes[last.operands[0].node])
        return None if weight is None else (word, weight)
    weight = _weight(node.operation, body, last)
    return None if weight is None else ("identity", weight)


def _word(node: Node) -> str:
    return node.operation.layer.word if isinstance(node.operation, Apply) else ""


def _weight(call: Invoke, body: Body, node: Node) -> ReadTensor | None:
    """The weight of a dense layer that reads the body's input, by the path of its owner."""
    operation = node.operation
    if not isinstance(operation, Apply) or operation.layer.word != "linear" or not operation.stage:
        return None
    before = node.operands[0]
    if before is None or not isinstance(body.nodes[before.node].operation, ReadPort):
        return None
    stage = body.stage(operation.stage[0])
    tie = next((t for t in stage.ties if t.parameter == "weight"), None)
    if tie is not None:
        return ReadTensor(tie.path, tie.tensor, tie.transposed)
    return ReadTensor((*call.stage, *operation.stage), "weight")


def _sizes(value: Flow, by: Flow) -> tuple[Size, ...]:
    types = [t for t in (value.type, by.type) if isinstance(t, Tensor)]
    return tuple(size for t in types for size in t.sizes)
