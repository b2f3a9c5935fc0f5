"""Rows counted by the areas right below another one, in one query, whatever lies between."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import Case, CharField, Q, QuerySet, Value, When

from chunfeng.areas import codes
from chunfeng.areas import queries as areas
from chunfeng.core.actor import Actor

REST = ""
"""Rows of the area itself, in none of those below."""


def reached(actor: Actor, code: str) -> str:
    """The area asked for where it lies in the actor's range, else the actor's own."""
    try:
        inside = bool(code) and actor.sees(codes.check(code))
    except codes.BadCode:
        inside = False
    return code if inside else actor.area_code or codes.COUNTRY


def below(code: str, on: date) -> list[tuple[str, str]]:
    """(code, name) of the areas right below on a day, by code."""
    return [(row.code, row.name) for row in areas.children(code, on)]


def inside(code: str, column: str = "area_code") -> Q:
    """Rows of an area and everything in it."""
    lo, hi = codes.code_range(code)
    return Q(**{f"{column}__gte": lo, f"{column}__lt": hi})


def by_child(
    rows: QuerySet[Any], children: Sequence[tuple[str, str]], column: str = "area_code"
) -> QuerySet[Any]:
    """The rows with `child`, the area below that holds each; REST where none does."""
    whens = [When(inside(code, column), then=Value(code)) for code, _name in children]
    if not whens:
        return rows.annotate(child=Value(REST, output_field=CharField()))
    return rows.annotate(child=Case(*whens, default=Value(REST), output_field=CharField()))


def path(actor: Actor, code: str, on: date) -> list[tuple[str, str]]:
    """(code, name) of the areas from the actor's own down to this one."""
    chain = [each for each in (*codes.ancestors(code), code) if actor.sees(each) or each == actor.area_code]
    if actor.area_code in chain:
        chain = chain[chain.index(actor.area_code) :]
    known = areas.areas(chain, on)
    return [(each, known[each].name if each in known else each) for each in chain]
