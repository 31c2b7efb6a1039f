"""What every layer promises, tried on real tensors: `check(layer, *operands)`.

The printed code is run, in train and in eval mode. Shapes, names and sizes of parameters, counts,
workings, batch means and the symbolic run must all agree with what `infer` said.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812 - the name that everyone knows
from msgspec.structs import replace
from torch import Tensor as Torch
from torch import nn

from specc.emit.brought import helpers
from specc.emit.names import helper_names
from specc.formula import total
from specc.layers.base import Inference, Layer, Operand, Parameter
from specc.layers.code import Code, Fn, Printer
from specc.sizes import Constraint, Size, evaluate, holds, render, symbol
from specc.types import Distribution, Interval, Tensor

BATCH = 3
PRINT = Printer(lambda index, part: f"x{index}" + (f"_{part}" if part else ""), "module")


def tensor(*sizes: Size, axes: tuple[str, ...] | None = None, **more: Any) -> Tensor:
    """The type of a float value; axis names by rank, as for an image or a vector."""
    names = {
        0: (),
        1: ("features",),
        2: ("channels", "length"),
        3: ("channels", "height", "width"),
        4: ("channels", "depth", "height", "width"),
    }
    return Tensor(sizes, axes or names[len(sizes)], **more)


def sequence(time: Size, features: Size, **more: Any) -> Tensor:
    return Tensor((time, features), ("time", "features"), **more)


def tokens(time: Size, vocab: Size) -> Tensor:
    return Tensor((time,), ("time",), "int", classes=vocab)


def label(classes: Size) -> Tensor:
    return Tensor((), (), "int", classes=classes)


def number(value: float) -> Tensor:
    """A literal in an expression."""
    return Tensor((), (), batched=False, constant=value)


@dataclass
class Run:
    """A layer's code at work: what was inferred, its module and the values that went in and out."""

    inference: Inference
    module: nn.Module | None
    values: dict[str, Any]
    output: Any


def namespace() -> dict[str, Any]:
    """The names that generated code may use, helper classes included."""
    names: dict[str, Any] = {"torch": torch, "nn": nn, "F": F, "math": math, "Tensor": Torch}
    names |= {"dataclass": dataclass, "replace": replace, "__name__": __name__}
    for text in helpers(set(helper_names())):
        exec(compile(text, "helper", "exec"), names)
    return names


_NAMES = namespace()


def value_of(operand: Tensor) -> Any:
    """Random numbers of a type."""
    if operand.constant is not None:
        return operand.constant
    sizes = [evaluate(s, {}) for s in operand.sizes]
    shape = [BATCH, *sizes] if operand.batched else sizes
    if operand.dtype == "int":
        return torch.randint(0, evaluate(operand.classes or 5, {}), shape)
    if operand.dtype == "bool":
        return torch.rand(shape) < 0.5
    low, high = operand.range.low, operand.range.high
    if low is not None and high is not None:
        return low + (high - low) * (0.05 + 0.9 * torch.rand(shape))
    return torch.randn(shape).abs() + 0.1 + low if low is not None else torch.randn(shape)


def values_of(operands: tuple[Operand | None, ...]) -> dict[str, Any]:
    """Random numbers for every operand, by the name that they are printed with."""
    values: dict[str, Any] = {}
    for index, operand in enumerate(operands):
        if isinstance(operand, Distribution):
            for name, part in operand.parts:
                values[f"x{index}_{name}"] = value_of(part)
        elif operand is not None:
            values[f"x{index}"] = value_of(operand)
    return values


def evaluated(code: Code, module: nn.Module | None, values: dict[str, Any]) -> Any:
    """The result of a piece of code."""
    names = {**_NAMES, **values, "module": module, "batch_size": BATCH, "device": "cpu"}
    return eval(PRINT(code), names)


def build(inference: Inference) -> nn.Module | None:
    if inference.module is None:
        return None
    module = eval(PRINT(inference.module), dict(_NAMES))
    assert isinstance(module, nn.Module)
    return module


def check(layer: Layer, *operands: Operand | None, symbolic: bool = True) -> Run:
    """Assert everything that a layer promises on these operands; the last forward pass comes back."""
    torch.manual_seed(0)
    inference = layer.infer(*operands)
    module = build(inference)
    values = values_of(operands)
    check_parameters(inference, module)
    check_workings(inference)
    for training in (True, False):
        if module is not None:
            module.train(training)
        code = inference.in_eval if not training and inference.in_eval else inference.forward
        output = evaluated(code, module, values)
        if inference.with_sides is not None:
            check_outputs(inference, evaluated(inference.with_sides, module, values))
            check_outputs(replace(inference, outputs=inference.outputs[:1]), output)
        else:
            check_outputs(inference, output)
    check_batch_mean(inference, module, values, output)
    check_words(layer)
    if symbolic:
        check_symbolic(layer, operands, inference)
    return Run(inference, module, values, output)


def check_parameters(inference: Inference, module: nn.Module | None) -> None:
    real = {} if module is None else {n: tuple(p.shape) for n, p in module.named_parameters()}
    buffers = {} if module is None else {n: tuple(b.shape) for n, b in module.named_buffers()}
    learnt = [p for p in inference.parameters if p.kind != "buffer"]
    kept = [p for p in inference.parameters if p.kind == "buffer"]
    assert {p.name: _numbers(p.sizes) for p in learnt} == real
    assert {p.name: _numbers(p.sizes) for p in kept} == buffers
    for parameter in inference.parameters:
        assert parameter.count.value == math.prod(_numbers(parameter.sizes)), parameter.name
    total = sum(math.prod(shape) for shape in real.values())
    assert (0 if inference.count is None else inference.count.value) == total


def check_workings(inference: Inference) -> None:
    formulas = [p.count for p in inference.parameters] + [s.formula for s in inference.sizes]
    formulas += [c.count for c in inference.conventions.values()]
    for formula in (*formulas, inference.count, inference.macs):
        if formula is not None:
            assert formula.working().split("= ")[-1] == render(formula.value)
    if inference.parts:
        for whole, parts in (
            (inference.count, [p.count for p in inference.parts]),
            (inference.macs, [p.macs for p in inference.parts]),
        ):
            assert whole is not None
            assert total(p for p in parts if p is not None).value == whole.value


def check_outputs(inference: Inference, output: Any) -> None:
    results = (output,) if len(inference.outputs) == 1 else output
    assert len(results) == len(inference.outputs)
    for (_, kind), result in zip(inference.outputs, results, strict=True):
        sizes = _numbers(kind.sizes)
        assert tuple(result.shape) == ((BATCH, *sizes) if kind.batched else sizes)
        assert len(kind.axes) == len(kind.sizes)
        wanted = {"float": result.is_floating_point(), "bool": result.dtype == torch.bool}
        assert wanted.get(kind.dtype, result.dtype == torch.int64)
        _check_range(kind.range, result)


def _check_range(interval: Interval, result: Torch) -> None:
    if interval.low is not None:
        assert result.min().item() >= interval.low - 1e-6
    if interval.high is not None:
        assert result.max().item() <= interval.high + 1e-6


def check_batch_mean(
    inference: Inference, module: nn.Module | None, values: dict[str, Any], output: Any
) -> None:
    if inference.batch_mean is not None:
        mean = evaluated(inference.batch_mean, module, values)
        assert mean.shape == ()
        torch.testing.assert_close(mean, output.mean())


def check_words(layer: Layer) -> None:
    """Every hyperparameter is described, and the model round-trips."""
    assert layer.summary
    for name, info in type(layer).model_fields.items():
        assert info.description, f"{layer.word}.{name} has no description"
    assert type(layer).model_validate(dict(layer)) == layer


# ------------------------------------------------------------------- symbolic


def symbol_for(size: int) -> Size:
    """Equal sizes share a symbol, so that operands which must agree still do."""
    return symbol(f"n{size}") if size > 1 else size


def as_symbols(operand: Operand | None) -> Operand | None:
    if operand is None:
        return None
    if isinstance(operand, Distribution):
        parts = tuple((name, _tensor_symbols(part)) for name, part in operand.parts)
        return replace(operand, parts=parts)
    return _tensor_symbols(operand)


def _tensor_symbols(operand: Tensor) -> Tensor:
    return replace(operand, sizes=tuple(symbol_for(evaluate(s, {})) for s in operand.sizes))


class _Values(dict[str, int]):
    def __missing__(self, name: str) -> int:
        return int(name[1:])


def check_symbolic(
    layer: Layer, operands: tuple[Operand | None, ...], concrete: Inference
) -> Inference:
    """The run with free sizes, numbers put in, equals the run with numbers."""
    free = layer.infer(*map(as_symbols, operands))
    values = _Values()
    assert [_at(t.sizes) for _, t in free.outputs] == [_at(t.sizes) for _, t in concrete.outputs]
    assert [t.axes for _, t in free.outputs] == [t.axes for _, t in concrete.outputs]
    assert [_shape(p) for p in free.parameters] == [_shape(p) for p in concrete.parameters]
    for left, right in ((free.count, concrete.count), (free.macs, concrete.macs)):
        assert (left is None) == (right is None)
        if left is not None and right is not None:
            assert evaluate(left.value, values) == right.value
    assert all(_holds(c) for c in free.constraints)
    return free


def _at(sizes: tuple[Size, ...]) -> tuple[int, ...]:
    return tuple(evaluate(s, _Values()) for s in sizes)


def _shape(parameter: Parameter) -> tuple[str, tuple[int, ...]]:
    return parameter.name, _at(parameter.sizes)


def _holds(constraint: Constraint) -> bool:
    return holds(constraint, _Values())


def _numbers(sizes: tuple[Size, ...]) -> tuple[int, ...]:
    return tuple(evaluate(s, {}) for s in sizes)


def printed(code: Code | Fn) -> str:
    """The text of code, operands as x0, x1, … and the stage as `module`."""
    return PRINT(code)
