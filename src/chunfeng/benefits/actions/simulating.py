"""What if: a changed text over the claims that are held, against the version that decided on them.

Reads the facts of claims, writes figures only: who gains and loses as counts and sums, by area and by month.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.areas import codes
from chunfeng.benefits import engine, files
from chunfeng.benefits.actions.claims import values_of
from chunfeng.benefits.actions.common import required
from chunfeng.benefits.choices import ClaimState
from chunfeng.benefits.models import Claim, MeasureVersion, Simulation
from chunfeng.core.actions import record
from chunfeng.core.actor import Actor
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.offices import roles

MOST = 20_000
"""Claims that one run looks at."""


@transaction.atomic
def simulate(
    *, version: MeasureVersion, text: str, name: str, on: date | None = None, by: Actor, at: datetime
) -> Simulation:
    """Evaluate every claim of the measure in the actor's area by the changed text and by its own version.

    `on` replaces each claim's own day of the rules. Result (all counts and fen): `claims`, `granted` and `cost` of
    both, `gain`, `lose`, `more`, `less`, `open` (facts missing for the changed text), `areas`, `months`.
    Raises `files.Unreadable`, Refused above `MOST` claims or for another measure's text.
    """
    roles.require(by, "measure.draft")
    if by.office_id is None:
        raise NotAllowed(_("Only people posted to an office can run this."))
    changed = files.read(text)
    if changed.contents.code != version.measure.code:
        raise Refused(_("The changed text is of another measure: keep its code."))
    rows = Claim.objects.filter(
        measure=version.measure, area_code__gte=by.lo, area_code__lt=by.hi, facts__isnull=False
    ).exclude(state=ClaimState.WITHDRAWN)
    if rows.count() > MOST:
        raise Refused(_("More than %(n)s claims: run it for a smaller area.") % {"n": f"{MOST:,}"})
    result = _run(rows.select_related("version", "measure").order_by("pk"), text, on, by)
    made = Simulation.objects.create(
        version=version,
        office_id=by.office_id,
        area_code=by.area_code,
        name=required(name, _("name"), 120),
        text=text,
        on=on or timezone.localdate(at),
        result=result,
        by_name=by.name,
        made_at=at,
    )
    record("measure.simulate", by=by, on=made, at=at, detail={"claims": result["claims"]})
    return made


def _run(rows: Any, text: str, on: date | None, by: Actor) -> dict[str, Any]:
    total = dict.fromkeys(
        ("claims", "granted", "granted_then", "cost", "cost_then", "gain", "lose", "more", "less", "open"), 0
    )
    areas: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    months: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for claim in rows.iterator(chunk_size=500):
        given = values_of(claim)
        now = engine.evaluate(
            version=claim.version, refined_by=claim.refined_by, facts=given, on=claim.on, area=claim.area_code
        )
        then = engine.evaluate_text(text, facts=given, on=on or claim.on, area=claim.area_code)
        before, after = now.amount or 0, then.amount or 0
        total["claims"] += 1
        total["granted"] += now.eligible
        total["granted_then"] += then.eligible
        total["cost"] += before
        total["cost_then"] += after
        total["gain"] += then.eligible and not now.eligible
        total["lose"] += now.eligible and then.outcome == engine.NOT_ELIGIBLE
        total["more"] += now.eligible and then.eligible and after > before
        total["less"] += now.eligible and then.eligible and after < before
        total["open"] += then.outcome == engine.ASK
        area = areas[_below(claim.area_code, by)]
        area[0] += before
        area[1] += after
        area[2] += then.eligible and not now.eligible
        area[3] += now.eligible and not then.eligible
        month = months[f"{claim.on:%Y-%m}"]
        month[0] += before
        month[1] += after
    return {
        **{name: int(value) for name, value in total.items()},
        "areas": {code: [int(n) for n in figures] for code, figures in sorted(areas.items())},
        "months": dict(sorted(months.items())),
    }


def _below(code: str, by: Actor) -> str:
    """The area one level below the actor's that holds this code; the code itself where there is none."""
    chain = [*codes.ancestors(code), code]
    inside = [each for each in chain if by.sees(each) and each != by.area_code]
    return inside[0] if inside else code
