"""One monthly list: its people and days, rows to fill in, and what is to be done with it next."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache

from chunfeng.benefits import engine, force, months
from chunfeng.benefits.actions import listpay, workdays, worklists
from chunfeng.benefits.choices import WorkListState
from chunfeng.benefits.models import WorkList
from chunfeng.benefits.queries import worklists as queries
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.offices import roles
from chunfeng.offices.imports.verdicts import State
from chunfeng.web import asked
from chunfeng.web.claims import common
from chunfeng.web.guards import guarded
from chunfeng.web.people.common import Names
from chunfeng.web.worklists.home import TONES

NEEDS = {
    "days": "worklist.work", "drop": "worklist.work", "submit": "worklist.work", "check": "worklist.check",
    "confirm": "worklist.check", "return": "worklist.check", "publish": "publicity.work", "approve": "worklist.check",
}  # fmt: skip
FIELDS = ("name", "document", "role", "on", "work_class", "minutes")
BLANK = 6
"""Empty rows to fill in."""
MOST = 60
_SPREAD = re.compile(r"[0-9\s,，、;；~–—-]+")
FLOW = (
    WorkListState.OPEN, WorkListState.SUBMITTED, WorkListState.CHECKED, WorkListState.PUBLISHED,
    WorkListState.APPROVED,
)  # fmt: skip


@never_cache
@guarded("worklist.work")
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """The list's page."""
    return show(request, list_or_404(request, pk))


@never_cache
@guarded("worklist.work", "POST")
def act(request: HttpRequest, pk: int, move: str) -> HttpResponse:
    """One move; a refusal stands above what was typed, rows that were refused stay to be put right."""
    row = list_or_404(request, pk)
    if move not in NEEDS:
        raise Http404
    roles.require(request.actor, NEEDS[move])
    try:
        if move == "days":
            return _days(request, row)
        messages.success(request, _do(request, row, move))
    except NotAllowed:
        raise
    except Refused as refused:
        response = show(request, row, failed=move, error=str(refused))
        response.roll_back = True  # type: ignore[attr-defined]
        return response
    return redirect("worklist", row.pk)


def list_or_404(request: HttpRequest, pk: int) -> WorkList:
    """The list, or 404 out of sight."""
    found = queries.work_list(request.actor, pk)
    if found is None:
        raise Http404
    return found


def spread(text: str) -> list[str]:
    """Days of the month written "1-5, 8, 10-12" as single days; anything else as it is."""
    if not _SPREAD.fullmatch(text) or re.fullmatch(r"\s*\d{4}-\d{1,2}-\d{1,2}\s*", text):
        return [text]
    found: list[str] = []
    for part in re.split(r"[,，、;；\s]+", re.sub(r"\s*[~–—-]\s*", "-", text.strip())):
        first, dash, last = part.partition("-")
        if dash and first.isdecimal() and last.isdecimal() and 0 < int(first) <= int(last) <= 31:
            found += [str(n) for n in range(int(first), int(last) + 1)]
        elif part:
            found.append(part)
    return found or [text]


def _days(request: HttpRequest, row: WorkList) -> HttpResponse:
    """Rows typed into the page; one row may name several days."""
    typed = []
    for n in range(MOST):
        cells = {name: request.POST.get(f"{name}-{n}", "").strip()[:120] for name in FIELDS}
        if cells["name"] or cells["document"]:
            typed.append((n + 1, cells))
    lines = [(n, cells | {"on": day}) for n, cells in typed for day in spread(cells["on"])]
    if not lines:
        raise Refused(_("Fill in a row first: name, document number, day, class and minutes."))
    verdicts = workdays.state_days(row=row, lines=lines, dry_run=False, by=request.actor, at=timezone.now())
    taken = sum(each.state in (State.ADDED, State.CHANGED) for each in verdicts)
    bad = {each.line: each for each in verdicts if each.state == State.REFUSED}
    if taken:
        said = ngettext("%(n)s day is taken in.", "%(n)s days are taken in.", taken) % {"n": taken}
        messages.success(request, said)
    if not bad:
        return redirect("worklist", row.pk)
    again = [(cells, bad[n].why) for n, cells in typed if n in bad]
    return show(request, row, failed="days", again=again, error=_("Some rows were not taken in: see why."))


def _do(request: HttpRequest, row: WorkList, move: str) -> str:
    now: dict[str, Any] = {"by": request.actor, "at": timezone.now()}
    given = request.POST
    match move:
        case "drop":
            gone = workdays.drop_days(row=row, days=asked.keys(given.getlist("day")), **now)
            return ngettext("%(n)s day is taken out.", "%(n)s days are taken out.", gone) % {"n": gone}
        case "submit":
            worklists.submit(row=row, **now)
            return _("The list is handed in. Somebody else checks it now.")
        case "check":
            worklists.check(row=row, **now)
            return _("The list is checked. It can be published now.")
        case "return":
            worklists.send_back(row=row, reason=given.get("text", ""), **now)
            return _("Sent back.")
        case "publish":
            first, last = asked.day(given.get("from_on")), asked.day(given.get("last_on"))
            if first is None or last is None:
                raise Refused(_("Choose the days from and until."))
            done = listpay.publish(
                row=row, source=given.get("source", ""), phone=given.get("phone", ""), from_on=first,
                until_on=last + timedelta(days=1), **now,
            )  # fmt: skip
            for name, why in done.left:
                messages.warning(request, f"{name}：{why}")
            return ngettext("%(n)s person is published.", "%(n)s people are published.", done.shown) % {
                "n": done.shown
            }
        case "confirm":
            n = listpay.confirm(row=row, **now)
            return ngettext("%(n)s sum is confirmed.", "%(n)s sums are confirmed.", n) % {"n": n}
    listpay.approve(row=row, **now)
    return _("Approved. The payments wait for the next batch.")


def show(
    request: HttpRequest,
    row: WorkList,
    *,
    failed: str = "",
    error: str = "",
    again: list[tuple[dict[str, str], str]] | None = None,
) -> HttpResponse:
    """The page of a list as it stands now."""
    row = list_or_404(request, row.pk)
    actor, today = request.actor, timezone.localdate()
    may = _may(request, row)
    try:
        labels, why = workdays.options(row), ""
    except Refused as refused:
        labels, why = {"role": (), "work_class": ()}, str(refused)
    people = _people(row, {name: dict(pairs) for name, pairs in labels.items()}, bool(why))
    blank = [({}, "")] * (BLANK if "days" in may else 0)
    context = {
        "list": row,
        "tone": TONES[row.state],
        "area": Names(actor).short(row.area_code),
        "people": people,
        "total": common.money(sum(each["fen"] for each in people)),
        "labels": labels,
        "grid": [
            {"n": n, "cells": cells, "why": said} for n, (cells, said) in enumerate([*(again or []), *blank])
        ],
        "flow": _flow(row),
        "may": may,
        "own": row.submitted_by == actor.user_id,
        "from_on": today,
        "last_on": today + timedelta(days=max(row.measure.publish_days, 5) - 1),
        "shown_until": row.publicity.until_on - timedelta(days=1) if row.publicity else None,
        "over": bool(row.publicity and row.publicity.until_on <= today),
        "month_over": workdays.last_day(row.month) < today,
        "why": why,
        "failed": failed,
        "error": error,
        "typed": request.POST,
    }
    return render(request, "web/worklists/page.html", context, status=422 if error else 200)


def _people(row: WorkList, labels: dict[str, dict[str, str]], no_rule: bool) -> list[dict[str, Any]]:
    """Each person with days, the sum the rules give, and how the claim and its payment stand."""
    version = None if no_rule else workdays.version_of(row)
    local = (
        force.refinements(row.measure.code, workdays.last_day(row.month), row.area_code) if version else []
    )
    found = []
    for each in queries.people(row):
        whom, days, claim = each["whom"], each["days"], each["claim"]
        given = [
            {"on": day.on.isoformat(), "role": day.role, "work_class": day.work_class, "minutes": day.minutes}
            for day in days
        ]
        kept = json.loads(claim.explanation) if claim and claim.explanation else None
        if kept is None and version is not None:
            kept = months.evaluated(
                version=version,
                refined_by=local,
                days=given,
                on=workdays.last_day(row.month),
                area=row.area_code,
            ).explanation
        reckoned = {day["on"]: day for day in (kept or {}).get("days", [])}
        fen = sum(day["amount"] for day in reckoned.values())
        found.append(
            {
                "whom": whom, "document": common.document(whom), "account": bool(whom.account), "claim": claim,
                "paid": each["paid"], "tone": common.TONES.get(each["paid"], ""), "fen": fen,
                "sum": common.money(fen), "strip": _strip(row.month, days),
                "claim_tone": common.TONES[claim.state] if claim else "",
                "days": [_day(day, labels, reckoned.get(day.on.isoformat())) for day in days],
            }
        )  # fmt: skip
    return found


def _day(day: Any, labels: dict[str, dict[str, str]], reckoned: dict[str, Any] | None) -> dict[str, Any]:
    why = (reckoned or {}).get("why")
    return {
        "pk": day.pk,
        "on": day.on,
        "role": labels["role"].get(day.role, day.role),
        "work_class": labels["work_class"].get(day.work_class, day.work_class),
        "minutes": day.minutes,
        "sum": common.money(reckoned["amount"]) if reckoned else "—",
        "why": why[engine.language()] if why else "",
    }


def _strip(month: date, days: list[Any]) -> list[str]:
    """One mark a day of the month: "" for none, "first" for the class the measure names first, "on" for another."""
    classes = {day.on.day: day.work_class for day in days}
    first = min((day.work_class for day in days), default="")
    last = workdays.last_day(month).day
    return ["" if n not in classes else "first" if classes[n] == first else "on" for n in range(1, last + 1)]


def _flow(row: WorkList) -> list[tuple[str, str]]:
    """The steps of a list: (word, done | now | "")."""
    at = FLOW.index(WorkListState.OPEN if row.state == WorkListState.RETURNED else WorkListState(row.state))
    return [
        (str(state.label), "done" if n < at else "now" if n == at else "") for n, state in enumerate(FLOW)
    ]


def _may(request: HttpRequest, row: WorkList) -> set[str]:
    """The moves that make sense now and that the actor's role allows."""
    sensible: set[str] = set()
    if row.state in workdays.OPEN:
        sensible |= {"days", "drop", "submit"}
    if row.state == WorkListState.SUBMITTED:
        sensible |= {"check", "return"}
    if row.state == WorkListState.CHECKED:
        sensible |= {"publish", "return"}
    if row.state == WorkListState.PUBLISHED:
        sensible |= {"approve", "return"}
    if row.state == WorkListState.APPROVED and queries.waits_for_second(row):
        sensible |= {"confirm"}
    return {move for move in sensible if roles.can(request.actor, NEEDS[move])}
