"""The editor: a form composed on one page, kept as typed until every field is right."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.areas import queries as areas
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.offices import queries as offices
from chunfeng.offices.choices import Level, Line
from chunfeng.offices.models import Office
from chunfeng.reporting import actions, definition
from chunfeng.reporting import queries as reporting
from chunfeng.reporting.choices import Origin
from chunfeng.reporting.definition import BadForm, expressions
from chunfeng.reporting.models import Form
from chunfeng.web import asked
from chunfeng.web.forms import draft as drafts
from chunfeng.web.forms import words
from chunfeng.web.forms.common import form_or_404, own_office
from chunfeng.web.forms.draft import Draft
from chunfeng.web.forms.preview import Preview, preview
from chunfeng.web.forms.problems import Placed, mark, place
from chunfeng.web.forms.reach import reach
from chunfeng.web.forms.sources import Cited, cited
from chunfeng.web.guards import guarded

STEPS = {"up": -1, "down": 1}


@guarded("form.change", "GET", "POST")
def new(request: HttpRequest) -> HttpResponse:
    """A new form, empty or opened from a duty or notice."""
    source = cited(request)
    if request.method == "GET":
        draft = drafts.fresh()
        draft.top |= {f"source_{name}": text for name, text in source.source.items()}
        return _page(request, draft, source=source)
    return _posted(request, None, source)


@guarded("form.change", "GET", "POST")
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The waiting draft of a form, or a new one that begins with the wording in force."""
    form = form_or_404(pk)
    if request.method == "GET":
        return _page(request, drafts.from_data(start_of(form)), form)
    return _posted(request, form, Cited())


def opened(request: HttpRequest, data: Mapping[str, Any], left: list[str]) -> HttpResponse:
    """The editor over what a file held: a new form, with a list of what was not taken over."""
    draft = drafts.from_data(data)
    for kind in ("reporters", "indicators"):
        if not draft.rows(kind):
            draft.add(kind)
    return _page(request, draft, origin=Origin.IMPORT, left=left)


def start_of(form: Form) -> dict[str, Any]:
    """The plain data the editor begins with."""
    version = reporting.draft_of(form) or reporting.current_version(form)
    return dict(version.definition) if version else {}


def _posted(request: HttpRequest, form: Form | None, source: Cited) -> HttpResponse:
    draft = drafts.from_post(request.POST)
    if form is not None:
        draft.top["code"] = form.code
    act, _colon, what = request.POST.get("act", "").partition(":")
    match act:
        case "add" if what in drafts.KINDS:
            draft.add(what).values["fresh"] = True
        case "up" | "down":
            draft.move(what, STEPS[act])
        case "remove":
            draft.remove(what)
        case "save" | "publish":
            return _save(request, draft, form, source, then=act)
    return _page(request, draft, form, source=source)


def _save(request: HttpRequest, draft: Draft, form: Form | None, source: Cited, *, then: str) -> HttpResponse:
    by, at = request.actor, timezone.now()
    data = drafts.to_data(draft)
    try:
        if form is None:
            form = actions.create_form(
                owner=own_office(request), definition=data, by=by, at=at,
                origin=Origin.IMPORT if request.POST.get("origin") == Origin.IMPORT else Origin.EDITOR,
                clause=source.clause, duty=source.duty,
            )  # fmt: skip
        else:
            actions.save_draft(form=form, definition=data, by=by, at=at, seen=request.POST.get("seen", ""))
    except NotAllowed:
        raise
    except Refused as refusal:
        problems = refusal.problems if isinstance(refusal, BadForm) else [str(refusal)]
        return _page(request, draft, form, source=source, problems=problems)
    messages.success(request, _("The draft is saved. Nobody owes anything before it is published."))
    target = reverse("form", args=[form.pk]) + ("#publish" if then == "publish" else "")
    if _is_part(request):
        answer = HttpResponse(status=204)
        answer["HX-Redirect"] = target
        return answer
    return redirect(target)


def _page(
    request: HttpRequest,
    draft: Draft,
    form: Form | None = None,
    *,
    source: Cited | None = None,
    problems: list[str] | None = None,
    origin: str = "",
    left: list[str] | None = None,
) -> HttpResponse:
    placed = place(problems or [], draft)
    mark(placed, draft)
    part = _is_part(request)
    context: dict[str, Any] = {
        "draft": draft,
        "form": form,
        "seen": request.POST.get("seen", "") or (reporting.newest_wording(form) if form else ""),
        "source": source or Cited(),
        "placed": placed,
        "part": part,
        "action": reverse("form-edit", args=[form.pk]) if form else reverse("form-new"),
        "origin": origin or request.POST.get("origin", ""),
        "left": left or [],
        **choices(request, draft),
    }
    if part:
        drafts.give_codes(draft)  # a check names figures by their codes
    else:
        context |= look(draft, own_office(request) if form is None else form.owner)
    template = "web/forms/_editor.html" if part else "web/forms/editor.html"
    answer = render(request, template, context, status=422 if placed else 200)
    answer.roll_back = bool(placed)
    return answer


def look(draft: Draft, owner: Office) -> dict[str, Any]:
    """Context of the preview: the form as it will look; what is not right yet is named and left out."""
    data = drafts.to_data(draft)
    try:
        parsed = definition.parse(data)
    except BadForm as bad:
        missing: list[Placed] = place(bad.problems, draft)
        return {"p": _without(draft, data, missing), "missing": missing}
    return {"p": preview(parsed, reach(parsed.reporters, owner)), "missing": []}


def _without(draft: Draft, data: dict[str, Any], missing: list[Placed]) -> Preview | None:
    """The preview of the rows that are right, or None where there is none."""
    wrong = {each.row for each in missing}
    rows = [row for row in draft.indicators if row.key not in wrong]
    kept = [entry for entry, row in zip(data["indicators"], draft.indicators, strict=True) if row in rows]
    some = {
        **data,
        "code": "preview",
        "title": data["title"] or "…",
        "source": data["source"] or {"title": "…"},
        "reporters": [{"level": "village"}],
        "indicators": kept,
    }
    for name in ("checks", *({each.top for each in missing} & {"every", "cut_off", "grace", "days_after"})):
        some.pop(name, None)
    try:
        return preview(definition.parse(some))
    except BadForm:
        return None


def choices(request: HttpRequest, draft: Draft) -> dict[str, Any]:
    """What the drop-downs offer, with what stands in the draft where that is unusual."""
    actor = request.actor
    below = areas.children(actor.area_code, timezone.localdate()) if actor.area_code else []
    rhythms = list(words.RHYTHMS)
    for every in (draft.top["every"], draft.top["peak_every"]):
        if every and every not in dict(rhythms):
            rhythms.append((every, words.rhythm(every)))
    named = {o.code: o for o in _named(draft)}
    for row in draft.reporters:
        chosen = row.values["offices"]
        row.values["named"] = [(code, named[code].name if code in named else code) for code in chosen]
        row.values["areas"] = _areas(row.values["area"], below)
    return {
        "types": [(each.value, label) for each, label in words.TYPES.items()],
        "aggregates": [(each.value, label) for each, label in words.AGGREGATES.items()],
        "strengths": words.STRENGTHS,
        "figures": words.FIGURES,
        "rhythms": rhythms,
        "peaks": [pair for pair in rhythms if pair[0] not in ("once", "event")],
        "levels": Level.choices,
        "lines": Line.choices,
        "numbers": [
            (f"#{row.key}", row.values["label_zh"] or row.values["label_en"] or row.values["code"])
            for row in draft.indicators
            if row.values["type"] in ("count", "number", "money", "yesno")
        ],
    }


def _named(draft: Draft) -> list[Office]:
    codes = [code for row in draft.reporters for code in row.values["offices"]]
    return list(offices.offices().filter(code__in=codes)) if codes else []


def _areas(chosen: str, below: list[Any]) -> list[tuple[str, str]]:
    found = [(area.code, area.name) for area in below]
    if chosen and chosen not in dict(found):
        found.append((chosen, offices.area_names([chosen], timezone.localdate()).get(chosen, chosen)))
    return found


@guarded("form.change", "POST")
def show(request: HttpRequest) -> HttpResponse:
    """The live preview of what is being typed; nothing is kept."""
    pk = asked.key(request.POST.get("form"))
    form = reporting.form_by_id(pk) if pk is not None else None
    owner = form.owner if form else own_office(request)
    draft = drafts.from_post(request.POST)
    return render(request, "web/forms/_preview.html", {"draft": draft, "live": True} | look(draft, owner))


@guarded("form.change", "POST")
def check(request: HttpRequest) -> HttpResponse:
    """One sentence on the expression in the field `field`: what it demands, or where it is wrong."""
    draft = drafts.from_post(request.POST)
    drafts.to_data(draft)  # gives codes to fields that have none yet
    names = drafts.labels([r for r in draft.indicators if r.values["type"] in _NUMBERS])
    text = request.POST.get(request.GET.get("field", ""), "").strip()
    context: dict[str, Any] = {"text": text, "said": "", "error": ""}
    try:
        rule = expressions.parse(text) if text else None
    except expressions.BadExpression as error:
        context["error"] = str(error)
    else:
        unknown = sorted(rule.names - set(names)) if rule else []
        if unknown:
            context["error"] = _("there is no number with the code “%(code)s”") % {"code": unknown[0]}
        elif rule:
            context["said"] = words.rule(rule.text, names)
    return render(request, "web/forms/_checked.html", context)


@guarded("form.change")
def find(request: HttpRequest) -> HttpResponse:
    """Offices by name inside the own area, to tick: `?called=` and the field's name in `?name=`."""
    actor = request.actor
    called = next((v for k, v in request.GET.items() if k == "called" or k.endswith("-called")), "")
    name = request.GET.get("name", "")
    key = name.removesuffix("-offices")
    if name != "office" and not (key[:1] == "p" and key[1:].isdecimal()):
        raise Refused(_("The list of offices is damaged. Open the page again."))
    found = offices.suggest(called, lo=actor.lo, hi=actor.hi)
    return render(request, "web/forms/_offices.html", {"offices": found, "text": called, "name": name})


_NUMBERS = ("count", "number", "money", "yesno")


def _is_part(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"
