"""For those who write YAML, and for forms that come as a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.reporting import actions, queries
from chunfeng.reporting.definition import BadForm, dump, dump_yaml, load_yaml
from chunfeng.reporting.definition.xlsform import read_xlsform
from chunfeng.web.forms import editor
from chunfeng.web.forms.common import form_or_404
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
        actions.save_draft(
            form=form, definition=load_yaml(text), by=request.actor, at=timezone.now(),
            seen=request.POST.get("seen", ""),
        )  # fmt: skip
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
    context["seen"] = request.POST.get("seen", "") or queries.newest_wording(form)
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
    """Read a YAML or XLSForm file into the editor; what could not be taken over is listed there."""
    if request.method == "GET":
        return render(request, "web/forms/import.html", {"problems": []})
    upload = request.FILES.get("file")
    try:
        if upload is None:
            raise Refused(_("Choose a file: YAML (.yaml) or XLSForm (.xlsx)."))
        if (upload.size or 0) > LARGEST:
            raise Refused(_("The file is larger than 2 MB: this is no form."))
        data, left = _read(upload.name or "", upload.read())
    except Refused as refusal:
        return render(request, "web/forms/import.html", {"problems": sentences(refusal)}, status=422)
    return editor.opened(request, data, left)


def _read(name: str, content: bytes) -> tuple[Mapping[str, Any], list[str]]:
    """The plain data in a file, and what was not taken over."""
    if name.lower().endswith((".yaml", ".yml")):
        return dump(load_yaml(content)), []
    if name.lower().endswith((".xlsx", ".xls")):
        found = read_xlsform(content)
        return found.data, [str(each) for each in found.left]
    raise Refused(_("“%(name)s” is neither YAML (.yaml) nor XLSForm (.xlsx).") % {"name": name})
