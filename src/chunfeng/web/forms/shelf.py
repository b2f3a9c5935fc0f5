"""The shelf of shipped forms: look, take, publish."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.notices import queries as notices
from chunfeng.reporting import actions, definition, queries
from chunfeng.reporting.definition import BadForm, FormDefinition
from chunfeng.web import asked
from chunfeng.web.forms import draft as drafts
from chunfeng.web.forms import words
from chunfeng.web.forms.common import own_office
from chunfeng.web.forms.draft import Draft
from chunfeng.web.forms.editor import choices
from chunfeng.web.forms.preview import preview
from chunfeng.web.forms.problems import mark, place
from chunfeng.web.forms.reach import reach
from chunfeng.web.guards import guarded


@guarded("form.read")
def shelf(request: HttpRequest) -> HttpResponse:
    """All shipped forms as cards, with the own office's forms made from them."""
    text = request.GET.get("q", "").strip()
    own = queries.forms_in_sight().filter(owner_id=request.actor.office_id or 0)
    held = {each.code: each for each in own}
    shown = []
    for code, form in queries.library():
        if text and text not in f"{form.title}{form.title.en}{form.note}{form.source}{code}":
            continue
        shown.append(
            {"code": code, "form": form, "rhythm": words.rhythm(form.every), "taken": held.get(code)}
        )
    return render(request, "web/forms/library.html", {"cards": shown, "text": text})


@guarded("form.change", "GET", "POST")
def use(request: HttpRequest) -> HttpResponse:
    """One shipped form: see it, choose who reports, take it as a draft or publish it at once."""
    code = request.GET.get("form", "")
    found = dict(queries.library()).get(code)
    if found is None:
        if "form" not in request.GET:
            return redirect("form-library")
        raise Http404(_("The library has no such form."))
    if request.method == "GET":
        return _page(request, found, drafts.from_data(definition.dump(found)))
    draft = drafts.from_post(request.POST)
    act = request.POST.get("act", "")
    if act == "add:reporters":
        draft.add("reporters")
    elif act.startswith("remove:"):
        draft.remove(act.removeprefix("remove:"))
    elif act.startswith(("up:", "down:")):
        draft.move(act.partition(":")[2], -1 if act.startswith("up:") else 1)
    elif act in ("publish", "draft"):
        return _take(request, found, draft, publish=act == "publish")
    return _page(request, found, draft)


def _take(request: HttpRequest, found: FormDefinition, draft: Draft, *, publish: bool) -> HttpResponse:
    by, at = request.actor, timezone.now()
    day = asked.day(request.POST.get("applies_from"))
    try:
        form = actions.take_from_library(
            code=found.code,
            owner=own_office(request),
            by=by,
            at=at,
            reporters=drafts.reporters_data(draft),
            emergency=notices.emergency(asked.key(request.POST.get("emergency"))),
        )
        if publish:
            actions.publish(form=form, by=by, at=at, applies_from=day)
    except NotAllowed:
        raise
    except Refused as refusal:
        problems = refusal.problems if isinstance(refusal, BadForm) else [str(refusal)]
        answer = _page(request, found, draft, problems=problems)
        answer.status_code = 422
        answer.roll_back = True
        return answer
    if publish:
        messages.success(request, _("The form is in force."))
        return redirect("form", form.pk)
    return redirect("form-edit", form.pk)


def _page(
    request: HttpRequest, found: FormDefinition, draft: Draft, *, problems: list[str] | None = None
) -> HttpResponse:
    placed = place(problems or [], draft)
    mark(placed, draft)
    draft.top.setdefault("every", "day")
    data = {**definition.dump(found), "reporters": drafts.reporters_data(draft)}
    try:
        reached = reach(definition.parse(data).reporters, own_office(request))
    except BadForm:
        reached = None
    context: dict[str, Any] = {
        "found": found,
        "draft": draft,
        "placed": placed,
        "p": preview(found, reached),
        "emergencies": list(notices.emergencies()),
        "today": request.POST.get("applies_from") or timezone.localdate().isoformat(),
        "event": request.POST.get("emergency", ""),
        **choices(request, draft),
    }
    return render(request, "web/forms/use.html", context)
