"""What the caller's page fetches and sends."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from chunfeng.core import events
from chunfeng.core.errors import Refused
from chunfeng.people.actions import syncing
from chunfeng.people.queries import packing
from chunfeng.web.phone.answers import answering
from chunfeng.web.phone.holder import holder

MOST_BYTES = 1_000_000
OLDEST = timedelta(days=60)
"""An answer said to be older is dated to then: the phone forgot the day."""
WRONG = timedelta(minutes=5)
"""So far a clock may be off without the times it gave being moved."""


@answering("call.work")
def pack(request: HttpRequest) -> dict[str, Any]:
    """The caller's list with names and numbers: a recorded read of personal data."""
    now = timezone.now()
    found = packing.pack(request.actor, now)
    if found["items"]:
        events.record_read(
            "census.pack",
            by=request.actor,
            detail={"rows": len(found["items"]), "campaigns": [each["id"] for each in found["campaigns"]]},
        )
    who = holder(request)
    return {"now": now.isoformat(), "user": who.user, "key_id": who.seal_id, **found}


@answering("call.work", "POST")
def sync(request: HttpRequest) -> dict[str, Any]:
    """Take the answers in; one result for each, see `people.actions.syncing`."""
    now = timezone.now()
    entries = [_dated(each, now) for each in _entries(request)]
    results = syncing.sync(entries=entries, by=request.actor, at=now)
    return {"now": now.isoformat(), "results": [each.as_json() for each in results]}


def _entries(request: HttpRequest) -> list[Any]:
    given = None
    if request.content_type == "application/json":  # a form was read as one already
        if len(request.body) > MOST_BYTES:
            raise Refused(_("That is too much at once: send the answers in smaller parts."))
        with suppress(ValueError, RecursionError):
            given = json.loads(request.body)
    if not isinstance(given, dict) or not isinstance(given.get("entries"), list):
        raise Refused(_('Answers come as JSON: {"entries": […]}.'))
    return given["entries"]


def _dated(entry: Any, now: datetime) -> Any:
    """The moment of an answer, counted back from now by its age: a wrong clock on the phone does no harm.

    A time to call again moves by as much as the clock is wrong. Without a sensible age the phone's own times
    stay, which the action bounds.
    """
    if not isinstance(entry, Mapping):
        return entry
    age = entry.get("age")
    if isinstance(age, bool) or not isinstance(age, int | float) or age != age:
        return entry
    back = timedelta(seconds=min(max(age, 0), OLDEST.total_seconds()))
    at, said, again = now - back, _moment(entry.get("at")), _moment(entry.get("next_at"))
    dated = {**entry, "at": at.isoformat()}
    if again is not None and said is not None and abs(at - said) > WRONG:
        dated["next_at"] = (again + (at - said)).isoformat()
    return dated


def _moment(text: Any) -> datetime | None:
    try:
        found = parse_datetime(text) if isinstance(text, str) and len(text) <= 40 else None
    except ValueError:
        return None
    return None if found is None or timezone.is_naive(found) else found
