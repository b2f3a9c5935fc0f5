"""Administrative divisions: browsing by level, searching as of a date, the history of a code."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chunfeng.areas import actions, codes, queries
from chunfeng.areas.choices import LOCAL_KINDS, Kind
from chunfeng.areas.models import Area
from chunfeng.offices import queries as offices
from chunfeng.web.guards import guarded
from chunfeng.web.places.common import Day, day_of, run_form

FOUND = 40


@guarded("area.read")
def areas(request: HttpRequest) -> HttpResponse:
    """The tree of divisions on a day, and what a search finds on that day."""
    actor = request.actor
    on = day_of(request)
    text = request.GET.get("q", "").strip()[:60]
    at = _code(request.GET.get("at") or codes.COUNTRY)
    shown: dict[str, Any] = {"on": on, "today": timezone.localdate(), "text": text, "at": at}
    if text:
        within = actor.area_code if request.GET.get("within") == "own" else None
        found = queries.search(text, on, within or None, limit=FOUND)
        paths = queries.paths([area.code for area in found], on)
        shown |= {"found": [(area, paths[area.code]) for area in found], "full": len(found) == FOUND}
    else:
        chain = [*codes.ancestors(at), at]
        names = queries.areas(chain, on)
        shown["chain"] = [
            names[code] for code in chain if code in names and names[code].kind != Kind.GROUPING
        ]
        shown["rows"] = _rows(at, on)
    return render(request, "web/places/areas.html", shown)


@guarded("area.read")
def areas_part(request: HttpRequest, code: str) -> HttpResponse:
    """The divisions directly below one, for the tree that stands open already."""
    on = day_of(request)
    return render(request, "web/places/area_rows.html", {"rows": _rows(_code(code), on), "on": on})


@guarded("area.read")
def area(request: HttpRequest, code: str) -> HttpResponse:
    """One code: what it is on the day, all it ever was, what it came from and went to, what lies below."""
    on = day_of(request)
    here = queries.area(_code(code), on)
    history = queries.history(code)
    if not history:
        raise Http404
    chain = queries.areas(codes.ancestors(code), on)
    shown = {
        "code": code,
        "area": here,
        "on": on,
        "today": timezone.localdate(),
        "name": (here or history[-1]).name,
        "history": history,
        "changes": queries.changes_of(code),
        "chain": [row for row in sorted(chain.values(), key=lambda r: r.level) if row.kind != Kind.GROUPING],
        "rows": _rows(code, on) if here else [],
        "offices": offices.at_seat(code),
        "responsible": offices.responsible_for(code, on, history=True),
    }
    return render(request, "web/places/area.html", shown)


class LocalAreaForm(forms.Form):
    """An area the standard does not know."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"))
    on = forms.DateField(label=gettext_lazy("First day"), widget=Day())


@guarded("area.change", "GET", "POST")
def add_local(request: HttpRequest, code: str) -> HttpResponse:
    """Add a zone, a corps division, a block or a ten-household cell inside an area."""
    above = queries.area(_code(code), timezone.localdate())
    if above is None:
        raise Http404
    form = LocalAreaForm(request.POST or None, initial={"on": timezone.localdate()})
    form.fields["kind"].choices = [
        (kind, Kind(kind).label)
        for kind, levels in LOCAL_KINDS.items()
        if any(n > above.level for n in levels)
    ]
    return run_form(
        request,
        form,
        do=lambda data: actions.add_local_area(
            parent=code,
            **data,
            by=request.actor,
            at=timezone.now(),
        ),
        to=lambda made: ("area", made.code),
        title=_("Add a local area inside %(name)s") % {"name": above.name},
        done=_("The area is added. It has a local code inside its parent's range."),
        note=_("For what the national standard does not list: zones, corps, blocks, ten-household cells."),
        crumbs=[(reverse("areas"), _("Areas")), (reverse("area", args=[code]), above.name)],
    )


def _rows(code: str, on: Any) -> list[tuple[Area, bool]]:
    below = queries.children(code, on)
    deeper = queries.with_children([row.code for row in below], on)
    return [(row, row.code in deeper) for row in below]


def _code(text: str) -> str:
    try:
        return codes.check(text)
    except codes.BadCode as bad:
        raise Http404 from bad
