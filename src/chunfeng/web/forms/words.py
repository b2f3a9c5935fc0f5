"""A definition in plain words: how often, who, what a check demands."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from chunfeng.offices.choices import Level, Line
from chunfeng.reporting.definition import Aggregate, FormDefinition, Indicator, Reporter, Type
from chunfeng.web.notices.fields import EVERY, every_text

RHYTHMS: list[tuple[str, Any]] = [
    ("once", gettext_lazy("once")),
    ("event", gettext_lazy("whenever it happens")),
    *EVERY,
    ("month:start", gettext_lazy("at the beginning of every month")),
    ("quarter:end", gettext_lazy("at the end of every quarter")),
    ("10 days", gettext_lazy("every 10 days")),
]
TYPES: dict[Type, Any] = {
    Type.COUNT: gettext_lazy("Whole number"),
    Type.NUMBER: gettext_lazy("Number with decimals"),
    Type.MONEY: gettext_lazy("Money"),
    Type.YESNO: gettext_lazy("Yes or no"),
    Type.RATIO: gettext_lazy("Ratio (reckoned)"),
    Type.TEXT: gettext_lazy("Short text"),
    Type.LONG: gettext_lazy("Long text"),
    Type.CHOICE: gettext_lazy("One of several"),
    Type.DATE: gettext_lazy("Day"),
    Type.TIME: gettext_lazy("Clock time"),
    Type.URL: gettext_lazy("Web address"),
    Type.NAME: gettext_lazy("Name of a person"),
    Type.PHONE: gettext_lazy("Telephone number"),
    Type.ID: gettext_lazy("Identity number"),
}
AGGREGATES: dict[Aggregate, Any] = {
    Aggregate.SUM: gettext_lazy("added up"),
    Aggregate.LAST: gettext_lazy("stock: last day's figure"),
    Aggregate.MAX: gettext_lazy("largest"),
    Aggregate.MEAN: gettext_lazy("mean"),
    Aggregate.NONE: gettext_lazy("not put together"),
}
STRENGTHS = [("hard", gettext_lazy("must hold")), ("soft", gettext_lazy("or be explained"))]
FIGURES = [
    ("area", gettext_lazy("each office states its whole area; the lowest one counts")),
    ("own", gettext_lazy("each office states its own; all are added")),
]

_SIGNS: dict[type[ast.AST], str] = {
    ast.Add: "+", ast.Sub: "−", ast.Mult: "×", ast.Div: "÷", ast.Eq: "=", ast.NotEq: "≠", ast.Lt: "<",
    ast.LtE: "≤", ast.Gt: ">", ast.GtE: "≥",
}  # fmt: skip


def rhythm(every: str) -> str:
    """How often, in words."""
    return str(dict(RHYTHMS).get(every) or every_text(every))


def minutes(n: int) -> str:
    """A stretch of minutes in its largest whole unit."""
    if n and n % 1440 == 0:
        return ngettext("%(n)s day", "%(n)s days", n // 1440) % {"n": n // 1440}
    if n and n % 60 == 0:
        return ngettext("%(n)s hour", "%(n)s hours", n // 60) % {"n": n // 60}
    return ngettext("%(n)s minute", "%(n)s minutes", n) % {"n": n}


def cut_off(form: FormDefinition) -> str:
    """When a report must be there: 17:00 on the day · the next day at 9:00 · 3 days after the period at 12:00."""
    clock = form.cut_off.isoformat("minutes")
    match form.days_after:
        case 0 if form.every == "day":
            return _("%(clock)s the same day") % {"clock": clock}
        case 0:
            return _("%(clock)s on the last day of the period") % {"clock": clock}
        case 1:
            return _("%(clock)s the next day") % {"clock": clock}
    return _("%(clock)s, %(n)s days after the period") % {"clock": clock, "n": form.days_after}


def reporter(each: Reporter, areas: Mapping[str, str], offices: Mapping[str, str]) -> str:
    """Who reports by one entry; `areas` and `offices` are names by code."""
    parts = []
    if each.area:
        parts.append(areas.get(each.area, each.area))
    if each.line:
        parts.append(str(Line(each.line).label))
    if each.level:
        parts.append(str(Level(each.level).label))
    if each.offices:
        parts.append("、".join(offices.get(code, code) for code in each.offices))
    text = " · ".join(parts)
    if each.within:
        text += _(" (%(time)s more)") % {"time": minutes(each.within)}
    return text


def jump(indicator: Indicator) -> str:
    """From which change on a comment is demanded, or nothing."""
    if indicator.jump is None:
        return ""
    if indicator.jump_from:
        return _("a change of %(jump)s%% or more, and of at least %(n)s, must be explained") % {
            "jump": indicator.jump,
            "n": indicator.jump_from,
        }
    return _("a change of %(jump)s%% or more must be explained") % {"jump": indicator.jump}


def rule(text: str, labels: Mapping[str, str]) -> str:
    """A checked expression with labels in place of codes: 上期“仍在隔离” + “新隔离” = …"""
    return _say(ast.parse(text.strip(), mode="eval").body, labels)


def _say(node: ast.AST, labels: Mapping[str, str]) -> str:
    def say(inner: ast.AST) -> str:
        text = _say(inner, labels)
        return f"（{text}）" if isinstance(inner, ast.BoolOp | ast.IfExp | ast.Compare) else text

    match node:
        case ast.Name(id=name):
            return f"“{labels.get(name, name)}”"
        case ast.Constant(value=bool() as truth):
            return str(_("yes") if truth else _("no"))
        case ast.Constant(value=number):
            return str(number)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return _("not %(what)s") % {"what": say(operand)}
        case ast.UnaryOp(operand=operand):
            return f"−{_term(operand, labels)}"
        case ast.BinOp(left=left, op=op, right=right):
            tight = isinstance(op, ast.Mult | ast.Div)
            a = _term(left, labels) if tight else say(left)
            b = _term(right, labels) if tight or isinstance(op, ast.Sub) else say(right)
            return f"{a} {_SIGNS[type(op)]} {b}"
        case ast.Compare(left=left, ops=ops, comparators=sides):
            text = say(left)
            for op, side in zip(ops, sides, strict=True):
                text += f" {_SIGNS[type(op)]} {say(side)}"
            return text
        case ast.BoolOp(op=op, values=values):
            return (_(" and ") if isinstance(op, ast.And) else _(" or ")).join(say(v) for v in values)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return _("if %(test)s then %(body)s else %(orelse)s") % {
                "test": say(test), "body": say(body), "orelse": say(orelse),
            }  # fmt: skip
        case ast.Call(func=ast.Name(id=name), args=args):
            return _call(name, [_say(each, labels) for each in args])
    return ast.unparse(node)


def _term(node: ast.AST, labels: Mapping[str, str]) -> str:
    text = _say(node, labels)
    loose = isinstance(node, ast.BoolOp | ast.IfExp | ast.Compare) or (
        isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub)
    )
    return f"（{text}）" if loose else text


def _call(name: str, args: list[str]) -> str:
    several = "、".join(args)
    match name:
        case "previous":
            return _("%(what)s of the previous period") % {"what": several}
        case "below":
            return _("the level below's sum of %(what)s") % {"what": several}
        case "filled":
            return _("%(what)s is filled in") % {"what": several}
        case "sum":
            return _("the sum of %(what)s") % {"what": several}
        case "min":
            return _("the smallest of %(what)s") % {"what": several}
        case "max":
            return _("the largest of %(what)s") % {"what": several}
        case "abs":
            return _("the size of %(what)s") % {"what": several}
    return f"{name}({several})"


def all_of(level: str) -> str:
    """ "All counties", for the choice of who is asked."""
    names = {
        Level.PROVINCE: _("all provinces"),
        Level.PREFECTURE: _("all prefectures"),
        Level.COUNTY: _("all counties"),
        Level.TOWNSHIP: _("all townships"),
        Level.VILLAGE: _("all villages"),
    }
    return str(names[Level(level)])


def once_due(start: date | None, form: FormDefinition) -> str:
    """Day and time of a form asked once; empty for any other."""
    if form.every != "once" or start is None:
        return ""
    day = start + timedelta(days=form.days_after)
    return f"{day.isoformat()} {form.cut_off.isoformat('minutes')}"
