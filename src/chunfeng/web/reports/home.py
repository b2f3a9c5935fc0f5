"""My reports: what the office owes today, what it filed; above, how the forms of the area stand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from chunfeng.areas import codes
from chunfeng.offices import roles
from chunfeng.reporting.choices import Standing
from chunfeng.reporting.models import LedgerStep
from chunfeng.reporting.queries import board, definition_of, ledger
from chunfeng.reporting.queries.board import Tally
from chunfeng.reporting.queries.ledger import Line
from chunfeng.web.guards import guarded
from chunfeng.web.reports import cells
from chunfeng.web.templatetags import reports as look

FIRST, DONE, EARLIER = 20, 12, 20
"""Cards shown at once."""
VILLAGE = 5
ORDER = (
    Standing.FILED, Standing.ZERO, Standing.DUE, Standing.MISSING, Standing.LATE, Standing.RETURNED, Standing.EXEMPT,
)  # fmt: skip
LOUD = (Standing.MISSING, Standing.LATE, Standing.RETURNED)


@dataclass
class Card:
    """One report of the office."""

    line: Line
    zero: bool
    past: bool
    tone: str
    figures: list[tuple[str, str, str]]
    returned: LedgerStep | None = None

    @property
    def row(self) -> Any:
        """The obligation."""
        return self.line.obligation

    @property
    def standing(self) -> str:
        """Its standing."""
        return self.line.standing

    @property
    def title(self) -> str:
        """The form's title."""
        return self.row.form.title


@never_cache
@guarded("report.read")
def home(request: HttpRequest) -> HttpResponse:
    """The room's first page."""
    actor, now = request.actor, timezone.now()
    day = timezone.localdate(now)
    lines = ledger.my_reports(actor, now)
    owed = [line for line in lines if line.is_open]
    notes = board.notes([line.obligation for line in owed])
    cards = [_card(line, notes, now) for line in owed]
    cards.sort(key=_urgency)
    done = [_card(line, {}, now) for line in lines if not line.is_open and not line.obligation.sequence]
    may_file = roles.can(actor, "report.file")
    forms = ledger.event_forms(actor) if may_file else []
    entered = board.entries_today(actor, forms, day) if forms else {}
    context = {
        "today": look.days(day, day),
        "open": cards[:FIRST],
        "more_open": FIRST if len(cards) > FIRST else 0,
        "overdue": sum(card.past for card in cards),
        "done": [card for card in done if card.row.period_end >= day or _filed_on(card.row, day)][:DONE],
        "earlier": [card for card in done if card.row.period_end < day and not _filed_on(card.row, day)][
            :EARLIER
        ],
        "owes": bool(lines),
        "may_file": may_file,
        "events": [{"form": form, "number": entered.get(form.pk, 0)} for form in forms],
        "area_forms": [_form_line(each) for each in board.forms_today(actor, now)]
        if codes.level(actor.area_code or codes.COUNTRY) < VILLAGE
        else [],
    }
    return render(request, "web/reports/home.html", context)


def _filed_on(row: Any, day: date) -> bool:
    return row.filed_at is not None and timezone.localdate(row.filed_at) == day


def _urgency(card: Card) -> tuple[Any, ...]:
    """Returned ones on top, then what is overdue, the newest first, then what is due next."""
    due = card.row.due_at.timestamp()
    return (card.returned is None, not card.past, -due if card.past else due)


def _card(line: Line, notes: dict[int, LedgerStep], now: Any) -> Card:
    of = line.obligation
    form = definition_of(of.version)
    past = line.is_open and now > of.due_at
    return Card(
        line=line,
        zero=form.zero and not of.revision,
        past=past,
        tone="bad" if past else look.standing_tone(line.standing),
        figures=[] if line.is_open else cells.summary(form, of, of.form.slots),
        returned=notes.get(of.pk),
    )


def bar(tally: Tally) -> dict[str, Any]:
    """Shares in whole per cent for the bar: answered from the left, missing from the right."""
    due = tally.due or 1
    share, gone = tally.answered * 100 // due, -(-tally.by[Standing.MISSING] * 100 // due)
    return {
        "answered": tally.answered,
        "due": tally.due,
        "share": share,
        "missing_share": gone,
        "missing_from": 100 - gone,
    }


def _form_line(found: board.FormTally) -> dict[str, Any]:
    by = found.tally.by
    return {
        "form": found.form,
        "days": look.days(found.period_start, found.period_end),
        "due_at": found.due_at,
        "tiles": [
            {
                "name": str(name),
                "label": name.label,
                "number": by[name],
                "tone": look.standing_tone(name) if name in LOUD else "",
            }
            for name in ORDER
        ],
        **bar(found.tally),
    }
