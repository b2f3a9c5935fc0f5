"""Free courses for the registered unemployed (L18): offered, asked for, joined by rule, attended day by day, ended."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.benefits import engine, force, registers
from chunfeng.benefits.actions import beneficiaries
from chunfeng.benefits.actions.common import alone_with, bounded, required
from chunfeng.benefits.choices import EnrolmentState
from chunfeng.benefits.models import (
    AttendanceDay,
    Beneficiary,
    Enrolment,
    Measure,
    MeasureVersion,
    TrainingCourse,
    TrainingNeed,
)
from chunfeng.core import scope
from chunfeng.core.actions import record
from chunfeng.core.actor import SYSTEM, Actor
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.offices import roles
from chunfeng.people.models import Person
from chunfeng.people.queries import register

MOST_SEATS = 2000


class MissingFacts(Refused):
    """The rules cannot say yet whether a person may join: `asks` are the facts that would decide."""

    def __init__(self, asks: tuple[str, ...], says: str) -> None:
        super().__init__(says)
        self.asks = asks


@transaction.atomic
def add_course(
    *,
    measure: Measure,
    title: str,
    subject: str,
    place: str,
    provider: str,
    begins_on: date,
    ends_on: date,
    seats: int,
    fee: int,
    key: str,
    by: Actor,
    at: datetime,
) -> TrainingCourse:
    """Offer a course: `subject` is the trade people ask for, `fee` fen a person. The same `key` again returns it.

    Refused where the measure has no version in force in the office's area on the first day.
    """
    roles.require(by, "training.work")
    if by.office_id is None:
        raise NotAllowed(_("Only people posted to an office can offer a course."))
    if ends_on < begins_on:
        raise Refused(_("The last day lies before the first day."))
    if not 1 <= seats <= MOST_SEATS or fee < 0:
        raise Refused(
            _("A course has 1 to %(most)s seats, and its fee is not negative.") % {"most": MOST_SEATS}
        )
    _version(measure, begins_on, by.area_code)
    values = {
        "measure": measure,
        "title": required(title, _("title"), 120),
        "subject": " ".join(required(subject, _("trade taught"), 60).split()),
        "place": required(place, _("place"), 200),
        "provider": required(provider, _("training body"), 120),
        "begins_on": begins_on,
        "ends_on": ends_on,
        "seats": seats,
        "fee": fee,
        "area_code": by.area_code,
        "office_id": by.office_id,
        "made_at": at,
        "by_name": by.name,
    }
    row, new = TrainingCourse.objects.get_or_create(key=required(key, "key", 80), defaults=values)
    if new:
        record("course.add", by=by, on=row, at=at, detail={"measure": measure.code, "seats": seats})
    return row


@transaction.atomic
def note_need(*, person: Person, subject: str, by: Actor, at: datetime) -> TrainingNeed:
    """Write down that somebody asks for courses of a trade. The same again returns what there is."""
    roles.require(by, "training.work")
    whom = beneficiaries.know_person(person=person, by=by, at=at)
    return _need(whom, subject, by=by, at=at)


@transaction.atomic
def enrol(
    *, course: TrainingCourse, person: Person, facts: Mapping[str, Any], by: Actor, at: datetime
) -> Enrolment:
    """Give a person a place, if the measure of the course covers whoever takes part. Again: the place there is.

    `facts` are what the person states; registers, recorded needs and the course itself answer the others. Raises
    Refused with the reason and its clause where the rules say no, MissingFacts where they ask, Refused for a full or
    ended course.
    """
    roles.require(by, "training.work")
    whom = beneficiaries.know_person(person=person, by=by, at=at)
    alone_with(f"course:{course.pk}")
    known = Enrolment.objects.filter(course=course, subject_key=whom.subject_key).first()
    if known is not None:
        return known
    day = timezone.localdate(at)
    if day > course.ends_on:
        raise Refused(_("This course ended on %(day)s.") % {"day": course.ends_on.isoformat()})
    with scope.applied(SYSTEM):
        taken = Enrolment.objects.filter(course=course).exclude(state=EnrolmentState.LEFT).count()
    if taken >= course.seats:
        raise Refused(_("All %(n)s seats of this course are taken.") % {"n": course.seats})
    version = _version(course.measure, day, whom.area_code)
    local = force.refinements(course.measure.code, day, whom.area_code)
    asked = engine.questions(version)
    held = _held(course, whom, asked, day) | {k: v for k, v in facts.items() if k in asked and v is not None}
    _admit(version, local, held, course, day, whom.area_code)
    found = engine.evaluate(version=version, refined_by=local, facts=held, on=day, area=whom.area_code)
    try:
        with transaction.atomic():
            made = Enrolment.objects.create(
                course=course,
                beneficiary=whom,
                subject_key=whom.subject_key,
                area_code=whom.area_code,
                version=version,
                refined_by=local,
                on=day,
                made_at=at,
                by_name=by.name,
                **_kept(held, found),
            )
    except IntegrityError:
        raise Refused(_("This person has a place in the course by another area.")) from None
    record("enrolment.make", by=by, on=made, at=at, detail={"course": course.pk, "outcome": found.outcome})
    return made


@transaction.atomic
def mark(*, course: TrainingCourse, on: date, present: Mapping[int, bool], by: Actor, at: datetime) -> int:
    """Write down who was there on a day: enrolment's key → present. What is marked before can be corrected.

    Returns how many rows changed. Raises Refused for a day outside the course or in the future, and for somebody
    who is listed in another course on that day.
    """
    roles.require(by, "training.work")
    if not course.begins_on <= on <= course.ends_on or on > timezone.localdate(at):
        raise Refused(_("Choose a day of the course, at the latest today."))
    rows = {
        row.pk: row
        for row in Enrolment.objects.select_for_update(of=("self",))
        .filter(course=course, pk__in=present)
        .select_related("beneficiary")
        .order_by("pk")
    }
    held = {day.enrolment_id: day for day in AttendanceDay.objects.filter(enrolment__in=rows, on=on)}
    changed = 0
    for pk, here in sorted(present.items()):
        row = rows.get(pk)
        if row is None or not by.sees(row.area_code):
            raise NotAllowed(_("This person is not in the course, or belongs to another area."))
        if row.finished_on is not None and on > row.finished_on:
            raise Refused(
                _("%(name)s is no longer in the course on that day.") % {"name": row.beneficiary.name}
            )
        changed += _mark(row, held.get(pk), on, here, by, at)
    if changed:
        record("attendance.mark", by=by, on=course, at=at, detail={"day": on.isoformat(), "rows": changed})
    return changed


@transaction.atomic
def finish(*, enrolment: Enrolment, completed: bool, remark: str = "", by: Actor, at: datetime) -> Enrolment:
    """A person completed the course, or left it early. The rules are asked again, now with the attendance.

    The same again does nothing; a finished place stays finished.
    """
    roles.require(by, "training.work")
    row = Enrolment.objects.select_for_update(of=("self",)).filter(pk=enrolment.pk).first()
    if row is None or not by.sees(row.area_code):
        raise NotAllowed(_("This person is not in the course, or belongs to another area."))
    state = EnrolmentState.COMPLETED if completed else EnrolmentState.LEFT
    if row.state == state:
        return row
    if row.state != EnrolmentState.ENROLLED:
        raise Refused(_("This place was closed meanwhile. Look at it again."))
    if completed and not row.days.filter(present=True).exists():
        raise Refused(
            _("No day of attendance is written down: who was never there has not completed the course.")
        )
    asked = engine.questions(row.version)
    was_there = row.days.filter(present=True).exists()
    facts = json.loads(row.facts or "{}") | _held(row.course, row.beneficiary, asked, row.on)
    facts |= {"attended": was_there} if "attended" in asked else {}
    found = engine.evaluate(
        version=row.version, refined_by=row.refined_by, facts=facts, on=row.on, area=row.area_code
    )
    row.state, row.finished_on = state, min(timezone.localdate(at), row.course.ends_on)
    row.remark = bounded(remark, _("remark"), 200)
    for field, value in _kept(facts, found).items():
        setattr(row, field, value)
    row.amount = row.amount if completed else None  # the fund pays a course that was completed
    row.save()
    record("enrolment.finish", by=by, on=row, at=at, detail={"state": str(state), "outcome": found.outcome})
    return row


def _version(measure: Measure, on: date, area: str) -> MeasureVersion:
    version = force.version_for(measure.code, on, area)
    if version is None:
        raise Refused(
            _("No version of this measure is in force on %(day)s in this area.") % {"day": on.isoformat()}
        )
    return version


def _held(course: TrainingCourse, whom: Beneficiary, names: Mapping[str, Any], on: date) -> dict[str, Any]:
    """What the register of people, the recorded needs and the course answer."""
    found: dict[str, Any] = {}
    person = Person.objects.filter(pk=whom.person_id or 0).first()
    row = register.survivor(person) if person else None
    if row is not None:
        held = set(register.categories(row, on).values_list("category", flat=True))
        found |= registers.answers(row, held, names, on)
    found |= registers.of_course(course, whom.subject_key, names)
    return found


def _admit(
    version: MeasureVersion,
    local: list[int],
    held: dict[str, Any],
    course: TrainingCourse,
    on: date,
    area: str,
) -> None:
    """Raise unless the rules cover whoever takes part: what only the course can prove is taken as given."""
    taking_part = registers.taking_part(course, engine.questions(version))
    found = engine.evaluate(version=version, refined_by=local, facts=held | taking_part, on=on, area=area)
    tongue = engine.language()
    if found.outcome == engine.ASK:
        labels = "、".join(engine.questions(version)[name].label for name in found.asks)
        raise MissingFacts(found.asks, _("Still needed to decide: %(facts)s") % {"facts": labels})
    if not found.eligible:
        failed = [row for row in found.explanation["conditions"] if row["value"] is False]
        why = "；".join(f"{row['says'][tongue]}（{row['clause']}）" for row in failed)
        raise Refused(
            _("The rules do not give a free place. Not met: %(why)s")
            % {"why": why or found.explanation["answer"][tongue]}
        )


def _kept(facts: Mapping[str, Any], found: engine.Evaluation) -> dict[str, Any]:
    return {
        "facts": json.dumps(dict(facts), ensure_ascii=False, sort_keys=True),
        "explanation": json.dumps(found.explanation, ensure_ascii=False),
        "outcome": found.outcome,
        "amount": found.amount if found.eligible else None,
    }


def _need(whom: Beneficiary, subject: str, *, by: Actor, at: datetime) -> TrainingNeed:
    words = " ".join(required(subject, _("trade taught"), 60).split())
    made, new = TrainingNeed.objects.get_or_create(
        subject_key=whom.subject_key,
        subject=words,
        area_code=whom.area_code,
        defaults={"beneficiary": whom, "at": at, "by_name": by.name},
    )
    if new:
        record("need.note", by=by, on=made, at=at)
    return made


def _mark(row: Enrolment, held: AttendanceDay | None, on: date, here: bool, by: Actor, at: datetime) -> int:
    if held is not None and held.present == here:
        return 0
    if held is not None:
        held.present, held.at, held.by_name = here, at, by.name
        held.save(update_fields=["present", "at", "by_name"])
        return 1
    try:
        with transaction.atomic():
            AttendanceDay.objects.create(
                enrolment=row, subject_key=row.subject_key, on=on, present=here, at=at, by_name=by.name
            )
    except IntegrityError:
        raise Refused(
            _("%(name)s is listed in another course on %(day)s.")
            % {"name": row.beneficiary.name, "day": on.isoformat()}
        ) from None
    return 1
