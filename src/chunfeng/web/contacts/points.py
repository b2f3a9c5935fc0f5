"""Service points and labour brokers: the register, one entry, its sealed phone."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from chunfeng.core.actor import Actor
from chunfeng.core.crypto import mask
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.people.actions import points as actions
from chunfeng.people.choices import PointKind
from chunfeng.people.models import ServicePoint
from chunfeng.people.queries import points as queries
from chunfeng.web.contacts.common import areas_below, by, in_area, shown_place
from chunfeng.web.contacts.forms import PointForm
from chunfeng.web.guards import guarded
from chunfeng.web.lists import Column, Filter, Listing
from chunfeng.web.people import common
from chunfeng.web.people.entering import run_form


@guarded("person.read")
def home(request: HttpRequest) -> HttpResponse:
    """The points and brokers of the area and of the offices above."""
    actor: Actor = request.actor
    names = common.Names(actor)
    listing = _listing(actor, names)
    rows = queries.points(actor)
    if listing.wants_export(request):
        return listing.export(request, rows)
    page = listing.page(request, rows)
    names.load(code for row in page.rows for code in (row.area_code, *row.works_in))
    return render(request, "web/contacts/points.html", {"page": page})


@never_cache
@guarded("person.read")
def point(request: HttpRequest, pk: int) -> HttpResponse:
    """One of them; the phone masked."""
    return _page(request, common.found_or_404(queries.point(request.actor, pk)))


@never_cache
@guarded("person.read", "POST")
def phone(request: HttpRequest, pk: int) -> HttpResponse:
    """The phone in full, for a reason that stands in the trail."""
    found = common.found_or_404(queries.point(request.actor, pk))
    try:
        number = actions.reveal_point(point=found, reason=request.POST.get("reason", ""), **by(request))
    except NotAllowed:
        raise
    except Refused as refusal:
        return _page(request, found, error=str(refusal), status=422)
    return _page(request, found, number=number)


@guarded("point.change", "GET", "POST")
def new(request: HttpRequest) -> HttpResponse:
    """Enter a point or a broker."""
    return _form(request, None, _("Enter a point or broker"), _("It is in the register."))


@guarded("point.change", "GET", "POST")
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Put one right; the phone is never filled in."""
    found = common.found_or_404(queries.point(request.actor, pk))
    return _form(request, found, _("Correct the entry"), _("The entry is changed."))


@guarded("point.change", "POST")
def active(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one out of service, or put it back."""
    found = common.found_or_404(queries.point(request.actor, pk))
    actions.keep_point(
        point=found, kind=found.kind, name=found.name, area_code=found.area_code, contact_name=found.contact_name,
        works_in=found.works_in, note=found.note, active=not found.active, **by(request),
    )  # fmt: skip
    messages.success(request, _("The entry is changed."))
    return redirect("point", pk)


def _form(request: HttpRequest, found: ServicePoint | None, title: str, done: str) -> HttpResponse:
    start: dict[str, Any] = {"kind": PointKind.POINT, "active": True}
    if found is not None:
        start = {key: getattr(found, key) for key in ("kind", "name", "contact_name", "active", "note")}
        start |= {
            "area_code": shown_place(found.area_code),
            "works_in": "\n".join(shown_place(code) for code in found.works_in),
        }
    form = PointForm(request.POST or None, initial=start)
    return run_form(
        request,
        form,
        do=lambda data: actions.keep_point(
            point=found, **(data | {"phone": data["phone"] or (None if found else "")}), **by(request)
        ),
        to=lambda made: ("point", made.pk),
        title=title,
        done=done,
        crumbs=[(reverse("people"), _("People")), (reverse("points"), _("Service points and brokers"))],
    )


def _page(
    request: HttpRequest, found: ServicePoint, *, number: str = "", error: str = "", status: int = 200
) -> HttpResponse:
    names = common.Names()
    names.load([found.area_code, *found.works_in])
    context = {
        "point": found, "area": names.of(found.area_code), "served": [names.of(code) for code in found.works_in],
        "phone": number or mask(found.phone or ""), "opened": bool(number), "error": error,
        "mine": request.actor.sees(found.area_code),
    }  # fmt: skip
    return render(request, "web/contacts/point.html", context, status=status)


def _listing(actor: Actor, names: common.Names) -> Listing:
    return Listing(
        name="points",
        sort="area_code",
        search=queries.about,
        filters=[
            Filter("area", gettext_lazy("Area"), lambda: areas_below(actor), apply=in_area),
            Filter("kind", gettext_lazy("Kind"), lambda: PointKind.choices),
            Filter("active", gettext_lazy("In service"), lambda: [("True", _("yes")), ("False", _("no"))]),
        ],
        columns=[
            Column("name", gettext_lazy("Point or broker"), lambda p: p.name, order="name"),
            Column("kind", gettext_lazy("Kind"), lambda p: p.get_kind_display()),
            Column("area", gettext_lazy("Area"), lambda p: names.short(p.area_code), order="area_code"),
            Column("contact", gettext_lazy("Contact"), lambda p: p.contact_name),
            Column("phone", gettext_lazy("Phone"), lambda p: mask(p.phone or "")),
            Column("serves", gettext_lazy("Destinations served"), lambda p: "、".join(names.of(c) for c in p.works_in)),
            Column("active", gettext_lazy("In service"), lambda p: _("yes") if p.active else _("no")),
        ],
    )  # fmt: skip
