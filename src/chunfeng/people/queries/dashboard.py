"""The four fields at a glance (D22): what register and reports hold today, and where nothing is held."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from chunfeng.areas import codes
from chunfeng.core.actor import Actor
from chunfeng.people import rulebook
from chunfeng.people.queries import lists
from chunfeng.people.queries.lists import LISTS, Asked
from chunfeng.people.rulebook import Shown
from chunfeng.reporting.choices import FormState
from chunfeng.reporting.models import Form
from chunfeng.reporting.queries.rollup import figure, latest_period


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: `value` None where nothing is known, and `why` then; else where it comes from.

    `list` is the list of people behind it; `form`, `first` and `last` the report.
    """

    label: Mapping[str, str]
    value: int | None = None
    why: str = ""
    source: str = ""
    list: str = ""
    form: int | None = None
    cell: str = ""
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """One field with its figures."""

    code: str
    label: Mapping[str, str]
    figures: tuple[Figure, ...]

    @property
    def empty(self) -> bool:
        """Whether nothing at all is known."""
        return all(each.value is None for each in self.figures)


def four_fields(actor: Actor, area: str, at: datetime, on: date) -> list[Field]:
    """Every field for an area. A list without people is not a zero: nobody stated one."""
    asked = Asked(actor, area, on)
    return [
        Field(field.code, field.label, tuple(_figure(shown, asked, at) for shown in field.figures))
        for field in rulebook.fields()
    ]


def _figure(shown: Shown, asked: Asked, at: datetime) -> Figure:
    if shown.list:
        return _of_list(shown, asked)
    if shown.form:
        return _of_form(shown, asked, at)
    return Figure(shown.label, why=_("Nothing is gathered about this yet."))


def _of_list(shown: Shown, asked: Asked) -> Figure:
    named = LISTS[shown.list]
    if named.needs_affected and not asked.affected:
        return Figure(shown.label, why=_("No area is declared affected."))
    n = lists.people(shown.list, asked).count()
    if not n:
        return Figure(shown.label, why=_("Nobody on record."), list=shown.list)
    return Figure(shown.label, n, source=str(named.holds), list=shown.list)


def _of_form(shown: Shown, asked: Asked, at: datetime) -> Figure:
    lo, hi = codes.code_range(asked.area)
    near = Q(area_code__in=[*codes.ancestors(asked.area), asked.area]) | Q(
        area_code__gte=lo, area_code__lt=hi
    )
    forms = Form.objects.filter(near, code=shown.form).exclude(state=FormState.DRAFT)
    form = forms.order_by("area_code", "-pk").first()
    if form is None or shown.cell not in form.slots:
        return Figure(shown.label, why=_("No report asks for this."))
    period = latest_period(form, asked.on)
    if period is None:
        return Figure(shown.label, why=_("No report is due yet."), form=form.pk, cell=shown.cell)
    stated = figure(form, shown.cell, asked.area, *period, at)
    if stated.value is None or not stated.answered:
        return Figure(shown.label, why=_("Not reported."), form=form.pk, cell=shown.cell)
    return Figure(
        shown.label,
        int(stated.value),
        source=_("%(form)s, %(answered)s of %(due)s reports")
        % {"form": form.title, "answered": stated.answered, "due": stated.due},
        form=form.pk, cell=shown.cell, first=period[0], last=period[1],
    )  # fmt: skip
