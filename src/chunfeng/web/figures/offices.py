"""From a figure to the offices behind it, and how well each office reports."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db.models import BigIntegerField, F, QuerySet, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chunfeng.reporting import queries
from chunfeng.reporting.choices import ANSWERED, Standing
from chunfeng.reporting.definition import Indicator
from chunfeng.reporting.queries.quality import LOST
from chunfeng.reporting.queries.rollup import indicator_of, shown
from chunfeng.web.figures.asked import Question, ask, choices, head
from chunfeng.web.guards import guarded
from chunfeng.web.lists import Column, Filter, Listing

UNSTATED = -(2**62)


@guarded("report.read")
def offices(request: HttpRequest, pk: int) -> HttpResponse:
    """The reports a figure is added up from, each with its own figure and the way to the signed filing."""
    question = ask(request, pk)
    if question is None:
        return render(request, "web/figures/nothing.html", {"form_id": pk})
    own = bool(request.GET.get("own"))
    rows = queries.behind(
        question.actor, question.form, question.first, question.last,
        at=question.at, area=question.area, own=own,
    ).select_related("office")  # fmt: skip
    listing, rows = _listing(question, rows)
    words = request.GET.get("q", "").strip()
    if listing.wants_export(request):
        return listing.export(request, rows)
    context = {
        "q": question,
        "page": listing.page(request, rows),
        "own": own,
        "words": words,
        "head": head(question.form, question.definition, question.cell) if question.cell else None,
        "choices": choices(question.definition).items(),
    }
    return render(request, "web/figures/offices.html", context)


@guarded("report.read")
def quality(request: HttpRequest, pk: int) -> HttpResponse:
    """Offices by score, with what the score is reckoned from."""
    question = ask(request, pk)
    if question is None:
        return render(request, "web/figures/nothing.html", {"form_id": pk})
    rows = queries.quality(
        question.actor, question.form, question.first, question.last, at=question.at, area=question.area
    )
    if _QUALITY.wants_export(request):
        return _QUALITY.export(request, rows)
    context = {"q": question, "page": _QUALITY.page(request, rows), "lost": LOST}
    return render(request, "web/figures/quality.html", context)


def _listing(question: Question, rows: QuerySet[Any]) -> tuple[Listing, QuerySet[Any]]:
    columns = [
        Column("office", _("Office"), lambda row: row.office.name),
        Column("period", _("Period"), lambda row: row.period_start.isoformat(), order="period_start"),
        Column("standing", _("State"), lambda row: Standing(row.standing).label),
    ]
    for cell in _parts(question):
        slot, indicator = question.form.slots[cell], indicator_of(question.definition, cell)
        name = f"figure_{slot}"
        stated = Coalesce(F(f"numbers__{slot}"), Value(UNSTATED), output_field=BigIntegerField())
        rows = rows.annotate(**{name: stated})
        label = head(question.form, question.definition, cell)
        value = partial(_value, indicator, name)
        columns.append(Column(name, f"{label.label} {label.unit}", value, order=name, number=True))
    columns += [
        Column("filed", _("Filed at"), lambda row: row.filed_at),
        Column("by", _("By"), lambda row: row.filed_by_name),
        Column("revision", _("Filing"), lambda row: row.revision or "", order="revision", number=True),
    ]
    return Listing(
        name="figures",
        sort="area_code",
        columns=[*columns, Column("area", _("Area code"), lambda row: row.area_code, order="area_code")],
        search=lambda found, text: found.filter(office__name__icontains=text),
        filters=[Filter("standing", _("State"), lambda: Standing.choices)],
    ), rows


def _parts(question: Question) -> list[str]:
    """The cells an office fills in for the indicator: a ratio's two, else itself."""
    if question.cell in question.form.slots:
        return [question.cell]
    ratio = question.definition.indicator(question.cell)
    return [cell for cell in (ratio.of, ratio.to) if cell in question.form.slots] if ratio else []


def _value(indicator: Indicator, name: str, row: Any) -> str:
    number = getattr(row, name)
    return shown(indicator, number if row.state in ANSWERED and number != UNSTATED else None)


def _count(name: str, label: Any) -> Column:
    return Column(name, label, lambda row: getattr(row, name), order=name, number=True)


_QUALITY = Listing(
    name="quality",
    sort="score",
    search=lambda rows, text: rows.filter(name__icontains=text),
    columns=[
        Column("office", gettext_lazy("Office"), lambda row: row.name),
        _count("score", gettext_lazy("Score")),
        _count("owed", gettext_lazy("Owed")),
        _count("answered", gettext_lazy("Answered")),
        _count("late", gettext_lazy("Filed late")),
        _count("missing", gettext_lazy("Missing")),
        _count("returned", gettext_lazy("Returned")),
        _count("corrected", gettext_lazy("Corrected")),
        _count("implausible", gettext_lazy("Implausible")),
        _count("inconsistent", gettext_lazy("Differs from below")),
    ],
)
