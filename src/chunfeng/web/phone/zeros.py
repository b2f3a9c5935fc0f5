"""What an office owes and may answer with zero: fetched ahead, so that it can be signed without a line."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.reporting import statements, values
from chunfeng.reporting.models import Obligation
from chunfeng.reporting.queries import definition_of, ledger
from chunfeng.web.phone.answers import answering
from chunfeng.web.reports import common
from chunfeng.web.templatetags.reports import period

MOST = 20


@answering("report.file")
def reports(request: HttpRequest) -> dict[str, Any]:
    """The office's open reports whose form knows a zero report, the most urgent first, at most `MOST`."""
    now = timezone.now()
    owed = [line.obligation for line in ledger.my_reports(request.actor, now) if line.is_open]
    fit = [of for of in owed if not of.revision and definition_of(of.version).zero]
    return {"now": now.isoformat(), "reports": [_report(of, of.due_at < now) for of in fit[:MOST]]}


def _report(of: Obligation, late: bool) -> dict[str, Any]:
    form = definition_of(of.version)
    nothing = statements.nothing_happened(form, ledger.stated(of))
    doubts = common.doubt_rows(ledger.doubts_about(of, form, nothing, zero=True), {})
    days = period(of)
    sentence = _(
        "%(office)s states: for %(days)s, under “%(title)s”, there was nothing. Each figure below stands at zero."
    )
    return {
        "id": of.pk,
        "url": reverse("report-zero", args=[of.pk]),
        "title": of.form.title,
        "period": days,
        "due": of.due_at.isoformat(),
        "late": late,
        "sentence": sentence % {"office": of.office.name, "days": days, "title": of.form.title},
        "zeros": [
            {
                "label": str(cell.indicator.label),
                "unit": str(cell.indicator.unit),
                "zero": str(values.shown(replace(cell.indicator, decimals=0), 0)),
            }
            for cell in form.number_cells
            if not cell.categories
        ],
        "doubts": doubts,
        "impossible": any(row["tone"] == "hard" for row in doubts),
    }
