"""Who gets a notice, what goes with it, and who has been silent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, QuerySet

from chunfeng.notices.models import Dispatch, Notice, NumberSeries
from chunfeng.offices.models import Office

MAX_BUNDLE = 6


@dataclass(frozen=True, slots=True)
class Receipts:
    """How many offices got a notice and how many signed for it."""

    sent: int
    received: int

    @property
    def silent(self) -> int:
        return self.sent - self.received


def bundle(notice: Notice) -> list[Notice]:
    """The notice and, innermost last, what it forwards; bounded, and safe against a circle."""
    found = [notice]
    while (inner := found[-1].forwards) is not None and len(found) < MAX_BUNDLE:
        if any(inner.pk == each.pk for each in found):
            break
        found.append(inner)
    return found


def receipts(notice: Notice) -> Receipts:
    """The receipts of the addressees in sight; offices that only got a single task sign nothing."""
    addressed = notice.dispatches.filter(for_task=False)
    return Receipts(**addressed.aggregate(sent=Count("id"), received=Count("received_at")))


def dispatches(notice: Notice, *, silent: bool = False) -> QuerySet[Dispatch]:
    """Dispatches with their offices, the silent ones first, then by area."""
    rows = notice.dispatches.filter(for_task=False).select_related("office")
    if silent:
        rows = rows.filter(received_at__isnull=True)
    return rows.order_by("received_at", "area_code", "id") if silent else rows.order_by("area_code", "id")


def own_dispatch(notice: Notice, office_id: int | None) -> Dispatch | None:
    """The dispatch of this notice to one office."""
    return notice.dispatches.filter(office_id=office_id or 0).first()


def next_number(office: Office, on: date) -> str:
    """The number the next notice of this office would get; "" without an agency code."""
    if not office.agency_code:
        return ""
    last = (
        NumberSeries.objects.filter(office=office, agency_code=office.agency_code, year=on.year)
        .values_list("last", flat=True)
        .first()
    )
    return f"{office.agency_code}〔{on.year}〕{(last or 0) + 1}号"
