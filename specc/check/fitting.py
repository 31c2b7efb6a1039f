"""After a size that does not fit: the input sizes that would.

A network whose sizes are numbers is resolved once more with symbols in their place. Where that makes the
error go away, the conditions that the symbols then must meet say which sizes fit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from specc.diagnostics import Diagnostic, Diagnostics, Label
from specc.program import Static
from specc.resolve.file import resolve
from specc.sizes import Constraint, nearest_valid, solve
from specc.source import Span
from specc.syntax import tree
from specc.types import PORT_AXES

SYMBOLS = {"length": "L", "height": "H", "width": "W", "depth": "D"}
"""The symbols that stand for the sizes of spatial axes; a capital letter is a free size."""

CODES = frozenset({"E301", "E302"})

AXES = {symbol: axis for axis, symbol in SYMBOLS.items()}

LONGEST = 50_000
"""Characters of a file that is resolved again; formulas of a longer one would take too long."""


class _Opened(Struct, frozen=True):
    """A network's input with symbols for its spatial sizes: where, and the numbers that stood there."""

    span: Span
    file: tree.File
    network: str
    numbers: Mapping[str, int]
    places: Mapping[str, Span]


def suggest_sizes(
    file: tree.File, diagnostics: Diagnostics, overrides: Mapping[str, Static] | None
) -> None:
    """Add the sizes that fit to the diagnostics of sizes that do not."""
    wrong = [d for d in diagnostics.items if d.code in CODES]
    turned = [d for d in diagnostics.items if d.code == "W307" or _misread(d)]
    if wrong and turned:
        _turned(file, turned, wrong, diagnostics)  # another order mends these
    if not wrong or turned or len(file.source.text) > LONGEST:
        return
    for declaration in file.declarations:
        opened = _opened(file, declaration)
        if opened is not None:
            _suggest(opened, wrong, diagnostics, overrides)


def _turned(
    file: tree.File, turned: list[Diagnostic], wrong: list[Diagnostic], diagnostics: Diagnostics
) -> None:
    """Say at the first size that does not fit what its network says in another order than it means."""
    for remark in turned:
        around = next((d.span for d in file.declarations if d.span.holds(remark.span)), None)
        inside = [d for d in wrong if around is not None and around.holds(d.span)]
        first = next((d for d in inside if d.span.start > remark.span.start), None)
        if first is not None:
            said = remark.text if _misread(remark) else remark.message
            helps = remark.helps
            if not _misread(remark):
                helps = tuple(f"{h}: {remark.text}" for h in helps)
            label = Label(remark.span, said)
            better = replace(first, labels=(*first.labels, label), helps=helps)
            items = [better if d is first else d for d in diagnostics.items if d is not remark]
            diagnostics.items = items


def _misread(diagnostic: Diagnostic) -> bool:
    """Whether it says that the arguments of a layer are read in another order than they were meant."""
    return diagnostic.code == "W308" and diagnostic.text.startswith("read as ")


def _suggest(
    opened: _Opened,
    wrong: list[Diagnostic],
    diagnostics: Diagnostics,
    overrides: Mapping[str, Static] | None,
) -> None:
    again = Diagnostics()
    program = resolve(opened.file, again, overrides, assume=opened.numbers)
    left = {(d.code, d.span.start) for d in again.items}
    body = (
        next((b for b in program.networks if b.name == opened.network), None) if program else None
    )
    if body is None:
        return
    for one in wrong:
        if (one.code, one.span.start) not in left:
            better = _with_sizes(one, opened, body.constraints)
            diagnostics.items = [better if d is one else d for d in diagnostics.items]


def _with_sizes(
    diagnostic: Diagnostic, opened: _Opened, constraints: tuple[Constraint, ...]
) -> Diagnostic:
    if _ranks_differ(diagnostic) or _only_ones(opened, constraints):
        return diagnostic
    said = tuple(_sentences(opened, constraints))
    fitting = _input(opened, constraints)
    helps = (fitting, *diagnostic.helps) if fitting else diagnostic.helps
    return replace(diagnostic, notes=(*diagnostic.notes, *said), helps=helps)


def _ranks_differ(diagnostic: Diagnostic) -> bool:
    """Whether the values that do not fit have different numbers of axes: no size mends that."""
    texts = [*(label.text for label in diagnostic.labels), diagnostic.text]
    return len({text.count("×") for text in texts if text}) > 1


def _only_ones(opened: _Opened, constraints: tuple[Constraint, ...]) -> bool:
    """Whether nothing fits but axes of size 1, which is never meant."""
    near = [
        n
        for symbol, number in opened.numbers.items()
        for n in nearest_valid(constraints, symbol, number)
        if n is not None and n != number
    ]
    return bool(near) and max(near) <= 1


def _sentences(opened: _Opened, constraints: tuple[Constraint, ...]) -> Iterator[str]:
    """`fits when height and width are multiples of 16; nearest to 250: 240, 256`."""
    alike: dict[tuple[str, str], list[str]] = {}
    for symbol, number in opened.numbers.items():
        if nearest_valid(constraints, symbol, number)[0] == number:
            continue  # this one fits
        for sentence in solve(c for c in constraints if c.symbols == {symbol}):
            words = sentence.removeprefix("valid when ").split()
            if words[0] == symbol:
                said = " ".join(words[1:]).replace(f"and {symbol} ", "and ")
                key = said, _nearest(opened, constraints, symbol)
                alike.setdefault(key, []).append(AXES[symbol])
    for (condition, near), axes in alike.items():
        if len(axes) > 1:
            condition = condition.replace("is a multiple", "are multiples").replace(
                "is ", "are ", 1
            )
        yield f"fits when {' and '.join(axes)} {condition}{near}"


def _nearest(opened: _Opened, constraints: tuple[Constraint, ...], symbol: str) -> str:
    """`; nearest to 250: 240, 256`."""
    number = opened.numbers[symbol]
    near = [f"{n:,}" for n in nearest_valid(constraints, symbol, number) if n is not None]
    return f"; nearest to {number:,}: {', '.join(near)}" if near else ""


def _input(opened: _Opened, constraints: tuple[Constraint, ...]) -> str:
    """`x: image[3, 256, 256]`: the input as it is written, with the nearest sizes that fit."""
    text, start = opened.span.text, opened.span.start
    for name, span in sorted(opened.places.items(), key=lambda p: -p[1].start):
        number = opened.numbers[name]
        fit = [n for n in nearest_valid(constraints, name, number)[::-1] if n is not None]
        if not fit:
            return ""
        nearest = min(fit, key=lambda n: abs(n - number))
        text = f"{text[: span.start - start]}{nearest}{text[span.end - start :]}"
    return text.removeprefix("in ") if text != opened.span.text else ""


def _opened(file: tree.File, declaration: tree.Declaration) -> _Opened | None:
    """The file with symbols in the first sized input of a network; None for what has none."""
    if not isinstance(declaration, tree.Definition) or declaration.hyperparameters is not None:
        return None
    for statement in declaration.body:
        if isinstance(statement, tree.Input) and isinstance(statement.type, tree.Index):
            places = _places(statement.type)
            if places:
                body = tuple(
                    replace(s, type=_symbolic(statement.type)) if s is statement else s
                    for s in declaration.body
                )
                fresh = replace(declaration, body=body)
                declarations = tuple(fresh if d is declaration else d for d in file.declarations)
                numbers = {name: value for name, (value, _) in places.items()}
                return _Opened(
                    statement.span,
                    replace(file, declarations=declarations),
                    declaration.name.id,
                    numbers,
                    {name: span for name, (_, span) in places.items()},
                )
    return None


def _places(port: tree.Index) -> dict[str, tuple[int, Span]]:
    """The spatial sizes that are plain numbers, by their symbol."""
    word = port.base.id if isinstance(port.base, tree.Name) else ""
    axes = PORT_AXES.get(word, ())
    found: dict[str, tuple[int, Span]] = {}
    for axis, argument in zip(axes, port.arguments, strict=False):
        value = argument.value
        if axis in SYMBOLS and isinstance(value, tree.Number) and isinstance(value.value, int):
            found[SYMBOLS[axis]] = (value.value, value.span)
    return found


def _symbolic(port: tree.Index) -> tree.Index:
    places = _places(port)
    axes = PORT_AXES[port.base.id] if isinstance(port.base, tree.Name) else ()
    arguments = tuple(
        replace(a, value=tree.Name(a.value.span, SYMBOLS[axis]))
        if SYMBOLS.get(axis) in places
        else a
        for axis, a in zip(axes, port.arguments, strict=False)
    )
    return replace(port, arguments=arguments)
