"""A spec with some hyperparameters left open: `C1.padding` becomes a parameter of the file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from specc.exam.solve.ranges import SolveError, Varied, usual
from specc.layers import registry
from specc.nearest import nearest
from specc.resolve.parameters import free_sizes
from specc.resolve.scanned import OPTIONS
from specc.resolve.standard import definitions
from specc.std import INDEX
from specc.syntax import tree


def parameter(varied: Varied) -> str:
    """The name of the parameter that stands for what is varied: `C1_padding`."""
    return varied.name.replace(".", "_")


def opened(file: tree.File, varied: Sequence[Varied]) -> tree.File:
    """The file with a parameter for every stage's hyperparameter that is varied.

    Raises:
        SolveError: there is no such stage, or its layer has no such hyperparameter.
    """
    own = {d.name.id for d in file.declarations if isinstance(d, tree.Param)}
    own |= free_sizes(file.declarations).keys()
    for one in varied:
        if "." not in one.name:
            if one.name not in own:
                raise SolveError(_unknown(file, one.name, own))
            continue
        file = _opened(file, one)
    return file


def _unknown(file: tree.File, name: str, own: set[str]) -> str:
    near = nearest(name, [*own, *stages(file)])
    choices = ", ".join([*sorted(own)[:8], suggested(file, ())])
    hint = f"did you mean {near[0]}?" if near else f"there is {choices}"
    return f"nothing called {name} can be varied; {hint}"


def suggested(file: tree.File, conditions: Sequence[tree.Binary]) -> str:
    """What could be varied: `C1.channels=1..128` for parameters, `C1.padding=0..5` for sizes."""
    sizes = any(_part(c.left) in SIZES for c in conditions)
    words = ("padding", "kernel", "stride", *WIDE) if sizes else (*WIDE, "kernel")
    labelled = [s for s in _stages(file) if s.label is not None]
    asked = {name for c in conditions for name in _names(c.left)}
    labelled.sort(key=lambda s: s.label is None or s.label.id not in asked)
    for stage in labelled:
        call = stage.operation
        if isinstance(call, tree.Repeat | tree.For):
            continue
        callee = call.callee if isinstance(call, tree.Call) else call
        known = _hyperparameters(file, callee) or ()
        word = next((w for w in words if w in known), None)
        if word is not None and stage.label is not None:
            return usual(f"{stage.label.id}.{word}").told.replace(" ", "=", 1)
    return "C1.kernel=1..7"


WIDE = ("channels", "features", "units")
SIZES = frozenset({"output", "receptive_field", "jump", "height", "width"})
"""Figures that a kernel and its padding change, and a number of filters does not."""


def _part(expr: tree.Expr) -> str:
    return expr.name.id if isinstance(expr, tree.Member) else ""


def _names(expr: tree.Expr) -> list[str]:
    """The parts of `Net.C1.params`."""
    if isinstance(expr, tree.Member):
        return [*_names(expr.base), expr.name.id]
    return [expr.id] if isinstance(expr, tree.Name) else []


def stages(file: tree.File) -> list[str]:
    """The labels of all stages."""
    return [s.label.id for s in _stages(file) if s.label is not None]


def _stages(node: object) -> list[tree.Stage]:
    found: list[tree.Stage] = []
    stack: list[Any] = [node]
    while stack:
        item = stack.pop()
        if isinstance(item, tree.Stage):
            found.append(item)
        stack.extend(reversed(tree.parts(item)))
    return found


def _opened(file: tree.File, one: Varied) -> tree.File:
    label = one.name.split(".")[-2]
    stage = next((s for s in _stages(file) if s.label is not None and s.label.id == label), None)
    if stage is None:
        near = nearest(label, stages(file))
        hint = f"did you mean {near[0]}?" if near else f"give it a name in the spec: … as {label}"
        raise SolveError(f'no stage is called "{label}"; {hint}')
    if isinstance(stage.operation, tree.Repeat | tree.For):
        raise SolveError(f"{label} is a repetition, which has no hyperparameters that could vary")
    name = tree.Name(stage.span, parameter(one))
    changed = replace(stage, operation=_with(file, stage.operation, one.word, name))
    param = tree.Param(stage.span, name, None, "")
    swapped: tree.File = _exchanged(file, stage, changed)
    return replace(swapped, declarations=(param, *swapped.declarations))


def _with(file: tree.File, call: tree.Expr, word: str, value: tree.Name) -> tree.Call:
    """A call with one hyperparameter exchanged or added; in `scan(cell(16))` that of the cell.

    Raises:
        SolveError: what is called has no such hyperparameter.
    """
    callee = call.callee if isinstance(call, tree.Call) else call
    arguments = list(call.arguments) if isinstance(call, tree.Call) else []
    names = _hyperparameters(file, callee)
    moved = _moved(file, callee, arguments)
    if moved is not None and word not in (names or ()):
        arguments[0] = replace(moved, value=_with(file, moved.value, word, value))
        return tree.Call(call.span, callee, tuple(arguments))
    if names is None or not isinstance(callee, tree.Name):
        raise SolveError(f"{call.span.text} has no hyperparameters that could vary")
    if word not in names:
        near = nearest(word, names)
        hint = f"did you mean {near[0]}?" if near else f"it has {', '.join(names) or 'none'}"
        raise SolveError(f'{callee.id} has no hyperparameter "{word}"; {hint}')
    place = _place(arguments, names, word)
    if place is None:
        arguments.append(tree.Argument(value.span, tree.Name(value.span, word), value))
    else:
        arguments[place] = replace(arguments[place], value=value)
    return tree.Call(call.span, callee, tuple(arguments))


def _moved(
    file: tree.File, callee: tree.Expr, arguments: list[tree.Argument]
) -> tree.Argument | None:
    """The cell that a `scan` or `fold` moves; None for any other call."""
    if not (isinstance(callee, tree.Name) and callee.id in OPTIONS and arguments):
        return None
    inner = arguments[0].value
    of = inner.callee if isinstance(inner, tree.Call) else inner
    return None if _hyperparameters(file, of) is None else arguments[0]


def _hyperparameters(file: tree.File, callee: object) -> list[str] | None:
    """What a layer, a scan or a definition is told, in order; None for anything else."""
    if not isinstance(callee, tree.Name):
        return None
    name = callee.id
    own = {d.name.id: d for d in file.declarations if isinstance(d, tree.Definition)}
    definition = own.get(name) or (definitions()[name] if name in INDEX else None)
    if definition is not None:
        return [h.name.id for h in definition.hyperparameters or ()]
    model = OPTIONS.get(name) or registry.get(name)
    return None if model is None else list(model.model_fields)


def _place(arguments: list[tree.Argument], names: list[str], word: str) -> int | None:
    """Which written argument is the hyperparameter."""
    for number, argument in enumerate(arguments):
        if argument.name is not None and argument.name.id == word:
            return number
    positional = [i for i, a in enumerate(arguments) if a.name is None]
    at = names.index(word)
    return positional[at] if at < len(positional) else None


def _exchanged(node: Any, old: object, new: object) -> Any:
    """A syntax tree with one node replaced."""
    if node is old:
        return new
    if isinstance(node, tuple):
        made = tuple(_exchanged(item, old, new) for item in node)
        return made if any(a is not b for a, b in zip(made, node, strict=True)) else node
    if not isinstance(node, Struct) or isinstance(node, tree.Name):
        return node
    changed = {
        name: value
        for name in node.__struct_fields__
        if name not in ("span", "source", "comments")
        and (value := _exchanged(getattr(node, name), old, new)) is not getattr(node, name)
    }
    return replace(node, **changed) if changed else node
