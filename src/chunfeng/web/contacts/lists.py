"""The room's first page, the list of each kind, and who is still due."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from chunfeng.areas import codes
from chunfeng.areas.choices import Level
from chunfeng.core.actor import Actor
from chunfeng.people.choices import ContactKind, Outcome
from chunfeng.people.kinds import KINDS, Kind
from chunfeng.people.queries import contacts as queries
from chunfeng.people.queries import due, register
from chunfeng.web import asked
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
    """Every kind with what was done today and in seven days, and who is still due."""
    actor, today = request.actor, timezone.localdate()
    done = queries.counted(actor, today - timedelta(6), today)
    cards = [
        {
            "kind": kind, "title": TITLES[slug][0], "about": TITLES[slug][1], "source": kind.script.source,
            "today": done.get(slug, (0, 0))[0], "week": done.get(slug, (0, 0))[1],
            "due": _due_counts(actor, slug) if due.has_group(slug) else None, "due_title": DUE_TITLES.get(slug),
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
    return render(request, "web/contacts/kind.html", context | _search(request))


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
    rows = due.group(actor, kind, today, every=every if every in _EVERY else None)
    group = rows
    if request.GET.get("seen", "") != "all":
        rows = rows.filter(seen=False)
    listing = _due_listing(actor, kind, names)
    if listing.wants_export(request):
        return listing.export(request, rows.prefetch_related("phones"))
    page = listing.page(request, rows.prefetch_related("phones"))
    names.load(code for person in page.rows for code in (person.spot, person.work_area))
    width = sum(codes.WIDTHS[: _depth(actor)])
    shares = due.shares(group, today, width)
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
        "total": sum(share.people for share in shares), "left": sum(share.due for share in shares),
        "late": sum(share.late for share in shares),
    }  # fmt: skip
    return render(request, "web/contacts/due.html", context | _search(request))


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


def _search(request: HttpRequest) -> dict[str, Any]:
    token = request.GET.get("q", "")
    return {
        "searched": common.open_text(token, request.actor) if token else "",
        "kept": [(name, request.GET[name]) for name in KEPT if request.GET.get(name)],
    }


def _due_counts(actor: Actor, kind: str) -> tuple[int, int]:
    today = timezone.localdate()
    left = due.group(actor, kind, today).filter(seen=False)
    return left.count(), left.filter(target__lt=today).count()


def _depth(actor: Actor) -> int:
    """The level whose areas are counted: those directly below the actor's own, villages at the deepest."""
    return min(codes.level(actor.area_code or codes.COUNTRY) + 1, 5)


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


def _due_listing(actor: Actor, kind: str, names: common.Names) -> Listing:
    again = kind in due.EVERY
    in_village = bool(actor.area_code) and codes.level(actor.area_code) >= Level.VILLAGE
    filters = [
        Filter(
            "area", gettext_lazy("Area"), lambda: areas_below(actor), apply=lambda r, c: in_area(r, c, "spot")
        ),
        Filter("late", gettext_lazy("Target day"), lambda: [("late", _("Passed"))], apply=_late),
        Filter(
            "seen", gettext_lazy("Shown"), lambda: [("all", _("Everybody"))], apply=lambda rows, _value: rows
        ),
    ]
    if again:
        filters.append(
            Filter(
                "every", gettext_lazy("Due again after"),
                lambda: [(str(n), _("%(n)s days") % {"n": n}) for n in _EVERY], apply=lambda rows, _value: rows,
            )
        )  # fmt: skip
    since = gettext_lazy("Last time") if again else gettext_lazy("Here since")
    return Listing(
        name=f"due-{kind}",
        sort="target",
        search=lambda rows, token: register.find(rows, common.open_text(token, actor)),
        filters=filters,
        columns=[
            Column("name", gettext_lazy("Name"), lambda p: p.name),
            Column("target", gettext_lazy("Target day"), lambda p: p.target, order="target"),
            Column("since", since, lambda p: p.since.isoformat() if p.since else _("never")),
            *([] if in_village else [Column("spot", gettext_lazy("Where it is"), lambda p: names.short(p.spot))]),
            *([] if again else [Column("work", gettext_lazy("Work area"), lambda p: names.of(p.work_area))]),
            Column("phone", gettext_lazy("Phone"), lambda p: next(iter(common.masked_phones(p)), "")),
        ],
    )  # fmt: skip


def _late(rows: QuerySet[Any], _value: str) -> QuerySet[Any]:
    return rows.filter(target__lt=timezone.localdate())


def _since(rows: QuerySet[Any], days: str) -> QuerySet[Any]:
    start = timezone.localdate() - timedelta(int(days) - 1)
    return rows.filter(at__date__gte=start)
