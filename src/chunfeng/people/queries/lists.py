"""Named lists of people over the register: a figure is the length of its list, and leads to it.

Each list says in one sentence whom it holds; counts by area, the ledgers, the offers to Reporting and the
pages that show the people all ask the same list, so that they cannot differ.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from chunfeng.areas import codes
from chunfeng.areas.choices import Level
from chunfeng.core.actor import Actor
from chunfeng.people.choices import Category, FactKind, FactValue, FollowUpReason
from chunfeng.people.models import ContactRecord, Fact, FollowUp, Person, PersonCategory
from chunfeng.people.queries import affected, register
from chunfeng.people.queries.selecting import going_to, within
from chunfeng.people.queries.standing import word


@dataclass(frozen=True)
class Asked:
    """Whose list: an area on a day, perhaps since a day, perhaps for one place (affected area, destination)."""

    actor: Actor
    area: str
    on: date
    since: date | None = None
    place: str = ""

    @cached_property
    def affected(self) -> list[str]:
        """The places that count as affected for the area, the one asked for alone where there is one."""
        found = [code for code, _row in affected.affected_codes(self.area, self.on)]
        if not self.place:
            return found
        return [self.place] if any(codes.contains(code, self.place) for code in found) else []

    @cached_property
    def provinces(self) -> list[str]:
        """Of these, whole provinces."""
        return [code for code in self.affected if codes.level(code) == Level.PROVINCE]

    @cached_property
    def people(self) -> QuerySet[Person]:
        """Everybody in the actor's sight."""
        return register.people(self.actor)


Build = Callable[[Asked], QuerySet[Person]]


@dataclass(frozen=True)
class Named:
    """A list: its code in addresses, its name, whom it holds, and by which area it is counted."""

    code: str
    label: Any
    holds: Any
    build: Build
    column: str = "area_code"
    needs_affected: bool = False


LISTS: dict[str, Named] = {}


def people(code: str, asked: Asked) -> QuerySet[Person]:
    """The people of a list. KeyError for a code that is none."""
    return LISTS[code].build(asked)


def _named(
    code: str, label: Any, holds: Any, *, column: str = "area_code", needs_affected: bool = False
) -> Callable[[Build], Build]:
    def keep(build: Build) -> Build:
        LISTS[code] = Named(code, label, holds, build, column, needs_affected)
        return build

    return keep


@_named(
    "locals-there",
    _("Locals working in affected areas"),
    _("Home in the area, work area in an affected area outside it, no newer word that they came back."),
    needs_affected=True,
)
def _locals_there(asked: Asked) -> QuerySet[Person]:
    return _locals_in(asked, asked.affected)


@_named(
    "natives-here",
    _("Natives of affected areas working here"),
    _("Home in an affected area outside the area, work area in the area; gone home for a holiday included."),
    column="work_area",
    needs_affected=True,
)
def _natives_here(asked: Asked) -> QuerySet[Person]:
    return _natives_of(asked, asked.affected)


@_named(
    "locals-hit-province",
    _("Locals working in the hit province"),
    _("As locals in affected areas, for provinces that count as affected as a whole."),
    needs_affected=True,
)
def _locals_hit_province(asked: Asked) -> QuerySet[Person]:
    return _locals_in(asked, asked.provinces)


@_named(
    "natives-hit-province",
    _("Natives of the hit province working here"),
    _("As natives of affected areas, for provinces that count as affected as a whole."),
    column="work_area",
    needs_affected=True,
)
def _natives_hit_province(asked: Asked) -> QuerySet[Person]:
    return _natives_of(asked, asked.provinces)


def _locals_in(asked: Asked, places: list[str]) -> QuerySet[Person]:
    rows = asked.people.filter(within(asked.area, "area_code"), _anywhere("work_area", places))
    return _not_back(rows.exclude(within(asked.area, "work_area")), asked.on)


def _natives_of(asked: Asked, places: list[str]) -> QuerySet[Person]:
    rows = asked.people.filter(within(asked.area, "work_area"), _anywhere("area_code", places))
    return rows.exclude(within(asked.area, "area_code"))


@_named(
    "leaving", _("Want to leave for work"), _("Home in the area; the newest word is that they want to leave.")
)
def _leaving(asked: Asked) -> QuerySet[Person]:
    rows = asked.people.filter(within(asked.area, "area_code"))
    if asked.place:
        return going_to(rows, asked.place, until=asked.on)
    return _says(rows, FactKind.INTENTION, FactValue.LEAVES, asked.on)


@_named(
    "leaving-with-job",
    _("Want to leave, job settled"),
    _("Want to leave for work, and the newest word about a job is that it is settled."),
)
def _leaving_with_job(asked: Asked) -> QuerySet[Person]:
    return _says(_leaving(asked), FactKind.JOB, FactValue.HAS_JOB, asked.on)


@_named(
    "leaving-no-job",
    _("Want to leave, no job yet"),
    _("Want to leave for work, and the newest word about a job is that there is none."),
)
def _leaving_no_job(asked: Asked) -> QuerySet[Person]:
    return _says(_leaving(asked), FactKind.JOB, FactValue.NO_JOB, asked.on)


@_named(
    "leaving-job-open",
    _("Want to leave, job not asked"),
    _("Want to leave for work, and nobody has asked whether a job is settled."),
)
def _leaving_job_open(asked: Asked) -> QuerySet[Person]:
    return _leaving(asked).filter(~Exists(Fact.objects.filter(person=OuterRef("pk"), kind=FactKind.JOB)))


@_named(
    "leaving-anywhere",
    _("Want to leave, not said where to"),
    _("Want to leave for work, and the newest word names no destination."),
)
def _leaving_anywhere(asked: Asked) -> QuerySet[Person]:
    rows = _leaving(replace(asked, place=""))
    return rows.alias(to=word(FactKind.INTENTION, "place", until=asked.on)).filter(to="")


@_named("returned", _("Came back"), _("Home in the area; said to have come back on a day of the period."))
def _returned(asked: Asked) -> QuerySet[Person]:
    said = Fact.objects.filter(kind=FactKind.RETURN, value=FactValue.RETURNED, on__lte=asked.on)
    if asked.since is not None:
        said = said.filter(on__gte=asked.since)
    rows = asked.people.filter(within(asked.area, "area_code"))
    return rows.filter(pk__in=said.order_by().values("person"))


@_named(
    "away",
    _("Working away"),
    _("Home in the area, work area known and outside it, no newer word that they came back."),
)
def _away(asked: Asked) -> QuerySet[Person]:
    rows = asked.people.filter(within(asked.area, "area_code")).exclude(work_area="")
    return _not_back(rows.exclude(within(asked.area, "work_area")), asked.on)


@_named(
    "watch",
    _("Came back from affected areas"),
    _(
        "Home or present place in the area, came back, and worked or stayed in an area that counts as affected; "
        "and whoever is followed up for that reason."
    ),
)
def _watch(asked: Asked) -> QuerySet[Person]:
    here = within(asked.area, "area_code") | within(asked.area, "current_area")
    watched = FollowUp.objects.filter(
        person=OuterRef("pk"), reason=FollowUpReason.WATCH, closed_at__isnull=True
    )
    stayed = Fact.objects.filter(
        _anywhere("place", asked.affected), person=OuterRef("pk"), kind=FactKind.WHEREABOUTS, on__lte=asked.on
    )
    came = ContactRecord.objects.filter(_anywhere("origin", asked.affected), person=OuterRef("pk"))
    back = _says(asked.people, FactKind.RETURN, FactValue.RETURNED, asked.on)
    from_there = back.filter(Q(_anywhere("work_area", asked.affected)) | Q(Exists(stayed)) | Q(Exists(came)))
    rows = asked.people.filter(here)
    return rows.filter(Q(pk__in=from_there.order_by().values("pk")) | Q(Exists(watched)))


@_named("no-job", _("No job yet"), _("Home in the area; the newest word about a job is that there is none."))
def _no_job(asked: Asked) -> QuerySet[Person]:
    rows = asked.people.filter(within(asked.area, "area_code"))
    return rows.alias(job=word(FactKind.JOB, until=asked.on)).filter(job=FactValue.NO_JOB)


@_named(
    "unemployed",
    _("Registered unemployed"),
    _("Home or present place in the area, in this category on the day."),
)
def _unemployed(asked: Asked) -> QuerySet[Person]:
    return _in_category(asked, Category.UNEMPLOYED)


@_named(
    "hardship",
    _("People with employment difficulty"),
    _("Home or present place in the area, in this category on the day."),
)
def _hardship(asked: Asked) -> QuerySet[Person]:
    return _in_category(asked, Category.HARDSHIP)


@_named(
    "beneficiaries",
    _("People who receive support"),
    _("Home or present place in the area, in this category on the day."),
)
def _beneficiaries(asked: Asked) -> QuerySet[Person]:
    return _in_category(asked, Category.BENEFICIARY)


def _in_category(asked: Asked, category: str) -> QuerySet[Person]:
    held = PersonCategory.objects.filter(person=OuterRef("pk"), category=category)
    held = held.filter(Q(valid_from__isnull=True) | Q(valid_from__lte=asked.on))
    held = held.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=asked.on))
    here = within(asked.area, "area_code") | within(asked.area, "current_area")
    return asked.people.filter(here).filter(Exists(held))


def _anywhere(column: str, places: list[str]) -> Q:
    found = Q(pk__in=[])
    for place in places:
        found |= within(place, column)
    return found


def _says(rows: QuerySet[Person], kind: str, value: str, until: date) -> QuerySet[Person]:
    """Those whose newest word up to a day is the value; asked first is who ever said so, which has an index."""
    said = Fact.objects.filter(kind=kind, value=value).order_by().values("person")
    name = f"word_{kind}"
    return rows.filter(pk__in=said).alias(**{name: word(kind, until=until)}).filter(**{name: value})


def _not_back(rows: QuerySet[Person], until: date) -> QuerySet[Person]:
    return rows.alias(back=Coalesce(word(FactKind.RETURN, until=until), Value(""))).exclude(
        back=FactValue.RETURNED
    )
