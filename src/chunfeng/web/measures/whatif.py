"""What if the text were another: who gains and loses, what it costs, by area and by month."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from chunfeng.areas import queries as areas
from chunfeng.benefits import files
from chunfeng.benefits.actions import simulating
from chunfeng.benefits.choices import RunOver, SimulationState
from chunfeng.benefits.queries import measures as queries
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.reporting import charts
from chunfeng.web.guards import guarded
from chunfeng.web.measures.home import found_or_404


@guarded("measure.draft", "GET", "POST")
def new(request: HttpRequest, pk: int) -> HttpResponse:
    """Change the text and let it run over the claims held in the area, or over the register."""
    row = found_or_404(queries.version(request.actor, pk))
    text, name, refusal, findings = row.text, "", "", ()
    if request.method == "POST":
        text = request.POST.get("text", "").replace("\r\n", "\n")
        name = request.POST.get("name", "")
        try:
            made = simulating.begin(
                version=row,
                text=text,
                name=name,
                over=request.POST.get("over", RunOver.CLAIMS),
                by=request.actor,
                at=timezone.now(),
            )
        except NotAllowed:
            raise
        except files.Unreadable as bad:
            findings = bad.findings
        except Refused as refused:
            refusal = str(refused)
        else:
            return redirect("what-if", made.pk)
    shown = {"row": row, "typed": text, "name": name, "refusal": refusal, "findings": findings}
    shown |= {"choices": RunOver.choices, "over": request.POST.get("over", RunOver.CLAIMS)}
    return render(request, "web/measures/what_if_new.html", shown, status=422 if refusal or findings else 200)


@never_cache
@guarded("measure.read")
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far a run is; once it has ended the whole page is fetched anew."""
    run = found_or_404(queries.simulation(request.actor, pk))
    response = render(request, "web/measures/_run.html", {"run": run})
    if run.state != SimulationState.RUNNING:
        response["HX-Refresh"] = "true"
    return response


@guarded("measure.draft", "POST")
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a run that stopped go on."""
    run = found_or_404(queries.simulation(request.actor, pk))
    simulating.resume(run=run, by=request.actor, at=timezone.now())
    return redirect("what-if", pk)


@never_cache
@guarded("measure.read")
def result(request: HttpRequest, pk: int) -> HttpResponse:
    """The figures of one run; while it is under way, how far it is."""
    run = found_or_404(queries.simulation(request.actor, pk))
    if run.state != SimulationState.DONE:
        return render(request, "web/measures/what_if_running.html", {"run": run, "row": run.version})
    names = _names(run.result["areas"], run.on)
    return render(
        request,
        "web/measures/what_if.html",
        {
            "run": run,
            "row": run.version,
            "result": run.result,
            "difference": run.result["cost_then"] - run.result["cost"],
            "areas": [
                (names[code], now, then, then - now, gain, lose)
                for code, (now, then, gain, lose) in run.result["areas"].items()
            ],
            "months": [(month, now, then, then - now) for month, (now, then) in run.result["months"].items()],
            "changed": _changed(run.version.text, run.text),
        },
    )


@guarded("measure.read")
def costs(request: HttpRequest, pk: int) -> HttpResponse:
    """Costs by month under both texts, as a picture."""
    run = found_or_404(queries.simulation(request.actor, pk))
    values: dict[str, float | None] = {}
    for month, (now, then) in run.result["months"].items():
        values[f"{month} {_('as decided')}"] = now / 100
        values[f"{month} {_('with the changed text')}"] = then / 100
    spec = charts.bars(
        title=_("Cost by month"), unit=_("yuan"), values=values, width=560, height=26 * max(len(values), 2)
    )
    picture = charts.svg(spec)
    return HttpResponse(picture, content_type="image/svg+xml")


def _names(codes: dict[str, Any], on: date) -> dict[str, str]:
    found = areas.paths(set(codes), on)
    return {code: found.get(code) or code for code in codes}


def _changed(before: str, after: str) -> list[tuple[str, str]]:
    import difflib

    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
    return [(line[0], line[1:]) for line in lines if line[:3] not in ("---", "+++") and line[0] in "+-"]
