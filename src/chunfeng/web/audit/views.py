"""The audit trail: who did, read or exported what, when, from where."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chunfeng.core import queries
from chunfeng.core.errors import Refused
from chunfeng.core.models import Event
from chunfeng.offices.choices import Role
from chunfeng.web.audit import verbs
from chunfeng.web.guards import guarded
from chunfeng.web.lists import Column, Filter, Listing

DAYS_SHOWN = 31

LIST = Listing(
    name="audit",
    sort="-id",
    search=queries.search_trail,
    columns=[
        Column(
            "at",
            gettext_lazy("At"),
            lambda e: timezone.localtime(e.at).strftime("%Y-%m-%d %H:%M:%S"),
            order="id",
        ),
        Column("kind", gettext_lazy("Kind"), lambda e: e.get_kind_display()),
        Column("verb", gettext_lazy("Act"), lambda e: verbs.say(e.verb)),
        Column(
            "actor",
            gettext_lazy("Person"),
            lambda e: _("System") if e.role == "system" else e.actor_name or "—",
        ),
        Column("role", gettext_lazy("Role"), lambda e: ROLE_NAMES.get(e.role, e.role)),
        Column("office", gettext_lazy("Office"), lambda e: e.office_name),
        Column("object", gettext_lazy("Object"), lambda e: e.object_label),
        Column("reason", gettext_lazy("Reason"), lambda e: e.reason),
        Column("ip", gettext_lazy("Address"), lambda e: e.ip),
    ],
    filters=[
        Filter("kind", gettext_lazy("Kind"), lambda: Event.Kind.choices),
        Filter("role", gettext_lazy("Role"), lambda: Role.choices),
    ],
)
ROLE_NAMES: dict[str, Any] = dict(Role.choices) | {"system": gettext_lazy("System")}


@guarded("audit.read")
def audit(request: HttpRequest) -> HttpResponse:
    """Events of the own range with search, filters by kind, act, role, person, object and days."""
    first, last = _day(request, "from"), _day(request, "to")
    rows = queries.between(queries.trail(), first, last)
    for parameter, lookup in _EXACT.items():
        if value := request.GET.get(parameter, "").strip():
            rows = rows.filter(**{lookup: value})
    if LIST.wants_export(request):
        return LIST.export(request, rows)
    narrowed = {name: request.GET.get(name, "") for name in ("from", "to", *_EXACT)}
    page = LIST.page(request, rows)
    page.filtered = page.filtered or any(narrowed.values())
    return render(
        request, "web/audit/audit.html", {"page": page, "narrowed": narrowed, "acts": verbs.choices()}
    )


_EXACT = {"act": "verb__startswith", "person": "actor_name", "object": "object_type", "key": "object_id"}


@guarded("audit.read")
def event(request: HttpRequest, pk: int) -> HttpResponse:
    """One event in full."""
    found = queries.trail().filter(pk=pk).first()
    if found is None:
        raise Http404
    page = {"event": found, "act": verbs.say(found.verb), "role": ROLE_NAMES.get(found.role, found.role)}
    return render(request, "web/audit/event.html", page)


@guarded("audit.keep")
def keeping(request: HttpRequest) -> HttpResponse:
    """Retention, and the proof that the trail is whole: count, first and last number per day."""
    today = timezone.localdate()
    page = {
        "days": queries.per_day(queries.trail(), DAYS_SHOWN, today),
        "retention": queries.RETENTION_DAYS,
        "since": today - timedelta(days=queries.RETENTION_DAYS),
        "oldest": queries.trail().order_by("id").first(),
        "guard": queries.append_only_in_force(),
    }
    return render(request, "web/audit/keeping.html", page)


def _day(request: HttpRequest, name: str) -> date | None:
    text = request.GET.get(name, "").strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused(_("“%(text)s” is not a day. Write it like 2020-02-01.") % {"text": text[:20]}) from None
