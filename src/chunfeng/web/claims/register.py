"""Whom a measure covers without a claim: looked for in the register, proposed, confirmed in bulk."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache

from chunfeng.benefits import engine, force
from chunfeng.benefits.actions import finding
from chunfeng.benefits.choices import SubjectKind
from chunfeng.benefits.models import MeasureVersion
from chunfeng.benefits.queries import claims as queries
from chunfeng.benefits.queries import covered
from chunfeng.core.errors import Refused
from chunfeng.web import asked
from chunfeng.web.claims import common
from chunfeng.web.guards import guarded
from chunfeng.web.people import common as people


@never_cache
@guarded("claim.decide", "GET", "POST")
def register(request: HttpRequest) -> HttpResponse:
    """Choose a measure, see whom it covers, propose claims for them, grant what was proposed."""
    given = request.POST if request.method == "POST" else request.GET
    on = asked.day(given.get("on")) or timezone.localdate()
    measures = [m for m in queries.measures(request.actor, on) if m.subject == SubjectKind.PERSON]
    code = given.get("measure", "")
    context: dict[str, Any] = {"measures": measures, "code": code, "on": on, "result": None}
    chosen = next((m for m in measures if m.code == code), None)
    version = force.version_for(chosen.code, on, request.actor.area_code) if chosen else None
    if version is None:
        if code:
            raise Refused(_("No version of this measure is in force on %(day)s in this area.") % {"day": on})
        return render(request, "web/claims/register.html", context)
    if request.method == "POST":
        context["left"] = _do(request, version, on)
    result = covered.search(request.actor, version, on, after=asked.key(given.get("after")) or 0)
    context |= {"result": result, "total": common.money(result.total)} | _shown(request, version, result)
    return render(request, "web/claims/register.html", context)


def _do(request: HttpRequest, version: MeasureVersion, on: Any) -> tuple[str, ...]:
    now: dict[str, Any] = {"by": request.actor, "at": timezone.now()}
    if request.POST.get("move") == "propose":
        keys = asked.keys(request.POST.getlist("person"))
        result = finding.propose(version=version, people=keys, on=on, **now)
        said = ngettext("%(n)s claim proposed.", "%(n)s claims proposed.", result.done)
    else:
        keys = asked.keys(request.POST.getlist("claim"))
        rows = [row for row in covered.proposed(request.actor, version) if row.pk in keys]
        result = finding.confirm_all(claims_=rows, **now)
        said = ngettext("%(n)s claim decided.", "%(n)s claims decided.", result.done)
    messages.success(request, said % {"n": result.done})
    return result.left


def _shown(request: HttpRequest, version: MeasureVersion, result: covered.Search) -> dict[str, Any]:
    names, questions = people.Names(request.actor), engine.questions(version)
    names.load_people([each.person for each in result.found])
    found = [
        {
            "pk": each.person.pk,
            "name": each.person.name,
            "document": people.masked_document(each.person),
            "area": names.short(each.person.area_code),
            "facts": "；".join(
                f"{questions[name].label} {common.shown(questions[name], value)}"
                for name, value in each.facts.items()
            ),
            "sum": common.money(each.amount),
        }
        for each in result.found
    ]
    proposed = [
        {
            "pk": row.pk,
            "name": row.beneficiary.name,
            "period": common.period(row),
            "account": common.account(row.beneficiary),
            "sum": common.money(row.amount),
        }
        for row in covered.proposed(request.actor, version)
    ]
    return {"found": found, "proposed": proposed}
