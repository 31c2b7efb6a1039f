"""Entries of a library in a train block: data sources, optimizers, schedules and metrics."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from pydantic import BaseModel

from specc.diagnostics import Diagnostic, Edit, Fix
from specc.nearest import nearest
from specc.resolve.arguments import Given, accepts_word, construct, hint, in_order, signature
from specc.resolve.binding import Argument
from specc.resolve.context import Scope
from specc.resolve.convert import as_static, unknown_name
from specc.resolve.evaluation import arguments
from specc.resolve.values import POISON, ListValue, Word
from specc.source import Span
from specc.syntax import tree

M = TypeVar("M", bound=BaseModel)


def word_call(expr: tree.Expr) -> tuple[tree.Name | None, tuple[tree.Argument, ...]]:
    """The word of `adam(lr=1e-3)` or `digits`, and its arguments; None where it is something else."""
    if isinstance(expr, tree.Name):
        return expr, ()
    if isinstance(expr, tree.Call) and isinstance(expr.callee, tree.Name):
        return expr.callee, expr.arguments
    return None, ()


_ELSEWHERE = {
    **dict.fromkeys(
        ("mnist", "fashion_mnist", "fashionmnist", "kmnist", "emnist"),
        'from its files: idx("train-images-idx3-ubyte", labels="train-labels-idx1-ubyte") as '
        "x: image[1, 28, 28], label: category[10]; built in is digits, 8×8",
    ),
    **dict.fromkeys(
        ("cifar10", "cifar100", "svhn", "stl10", "imagenet"),
        'from a folder with one folder for each class: images("cifar10", size=32, classes=10)',
    ),
    "shuffle": "the rows for training are shuffled in every epoch",
    **dict.fromkeys(("lr", "learning_rate"), "optimizer adam(lr=1e-3)"),
    **dict.fromkeys(("device", "gpu", "cuda"), "where it runs is no part of a spec"),
}
"""Words of other libraries and how the same is said here."""


def unknown_word(scope: Scope, code: str, kind: str, name: tree.Name, choices: list[str]) -> None:
    """Report a word that the library does not have, with the nearest one."""
    elsewhere = _ELSEWHERE.get(name.id.lower())
    close = nearest(name.id, choices) if elsewhere is None else []
    fix = Fix(f"{name.id} → {close[0]}", (Edit(name.span, close[0]),)) if close else None
    scope.diagnostics.add(
        Diagnostic(
            code,
            f'there is no {kind} "{name.id}"',
            name.span,
            text=f'did you mean "{close[0]}"?' if close else "",
            notes=(f"{kind}s: {', '.join(choices)}",) if not close and not elsewhere else (),
            helps=(elsewhere,) if elsewhere else (),
            fix=fix,
        )
    )


def configured(
    scope: Scope,
    model: type[M],
    name: tree.Name,
    written: tuple[tree.Argument, ...],
    extra: Mapping[str, object] | None = None,
) -> M | None:
    """A library entry (source, optimizer, schedule, metric) with its written arguments.

    `extra` are values that are no numbers, by their field.
    """
    given: dict[str, Given] = {}
    failed = False
    fields = [f for f in in_order(model) if f not in (extra or {})]
    place = name.span if not written else name.span.to(written[-1].span)
    for argument in arguments(scope, written):
        key = argument.name.id if argument.name is not None else (fields[0] if fields else "")
        if key in fields:
            fields.remove(key)
        else:
            _report_argument(scope, model, name.id, argument, key, given)
            failed = True
            continue
        value = _argument_value(scope, model, key, argument)
        if value is not None:
            given[key] = value
        failed |= value is None
    return construct(model, name.id, given, place, scope.diagnostics, extra, incomplete=failed)


def _report_argument(
    scope: Scope,
    model: type[BaseModel],
    word: str,
    argument: Argument,
    key: str,
    given: Mapping[str, Given],
) -> None:
    place = argument.name.span if argument.name is not None else argument.span
    close = nearest(key, list(model.model_fields)) if key else []
    message = f'{word} has no argument "{key}"' if key else f"{word} takes no argument here"
    if key in given:
        message = f"{word} gets its {key} twice"
        close = []
    fix = Fix(f"{key} → {close[0]}", (Edit(place, close[0]),)) if close else None
    scope.diagnostics.add(
        Diagnostic(
            "E202",
            message,
            place,
            text=f'did you mean "{close[0]}"?' if close else "",
            notes=(signature(model, word),),
            helps=() if close else hint(model, key),
            fix=fix,
        )
    )


def _argument_value(
    scope: Scope, model: type[BaseModel], key: str, argument: Argument
) -> Given | None:
    meaning = argument.meaning
    if key in getattr(model, "names", ()) and argument.span.text.isidentifier():
        return Given(argument.span.text, argument.span)
    if meaning is POISON:
        return None
    if isinstance(meaning, Word):
        if accepts_word(model, key):
            return Given(meaning.text, argument.span)
        unknown_name(scope, meaning.text, argument.span)
        return None
    if isinstance(meaning, ListValue) and accepts_word(model, key):
        items = tuple(i.text if isinstance(i, Word) else as_static(i) for i in meaning.items)
        return Given(items, argument.span)
    value = as_static(meaning)
    if value is None:
        scope.context.report("E203", f"{key} must be known before anything runs", argument.span)
        return None
    return Given(value, argument.span)


def library(
    scope: Scope, statement: tree.Setting, kind: str, entries: Mapping[str, type[M]]
) -> M | None:
    """The entry that a setting names, configured, or None after a diagnostic."""
    if statement.value is None:
        _nameless(scope, statement.span, kind)
        return None
    return chosen(scope, statement.value, kind, entries)


def chosen(scope: Scope, expr: tree.Expr, kind: str, entries: Mapping[str, type[M]]) -> M | None:
    """The entry that an expression names, configured, or None after a diagnostic."""
    name, written = word_call(expr)
    if name is None:
        _nameless(scope, expr.span, kind)
        return None
    if name.id not in entries:
        unknown_word(scope, "E206", kind, name, list(entries))
        meant = nearest(name.id, list(entries), 1)
        if not meant:
            return None
        name = tree.Name(name.span, meant[0])  # read as such from here on
    return configured(scope, entries[name.id], name, written)


def _nameless(scope: Scope, span: Span, kind: str) -> None:
    examples = {"optimizer": "optimizer adam(lr=1e-3)", "init": "init normal(std=0.02)"}
    example = examples.get(kind, "schedule cosine()")
    scope.context.report("E203", f"{kind} needs a name", span, helps=(example,))
