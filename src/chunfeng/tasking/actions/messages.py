"""Reminders by hand, reading the inbox, and where an office wants its reminders."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.core.actions import record
from chunfeng.core.actor import Actor
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.offices import roles
from chunfeng.offices.choices import Role
from chunfeng.tasking import chasing, moves, webhooks
from chunfeng.tasking.actions.work import locked
from chunfeng.tasking.choices import Channel, MessageState
from chunfeng.tasking.models import Message, OfficeChannel, Task

MOST_CHANNELS = 5


@transaction.atomic
def remind(*, task: Task, by: Actor, at: datetime) -> None:
    """Remind an office of an open task at once; at most once a day."""
    task = locked(task)
    moves.require("remind", by, task)
    made, _escalated = chasing.send([(task, f"hand:{timezone.localdate(at)}")], at, by_name=by.name)
    if not made:
        raise Refused(_("%(office)s was already reminded of this task today.") % {"office": task.office})
    record("task.remind", by=by, on=task, at=at)


@dataclass(frozen=True, slots=True)
class Letter:
    """A message to an office; `dedupe` names it, so that it is told once. No personal data in the texts."""

    office_id: int
    area_code: str
    subject: str
    body: str
    dedupe: str
    for_leader: bool = False


def tell(
    *,
    office_id: int,
    area_code: str,
    subject: str,
    body: str,
    dedupe: str,
    at: datetime,
    for_leader: bool = False,
) -> bool:
    """Put a message for an office on its desk and into its channels; False when `dedupe` was told before.

    For what is not a task: a silent report, a situation on its way. No personal data in either text.
    """
    return bool(tell_all([Letter(office_id, area_code, subject, body, dedupe, for_leader)], at=at))


_POST = """INSERT INTO tasking_message (office_id, area_code, for_leader, channel, to_id, subject, body, dedupe,
  state, attempts, error, next_try_at, sent_at, created_at)
SELECT l.office, l.area, l.for_leader, c.channel, c.id, l.subject, l.body, l.dedupe || coalesce(':' || c.id, ''),
  CASE WHEN c.id IS NULL THEN %(sent)s ELSE %(queued)s END, 0, '',
  CASE WHEN c.id IS NOT NULL THEN %(at)s END, CASE WHEN c.id IS NULL THEN %(at)s END, %(at)s
FROM unnest(%(offices)s::bigint[], %(areas)s::text[], %(for_leaders)s::boolean[], %(subjects)s::text[],
  %(bodies)s::text[], %(dedupes)s::text[]) AS l(office, area, for_leader, subject, body, dedupe)
CROSS JOIN LATERAL (SELECT id, channel FROM tasking_officechannel WHERE office_id = l.office AND active
  UNION ALL SELECT NULL, %(in_app)s) c
ON CONFLICT DO NOTHING"""


def tell_all(letters: Sequence[Letter], *, at: datetime) -> set[str]:
    """Tell many offices, two queries for all; returns the `dedupe` of those that had not been told before."""
    fresh = {letter.dedupe: letter for letter in letters}
    for told in Message.objects.filter(dedupe__in=list(fresh)).values_list("dedupe", flat=True):
        fresh.pop(told)
    posted = list(fresh.values())
    if posted:
        with connection.cursor() as cursor:
            cursor.execute(
                _POST,
                {
                    "at": at,
                    "sent": MessageState.SENT,
                    "queued": MessageState.QUEUED,
                    "in_app": Channel.IN_APP,
                    "offices": [letter.office_id for letter in posted],
                    "areas": [letter.area_code for letter in posted],
                    "for_leaders": [letter.for_leader for letter in posted],
                    "subjects": [letter.subject[:200] for letter in posted],
                    "bodies": [letter.body for letter in posted],
                    "dedupes": list(fresh),
                },
            )
    return set(fresh)


@transaction.atomic
def mark_read(*, messages: Iterable[int], by: Actor, at: datetime) -> int:
    """Mark messages of the actor's own office as read; returns how many were unread."""
    roles.require(by, "task.read")
    rows = Message.objects.filter(
        pk__in=list(messages), office=by.office_id, channel=Channel.IN_APP, read_at__isnull=True
    )
    if by.role != Role.LEADER:
        rows = rows.filter(for_leader=False)
    keys = sorted(rows.values_list("pk", flat=True))
    if keys:
        Message.objects.filter(pk__in=keys).update(read_at=at)
        record("message.read", by=by, at=at, detail={"messages": keys})
    return len(keys)


@transaction.atomic
def add_channel(*, channel: str, address: str, by: Actor, at: datetime) -> OfficeChannel:
    """Send the office's reminders to an e-mail address or a webhook too."""
    roles.require(by, "task.delegate")
    if by.office_id is None:
        raise NotAllowed(_("Only people posted to an office can set its addresses."))
    address = address.strip()
    if channel == Channel.EMAIL:
        try:
            validate_email(address)
        except ValidationError:
            raise Refused(_("This is not an e-mail address. It looks like name@example.gov.cn.")) from None
    elif channel == Channel.WEBHOOK:
        webhooks.check_url(address)
    else:
        raise Refused(_("Choose e-mail or webhook."))
    existing = list(OfficeChannel.objects.filter(office=by.office_id, active=True))
    if any(c.channel == channel and c.address == address for c in existing):
        raise Refused(_("This address is already in the list."))
    if len(existing) >= MOST_CHANNELS:
        raise Refused(_("An office has at most %(n)s addresses. Remove one first.") % {"n": MOST_CHANNELS})
    made = OfficeChannel.objects.create(
        office_id=by.office_id, area_code=by.area_code, channel=channel, address=address
    )
    record("channel.add", by=by, on=made, at=at, detail={"channel": channel})
    return made


@transaction.atomic
def stop_channel(*, channel: OfficeChannel, by: Actor, at: datetime) -> None:
    """Send nothing more to an address of the actor's own office."""
    roles.require(by, "task.delegate")
    if channel.office_id != by.office_id:
        raise NotAllowed(_("This address belongs to another office."))
    OfficeChannel.objects.filter(pk=channel.pk).update(active=False)
    record("channel.stop", by=by, on=channel, at=at, detail={"channel": channel.channel})
