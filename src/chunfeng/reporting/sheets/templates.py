"""Templates of what offices owe: one row for each office of an area, or upright for a single report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from django.db.models import Max, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.core.actor import Actor
from chunfeng.core.errors import Refused
from chunfeng.reporting import periods, values
from chunfeng.reporting.choices import ANSWERED, State
from chunfeng.reporting.definition import Cell, Type
from chunfeng.reporting.models import Form, FormVersion, Obligation
from chunfeng.reporting.queries import ledger
from chunfeng.reporting.queries.forms import definition_of, version_for
from chunfeng.reporting.reporters import in_line
from chunfeng.reporting.sheets.layout import MAX_ENTRIES, Entry, Layout
from chunfeng.reporting.sheets.writing import write_xlsx
from chunfeng.reporting.statements import Statement


def template_xlsx(
    actor: Actor, form: Form, period_start: date | None, *, alone: bool = False, at: datetime
) -> bytes:
    """A sheet to fill in for a form and period, with what stands and what stood the period before.

    One row for every office in the actor's range that owes the report; with `alone` only the actor's own,
    upright. Without a period: empty rows for reports on events. Personal data is never written out.
    """
    if period_start is None:
        return write_xlsx(layout_of(form, None, None, at=at), [])
    rows = owed(actor, form, period_start, alone=alone)
    if not rows:
        raise Refused(_("Nobody in your area owes “%(form)s” for this period.") % {"form": form.title})
    plan = layout_of(form, period_start, rows[0], upright=alone, at=at)
    before = previous_of(rows)
    return write_xlsx(plan, [entry_of(plan, row, before.get(row.office_id), at) for row in rows])


def owed(
    actor: Actor, form: Form, period_start: date, *, alone: bool = False, most: int = MAX_ENTRIES
) -> list[Obligation]:
    """What the actor may file for the period, the exempt left out, by area; at most `most` offices."""
    rows = fileable(actor, form, period_start)
    if alone:
        rows = rows.filter(office=actor.office_id)
    found = list(rows.exclude(state=State.EXEMPT).order_by("area_code", "pk")[: MAX_ENTRIES + 1])
    if len(found) > most:
        raise Refused(
            _("More than %(n)s offices owe this report: take the sheets by area.") % {"n": f"{most:,}"}
        )
    return found


def fileable(actor: Actor, form: Form, period_start: date) -> QuerySet[Obligation]:
    """Reports the actor may file: the own office's, and those of offices below it (as `filing.is_above`)."""
    rows = ledger.visible(actor).filter(form=form, period_start=period_start, sequence=0)
    if actor.role == "system":
        return rows
    below = Q(office__parent=actor.office_id)
    if in_line(actor.office_id, form):
        below |= ~Q(area_code=actor.area_code)
    return rows.filter(Q(office=actor.office_id) | below)


def layout_of(
    form: Form, period_start: date | None, first: Obligation | None, *, upright: bool = False, at: datetime
) -> Layout:
    """The layout of a form's wording that holds for the period."""
    version = version_for(form, period_start or timezone.localdate(at))
    name = cut_off = ""
    if first is not None:
        name = periods.name(first.period_start, first.period_end)
        due = timezone.localtime(first.due_at).strftime("%Y-%m-%d %H:%M")
        cut_off = _("Cut-off %(when)s") % {"when": due}
    return layout(form, version, period_start, period_name=name, cut_off=cut_off, upright=upright)


def layout(
    form: Form,
    version: FormVersion,
    period_start: date | None,
    *,
    period_name: str = "",
    cut_off: str = "",
    upright: bool = False,
) -> Layout:
    """The layout of one wording for one period."""
    return Layout(
        form_id=form.pk,
        version=version.number,
        definition=definition_of(version),
        title=form.title,
        source=form.source,
        period=period_start.isoformat() if period_start else "",
        period_name=period_name,
        cut_off=cut_off,
        upright=upright,
    )


def entry_of(plan: Layout, row: Obligation, before: Obligation | None, at: datetime) -> Entry:
    """What stands in a report, as a row of the sheet; personal cells stay empty."""
    slots = row.form.slots
    earlier = written(plan.cells, ledger.stated(before, slots)) if before is not None else {}
    return Entry(
        office_code=row.office.code,
        office_name=row.office.name,
        area_code=row.area_code,
        standing=str(ledger.standing(row, at).label),
        values=written(plan.cells, ledger.stated(row, slots)),
        previous=earlier,
    )


def written(cells: Mapping[str, Cell], stated: Statement) -> dict[str, object]:
    """A statement as people write it in a spreadsheet, without personal data."""
    found: dict[str, object] = {}
    for code, cell in cells.items():
        indicator = cell.indicator
        if code in stated.numbers:
            number = stated.numbers[code]
            if indicator.type is Type.YESNO:
                found[code] = _("yes") if number else _("no")
            else:
                found[code] = values.plain(indicator, number)
        elif code in stated.texts:
            text = stated.texts[code]
            if indicator.type is Type.CHOICE and text in indicator.choices:
                text = str(indicator.choices[text])
            found[code] = date.fromisoformat(text) if indicator.type is Type.DATE else text
    return found


def previous_of(rows: Sequence[Obligation]) -> dict[int, Obligation]:
    """What each office answered for the period before, by office. Two queries for any number of rows.

    Offices share their periods except around peaks of their own; those few are looked up once more.
    """
    if not rows:
        return {}
    form, start = rows[0].form_id, rows[0].period_start
    wanted = {row.office_id for row in rows}
    earlier = Obligation.objects.filter(
        form=form, sequence=0, period_start__lt=start, area_code__gte=min(row.area_code for row in rows),
        area_code__lte=max(row.area_code for row in rows),
    )  # fmt: skip
    last = earlier.aggregate(last=Max("period_start"))["last"]
    found = _by_office(earlier.filter(period_start=last)) if last else {}
    gone = wanted - found.keys()
    if gone and last:
        older = earlier.filter(office__in=gone).order_by("office_id", "-period_start").distinct("office_id")
        found |= _by_office(older)
    return {office: row for office, row in found.items() if office in wanted and row.state in ANSWERED}


def _by_office(rows: Iterable[Obligation]) -> dict[int, Obligation]:
    return {row.office_id: row for row in rows}
