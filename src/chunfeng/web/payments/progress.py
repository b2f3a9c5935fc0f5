"""How far claims and payments are: by the areas below and by measure, beside the day before (L26)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.cache import never_cache

from chunfeng.benefits.queries import areas
from chunfeng.benefits.queries import claims as claim_queries
from chunfeng.benefits.queries import progress as queries
from chunfeng.web import asked
from chunfeng.web.claims import common
from chunfeng.web.guards import guarded
from chunfeng.web.sheet import sheet

HEADS = (
    pgettext_lazy("claims", "Received"), gettext_lazy("Decided, in number"), gettext_lazy("Granted, in number"),
    gettext_lazy("Owed (yuan)"), gettext_lazy("Paid, in number"), gettext_lazy("Paid (yuan)"),
    gettext_lazy("Share paid"), gettext_lazy("Median days to payment"),
)  # fmt: skip
DAY_HEADS = (
    gettext_lazy("Received, more than the day before"), gettext_lazy("Decided, more than the day before"),
    gettext_lazy("Paid, more than the day before (yuan)"),
)  # fmt: skip


@never_cache
@guarded("payment.work")
def progress(request: HttpRequest) -> HttpResponse:
    """One area with those below it; `export=areas` and `export=measures` give the tables as xlsx."""
    actor, today = request.actor, timezone.localdate()
    on = min(asked.day(request.GET.get("on")) or today, today)
    code, measure = areas.reached(actor, request.GET.get("area", "")), request.GET.get("measure", "")[:80]
    children = areas.below(code, on)
    names = dict(children) | {areas.REST: _("the area itself")}
    lines, total = queries.by_area(actor, code, measure, on, children)
    measures = queries.by_measure(actor, code, on)
    export = request.GET.get("export")
    if export in ("areas", "measures"):
        rows = (
            [(names.get(line.key, line.key), line) for line in lines]
            if export == "areas"
            else [(title, line) for line, title in measures]
        )
        heads = [_("Area") if export == "areas" else _("Measure"), *HEADS, *DAY_HEADS]
        cells = [[name, *_cells(line)] for name, line in rows]
        return sheet(request, f"progress-{export}", heads, cells, area=code, on=on.isoformat())
    shown = [_shown(line) | {"name": names.get(line.key, line.key)} for line in lines]
    context = {
        "on": on,
        "today": today,
        "area": code,
        "path": areas.path(actor, code, on),
        "measure": measure,
        "kept": urlencode({"measure": measure, "on": on.isoformat()}) + "&",
        "measures_claimed": claim_queries.measures_claimed(actor),
        "total": _shown(total),
        "lines": shown,
        "busy": [row for row in shown if not row["empty"]],
        "idle": [row for row in shown if row["empty"]],
        "measures": [_shown(line) | {"name": title} for line, title in measures],
    }
    return render(request, "web/payments/progress.html", context)


def _shown(line: queries.Line) -> dict[str, Any]:
    now, more = line.now, line.more
    return {
        "key": line.key,
        "now": now,
        "more": {name: _signed(getattr(more, name)) for name in ("received", "decided", "paid")},
        "owed": common.money(now.owed_fen),
        "paid": common.money(now.paid_fen),
        "paid_more": f"+{common.money(more.paid_fen)}" if more.paid_fen > 0 else "",
        "share": "—" if now.share is None else f"{Decimal(now.share) / 10}%",
        "permille": now.share or 0,
        "empty": not now.received and not now.owed,
    }


def _signed(n: int) -> str:
    return f"{n:+d}" if n else ""


def _cells(line: queries.Line) -> list[Any]:
    now, more = line.now, line.more
    share = None if now.share is None else f"{Decimal(now.share) / 10}%"
    return [
        now.received, now.decided, now.granted, Decimal(now.owed_fen) / 100, now.paid, Decimal(now.paid_fen) / 100,
        share, now.days, more.received, more.decided, Decimal(more.paid_fen) / 100,
    ]  # fmt: skip
