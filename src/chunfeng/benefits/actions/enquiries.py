"""Questions of the public (J6): taken in, classified, answered by rule with its clause and its date, or passed on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.areas import codes
from chunfeng.benefits import engine, force, rulebook
from chunfeng.benefits.actions.common import alone_with, bounded, required
from chunfeng.benefits.choices import EnquiryChannel, EnquiryState, EnquiryStepKind
from chunfeng.benefits.models import Enquiry, EnquiryStep, MeasureVersion
from chunfeng.core import calendar, crypto, scope
from chunfeng.core.actions import record
from chunfeng.core.actor import SYSTEM, Actor
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.offices import roles
from chunfeng.offices.models import Office
from chunfeng.tasking import actions as tasking

MOST_AN_HOUR, MOST_A_DAY = 5, 300
"""Questions by the public page: of one connection in an hour, to one office in a day."""
WORDS, ANSWER = 1000, 4000
BATCH = 500


@transaction.atomic
def take_in(
    *,
    channel: str,
    question: str,
    kind: str = "",
    name: str = "",
    phone: str = "",
    area_code: str = "",
    key: str,
    by: Actor,
    at: datetime,
) -> Enquiry:
    """Write down a question that came to the office; the term of `rulebook.term` says by when it is answered.

    The same `key` again returns the question there is. Name and telephone may stay empty.
    """
    roles.require(by, "enquiry.work")
    if by.office_id is None:
        raise NotAllowed(_("Only people posted to an office can take a question in."))
    if channel not in (EnquiryChannel.COUNTER, EnquiryChannel.PHONE, EnquiryChannel.HOTLINE):
        raise Refused(_("Choose how the question came."))
    area = area_code or by.area_code
    if not by.sees(area):
        raise NotAllowed(_("This area is not yours: pass the question on to its office."))
    values: dict[str, Any] = {"channel": channel, "kind": known_kind(kind) if kind else "", "area_code": area}
    values |= {"office_id": by.office_id, "question": required(question, _("question"), WORDS)}
    return _made(values, name=name, phone=phone, key=key, by=by, at=at)


def ask_publicly(
    *,
    version: MeasureVersion,
    question: str,
    facts: Mapping[str, Any],
    name: str = "",
    phone: str = "",
    connection: str,
    key: str,
    at: datetime,
) -> Enquiry:
    """A question from the public page of a measure, to the office that answers for the measure. No log-in.

    `facts` are what was answered in the self-check; an officer sees them. Refused when one `connection` (a network
    address, kept as a keyed hash for a day) asks too often, or the office has got too many on one day.
    """
    by = Actor(name=_("public page"), role="system", lo=SYSTEM.lo, hi=SYSTEM.hi)
    measure = version.measure
    origin = crypto.lasting(f"{connection} {timezone.localdate(at)}", "enquiry-origin")
    words = required(question, _("question"), WORDS)
    with scope.applied(by), transaction.atomic():
        known = Enquiry.objects.filter(key=key).first()
        if known is not None:
            return known
        alone_with(f"enquiries:{measure.office_id}")
        rows = Enquiry.objects.filter(channel=EnquiryChannel.PUBLIC)
        mine = rows.filter(origin=origin, asked_at__gt=at - timedelta(hours=1)).count()
        today = rows.filter(office=measure.office_id, asked_at__gt=at - timedelta(days=1)).count()
        if mine >= MOST_AN_HOUR or today >= MOST_A_DAY:
            raise Refused(
                _(
                    "Too many questions have come this way just now. Try again in an hour, or telephone the office."
                )
            )
        code = measure.code
        kind = next((each.code for each in rulebook.kinds() if code in each.measures), rulebook.OTHER)
        values = {
            "channel": EnquiryChannel.PUBLIC,
            "kind": kind,
            "area_code": measure.area_code if codes.level(measure.area_code) else measure.office.area_code,
            "office_id": measure.office_id,
            "question": words,
            "origin": origin,
        }
        return _made(values, name=name, phone=phone, key=key, by=by, at=at, version=version, facts=facts)


@transaction.atomic
def classify(*, enquiry: Enquiry, kind: str, by: Actor, at: datetime) -> Enquiry:
    """Say what a question is about. The same again does nothing."""
    row = _locked(enquiry, by)
    if row.kind == known_kind(kind):
        return row
    row.kind = kind
    row.save(update_fields=["kind"])
    _step(row, EnquiryStepKind.CLASSIFIED, by=by, at=at, text=kind)
    record("enquiry.classify", by=by, on=row, at=at, detail={"kind": kind})
    return row


@transaction.atomic
def answer(
    *,
    enquiry: Enquiry,
    text: str,
    version: MeasureVersion | None = None,
    facts: Mapping[str, Any] | None = None,
    on: date | None = None,
    again: bool = False,
    by: Actor,
    at: datetime,
) -> EnquiryStep:
    """Give the answer. With a version it is worked out from the facts by the rules of a day, and kept to be replayed.

    `text` is what is read out or sent. Answered before, the same words return the answer there is; others are refused
    unless `again` says that the answer is corrected, so that of two officers at once one learns of the other.
    """
    row = _locked(enquiry, by)
    words = required(text, _("answer"), ANSWER)
    last = row.steps.filter(kind=EnquiryStepKind.ANSWERED).order_by("-pk").first()
    if last is not None and last.text == words and last.version_id == (version.pk if version else None):
        return last
    if row.state == EnquiryState.ANSWERED and not again:
        raise Refused(_("This question was answered meanwhile. Look at it again."))
    if not row.kind:
        raise Refused(_("Say first what the question is about."))
    kept: dict[str, Any] = {}
    if version is not None:
        day = on or timezone.localdate(at)
        local = force.refinements(version.measure.code, day, row.area_code)
        found = engine.evaluate(
            version=version, refined_by=local, facts=facts or {}, on=day, area=row.area_code
        )
        kept = {
            "version": version,
            "refined_by": local,
            "on": day,
            "facts": json.dumps(dict(facts or {}), ensure_ascii=False, sort_keys=True),
            "explanation": json.dumps(found.explanation, ensure_ascii=False),
            "outcome": found.outcome,
        }
    made = _step(row, EnquiryStepKind.ANSWERED, by=by, at=at, text=words, **kept)
    if row.state != EnquiryState.ANSWERED:
        row.state, row.answered_at = EnquiryState.ANSWERED, at
        row.save(update_fields=["state", "answered_at"])
    detail = {"measure": version.measure.code, "version": version.number} if version else {}
    record("enquiry.answer", by=by, on=row, at=at, detail=detail)
    return made


@transaction.atomic
def pass_on(*, enquiry: Enquiry, owner: Office, note: str, by: Actor, at: datetime) -> Enquiry:
    """Hand a question to another office as a coordination issue. `note` says the matter without naming the person."""
    row = _locked(enquiry, by)
    words = required(note, _("the matter"), 300)
    if row.state != EnquiryState.OPEN:
        raise Refused(_("This question is answered or passed on already."))
    if owner.pk == row.office_id:
        raise Refused(_("This question is at that office already."))
    due = max(row.due_on, timezone.localdate(at))
    issue = tasking.raise_issue(
        problem=_("Question %(number)s: %(note)s") % {"number": row, "note": words},
        owner=owner,
        due_on=due,
        task=None,
        by=by,
        at=at,
    )
    row.state, row.issue = EnquiryState.PASSED, issue
    row.save(update_fields=["state", "issue"])
    _step(row, EnquiryStepKind.PASSED, by=by, at=at, text=f"{owner.name}：{words}")
    record("enquiry.pass", by=by, on=row, at=at, detail={"owner": owner.pk})
    return row


def expire(*, now: datetime) -> int:
    """Take away words, names, telephones and steps of questions past their day, and what counted connections.

    May run any number of times; returns how many questions were emptied.
    """
    today, emptied = timezone.localdate(now), 0
    with scope.applied(SYSTEM):
        Enquiry.objects.exclude(origin="").filter(asked_at__lt=now - timedelta(days=1)).update(origin="")
        while True:
            past = Enquiry.objects.filter(keep_until__lte=today, question__isnull=False)
            rows = list(past.order_by("pk").values_list("pk", flat=True)[:BATCH])
            if not rows:
                return emptied
            with transaction.atomic():
                EnquiryStep.objects.filter(enquiry__in=rows).delete()
                Enquiry.objects.filter(pk__in=rows).update(question=None, name=None, phone=None)
                record("enquiry.expire", by=SYSTEM, at=now, detail={"enquiries": len(rows)})
            emptied += len(rows)


def replays(step: EnquiryStep) -> bool:
    """Whether the kept facts give, by the kept version, the kept explanation again."""
    if step.version is None or step.on is None:
        return True
    found = engine.evaluate(
        version=step.version,
        refined_by=step.refined_by,
        facts=json.loads(step.facts or "{}"),
        on=step.on,
        area=step.enquiry.area_code,
    )
    return bool(found.explanation == json.loads(step.explanation or "{}"))


def due_on(asked_on: date, area_code: str) -> date:
    """The last day for an answer: so many working days of the area after the day of the question."""
    above = tuple(codes.ancestors(area_code))
    special = calendar.special_days(area_code, above, asked_on, asked_on + timedelta(days=90))
    day = asked_on
    for _n in range(rulebook.term(asked_on).days):
        day = calendar.next_working_day(day + timedelta(days=1), special)
    return day


def known_kind(code: str) -> str:
    """The code itself; Refused for one no file knows."""
    if rulebook.kind(code) is None:
        raise Refused(_("Choose what the question is about."))
    return code


def _made(
    values: dict[str, Any],
    *,
    name: str,
    phone: str,
    key: str,
    by: Actor,
    at: datetime,
    version: MeasureVersion | None = None,
    facts: Mapping[str, Any] | None = None,
) -> Enquiry:
    key = required(key, "key", 80)
    known = Enquiry.objects.filter(key=key).first()
    if known is not None:
        return known
    day = timezone.localdate(at)
    term = rulebook.term(day)
    values |= {
        "name": bounded(name, _("name"), 60) or None,
        "phone": bounded(phone, _("telephone"), 40) or None,
        "asked_at": at,
        "due_on": due_on(day, values["area_code"]),
        "due_source": term.source,
        "keep_until": day + timedelta(days=term.keep),
        "key": key,
        "by_name": by.name,
    }
    try:
        with transaction.atomic():
            row = Enquiry.objects.create(**values)
    except IntegrityError:  # the same key at the same moment, or one of somebody else
        found = Enquiry.objects.filter(key=key).first()
        if found is None:
            raise Refused(_("This form was sent before by somebody else. Open a new one.")) from None
        return found
    kept = json.dumps(dict(facts), ensure_ascii=False, sort_keys=True) if facts else None
    _step(row, EnquiryStepKind.TAKEN, by=by, at=at, version=version, facts=kept)
    record("enquiry.take", by=by, on=row, at=at, detail={"channel": values["channel"], "kind": row.kind})
    return row


def _locked(enquiry: Enquiry, by: Actor) -> Enquiry:
    roles.require(by, "enquiry.work")
    row = Enquiry.objects.select_for_update(of=("self",)).filter(pk=enquiry.pk).first()
    if row is None or not by.sees(row.area_code):
        raise NotAllowed(_("This question belongs to another area."))
    if row.question is None:
        raise Refused(_("The words of this question are deleted: its time of keeping is over."))
    return row


def _step(
    row: Enquiry, kind: EnquiryStepKind, *, by: Actor, at: datetime, text: str = "", **kept: Any
) -> EnquiryStep:
    return EnquiryStep.objects.create(
        enquiry=row, kind=kind, text=text or None, office_id=by.office_id, by_name=by.name, at=at, **kept
    )
