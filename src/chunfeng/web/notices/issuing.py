"""Issuing and forwarding: who gets it, under which number, what goes down with it."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chunfeng.core.errors import Refused
from chunfeng.notices import actions, queries
from chunfeng.notices.choices import Openness, State
from chunfeng.notices.models import Notice
from chunfeng.offices import queries as offices_queries
from chunfeng.offices.models import Office
from chunfeng.tasking import actions as tasking
from chunfeng.web import asked
from chunfeng.web.guards import guarded
from chunfeng.web.notices.common import actor_of, notice_or_404, works_on

NAMED_ONE_BY_ONE = 600
"""Above so many offices a phrase is ticked as a whole: a form may not carry thousands of fields."""


@dataclass(slots=True)
class Phrase:
    """An addressee phrase, the offices it means, and whether they can be ticked one by one."""

    index: int
    text: str
    offices: list[Office]
    why: str
    one_by_one: bool
    outside: int = 0


@guarded("notice.issue", "GET", "POST")
def issue(request: HttpRequest, pk: int) -> HttpResponse:
    """Show who gets the notice, then issue it: number, dispatches and tasks in one transaction."""
    notice = notice_or_404(request, pk)
    if request.method == "POST":
        return _issue(request, notice)
    if notice.state != State.REVIEWED or not works_on(actor_of(request), notice):
        return redirect("notice", pk)
    office = notice.registered_by_office
    year_of = notice.date or timezone.localdate()
    context = {
        "notice": notice,
        "phrases": _phrases(request, notice),
        "next_number": queries.next_number(office, year_of),
        "bundle": queries.bundle(notice)[1:],
        "counters": queries.counters(notice),
        "openness_choices": Openness.choices,
        "is_ours": not notice.issuers or office.name in notice.issuers,
    }
    return render(request, "web/notices/issue.html", context)


def _issue(request: HttpRequest, notice: Notice) -> HttpResponse:
    by, now = actor_of(request), timezone.now()
    with transaction.atomic():
        issued = actions.issue(
            notice=notice, dispatches=_recipients(request, notice), openness=request.POST.get("openness", ""),
            allot=bool(request.POST.get("allot")), by=by, at=now,
        )  # fmt: skip
        assigned = tasking.assign(notice=issued, by=by, at=now)
    messages.success(request, _issued(issued, assigned))
    missing = sorted({each.body for each in assigned.unresolved})
    if missing:
        messages.warning(
            request,
            _("Not in the directory: %(bodies)s. Their duties went to every office the notice reached.")
            % {"bodies": "、".join(missing[:8])},
        )
    return redirect("notice", issued.pk)


def _issued(notice: Notice, assigned: tasking.Assigned) -> str:
    count = queries.receipts(notice).sent
    sent = ngettext("Issued to %(n)s office.", "Issued to %(n)s offices.", count) % {"n": count}
    made = assigned.tasks_made
    tasks = ngettext("%(n)s task is on its desk.", "%(n)s tasks are on their desks.", made) % {"n": made}
    return f"{sent} {tasks}"


def _phrases(request: HttpRequest, notice: Notice) -> list[Phrase]:
    """Each phrase resolved; offices outside the actor's range are counted, not offered."""
    actor = actor_of(request)
    found: list[Phrase] = []
    listed = 0
    resolved = offices_queries.resolve_addressees(list(notice.addressees), issuer=notice.registered_by_office)
    for index, each in enumerate(resolved):
        inside = [o for o in each.offices if actor.sees(o.area_code)]
        listed += len(inside)
        found.append(
            Phrase(
                index,
                each.phrase,
                inside,
                each.why,
                listed <= NAMED_ONE_BY_ONE,
                len(each.offices) - len(inside),
            )
        )
    return found


def _recipients(request: HttpRequest, notice: Notice) -> list[tuple[Office, str]]:
    """The ticked offices with their phrase ("12~0": by the first one, "12~": by hand), and whole phrases."""
    chosen: dict[int, int | None] = {}
    for value in request.POST.getlist("office"):
        office, _tilde, index = value.partition("~")
        pk, at = asked.key(office), asked.key(index)
        if pk is None or (index and at is None):
            raise Refused(_("The list of offices is damaged. Open the page again."))
        chosen.setdefault(pk, at)
    whole = set(asked.keys(request.POST.getlist("phrase")))
    phrases = list(notice.addressees)
    found = [
        (each, phrases[at] if (at := chosen[each.pk]) is not None and at < len(phrases) else "")
        for each in offices_queries.offices_by_id(chosen)
    ]
    if whole:
        for phrase in _phrases(request, notice):
            if phrase.index in whole:
                found += [(office, phrase.text) for office in phrase.offices]
    return found


@guarded("notice.issue", "GET", "POST")
def send(request: HttpRequest, pk: int) -> HttpResponse:
    """Send an issued notice to offices that were left out; they get its tasks too."""
    notice = notice_or_404(request, pk)
    if request.method == "GET":
        return render(request, "web/notices/send.html", {"notice": notice})
    by, now = actor_of(request), timezone.now()
    with transaction.atomic():
        count = actions.send(notice=notice, dispatches=_recipients(request, notice), by=by, at=now)
        tasking.assign(notice=notice, by=by, at=now)
    messages.success(
        request, ngettext("Sent to %(n)s more office.", "Sent to %(n)s more offices.", count) % {"n": count}
    )
    return redirect("notice", pk)


@guarded("notice.issue")
def offices(request: HttpRequest, pk: int) -> HttpResponse:
    """Offices by name, to tick by hand."""
    notice_or_404(request, pk)
    actor = actor_of(request)
    text = request.GET.get("called", "")
    found = offices_queries.suggest(text, lo=actor.lo, hi=actor.hi, limit=20)
    return render(request, "web/notices/_offices.html", {"offices": found, "text": text})


@guarded("notice.register", "GET", "POST")
def forward(request: HttpRequest, pk: int) -> HttpResponse:
    """Write the covering notice; it is reviewed and issued like any other, and takes the original along."""
    notice = notice_or_404(request, pk)
    if request.method == "POST":
        cover = actions.forward(
            notice=notice, text=request.POST.get("text", ""), by=actor_of(request), at=timezone.now()
        )
        return redirect("notice-review" if cover.state == State.READ else "notice", cover.pk)
    actor = actor_of(request)
    return render(
        request, "web/notices/forward.html", {"notice": notice, "draft": _draft(notice, actor.office_name)}
    )


def _draft(notice: Notice, office: str) -> str:
    """The usual words of a forwarding notice, to be completed; Chinese, whatever the screen speaks."""
    number = f"（{notice.number}）" if notice.number else ""
    title = notice.title.replace("《", "〈").replace("》", "〉")
    today = timezone.localdate()
    return (
        f"关于转发《{title}》的通知\n\n各有关单位：\n\n"
        f"现将《{title}》{number}转发给你们，并提出以下要求，请一并贯彻执行。\n\n一、\n\n"
        f"{office}\n{today.year}年{today.month}月{today.day}日\n"
    )
