"""The one responsible person of an area, in general or for a programme (A9, P12)."""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from chunfeng.areas import codes
from chunfeng.core.actions import record
from chunfeng.core.actor import Actor
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.offices import reach, roles
from chunfeng.offices.actions.common import bounded, period, required
from chunfeng.offices.models import Office, Programme, Responsibility


@transaction.atomic
def name_responsible(
    *,
    area_code: str,
    office: Office,
    person: str,
    post: str = "",
    phone: str = "",
    programme: Programme | None = None,
    valid_from: date,
    by: Actor,
    at: datetime,
) -> Responsibility:
    """Name the person who answers for an area from a day on; `office` is the one they report to.

    The one in force ends on that day. Refused when somebody begins on that day or later; the database
    refuses two at a time whatever happens.
    """
    roles.require(by, "group.change")
    try:
        codes.check(area_code)
    except codes.BadCode as bad:
        raise Refused(_("Check the code: %(why)s") % {"why": bad}) from None
    if not by.sees(area_code):
        raise NotAllowed(_("The area %(code)s lies outside your area.") % {"code": area_code})
    if not codes.contains(office.area_code, area_code):
        raise Refused(
            _("%(office)s does not stand above the area %(code)s, so nobody there can report to it.")
            % {"office": office.name, "code": area_code}
        )
    values = {
        "person": required(person, _("responsible person"), 60),
        "post": bounded(post, _("post"), 80),
        "phone": reach.phone(phone),
        "office_id": office.pk,
    }
    same = Responsibility.objects.filter(area_code=area_code, programme=programme)
    running = same.select_for_update(of=("self",)).filter(valid_to__isnull=True).first()
    if running is not None:
        if running.valid_from == valid_from and all(getattr(running, k) == v for k, v in values.items()):
            return running
        if running.valid_from >= valid_from:
            raise Refused(
                _("%(name)s has answered for this area since %(since)s. A successor must begin later.")
                % {"name": running.person, "since": running.valid_from}
            )
        running.valid_to = valid_from
        running.save(update_fields=["valid_to"])
    try:
        with transaction.atomic():
            made = Responsibility.objects.create(
                area_code=area_code, programme=programme, valid_from=valid_from, **values
            )
    except IntegrityError as error:
        raise Refused(
            _("Somebody else answers for this area on %(on)s. Choose a later day.") % {"on": valid_from}
        ) from error
    record("responsibility.name", by=by, on=made, at=at, detail={"since": valid_from.isoformat()})
    return made


@transaction.atomic
def end_responsibility(
    *, responsibility: Responsibility, on: date, by: Actor, at: datetime
) -> Responsibility:
    """The person stops answering for the area on a day, without a successor."""
    roles.require(by, "group.change")
    there = Responsibility.objects.select_for_update(of=("self",)).get(pk=responsibility.pk)
    if not by.sees(there.area_code):
        raise NotAllowed(_("The area %(code)s lies outside your area.") % {"code": there.area_code})
    if there.valid_to is None:
        period(there.valid_from, on)
        there.valid_to = on
        there.save(update_fields=["valid_to"])
        record("responsibility.end", by=by, on=there, at=at, detail={"on": on.isoformat()})
    return there
