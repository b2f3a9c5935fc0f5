"""Obligations are made from the calendar, before anything arrives (C1, C8)."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.areas import codes
from chunfeng.core import calendar, scope
from chunfeng.core.actions import record
from chunfeng.core.actor import SYSTEM, Actor
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.core.models import SpecialDay
from chunfeng.offices import roles
from chunfeng.offices.models import Office
from chunfeng.reporting import periods
from chunfeng.reporting.choices import FormState, State
from chunfeng.reporting.models import Form, FormVersion, Obligation, PeakPeriod
from chunfeng.reporting.queries.forms import definition_of
from chunfeng.reporting.reporters import Owing, reporters_of

log = logging.getLogger(__name__)
DAYS_AHEAD = 7
BATCH = 20_000
"""Rows written by one statement."""
LOCKS = 7_204_001
"""First half of the advisory locks by form; the second is the form's key."""


@transaction.atomic
def make_obligations(*, form: Form, until: date, by: Actor, at: datetime, since: date | None = None) -> int:
    """Make what is owed for every period that begins on or before `until`; returns how many rows are new.

    Doing it again makes only what is missing: offices added later get theirs from `since` on (default: the
    first day not made so far, at the latest today), those out of service get no more and lose what lies
    ahead. A period that would overlap one an office already has is left out; a row never answered follows a
    changed cut-off. Nothing is made after the form's end. Raises `Refused` for a form that was never published.
    """
    _may(by, form)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCKS, form.pk])
    versions = list(form.versions.filter(published_at__isnull=False).order_by("applies_from", "number"))
    if not versions or form.starts_on is None:
        raise Refused(_("The form “%(form)s” is not published yet.") % {"form": form.title})
    first = max(since or _resume_from(form, at), form.starts_on)
    if definition_of(versions[-1]).every == "event" or first > until:
        return 0
    _forget_retired(form, at)
    owing = reporters_of(form, definition_of(versions[-1]))
    laid = [(group, rows) for group, rows in _laid_out(form, owing, versions, first, until) if group and rows]
    if not _missing(form, laid, first, until):
        return 0
    made = sum(_write(form, group, rows, at) for group, rows in laid)
    _recount(form, owing, first, until)
    if made:
        record("report.owe", by=by, on=form, at=at, detail={"obligations": made, "until": until.isoformat()})
    return made


def make_due(*, now: datetime, days_ahead: int = DAYS_AHEAD) -> int:
    """Make what falls due in the next days for every form in use; two runs share the work.

    Each form is a transaction of its own: a run that died is simply run again.
    """
    until = timezone.localdate(now) + timedelta(days=days_ahead)
    with scope.applied(SYSTEM):
        keys = list(Form.objects.filter(state=FormState.ACTIVE).order_by("pk").values_list("pk", flat=True))
    made = 0
    for key in keys:
        try:
            with scope.applied(SYSTEM):
                if not _free(key):
                    continue
                form = Form.objects.filter(pk=key, state=FormState.ACTIVE).first()
                if form is not None:
                    made += make_obligations(form=form, until=until, by=SYSTEM, at=now)
        except Refused as refusal:  # one form that cannot be laid out must not hold up the others
            log.warning("form %s: nothing was made: %s", key, refusal)
    return made


def _may(by: Actor, form: Form) -> None:
    roles.require(by, "form.change")
    if not by.sees(form.area_code):
        raise NotAllowed(_("This form is asked for by an office outside your area."))


def _free(form_id: int) -> bool:
    """Take the form's lock if nobody holds it; it lasts until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [LOCKS, form_id])
        return bool(cursor.fetchone()[0])


def _resume_from(form: Form, at: datetime) -> date:
    newest = form.obligations.order_by("-period_start", "-period_end")
    last = newest.values_list("period_end", flat=True).first()
    assert form.starts_on is not None
    return form.starts_on if last is None else min(timezone.localdate(at), last + timedelta(days=1))


def _forget_retired(form: Form, at: datetime) -> None:
    """Offices out of service owe nothing that begins after today, unless something happened to it already."""
    retired = list(Office.objects.filter(active=False).values_list("pk", flat=True))
    rows = Obligation.objects.filter(form=form, office__in=retired, state=State.DUE, revision=0)
    rows.filter(period_start__gt=timezone.localdate(at), steps__isnull=True).delete()


Row = tuple[periods.Period, int]
"""A period and the key of the wording that holds for it."""


def _laid_out(
    form: Form, owing: list[Owing], versions: list[FormVersion], first: date, until: date
) -> Iterable[tuple[list[Owing], list[Row]]]:
    """Offices that share a calendar, each group with its periods: peaks and special days differ by area."""
    zone = timezone.get_current_timezone()
    lo, hi = codes.code_range(form.area_code)
    above = (*codes.ancestors(form.area_code),)
    near = Q(area_code__in=[*above, form.area_code]) | Q(area_code__gte=lo, area_code__lt=hi)
    peaks = list(PeakPeriod.objects.filter(near, last_day__gte=first - timedelta(days=400)))
    margin = timedelta(days=40)
    special = SpecialDay.objects.filter(near, day__gte=first - margin, day__lte=until + 10 * margin)
    own = {peak.area_code for peak in peaks} | set(special.values_list("area_code", flat=True).distinct())
    own -= {*above, form.area_code}
    groups: dict[tuple[str, ...], list[Owing]] = defaultdict(list)
    for each in owing:
        smaller = sorted((a for a in own if codes.contains(a, each.office.area_code)), key=codes.level)
        groups[tuple(smaller)].append(each)
    for inside, group in groups.items():
        chain = (*above, form.area_code, *inside)
        days = calendar.special_days(chain[-1], chain[:-1], first - margin, until + 10 * margin)
        spans = [(peak.first_day, peak.last_day) for peak in peaks if peak.area_code in chain]
        rows: list[Row] = []
        for n, version in enumerate(versions):
            begins = version.applies_from if n else None
            ends = versions[n + 1].applies_from if n + 1 < len(versions) else None
            definition = definition_of(version)
            laid = periods.periods(
                definition, first, until, zone, days, spans, starts=form.starts_on, ends=form.ends_on
            )  # fmt: skip
            rows += [
                (period, version.pk)
                for period in laid
                if (begins is None or period.start >= begins) and (ends is None or period.start < ends)
            ]
        yield group, _apart(rows)


def _apart(rows: list[Row]) -> list[Row]:
    """A wording with another rhythm takes over when the running period of the last one is over."""
    kept: list[Row] = []
    for row in rows:
        if not kept or row[0].start > kept[-1][0].end:
            kept.append(row)
    return kept


def _missing(form: Form, laid: Sequence[tuple[list[Owing], list[Row]]], first: date, until: date) -> bool:
    """Whether any row is not there exactly as laid out. Mostly none is, and one query tells."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT period_start, period_end, due_at, closes_at, version_id, counts, array_agg(office_id)
            FROM reporting_obligation WHERE form_id = %s AND period_start <= %s AND period_start >= %s
              AND sequence = 0 GROUP BY 1, 2, 3, 4, 5, 6""",
            [form.pk, until, min((p.start for _, rows in laid for p, _ in rows), default=first)],
        )
        there = {row[:6]: set(row[6]) for row in cursor.fetchall()}
    for group, rows in laid:
        alike: dict[tuple[timedelta, bool], set[int]] = defaultdict(set)
        for each in group:
            alike[timedelta(minutes=each.within), each.counts].add(each.office.pk)
        for period, version in rows:
            for (within, counts), offices in alike.items():
                key = (period.start, period.end, period.due + within, period.closes + within, version, counts)
                if not offices <= there.get(key, set()):
                    return True
    return False


_FOLLOW = """UPDATE reporting_obligation o
SET period_end = p.ends, due_at = p.due + w.within, closes_at = p.closes + w.within, version_id = p.version,
  told = CASE WHEN (o.due_at, o.closes_at) = (p.due + w.within, p.closes + w.within) THEN o.told ELSE 0 END
FROM unnest(%(offices)s::bigint[], %(within)s::interval[]) AS w(office, within) CROSS JOIN unnest(
  %(starts)s::date[], %(ends)s::date[], %(dues)s::timestamptz[], %(closes)s::timestamptz[], %(versions)s::bigint[]
) AS p(starts, ends, due, closes, version)
WHERE o.form_id = %(form)s AND o.office_id = w.office AND o.period_start = p.starts AND o.sequence = 0
  AND o.state = 'due' AND o.revision = 0 AND o.due_at > %(at)s AND p.due + w.within > %(at)s
  AND (o.period_end, o.due_at, o.closes_at, o.version_id)
    IS DISTINCT FROM (p.ends, p.due + w.within, p.closes + w.within, p.version)"""

_MAKE = """INSERT INTO reporting_obligation (form_id, version_id, office_id, area_code, counts, period_start,
  period_end, sequence, due_at, closes_at, state, revision, texts, filed_by_name, warnings, corrections,
  exempt_reason)
SELECT %(form)s, p.version, w.office, w.area, w.counts, p.starts, p.ends, 0, p.due + w.within,
  p.closes + w.within, 'due', 0, '{}', '', 0, 0, ''
FROM unnest(%(offices)s::bigint[], %(areas)s::text[], %(counts)s::boolean[], %(within)s::interval[])
  AS w(office, area, counts, within) CROSS JOIN unnest(
  %(starts)s::date[], %(ends)s::date[], %(dues)s::timestamptz[], %(closes)s::timestamptz[], %(versions)s::bigint[]
) AS p(starts, ends, due, closes, version)
WHERE NOT coalesce((SELECT o.period_end >= p.starts FROM reporting_obligation o WHERE o.form_id = %(form)s
  AND o.office_id = w.office AND o.sequence = 0 AND o.period_start <= p.ends
  ORDER BY o.period_start DESC LIMIT 1), false)
ORDER BY p.starts, w.area, w.office
ON CONFLICT DO NOTHING"""


def _write(form: Form, group: list[Owing], rows: list[Row], at: datetime) -> int:
    """The rows of a group, inside the database, a batch of offices at a time."""
    size = max(BATCH // len(rows), 1)
    laid: dict[str, Any] = {
        "form": form.pk,
        "at": at,
        "starts": [period.start for period, _ in rows],
        "ends": [period.end for period, _ in rows],
        "dues": [period.due for period, _ in rows],
        "closes": [period.closes for period, _ in rows],
        "versions": [version for _, version in rows],
    }
    made = 0
    with connection.cursor() as cursor:
        for start in range(0, len(group), size):
            batch = group[start : start + size]
            given = laid | {
                "offices": [each.office.pk for each in batch],
                "areas": [each.office.area_code for each in batch],
                "counts": [each.counts for each in batch],
                "within": [timedelta(minutes=each.within) for each in batch],
            }
            cursor.execute(_FOLLOW, given)
            cursor.execute(_MAKE, given)
            made += cursor.rowcount
    return made


def _recount(form: Form, owing: list[Owing], first: date, until: date) -> None:
    """An office below was added or left: who counts is settled anew for the periods from `first` on."""
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE reporting_obligation o SET counts = w.counts
            FROM unnest(%s::bigint[], %s::boolean[]) AS w(office, counts)
            WHERE o.form_id = %s AND o.office_id = w.office AND o.period_start BETWEEN %s AND %s
              AND o.counts <> w.counts""",
            [[e.office.pk for e in owing], [e.counts for e in owing], form.pk, first, until],
        )
