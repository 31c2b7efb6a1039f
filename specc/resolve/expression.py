"""What an expression means in a scope. Errors are reported where they stand and give poison."""

from __future__ import annotations

from specc.resolve import cell, operators
from specc.resolve.call import call
from specc.resolve.context import Scope
from specc.resolve.member import member
from specc.resolve.names import lookup
from specc.resolve.pipe import pipe
from specc.resolve.values import Meaning, Number
from specc.syntax import tree


def evaluate(scope: Scope, expr: tree.Expr) -> Meaning:
    """The meaning of an expression."""
    match expr:
        case tree.Number() | tree.Text() | tree.Bool():
            return Number(expr.value)
        case tree.SizeLiteral():
            return Number(expr.values)
        case tree.Name():
            return lookup(scope, expr)
        case tree.Member():
            return member(scope, evaluate(scope, expr.base), expr)
        case tree.Call():
            return call(scope, expr)
        case tree.Pipe():
            return pipe(scope, expr)
        case _:
            return _combined(scope, expr)


def _combined(scope: Scope, expr: tree.Expr) -> Meaning:
    match expr:
        case tree.Index():
            return operators.index(scope, expr)
        case tree.ListOf():
            return operators.list_of(scope, expr)
        case tree.Unary():
            return operators.unary(scope, expr)
        case tree.Binary():
            return operators.binary(scope, expr)
        case tree.Conditional():
            return operators.conditional(scope, expr)
        case tree.Next():
            return cell.next_value(scope, expr)
        case _:
            message = "a slice stands in brackets behind a value"
            return scope.context.report("E203", message, expr.span)
