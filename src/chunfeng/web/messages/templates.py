"""Templates: the list by occasion, writing one with a preview, the shipped ones."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.people import actions, channels
from chunfeng.people.choices import MessageChannel, Occasion
from chunfeng.people.messaging import library, placeholders
from chunfeng.people.models import MessageTemplate
from chunfeng.people.queries import messages as queries
from chunfeng.web.guards import guarded
from chunfeng.web.messages.forms import TemplateForm
from chunfeng.web.people import common


@guarded("person.read")
def home(request: HttpRequest) -> HttpResponse:
    """The templates in force or to come, by occasion; occasions without one are named."""
    actor, today = request.actor, timezone.localdate()
    names = common.Names(actor)
    rows = [row for row in queries.templates(actor) if row.valid_to is None or row.valid_to > today]
    names.load(code for row in rows for code in (row.home, row.destination))
    groups = [
        {
            "label": occasion.label,
            "rows": [
                {
                    "row": row,
                    "home": names.of(row.home),
                    "destination": names.of(row.destination),
                    "own": row.office_id == actor.office_id,
                    "to_come": row.valid_from > today,
                    "preview": queries.preview(row.text, _signature(row.channel)),
                }
                for row in rows
                if row.occasion == occasion
            ],
        }
        for occasion in Occasion
    ]
    return render(request, "web/messages/templates.html", {"groups": groups})


@guarded("message.template", "GET", "POST")
def new(request: HttpRequest) -> HttpResponse:
    """Write a template; one that is there can be the beginning (`from`)."""
    start: dict[str, Any] = {"valid_from": timezone.localdate(), "channel": "sms"}
    pattern = (
        queries.template(request.actor, int(request.GET["from"]))
        if _is_key(request.GET.get("from"))
        else None
    )
    if pattern is not None:
        start |= _initial(pattern) | {"valid_from": timezone.localdate(), "valid_to": None}
    return _run(request, TemplateForm(request.POST or None, initial=start), None)


@guarded("message.template", "GET", "POST")
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Put an unused template right, or look at one that was used."""
    row = common.found_or_404(queries.template(request.actor, pk))
    return _run(request, TemplateForm(request.POST or None, initial=_initial(row)), row)


@guarded("message.template", "POST")
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """The template speaks no more from today."""
    row = common.found_or_404(queries.template(request.actor, pk))
    today = timezone.localdate()
    actions.end_template(template=row, on=max(today, row.valid_from), by=request.actor, at=timezone.now())
    messages.success(request, _("The template is ended."))
    return redirect("message-templates")


@guarded("message.template", "GET", "POST")
def shipped(request: HttpRequest) -> HttpResponse:
    """The shipped templates with their sources; those chosen are taken over into the own office."""
    actor = request.actor
    if request.method == "POST":
        chosen = [code for code in request.POST.getlist("code") if library.template(code)]
        if not chosen:
            messages.error(request, _("Choose at least one."))
            return redirect("message-templates-shipped")
        made = actions.take_shipped(codes=chosen, by=actor, at=timezone.now())
        messages.success(request, _("%(n)s templates are taken over.") % {"n": len(made)})
        return redirect("message-templates")
    held = {row.name for row in queries.templates(actor) if row.office_id == actor.office_id}
    rows = [
        {
            "row": each,
            "held": each.name in held,
            "occasion": Occasion(each.occasion).label,
            "preview": queries.preview(each.text),
        }
        for each in library.templates()
    ]
    return render(request, "web/messages/shipped.html", {"rows": rows})


def _run(request: HttpRequest, form: TemplateForm, row: MessageTemplate | None) -> HttpResponse:
    if "preview" in request.POST:
        return _preview(request, row)
    if request.method == "POST" and form.is_valid():
        by = {"by": request.actor, "at": timezone.now()}
        try:
            if row is None:
                actions.add_template(values=form.cleaned_data, **by)
            else:
                actions.change_template(template=row, values=form.cleaned_data, **by)
        except NotAllowed:
            raise
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The template is saved."))
            return redirect("message-templates")
    shown = queries.preview(row.text, _signature(row.channel)) if row is not None else None
    return _page(request, form, row, preview=shown)


def _preview(request: HttpRequest, row: MessageTemplate | None) -> HttpResponse:
    """The text as a made-up person would read it; what else the form lacks does not matter yet."""
    channel = request.POST.get("channel", "")
    more: dict[str, Any] = {}
    try:
        group = channel in MessageChannel.values and channels.is_group(channel)
        text = placeholders.read(request.POST.get("text", ""), group=group)
        more["preview"] = queries.preview(text, _signature(channel))
    except Refused as refused:
        more["wrong"] = str(refused)
    if request.headers.get("HX-Request"):
        return render(request, "web/messages/_preview.html", more)
    return _page(request, TemplateForm(initial=request.POST.dict()), row, **more)


def _page(request: HttpRequest, form: TemplateForm, row: MessageTemplate | None, **more: Any) -> HttpResponse:
    context = {
        "form": form,
        "row": row,
        "own": row is None or row.office_id == request.actor.office_id,
        "placeholders": list(placeholders.PLACEHOLDERS.values()),
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "web/messages/template.html", context | more, status=status)


def _initial(row: MessageTemplate) -> dict[str, Any]:
    names = common.Names()
    names.load([row.home, row.destination])
    plain = ("name", "occasion", "channel", "text", "source", "valid_from", "valid_to")
    places = {
        key: f"{code} {names.of(code)}" if (code := getattr(row, key)) else ""
        for key in ("home", "destination")
    }
    return {name: getattr(row, name) for name in plain} | places


def _signature(channel: str) -> str:
    return str(settings.MESSAGE_GATEWAYS.get(channel, {}).get("signature", ""))


def _is_key(text: str | None) -> bool:
    return bool(text) and text.isascii() and text.isdecimal() and len(text) < 19  # type: ignore[union-attr]
