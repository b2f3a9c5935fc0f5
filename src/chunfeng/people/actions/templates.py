"""Templates of messages: written, changed while unused, ended, taken from the shipped ones."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.core.actions import record
from chunfeng.core.actor import Actor
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.offices import roles
from chunfeng.offices.actions.common import period, required
from chunfeng.offices.models import Office
from chunfeng.people import channels
from chunfeng.people.actions import cleaning
from chunfeng.people.choices import MessageChannel, Occasion
from chunfeng.people.messaging import library, placeholders
from chunfeng.people.models import MessageTemplate, PersonMessage

FIELDS = ("name", "occasion", "channel", "home", "destination", "text", "source", "valid_from", "valid_to")


@transaction.atomic
def add_template(*, values: Mapping[str, Any], by: Actor, at: datetime) -> MessageTemplate:
    """Write a template for the actor's own office. `values`: any of `FIELDS`; `valid_from` defaults to today.

    Placeholders are checked (`messaging.placeholders`); a text for a group may not speak of one person.
    """
    roles.require(by, "message.template")
    office = Office.objects.filter(pk=by.office_id or 0).first()
    if office is None:
        raise NotAllowed(_("Only people posted to an office can write its templates."))
    row = MessageTemplate(office=office, area_code=office.area_code)
    _take(row, {"valid_from": timezone.localdate(at), **values})
    _save(row)
    record("message.template", by=by, on=row, at=at, detail={"occasion": row.occasion})
    return row


@transaction.atomic
def change_template(
    *, template: MessageTemplate, values: Mapping[str, Any], by: Actor, at: datetime
) -> MessageTemplate:
    """Put an unused template right; the same values do nothing. One that was sent stays as it was."""
    row = _own(template, by)
    before = {field: getattr(row, field) for field in FIELDS}
    _take(row, {**before, **values})
    changed = sorted(field for field, value in before.items() if getattr(row, field) != value)
    if not changed:
        return row
    if set(changed) - {"valid_to"} and PersonMessage.objects.filter(template=row).exists():
        raise Refused(_("Messages were written with this template. End it and write a new one."))
    _save(row)
    record("message.template", by=by, on=row, at=at, detail={"fields": changed})
    return row


@transaction.atomic
def end_template(*, template: MessageTemplate, on: date, by: Actor, at: datetime) -> MessageTemplate:
    """The template speaks no more from `on`. One that never spoke and ends on its first day is taken away."""
    row = _own(template, by)
    if on < row.valid_from or (on == row.valid_from and PersonMessage.objects.filter(template=row).exists()):
        raise Refused(_("The template begins on %(day)s: it cannot end before.") % {"day": row.valid_from})
    record("message.template_end", by=by, on=row, at=at, detail={"day": on.isoformat()})
    if on == row.valid_from:
        row.delete()
        return row
    row.valid_to = on
    row.save(update_fields=["valid_to"])
    return row


@transaction.atomic
def take_shipped(*, codes: Collection[str], by: Actor, at: datetime) -> list[MessageTemplate]:
    """Take shipped templates over into the actor's office; those it has under the same name are left alone."""
    held = set(MessageTemplate.objects.filter(office=by.office_id).values_list("name", flat=True))
    made = []
    for code in codes:
        shipped = library.template(code)
        if shipped is None:
            raise Refused(_("There is no shipped template “%(code)s”.") % {"code": code})
        if shipped.name not in held:
            made.append(add_template(values=shipped.values(), by=by, at=at))
    return made


def _own(template: MessageTemplate, by: Actor) -> MessageTemplate:
    roles.require(by, "message.template")
    row = MessageTemplate.objects.select_for_update(of=("self",)).filter(pk=template.pk).first()
    if row is None or not by.sees(row.area_code):
        raise NotAllowed(_("This template belongs to another area. Write one of your own."))
    return row


def _take(row: MessageTemplate, values: Mapping[str, Any]) -> None:
    unknown = set(values) - set(FIELDS)
    if unknown:
        raise TypeError(f"not fields of a template: {sorted(unknown)}")
    row.occasion = _choice(values.get("occasion", ""), Occasion, _("occasion"))
    row.channel = _choice(values.get("channel", ""), MessageChannel, _("channel"))
    row.name = required(values.get("name") or "", _("name"), 120)
    row.source = required(values.get("source") or "", _("source"), 300)
    row.text = placeholders.read(values.get("text") or "", group=channels.is_group(row.channel))
    row.home, row.destination = (values.get("home") or "").strip(), (values.get("destination") or "").strip()
    for code, label in ((row.home, _("for people from")), (row.destination, _("for people who go to"))):
        if code:
            cleaning.check_area(code, label)
    row.valid_from, row.valid_to = values["valid_from"], values.get("valid_to")
    period(row.valid_from, row.valid_to)


def _save(row: MessageTemplate) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        if "message_template_once" not in str(error):
            raise
        raise Refused(
            _("Your office has a template “%(name)s” that begins on the same day. Choose another name.")
            % {"name": row.name}
        ) from None


def _choice(value: str, choices: type, label: str) -> str:
    if value not in choices.values:  # type: ignore[attr-defined]
        raise Refused(_("Choose a value for “%(label)s”.") % {"label": label})
    return value
