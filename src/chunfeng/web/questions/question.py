"""One question: what it is about, the measure that answers, its facts, the answer in words, or another office."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from chunfeng.benefits import engine, force
from chunfeng.benefits.actions import answering, enquiries
from chunfeng.benefits.choices import EnquiryState, EnquiryStepKind
from chunfeng.benefits.models import Enquiry, MeasureVersion
from chunfeng.benefits.queries import enquiries as queries
from chunfeng.core import events
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.offices import roles
from chunfeng.web import asked
from chunfeng.web.claims.common import explained
from chunfeng.web.claims.forms import FactsForm
from chunfeng.web.guards import guarded
from chunfeng.web.people.common import Names
from chunfeng.web.places.common import OfficeField, find_office
from chunfeng.web.questions.common import TONES, kind_label, kinds, late

MOVES = ("classify", "reckon", "answer", "plain", "pass")


@never_cache
@guarded("enquiry.work")
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """The page of a question; `measure` (a version's key) chooses what answers it."""
    row = _or_404(request, pk)
    if row.name or row.phone:
        events.record_read("enquiry.open", by=request.actor, on=row)
    return _page(request, row)


@never_cache
@guarded("enquiry.work", "POST")
def act(request: HttpRequest, pk: int, move: str) -> HttpResponse:
    """One move; a refusal stands above what was typed."""
    row = _or_404(request, pk)
    if move not in MOVES:
        raise Http404
    try:
        return _do(request, row, move)
    except NotAllowed:
        raise
    except (Refused, ValidationError) as refused:
        said = " ".join(refused.messages) if isinstance(refused, ValidationError) else str(refused)
        response = _page(request, row, failed=move, error=said)
        response.roll_back = True  # type: ignore[attr-defined]
        return response


def _do(request: HttpRequest, row: Enquiry, move: str) -> HttpResponse:
    now: dict[str, Any] = {"by": request.actor, "at": timezone.now()}
    given = request.POST
    if move == "classify":
        enquiries.classify(enquiry=row, kind=given.get("kind", ""), **now)
        messages.success(request, _("The kind is set."))
    elif move == "pass":
        text = given.get("owner", "").strip()
        if not text:
            raise Refused(_("Name the office that answers."))
        enquiries.pass_on(enquiry=row, owner=find_office(text), note=given.get("note", ""), **now)
        messages.success(request, _("The question is passed on; the issue stands under coordination."))
    elif move == "plain":
        enquiries.answer(enquiry=row, text=given.get("text", ""), again="again" in given, **now)
        messages.success(request, _("The answer is kept."))
    else:
        return _by_rule(request, row, move, now)
    return redirect("question", row.pk)


def _by_rule(request: HttpRequest, row: Enquiry, move: str, now: dict[str, Any]) -> HttpResponse:
    """Work the answer out from the facts; or keep it, if the facts are still those it was worked out from."""
    version = _chosen(request, row)
    if version is None:
        raise Refused(_("Choose the measure that answers the question."))
    form = FactsForm(engine.questions(version), {}, request.POST)
    if not form.is_valid():
        return _page(request, row, form=form, failed=move, error=_("Look at the marked facts."))
    facts, _sources = form.changed()
    facts = {name: value for name, value in facts.items() if value is not None}
    on = asked.day(request.POST.get("on")) or timezone.localdate()
    worked = _digest(version, facts, on)
    if move == "answer" and request.POST.get("worked") == worked:
        enquiries.answer(
            enquiry=row, text=request.POST.get("text", ""), version=version, facts=facts, on=on,
            again="again" in request.POST, **now,
        )  # fmt: skip
        messages.success(request, _("The answer is kept with its facts and clauses."))
        return redirect("question", row.pk)
    local = force.refinements(version.measure.code, on, row.area_code)
    found = engine.evaluate(version=version, refined_by=local, facts=facts, on=on, area=row.area_code)
    changed = (
        _("The facts were changed: the answer is worked out anew. Read it again.") if move == "answer" else ""
    )
    text = answering.words(found, version, on)
    return _page(request, row, form=form, worked=worked, found=found, text=text, failed=move, error=changed)


def _digest(version: MeasureVersion, facts: dict[str, Any], on: Any) -> str:
    """By what the page knows whether an answer belongs to the facts that stand beside it."""
    kept = json.dumps([version.pk, facts, str(on)], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(kept.encode()).hexdigest()[:32]


def _or_404(request: HttpRequest, pk: int) -> Enquiry:
    found = queries.enquiry(request.actor, pk)
    if found is None:
        raise Http404
    return found


def _chosen(request: HttpRequest, row: Enquiry) -> MeasureVersion | None:
    """The version asked for, else the one the asker checked, else the first its kind names."""
    on = asked.day(request.POST.get("on") or request.GET.get("on")) or timezone.localdate()
    given = queries.versions(request.actor, row.kind, on)
    key = asked.key(request.POST.get("measure") or request.GET.get("measure"))
    if key is not None:
        return next((each for each in given if each.pk == key), None)
    checked = queries.checked(row)
    if checked is not None:
        return next((each for each in given if each.measure_id == checked), None)
    return next((each for each in given if queries.fits(row.kind, each)), None)


def _page(
    request: HttpRequest,
    row: Enquiry,
    *,
    form: FactsForm | None = None,
    found: engine.Evaluation | None = None,
    text: str = "",
    worked: str = "",
    failed: str = "",
    error: str = "",
) -> HttpResponse:
    actor, today = request.actor, timezone.localdate()
    row = _or_404(request, row.pk)
    steps = queries.steps(row)
    on = asked.day(request.POST.get("on") or request.GET.get("on")) or today
    version = _chosen(request, row)
    if version is not None and form is None:
        form = FactsForm(engine.questions(version), _told(steps, version))
    office = OfficeField(required=False)
    context = {
        "row": row,
        "tone": TONES[row.state],
        "late": late(row, today),
        "kind": kind_label(row.kind),
        "kinds": kinds(),
        "area": Names(actor).short(row.area_code),
        "versions": [(each, queries.fits(row.kind, each)) for each in queries.versions(actor, row.kind, on)],
        "version": version,
        "on": on,
        "form": form,
        "worked": worked,
        "text": request.POST.get("text", "") if failed == "answer" and error and not worked else text,
        "kept": explained(json.dumps(found.explanation, ensure_ascii=False)) if found else None,
        "steps": [_step(each) for each in steps],
        "open": row.state == EnquiryState.OPEN,
        "answered": row.state == EnquiryState.ANSWERED,
        "there": row.question is not None,
        "may_pass": roles.can(actor, "issue.work") and row.state == EnquiryState.OPEN,
        "owner": office.widget.render(
            "owner", request.POST.get("owner", ""), {"id": "owner", "required": True}
        ),
        "failed": failed,
        "error": error,
        "typed": request.POST,
    }
    return render(request, "web/questions/question.html", context, status=422 if error else 200)


def _told(steps: list[Any], version: MeasureVersion) -> dict[str, dict[str, Any]]:
    """What was answered before under the same measure: by an officer, or by the asker in the self-check."""
    for step in steps:
        if step.facts and step.version and step.version.measure_id == version.measure_id:
            return {k: {"value": v, "source": "declared"} for k, v in json.loads(step.facts).items()}
    return {}


def _step(step: Any) -> dict[str, Any]:
    text = kind_label(step.text) if step.kind == EnquiryStepKind.CLASSIFIED and step.text else step.text
    answered = step.kind == EnquiryStepKind.ANSWERED
    return {
        "row": step,
        "text": text or "",
        "answer": answered,
        "replays": enquiries.replays(step) if answered and step.version_id else None,
    }
