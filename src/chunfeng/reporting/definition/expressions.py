"""Checks as small safe expressions over a report: parsed once, evaluated exactly, three-valued.

Allowed: names of cells, whole and decimal numbers, + - * /, comparisons (also chained), and, or, not,
`a if b else c`, and the functions below. Nothing else: no attributes, no subscripts, no other calls.

    previous(x)   the same cell one period earlier
    below(x)      the sum of the level below for the same period
    sum(x, y, …)  min(…)  max(…)  abs(x)
    filled(x)     whether the cell holds a figure

A cell nobody filled is unknown, and what depends on it is unknown too: such a check neither passes nor
fails. Numbers are exact fractions, never binary floats. Numbers and truths are kept apart when the text is
parsed, so that nothing can go wrong when it is evaluated.
"""

from __future__ import annotations

import ast
import operator
import re
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
_FOLDS: dict[str, Callable[..., Any]] = {
    "sum": lambda *values: sum(values),
    "min": lambda *values: min(values),
    "max": lambda *values: max(values),
    "abs": abs,
}
_TOKEN = re.compile(r"\s+|\d+(\.\d+)?(?![\w.])|[A-Za-z_]\w*|[<>=!]=|[-+*/()<>,]", re.ASCII)
MAX_LENGTH = 500
MAX_DEPTH = 100
MAX_DIGITS = 15


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
    """Parse one expression, a number or a truth. Raises `BadExpression` with the place of the trouble."""
    return _parse(text)[0]


def parse_rule(text: str) -> Expression:
    """Parse an expression that must be a truth, as a check needs it."""
    expression, kind = _parse(text)
    if kind is not bool:
        raise BadExpression(
            _("“%(text)s” is a number: a check must be a comparison, such as a + b == c.") % {"text": text}
        )
    return expression


def _parse(text: str) -> tuple[Expression, type]:
    if len(text) > MAX_LENGTH:
        raise BadExpression(_("The expression is longer than %(n)s characters.") % {"n": MAX_LENGTH})
    source = text.strip()
    _tokens(source)
    try:
        tree = ast.parse(source, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        at = min(getattr(error, "offset", None) or len(source) + 1, len(source) + 1)
        raise _unreadable(source, at) from None
    checked = _Checked(source)
    kind = checked.kind(tree, 0)
    return Expression(source, frozenset(checked.names), frozenset(checked.looks), tree), kind


def _tokens(source: str) -> None:
    """Only the words and signs of this language reach Python's parser."""
    place = 0
    while place < len(source):
        token = _TOKEN.match(source, place)
        if token is None:
            raise _unreadable(source, place + 1)
        if token[0][0].isdigit() and len(token[0].replace(".", "")) > MAX_DIGITS:
            raise BadExpression(
                _("The number at character %(at)s has more than %(n)s digits.")
                % {"at": place + 1, "n": MAX_DIGITS}
            )
        place = token.end()


def _unreadable(source: str, at: int) -> BadExpression:
    return BadExpression(_("“%(text)s” cannot be read at character %(at)s.") % {"text": source, "at": at})


class _Checked:
    """Walks a tree once: only known nodes, numbers where numbers belong, truths where truths belong."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.names: set[str] = set()
        self.looks: set[str] = set()

    def kind(self, node: ast.expr, depth: int) -> type:
        """Fraction or bool: what the node evaluates to."""
        if depth > MAX_DEPTH:
            raise BadExpression(_("The expression is nested more than %(n)s deep.") % {"n": MAX_DEPTH})
        match node:
            case ast.Constant(value=bool()):
                return bool
            case ast.Constant(value=int() | float()):
                return Fraction
            case ast.Name(id=name):
                self.names.add(name)
                return Fraction
            case ast.BoolOp(values=values):
                return self.all(bool, values, depth)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return self.all(bool, [operand], depth)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return self.all(Fraction, [operand], depth)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _ARITHMETIC:
                return self.all(Fraction, [left, right], depth)
            case ast.Compare(left=left, ops=ops, comparators=rest) if all(type(op) in _COMPARE for op in ops):
                equal = all(isinstance(op, ast.Eq | ast.NotEq) for op in ops)
                if equal:
                    self.all(self.kind(left, depth + 1), rest, depth)
                else:
                    self.all(Fraction, [left, *rest], depth)
                return bool
            case ast.IfExp(test=test, body=body, orelse=orelse):
                self.all(bool, [test], depth)
                return self.all(self.kind(body, depth + 1), [orelse], depth)
            case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in _LOOKS | _FOLDS.keys():
                return self.call(node, name, args, depth)
        raise self.refused(node)

    def call(self, node: ast.expr, name: str, args: list[ast.expr], depth: int) -> type:
        if name in _LOOKS:
            if len(args) != 1 or not isinstance(args[0], ast.Name):
                raise BadExpression(_("%(name)s(…) takes the code of one cell.") % {"name": name})
            self.names.add(args[0].id)
            self.looks.add(name)
            return bool if name == "filled" else Fraction
        if not args or (name == "abs" and len(args) != 1):
            raise self.refused(node)
        return self.all(Fraction, args, depth)

    def all(self, wanted: type, nodes: list[ast.expr], depth: int) -> type:
        for node in nodes:
            if self.kind(node, depth + 1) is not wanted:
                piece = {"piece": self.piece(node), "at": node.col_offset + 1}
                if wanted is bool:
                    raise BadExpression(
                        _("“%(piece)s” at character %(at)s is a number; a comparison is needed here.") % piece
                    )
                raise BadExpression(
                    _("“%(piece)s” at character %(at)s is a comparison; a number is needed here.") % piece
                )
        return wanted

    def piece(self, node: ast.expr) -> str:
        return ast.get_source_segment(self.text, node) or self.text

    def refused(self, node: ast.expr) -> BadExpression:
        return BadExpression(
            _("“%(piece)s” at character %(at)s is not allowed here.")
            % {"piece": self.piece(node), "at": node.col_offset + 1}
        )


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
