"""Figures over days: a drawing for each unit and the same figures as a table."""

from __future__ import annotations

from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from chunfeng.reporting.queries.rollup import series
from chunfeng.web.figures.asked import Question, ask, choices, head
from chunfeng.web.figures.drawing import Drawing, draw, plain
from chunfeng.web.guards import guarded

DAYS = 14
MOST = 4
FLAT = 10
Points = list[tuple[date, float | None]]


@guarded("report.read")
def curves(request: HttpRequest, pk: int) -> HttpResponse:
    """A page, or for htmx the part that the table's page puts below itself."""
    question = ask(request, pk)
    if question is None:
        return render(request, "web/figures/nothing.html", {"form_id": pk})
    known = choices(question.definition)
    cells = [code for code in request.GET.getlist("curve") if code in known][:MOST] or [question.cell]
    until = question.last
    since = question.first if question.days > DAYS else until - timedelta(days=DAYS - 1)
    found = series(question.form, cells, question.area, since, until) if cells != [""] else {}
    context = {
        "q": question,
        "drawings": _drawings(question, found),
        "heads": [head(question.form, question.definition, cell) for cell in found],
        "days": _days(found),
        "chosen": cells,
        "choices": known.items(),
        "since": since,
        "until": until,
    }
    part = request.htmx and not request.htmx.boosted
    return render(request, "web/figures/_curves.html" if part else "web/figures/curves.html", context)


def _drawings(question: Question, found: dict[str, Points]) -> list[Drawing]:
    """Lines of one unit share a frame unless one would lie flat on the ground beside the other."""
    frames: list[tuple[str, float, dict[str, Points]]] = []
    for cell, points in found.items():
        shown = head(question.form, question.definition, cell)
        top = max((value for _day, value in points if value is not None), default=0)
        for unit, highest, lines in frames:
            if unit == shown.unit and max(top, highest) <= FLAT * min(top, highest):
                lines[shown.label] = points
                break
        else:
            frames.append((shown.unit, top, {shown.label: points}))
    return [draw(unit, lines) for unit, _top, lines in frames if any(lines.values())]


def _days(found: dict[str, Points]) -> list[tuple[date, list[str]]]:
    columns = [dict(points) for points in found.values()]
    return [
        (day, ["—" if (value := column.get(day)) is None else plain(value) for column in columns])
        for day in sorted({day for column in columns for day in column}, reverse=True)
    ]
