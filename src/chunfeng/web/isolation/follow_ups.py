"""Follow-ups by their next day; one of them: ask again, close with the outcome."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import F, QuerySet, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.offices import roles
from chunfeng.people.actions import follow_ups as actions
from chunfeng.people.choices import FollowUpReason, Outcome
from chunfeng.people.models import FollowUp, Person
from chunfeng.people.queries import follow_ups as queries
from chunfeng.people.queries import register
from chunfeng.web import asked
from chunfeng.web.guards import guarded
from chunfeng.web.isolation import common
from chunfeng.web.lists import Column, Filter, Listing
from chunfeng.web.people.common import Names, found_or_404

WHATS = (
    ("due", gettext_lazy("due today or earlier")),
    ("late", gettext_lazy("past their day")),
    ("closed", gettext_lazy("outcome known")),
)
_FAR = date(9999, 12, 31)


@never_cache
@guarded("contact_record.write")
def home(request: HttpRequest) -> HttpResponse:
    """Open follow-ups, the nearest day first; closed ones where asked."""
    actor, today = request.actor, timezone.localdate()
    names = Names(actor)
    listing = Listing(
        name="follow-ups",
        sort="day",
        filters=[
            Filter("what", gettext_lazy("What"), lambda: WHATS, apply=lambda rows, v: _narrow(rows, v, today)),
            Filter("reason", gettext_lazy("Because of"), lambda: FollowUpReason.choices),
            Filter("area", gettext_lazy("Area"), lambda: common.areas_below(actor), apply=common.in_range),
        ],
        columns=[
            Column("name", gettext_lazy("Name"), common.name_of),
            Column("reason", gettext_lazy("Because of"), lambda r: r.get_reason_display()),
            Column("area", gettext_lazy("Area"), lambda r: names.short(r.area_code)),
            Column("next", gettext_lazy("Ask again on"), lambda r: r.next_on or _("outcome known"), order="day"),
            Column("opened", gettext_lazy("Since"), lambda r: timezone.localdate(r.opened_at), order="opened_at"),
            Column("office", gettext_lazy("Office"), lambda r: r.office.name),
            Column("partner", gettext_lazy("Partner told"), lambda r: r.partner.name if r.partner_id else ""),
        ],
    )  # fmt: skip
    rows = register.named(queries.follow_ups(actor)).annotate(day=Coalesce(F("next_on"), Value(_FAR)))
    what = request.GET.get("what", "")
    if what not in dict(WHATS):
        rows = rows.filter(closed_at__isnull=True)
    if listing.wants_export(request):
        return listing.export(request, rows)
    page = listing.page(request, rows)
    names.load(row.area_code for row in page.rows)
    shown = {"page": page, "numbers": queries.numbers(actor, today), "what": what, "today": today}
    return render(request, "web/isolation/follow_ups.html", shown)


def _narrow(rows: QuerySet[FollowUp], what: str, today: date) -> QuerySet[FollowUp]:
    if what == "closed":
        return rows.filter(closed_at__isnull=False)
    bound = {"next_on__lt": today} if what == "late" else {"next_on__lte": today}
    return rows.filter(closed_at__isnull=True, **bound)


@never_cache
@guarded("contact_record.write", "GET", "POST")
def new(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a follow-up of a person."""
    person: Person = found_or_404(common.person_of(request.actor, pk))
    error = ""
    if request.method == "POST":
        try:
            made = actions.open_follow_up(
                person=person, reason=request.POST.get("reason", ""),
                next_on=asked.day(request.POST.get("next_on")), source=request.POST.get("source", ""),
                by=request.actor, at=timezone.now(),
            )  # fmt: skip
        except NotAllowed:
            raise
        except Refused as refused:
            error = str(refused)
        else:
            return redirect("follow-up", made.pk)
    shown = {"person": person, "reasons": FollowUpReason.choices, "error": error, "typed": request.POST}
    return render(request, "web/isolation/follow_up_new.html", shown, status=422 if error else 200)


@never_cache
@guarded("contact_record.write")
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """One follow-up with every time the person was asked."""
    return _page(request, _found(request, pk))


@guarded("contact_record.write", "POST")
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """The person was asked again."""
    row, post = _found(request, pk), request.POST
    try:
        actions.ask_again(
            follow_up=row, outcome=post.get("outcome", ""), note=post.get("note", ""),
            next_on=asked.day(post.get("next_on")), key=post.get("key", "")[:80] or common.new_key(),
            by=request.actor, at=timezone.now(),
        )  # fmt: skip
    except NotAllowed:
        raise
    except Refused as refused:
        return _page(request, row, error={"ask": str(refused)}, status=422)
    messages.success(request, _("Written down. Ask again on the day shown."))
    return redirect("follow-up", row.pk)


@guarded("contact_record.write", "POST")
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """The outcome is known."""
    row = _found(request, pk)
    try:
        actions.close_follow_up(
            follow_up=row, outcome=request.POST.get("result", ""), by=request.actor, at=timezone.now()
        )
    except NotAllowed:
        raise
    except Refused as refused:
        return _page(request, row, error={"close": str(refused)}, status=422)
    messages.success(request, _("Closed with its outcome."))
    return redirect("follow-up", row.pk)


def _found(request: HttpRequest, pk: int) -> FollowUp:
    found: FollowUp = found_or_404(queries.follow_up(request.actor, pk))
    return found


def _page(
    request: HttpRequest, row: FollowUp, *, error: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    person = common.person_of(request.actor, row.person_id)
    shown = {
        "row": row,
        "person": person,
        "title": person.name if person else f"#{row.person_id}",
        "area": Names(request.actor).of(row.area_code),
        "contacts": queries.contacts(row),
        "partner": queries.partner(row),
        "may_coordinate": roles.can(request.actor, "issue.work"),
        "outcomes": Outcome.choices,
        "key": common.new_key(),
        "today": timezone.localdate(),
        "late": row.next_on is not None and row.next_on < timezone.localdate(),
        "error": error or {},
        "typed": request.POST if error else {},
    }
    return render(request, "web/isolation/follow_up.html", shown, status=status)
