"""The register, new notices, emergencies and the office's reading of fuzzy deadlines."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from chunfeng.areas import queries as area_queries
from chunfeng.core.errors import Refused
from chunfeng.notices import actions, queries
from chunfeng.notices.choices import Kind, Openness, State
from chunfeng.notices.models import Notice
from chunfeng.offices.choices import Level
from chunfeng.web import asked
from chunfeng.web.guards import guarded
from chunfeng.web.lists import Column, Filter, Listing
from chunfeng.web.notices.common import actor_of, notice_or_404


def _receipts(notice: Any) -> str:
    return f"{notice.received}/{notice.sent}" if notice.sent else ""


def _rules(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    if value == "in_force":
        return queries.in_force(rows, timezone.localdate())
    return rows.filter(internal_rule=value == "all")


def _events() -> list[tuple[str, str]]:
    return [(str(e.pk), e.name) for e in queries.emergencies()]


LISTING = Listing(
    name="notices",
    columns=[
        Column(
            "title", gettext_lazy("title"), lambda n: n.title or gettext_lazy("(no title)"), order="title"
        ),
        Column("number", gettext_lazy("document number"), lambda n: n.number, order="number"),
        Column("issuers", gettext_lazy("issuers"), lambda n: "、".join(n.issuers)),
        Column("date", gettext_lazy("date of signature"), lambda n: n.date, order="dated"),
        Column("kind", gettext_lazy("kind"), lambda n: n.get_kind_display()),
        Column("level", gettext_lazy("level"), lambda n: n.get_issuer_level_display()),
        Column("state", gettext_lazy("state"), lambda n: n.get_state_display()),
        Column("openness", gettext_lazy("openness"), lambda n: n.get_openness_display()),
        Column("receipts", gettext_lazy("receipts"), _receipts, number=True),
    ],
    sort="-dated",
    search=queries.search,
    filters=[
        Filter("emergency", gettext_lazy("emergency"), _events),
        Filter("state", gettext_lazy("state"), lambda: State.choices),
        Filter("kind", gettext_lazy("kind"), lambda: Kind.choices),
        Filter("openness", gettext_lazy("openness"), lambda: Openness.choices),
        Filter("issuer_level", gettext_lazy("level of the issuer"), lambda: Level.choices),
        Filter(
            "rules",
            gettext_lazy("standing rules of the command"),
            lambda: [("all", gettext_lazy("only these")), ("in_force", gettext_lazy("those in force today"))],
            apply=_rules,
        ),
    ],
)


@guarded("notice.read")
def register(request: HttpRequest) -> HttpResponse:
    """All notices in sight, the running emergency chosen first; the same list as xlsx."""
    if "emergency" not in request.GET:
        running = queries.emergencies().first()
        if running is not None:
            request.GET = request.GET.copy()
            request.GET["emergency"] = str(running.pk)
    rows = queries.register_list(actor_of(request))
    if LISTING.wants_export(request):
        return LISTING.export(request, rows)
    return render(request, "web/notices/register.html", {"page": LISTING.page(request, rows)})


@guarded("notice.register", "GET", "POST")
def new(request: HttpRequest) -> HttpResponse:
    """Drop a file or paste the text; the answer is the review page."""
    events = list(queries.emergencies())
    if request.method == "GET":
        chosen = request.GET.get("emergency", "")
        return render(request, "web/notices/new.html", {"emergencies": events, "chosen": chosen})
    event = queries.emergency(asked.key(request.POST.get("emergency")))
    if event is None:
        raise Refused(_("Choose the emergency this notice belongs to."))
    upload = request.FILES.get("file")
    now = timezone.now()
    found = actions.register(
        emergency=event,
        data=upload.read() if upload else None,
        text=request.POST.get("text", ""),
        name=upload.name if upload and upload.name else "",
        by=actor_of(request),
        at=now,
    )
    _tell(request, found, fresh=found[0].registered_at == now)
    first = found[0]
    names = {State.UNREADABLE: "notice-retype", State.READ: "notice-review"}
    url = reverse(names.get(State(first.state), "notice"), args=[first.pk])
    # a script that sent the file with a progress bar is told where to go: the message is for the page
    return JsonResponse({"to": url}) if request.headers.get("X-Progress") else redirect(url)


def _tell(request: HttpRequest, found: list[Notice], *, fresh: bool) -> None:
    if not fresh:
        messages.info(request, _("This file is already in the register. Here it is."))
    elif len(found) > 1:
        messages.success(
            request,
            ngettext(
                "%(n)s document was found on the page.", "%(n)s documents were found on the page.", len(found)
            )
            % {"n": len(found)},
        )


@guarded("notice.register", "GET", "POST")
def retype(request: HttpRequest, pk: int) -> HttpResponse:
    """A file that could not be read: why, the file itself, and a place for its text."""
    notice = notice_or_404(request, pk)
    if request.method == "POST":
        found = actions.retype(
            notice=notice, text=request.POST.get("text", ""), by=actor_of(request), at=timezone.now()
        )
        return redirect(
            "notice-retype" if found[0].state == State.UNREADABLE else "notice-review", found[0].pk
        )
    if notice.state != State.UNREADABLE:
        return redirect("notice", pk)
    return render(request, "web/notices/retype.html", {"notice": notice})


@guarded("notice.read", "GET", "POST")
def emergencies(request: HttpRequest) -> HttpResponse:
    """The emergencies, each with its register; officers open and end them."""
    if request.method == "POST":
        by, now, given = actor_of(request), timezone.now(), request.POST
        if given.get("end"):
            event = queries.emergency(asked.key(given["end"]))
            if event is None:
                raise Refused(_("This emergency does not exist."))
            actions.end_emergency(emergency=event, ended_on=given.get("ended_on", ""), by=by, at=now)
        else:
            actions.add_emergency(
                name=given.get("name", ""), began_on=given.get("began_on", ""),
                ended_on=given.get("ended_on", ""),
                areas=given.get("areas", ""), by=by, at=now,
            )  # fmt: skip
        return redirect("emergencies")
    actor, found = actor_of(request), list(queries.emergencies())
    names = area_queries.paths({code for event in found for code in event.areas}, timezone.localdate())
    rows = [
        {
            "event": event,
            "areas": [names.get(code, code) for code in event.areas],
            "may_end": queries.may_end(actor, event),
        }
        for event in found
    ]
    return render(request, "web/notices/emergencies.html", {"rows": rows})


@guarded("notice.register", "GET", "POST")
def defaults(request: HttpRequest) -> HttpResponse:
    """How this office reads 及时, 尽快 and the like."""
    if request.method == "POST":
        actions.set_default(
            phrase=request.POST.get("phrase", ""), days=request.POST.get("days", ""), by=actor_of(request),
            at=timezone.now(),
        )  # fmt: skip
        return redirect(reverse("deadline-defaults"))
    actor = actor_of(request)
    held = queries.deadline_defaults(actor)
    return render(
        request,
        "web/notices/defaults.html",
        {
            "own": [d for d in held if d.office_id == actor.office_id],
            "above": [d for d in held if d.office_id != actor.office_id],
        },
    )
