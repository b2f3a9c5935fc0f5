"""A series: title, source, distribution, and its plan composed part by part; drafting the next issue."""

from __future__ import annotations

from re import Match
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from chunfeng.core.errors import Refused
from chunfeng.notices import queries as notices
from chunfeng.reporting.actions import bulletins as actions
from chunfeng.reporting.bulletins import plan
from chunfeng.reporting.bulletins.figures import count_label
from chunfeng.reporting.choices import BulletinKind
from chunfeng.reporting.definition import FormDefinition
from chunfeng.reporting.queries import bulletins as queries
from chunfeng.reporting.queries.rollup import label_of
from chunfeng.web import asked
from chunfeng.web.bulletins.common import actor_of, bulletin_or_404, next_days, series_or_404, today
from chunfeng.web.guards import guarded

Forms = dict[int, FormDefinition]


@guarded("bulletin.write", "GET", "POST")
def new(request: HttpRequest) -> HttpResponse:
    """A new series: its kind brings a whole plan from the forms in use."""
    kind = request.POST.get("kind") or request.GET.get("kind", "")
    if kind not in BulletinKind.values:
        kind = BulletinKind.DAILY.value
    if request.method == "POST":
        given = request.POST
        made = actions.add_series(
            kind=kind, title=given.get("title", ""), source=given.get("source", ""),
            sent_to=given.get("sent_to", ""), by=actor_of(request), at=timezone.now(),
            emergency=notices.emergency(asked.key(given.get("emergency"))),
        )  # fmt: skip
        return redirect("bulletin-series", made.pk)
    forms = queries.plan_forms()
    with translation.override("zh-hans"):
        parts = plan.defaults(kind, queries.forms_in_use())
    context = {
        "kind": kind,
        "kinds": BulletinKind.choices,
        "title": _("Work bulletin: %(kind)s") % {"kind": BulletinKind(kind).label},
        "parts": [_in_words(each, forms) for each in plan.load(parts)],
        "source": next((str(forms[each["form"]].source) for each in parts if each.get("form")), ""),
        "emergencies": list(notices.emergencies()),
    }
    return render(request, "web/bulletins/series_new.html", context)


@guarded("bulletin.read", "GET")
def series(request: HttpRequest, pk: int) -> HttpResponse:
    """A series: its plan in words, and the days of the next issue."""
    actor, found = actor_of(request), series_or_404(request, pk)
    first, last = next_days(found, today())
    issues = queries.bulletins(actor).filter(series=found).order_by("-last_day", "-pk")[:60]
    forms = queries.plan_forms()
    context = {
        "series": found,
        "parts": [_in_words(each, forms) for each in plan.load(found.plan)],
        "first": first,
        "last": last,
        "today": today(),
        "issues": issues,
        "keeps": queries.keeps(actor, found),
    }
    return render(request, "web/bulletins/series.html", context)


@guarded("bulletin.write", "GET", "POST")
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Edit the plan; buttons move, add and take out parts without saving until it is said."""
    found = series_or_404(request, pk)
    actions.own(found, actor_of(request))
    forms = queries.plan_forms()
    if request.method == "GET":
        data = list(found.plan)
        return _editor(request, found, data, forms, title=found.title, source=found.source, to=found.sent_to)
    given = request.POST
    data = _posted(request)
    do = given.get("do", "save")
    problems: list[str] = []
    if do == "save":
        try:
            actions.change_series(
                series=found, title=given.get("title", ""), source=given.get("source", ""), plan_data=data,
                sent_to=given.get("sent_to", ""), active="active" in given, by=actor_of(request),
                at=timezone.now(),
            )  # fmt: skip
            return redirect("bulletin-series", pk)
        except plan.BadPlan as refusal:
            problems = refusal.problems
    elif do == "defaults":
        with translation.override("zh-hans"):
            data = plan.defaults(found.kind, queries.forms_in_use())
    else:
        _move(data, do, given.get("add", ""))
    return _editor(
        request, found, data, forms, title=given.get("title", ""), source=given.get("source", ""),
        to=given.get("sent_to", ""), problems=problems,
    )  # fmt: skip


@guarded("bulletin.write", "POST")
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Compose the next issue, or one that corrects an issued bulletin."""
    found = series_or_404(request, pk)
    first, last = asked.day(request.POST.get("first")), asked.day(request.POST.get("last"))
    if first is None or last is None:
        raise Refused(_("Give the first and the last day."))
    wrong = request.POST.get("corrects")
    made = actions.draft(
        series=found, first_day=first, last_day=last, by=actor_of(request), at=timezone.now(),
        corrects=bulletin_or_404(request, asked.key(wrong) or 0) if wrong else None,
        reason=request.POST.get("reason", ""),
    )  # fmt: skip
    return redirect("bulletin", made.pk)


def _posted(request: HttpRequest) -> list[dict[str, Any]]:
    given = request.POST
    count = min(asked.key(given.get("count")) or 0, plan.MAX_PARTS)
    return [
        {
            "kind": given.get(f"kind-{n}", ""),
            "heading": given.get(f"heading-{n}", ""),
            "level": 2 if given.get(f"level-{n}") == "2" else 1,
            "form": asked.key(given.get(f"form-{n}")),
            "cells": given.getlist(f"cells-{n}"),
            "text": given.get(f"text-{n}", ""),
            "days": asked.key(given.get(f"days-{n}")) or 0,
        }
        for n in range(count)
    ]


def _move(data: list[dict[str, Any]], do: str, kind: str) -> None:
    verb, _colon, place = do.partition(":")
    at = asked.key(place)
    if verb == "add" and kind in set(plan.Kind):
        data.append({"kind": kind})
    elif at is not None and at < len(data):
        if verb == "drop":
            del data[at]
        elif verb == "up" and at > 0:
            data[at - 1], data[at] = data[at], data[at - 1]
        elif verb == "down" and at + 1 < len(data):
            data[at + 1], data[at] = data[at], data[at + 1]


def _editor(
    request: HttpRequest,
    found: Any,
    data: list[dict[str, Any]],
    forms: Forms,
    *,
    title: str,
    source: str,
    to: str,
    problems: list[str] | None = None,
) -> HttpResponse:
    context = {
        "series": found,
        "title": title,
        "source": source,
        "sent_to": to,
        "problems": problems or [],
        "parts": [_part_fields(n, each, forms) for n, each in enumerate(data)],
        "kinds": kind_labels(),
        "forms": [(pk, str(form.title)) for pk, form in forms.items() if form.number_cells],
        "modes": _modes(),
    }
    return render(request, "web/bulletins/series_edit.html", context, status=422 if problems else 200)


def _part_fields(n: int, data: dict[str, Any], forms: Forms) -> dict[str, Any]:
    kind = data.get("kind", "")
    form = forms.get(data.get("form") or 0)
    chosen = set(data.get("cells") or ())
    cells = plan.cells_of(form) if form else {}
    return data | {
        "n": n,
        "with_form": kind in plan.WITH_FORM,
        "kind_label": dict(kind_labels()).get(kind, kind),
        "cell_choices": [
            {"code": code, "label": label_of(form, code), "on": code in chosen} for code in cells if form
        ],
    }


def _in_words(part: plan.Part, forms: Forms) -> dict[str, Any]:
    form = forms.get(part.form or 0)
    return {
        "heading": part.heading,
        "kind": dict(kind_labels())[part.kind],
        "form": str(form.title) if form else "",
        "source": str(form.source) if form else "",
        "text": plan.TOKEN.sub(_token_words, part.text),
        "cells": "、".join(label_of(form, code) for code in part.cells) if form else "",
        "gone": part.kind in plan.WITH_FORM and form is None,
    }


def _token_words(token: Match[str]) -> str:
    """A token of a sentence as people read it: 〔change〕, 〔date〕."""
    code, mode = token.group(1), token.group(2) or ""
    if not mode and code in plan.COUNTS:
        return f"〔{count_label(code)}〕"
    words = {
        "area": _("area"),
        **dict.fromkeys(("day", "first_day", "last_day", "days"), _("date or days")),
        plan.Mode.CHANGE: _("up or down"),
        plan.Mode.CHANGE_PERCENT: _("up or down, in per cent"),
        plan.Mode.PREVIOUS: _("figure before"),
        plan.Mode.TOTAL: _("figure in all"),
    }
    figure = _("figure")
    return f"〔{words.get(mode or code, figure)}〕"


def kind_labels() -> list[tuple[str, str]]:
    """What a part prints, in words."""
    return [
        (plan.Kind.SENTENCE, _("Sentence with figures")),
        (plan.Kind.TABLE, _("Table by area")),
        (plan.Kind.CURVE, _("Curve by day")),
        (plan.Kind.SILENT, _("Offices that kept silent")),
        (plan.Kind.SITUATIONS, _("Important situations")),
        (plan.Kind.TEXT, _("Text")),
    ]


def _modes() -> list[tuple[str, str]]:
    return [
        ("{code}", _("the figure of these days")),
        ("{code:change}", _("up, down or the same against as many days before")),
        ("{code:change_percent}", _("the same in per cent")),
        ("{code:previous}", _("the figure of the days before")),
        ("{code:total}", _("since the form's first day")),
        ("{due} {answered} {missing} {late} {zero} {completeness}", _("reports of the form")),
        ("{day} {first_day} {last_day} {days} {area}", _("days and area")),
    ]
