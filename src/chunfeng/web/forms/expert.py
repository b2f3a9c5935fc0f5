"""For those who write YAML, and for forms that come as a file."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.reporting import actions, queries
from chunfeng.reporting.choices import Origin
from chunfeng.reporting.definition import BadForm, dump_yaml, load_yaml
from chunfeng.web.forms.common import form_or_404, own_office
from chunfeng.web.forms.preview import preview
from chunfeng.web.forms.reach import reach
from chunfeng.web.guards import guarded

LARGEST = 2_000_000
"""Bytes of an uploaded form."""


@guarded("form.change", "GET", "POST")
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The draft as YAML; the same draft as in the editor."""
    form = form_or_404(pk)
    version = queries.draft_of(form) or queries.current_version(form)
    if request.method == "GET":
        text = dump_yaml(queries.definition_of(version)) if version else ""
        return _yaml_page(request, form, text)
    text = request.POST.get("yaml", "")
    try:
        actions.save_draft(form=form, definition=load_yaml(text), by=request.actor, at=timezone.now())
    except NotAllowed:
        raise
    except Refused as refusal:
        return _yaml_page(request, form, text, problems=sentences(refusal))
    messages.success(request, _("The draft is saved. Nobody owes anything before it is published."))
    return redirect("form", pk)


def _yaml_page(
    request: HttpRequest, form: Any, text: str, *, problems: list[str] | None = None
) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "yaml": text, "problems": problems or [], "p": None}
    try:
        parsed = load_yaml(text)
        context["p"] = preview(parsed, reach(parsed.reporters, form.owner))
    except BadForm:
        pass
    answer = render(request, "web/forms/yaml.html", context, status=422 if problems else 200)
    answer.roll_back = bool(problems)
    return answer


def sentences(refusal: Refused) -> list[str]:
    """The problems of a refusal, one each."""
    return refusal.problems if isinstance(refusal, BadForm) else [str(refusal)]


@guarded("form.change", "GET", "POST")
def bring(request: HttpRequest) -> HttpResponse:
    """Read a YAML or XLSForm file into a draft; what could not be taken over is listed."""
    if request.method == "GET":
        return render(request, "web/forms/import.html", {"problems": [], "kept": {}})
    upload = request.FILES.get("file")
    kept = {name: request.POST.get(name, "") for name in ("source_number", "source_clause", "level")}
    try:
        if upload is None:
            raise Refused(_("Choose a file: YAML (.yaml) or XLSForm (.xlsx)."))
        if upload.size > LARGEST:
            raise Refused(_("The file is larger than 2 MB: this is no form."))
        data, left = read(upload.name or "", upload.read(), kept)
        form = actions.create_form(
            owner=own_office(request),
            definition=data,
            origin=Origin.IMPORT,
            by=request.actor,
            at=timezone.now(),
        )
    except NotAllowed:
        raise
    except Refused as refusal:
        answer = render(
            request, "web/forms/import.html", {"problems": sentences(refusal), "kept": kept}, status=422
        )
        answer.roll_back = True
        return answer
    if left:
        return render(request, "web/forms/imported.html", {"form": form, "left": left})
    messages.success(
        request, _("The file was taken over completely. Look through the draft, then publish it.")
    )
    return redirect("form-edit", form.pk)


def read(name: str, content: bytes, given: dict[str, str]) -> tuple[Any, list[str]]:
    """The definition in a file, and what was not taken over."""
    if name.lower().endswith((".yaml", ".yml")):
        return load_yaml(content), []
    raise Refused(_("“%(name)s” is neither YAML (.yaml) nor XLSForm (.xlsx).") % {"name": name})
