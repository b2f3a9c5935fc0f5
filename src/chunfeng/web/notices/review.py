"""The review page: the original on the left, what was read on the right."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chunfeng.core.errors import Refused
from chunfeng.notices import actions, queries
from chunfeng.notices.choices import State
from chunfeng.notices.models import Duty, Notice
from chunfeng.notices.refusals import why_doubtful
from chunfeng.web.guards import guarded
from chunfeng.web.notices import marking
from chunfeng.web.notices.common import actor_of, card_of, is_htmx, notice_or_404, works_on
from chunfeng.web.notices.fields import HEADER, shown


@guarded("notice.register")
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """Original with highlights, header fields, doubtful places, duties; a fixed number of queries."""
    notice = notice_or_404(request, pk)
    if notice.state == State.UNREADABLE:
        return redirect("notice-retype", pk)
    return render(request, "web/notices/review.html", page_context(request, notice))


def page_context(request: HttpRequest, notice: Notice) -> dict[str, Any]:
    """Everything the review page shows."""
    clauses = queries.clauses(notice)
    duties = queries.duties_for(actor_of(request), notice)
    editable = notice.state == State.READ and works_on(actor_of(request), notice)
    for duty in duties:
        duty.notice = notice
    return {
        "notice": notice,
        "lines": marking.lines(notice.text, clauses, duties, notice.suspects),
        "doubts": [{**place, "why": why_doubtful(place.get("why", ""))} for place in notice.suspects],
        "fields": [shown(notice, name) for name in HEADER],
        "groups": groups(duties),
        "citations": list(notice.citations.select_related("target").order_by("id")),
        "counters": queries.counters(notice),
        "editable": editable,
        "contact_count": notice.contacts.count(),
        "on": request.GET.get("on", ""),
    }


def groups(duties: list[Duty]) -> list[dict[str, Any]]:
    """Duties under their clauses, in printed order."""
    return [
        {"clause": clause, "duties": [card_of(d) for d in found]}
        for clause, found in groupby(sorted(duties, key=lambda d: d.clause.position), key=lambda d: d.clause)
    ]


@guarded("notice.register", "POST")
def finish(request: HttpRequest, pk: int) -> HttpResponse:
    """Close the review; what is undecided is listed on the page."""
    notice = notice_or_404(request, pk)
    try:
        actions.finish_review(notice=notice, by=actor_of(request), at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("notice-review", pk)
    messages.success(request, _("Review finished. A leader can issue the notice now."))
    return redirect("notice", pk)


@guarded("notice.register", "POST")
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a finished review again."""
    actions.reopen_review(notice=notice_or_404(request, pk), by=actor_of(request), at=timezone.now())
    return redirect("notice-review", pk)


@guarded("notice.register", "POST")
def confirm_dated(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm all duties whose deadline the text settles."""
    count = actions.confirm_dated(notice=notice_or_404(request, pk), by=actor_of(request), at=timezone.now())
    messages.success(
        request, ngettext("%(n)s duty confirmed.", "%(n)s duties confirmed.", count) % {"n": count}
    )
    return redirect("notice-review", pk)


@guarded("notice.register", "POST")
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """A duty from marked text."""
    try:
        start, end = int(request.POST.get("start", "")), int(request.POST.get("end", ""))
    except ValueError:
        raise Refused(_("Mark the words of the duty in the text first.")) from None
    duty = actions.add_duty(
        notice=notice_or_404(request, pk), start=start, end=end, by=actor_of(request), at=timezone.now()
    )
    return _to(request, f"{reverse('notice-review', args=[pk])}?on={duty.pk}#duty-{duty.pk}")


@guarded("notice.register", "POST")
def suspect(request: HttpRequest, pk: int, index: int) -> HttpResponse:
    """A doubtful place stands as it is, or gets the right characters."""
    text = request.POST.get("text") if request.POST.get("act") == "replace" else None
    actions.settle_suspect(
        notice=notice_or_404(request, pk), index=index, text=text, by=actor_of(request), at=timezone.now()
    )
    return _to(request, f"{reverse('notice-review', args=[pk])}?place={index}#doubts")


def _to(request: HttpRequest, url: str) -> HttpResponse:
    if is_htmx(request):
        response = HttpResponse(status=204)
        response["HX-Redirect"] = url
        return response
    return redirect(url)
