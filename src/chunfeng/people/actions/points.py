"""Grass-roots service points and rural labour brokers who check on the spot (D8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from chunfeng.core.actions import record
from chunfeng.core.actor import Actor
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.core.models import Event
from chunfeng.offices import roles
from chunfeng.offices.actions.common import bounded, required
from chunfeng.offices.models import Office
from chunfeng.people import numbers
from chunfeng.people.actions import cleaning
from chunfeng.people.choices import PointKind
from chunfeng.people.models import ServicePoint

MOST_DESTINATIONS = 50


@transaction.atomic
def keep_point(
    *,
    point: ServicePoint | None = None,
    kind: str,
    name: str,
    area_code: str,
    contact_name: str = "",
    phone: str | None = None,
    works_in: Sequence[str] = (),
    active: bool = True,
    note: str = "",
    by: Actor,
    at: datetime,
) -> ServicePoint:
    """Enter a point or broker, or put one right; the office of the actor answers for a new one.

    `phone` None leaves the number as it is, "" removes it; it is kept sealed. `works_in` are the codes of the
    destinations served. The same again does nothing. Raises `Refused`, `NotAllowed`.
    """
    roles.require(by, "point.change")
    if kind not in PointKind.values:
        raise Refused(_("Choose a service point or a labour broker."))
    values = {
        "kind": kind,
        "name": required(" ".join(name.split()), _("name"), 120),
        "area_code": _place(area_code, by),
        "contact_name": bounded(contact_name, _("contact"), 60),
        "works_in": _served(works_in),
        "active": active,
        "note": bounded(note, _("note"), 300),
    }
    if phone is not None:
        values["phone"] = numbers.phone_number(phone) if phone.strip() else None
    row = _row(point, by)
    before = {field: getattr(row, field) for field in values}
    for field, value in values.items():
        setattr(row, field, value)
    changed = sorted(field for field, value in before.items() if getattr(row, field) != value)
    if row.pk and not changed:
        return row
    new = row.pk is None
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        if "point_once" not in str(error):
            raise
        return _there(values, new)
    verb = "point.add" if new else "point.change"
    record(verb, by=by, on=row, at=at, detail={"kind": kind} if new else {"fields": changed})
    return row


def reveal_point(*, point: ServicePoint, reason: str, by: Actor, at: datetime) -> str:
    """The telephone number, for a reason that stands in the audit trail."""
    roles.require(by, "person.read")
    why = required(reason, _("reason"), 500)
    if not point.phone:
        raise Refused(_("No telephone number is kept for “%(name)s”.") % {"name": point.name})
    record("point.read", kind=Event.Kind.READ, by=by, on=point, at=at, reason=why)
    return str(point.phone)


def _row(point: ServicePoint | None, by: Actor) -> ServicePoint:
    if point is None:
        office = Office.objects.filter(pk=by.office_id or 0).first()
        if office is None:
            raise Refused(_("Only people posted to an office can enter a point: it answers for it."))
        return ServicePoint(office=office)
    row = ServicePoint.objects.select_for_update(of=("self",)).filter(pk=point.pk).first()
    if row is None or not by.sees(row.area_code):
        raise NotAllowed(_("This entry lies outside your area."))
    return row


def _place(area_code: str, by: Actor) -> str:
    code = area_code.strip()
    cleaning.check_area(code, _("area"))
    if not by.sees(code):
        raise NotAllowed(_("The area %(code)s lies outside your area.") % {"code": code})
    return code


def _served(works_in: Sequence[str]) -> list[str]:
    served = sorted({code.strip() for code in works_in if code.strip()})
    if len(served) > MOST_DESTINATIONS:
        raise Refused(_("At most %(n)s destinations can be kept.") % {"n": MOST_DESTINATIONS})
    for code in served:
        cleaning.check_area(code, _("destinations served"))
    return served


def _there(values: Mapping[str, Any], new: bool) -> ServicePoint:
    """The entry of this name in the register: the one asked for where it says the same, else `Refused`."""
    named = {field: values[field] for field in ("area_code", "kind", "name")}
    known = ServicePoint.objects.filter(**named).first()
    if new and known is not None and all(getattr(known, field) == value for field, value in values.items()):
        return known
    raise Refused(
        _("“%(name)s” is in the register of this area already. Open that entry.") % {"name": values["name"]}
    )
