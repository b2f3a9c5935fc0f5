"""Forms filed whenever something happens: the entries of a day, and adding one after another."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from chunfeng.core.actor import Actor
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.offices import queries as offices
from chunfeng.reporting import actions, statements, values
from chunfeng.reporting.actions import BadFiling
from chunfeng.reporting.definition import Aggregate, FormDefinition, Type
from chunfeng.reporting.models import Form, Obligation
from chunfeng.reporting.queries import board, definition_of, ledger, version_for
from chunfeng.web import asked, queued
from chunfeng.web.guards import guarded
from chunfeng.web.lists import Column, Listing
from chunfeng.web.reports import cells, common, filling
from chunfeng.web.templatetags import reports as look

WIDE = 6
"""Cells shown as columns of the list; the file has them all."""


@guarded("report.read")
def entries(request: HttpRequest, pk: int) -> HttpResponse:
    """The entries of a day in sight, newest first, with their sums; the whole day as a file."""
    form, actor = common.form_or_404(pk), request.actor
    today = timezone.localdate()
    day = asked.day(request.GET.get("day")) or today
    asks = definition_of(version_for(form, day))
    rows = board.entries(actor, form, day)
    listing = _listing(form, asks, whole=request.GET.get("export") == "xlsx")
    if listing.wants_export(request):
        return listing.export(request, rows)
    context = {
        "form": form,
        "source": form.source,
        "day": day,
        "days": look.days(day, day),
        "yesterday": day - timedelta(days=1),
        "tomorrow": day + timedelta(days=1) if day < today else None,
        "page": listing.page(request, rows),
        "sums": _sums(form, asks, rows),
        "may_add": form.pk in {each.pk for each in ledger.event_forms(actor)},
    }
    return render(request, "web/reports/entries.html", context)


def _sums(form: Form, asks: FormDefinition, rows: Any) -> list[tuple[str, str, str]]:
    """What the entries come to: sums, the largest of a maximum, how often yes."""
    found = ledger.totals(asks, form.slots, rows.filter(ledger.is_answered()))
    told = []
    for cell in asks.number_cells:
        number, indicator = found.get(cell.code), cell.indicator
        if cell.categories or number is None:
            continue
        label = str(indicator.label)
        if indicator.aggregate is Aggregate.MAX:
            label = _("%(label)s (highest)") % {"label": label}
        count = indicator.type is Type.YESNO
        told.append((label, str(number) if count else values.shown(indicator, number), indicator.unit))
    return told


def _listing(form: Form, asks: FormDefinition, *, whole: bool) -> Listing:
    def cell_of(code: str) -> Column:
        cell = asks.cells[code]
        label = f"{cell.indicator.label}·{cell.label}" if cell.categories else str(cell.indicator.label)
        number = cell.indicator.numeric

        def value(row: Obligation) -> Any:
            if whole and number:
                stated = values.by_code(row.numbers, form.slots).get(code)
                return values.plain(cell.indicator, stated)
            return cells.Stated(asks, row, form.slots).shown(cell)

        return Column(code, label, value, number=number)

    chosen = [cell.code for cell in asks.cells.values() if whole or not cell.categories]
    return Listing(
        name=form.code,
        sort="-pk",
        search=lambda rows, text: rows.filter(office__name__icontains=text),
        columns=[
            Column("at", gettext_lazy("Entry"), _entry_name, order="pk"),
            Column("office", gettext_lazy("Office"), lambda row: row.office.short_name or row.office.name),
            *(cell_of(code) for code in (chosen if whole else chosen[:WIDE])),
            Column("by", gettext_lazy("By"), lambda row: row.filed_by_name),
        ],
    )


def _entry_name(row: Obligation) -> str:
    at = timezone.localtime(row.filed_at).strftime("%H:%M") if row.filed_at else ""
    return f"{row.sequence} · {at}"


@never_cache
@guarded("report.file", "GET", "POST")
def new(request: HttpRequest, pk: int) -> HttpResponse:
    """Add an entry, and, if asked, go on with the next."""
    form = common.form_or_404(pk)
    if request.method == "POST":
        return _file(request, form)
    if form.pk not in {each.pk for each in ledger.event_forms(request.actor)}:
        return redirect("entries", pk)
    return _page(request, form)


def _file(request: HttpRequest, form: Form) -> HttpResponse:
    actor: Actor = request.actor
    said: cells.Typed | None = None
    try:
        on = asked.day(request.POST.get("on"))
        if on is None:
            raise Refused(_("Give the day as in 2020-02-03."))
        said = cells.typed(request, definition_of(version_for(form, on)))
        here = offices.office_by_id(actor.office_id) if actor.office_id else None
        if here is None:
            raise NotAllowed(_("Only people posted to an office can file a report."))
        revision = actions.file_event(
            form=form,
            office=here,
            values=said.values,
            comments=said.comments,
            on=on,
            by=actor,
            at=timezone.now(),
            key=said.once if said.key else "",
        )
    except NotAllowed:
        raise
    except Refused as refusal:
        if answer := queued.refused(request, str(refusal)):
            return answer
        said = said or cells.typed(request, definition_of(version_for(form, timezone.localdate())))
        response = _page(request, form, said=said, refusal=refusal)
        response.roll_back = True  # type: ignore[attr-defined]
        return response
    if request.POST.get("more"):
        filling.say_filed(request, revision.obligation.sequence)
        again = f"{reverse('entry-new', args=[form.pk])}?on={on.isoformat()}&filed={said.key}"
        return queued.arrived(request, again)
    receipt = f"{reverse('report-receipt', args=[revision.obligation_id])}?filing={revision.number}"
    return queued.arrived(request, receipt)


def _page(
    request: HttpRequest, form: Form, *, said: cells.Typed | None = None, refusal: Refused | None = None
) -> HttpResponse:
    today = timezone.localdate()
    on: date = asked.day(said.day if said else request.GET.get("on")) or today
    asks = definition_of(version_for(form, on))
    bad = refusal if isinstance(refusal, BadFiling) else None
    errors = common.at_cells(asks, bad.checks) | bad.cells if bad else {}
    context = {
        **filling.shown(asks, said, refusal),
        "form": form,
        "source": form.source,
        "action": reverse("entry-new", args=[form.pk]),
        "check": reverse("entry-check", args=[form.pk]),
        "draft": common.draft_name(request.actor, f"entry-{form.pk}"),
        "on": on.isoformat(),
        "today": today.isoformat(),
        "questions": cells.questions(asks, None, form.slots, said=said, errors=errors),
        "filed": request.GET.get("filed", "")[:64],
    }
    return render(request, "web/reports/fill.html", context, status=422 if refusal else 200)


@guarded("report.file", "POST")
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """What speaks against an entry while it is typed. Saves nothing."""
    form = common.form_or_404(pk)
    on = asked.day(request.POST.get("on")) or timezone.localdate()
    asks = definition_of(version_for(form, on))
    said = cells.typed(request, asks)
    wrong: dict[str, str] = {}
    doubts: list[statements.Doubt] = []
    try:
        after, _changed = statements.merged(asks, statements.Statement(), said.values)
        doubts = statements.doubts(asks, after.numbers, {})
    except BadFiling as bad:
        wrong = bad.cells
    return filling.looked_at(request, asks, said, wrong, doubts)
