"""The list of people: found by name, document or phone without any of them standing in an address."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from chunfeng.areas import codes
from chunfeng.areas import queries as areas
from chunfeng.areas.choices import Level
from chunfeng.core.actor import Actor
from chunfeng.people.choices import Category, Sex
from chunfeng.people.models import Person
from chunfeng.people.queries import newest, register
from chunfeng.web.guards import guarded
from chunfeng.web.lists import PAGE, Column, Filter, Listing
from chunfeng.web.people import common

KEPT = ("area", "tie", "category", "sex")
TIES = {"home": "area_code", "current": "current_area", "work": "work_area"}


@never_cache
@guarded("person.read")
def people(request: HttpRequest) -> HttpResponse:
    """One page of the people in sight, numbers masked; `export=xlsx` gives the whole list, masked as well."""
    actor: Actor = request.actor
    names = common.Names(actor)
    listing = _listing(actor, names)
    rows = register.people(actor).prefetch_related("phones", "categories")
    if listing.wants_export(request):
        return listing.export(request, rows)
    page = listing.page(request, rows)
    names.load_people(page.rows)
    token = request.GET.get("q", "")
    context = {
        "page": page,
        "searched": common.open_text(token, actor) if token else "",
        "kept": [(name, request.GET[name]) for name in KEPT if request.GET.get(name)],
    }
    return render(request, "web/people/people.html", context)


@guarded("person.read", "POST")
def find(request: HttpRequest) -> HttpResponse:
    """Take the search words and lead to the list under a token that only this user opens."""
    text = request.POST.get("text", "").strip()[:60]
    query = {name: request.POST[name][:40] for name in KEPT if request.POST.get(name)}
    if text:
        query["q"] = common.seal_text(text, request.actor)
    return redirect(reverse("people") + ("?" + urlencode(query) if query else ""))


def _listing(actor: Actor, names: common.Names) -> Listing:
    return Listing(
        name="people",
        sort="-pk",
        near=lambda request, rows, before: _near(request, rows, before, actor),
        search=lambda rows, token: register.find(rows, common.open_text(token, actor)),
        filters=[
            Filter("area", gettext_lazy("Area"), lambda: _areas_below(actor), apply=_in_area),
            Filter("tie", gettext_lazy("Tie to our area"), _ties, apply=lambda rows, t: _tied(rows, t, actor)),
            Filter("category", gettext_lazy("Category"), lambda: Category.choices, apply=_of_category),
            Filter("sex", gettext_lazy("Sex"), lambda: [c for c in Sex.choices if c[0]]),
        ],
        columns=[
            Column("name", gettext_lazy("Name"), lambda p: p.name),
            Column("sex", gettext_lazy("Sex"), lambda p: p.get_sex_display() if p.sex else ""),
            Column("age", gettext_lazy("Age"), lambda p: common.age(p.birth), number=True),
            Column("document", gettext_lazy("Document number"), common.masked_document),
            Column("phone", gettext_lazy("Phone"), lambda p: _phones(p)),
            Column("home", gettext_lazy("Home area"), lambda p: names.short(p.area_code)),
            Column("current", gettext_lazy("Now at"), lambda p: names.short(p.current_area)),
            Column("work", gettext_lazy("Work area"), lambda p: names.short(p.work_area)),
            Column("employer", gettext_lazy("Employer"), lambda p: p.employer),
            Column("categories", gettext_lazy("Categories"), lambda p: "、".join(common.categories(p))),
        ],
    )  # fmt: skip


def _phones(person: Person) -> str:
    """The phone called first; how many more there are."""
    first, *more = common.masked_phones(person) or [""]
    return f"{first} +{len(more)}" if more else first


def _areas_below(actor: Actor) -> Sequence[tuple[str, Any]]:
    return [
        (area.code, area.name)
        for area in areas.children(actor.area_code or codes.COUNTRY, timezone.localdate())
    ]


def _in_area(rows: QuerySet[Person], code: str) -> QuerySet[Person]:
    return rows.filter(_within(*codes.code_range(code), *TIES.values()))


def _ties() -> Sequence[tuple[str, Any]]:
    return [("home", _("at home here")), ("current", _("now here")), ("work", _("works here"))]


def _tied(rows: QuerySet[Person], tie: str, actor: Actor) -> QuerySet[Person]:
    return rows.filter(_within(actor.lo, actor.hi, TIES[tie]))


def _within(lo: str, hi: str, *columns: str) -> Q:
    found = Q()
    for column in columns:
        # an empty code means "not known", also for an office that sees the whole country
        found |= Q(**{f"{column}__gte": lo or "1", f"{column}__lt": hi})
    return found


def _of_category(rows: QuerySet[Person], category: str) -> QuerySet[Person]:
    today = timezone.localdate()
    held = Q(categories__valid_to__isnull=True) | Q(categories__valid_to__gte=today)
    # a sub-query, so that nobody comes twice and no column is compared
    return rows.filter(pk__in=rows.filter(held, categories__category=category).order_by().values("pk"))


def _near(request: HttpRequest, rows: QuerySet[Person], before: int | None, actor: Actor) -> QuerySet[Person]:
    """The people of the page, where a county or less is all there is to see and nothing narrower is asked for."""
    narrower = any(request.GET.get(name) for name in ("q", "area", "category"))
    if narrower or not actor.area_code or codes.level(actor.area_code) < Level.COUNTY:
        return rows
    tie = TIES.get(request.GET.get("tie", ""))
    columns = (tie,) if tie else register.AREAS
    found = newest.newest(rows, lo=actor.lo, hi=actor.hi, columns=columns, before=before, count=PAGE + 1)
    return rows.filter(pk__in=found)
