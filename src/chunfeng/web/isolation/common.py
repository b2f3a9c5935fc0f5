"""What the screens of isolation share: names out of sight, strips of days, keys of forms."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from chunfeng.areas import codes
from chunfeng.areas import queries as areas
from chunfeng.core.actor import Actor
from chunfeng.people.choices import Exposure, Placement, Symptom
from chunfeng.people.isolation_days import Count, Day
from chunfeng.people.models import Isolation, Person
from chunfeng.people.placement.choosing import Lost
from chunfeng.people.queries import register
from chunfeng.web.people.common import open_text

TONES = {
    Placement.HOSPITAL: "bad", Placement.CENTRAL: "warn", Placement.HOME: "info", Placement.WATCH: "",
    Placement.ENTER: "good",
}  # fmt: skip
"""Colour of a placement; the word always stands beside it."""
MARKS = {Day.CLEAR: "✓", Day.SYMPTOMS: "✕", Day.MISSING: "?", Day.AHEAD: "·"}
DAYS = {
    Day.CLEAR: pgettext_lazy("case", "without symptoms"),
    Day.SYMPTOMS: gettext_lazy("has symptoms"),
    Day.MISSING: gettext_lazy("no record"),
    Day.AHEAD: gettext_lazy("not yet"),
}
LOST = {
    Lost.EXPOSURE: gettext_lazy("for another exposure"),
    Lost.SYMPTOMS: gettext_lazy("asks for other symptoms"),
    Lost.GUARD: gettext_lazy("would isolate without symptoms and exposure: never applied"),
    Lost.FARTHER: gettext_lazy("a nearer office has a rule"),
    Lost.OLDER: gettext_lazy("a newer rule of the same office stands"),
    Lost.MILDER: gettext_lazy("a stricter rule of the same day stands"),
}


def name_of(row: Any) -> str:
    """The name of a row of `register.named`, its serial number where the person is out of sight."""
    return str(getattr(row, "person_name", None) or f"#{row.person_id}")


def person_of(actor: Actor, pk: int) -> Person | None:
    """The person that stands for this key, if in sight."""
    return register.person(actor, pk)


def stands(row: Any, today: date) -> dict[str, Any]:
    """Where a row of `queries.standing` is today: day of days, earliest release, gaps."""
    done = row.full >= row.needed
    begins = today + timedelta(1) if row.last_ill == today else max(today, row.starts_on)
    return {
        "done": done,
        "full": min(row.full, row.needed),
        "needed": row.needed,
        "release_on": None if done else begins + timedelta(row.needed - row.full),
        "width": round(100 * min(row.full, row.needed) / max(row.needed, 1)),
    }


def strip(held: Count, today: date) -> list[dict[str, Any]]:
    """The days of an isolation for the picture: each with its mark, its word and its day."""
    return [
        {
            "day": day,
            "state": str(state),
            "mark": MARKS[state],
            "word": DAYS[state],
            "today": day == today,
            "release": False,
        }
        for day, state in held.days
    ] + [
        {
            "day": held.release_on, "state": "release", "mark": "→", "word": _("release at the earliest"),
            "today": held.release_on == today, "release": True,
        }
    ]  # fmt: skip


def symptom_choices() -> list[tuple[str, Any]]:
    """The chips: fever is told by the temperature, and can be said too."""
    return [(code, label) for code, label in Symptom.choices if code != Symptom.OTHER]


def exposure_words(exposure: str) -> str:
    """An exposure in words."""
    return str(Exposure(exposure).label) if exposure in Exposure.values else exposure


def new_key() -> str:
    """A key for one form: sent twice, it is written once."""
    return uuid.uuid4().hex


def searched(request: HttpRequest) -> str:
    """The words of a sealed search (`q`), "" for none."""
    token = request.GET.get("q", "")
    return open_text(token, request.actor) if token else ""


def in_range(rows: QuerySet[Any], code: str) -> QuerySet[Any]:
    """Rows of an area and everything in it."""
    lo, hi = codes.code_range(code)
    return rows.filter(area_code__gte=lo, area_code__lt=hi)


def areas_below(actor: Actor, code: str = "") -> list[tuple[str, str]]:
    """The areas directly below the actor's area, or below one inside it."""
    inside = code if code and actor.sees(code) else actor.area_code
    rows = areas.children(inside or codes.COUNTRY, timezone.localdate())
    return [(row.code, row.name) for row in rows]


def of_people(rows: QuerySet[Any], people: QuerySet[Person]) -> QuerySet[Any]:
    """Rows about any of the people."""
    return rows.filter(person__in=people.order_by().values("pk"))


def isolations_searched(rows: QuerySet[Isolation], text: str, actor: Actor) -> QuerySet[Isolation]:
    """Isolations of the people that the words find, merged records included."""
    return of_people(rows, register.find(register.records(actor), text))


def labels(pairs: Iterable[tuple[str, Any]]) -> dict[str, str]:
    """Choices as a mapping."""
    return {str(key): str(label) for key, label in pairs}
