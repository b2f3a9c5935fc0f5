"""A new claim at the counter: which measure, for whom; what the registers know is filled in at once."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from chunfeng.benefits import engine, force, periods
from chunfeng.benefits.actions import beneficiaries, claims, finding
from chunfeng.benefits.choices import SubjectKind
from chunfeng.benefits.models import Beneficiary, Claim, Measure
from chunfeng.benefits.queries import claims as queries
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.people.queries import register
from chunfeng.web import asked
from chunfeng.web.guards import guarded
from chunfeng.web.people import common as people
from chunfeng.web.places.common import find_area

FOUND = 20


@never_cache
@guarded("claim.work", "GET", "POST")
def new(request: HttpRequest) -> HttpResponse:
    """Choose the measure, then find the person in the register or name the unit; opening leads to the claim."""
    on = asked.day(request.POST.get("on")) or timezone.localdate()
    given = queries.measures(request.actor, on)
    code = request.POST.get("measure") or request.GET.get("measure", "")
    chosen = next((each for each in given if each.code == code), None)
    context: dict[str, Any] = {"measures": given, "chosen": chosen, "on": on, "typed": request.POST}
    if chosen is None:
        return render(request, "web/claims/new.html", context)
    version = force.version_for(chosen.code, on, request.actor.area_code)
    once = engine.once_per(version) if version else periods.ONCE
    context |= {
        "unit": chosen.subject == SubjectKind.EMPLOYER,
        "case": once not in (periods.ONCE, periods.YEAR, periods.MONTH, periods.DAY),
        "key": request.POST.get("key", "")[:40] or uuid.uuid4().hex,
    }
    if request.method == "POST":
        try:
            if request.POST.get("move") == "find":
                context |= _found(request)
            else:
                return redirect("claim", _open(request, chosen, on).pk)
        except NotAllowed:
            raise
        except Refused as refused:
            context["error"] = str(refused)
    return render(request, "web/claims/new.html", context, status=422 if context.get("error") else 200)


def _found(request: HttpRequest) -> dict[str, Any]:
    text = request.POST.get("who", "").strip()[:60]
    if not text:
        raise Refused(_("Type a name or the number of a document."))
    rows = list(register.find(register.people(request.actor), text).order_by("pk")[: FOUND + 1])
    names = people.Names(request.actor)
    names.load_people(rows)
    shown = [
        {
            "pk": row.pk,
            "name": row.name,
            "document": people.masked_document(row),
            "area": names.short(row.area_code),
        }
        for row in rows[:FOUND]
    ]
    return {"people": shown, "more": len(rows) > FOUND, "searched": True}


def _open(request: HttpRequest, measure: Measure, on: Any) -> Claim:
    now: dict[str, Any] = {"by": request.actor, "at": timezone.now()}
    whom = _unit(request, now) if measure.subject == SubjectKind.EMPLOYER else _person(request, now)
    claim = claims.open_claim(
        code=measure.code,
        beneficiary=whom,
        on=on,
        case=request.POST.get("case", ""),
        key=f"desk:{request.POST.get('key', '')[:40]}:{whom.pk}",
        **now,
    )
    if not claim.facts:
        claim = finding.prefill(claim, **now)
    messages.success(request, _("The claim is begun. What the register knows is filled in."))
    return claim


def _person(request: HttpRequest, now: dict[str, Any]) -> Beneficiary:
    key = asked.key(request.POST.get("person"))
    row = register.person(request.actor, key) if key else None
    if row is None:
        raise Refused(_("Find the person in the register first."))
    return beneficiaries.know_person(person=row, **now)


def _unit(request: HttpRequest, now: dict[str, Any]) -> Beneficiary:
    text = request.POST.get("area", "").strip()
    try:
        area = find_area(text, timezone.localdate()) if text else request.actor.area_code
    except ValidationError as wrong:
        raise Refused(" ".join(wrong.messages)) from None
    return beneficiaries.know_unit(
        name=request.POST.get("name", ""),
        credit_code=request.POST.get("credit_code", ""),
        area_code=area,
        **now,
    )
