"""Figures of visits and registrations, offered to those who file reports (C6, C10).

A form names them in `prefill` as `register:contacts:FIGURE`. Counted are contacts made in the office's area on
the days of the report, by the day of the contact; people once, visits each. No shipped form asks for exactly one
of these: an office takes one into its own form where the definition is the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chunfeng.areas import codes
from chunfeng.core.actor import Actor
from chunfeng.people.choices import ContactKind, Outcome
from chunfeng.people.models import ContactRecord
from chunfeng.people.queries import affected, due
from chunfeng.reporting.models import Obligation
from chunfeng.reporting.suggestions import Counter, Offer, counter

PREFIX = "register:contacts:"


@dataclass(frozen=True, slots=True)
class Figure:
    """What is counted: a kind, people or contacts, and perhaps only some results."""

    kind: ContactKind
    label: object
    branches: tuple[str, ...] = ()
    people: bool = True


FIGURES = {
    "visits": Figure(ContactKind.VISIT, gettext_lazy("household visits"), people=False),
    "visited": Figure(ContactKind.VISIT, gettext_lazy("people visited")),
    "files": Figure(ContactKind.FILE, gettext_lazy("personal files")),
    "outsiders": Figure(ContactKind.OUTSIDER, gettext_lazy("outsiders registered")),
    "outsiders_affected": Figure(
        ContactKind.OUTSIDER, gettext_lazy("outsiders from affected areas"), ("affected", "contact")
    ),
    "travellers": Figure(ContactKind.TRAVELLER, gettext_lazy("travellers registered")),
    "visitors": Figure(ContactKind.VISITOR, gettext_lazy("visitors of enterprises")),
    "visitors_stopped": Figure(
        ContactKind.VISITOR, gettext_lazy("visitors not let in"), ("affected", "contact", "symptoms")
    ),
    "students": Figure(ContactKind.STUDENT, gettext_lazy("students asked")),
    "students_on_campus": Figure(ContactKind.STUDENT, gettext_lazy("students on campus"), ("on_campus",)),
    "helped": Figure(ContactKind.HELP, gettext_lazy("people helped")),
    "services": Figure(ContactKind.SERVICE, gettext_lazy("services given"), people=False),
}


def _register(name: str, figure: Figure) -> Counter:
    def count(of: Obligation, at: datetime) -> Offer | None:
        lo, hi = codes.code_range(of.area_code)
        rows = ContactRecord.objects.filter(
            kind=figure.kind, outcome=Outcome.REACHED, area_code__gte=lo, area_code__lt=hi
        ).order_by()
        if not rows.exists():
            return None  # a register nobody keeps does not say zero
        rows = rows.filter(at__date__gte=of.period_start, at__date__lte=of.period_end)
        if figure.branches:
            rows = rows.filter(branch__in=figure.branches)
        counted = Count("person", distinct=True) if figure.people else Count("pk")
        source = _("Visits and registrations: %(what)s") % {"what": figure.label}
        return Offer(rows.aggregate(n=counted)["n"], source)

    return counter(PREFIX + name)(count)


for _name, _figure in FIGURES.items():
    _register(_name, _figure)


@counter(f"{PREFIX}not_visited")
def _not_visited(of: Obligation, at: datetime) -> Offer | None:
    """People who came from affected areas and were not visited by the end of the report's days."""
    on = min(of.period_end, timezone.localdate(at))
    lo, hi = codes.code_range(of.area_code)
    office = Actor(name="", area_code=of.area_code, lo=lo, hi=hi, above=tuple(codes.ancestors(of.area_code)))
    if not affected.affected_codes(office, on):
        return None  # nobody declared which areas are meant
    waiting = due.left(due.group(office, ContactKind.VISIT, on))
    return Offer(
        len(waiting), _("Visits and registrations: %(what)s") % {"what": _("people not visited yet")}
    )
