"""Records that may be one person: the queue, two of them side by side, merging, telling apart, undoing."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.people import actions
from chunfeng.people.choices import PairState
from chunfeng.people.models import Person, PossibleDuplicate
from chunfeng.people.queries import duplicates as queries
from chunfeng.web import asked
from chunfeng.web.guards import guarded
from chunfeng.web.people import common

PAGE = 50
KEYS: dict[str, Any] = {
    "document": gettext_lazy("same document"),
    "phone": gettext_lazy("same phone and name"),
    "birth": gettext_lazy("same name and date of birth"),
    "village": gettext_lazy("same name and village"),
}
_AREAS = ("area_code", "current_area", "work_area")


@never_cache
@guarded("person.merge")
def home(request: HttpRequest) -> HttpResponse:
    """The queue, the newest pair first."""
    state = request.GET.get("state", "")
    if state not in PairState.values:
        state = str(PairState.OPEN)
    rows = queries.pairs(request.actor, state)
    before = asked.key(request.GET.get("before"))
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows[: PAGE + 1])
    names = common.Names(request.actor)
    names.load_people(person for row in found for person in (row.kept, row.other))
    context = {
        "pairs": [
            {
                "pk": row.pk,
                "keys": said_keys(row),
                "kept": _brief(row.kept, names),
                "other": _brief(row.other, names),
            }
            for row in found[:PAGE]
        ],
        "state": state,
        "states": PairState.choices,
        "next": found[PAGE - 1].pk if len(found) > PAGE else None,
    }
    return render(request, "web/people/duplicates.html", context)


@never_cache
@guarded("person.merge")
def pair(request: HttpRequest, pk: int) -> HttpResponse:
    """Both records, field by field; numbers stay masked, what differs is marked."""
    return _page(request, common.found_or_404(queries.pair(request.actor, pk)))


@guarded("person.merge", "POST")
def act(request: HttpRequest, pk: int, move: str) -> HttpResponse:
    """Merge, tell apart, or undo a merge."""
    row = common.found_or_404(queries.pair(request.actor, pk))
    now: dict[str, Any] = {"by": request.actor, "at": timezone.now()}
    try:
        match move:
            case "merge":
                actions.merge(pair=row, keep=_chosen(request, row), **now)
                said = _("Merged into one person. It can be undone here.")
            case "apart":
                actions.keep_apart(pair=row, reason=request.POST.get("reason", ""), **now)
                said = _("Kept as two persons.")
            case "undo":
                actions.undo_merge(pair=row, **now)
                said = _("The merge is undone: there are two records again.")
            case _:
                raise Http404
    except NotAllowed:
        raise
    except Refused as refused:
        return _page(request, row, error=str(refused), status=422)
    messages.success(request, said)
    return redirect("people-duplicates") if move == "apart" else redirect("people-duplicate", pk)


def said_keys(row: PossibleDuplicate) -> list[str]:
    """What agrees, in words."""
    return [str(KEYS.get(key, key)) for key in row.keys]


def _chosen(request: HttpRequest, row: PossibleDuplicate) -> Person:
    sides = queries.side_by_side(request.actor, row)
    keep = asked.key(request.POST.get("keep"))
    chosen = [side for side in (sides.kept, sides.other) if side.pk == keep] if sides else []
    if not chosen:
        raise Refused(_("Choose which of the two records is kept."))
    return chosen[0]


def _page(
    request: HttpRequest, row: PossibleDuplicate, *, error: str = "", status: int = 200
) -> HttpResponse:
    both = queries.side_by_side(request.actor, row)
    if both is None:
        raise Refused(_("One of the two records lies outside your area. An office above both can decide."))
    names = common.Names()
    names.load_people((both.kept, both.other))
    lines = [_line(line, names) for line in both.lines]
    phones = [common.masked_phones(side) for side in (both.kept, both.other)]
    lines.insert(4, _plain(_("Phone"), *("、".join(each) for each in phones)))
    held = [common.categories(side) for side in (both.kept, both.other)]
    lines.append(_plain(_("Categories"), *("、".join(each) for each in held)))
    context = {
        "pair": row,
        "keys": said_keys(row),
        "sides": [
            {"pk": side.pk, "name": side.name, "number": f"#{side.pk}", "here": side.merged_into_id is None}
            for side in (both.kept, both.other)
        ],
        "same": both.same,
        "rows": lines,
        "error": error,
    }
    return render(request, "web/people/duplicate.html", context, status=status)


def _line(line: queries.Line, names: common.Names) -> dict[str, Any]:
    kept, other = line.kept, line.other
    if line.field in _AREAS:
        kept, other = names.of(kept), names.of(other)
    elif line.field == "birth":  # the whole day would tell most of a document number
        kept, other = (day.strftime("%Y-%m") if day else "" for day in (kept, other))
    state = "differ" if line.differs else "same" if kept and other else ""
    label = _("Name") if line.field == "name" else line.label
    return {"label": label, "kept": kept, "other": other, "state": state}


def _plain(label: str, kept: str, other: str) -> dict[str, Any]:
    return {"label": label, "kept": kept, "other": other, "state": "same" if kept and kept == other else ""}


def _brief(person: Person, names: common.Names) -> dict[str, Any]:
    years = common.age(person.birth)
    said = [
        str(person.get_sex_display()) if person.sex else "",
        _("%(n)s years") % {"n": years} if years is not None else "",
        names.short(person.area_code),
    ]
    return {
        "name": person.name,
        "said": " ".join(part for part in said if part),
        "document": common.masked_document(person),
    }
