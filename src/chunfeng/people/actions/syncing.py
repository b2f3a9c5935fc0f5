"""Answers that come from telephones, perhaps days late, twice, or after somebody else's: none is lost."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from chunfeng.core.actions import record
from chunfeng.core.actor import Actor
from chunfeng.core.errors import Refused
from chunfeng.offices import roles
from chunfeng.people import batch, scripts
from chunfeng.people.actions.contacts import record_contact
from chunfeng.people.actions.effects import Carried, at_once, carry_out
from chunfeng.people.actions.preloading import preload
from chunfeng.people.choices import CallState, CampaignState, ContactKind, Outcome, Said
from chunfeng.people.models import CallItem, Campaign, ContactRecord
from chunfeng.people.scripts import Script, Walk

MOST_ENTRIES = 200
MOST_NOTE = 1000
LONGEST_WAIT = timedelta(days=30)
OPEN = (CallState.WAITING, CallState.RETRY, CallState.UNREACHED)
SETTLED = (CallState.DONE, CallState.CONTESTED)


class Status(StrEnum):
    """What became of an entry."""

    TAKEN = "taken"
    AGAIN = "again"
    CONFLICT = "conflict"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Synced:
    """The answer to one entry; `item` is as it stands now, None where the entry names none in sight."""

    key: str
    status: Status
    why: str = ""
    item: CallItem | None = None

    def as_json(self) -> dict[str, Any]:
        """The shape that goes back to the telephone."""
        return {
            "key": self.key,
            "status": str(self.status),
            "why": self.why,
            "item": None if self.item is None else item_json(self.item),
        }


def item_json(item: CallItem) -> dict[str, Any]:
    """Where an entry of a call list stands, as telephones keep it."""
    return {
        "id": item.pk,
        "state": item.state,
        "version": item.version,
        "attempts": item.attempts,
        "next_at": item.next_at.isoformat() if item.next_at else None,
        "branch": item.branch,
    }


@dataclass(frozen=True, slots=True)
class _Entry:
    """One answer as the telephone noted it."""

    key: str
    item: int
    version: int
    outcome: str
    answers: Mapping[str, Any]
    note: str
    at: datetime
    next_at: datetime | None = None


def sync(*, entries: Sequence[Mapping[str, Any]], by: Actor, at: datetime) -> list[Synced]:
    """Take the answers of a telephone; one result for each entry, in their order.

    An entry: `key` (made by the device, once for one answer), `item`, `version` (of the item as the device saw
    it), `outcome` (`Outcome`), `answers`, `note`, `at` (ISO 8601, the device's clock), and for somebody who asked
    to be called later perhaps `next_at`. Each is in a savepoint
    of its own: one that cannot be used is refused with the reason and loses no other. Sent again, an entry
    gives "again" and changes nothing. Raises `Refused` for more than `MOST_ENTRIES`, `NotAllowed`.
    """
    roles.require(by, "call.work")
    if len(entries) > MOST_ENTRIES:
        raise Refused(_("Send at most %(n)s answers at once.") % {"n": MOST_ENTRIES})
    results: dict[int, Synced] = {}
    read: list[tuple[int, _Entry]] = []
    for n, raw in enumerate(entries):
        try:
            read.append((n, _entry(raw, at)))
        except Refused as refused:
            key = raw.get("key", "") if isinstance(raw, Mapping) else ""
            results[n] = Synced(str(key)[:80], Status.REFUSED, str(refused))
    known: dict[int, Script] = {}
    with batch.batch(), transaction.atomic():
        people = preload(items={entry.item for _n, entry in read}, keys=[entry.key for _n, entry in read])
        read.sort(key=lambda pair: (people.get(pair[1].item, 0), pair[1].item, pair[0]))
        for n, entry in read:
            results[n] = _take(entry, known, by, at)
    return [results[n] for n in range(len(entries))]


def _take(entry: _Entry, known: dict[int, Script], by: Actor, at: datetime) -> Synced:
    try:
        with batch.entry():
            return _taken(entry, known, by, at)
    except Refused as refused:
        batch.forget(("item", entry.item))
        item = CallItem.objects.filter(pk=entry.item).first()
        return Synced(entry.key, Status.REFUSED, str(refused), item)


def _taken(entry: _Entry, known: dict[int, Script], by: Actor, at: datetime) -> Synced:
    item = batch.kept(("item", entry.item), lambda: _item(entry.item))
    if item is None or not by.sees(item.area_code):
        raise Refused(_("This entry is on no list of yours any more."))
    script = known.get(item.campaign_id) or scripts.read(item.campaign.script)
    known[item.campaign_id] = script
    walk = _walk(script, entry)
    when = max(min(entry.at, at), item.campaign.started_at or entry.at)
    contact, new = record_contact(
        person=item.person,
        kind=item.campaign.kind,
        outcome=entry.outcome,
        script=script,
        answers=walk.answers if walk else {},
        note=entry.note,
        item=item,
        source=item.campaign.source,
        key=entry.key,
        by=by,
        at=when,
        received_at=at,
    )
    if not new:
        return Synced(entry.key, Status.AGAIN, item=item)
    _still_wanted(item.campaign, when)
    if walk is None:
        _attempted(item, contact, entry.next_at)
        status, why = Status.TAKEN, ""
    else:
        status, why = _answered(item, entry, walk, contact, by, at)
    record(
        "call.answer",
        by=by,
        on=item,
        at=at,
        detail={"contact": contact.pk, "outcome": entry.outcome, "status": str(status)},
    )
    return Synced(entry.key, status, why, item)


def _item(pk: int) -> CallItem | None:
    rows = CallItem.objects.select_for_update(of=("self",)).select_related("campaign", "person")
    return rows.filter(pk=pk).first()


def _answered(
    item: CallItem, entry: _Entry, walk: Walk, contact: ContactRecord, by: Actor, at: datetime
) -> tuple[Status, str]:
    """Somebody was spoken with: the answer stands, agrees with the one that stands, or contests it."""
    first = item.contact if item.state in SETTLED else None
    if first is None or (item.state == CallState.DONE and entry.version >= item.version):
        item.attempts += first is None  # the call that reached somebody is one too
        return Status.TAKEN, " ".join(stand(item, contact, walk, by=by, at=at).told)
    if answers_of(first) == walk.answers:
        return Status.TAKEN, ""
    if item.state != CallState.CONTESTED:
        item.state, item.contested = CallState.CONTESTED, contact
    item.version += 1  # whoever looks at the two to decide learns that there is a third
    item.save(update_fields=["state", "contested", "version"])
    at_once(person=contact.person, walk=walk, contact=contact, by=by, at=at)
    return Status.CONFLICT, _(
        "%(name)s answered this entry first, with other answers. Both are kept; the office that runs the round "
        "decides which one stands."
    ) % {"name": first.by_name}


def stand(
    item: CallItem, contact: ContactRecord, walk: Walk, *, decided: bool = False, by: Actor, at: datetime
) -> Carried:
    """This contact is the answer of a (locked) item from now on, with everything that follows from it.

    `contact.person` is the record that stands; `decided` where an officer chose it among several. `told` of what
    comes back are the sentences that the caller should know (which rule isolates until when).
    """
    said = Said.VILLAGE if contact.kind == ContactKind.VISIT else Said.SELF
    carried = carry_out(
        person=contact.person, walk=walk, contact=contact, said=said, decided=decided, by=by, at=at
    )
    if item.state != CallState.DROPPED:
        item.state = CallState.DONE
    item.contact, item.contested = contact, None
    item.branch, item.outcome, item.next_at = walk.branch, contact.outcome, None
    item.done_at, item.version = at, item.version + 1
    item.save()
    return carried


def _attempted(item: CallItem, contact: ContactRecord, asked: datetime | None) -> None:
    """Nobody was spoken with: again after some hours, or not reached when the attempts are used up.

    A wrong number and a refusal settle the entry at once. An entry answered meanwhile stays as it is.
    """
    if item.state not in OPEN:
        return
    campaign = item.campaign
    item.attempts += 1
    item.outcome, item.version = contact.outcome, item.version + 1
    final = contact.outcome in (Outcome.WRONG_NUMBER, Outcome.REFUSED)
    if final or item.attempts >= campaign.most_attempts or item.state == CallState.UNREACHED:
        item.state, item.next_at, item.done_at = CallState.UNREACHED, None, contact.received_at
    else:
        item.state, item.next_at = CallState.RETRY, contact.at + timedelta(hours=campaign.retry_hours)
        if asked is not None and contact.outcome == Outcome.CALL_BACK:
            item.next_at = asked
    item.save()


def answers_of(contact: ContactRecord) -> dict[str, Any]:
    """The answers that a contact keeps, in the open."""
    return json.loads(contact.answers) if contact.answers else {}


def _still_wanted(campaign: Campaign, when: datetime) -> None:
    if campaign.closed_at is not None and when > campaign.closed_at:
        raise Refused(
            _("The round “%(name)s” was closed on %(day)s, before this answer was given.")
            % {"name": campaign.name, "day": timezone.localdate(campaign.closed_at)}
        )
    if campaign.state == CampaignState.DRAFT:
        raise Refused(_("The round “%(name)s” has not begun.") % {"name": campaign.name})


def _walk(script: Script, entry: _Entry) -> Walk | None:
    """The complete way of the answers; None where nobody was spoken with."""
    if entry.outcome == Outcome.REACHED:
        return scripts.complete(script, entry.answers)
    if any(value not in (None, "", []) for value in entry.answers.values()):
        raise Refused(_("Nobody was spoken with, so there are no answers: choose another outcome."))
    return None


def _entry(raw: Any, now: datetime) -> _Entry:
    if not isinstance(raw, Mapping):
        raise Refused(_("An answer is an entry with key, item, version, outcome, answers, note and at."))
    key = raw.get("key")
    if not isinstance(key, str) or not 8 <= len(key) <= 80 or not key.isascii() or not key.isprintable():
        raise Refused(_("The key of an answer has 8 to 80 letters and digits."))
    item, version = _whole(raw, "item"), _whole(raw, "version")
    outcome, answers, note = raw.get("outcome"), raw.get("answers") or {}, raw.get("note") or ""
    if not isinstance(outcome, str) or outcome not in Outcome.values:
        raise Refused(
            _("“%(value)s” is no outcome: write one of %(known)s.")
            % {"value": str(outcome)[:40], "known": ", ".join(Outcome.values)}
        )
    if not isinstance(answers, Mapping):
        raise Refused(_("“answers” maps questions to answers."))
    if not isinstance(note, str) or len(note) > MOST_NOTE or not scripts.printable(note):
        raise Refused(_("The note is a text of at most %(n)s characters.") % {"n": MOST_NOTE})
    return _Entry(
        key,
        item,
        version,
        outcome,
        answers,
        note,
        _moment(raw.get("at"), now),
        _asked(raw.get("next_at"), now),
    )


def _asked(text: Any, now: datetime) -> datetime | None:
    """When somebody asked to be called again: within `LONGEST_WAIT`, else as if they had not said when."""
    if not isinstance(text, str) or len(text) > 40:
        return None
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    if found is None:
        return None
    if timezone.is_naive(found):
        found = timezone.make_aware(found)
    return found if now - LONGEST_WAIT < found < now + LONGEST_WAIT else None


def _moment(text: Any, now: datetime) -> datetime:
    """The device's moment; what it does not say, or says in the future, is now."""
    if text is None:
        return now
    try:
        found = parse_datetime(text) if isinstance(text, str) and len(text) <= 40 else None
    except ValueError:
        found = None
    if found is None:
        raise Refused(_("“at” is a moment such as 2020-02-03T09:30:00+08:00."))
    if timezone.is_naive(found):
        found = timezone.make_aware(found)
    return min(found, now)


def _whole(raw: Mapping[str, Any], name: str) -> int:
    value = raw.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**63:
        raise Refused(_("“%(name)s” is a whole number.") % {"name": name})
    return value
