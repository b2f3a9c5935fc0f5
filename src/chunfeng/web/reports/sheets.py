"""Filling in a spreadsheet: take the template, see what it would change, file all rows or the good ones.

Between the steps the file travels sealed in the page; it is kept once something was filed from it.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from chunfeng.core import events
from chunfeng.core.errors import Refused
from chunfeng.reporting import actions, periods, queries
from chunfeng.reporting.models import Form
from chunfeng.reporting.queries import ledger
from chunfeng.reporting.sheets import WrongFile, codes_of
from chunfeng.reporting.sheets.results import result_xlsx
from chunfeng.reporting.sheets.review import STOPS, Judged, Review, Verdict
from chunfeng.reporting.sheets.templates import fileable, template_xlsx
from chunfeng.web import asked
from chunfeng.web.guards import guarded
from chunfeng.web.sealed import download, opened, seal, uploaded

SHOWN = 300
_TINTS = {"bad": "bad", "doubt": "warn", "file": "good", "correct": "info", "zero": "good"}
_ORDER = {
    verdict: n for n, verdict in enumerate(["bad", "doubt", "correct", "file", "zero", "same", "empty"])
}


@never_cache
@guarded("report.file", "GET", "POST")
def sheet(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """All steps. Without a form the file itself says which form and period it belongs to."""
    form = _form(pk) if pk is not None else None
    day = asked.day(request.GET.get("day"))
    if request.method != "POST":
        return render(request, "web/reports/sheets/start.html", _start(request, form, day))
    sealed = request.POST.get("sealed", "")
    try:
        data = opened(sealed, request.actor) if sealed else uploaded(request)
        if form is None:
            form, day = _named(data)
        elif day is None and not _is_event(form):
            day = _latest(request, form)
        return _judged(request, form, day, data, confirmed=bool(sealed))
    except Refused as refused:
        context = _start(request, form, day) | {"refusal": str(refused)}
        return render(request, "web/reports/sheets/start.html", context, status=422)


@guarded("report.file")
def template(request: HttpRequest, pk: int) -> HttpResponse:
    """The template of a form for a day: for the whole area, or with `alone` for the own office."""
    form, actor = _form(pk), request.actor
    day = None if _is_event(form) else asked.day(request.GET.get("day")) or _latest(request, form)
    alone = request.GET.get("alone") == "1"
    data = template_xlsx(actor, form, day, alone=alone, at=timezone.now())
    detail = {"period": day.isoformat() if day else "", "alone": alone}
    events.record_export("report.template", by=actor, on=form, area_code=actor.area_code, detail=detail)
    return download(data, f"{form.code}-{day.isoformat() if day else 'events'}.xlsx")


@never_cache
@guarded("report.file", "POST")
def result(request: HttpRequest) -> HttpResponse:
    """The rows with their verdicts, as the page before has made them."""
    data = opened(request.POST.get("result", ""), request.actor)
    stamp = timezone.localtime().strftime("%Y%m%d-%H%M")
    return download(data, f"report-result-{stamp}.xlsx")


def _judged(
    request: HttpRequest, form: Form, day: date | None, data: bytes, *, confirmed: bool
) -> HttpResponse:
    actor, now = request.actor, timezone.now()
    comments = {
        int(name.removeprefix("comment-")): text
        for name, text in request.POST.items()
        if name.startswith("comment-") and asked.key(name.removeprefix("comment-")) is not None
    }
    given: dict[str, Any] = {
        "form": form, "period_start": day, "data": data, "by": actor, "at": now, "comments": comments,
    }  # fmt: skip
    done, refusal = None, ""
    if confirmed:
        try:
            name = f"{form.code}-{day.isoformat() if day else 'events'}.xlsx"
            done = actions.file_sheet(**given, name=name, only_good="only_good" in request.POST)
            found = done.review
        except actions.BadSheet as bad:
            found, refusal = bad.review, _("Nothing was filed: some rows still cannot be.")
    else:
        found = actions.review_sheet(**given)
    context = {
        "form": form,
        "day": day,
        "period": _period(request, form, day),
        "done": done,
        "filed": len(done.revisions) if done else 0,
        "refusal": refusal,
        "counts": [(verdict, n, _TINTS.get(verdict, "")) for verdict, n in found.counts.items() if n],
        "good": found.good,
        "bad": found.counts[Verdict.BAD],
        "doubtful": found.counts[Verdict.DOUBT],
        "rows": _rows(found, comments),
        "hidden": max(len(found.rows) - SHOWN, 0),
        "sealed": seal(data, actor),
        "result": seal(result_xlsx(found), actor),
    }
    return render(request, "web/reports/sheets/review.html", context, status=422 if refusal else 200)


def _rows(found: Review, comments: dict[int, str]) -> list[dict[str, Any]]:
    """What has to be looked at comes first."""
    ordered = sorted(found.rows, key=lambda judged: (_ORDER[judged.verdict], judged.row.line))
    return [
        {
            "judged": judged,
            "name": judged.owed.office.name if judged.owed else judged.row.office_name,
            "place": found.sheet.address(judged.row),
            "label": _("Filed") if judged.done else judged.verdict.label,
            "tint": _TINTS.get(judged.verdict, ""),
            "faults": found.faults(judged) if judged.verdict in STOPS else [],
            "asks": judged.verdict is Verdict.DOUBT,
            "comment": comments.get(judged.row.line, judged.comment),
        }
        for judged in ordered[:SHOWN]
        if _is_told(judged)
    ]


def _is_told(judged: Judged) -> bool:
    return judged.verdict is not Verdict.EMPTY


def _start(request: HttpRequest, form: Form | None, day: date | None) -> dict[str, Any]:
    if form is None:
        return {}
    event = _is_event(form)
    day = None if event else day or _latest(request, form)
    rows = fileable(request.actor, form, day) if day else None
    many = rows.count() if rows is not None else 0
    return {
        "form": form,
        "day": day,
        "event": event,
        "period": _period(request, form, day),
        "many": many,
        "own": rows is not None and rows.filter(office=request.actor.office_id).exists(),
    }


def _period(request: HttpRequest, form: Form, day: date | None) -> str:
    row = fileable(request.actor, form, day).first() if day else None
    return periods.name(row.period_start, row.period_end) if row else ""


def _latest(request: HttpRequest, form: Form) -> date:
    """The first day of the last period that has begun."""
    today = timezone.localdate()
    begun = (start for start, _end in ledger.period_starts(request.actor, form) if start <= today)
    found = next(begun, None)
    if found is None:
        raise Refused(_("Nobody in your area owes “%(form)s” yet.") % {"form": form.title})
    return found


def _named(data: bytes) -> tuple[Form, date | None]:
    """Form and period from the hidden codes of a file."""
    codes = codes_of(data)
    key = asked.key(codes.get("form_id"))
    form = queries.form_by_id(key) if key else None
    if form is None:
        raise WrongFile(_("The file belongs to a form that your office does not see."))
    return form, asked.day(codes.get("period"))


def _form(pk: int) -> Form:
    form = queries.form_by_id(pk)
    if form is None or queries.current_version(form) is None:
        raise Http404
    return form


def _is_event(form: Form) -> bool:
    version = queries.current_version(form)
    return version is not None and queries.definition_of(version).every == "event"
