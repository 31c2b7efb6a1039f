"""From written arguments to a checked model: Pydantic decides, the words are ours."""

from __future__ import annotations

import re
import types
from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from msgspec import Struct
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, PydanticUndefined

from specc.diagnostics import Diagnostic, Diagnostics, Edit, Fix
from specc.nearest import nearest
from specc.program import Static
from specc.resolve.static import show
from specc.source import Span

M = TypeVar("M", bound=BaseModel)


class Given(Struct, frozen=True):
    """The value of one argument and where it stands."""

    value: Static
    span: Span


def construct(
    model: type[M],
    word: str,
    arguments: Mapping[str, Given],
    place: Span,
    diagnostics: Diagnostics,
    extra: Mapping[str, object] | None = None,
    *,
    incomplete: bool = False,
) -> M | None:
    """The model with these arguments, or None after a diagnostic for each that is wrong.

    `word` is how the language calls it, `place` the span for what is missing. Of an `incomplete` call
    other arguments were refused: those left are still looked at, one by one.
    """
    values: dict[str, Any] = {name: given.value for name, given in arguments.items()}
    values.update(extra or {})
    try:
        made = model.model_validate(values, strict=True)
    except ValidationError as problem:
        for field, errors in _by_field(problem).items():
            given = arguments.get(field)
            if given is not None or not incomplete:
                diagnostics.add(_diagnose(model, word, field, errors, given, place))
        return None
    return None if incomplete else made


def _by_field(problem: ValidationError) -> dict[str, list[ErrorDetails]]:
    fields: dict[str, list[ErrorDetails]] = {}
    for error in problem.errors(include_url=False):
        fields.setdefault(str(error["loc"][0]) if error["loc"] else "", []).append(error)
    return fields


def _diagnose(
    model: type[BaseModel],
    word: str,
    field: str,
    errors: list[ErrorDetails],
    given: Given | None,
    place: Span,
) -> Diagnostic:
    if given is None and errors[0]["type"] == "missing":
        return Diagnostic("E202", f"{word} needs its {field}", place, notes=_form(model, word))
    if given is None:
        return Diagnostic("E204", f"{word}: {_reason(errors)}", place)
    if isinstance(given.value, str) and choices(model, field):
        return _unknown_choice(model, word, field, given)
    length = _length(model, field)
    if isinstance(given.value, tuple) and length not in (None, len(given.value)):
        message = f"{word}: {field} is a list of {length} numbers, not of {len(given.value)}"
        return Diagnostic("E203", message, given.span, notes=_form(model, word))
    kinds = _names(model.model_fields[field].annotation)
    fits = not isinstance(given.value, bool) and (
        not isinstance(given.value, str) or "str" in kinds
    )
    ranged = [e for e in errors if fits and _is_range(e)]
    if ranged:
        message = f"{word}: {field} is {show(given.value)}; it {_reason(ranged)}"
        text, helps = _short_range(ranged[0], field), _percent(word, field, given.value, ranged[0])
        return Diagnostic("E204", message, given.span, text=text, helps=helps)
    return _wrong_type(model, word, field, given)


def _unknown_choice(model: type[BaseModel], word: str, field: str, given: Given) -> Diagnostic:
    words = choices(model, field)
    close = nearest(str(given.value), words)
    fix = Fix(f"{given.value} → {close[0]}", (Edit(given.span, close[0]),)) if close else None
    others = [kind] if not (kind := kind_of(model, field)).startswith("one of") else []
    return Diagnostic(
        "E203",
        f'{word} has no {field} "{given.value}"',
        given.span,
        text=f'did you mean "{close[0]}"?' if close else "",
        notes=(f"{field} is one of {', '.join([*words, *others])}",),
        fix=fix,
    )


def _length(model: type[BaseModel], field: str) -> int | None:
    """How many numbers a list has, where that is fixed."""
    parts = get_args(model.model_fields[field].annotation)
    fixed = get_origin(model.model_fields[field].annotation) is tuple and Ellipsis not in parts
    return len(parts) if fixed else None


def _wrong_type(model: type[BaseModel], word: str, field: str, given: Given) -> Diagnostic:
    wanted = kind_of(model, field)
    fix = None
    meant = _meant(given, wanted) or _window(model, field, given)
    if meant:
        fix = Fix(f"{given.span.text} → {meant}", (Edit(given.span, meant),))
    return Diagnostic(
        "E203",
        f"{word} needs {wanted} for its {field}, not {_kind(given.value)}",
        given.span,
        text=_kind(given.value),
        notes=_form(model, word),
        helps=hint(model, field),
        fix=fix,
    )


def _meant(given: Given, wanted: str) -> str:
    """The number or truth value that a text or a whole fraction stands for; "" where it is unclear."""
    value = given.value
    quoted = isinstance(value, str) and given.span.text.startswith('"')
    text = str(value).strip()
    if wanted == "true or false":
        return text if quoted and text in ("true", "false") else ""
    if quoted and re.fullmatch(r"\d+" if wanted == "a whole number" else r"\d+(\.\d+)?", text):
        return text
    whole = isinstance(value, float) and value % 1 == 0 and abs(value) < 2**53
    return f"{value:.0f}" if whole and wanted == "a whole number" else ""


def _window(model: type[BaseModel], field: str, given: Given) -> str:
    """The sizes that stand in quotes: `"3x3"`."""
    text = str(given.value).strip()
    quoted = isinstance(given.value, str) and takes_list(model, field)
    return text if quoted and re.fullmatch(r"\d+(x\d+)+", text) else ""


def _kind(value: Static) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return "text"
        case tuple():
            return f"a list of {len(value)}"
        case float():
            return f"the fraction {value:g}" if value % 1 else f"{value:.1f}, a fraction"
        case None:
            return "none"
        case _:
            return f"the number {show(value)}"


_RANGE_ERRORS = {
    "greater_than": ("gt", "must be more than", "> {}"),
    "greater_than_equal": ("ge", "must be at least", "≥ {}"),
    "less_than": ("lt", "must be less than", "< {}"),
    "less_than_equal": ("le", "must be at most", "≤ {}"),
}


def _is_range(error: ErrorDetails) -> bool:
    if error["type"] in _RANGE_ERRORS:
        return True
    return error["type"] == "value_error" and str(error["ctx"]["error"]).startswith("must")


def _reason(errors: list[ErrorDetails]) -> str:
    error = errors[0]
    if error["type"] in _RANGE_ERRORS:
        key, words, _ = _RANGE_ERRORS[error["type"]]
        return f"{words} {error['ctx'][key]:g}"
    if error["type"] == "value_error":
        return str(error["ctx"]["error"])
    return error["msg"]


_BETWEEN = re.compile(r"must be (more than|at least) (\S+) and (less than|at most) ([^\s;,]+)")


def _short_range(error: ErrorDetails, field: str) -> str:
    """`≥ 1`, or `0 ≤ p < 1` of both bounds."""
    if error["type"] in _RANGE_ERRORS:
        key, _, sign = _RANGE_ERRORS[error["type"]]
        return sign.format(f"{error['ctx'][key]:g}")
    between = _BETWEEN.match(_reason([error]))
    if between is None:
        return ""
    low, high = (" < " if "than" in between[i] else " ≤ " for i in (1, 3))
    return f"{between[2]}{low}{field}{high}{between[4]}"


def _percent(word: str, field: str, value: Static, error: ErrorDetails) -> tuple[str, ...]:
    """A share of 50 was meant as percent."""
    between = _BETWEEN.match(_reason([error]))
    shares = between is not None and between.group(1, 2, 4) == ("at least", "0", "1")
    if not shares or not isinstance(value, (int, float)) or not 2 <= value <= 100:
        return ()
    return (f"{value:g} % is {word}({field}={value / 100:g})",)


def choices(model: type[BaseModel], field: str) -> list[str]:
    """The words that a field takes."""
    info = model.model_fields.get(field)
    return sorted(set(_literals(info.annotation))) if info else []


def _literals(annotation: object) -> list[str]:
    origin = get_origin(annotation)
    if origin is Literal:
        return [a for a in get_args(annotation) if isinstance(a, str)]
    if origin in (Union, types.UnionType, Annotated):
        return [text for part in get_args(annotation) for text in _literals(part)]
    return []


def kind_of(model: type[BaseModel], field: str) -> str:
    """What a field takes, in plain words."""
    info = model.model_fields[field]
    names = _names(info.annotation)
    if names <= {"Literal", "NoneType"}:
        return f"one of {', '.join(choices(model, field) or _numbers(info.annotation))}"
    if names & {"int", "Symbolic"}:
        return "a number" if "float" in names else "a whole number"
    if "float" in names:
        return "a number"
    if "bool" in names:
        return "true or false"
    if "tuple" in names:
        return "a list of numbers"
    return "another value"


def _numbers(annotation: object) -> list[str]:
    """The numbers of a choice among numbers."""
    parts = get_args(annotation)
    return [show(p) for p in parts if isinstance(p, int)] or [n for p in parts for n in _numbers(p)]


def _names(annotation: object) -> set[str]:
    origin = get_origin(annotation)
    if origin in (Union, types.UnionType, Annotated):
        return {name for part in get_args(annotation) for name in _names(part)}
    return {getattr(origin or annotation, "__name__", "")}


def _form(model: type[BaseModel], word: str) -> tuple[str, ...]:
    """How a call is written, as a note; settings stand one a line and have no such form."""
    from specc.settings import Settings

    return () if issubclass(model, Settings) else (signature(model, word),)


def in_order(model: type[BaseModel]) -> list[str]:
    """The fields in the order in which arguments without a name fill them."""
    late = getattr(model, "last", ())
    fields = model.model_fields
    return [*(f for f in fields if f not in late), *(f for f in fields if f in late)]


def hint(model: type[BaseModel], word: str) -> tuple[str, ...]:
    """What a model says of a field that gets another kind of value, or of an argument of PyTorch's."""
    said = dict(getattr(model, "hints", ())).get(word)
    return (said,) if said else ()


def signature(model: type[BaseModel], word: str) -> str:
    """`conv(channels, kernel, stride=1, …)`: the arguments with their defaults."""
    parts = []
    for name in in_order(model):
        info = model.model_fields[name]
        if info.default is PydanticUndefined and info.default_factory is None:
            parts.append(name)
        else:
            parts.append(f"{name}={_default(info.get_default(call_default_factory=True))}")
    return f"{word}({', '.join(parts)})"


def _default(value: object) -> str:
    if value is None:
        return "none"
    if isinstance(value, str):
        return value
    if isinstance(value, (int, float, tuple)):
        return show(value)
    return str(value)


def accepts_word(model: type[BaseModel], field: str) -> bool:
    """Whether a bare word (`same`, `height`) can be the value of a field."""
    info = model.model_fields[field]
    return bool(choices(model, field)) or _mentions_text(info.annotation)


def _mentions_text(annotation: object) -> bool:
    if annotation is str:
        return True
    return any(_mentions_text(part) for part in get_args(annotation))


def takes_list(model: type[BaseModel], field: str) -> bool:
    """Whether a list can be the value of a field."""
    return _mentions_list(model.model_fields[field].annotation)


def _mentions_list(annotation: object) -> bool:
    if get_origin(annotation) is tuple:
        return True
    return any(_mentions_list(part) for part in get_args(annotation))
