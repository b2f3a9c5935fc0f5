"""The ledger of a form for one period: who has filed, who is silent, who is chased, exempted, accepted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from chunfeng.areas import codes
from chunfeng.areas import queries as areas
from chunfeng.core.actor import Actor
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.offices import queries as offices
from chunfeng.offices import roles
from chunfeng.reporting import actions, values
from chunfeng.reporting.choices import Standing
from chunfeng.reporting.definition import FormDefinition
from chunfeng.reporting.models import Form, Obligation
from chunfeng.reporting.queries import board, definition_of, ledger, version_for
from chunfeng.web import asked
from chunfeng.web.guards import guarded
from chunfeng.web.lists import Column, Filter, Listing
from chunfeng.web.reports import cells, common
from chunfeng.web.reports.home import LOUD, ORDER, bar
from chunfeng.web.reports.strips import Strip, sample, strip
from chunfeng.web.templatetags import reports as look

FIGURES, NAMED = 3, 12
"""Figures shown in a line; silent offices named before an acceptance."""
SILENT = "silent"


@dataclass
class Row:
    """One office's report as the ledger shows it."""

    row: Obligation
    standing: str
    figures: list[tuple[str, str]]
    strip: Strip
    reminded: datetime | None
    open: bool


@guarded("report.read")
def ledger_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The county's board; a form filed on events has entries instead."""
    form = common.form_or_404(pk)
    if definition_of(version_for(form, timezone.localdate())).every == "event":
        return redirect("entries", pk)
    return _page(request, form)


@guarded("report.accept", "POST")
def act(request: HttpRequest, pk: int, move: str) -> HttpResponse:
    """Remind, exempt, accept, unlock; a refusal shows the ledger again."""
    form, actor, now = common.form_or_404(pk), request.actor, timezone.now()
    day = asked.day(request.POST.get("day")) or timezone.localdate()
    text = request.POST.get("text", "").strip()
    try:
        match move:
            case "chase":
                said = _chase(request, form, day, now)
            case "exempt":
                said = _exempt(request, form, day, text, now)
            case "accept":
                start = _start(actor, form, day)
                actions.accept(form=form, period_start=start, by=actor, at=now, incomplete_reason=text)
                said = _("Accepted. Nothing in the area changes for this period until you unlock it.")
            case "unlock":
                _unlock(request, form, text, now)
                said = _("Unlocked. Offices can correct their reports again.")
            case _:
                raise Http404(_("There is no such act."))
    except NotAllowed:
        raise
    except Refused as refusal:
        response = _page(request, form, day=day, refusal=str(refusal))
        response.status_code = 422
        response.roll_back = True  # type: ignore[attr-defined]
        return response
    messages.success(request, said)
    back = request.POST.get("back", "")
    query = back if back.startswith("day=") else urlencode({"day": day.isoformat()})
    return redirect(f"{reverse('ledger', args=[pk])}?{query}")


def _chase(request: HttpRequest, form: Form, day: date, now: datetime) -> str:
    """Remind the ticked offices, or all that are silent. The day's reminders go out once."""
    start = _start(request.actor, form, day)
    chosen = None
    if not request.POST.get("all"):
        chosen = offices.offices_by_id(asked.keys(request.POST.getlist("office")))
        if not chosen:
            raise Refused(_("Tick the offices first."))
    told = actions.chase_silent(form=form, period_start=start, by=request.actor, at=now, offices=chosen)
    if not told:
        raise Refused(_("Nobody was reminded: they have reported, or were reminded today already."))
    return ngettext(
        "%(n)s office was reminded: it stands on its desk.",
        "%(n)s offices were reminded: it stands on their desks.",
        told,
    ) % {"n": told}


def _exempt(request: HttpRequest, form: Form, day: date, text: str, now: datetime) -> str:
    """Exempt each ticked office, all or none."""
    keys = asked.keys(request.POST.getlist("office"))
    rows = ledger.ledger(request.actor, form, _start(request.actor, form, day), now=now)
    found = list(rows.filter(office__in=keys))
    if not found:
        raise Refused(_("Tick the offices first."))
    for row in found:
        actions.exempt(obligation_id=row.pk, reason=text, by=request.actor, at=now)
    return ngettext("%(n)s office is exempt.", "%(n)s offices are exempt.", len(found)) % {"n": len(found)}


def _unlock(request: HttpRequest, form: Form, text: str, now: datetime) -> None:
    key = asked.key(request.POST.get("acceptance"))
    found = board.acceptance(key) if key else None
    if found is None or found.form_id != form.pk:
        raise Refused(_("This acceptance is not there any more. Look at the ledger again."))
    actions.unlock(acceptance_id=found.pk, reason=text, by=request.actor, at=now)


def _start(actor: Actor, form: Form, day: date) -> date:
    here, _before, _after = board.neighbours(actor, form, day)
    if here is None:
        raise Refused(_("Nobody owes this report for this day."))
    return here


def _page(request: HttpRequest, form: Form, *, day: date | None = None, refusal: str = "") -> HttpResponse:
    actor, now = request.actor, timezone.now()
    day = day or asked.day(request.GET.get("day")) or timezone.localdate()
    here, before, after = board.neighbours(actor, form, day)
    area = _area(actor, request.GET.get("area", ""))
    asks = definition_of(version_for(form, here or day))
    every = ledger.ledger(actor, form, here or day, now=now)
    rows = _inside(every, area) if area else every
    counts = board.tally(rows, now)
    listing = _listing(form, asks, counts.all)
    if listing.wants_export(request):
        return listing.export(request, _ranked(rows))
    shown = listing.page(request, _ranked(rows))
    standing = request.GET.get("standing", "")
    links = Links(day=day, area=area, text=request.GET.get("q", ""))
    may = roles.can(actor, "report.accept")
    first = shown.rows[0] if shown.rows else None
    locks = board.locks(form, here, actor.area_code) if here and actor.area_code else []
    own = next((lock.pk for lock in locks if lock.office_id == actor.office_id), None)
    missing = board.lacking(every, NAMED + 1) if may else []
    context = {
        "form": form,
        "source": form.source,
        "day": here or day,
        "days": look.days(first.period_start, first.period_end) if first else look.days(day, day),
        "due_at": first.due_at if first else None,
        "before": links.to(day=before) if before else "",
        "after": links.to(day=after) if after else "",
        "nearest": before or after,
        "kept": [("area", area)] if area else [],
        "here": links.to(standing=standing),
        "path": _path(actor, area, here or day, links),
        "area": area,
        "standing": standing,
        "counts": counts,
        "tiles": _tiles(counts, standing, links),
        "areas": _areas(rows, area or actor.area_code or codes.COUNTRY, here or day, now, links),
        "heads": [(str(name), name.label) for name in ORDER],
        "page": shown,
        "rows": _rows(actor, form, asks, shown.rows, here or day, now),
        "figure_heads": [str(cell.indicator.label) for cell in _shown_cells(asks)],
        "key": [(str(name), name.label, sample(name)) for name in ORDER],
        "may_tick": may and any(row.state in ("due", "returned") for row in shown.rows) and not locks,
        "locks": locks,
        "may_unlock": own if may else None,
        "may_accept": may and not area and own is None and _has_others(actor, every, counts),
        "lacking": missing[:NAMED],
        "lacking_more": len(missing) > NAMED,
        "refusal": refusal,
        "sheets": common.url_if_there("sheet-template", form.pk),
    }
    return render(request, "web/reports/ledger.html", context)


@dataclass(frozen=True)
class Links:
    """Addresses of this page: what is chosen stays chosen."""

    day: date
    area: str
    text: str

    def to(self, **changes: Any) -> str:
        """The query of the page with some of it changed; a change of area starts without the search."""
        found: dict[str, Any] = {"day": self.day, "area": self.area, **changes}
        return urlencode({name: value for name, value in found.items() if value})


def _has_others(actor: Actor, rows: QuerySet[Obligation], counts: board.Tally) -> bool:
    """Whether offices below owe this report: one's own alone is not accepted but filed."""
    return bool(counts.all) and rows.exclude(office=actor.office_id).exists()


def _area(actor: Actor, area: str) -> str:
    """The area asked for; nothing, which means the own one, for anything outside the own range."""
    try:
        return area if area and area != actor.area_code and actor.sees(codes.check(area)) else ""
    except codes.BadCode:
        return ""


def _inside(rows: QuerySet[Obligation], area: str) -> QuerySet[Obligation]:
    lo, hi = codes.code_range(area)
    return rows.filter(area_code__gte=lo, area_code__lt=hi)


def _path(actor: Actor, area: str, on: date, links: Links) -> list[tuple[str, str]]:
    """From the own area down to the one looked at."""
    if not area:
        return []
    chain = [code for code in codes.ancestors(area) if actor.sees(code)]
    names = areas.areas(chain, on)
    return [
        (links.to(area="" if code == actor.area_code else code), names[code].name if code in names else code)
        for code in chain
    ]


def _tiles(counts: board.Tally, standing: str, links: Links) -> list[dict[str, Any]]:
    """One count each, and behind it its rows; silence at the cut-off first."""
    tiles: list[tuple[str, Any, int, str, str]] = [
        ("", _("All"), counts.all, "", ""),
        (SILENT, _("Silent at the cut-off"), counts.silent, "bad" if counts.silent else "", "!"),
    ]
    for name in ORDER:
        loud = look.standing_tone(name) if name in LOUD and counts.by[name] else ""
        tiles.append((str(name), name.label, counts.by[name], loud, look.standing_mark(name)))
    return [
        {
            "label": label,
            "number": n,
            "tone": tone,
            "mark": mark,
            "here": name == standing,
            "query": links.to(standing=name),
        }
        for name, label, n, tone, mark in tiles
        if n or name in ("", SILENT, Standing.FILED, Standing.ZERO, Standing.MISSING)
    ]


def _areas(
    rows: QuerySet[Obligation], area: str, on: date, now: datetime, links: Links
) -> list[dict[str, Any]]:
    """Areas directly below with their counts; nothing where the list itself says as much."""
    found = board.tally_by_area(rows, area, on, now)
    if len(found) < 2 or max(each.tally.all for each in found) == 1:
        return []
    return [
        {
            "name": _("%(area)s itself") % {"area": each.name} if each.own else each.name,
            "query": links.to(area=each.code),
            "numbers": [
                (
                    each.tally.by[name],
                    look.standing_tone(name) if name in LOUD else "",
                    links.to(area=each.code, standing=name),
                )
                for name in ORDER
            ],
            **bar(each.tally),
        }
        for each in found
    ]


def _ranked(rows: QuerySet[Obligation]) -> QuerySet[Obligation]:
    """The silent first, then what is late or returned, then the rest; by area within."""
    ranks = {
        Standing.MISSING: 0, Standing.DUE: 1, Standing.RETURNED: 2, Standing.LATE: 3, Standing.FILED: 4,
        Standing.ZERO: 5, Standing.EXEMPT: 6,
    }  # fmt: skip
    told = Case(
        *(When(standing=name, then=Value(rank)) for name, rank in ranks.items()),
        output_field=IntegerField(),
    )
    return rows.annotate(rank=told)


def _shown_cells(asks: FormDefinition) -> list[Any]:
    return [cell for cell in asks.number_cells if not cell.categories][:FIGURES]


def _rows(
    actor: Actor, form: Form, asks: FormDefinition, rows: list[Any], day: date, now: datetime
) -> list[Row]:
    starts, stood = board.strips(actor, form, [row.office_id for row in rows], day, now)
    told = board.reminded(rows, now)
    found = []
    for row in rows:
        stated = cells.Stated(asks, row, form.slots)
        figures = [(str(cell.indicator.label), stated.shown(cell)) for cell in _shown_cells(asks)]
        own = strip(starts, stood.get(row.office_id, {}))
        open_ = row.state in ("due", "returned")
        found.append(Row(row, row.standing, figures, own, told.get(row.pk), open_))
    return found


def _listing(form: Form, asks: FormDefinition, size: int) -> Listing:
    """The rows as a list and as a file; the file has every number cell."""

    def figure(cell: Any) -> Column:
        label = f"{cell.indicator.label}·{cell.label}" if cell.categories else str(cell.indicator.label)

        def value(row: Obligation) -> Any:
            stated = values.by_code(row.numbers, form.slots).get(cell.code)
            return values.plain(cell.indicator, stated)

        return Column(cell.code, label, value, number=True)

    return Listing(
        name=f"ledger-{form.code}",
        sort="rank",
        search=lambda rows, text: rows.filter(office__name__icontains=text),
        filters=[
            Filter("standing", gettext_lazy("Standing"), _standings, apply=_standing),
        ],
        columns=[
            Column("office", gettext_lazy("Office"), lambda row: row.office.name, order="area_code"),
            Column("code", gettext_lazy("Area code"), lambda row: row.area_code),
            Column("standing", gettext_lazy("Standing"), lambda row: Standing(row.standing).label, order="rank"),
            Column("first", gettext_lazy("First filed"), lambda row: row.first_filed_at),
            Column("filed", gettext_lazy("Filed at"), lambda row: row.filed_at),
            Column("by", gettext_lazy("By"), lambda row: row.filed_by_name),
            Column("revision", gettext_lazy("Filing"), lambda row: row.revision or None, number=True),
            Column("exempt", gettext_lazy("Reason for exemption"), lambda row: row.exempt_reason),
            *(figure(cell) for cell in asks.number_cells),
        ],
    )  # fmt: skip


def _standings() -> list[tuple[str, Any]]:
    return [(SILENT, _("Silent at the cut-off")), *((str(name), name.label) for name in ORDER)]


def _standing(rows: QuerySet[Obligation], name: str) -> QuerySet[Obligation]:
    if name == SILENT:
        return rows.filter(ledger.is_silent(timezone.now()))
    return rows.filter(standing=name)
