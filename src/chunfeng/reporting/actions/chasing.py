"""Silence is chased: by hand after the cut-off, and by itself before it and at the close (C1, C8)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from chunfeng.core import scope
from chunfeng.core.actions import record
from chunfeng.core.actor import SYSTEM, Actor
from chunfeng.offices import roles
from chunfeng.offices.models import Office
from chunfeng.reporting import periods
from chunfeng.reporting.choices import OPEN, FormState, Stage, State, Step
from chunfeng.reporting.models import Form, FormVersion, Obligation
from chunfeng.reporting.queries import ledger
from chunfeng.reporting.queries.forms import definition_of
from chunfeng.reporting.reporters import in_line
from chunfeng.tasking import actions as tasking

SOON = timedelta(hours=1)
"""How long before the cut-off a daily report is reminded of; longer periods, a day before."""
SOON_LONG = timedelta(days=1)
LAG = timedelta(days=1)
"""How long after its moment a reminder still makes sense, where nothing ran at the moment itself."""
BATCH = 2_000
"""Reports told of in one transaction."""


class Owed(NamedTuple):
    """A report to be reminded of, as far as a letter needs it."""

    pk: int
    office_id: int
    area_code: str
    office: str
    form_id: int
    period_start: date
    period_end: date
    due_at: datetime
    state: str


_COLUMNS = tuple("office__name" if name == "office" else name for name in Owed._fields)


_STEPS = """INSERT INTO reporting_ledgerstep (obligation_id, area_code, kind, text, by_name, office_id, at)
SELECT r.id, r.area, %(kind)s, r.text, %(by)s, %(office)s, %(at)s
FROM unnest(%(rows)s::bigint[], %(areas)s::text[], %(texts)s::text[]) AS r(id, area, text)"""


class Wording(NamedTuple):
    """What a letter says; all of it but the name of the office is shared by a form, a period and a stage."""

    subject: str
    office: str
    rest: str


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
    rows = ledger.silent(by, form, period_start, at).filter(_below(by, form))
    if offices is not None:
        rows = rows.filter(office__in=[each if isinstance(each, int) else each.pk for each in offices])
    with connection.cursor() as cursor:  # two who chase at once: the second finds what the first has told
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"chase:{form.pk}:{period_start}"]
        )
    told = _tell(_owed(rows), f"hand:{timezone.localdate(at)}", by, at)
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

    Once per obligation and stage: a batch is marked as told and told of in one transaction, so that runs at
    the same time share the work and a killed one loses nothing. Returns how many messages there were.
    """
    with scope.applied(SYSTEM):
        grace = _longest_grace()
    told = 0
    for stage, rows in ((Stage.SOON, _due_soon(now, grace)), (Stage.CLOSE, _closed(now))):
        while batch := _told(rows, stage, now):
            told += batch
    return told


def _told(rows: QuerySet[Obligation], stage: Stage, now: datetime) -> int:
    """Tell of one batch nobody was told of at this stage; 0 when there is none.

    A row somebody is filing at this moment is left to the next run.
    """
    with scope.applied(SYSTEM):
        untold = rows.alias(known=F("told").bitand(stage)).filter(known=0).order_by("closes_at")
        batch = _owed(untold.select_for_update(of=("self",), skip_locked=True)[:BATCH])
        if not batch:
            return 0
        Obligation.objects.filter(pk__in=[row.pk for row in batch]).update(told=F("told").bitor(stage))
        # the moment belongs to the key: where `told` was cleared, it is told again
        key = f"{stage.name.lower()}:{now.timestamp():.0f}"
        told = _tell(batch, key, SYSTEM, now)
        if stage is Stage.CLOSE:
            told += _tell(batch, f"leader:{key}", SYSTEM, now, for_leader=True)
    return told


def _longest_grace() -> timedelta:
    """Bounds the search by the close, which is indexed; the cut-off is not."""
    wordings = FormVersion.objects.exclude(form__state=FormState.DRAFT).defer("definition")
    return timedelta(minutes=max((definition_of(wording).grace for wording in wordings), default=0))


def _due_soon(now: datetime, grace: timedelta) -> QuerySet[Obligation]:
    daily = Q(period_start=F("period_end"), due_at__lte=now + SOON)
    longer = Q(period_start__lt=F("period_end"), due_at__lte=now + SOON_LONG)
    near = Q(closes_at__gt=now, closes_at__lte=now + SOON_LONG + grace)
    return _in_use().filter(daily | longer, near, state__in=OPEN, due_at__gt=now)


def _closed(now: datetime) -> QuerySet[Obligation]:
    return _in_use().filter(ledger.is_missing(now), closes_at__gt=now - LAG)


def _in_use() -> QuerySet[Obligation]:
    return Obligation.objects.filter(sequence=0, office__active=True).exclude(form__state=FormState.DRAFT)


def _below(by: Actor, form: Form) -> Q:
    """Rows of offices below the actor's (as `filing.is_above`)."""
    if by.role == "system":
        return Q()
    if by.office_id is None:
        return Q(pk__in=())
    below = Q(office__parent=by.office_id)
    if in_line(by.office_id, form):
        below |= ~Q(area_code=by.area_code)
    return ~Q(office=by.office_id) & below


def _owed(rows: QuerySet[Obligation]) -> list[Owed]:
    return [Owed(*row) for row in rows.values_list(*_COLUMNS)]


def _tell(rows: Sequence[Owed], key: str, by: Actor, at: datetime, *, for_leader: bool = False) -> int:
    """Write the letters and a step for each that is new; returns how many were."""
    letters = {}
    with translation.override(settings.LANGUAGE_CODE):
        said = _Wordings(rows, by, at, for_leader)
        for row in rows:
            wording = said.about(row)
            body = "\n".join([wording.subject, wording.office % {"office": row.office}, wording.rest])
            dedupe = f"report:{row.pk}:{key}"
            letters[dedupe] = tasking.Letter(
                row.office_id, row.area_code, wording.subject, body, dedupe, for_leader
            )
    told = tasking.tell_all(list(letters.values()), at=at)
    fresh = [row for row in rows if f"report:{row.pk}:{key}" in told]
    with connection.cursor() as cursor:
        cursor.execute(
            _STEPS,
            {
                "kind": Step.REMINDED,
                "by": by.name,
                "office": by.office_id,
                "at": at,
                "rows": [row.pk for row in fresh],
                "areas": [row.area_code for row in fresh],
                "texts": [letters[f"report:{row.pk}:{key}"].subject for row in fresh],
            },
        )
    return len(fresh)


class _Wordings:
    """The letters of one batch: written once for the rows that differ by office alone."""

    def __init__(self, rows: Sequence[Owed], by: Actor, at: datetime, for_leader: bool) -> None:
        self.by, self.at, self.for_leader = by, at, for_leader
        self.forms = Form.objects.defer("slots").in_bulk({row.form_id for row in rows})
        self.known: dict[tuple[object, ...], Wording] = {}

    def about(self, row: Owed) -> Wording:
        alike = (row.form_id, row.period_start, row.period_end, row.due_at, row.state)
        if alike not in self.known:
            self.known[alike] = self._written(row)
        return self.known[alike]

    def _written(self, row: Owed) -> Wording:
        form = self.forms[row.form_id]
        names = {"form": form.title, "period": periods.name(row.period_start, row.period_end)}
        if row.state == State.RETURNED:
            subject = _("Sent back, to be filed again: %(form)s, %(period)s") % names
        elif self.at < row.due_at:
            subject = _("Due soon: %(form)s, %(period)s") % names
        else:
            subject = _("Not reported: %(form)s, %(period)s") % names
        if self.for_leader:
            subject = _("For the leader") + " · " + subject
        rest = [
            _("Cut-off: %(when)s") % {"when": _clock(row.due_at)},
            _late(row.due_at, self.at),
            _("Ordered by: %(notice)s") % {"notice": form.source},
        ]
        if self.by.office_name:
            rest.append(_("Reminded by: %(office)s") % {"office": self.by.office_name})
        rest.append(_("Where nothing happened, file a zero report: silence is not zero."))
        return Wording(subject, _("Office: %(office)s"), "\n".join(line for line in rest if line))


def _late(due_at: datetime, at: datetime) -> str:
    minutes = int((at - due_at).total_seconds()) // 60
    if minutes <= 0:
        return ""
    hours, rest = divmod(minutes, 60)
    if hours >= 48:
        return _("Late by %(n)s days") % {"n": hours // 24}
    return _("Late by %(h)s h %(m)s min") % {"h": hours, "m": rest}


def _clock(moment: datetime) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M")
