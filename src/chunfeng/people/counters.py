"""Figures of the register of isolations, offered to those who file reports (C10, E12).

`register:isolation:…` counts an office's whole area; where offices below owe the same report, what they stated
together is offered instead, and the register's own number stands beside it where the two differ.
`register:isolation-own:…` counts what the office itself opened, `register:isolation-site:…` its observation
sites.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from chunfeng.people.choices import Placement
from chunfeng.people.models import HealthRecord, Isolation
from chunfeng.people.queries import flow
from chunfeng.reporting.models import Obligation
from chunfeng.reporting.queries import ledger
from chunfeng.reporting.queries.forms import definition_of
from chunfeng.reporting.suggestions import Offer, counter

MOVEMENTS = ("opened", "released", "moved")


def figures(rows: Q, of: Obligation, at: datetime) -> dict[str, int] | None:
    """Movements since the report before this one was counted, and the stock now, so that the two reports join.

    None where the register never held anybody there: it is not kept, which is not zero.
    """
    found = Isolation.objects.filter(rows)
    if not found.exists():
        return None
    until = _until(of, at)
    moves = flow.between(found, _once(of, "since", lambda: _since(of)), until)
    counted = dict(zip(MOVEMENTS, moves, strict=True))
    return counted | {"still": flow.still_open(found) if until == at else flow.at_moment(found, until)}


def _until(of: Obligation, at: datetime) -> datetime:
    """Up to when a report counts: now, or its cut-off where it is given in after its time."""
    return at if at <= of.closes_at else of.due_at


def _since(of: Obligation) -> datetime:
    """From when on: where the report before this one stopped counting; else from the first day on."""
    earlier = ledger.previous(of)
    if earlier is None:
        return flow.begins(of.period_start)
    return _until(earlier, earlier.first_filed_at or earlier.due_at)


def _once(of: Obligation, name: str, count: Callable[[], Any]) -> Any:
    """What is asked for every cell of a report is counted once a report."""
    kept = of.__dict__.setdefault("isolation_figures", {})
    if name not in kept:
        kept[name] = count()
    return kept[name]


def _register(name: str) -> None:
    prefill = f"register:isolation:{name}"

    @counter(prefill)
    def whole(of: Obligation, at: datetime) -> Offer | None:
        held = _once(of, "area", lambda: figures(flow.inside(of.area_code), of, at))
        stated = _stated_below(of, prefill)
        if stated is None:
            return Offer(held[name], _("Register of isolations: in the area")) if held else None
        n, source = stated
        if held and held[name] != n:
            source = _("%(source)s; the register has %(n)s") % {"source": source, "n": held[name]}
        return Offer(n, source[:200])

    @counter(f"register:isolation-own:{name}")
    def own(of: Obligation, at: datetime) -> Offer | None:
        rows = flow.inside(of.area_code, office_id=of.office_id)
        held = _once(of, "own", lambda: figures(rows, of, at))
        return Offer(held[name], _("Register of isolations: of this office")) if held else None

    @counter(f"register:isolation-site:{name}")
    def site(of: Obligation, at: datetime) -> Offer | None:
        rows = flow.inside(of.area_code, placements=(Placement.CENTRAL,))
        held = _once(of, "site", lambda: figures(rows, of, at))
        return Offer(held[name], _("Register of isolations: observation sites in the area")) if held else None


for _name in (*MOVEMENTS, "still"):
    _register(_name)


@counter("register:isolation-site:ill")
def _ill(of: Obligation, at: datetime) -> Offer | None:
    """People at observation sites with symptoms on the last day of the report."""
    rows = flow.inside(of.area_code, placements=(Placement.CENTRAL,))
    if not Isolation.objects.filter(rows).exists():
        return None
    held = Isolation.objects.filter(rows)
    looks = HealthRecord.objects.filter(
        isolation__in=held, on=of.period_end, clear=False, corrected_by__isnull=True
    )
    n = looks.order_by().values("isolation").distinct().count()
    return Offer(n, _("Register of isolations: observation sites in the area"))


def _stated_below(of: Obligation, prefill: str) -> tuple[int, str] | None:
    """What the offices below stated together in the cell with this prefill; None where none owes the report."""
    due, answered = _once(of, "below", lambda: ledger.below_counts(of))
    if not due:
        return None
    cells = [c for c in definition_of(of.version).number_cells if c.indicator.prefill == prefill]
    totals = _once(of, "totals", lambda: ledger.below_totals(of))
    known = [totals[cell.code] for cell in cells if totals.get(cell.code) is not None]
    if not known or not cells:
        return None
    source = _("%(answered)s of %(due)s offices below") % {"answered": answered, "due": due}
    return known[0] // (cells[0].indicator.scale or 1), source
