"""A fever at an enterprise: isolated, to hospital, reported, fellow workers listed, outcome (E17).

Steps are taken once each and in any order; what is missing stays in red on the page.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.areas import queries as areas
from chunfeng.core.actions import record
from chunfeng.core.actor import Actor
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.offices import roles
from chunfeng.people.actions import isolation
from chunfeng.people.actions.common import bounded, locked, of_key, required
from chunfeng.people.actions.contacts import record_contact
from chunfeng.people.actions.follow_ups import open_follow_up
from chunfeng.people.actions.health import temperature_of
from chunfeng.people.choices import ContactKind, Exposure, FeverStep, FollowUpReason, Outcome
from chunfeng.people.models import FellowWorker, FeverCase, FeverCaseStep, Isolation, Person
from chunfeng.people.queries import fever as queries
from chunfeng.people.queries import placing, register
from chunfeng.reporting import actions as reporting

SOURCE = "突发公共卫生事件应急条例 第四十二条（依据待核）"
"""What a fever case cites where nothing nearer is named."""


@transaction.atomic
def open_case(
    *,
    person: Person,
    employer: str,
    found_at: datetime,
    temperature: str | Decimal | None = None,
    source: str = "",
    by: Actor,
    at: datetime,
) -> FeverCase:
    """Open a fever case; the open one of the person is returned as it is. A follow-up of symptoms is opened too."""
    roles.require(by, "fever.work")
    if found_at > at:
        raise Refused(_("“When” lies in the future. Give the time at which the fever was found."))
    firm = required(" ".join(employer.split()), _("enterprise"), 120)
    degrees = temperature_of(temperature)
    row = locked(person, by)
    standing = FeverCase.objects.filter(person__in=register.family(row), closed_at__isnull=True).first()
    if standing is not None:
        return standing
    if by.office_id is None:
        raise Refused(_("Only people posted to an office can do this."))
    today = timezone.localdate(at)
    made = FeverCase(
        person=row, area_code=row.work_area if row.work_area and by.sees(row.work_area) else placing.stay_area(
            row, by, today
        ),
        office_id=by.office_id, employer=firm, temperature=str(degrees) if degrees is not None else None,
        found_at=found_at, source=bounded(source, _("source"), 300) or SOURCE, opened_at=at,
        opened_by_name=by.name,
    )  # fmt: skip
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError as error:
        if "one_open_fever_case" not in str(error):
            raise
        raise Refused(_("Another area, out of your sight, has an open fever case of this person.")) from None
    record("fever.open", by=by, on=made, at=at)
    open_follow_up(person=row, reason=FollowUpReason.SYMPTOMS, source=made.source, by=by, at=at)
    return made


@transaction.atomic
def isolate(*, case: FeverCase, place: str = "", by: Actor, at: datetime) -> FeverCaseStep:
    """Isolated on the spot; where a rule for people with symptoms is in force, the isolation is opened by it."""
    row = _held(case, by)
    if (done := _done(row, FeverStep.ISOLATED)) is not None:
        return done
    person = _person(row, by)
    found = placing.explain(person, by, timezone.localdate(at))
    exposure = found.exposure if found.exposure in Exposure.values else Exposure.NONE
    placed = isolation.place(
        person=person,
        exposure=exposure,
        symptoms=True,
        since=timezone.localdate(at),
        place=place,
        by=by,
        at=at,
    )
    return _step(row, FeverStep.ISOLATED, placed.why[:300], by, at)


@transaction.atomic
def send_to_hospital(*, case: FeverCase, hospital: str, by: Actor, at: datetime) -> FeverCaseStep:
    """Sent to a hospital that is named."""
    row = _held(case, by)
    name = required(" ".join(hospital.split()), _("hospital"), 120)
    if (done := _done(row, FeverStep.HOSPITAL)) is not None:
        return done
    row.hospital = name
    row.save(update_fields=["hospital"])
    open_one = Isolation.objects.filter(person=row.person_id, state="open").first()
    if open_one is not None and not open_one.place:
        open_one.place = name
        open_one.save(update_fields=["place"])
    return _step(row, FeverStep.HOSPITAL, name, by, at)


@transaction.atomic
def report(*, case: FeverCase, by: Actor, at: datetime) -> FeverCaseStep:
    """Reported upward as an important situation: the enterprise, the place, the steps; no word about the person."""
    row = _held(case, by)
    if (done := _done(row, FeverStep.REPORTED)) is not None:
        return done
    steps = [_("fever found at %(when)s") % {"when": _clock(row.found_at)}]
    steps += [f"{FeverStep(each.step).label} {_clock(each.at)}" for each in row.steps.order_by("at")]
    row.situation = reporting.report_situation(
        what=_("A fever case at an enterprise (%(employer)s), number %(number)s.")
        % {"employer": row.employer, "number": row},
        happened_at=row.found_at,
        place=areas.path_name(row.area_code, timezone.localdate(at))[:200],
        people=1,
        measures="；".join(steps),
        source=row.source,
        key=f"fever:{row.pk}",
        by=by,
        at=at,
    )
    row.save(update_fields=["situation"])
    return _step(row, FeverStep.REPORTED, "", by, at)


@transaction.atomic
def list_fellows(*, case: FeverCase, by: Actor, at: datetime) -> int:
    """List the fellow workers the register knows; again adds those who came since. How many are new."""
    row = _held(case, by)
    mates = queries.workmates(by, row, _person(row, by))
    known = set(FellowWorker.objects.filter(case=row).values_list("person_id", flat=True))
    fresh = [mate for mate in mates if mate.pk not in known]
    FellowWorker.objects.bulk_create(
        [FellowWorker(case=row, person=mate, listed_at=at, by_name=by.name) for mate in fresh],
        ignore_conflicts=True,
    )
    if _done(row, FeverStep.LISTED) is None:
        _step(row, FeverStep.LISTED, _("%(n)s in the register") % {"n": len(mates)}, by, at)
    elif fresh:
        record("fever.fellows", by=by, on=row, at=at, detail={"n": len(fresh)})
    return len(fresh)


@transaction.atomic
def contact_fellow(
    *, fellow: FellowWorker, outcome: str, note: str = "", key: str, by: Actor, at: datetime
) -> FellowWorker:
    """Write down that a fellow worker was contacted, and how they are. The same `key` again changes nothing."""
    row = _held(fellow.case, by)
    mate = FellowWorker.objects.select_for_update(of=("self",)).filter(pk=fellow.pk, case=row).first()
    if mate is None:
        raise Refused(_("This fellow worker is no longer on the list."))
    if outcome not in Outcome.values:
        raise Refused(_("Choose how the contact ended."))
    made, new = record_contact(
        person=of_key(mate.person_id), kind=ContactKind.FOLLOW_UP, outcome=outcome, note=note, place=row.employer,
        source=row.source, key=key, by=by, at=at,
    )  # fmt: skip
    if new:
        mate.contact = made
        mate.save(update_fields=["contact"])
    return mate


@transaction.atomic
def close_case(*, case: FeverCase, outcome: str, by: Actor, at: datetime) -> FeverCase:
    """Close with the outcome, also where a step is missing: the page goes on showing it. The same again: nothing."""
    words = required(outcome, _("outcome"), 500)
    roles.require(by, "fever.work")
    row = _row(case, by)
    if row.closed_at is not None:
        if row.outcome == words:
            return row
        raise Refused(_("This fever case was closed on %(when)s.") % {"when": _clock(row.closed_at)})
    row.outcome, row.closed_at = words, at
    row.save(update_fields=["outcome", "closed_at"])
    _step(row, FeverStep.CLOSED, "", by, at)
    return row


def _row(case: FeverCase, by: Actor) -> FeverCase:
    row = FeverCase.objects.select_for_update(of=("self",)).filter(pk=case.pk).first()
    if row is None or not by.sees(row.area_code):
        raise NotAllowed(_("This fever case is not in the area of your posting."))
    return row


def _held(case: FeverCase, by: Actor) -> FeverCase:
    """The case as it stands now, locked, in the actor's area. Steps forgotten may be added after it was closed."""
    roles.require(by, "fever.work")
    return _row(case, by)


def _person(row: FeverCase, by: Actor) -> Person:
    stands = register.survivor(of_key(row.person_id))
    if stands is None:
        raise Refused(_("This person is no longer in the register, or out of your sight."))
    return stands


def _done(row: FeverCase, step: FeverStep) -> FeverCaseStep | None:
    return FeverCaseStep.objects.filter(case=row, step=step).first()


def _step(row: FeverCase, step: FeverStep, note: str, by: Actor, at: datetime) -> FeverCaseStep:
    made = FeverCaseStep.objects.create(case=row, step=step, note=note[:300], by_name=by.name, at=at)
    record("fever.step", by=by, on=row, at=at, detail={"step": str(step)})
    return made


def _clock(moment: datetime) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M")
