"""Reviewing duties: correct, date, confirm, drop, split, add. Only what a person confirms becomes a task."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from chunfeng.core.actor import Actor
from chunfeng.core.errors import Refused
from chunfeng.notices.actions import fields
from chunfeng.notices.actions._history import in_review, lock, note, own
from chunfeng.notices.actions.register import office_defaults, put_deadline
from chunfeng.notices.actions.review import check_version
from chunfeng.notices.choices import Act, DeadlineKind, DutyState, Force
from chunfeng.notices.models import Clause, Duty, Notice
from chunfeng.notices.reader.dates import Calendar
from chunfeng.notices.reader.deadlines import find_deadline
from chunfeng.notices.reader.numbers import number_year
from chunfeng.notices.reader.text import normalise
from chunfeng.offices import roles


def _open(duty: Duty, by: Actor) -> Duty:
    """The duty's row, locked after its notice, when it may be changed."""
    roles.require(by, "notice.register")
    notice = lock(duty.notice)
    own(notice, by)
    in_review(notice)
    held = Duty.objects.select_for_update(of=("self",)).get(pk=duty.pk)
    held.notice = notice
    return held


@transaction.atomic
def correct_duty(*, duty: Duty, by: Actor, at: datetime, version: int | None = None, **values: Any) -> Duty:
    """Correct any of `fields.DUTY`. A changed date is the officer's own, no longer a default.

    Raises `Conflict` when `version` is older than the stored one, `Refused` for values that do not fit.
    """
    duty = _open(duty, by)
    check_version(held=duty.version, seen=version, notice=duty.notice, duty=duty)
    changed: dict[str, tuple[Any, Any]] = {}
    for field, typed in values.items():
        new, old = fields.DUTY[field](typed), getattr(duty, field)
        if new != old:
            setattr(duty, field, new)
            changed[field] = (old, new)
    if not changed:
        return duty
    if changed.keys() & {"due_on", "starts_on", "no_date"}:
        duty.date_by_default = False
    if "due_on" in changed and duty.due_on and "no_date" not in changed:
        duty.no_date = False
    _fit_together(duty)
    duty.version += 1
    duty.save()
    for field, (old, new) in changed.items():
        note(Act.CORRECTED, notice=duty.notice, duty=duty, by=by, at=at, field=field, old=old, new=new)
    return duty


def _fit_together(duty: Duty) -> None:
    if duty.starts_on and duty.due_on and duty.due_on < duty.starts_on:
        raise Refused(_("The end lies before the beginning. Correct one of the two dates."))
    if duty.no_date and duty.due_on:
        raise Refused(_("A duty has a date or is marked “no date”, not both."))
    if duty.deadline_kind == DeadlineKind.RECURRING and not duty.every:
        raise Refused(_("Choose how often the duty repeats."))
    if duty.lead and duty.lead in duty.partners:
        duty.partners = [name for name in duty.partners if name != duty.lead]
    if duty.deadline_kind == "" and duty.due_on:
        duty.deadline_kind = DeadlineKind.BY
    if duty.deadline_kind != DeadlineKind.RECURRING:
        duty.every = ""


@transaction.atomic
def confirm(*, duty: Duty, by: Actor, at: datetime, version: int | None = None) -> Duty:
    """The duty is right as it stands. A fuzzy deadline needs a date (a default counts) or “no date” first."""
    duty = _open(duty, by)
    if duty.state == DutyState.CONFIRMED:
        return duty
    check_version(held=duty.version, seen=version, notice=duty.notice, duty=duty)
    if duty.state == DutyState.DROPPED:
        raise Refused(_("This duty was dropped. Take it back in first."))
    if duty.undated:
        raise Refused(
            _("“%(text)s” is no date. Set one, or mark the duty “no date”, then confirm.")
            % {"text": duty.deadline_text}
        )
    _confirm(duty, by, at)
    return duty


@transaction.atomic
def confirm_dated(*, notice: Notice, by: Actor, at: datetime) -> int:
    """Confirm every proposed duty whose deadline the text settles. Defaults stay for a person to look at."""
    roles.require(by, "notice.register")
    notice = lock(notice)
    own(notice, by)
    in_review(notice)
    ready = list(
        notice.duties.select_for_update(of=("self",))
        .filter(state=DutyState.PROPOSED, date_by_default=False)
        .exclude(Duty.UNDATED)
    )
    for duty in ready:
        duty.notice = notice
        _confirm(duty, by, at)
    return len(ready)


def _confirm(duty: Duty, by: Actor, at: datetime) -> None:
    duty.state, duty.confirmed_at, duty.confirmed_by_name = DutyState.CONFIRMED, at, by.name
    duty.version += 1
    duty.save(update_fields=["state", "confirmed_at", "confirmed_by_name", "version"])
    note(Act.CONFIRMED, notice=duty.notice, duty=duty, by=by, at=at)


@transaction.atomic
def drop(*, duty: Duty, reason: str, by: Actor, at: datetime) -> Duty:
    """This is no duty; the reason is kept. Idempotent."""
    duty = _open(duty, by)
    if duty.state == DutyState.DROPPED:
        return duty
    reason = fields.line(300)(reason)
    if not reason:
        raise Refused(_("Say why this is no duty."))
    duty.state, duty.drop_reason = DutyState.DROPPED, reason
    duty.version += 1
    duty.save(update_fields=["state", "drop_reason", "version"])
    note(Act.DROPPED, notice=duty.notice, duty=duty, by=by, at=at, new=reason)
    return duty


@transaction.atomic
def restore(*, duty: Duty, by: Actor, at: datetime) -> Duty:
    """Take a dropped or confirmed duty back to proposed."""
    duty = _open(duty, by)
    if duty.state != DutyState.PROPOSED:
        duty.state, duty.drop_reason, duty.confirmed_at, duty.confirmed_by_name = (
            DutyState.PROPOSED,
            "",
            None,
            "",
        )
        duty.version += 1
        duty.save()
        note(Act.RESTORED, notice=duty.notice, duty=duty, by=by, at=at)
    return duty


@transaction.atomic
def split(*, duty: Duty, lead: str, action: str, by: Actor, at: datetime) -> Duty:
    """A second duty from the same words, with its own lead and action (B8). Returns the new one.

    A body that becomes the new lead is no longer a partner of the first.
    """
    duty = _open(duty, by)
    lead, action = fields.line(200)(lead), fields.text(action)
    if not lead:
        raise Refused(_("Name the body that leads the new part."))
    part = Duty.objects.get(pk=duty.pk)
    part.pk = None
    part._state.adding = True
    part.notice = duty.notice
    part.lead, part.action, part.partners = lead, action, []
    part.state, part.version, part.added_by_hand = DutyState.PROPOSED, 1, True
    part.confirmed_at, part.confirmed_by_name = None, ""
    part.position = duty.position + 1
    part.save()
    if lead in duty.partners:
        duty.partners = [name for name in duty.partners if name != lead]
    duty.version += 1
    duty.save(update_fields=["partners", "version"])
    note(Act.SPLIT, notice=duty.notice, duty=duty, by=by, at=at, new=f"{lead}：{action}", part=part.pk)
    return part


@transaction.atomic
def add_duty(*, notice: Notice, start: int, end: int, by: Actor, at: datetime) -> Duty:
    """A duty the reader did not see: text[start:end] as a person marked it. Idempotent per stretch."""
    roles.require(by, "notice.register")
    notice = lock(notice)
    own(notice, by)
    in_review(notice)
    start, end = _trimmed(notice.text, start, end)
    same = notice.duties.filter(start=start, end=end).exclude(state=DutyState.DROPPED).first()
    if same is not None:
        return same
    quote = notice.text[start:end]
    position = notice.duties.filter(start__lte=start).aggregate(last=Max("position"))["last"]
    duty = Duty(
        notice=notice,
        clause=_clause_at(notice, start),
        quote=quote,
        start=start,
        end=end,
        force=Force.MUST,
        action=" ".join(quote.split()),
        added_by_hand=True,
        position=0 if position is None else position + 1,
    )
    days = Calendar(notice.date, number_year(notice.number))
    put_deadline(duty, find_deadline(normalise(quote), days), office_defaults(notice))
    duty.save()
    note(Act.ADDED, notice=notice, duty=duty, by=by, at=at, new=quote)
    return duty


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    start, end = max(0, min(start, len(text))), max(0, min(end, len(text)))
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if end - start < 4:
        raise Refused(_("Mark at least four characters of the text."))
    if end - start > 2000:
        raise Refused(_("This is more than a duty can hold. Mark one sentence."))
    return start, end


def _clause_at(notice: Notice, start: int) -> Clause:
    """The clause around a place, else the one before it; without clauses the whole text becomes one."""
    before = notice.clauses.filter(start__lte=start).order_by("-start").first() or notice.clauses.first()
    if before is not None:
        return before
    return Clause.objects.create(
        notice=notice, ident="0", text=notice.text, start=0, end=len(notice.text), position=0
    )


@transaction.atomic
def set_default(*, phrase: str, days: Any, by: Actor, at: datetime) -> None:
    """This office reads a phrase such as 及时 as so many days after signature; 0 days deletes the reading."""
    from chunfeng.core.actions import record
    from chunfeng.notices.models import DeadlineDefault

    roles.require(by, "notice.register")
    phrase, office_id = fields.line(40)(phrase), by.office_id or 0
    if not phrase:
        raise Refused(_("Write the phrase, for example 及时."))
    if not re.fullmatch("[0-9]{1,3}", str(days)) or int(days) > 365:
        raise Refused(_("Days are a whole number from 0 to 365."))
    mine = DeadlineDefault.objects.filter(office_id=office_id, phrase=phrase)
    if int(days) == 0:
        mine.delete()
    else:
        DeadlineDefault.objects.update_or_create(
            office_id=office_id, phrase=phrase, defaults={"days": int(days), "area_code": by.area_code}
        )
    record("notice.default", by=by, at=at, detail={"phrase": phrase, "days": int(days)})
