"""The list of work injury cases by what is due next; search words stay out of the address."""

from __future__ import annotations

from datetime import date

from django.db.models import DateField, QuerySet, Value
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.cache import never_cache

from chunfeng.benefits.choices import InjuryApplicant, InjuryState
from chunfeng.benefits.models import InjuryCase
from chunfeng.benefits.queries import injuries as queries
from chunfeng.core.actor import Actor
from chunfeng.web.guards import guarded
from chunfeng.web.lists import Column, Filter, Listing
from chunfeng.web.people.common import Names, open_text, seal_text

TONES = {
    "applied": "info", "incomplete": "warn", "accepted": "info", "recognised": "good", "not_recognised": "bad",
    "served": "", "overdue": "bad",
}  # fmt: skip
"""Colour of a state; the word always stands in it."""
KEPT = ("state", "applicant")
LAST = date(9999, 12, 31)


@never_cache
@guarded("injury.work")
def injuries(request: HttpRequest) -> HttpResponse:
    """One page of the cases in sight, what is due first first; `export=xlsx` gives the whole list."""
    actor: Actor = request.actor
    names, today = Names(actor), timezone.localdate()
    listing = _listing(actor, names, today)
    rows = queries.cases(actor).annotate(due_sort=Coalesce("due_on", Value(LAST), output_field=DateField()))
    if listing.wants_export(request):
        return listing.export(request, rows)
    page = listing.page(request, rows)
    names.load(row.area_code for row in page.rows)
    for row in page.rows:
        row.left = (row.due_on - today).days if row.due_on else None
    counts, token = queries.counts(actor, today), request.GET.get("q", "")
    shown = [("overdue", _("Overdue")), *((state.value, state.label) for state in InjuryState)]
    context = {
        "page": page,
        "tones": TONES,
        "tiles": [(key, label, counts.get(key, 0), TONES[key]) for key, label in shown],
        "state": request.GET.get("state", ""),
        "searched": open_text(token, actor) if token else "",
        "kept": [(name, request.GET[name]) for name in KEPT if request.GET.get(name)],
    }
    return render(request, "web/injuries/injuries.html", context)


@guarded("injury.work", "POST")
def find(request: HttpRequest) -> HttpResponse:
    """Take the search words and lead to the list under a token that only this user opens."""
    text = request.POST.get("text", "").strip()[:60]
    query = {name: request.POST[name][:40] for name in KEPT if request.POST.get(name)}
    if text:
        query["q"] = seal_text(text, request.actor)
    return redirect(reverse("injuries") + ("?" + urlencode(query) if query else ""))


def case_or_404(request: HttpRequest, pk: int) -> InjuryCase:
    """The case, or 404 out of sight."""
    found = queries.case(request.actor, pk)
    if found is None:
        raise Http404
    return found


def _listing(actor: Actor, names: Names, today: date) -> Listing:
    return Listing(
        name="work-injuries",
        sort="due_sort",
        search=lambda rows, token: queries.find(rows, open_text(token, actor)),
        filters=[
            Filter(
                "state",
                gettext_lazy("State"),
                lambda: [("overdue", _("Overdue")), *InjuryState.choices],
                apply=lambda rows, state: _in_state(rows, state, today),
            ),
            Filter("applicant", gettext_lazy("Applied by"), lambda: InjuryApplicant.choices),
        ],
        columns=[
            Column("number", gettext_lazy("No."), lambda c: f"#{c.pk}", order="pk"),
            Column("name", gettext_lazy("Worker"), lambda c: c.beneficiary.name),
            Column("employer", gettext_lazy("Employer"), lambda c: c.employer),
            Column("state", gettext_lazy("State"), lambda c: c.get_state_display()),
            Column("due", pgettext_lazy("injury", "Due next"), lambda c: c.due_on or "", order="due_sort"),
            Column("applied", gettext_lazy("Applied on"), lambda c: c.applied_on, order="applied_on"),
            Column("area", gettext_lazy("Area"), lambda c: names.short(c.area_code)),
        ],
    )


def _in_state(rows: QuerySet[InjuryCase], state: str, today: date) -> QuerySet[InjuryCase]:
    if state == "overdue":
        return rows.filter(state__in=queries.TO_DO, due_on__lt=today)
    return rows.filter(state=state)
