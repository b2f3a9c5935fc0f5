"""Silence is chased: by hand after the cut-off, and by itself before it and at the close (C1, C8)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from chunfeng.core import scope
from chunfeng.core.actions import record
from chunfeng.core.actor import SYSTEM, Actor
from chunfeng.offices import roles
from chunfeng.offices.models import Office
from chunfeng.reporting import periods
from chunfeng.reporting.actions.filing import is_above
from chunfeng.reporting.choices import OPEN, FormState, State, Step
from chunfeng.reporting.models import Form, LedgerStep, Obligation
from chunfeng.reporting.queries import ledger
from chunfeng.reporting.queries.forms import definition_of, versions
from chunfeng.tasking import actions as tasking

SOON = timedelta(hours=1)
"""How long before the cut-off a daily report is reminded of; longer periods, a day before."""
SOON_LONG = timedelta(days=1)
LAG = timedelta(days=1)
"""How long after its moment a reminder still makes sense, where nothing ran at the moment itself."""
BATCH = 2_000


@transaction.atomic
def chase_silent(
    *,
    form: Form,
    period_start: date,
    by: Actor,
    at: datetime,
    offices: Iterable[Office | int] | None = None,
) -> int:
    """Remind the offices below that are silent though the cut-off is over; returns how many were told.

    Each obligation is chased by hand at most once a day. `offices` narrows it to some.
    """
    roles.require(by, "report.accept")
    rows = ledger.silent(by, form, period_start, at)
    if offices is not None:
        rows = rows.filter(office__in=[each if isinstance(each, int) else each.pk for each in offices])
    lean = rows.select_related(None).select_related("office").defer("numbers", "texts", "sealed")
    chased = [row for row in lean if is_above(by, row)]
    for row in chased:
        row.form = form
    told = _tell(chased, f"hand:{timezone.localdate(at)}", by, at)
    if told:
        record(
            "report.chase",
            by=by,
            on=form,
            at=at,
            area_code=by.area_code,
            detail={"period": period_start.isoformat(), "offices": told},
        )
    return told


def remind_due(*, now: datetime) -> int:
    """Remind of what falls due soon, and of what is missing at the close (the office, then its leader).

    Once per obligation and stage; each batch is a transaction of its own. Returns how many were told.
    """
    told = 0
    with scope.applied(SYSTEM):
        grace = _longest_grace()
    for stage, rows in (("soon", _due_soon(now, grace)), ("close", _closed(now)), ("leader", _closed(now))):
        last = 0
        while True:
            with scope.applied(SYSTEM):
                batch = list(rows.filter(pk__gt=last).order_by("pk")[:BATCH])
                if not batch:
                    break
                told += _tell(batch, stage, SYSTEM, now)
            last = batch[-1].pk
    return told


def _longest_grace() -> timedelta:
    """Bounds the search by the close, which is indexed; the cut-off is not."""
    found = [0]
    for form in Form.objects.exclude(state=FormState.DRAFT):
        found += [definition_of(version).grace for version in versions(form)]
    return timedelta(minutes=max(found))


def _due_soon(now: datetime, grace: timedelta) -> QuerySet[Obligation]:
    daily = Q(period_start=F("period_end"), due_at__lte=now + SOON)
    longer = Q(period_start__lt=F("period_end"), due_at__lte=now + SOON_LONG)
    near = Q(closes_at__gt=now, closes_at__lte=now + SOON_LONG + grace)
    return _in_use().filter(daily | longer, near, state__in=OPEN, due_at__gt=now)


def _closed(now: datetime) -> QuerySet[Obligation]:
    return _in_use().filter(ledger.is_missing(now), closes_at__gt=now - LAG)


def _in_use() -> QuerySet[Obligation]:
    rows = Obligation.objects.filter(sequence=0, office__active=True).exclude(form__state=FormState.DRAFT)
    return rows.select_related("form", "office").defer("numbers", "texts", "sealed", "form__slots")


def _tell(rows: Sequence[Obligation], stage: str, by: Actor, at: datetime) -> int:
    """Write the letters and a step for each that is new."""
    with translation.override(settings.LANGUAGE_CODE):
        letters = {f"report:{row.pk}:{stage}": _letter(row, stage, by, at) for row in rows}
    told = tasking.tell_all(list(letters.values()), at=at)
    fresh = [row for row in rows if f"report:{row.pk}:{stage}" in told]
    LedgerStep.objects.bulk_create(
        LedgerStep(
            obligation=row,
            area_code=row.area_code,
            kind=Step.REMINDED,
            text=letters[f"report:{row.pk}:{stage}"].subject,
            by_name=by.name,
            office_id=by.office_id,
            at=at,
        )
        for row in fresh
    )
    return len(fresh)


def _letter(row: Obligation, stage: str, by: Actor, at: datetime) -> tasking.Letter:
    for_leader = stage == "leader"
    period = periods.name(row.period_start, row.period_end)
    names = {"form": row.form.title, "period": period, "office": row.office.name}
    if row.state == State.RETURNED:
        subject = _("Sent back, to be filed again: %(form)s, %(period)s") % names
    elif at < row.due_at:
        subject = _("Due soon: %(form)s, %(period)s") % names
    else:
        subject = _("Not reported: %(form)s, %(period)s") % names
    if for_leader:
        subject = _("For the leader") + " · " + subject
    lines = [
        subject,
        _("Office: %(office)s") % names,
        _("Cut-off: %(when)s") % {"when": _clock(row.due_at)},
        _late(row, at),
        _("Ordered by: %(notice)s") % {"notice": row.form.source},
    ]
    if by.office_name:
        lines.append(_("Reminded by: %(office)s") % {"office": by.office_name})
    lines.append(_("Where nothing happened, file a zero report: silence is not zero."))
    return tasking.Letter(
        row.office_id,
        row.area_code,
        subject,
        "\n".join(line for line in lines if line),
        f"report:{row.pk}:{stage}",
        for_leader,
    )


def _late(row: Obligation, at: datetime) -> str:
    minutes = int((at - row.due_at).total_seconds()) // 60
    if minutes <= 0:
        return ""
    hours, rest = divmod(minutes, 60)
    if hours >= 48:
        return _("Late by %(n)s days") % {"n": hours // 24}
    return _("Late by %(h)s h %(m)s min") % {"h": hours, "m": rest}


def _clock(moment: datetime) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M")
