"""A form's page: what it asks, of whom, by which text, and how it changed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.notices import queries as notices
from chunfeng.offices import roles
from chunfeng.reporting import actions, queries
from chunfeng.reporting.actions.forms import may_change
from chunfeng.reporting.choices import FormState
from chunfeng.reporting.definition import BadForm, dump_yaml
from chunfeng.reporting.models import Form, FormVersion
from chunfeng.web import asked
from chunfeng.web.forms import words
from chunfeng.web.forms.common import form_or_404, ledger_url
from chunfeng.web.forms.differences import differences
from chunfeng.web.forms.preview import preview
from chunfeng.web.forms.reach import reach
from chunfeng.web.guards import guarded


@guarded("form.read")
def form(request: HttpRequest, pk: int) -> HttpResponse:
    """The form as it holds now; `?version=` shows another one, always with what it changed."""
    return _page(request, form_or_404(pk))


@guarded("form.change", "POST")
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the draft in force from a day on."""
    found = form_or_404(pk)
    day = asked.day(request.POST.get("applies_from"))
    if request.POST.get("applies_from") and day is None:
        return _refused(
            request, found, "publish", [_("Write the day as year-month-day, for example 2020-02-05.")]
        )
    try:
        version = actions.publish(
            form=found, by=request.actor, at=timezone.now(), applies_from=day,
            seen=request.POST.get("seen", ""),
        )  # fmt: skip
    except NotAllowed:
        raise
    except Refused as refusal:
        return _refused(request, found, "publish", _sentences(refusal))
    messages.success(
        request,
        _("Version %(n)s holds from %(day)s on.") % {"n": version.number, "day": version.applies_from},
    )
    return redirect("form", pk)


@guarded("form.change", "POST")
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """End the form with a reason."""
    found = form_or_404(pk)
    day = asked.day(request.POST.get("on"))
    if day is None:
        return _refused(
            request, found, "end", [_("Write the day as year-month-day, for example 2020-02-05.")]
        )
    try:
        reason = request.POST.get("reason", "")
        actions.end_form(form=found, on=day, by=request.actor, at=timezone.now(), reason=reason)
    except NotAllowed:
        raise
    except Refused as refusal:
        return _refused(request, found, "end", _sentences(refusal))
    messages.success(request, _("The form ends on %(day)s.") % {"day": day})
    return redirect("form", pk)


@guarded("form.read")
def export(request: HttpRequest, pk: int) -> HttpResponse:
    """The definition as a YAML file."""
    found = form_or_404(pk)
    version = _chosen(request, found)
    if version is None:
        raise Http404(_("This form has no such version."))
    text = dump_yaml(queries.definition_of(version))
    response = HttpResponse(text, content_type="application/yaml; charset=utf-8")
    name = f"{found.code}-{version.number}.yaml"
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response


def _sentences(refusal: Refused) -> list[str]:
    return refusal.problems if isinstance(refusal, BadForm) else [str(refusal)]


def _refused(request: HttpRequest, found: Form, act: str, wrong: list[str]) -> HttpResponse:
    answer = _page(request, form_or_404(found.pk), failed=act, wrong=wrong)
    answer.status_code = 422
    answer.roll_back = True
    return answer


def _chosen(request: HttpRequest, found: Form) -> FormVersion | None:
    rows = list(queries.versions(found))
    number = asked.key(request.GET.get("version"))
    if number is not None:
        return next((row for row in rows if row.number == number), None)
    return next((row for row in rows if row.published_at), rows[0] if rows else None)


def _page(
    request: HttpRequest, found: Form, *, failed: str = "", wrong: list[str] | None = None
) -> HttpResponse:
    rows = list(queries.versions(found))
    chosen = _chosen(request, found)
    if chosen is None:
        raise Http404(_("This form has no such version."))
    definition = queries.definition_of(chosen)
    before = next((row for row in rows if row.number < chosen.number), None)
    notice = found.clause.notice if found.clause else None
    if notice is not None and notices.one(request.actor, notice.pk) is None:
        notice = None  # cited, but out of this reader's sight
    may = roles.can(request.actor, "form.change") and _near(request, found)
    context: dict[str, Any] = {
        "form": found,
        "version": chosen,
        "versions": rows,
        "before": before,
        "changes": differences(queries.definition_of(before), definition) if before else [],
        "p": preview(
            definition,
            reach(definition.reporters, found.owner),
            deadline=words.once_due(found.starts_on, definition),
        ),
        "notice": notice,
        "seen": queries.newest_wording(found),
        "draft": next((row for row in rows if row.published_at is None), None),
        "may": may,
        "ended": found.state == FormState.ENDED,
        "peaks": queries.peak_periods(found.area_code, first=timezone.localdate())
        if definition.peak_every
        else [],
        "ledger": ledger_url(found) if found.state != FormState.DRAFT else "",
        "today": timezone.localdate().isoformat(),
        "failed": failed,
        "wrong": wrong or [],
        "typed": request.POST if failed else {},
    }
    return render(request, "web/forms/form.html", context)


def _near(request: HttpRequest, found: Form) -> bool:
    """Whether the buttons are shown; the actions decide."""
    try:
        may_change(request.actor, found.owner)
    except NotAllowed:
        return False
    return True
