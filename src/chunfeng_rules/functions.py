"""Expressions as nested Python functions: exact, three-valued (None is unknown), compiled once per measure."""

from __future__ import annotations

import calendar
from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from chunfeng_rules.measure import area_prefix
from chunfeng_rules.tree import (
    All,
    Arithmetic,
    Call,
    Choose,
    Compare,
    Extreme,
    Literal,
    Look,
    Member,
    Name,
    Node,
    Not,
    Some,
)

Env = dict[str, Any]
Run = Callable[[Env], Any]


def completed_months(first: date, second: date) -> int:
    """The greatest count for which first plus so many months is not after second (negative before first)."""
    count = (second.year - first.year) * 12 + second.month - first.month
    last = calendar.monthrange(second.year, second.month)[1]
    return count - (second.day < first.day and second.day != last)


def plus_months(day: date, count: int) -> date:
    """The same day `count` months on, or the last day of that month."""
    month = day.year * 12 + day.month - 1 + count
    year, month = divmod(month, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


_CALLS: dict[str, Callable[..., Any]] = {
    "days": lambda a, b: (b - a).days,
    "months": completed_months,
    "years": lambda a, b: completed_months(a, b) // 12,
    "year": lambda a: a.year,
    "plus_days": lambda a, n: a + timedelta(days=int(n)),
    "plus_months": lambda a, n: plus_months(a, int(n)),
}
_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: Fraction(a) / b if b else None,
}
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    ">=": lambda a, b: a >= b,
    ">": lambda a, b: a > b,
}


def compiled(node: Node) -> Run:
    """A function of the environment for a tree; None stands for unknown."""
    match node:
        case Name(name=name):
            return lambda env: env[name]
        case Literal(value=value):
            return lambda env: value
        case Arithmetic(op=op, left=left, right=right):
            return _both(_ARITHMETIC[op], compiled(left), compiled(right))
        case Compare(op=op, left=left, right=right):
            return _both(_COMPARE[op], compiled(left), compiled(right))
        case All(items=items):
            return _junction([compiled(i) for i in items], False)
        case Some(items=items):
            return _junction([compiled(i) for i in items], True)
        case Not(item=item):
            inner = compiled(item)
            return lambda env: None if (v := inner(env)) is None else not v
        case Choose(test=test, then=then, other=other):
            asked, yes, no = compiled(test), compiled(then), compiled(other)
            return lambda env: None if (v := asked(env)) is None else yes(env) if v else no(env)
        case Extreme(least=least, items=items):
            runs, pick = [compiled(i) for i in items], min if least else max
            return lambda env: None if None in (vs := [r(env) for r in runs]) else pick(vs)
        case Member(item=item, codes=codes, parameter=parameter):
            return _member(compiled(item), codes, parameter)
        case Look(parameter=parameter, key=key):
            at = compiled(key)
            return lambda env: None if (k := at(env)) is None or (t := env[parameter]) is None else t[k]
        case Call(function="within", arguments=(inside, outside)):
            return _within(compiled(inside), compiled(outside))
        case Call(function=function, arguments=(one,)):
            call, only = _CALLS[function], compiled(one)
            return lambda env: None if (v := only(env)) is None else call(v)
        case Call(function=function, arguments=(one, other)):
            return _both(_CALLS[function], compiled(one), compiled(other))
    raise TypeError(node)  # pragma: no cover


def _both(function: Callable[[Any, Any], Any], left: Run, right: Run) -> Run:
    def run(env: Env) -> Any:
        one = left(env)
        if one is None:
            return None
        other = right(env)
        return None if other is None else function(one, other)

    return run


def _junction(runs: list[Run], decides: bool) -> Run:
    def run(env: Env) -> Any:
        unknown = False
        for each in runs:
            value = each(env)
            if value is decides:
                return decides
            unknown = unknown or value is None
        return None if unknown else not decides

    return run


def _member(item: Run, codes: tuple[str, ...], parameter: str) -> Run:
    def run(env: Env) -> Any:
        value = item(env)
        held = env[parameter] if parameter else codes
        return None if value is None or held is None else value in held

    return run


def _within(inside: Run, outside: Run) -> Run:
    def run(env: Env) -> Any:
        one, other = inside(env), outside(env)
        return None if one is None or other is None else one.startswith(area_prefix(other))

    return run
