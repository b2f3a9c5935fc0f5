"""What the pages of reports share: finding one, what the actor may do with it, words for the period before."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from django.http import Http404, HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.core.actor import Actor
from chunfeng.offices import roles
from chunfeng.reporting.actions.filing import is_above
from chunfeng.reporting.choices import ANSWERED, OPEN, State
from chunfeng.reporting.definition import FormDefinition
from chunfeng.reporting.models import Acceptance, Form, Obligation
from chunfeng.reporting.queries import definition_of, form_by_id, ledger
from chunfeng.reporting.statements import Doubt


def report_or_404(request: HttpRequest, pk: int) -> Obligation:
    """The report with this key, with form, wording and office."""
    found = ledger.obligation(request.actor, pk)
    if found is None:
        raise Http404(_("This report does not exist or lies outside your area."))
    return found


def form_or_404(pk: int) -> Form:
    """The form with this key."""
    found = form_by_id(pk)
    if found is None:
        raise Http404(_("This form does not exist or is not asked in your area."))
    return found


def moves(actor: Actor, of: Obligation, over: Acceptance | None, now: datetime) -> set[str]:
    """What the actor may do with a report as it stands: the buttons of its page. The actions say the same."""
    above = is_above(actor, of)
    begun = of.period_start <= timezone.localdate(now)
    found = set()
    if roles.can(actor, "report.file") and (above or actor.office_id == of.office_id) and over is None:
        found |= {"fill"} if begun and of.state != State.EXEMPT else set()
        found |= {"zero"} if found and definition_of(of.version).zero else set()
    if roles.can(actor, "report.accept") and above and over is None:
        found |= {"return"} if of.state in ANSWERED else set()
        found |= {"exempt"} if of.state in OPEN else set()
        found |= {"owe"} if of.state == State.EXEMPT else set()
    return found


def then_word(form: FormDefinition) -> str:
    """How the figure of the period before is called beside today's."""
    if form.every == "day":
        return _("yesterday")
    return _("entry before") if form.every == "event" else _("last time")


def new_key() -> str:
    """A key for one opened page: what is sent from it twice is filed once."""
    return uuid4().hex


def draft_name(actor: Actor, what: str) -> str:
    """Where the browser keeps what is not sent yet: one place an office and a report."""
    return f"chunfeng:{actor.user_id}:{what}"


def doubt_rows(doubts: list[Doubt], comments: dict[str, str]) -> list[dict[str, object]]:
    """Doubts as the page shows them: the hard ones first, each with the comment typed so far."""
    rows = [
        {
            "code": each.code,
            "tone": str(each.strength),
            "message": each.message,
            "needs_comment": each.needs_comment,
            "comment": comments.get(each.code, ""),
        }
        for each in doubts
    ]
    return sorted(rows, key=lambda row: row["tone"] != "hard")


def at_cells(form: FormDefinition, doubts: list[Doubt]) -> dict[str, str]:
    """What refuses the filing, at the last cell of the page that its rule reads."""
    rules = {check.code: check.rule for check in form.checks}
    found: dict[str, str] = {}
    for each in doubts:
        if each.strength == "hard" and each.code in rules:
            read = [code for code in form.cells if code in rules[each.code].names]
            if read:
                found.setdefault(read[-1], each.message)
    return found


def url_if_there(name: str, *args: object) -> str:
    """The address of a page that another part of the room may offer; empty where it does not."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""
