"""A fever at an enterprise on one page: steps as a checklist, fellow workers with their contact."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache

from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.people.actions import fever as actions
from chunfeng.people.choices import FeverStep, Outcome
from chunfeng.people.models import FeverCase, Person
from chunfeng.people.queries import fever as queries
from chunfeng.web import asked
from chunfeng.web.guards import guarded
from chunfeng.web.isolation import common
from chunfeng.web.lists import Column, Filter, Listing
from chunfeng.web.people.common import Names, found_or_404

FELLOWS = 100


@never_cache
@guarded("fever.work")
def cases(request: HttpRequest) -> HttpResponse:
    """The cases, open ones first unless sorted otherwise."""
    names = Names(request.actor)
    listing = Listing(
        name="fever-cases",
        sort="-pk",
        filters=[Filter("open", gettext_lazy("State"), lambda: _STATES, apply=_narrow)],
        columns=[
            Column("number", gettext_lazy("Number"), str, order="pk"),
            Column("employer", gettext_lazy("Enterprise"), lambda c: c.employer),
            Column("area", gettext_lazy("Area"), lambda c: names.short(c.area_code)),
            Column("found", gettext_lazy("Found at"), lambda c: c.found_at, order="found_at"),
            Column("steps", gettext_lazy("Steps taken"), lambda c: f"{c.steps.count()}/{len(FeverStep)}"),
            Column(
                "closed",
                gettext_lazy("State"),
                lambda c: _("outcome known") if c.closed_at else _("still open"),
            ),
        ],
    )
    rows = queries.cases(request.actor)
    if listing.wants_export(request):
        return listing.export(request, rows)
    return render(request, "web/isolation/fever_cases.html", {"page": listing.page(request, rows)})


_STATES = (("open", gettext_lazy("still open")), ("closed", gettext_lazy("outcome known")))


def _narrow(rows: Any, state: str) -> Any:
    return rows.filter(closed_at__isnull=state == "open")


@never_cache
@guarded("fever.work", "GET", "POST")
def new(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a case of a person in the register."""
    person: Person = found_or_404(common.person_of(request.actor, pk))
    error = ""
    if request.method == "POST":
        try:
            case = actions.open_case(
                person=person, employer=request.POST.get("employer", ""),
                temperature=request.POST.get("temperature", ""),
                found_at=_moment(request.POST.get("found_at", "")), source=request.POST.get("source", ""),
                **_by(request),
            )  # fmt: skip
        except NotAllowed:
            raise
        except Refused as refused:
            error = str(refused)
        else:
            return redirect("fever-case", case.pk)
    shown = {
        "person": person,
        "error": error,
        "typed": request.POST or {"employer": person.employer, "source": actions.SOURCE},
        "now": timezone.localtime().strftime("%Y-%m-%dT%H:%M"),
    }
    return render(request, "web/isolation/fever_new.html", shown, status=422 if error else 200)


@never_cache
@guarded("fever.work")
def case(request: HttpRequest, pk: int) -> HttpResponse:
    """The checklist and the fellow workers."""
    return _page(request, _found(request, pk))


@guarded("fever.work", "POST")
def step(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    """Take one step; taken before, it stays as it was."""
    row, post = _found(request, pk), request.POST
    acts: dict[str, Callable[[], Any]] = {
        FeverStep.ISOLATED: lambda: actions.isolate(case=row, place=post.get("place", ""), **_by(request)),
        FeverStep.HOSPITAL: lambda: actions.send_to_hospital(
            case=row, hospital=post.get("hospital", ""), **_by(request)
        ),
        FeverStep.REPORTED: lambda: actions.report(case=row, **_by(request)),
        FeverStep.LISTED: lambda: actions.list_fellows(case=row, **_by(request)),
        FeverStep.CLOSED: lambda: actions.close_case(
            case=row, outcome=post.get("outcome", ""), **_by(request)
        ),
    }
    act = found_or_404(acts.get(step))
    try:
        done = act()
    except NotAllowed:
        raise
    except Refused as refused:
        return _page(request, _found(request, pk), error={step: str(refused)}, status=422)
    if step == FeverStep.LISTED:
        messages.success(
            request, ngettext("%(n)s is new on the list.", "%(n)s are new on the list.", done) % {"n": done}
        )
    else:
        messages.success(request, _("The step is written down."))
    return redirect("fever-case", row.pk)


@guarded("fever.work", "POST")
def fellow(request: HttpRequest, pk: int, fellow_id: int) -> HttpResponse:
    """A fellow worker was contacted."""
    row, post = _found(request, pk), request.POST
    mate = found_or_404(queries.fellows(row).filter(pk=fellow_id).first())
    try:
        actions.contact_fellow(
            fellow=mate, outcome=post.get("outcome", ""), note=post.get("note", ""),
            key=post.get("key", "")[:80] or common.new_key(), **_by(request),
        )  # fmt: skip
    except NotAllowed:
        raise
    except Refused as refused:
        return _page(request, row, error={"fellow": str(refused)}, status=422)
    messages.success(request, _("The contact is written down."))
    after = request.POST.get("after", "")
    return redirect(
        reverse("fever-case", args=[row.pk]) + (f"?{urlencode({'after': after})}" if after else "")
    )


def _found(request: HttpRequest, pk: int) -> FeverCase:
    found: FeverCase = found_or_404(queries.case(request.actor, pk))
    return found


def _by(request: HttpRequest) -> dict[str, Any]:
    return {"by": request.actor, "at": timezone.now()}


def _moment(text: str) -> datetime:
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise Refused(_("Give the time at which the fever was found.")) from None
    return read if timezone.is_aware(read) else timezone.make_aware(read)


def _page(
    request: HttpRequest, row: FeverCase, *, error: dict[str, str] | None = None, status: int = 200
) -> HttpResponse:
    after = asked.key(request.GET.get("after")) or 0
    listed = list(queries.fellows(row).filter(pk__gt=after).order_by("pk")[: FELLOWS + 1])
    more, listed = len(listed) > FELLOWS, listed[:FELLOWS]
    people = queries.people_of(listed)
    steps = queries.checklist(row)
    total, reached = queries.counts(row)
    shown = {
        "case": row,
        "person": common.person_of(request.actor, row.person_id),
        "area": Names(request.actor).of(row.area_code),
        "steps": [{"step": each.step, "label": each.step.label, "done": each.done} for each in steps],
        "missing": sum(each.done is None for each in steps),
        "fellows": [
            {
                "row": mate,
                "name": people[mate.person_id].name if mate.person_id in people else f"#{mate.person_id}",
                "open": mate.person_id in people,
                "key": common.new_key(),
            }
            for mate in listed
        ],
        "total": total,
        "reached": reached,
        "next": listed[-1].pk if more else "",
        "after": after or "",
        "outcomes": Outcome.choices,
        "error": error or {},
        "typed": request.POST if error else {},
    }
    return render(request, "web/isolation/fever_case.html", shown, status=status)
