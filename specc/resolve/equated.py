"""Settings that were written as values: `epochs = 2` for `epochs 2`."""

from __future__ import annotations

from collections.abc import Container, Sequence

from specc.diagnostics import Diagnostic, Edit, Fix
from specc.resolve.context import Scope
from specc.resolve.order import names_read
from specc.syntax import tree


def as_settings(
    scope: Scope, statements: Sequence[tree.Statement], words: Container[str]
) -> list[tree.Statement]:
    """The statements, where a name of these words that no other statement reads is the setting it was
    meant for; each is reported (E101).
    """
    made: list[tree.Statement] = []
    for statement in statements:
        meant = isinstance(statement, tree.Assign) and _meant(statement, statements, words)
        made.append(_setting(scope, statement) if meant else statement)  # type: ignore[arg-type]
    return made


def _meant(
    statement: tree.Assign, statements: Sequence[tree.Statement], words: Container[str]
) -> bool:
    """Whether an assignment gives a setting, and no value that is read."""
    if len(statement.targets) > 1 or statement.targets[0].id not in words:
        return False
    others = (n.id for s in statements if s is not statement for n in names_read(s))
    targets = (n.id for s in statements for n in getattr(s, "targets", ()) if s is not statement)
    word = statement.targets[0].id
    return word not in {*others, *targets}


def _setting(scope: Scope, statement: tree.Assign) -> tree.Setting:
    """The setting, once it was reported that it has no `=`."""
    [word], value = statement.targets, statement.value
    every = word.id == "checkpoint"
    right = (
        f"checkpoint every {value.span.text} epochs" if every else f"{word.id} {value.span.text}"
    )
    scope.diagnostics.add(
        Diagnostic(
            "E101",
            f"{word.id} is a setting, which has no =",
            word.span,
            text="names a value that nothing reads",
            fix=Fix(right, (Edit(statement.span, right),)),
        )
    )
    if every:
        return tree.Setting(statement.span, word, None, value, "epochs")
    return tree.Setting(statement.span, word, value, None, None)
