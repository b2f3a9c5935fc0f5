"""What a caller takes along on the telephone: the people to call with their numbers, and the questions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db.models import F, QuerySet
from django.utils import timezone

from chunfeng.areas import codes
from chunfeng.areas import queries as areas
from chunfeng.core.actor import Actor
from chunfeng.people.choices import CampaignState
from chunfeng.people.models import CallItem, ContactRecord, Person
from chunfeng.people.models.census import OPEN_CALLS
from chunfeng.people.queries import register

MOST = 200


def pack(actor: Actor, now: datetime) -> dict[str, Any]:
    """{"campaigns": […], "items": […]} as plain data, at most `MOST` people: the actor's own entries of running
    rounds first, then those of the office that nobody has taken; in each the due ones first.

    Phones are in the open: whoever hands this out records the read (`events.record_read`).
    """
    rows = CallItem.objects.filter(
        campaign__state=CampaignState.RUNNING,
        state__in=OPEN_CALLS,
        area_code__gte=actor.lo,
        area_code__lt=actor.hi,
    )
    items = _first(rows.filter(caller=actor.user_id), MOST) if actor.user_id else []
    if actor.office_id and len(items) < MOST:
        items += _first(rows.filter(office=actor.office_id, caller__isnull=True), MOST - len(items))
    on = timezone.localdate(now)
    people = {item.pk: register.survivor(item.person) or item.person for item in items}
    places = _places(people.values(), on)
    last = _last(items)
    return {
        "campaigns": _campaigns(items),
        "items": [_item(item, people[item.pk], places, last.get(item.pk), on) for item in items],
    }


def _first(rows: QuerySet[CallItem], most: int) -> list[CallItem]:
    shown = rows.select_related("campaign", "person__household").prefetch_related("person__phones")
    return list(shown.order_by(F("next_at").asc(nulls_first=True), "pk")[:most])


def _campaigns(items: list[CallItem]) -> list[dict[str, Any]]:
    found = {item.campaign_id: item.campaign for item in items}
    return [
        {
            "id": each.pk,
            "name": each.name,
            "source": each.source,
            "target_on": each.target_on.isoformat(),
            "script": each.script,
        }
        for each in found.values()
    ]


def _item(
    item: CallItem, person: Person, places: dict[str, str], last: dict[str, Any] | None, on: date
) -> dict[str, Any]:
    phones = sorted(person.phones.all(), key=lambda phone: phone.position)
    return {
        "id": item.pk,
        "campaign": item.campaign_id,
        "version": item.version,
        "state": item.state,
        "attempts": item.attempts,
        "next_at": item.next_at.isoformat() if item.next_at else None,
        "name": person.name,
        "sex": person.sex,
        "age": _age(person.birth, on),
        "phones": [phone.number for phone in phones],
        "village": places.get(item.area_code, item.area_code),
        "household": person.household.number if person.household else "",
        "employer": person.employer,
        "work": places.get(person.work_area, person.work_area),
        "last": last,
    }


def _age(birth: date | None, on: date) -> int | None:
    if birth is None or birth > on:
        return None
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))


def _places(people: Iterable[Person], on: date) -> dict[str, str]:
    """Villages with the township before them; places of work from the province down to the county."""
    rows = list(people)
    homes = {row.area_code for row in rows}
    chains = {code: [*codes.ancestors(code), code] for code in homes}
    names = areas.areas((step for chain in chains.values() for step in chain[-2:]), on)
    found = areas.paths({row.work_area for row in rows if row.work_area}, on)
    for code, chain in chains.items():
        found[code] = "".join(names[step].name for step in chain[-2:] if step in names) or code
    return found


def _last(items: list[CallItem]) -> dict[int, dict[str, Any]]:
    """The newest contact of each entry: when, how it ended, what was noted."""
    rows = ContactRecord.objects.filter(item__in=items).order_by("item_id", "-id").distinct("item_id")
    return {
        row.item_id: {"at": row.at.isoformat(), "outcome": row.outcome, "note": row.note or ""}
        for row in rows
        if row.item_id is not None
    }
