"""Who is still due, place by place and person by person."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.cache import never_cache

from chunfeng.areas import codes
from chunfeng.areas.choices import Level
from chunfeng.core.actor import Actor
from chunfeng.people.queries import due, register
from chunfeng.people.queries.due import Due
from chunfeng.web import asked
from chunfeng.web.contacts.common import DUE_TITLES, areas_below, kind_or_404
from chunfeng.web.contacts.lists import search
from chunfeng.web.guards import guarded
from chunfeng.web.lists import Column, Filter, Listing, position
from chunfeng.web.people import common

_EVERY = (1, 3, 14, 30)
_SHEET = 1000
"""People read at once for an export."""


class Rows:
    """The rows of a group in their order, as a list of pages reads them: a slice fetches its people."""

    def __init__(self, rows: Sequence[Due]) -> None:
        self.rows = rows

    def __getitem__(self, part: slice) -> list[Any]:
        return due.people(self.rows[part])

    def iterator(self, chunk_size: int = _SHEET) -> Iterator[Any]:
        """Everybody, some at a time."""
        for start in range(0, len(self.rows), chunk_size):
            yield from due.people(self.rows[start : start + chunk_size])


class DueListing(Listing):
    """The one list, by target day, over rows that one statement has read already."""

    def _order(self, rows: Any, sort: str) -> Any:
        return Rows(rows.rows[::-1]) if sort.startswith("-") else rows

    def _after(self, rows: Any, sort: str, cursor: str) -> Any:
        rows = self._order(rows, sort)
        if not cursor:
            return rows
        value, key = position(cursor)
        here, falling = (str(value), key), sort.startswith("-")
        places = ((row.target.isoformat(), row.person) for row in rows.rows)
        kept = [
            row for row, at in zip(rows.rows, places, strict=True) if (at < here if falling else at > here)
        ]
        return Rows(kept)


@never_cache
@guarded("person.read")
def due_list(request: HttpRequest, kind: str) -> HttpResponse:
    """Who of the group is still due, with the share of every place; those done already with `seen=all`."""
    chosen = kind_or_404(kind)
    if not due.has_group(kind):
        raise Http404
    actor, today = request.actor, timezone.localdate()
    names = common.Names(actor)
    every = asked.key(request.GET.get("every", ""))
    group = due.group(actor, kind, today, every=every if every in _EVERY else None)
    rows = Rows(group if request.GET.get("seen", "") == "all" else due.left(group))
    listing = _listing(actor, kind, names)
    if listing.wants_export(request):
        return listing.export(request, rows)
    page = listing.page(request, rows)
    names.load(code for person in page.rows for code in (person.spot, person.work_area))
    shares = due.shares(group, today, sum(codes.WIDTHS[: _depth(actor)]))
    names.load(share.place for share in shares)
    context = {
        "kind": chosen, "title": DUE_TITLES[kind], "page": page, "today": today, "every": due.EVERY.get(kind),
        "shares": [
            {
                "name": names.short(share.place), "people": share.people, "due": share.due, "late": share.late,
                "done": share.people - share.due, "code": share.place,
                "percent": round(100 * (share.people - share.due) / share.people),
            }
            for share in shares
        ],
        "total": len(group), "left": sum(share.due for share in shares), "late": sum(share.late for share in shares),
    }  # fmt: skip
    return render(request, "web/contacts/due.html", context | search(request))


@never_cache
@guarded("person.read")
def due_count(request: HttpRequest, kind: str) -> HttpResponse:
    """How many are still due and how many late: a part of the room's first page."""
    chosen = kind_or_404(kind)
    if not due.has_group(kind):
        raise Http404
    today = timezone.localdate()
    waiting = due.left(due.group(request.actor, kind, today))
    context = {
        "kind": chosen, "due_title": DUE_TITLES[kind], "due": len(waiting),
        "late": sum(row.target < today for row in waiting),
    }  # fmt: skip
    return render(request, "web/contacts/_due_count.html", context)


def _depth(actor: Actor) -> int:
    """The level whose areas are counted: those directly below the actor's own, villages at the deepest."""
    return min(codes.level(actor.area_code or codes.COUNTRY) + 1, Level.VILLAGE)


def _listing(actor: Actor, kind: str, names: common.Names) -> DueListing:
    again = kind in due.EVERY
    in_village = bool(actor.area_code) and codes.level(actor.area_code) >= Level.VILLAGE
    filters = [
        Filter("area", gettext_lazy("Area"), lambda: areas_below(actor), apply=_in_area),
        Filter("late", gettext_lazy("Target day"), lambda: [("late", _("Passed"))], apply=_late),
        Filter(
            "seen", gettext_lazy("Shown"), lambda: [("all", _("Everybody"))], apply=lambda rows, _value: rows
        ),
    ]
    if again:
        filters.append(
            Filter("every", gettext_lazy("Due again after"), _intervals, apply=lambda rows, _value: rows)
        )
    since = gettext_lazy("Last time") if again else gettext_lazy("Here since")
    return DueListing(
        name=f"due-{kind}",
        sort="target",
        search=lambda rows, token: _found(rows, actor, common.open_text(token, actor)),
        filters=filters,
        columns=[
            Column("name", gettext_lazy("Name"), lambda p: p.name),
            Column("target", gettext_lazy("Target day"), lambda p: p.target, order="target"),
            Column("since", since, lambda p: p.since.isoformat() if p.since else _("never")),
            *(
                []
                if in_village
                else [Column("spot", pgettext_lazy("person", "Where it is"), lambda p: names.short(p.spot))]
            ),
            *([] if again else [Column("work", gettext_lazy("Work area"), lambda p: names.of(p.work_area))]),
            Column("phone", gettext_lazy("Phone"), lambda p: next(iter(common.masked_phones(p)), "")),
        ],
    )  # fmt: skip


def _intervals() -> list[tuple[str, str]]:
    return [(str(n), _("%(n)s days") % {"n": n}) for n in _EVERY]


def _in_area(rows: Any, code: str) -> Any:
    lo, hi = codes.code_range(code)
    return Rows([row for row in rows.rows if lo <= row.spot < hi])


def _late(rows: Any, _value: str) -> Any:
    today = timezone.localdate()
    return Rows([row for row in rows.rows if not row.seen and row.target < today])


def _found(rows: Any, actor: Actor, text: str) -> Any:
    """Those of the rows who answer to a search word."""
    meant = set(register.find(register.people(actor), text).values_list("pk", flat=True))
    return Rows([row for row in rows.rows if row.person in meant])
