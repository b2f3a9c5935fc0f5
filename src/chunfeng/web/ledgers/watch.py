"""Those who came back from affected areas, and what was done with them (D12)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from chunfeng.people.models import Person
from chunfeng.people.queries import affected, ledgers, lists
from chunfeng.people.queries.ledgers import Done
from chunfeng.web.guards import guarded
from chunfeng.web.ledgers import asking
from chunfeng.web.ledgers.people import columns, done_words
from chunfeng.web.lists import Column, Listing
from chunfeng.web.people import common


@never_cache
@guarded("person.read")
def home(request: HttpRequest) -> HttpResponse:
    """One page of the watch list with the actions of each; the export holds them too."""
    q = asking.question(request)
    names = common.Names(q.actor)
    rows = lists.people("watch", q).prefetch_related("phones")
    listing = columns("watch", names)
    if listing.wants_export(request):
        return _with_actions(listing, ledgers.done_with(rows)).export(request, rows)
    page = listing.page(request, rows)
    names.load_people(page.rows)
    done = ledgers.done_with(page.rows)
    lines, totals = ledgers.by_area(["watch"], q)
    context = {
        "named": lists.LISTS["watch"],
        "page": page,
        "q": q,
        "path": asking.path(q),
        "n": totals["watch"],
        "lines": [line for line in lines if line.code and line.counts.get("watch")],
        "declared": affected.affected_codes(q.area, q.on),
        "rows": [
            {
                "person": person,
                "home": names.short(person.area_code),
                "work": names.of(person.work_area),
                "done": done[person.pk],
                "tags": done_words(done[person.pk]),
            }
            for person in page.rows
        ],
    }
    return render(request, "web/ledgers/watch.html", context)


def _with_actions(listing: Listing, done: dict[int, Done]) -> Listing:
    def words(person: Person) -> str:
        return "、".join(said for _tone, said in done_words(done[person.pk]))

    return Listing(
        name=listing.name,
        sort=listing.sort,
        columns=[*listing.columns, Column("done", gettext_lazy("What was done"), words)],
    )
