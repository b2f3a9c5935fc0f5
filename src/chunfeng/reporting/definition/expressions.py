"""Checks as small safe expressions over a report: parsed once, evaluated exactly, three-valued.

Allowed: names of cells, whole and decimal numbers, + - * /, comparisons (also chained), and, or, not,
`a if b else c`, and the functions below. Nothing else: no attributes, no subscripts, no other calls.

    previous(x)   the same cell one period earlier
    below(x)      the sum of the level below for the same period
    sum(x, y, …)  min(…)  max(…)  abs(x)
    filled(x)     whether the cell holds a figure

A cell nobody filled is unknown, and what depends on it is unknown too: such a check neither passes nor
fails. Numbers are exact fractions, never binary floats.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

Value = Fraction | bool | None
"""A number, a truth, or unknown."""

_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_LOOKS = {"previous", "below", "filled"}
_FOLDS: dict[str, Callable[..., Any]] = {"sum": lambda *v: sum(v), "min": min, "max": max, "abs": abs}
MAX_LENGTH = 500


class BadExpression(ValueError):
    """An expression this language does not know; the message says what and at which character."""


@dataclass(frozen=True)
class Figures:
    """What an expression reads: cells by code in their own unit, None where nobody filled."""

    now: Mapping[str, Fraction | None]
    previous: Mapping[str, Fraction | None]
    below: Mapping[str, Fraction | None]


@dataclass(frozen=True)
class Expression:
    """A parsed expression; `names` are the cells it reads, `looks` the functions previous/below it uses."""

    text: str
    names: frozenset[str]
    looks: frozenset[str]
    _tree: ast.expr = field(compare=False, repr=False)

    def value(self, figures: Figures) -> Value:
        """The exact value over these figures; None when unknown (also for a division by zero)."""
        return _eval(self._tree, figures)


def parse(text: str) -> Expression:
    """Parse one expression. Raises `BadExpression` with the place of the trouble."""
    if len(text) > MAX_LENGTH:
        raise BadExpression(_("The expression is longer than %(n)s characters.") % {"n": MAX_LENGTH})
    source = text.strip()
    try:
        tree = ast.parse(source, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        at = getattr(error, "offset", None) or 1
        raise BadExpression(
            _("“%(text)s” cannot be read at character %(at)s.") % {"text": text, "at": at}
        ) from None
    names: set[str] = set()
    looks: set[str] = set()
    _check(tree, source, names, looks)
    return Expression(source, frozenset(names), frozenset(looks), tree)


def _check(node: ast.AST, text: str, names: set[str], looks: set[str]) -> None:
    match node:
        case ast.BoolOp() | ast.IfExp():
            pass
        case ast.UnaryOp(op=ast.Not() | ast.USub()):
            pass
        case ast.BinOp(op=op) if type(op) in _ARITHMETIC:
            pass
        case ast.Compare(ops=ops) if all(type(op) in _COMPARE for op in ops):
            pass
        case ast.Constant(value=bool()):
            pass
        case ast.Constant(value=int() | float()):
            return
        case ast.Name(id=name):
            names.add(name)
            return
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in _LOOKS:
            if len(args) != 1 or not isinstance(args[0], ast.Name):
                raise BadExpression(_("%(name)s(…) takes the code of one cell.") % {"name": name})
            names.add(args[0].id)
            looks.add(name)
            return
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in _FOLDS and args:
            for each in args:
                _check(each, text, names, looks)
            return
        case _:
            at = getattr(node, "col_offset", 0) + 1
            piece = ast.get_source_segment(text, node) if isinstance(node, ast.expr) else ""
            raise BadExpression(
                _("“%(piece)s” at character %(at)s is not allowed here.") % {"piece": piece or text, "at": at}
            )
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            _check(child, text, names, looks)


def _eval(node: ast.expr, figures: Figures) -> Any:
    match node:
        case ast.Constant(value=bool() as truth):
            return truth
        case ast.Constant(value=number):
            return Fraction(str(number))
        case ast.Name(id=name):
            return figures.now.get(name)
        case ast.BoolOp(op=op, values=values):
            return _logic(isinstance(op, ast.And), [_eval(v, figures) for v in values])
        case ast.UnaryOp(op=op, operand=operand):
            value = _eval(operand, figures)
            if value is None:
                return None
            return not value if isinstance(op, ast.Not) else -value
        case ast.BinOp(left=left, op=op, right=right):
            a, b = _eval(left, figures), _eval(right, figures)
            if a is None or b is None or (isinstance(op, ast.Div) and b == 0):
                return None
            return _ARITHMETIC[type(op)](a, b)
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            sides = [_eval(each, figures) for each in (left, *comparators)]
            pairs = zip(sides, ops, sides[1:], strict=False)
            return _logic(
                True, [None if a is None or b is None else _COMPARE[type(op)](a, b) for a, op, b in pairs]
            )
        case ast.IfExp(test=test, body=body, orelse=orelse):
            truth = _eval(test, figures)
            return None if truth is None else _eval(body if truth else orelse, figures)
        case ast.Call(func=ast.Name(id=name), args=args):
            return _call(name, args, figures)
    raise AssertionError(f"unchecked node {ast.dump(node)}")


def _call(name: str, args: list[ast.expr], figures: Figures) -> Any:
    if name in _LOOKS:
        cell = args[0].id  # type: ignore[attr-defined]
        if name == "filled":
            return figures.now.get(cell) is not None
        return (figures.previous if name == "previous" else figures.below).get(cell)
    values = [_eval(each, figures) for each in args]
    return None if any(value is None for value in values) else _FOLDS[name](*values)


def _logic(conjunction: bool, values: list[Any]) -> bool | None:
    """Three-valued and/or: a false decides an and, a true decides an or, whatever is unknown."""
    if any(value is not None and bool(value) is not conjunction for value in values):
        return not conjunction
    return None if any(value is None for value in values) else conjunction
