"""One version of a measure: its text in words, findings, cases, and what may be done with it."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from chunfeng.benefits import files
from chunfeng.benefits.actions import measures as actions
from chunfeng.benefits.queries import measures as queries
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.web import asked
from chunfeng.web.guards import guarded
from chunfeng.web.measures.home import found_or_404


@guarded("measure.read")
def version(request: HttpRequest, pk: int) -> HttpResponse:
    """Conditions and amounts with their clauses, parameters by date, cases with what came out."""
    return _page(request, pk)


@guarded("measure.read")
def file(request: HttpRequest, pk: int) -> HttpResponse:
    """The file as it was entered."""
    row = found_or_404(queries.version(request.actor, pk))
    response = HttpResponse(row.text, content_type="application/yaml; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(
        True, f"{row.measure.code}-{row.number}.yaml"
    )
    return response


@guarded("measure.put", "POST")
def act(request: HttpRequest, pk: int, move: str) -> HttpResponse:
    """Put in force, on the shelf, or end; a refusal shows the page again."""
    row, now = found_or_404(queries.version(request.actor, pk)), timezone.now()
    post = request.POST
    try:
        match move:
            case "put":
                first = asked.day(post.get("valid_from"))
                if first is None:
                    raise Refused(_("Give the first day on which it decides."))
                last = post.get("valid_to", "").strip()
                if last and asked.day(last) is None:
                    raise Refused(_("“%(text)s” is not a day: write it like 2020-02-03.") % {"text": last})
                actions.put_in_force(
                    version=row, valid_from=first, valid_to=asked.day(last), by=request.actor, at=now
                )
                said = _("In force from %(day)s.") % {"day": first}
            case "shelve":
                actions.shelve(version=row, by=request.actor, at=now)
                said = _("On the shelf: it can be put in force when its trigger comes.")
            case "withdraw":
                last_day = asked.day(post.get("last_day")) or timezone.localdate()
                actions.withdraw(
                    version=row, last_day=last_day, reason=post.get("reason", ""), by=request.actor, at=now
                )
                said = _("Ended. Decisions made by it stay as they are.")
            case _:
                raise Http404(_("There is no such act."))
    except NotAllowed:
        raise
    except Refused as refused:
        return _page(request, pk, refusal=str(refused), status=422)
    messages.success(request, said)
    return redirect("measure-version", pk)


def _page(request: HttpRequest, pk: int, *, refusal: str = "", status: int = 200) -> HttpResponse:
    row = found_or_404(queries.version(request.actor, pk))
    found = files.read(row.text, queries.base_text(row))
    lines = row.text.splitlines()
    shown = {
        "row": row,
        "found": found,
        "contents": found.contents,
        "failing": sum(not run.passed for run in found.runs),
        "lines": [
            (number, line, [f for f in found.findings if f.line == number])
            for number, line in enumerate(lines, 1)
        ],
        "own": request.actor.sees(row.measure.area_code),
        "today": timezone.localdate(),
        "runs": list(queries.simulations(request.actor, row)[:20]),
        "refusal": refusal,
    }
    return render(request, "web/measures/version.html", shown, status=status)
