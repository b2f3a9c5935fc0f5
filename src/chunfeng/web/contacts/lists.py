"""The room's first page, and the list of each kind."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from chunfeng.core.actor import Actor
from chunfeng.people.choices import ContactKind, Outcome
from chunfeng.people.kinds import KINDS, Kind
from chunfeng.people.queries import contacts as queries
from chunfeng.people.queries import due
from chunfeng.web.contacts.common import (
    DUE_TITLES,
    KEPT,
    OUTCOMES,
    TITLES,
    areas_below,
    days_choices,
    in_area,
    kind_or_404,
)
from chunfeng.web.guards import guarded
from chunfeng.web.lists import Column, Filter, Listing
from chunfeng.web.people import common

_EVERY = (1, 3, 14, 30)


@guarded("person.read")
def home(request: HttpRequest) -> HttpResponse:
    """Every kind with what was done today and in seven days; who is still due is counted after the page is there."""
    actor, today = request.actor, timezone.localdate()
    done = queries.counted(actor, today - timedelta(6), today)
    cards = [
        {
            "kind": kind, "title": TITLES[slug][0], "about": TITLES[slug][1], "source": kind.script.source,
            "today": done.get(slug, (0, 0))[0], "week": done.get(slug, (0, 0))[1],
            "due_title": DUE_TITLES.get(slug),
        }
        for slug, kind in KINDS.items()
    ]  # fmt: skip
    return render(request, "web/contacts/home.html", {"cards": cards})


@never_cache
@guarded("person.read")
def kind_list(request: HttpRequest, kind: str) -> HttpResponse:
    """One page of the contacts of a kind; answers stay sealed, also in the export."""
    chosen = kind_or_404(kind)
    actor: Actor = request.actor
    names = common.Names(actor)
    listing = _contacts_listing(actor, chosen, names)
    rows = queries.contacts(actor, kind)
    if listing.wants_export(request):
        return listing.export(request, rows)
    page = listing.page(request, rows)
    names.load(code for row in page.rows for code in (row.area_code, row.origin, row.moves_in))
    context = {
        "kind": chosen, "title": TITLES[kind][0], "page": page, "has_group": due.has_group(kind),
        "due_title": DUE_TITLES.get(kind),
    }  # fmt: skip
    return render(request, "web/contacts/kind.html", context | search(request))


@guarded("person.read", "POST")
def find(request: HttpRequest, kind: str, page: str) -> HttpResponse:
    """Take the search words and lead back under a token that only this user opens."""
    kind_or_404(kind)
    text = request.POST.get("text", "").strip()[:60]
    query = {name: request.POST[name][:40] for name in KEPT if request.POST.get(name)}
    if text:
        query["q"] = common.seal_text(text, request.actor)
    to = {"list": "contacts-kind", "due": "contacts-due", "new": "contact-new"}.get(page)
    if to is None:
        raise Http404
    return redirect(reverse(to, args=[kind]) + ("?" + urlencode(query) if query else ""))


def search(request: HttpRequest) -> dict[str, Any]:
    token = request.GET.get("q", "")
    return {
        "searched": common.open_text(token, request.actor) if token else "",
        "kept": [(name, request.GET[name]) for name in KEPT if request.GET.get(name)],
    }


def _contacts_listing(actor: Actor, kind: Kind, names: common.Names) -> Listing:
    branches = kind.script.branches
    return Listing(
        name=f"contacts-{kind.slug}",
        sort="-pk",
        search=lambda rows, token: queries.about(rows, actor, common.open_text(token, actor)),
        filters=[
            Filter("area", gettext_lazy("Area"), lambda: areas_below(actor), apply=in_area),
            Filter("branch", gettext_lazy("Result"), lambda: list(branches.items())),
            *([Filter("outcome", gettext_lazy("Spoken with?"), lambda: list(OUTCOMES.items()))] if kind.tried else []),
            Filter("days", gettext_lazy("Since"), days_choices, apply=_since),
        ],
        columns=[
            Column("name", gettext_lazy("Name"), lambda c: c.person.name),
            Column("at", gettext_lazy("When"), lambda c: c.at),
            Column("result", gettext_lazy("Result"), lambda c: result(c, branches)),
            *([Column("origin", gettext_lazy("Came from"), lambda c: names.of(c.origin))] if kind.origin else []),
            *([Column("place", gettext_lazy("Where it was"), lambda c: c.place)] if kind.place else []),
            *(
                [Column("moves_in", gettext_lazy("May move within"), lambda c: names.short(c.moves_in))]
                if kind.moves_in
                else []
            ),
            Column("area", gettext_lazy("Area"), lambda c: names.short(c.area_code)),
            Column("by", gettext_lazy("By"), lambda c: c.by_name),
        ],
    )  # fmt: skip


def result(contact: Any, branches: dict[str, str]) -> Any:
    """What came of a contact, in words that open nothing: the branch, or why nobody was spoken with."""
    if contact.outcome != Outcome.REACHED:
        if contact.kind == ContactKind.CALL:
            return contact.get_outcome_display()
        return OUTCOMES.get(contact.outcome, contact.get_outcome_display())
    return branches.get(contact.branch, "") or OUTCOMES[Outcome.REACHED]


def _since(rows: QuerySet[Any], days: str) -> QuerySet[Any]:
    start = timezone.localdate() - timedelta(int(days) - 1)
    return rows.filter(at__date__gte=start)
