"""What an office above does with reports: send back, exempt, ask again, accept, unlock (C1, C5, C10)."""

from __future__ import annotations

from datetime import date, datetime
from fractions import Fraction
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from chunfeng.areas import codes
from chunfeng.core.actions import record
from chunfeng.core.actor import Actor
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.offices import roles
from chunfeng.offices.models import Office
from chunfeng.reporting import periods, queries
from chunfeng.reporting.actions.filing import hold_period, is_above, locked
from chunfeng.reporting.choices import ANSWERED, OPEN, State, Step
from chunfeng.reporting.models import Acceptance, Form, LedgerStep, Obligation
from chunfeng.reporting.queries import ledger
from chunfeng.reporting.reporters import in_line
from chunfeng.tasking import actions as tasking

MAX_REASON = 300
_NAMED = 5
"""Offices named in a refusal before it says how many more there are."""


@transaction.atomic
def return_report(*, obligation_id: int, comment: str, by: Actor, at: datetime) -> Obligation:
    """Send a filed report back with a comment; its figures add nothing until it is filed again."""
    of = _above(obligation_id, by)
    comment = _needed(comment, _("Say what is wrong, so that the office can correct it."), 500)
    if of.state not in ANSWERED:
        raise Refused(
            _("Only a filed report can be sent back; this one is “%(state)s”.") % {"state": _told(of, at)}
        )
    _unlocked(of)
    _set(of, State.RETURNED, Step.RETURNED, comment, by, at)
    record("report.return", by=by, on=of, at=at, detail={"revision": of.revision}, reason=comment)
    with translation.override(settings.LANGUAGE_CODE):
        tasking.tell(
            office_id=of.office_id,
            area_code=of.area_code,
            subject=_("Report sent back: %(form)s, %(period)s")
            % {"form": of.form.title, "period": periods.name(of.period_start, of.period_end)},
            body=comment,
            dedupe=f"report:{of.pk}:returned:{of.revision}",
            at=at,
        )
    return of


@transaction.atomic
def exempt(*, obligation_id: int, reason: str, by: Actor, at: datetime) -> Obligation:
    """Let an office off one report, with the reason. It is neither missing nor zero."""
    of = _above(obligation_id, by)
    reason = _needed(reason, _("Say why this report is not owed."), MAX_REASON)
    if of.state not in OPEN:
        raise Refused(
            _("This report is “%(state)s”; only one that is still owed can be let off.")
            % {"state": _told(of, at)}
        )
    _unlocked(of)
    _set(of, State.EXEMPT, Step.EXEMPTED, reason, by, at, exempt_reason=reason)
    record("report.exempt", by=by, on=of, at=at, reason=reason)
    return of


@transaction.atomic
def owe_again(*, obligation_id: int, reason: str, by: Actor, at: datetime) -> Obligation:
    """Ask for a report that had been let off."""
    of = _above(obligation_id, by)
    reason = _needed(reason, _("Say why this report is owed after all."), MAX_REASON)
    if of.state != State.EXEMPT:
        raise Refused(_("This report was not let off; it is “%(state)s”.") % {"state": _told(of, at)})
    _unlocked(of)
    state = State.RETURNED if of.revision else State.DUE
    _set(of, state, Step.OWED_AGAIN, reason, by, at, exempt_reason="")
    record("report.owe_again", by=by, on=of, at=at, reason=reason)
    return of


@transaction.atomic
def accept(
    *, form: Form, period_start: date, by: Actor, at: datetime, incomplete_reason: str = ""
) -> Acceptance:
    """Take over the figures of the actor's area for a period: nothing in it changes until it is unlocked.

    Refused while offices still owe a report, unless `incomplete_reason` says why it is accepted all the same.
    Keeps the totals it accepted. Accepting again gives the same acceptance back. The rows are locked first, so
    that a filing under way is either in the totals or refused.
    """
    roles.require(by, "report.accept")
    if by.office_id is None:
        raise NotAllowed(_("Figures are accepted by an office: choose a posting."))
    hold_period(form.pk, period_start, shared=False)
    lo, hi = codes.code_range(by.area_code)
    inside = Obligation.objects.filter(
        form=form, period_start=period_start, area_code__gte=lo, area_code__lt=hi
    )
    rows = list(
        inside.select_for_update(of=("self",))
        .order_by("pk")
        .values_list("pk", "office_id", "area_code", "state")
    )
    branches = set(Office.objects.filter(parent=by.office_id).values_list("pk", flat=True))
    above = any(area != by.area_code or office in branches for _pk, office, area, _state in rows)
    if not above or not in_line(by.office_id, form):
        raise NotAllowed(_("No office below yours owes this report for this period: nothing to accept."))
    standing = Acceptance.objects.filter(
        form=form, period_start=period_start, office=by.office_id, released_at=None
    ).first()
    if standing is not None:
        return standing
    unanswered = [pk for pk, _office, _area, state in rows if state in OPEN]
    why = incomplete_reason.strip()[:MAX_REASON] if unanswered else ""
    if unanswered and not why:
        raise Refused(_lacking(unanswered))
    made = Acceptance.objects.create(
        form=form,
        office_id=by.office_id,
        area_code=by.area_code,
        period_start=period_start,
        at=at,
        by_name=by.name,
        incomplete_reason=why,
        **accepted_figures(by, form, period_start, by.area_code, at),
    )
    _note_open([(pk, area) for pk, _office, area, state in rows if state in OPEN], why, by, at)
    record(
        "report.accept",
        by=by,
        on=form,
        at=at,
        detail={"period": period_start.isoformat(), "due": made.due, "answered": made.answered},
        reason=why,
    )
    return made


@transaction.atomic
def unlock(*, acceptance_id: int, reason: str, by: Actor, at: datetime) -> Acceptance:
    """Let the level below change its figures again, with the reason; the acceptance stays on record."""
    roles.require(by, "report.accept")
    found = (
        Acceptance.objects.select_for_update(of=("self",))
        .select_related("office", "form")
        .filter(pk=acceptance_id)
        .first()
    )
    if found is None:
        raise NotAllowed(_("This acceptance is not in the area of your posting."))
    above = by.area_code != found.area_code and by.sees(found.area_code)
    above = above and in_line(by.office_id, found.form)
    if by.role != "system" and by.office_id != found.office_id and not above:
        raise NotAllowed(
            _("The figures were accepted by %(office)s; that office or one above it can unlock them.")
            % {"office": found.office}
        )
    reason = _needed(reason, _("Say why the figures are unlocked."), MAX_REASON)
    if found.released_at is not None:
        return found
    found.released_at, found.released_by_name, found.release_reason = at, by.name, reason
    found.save(update_fields=["released_at", "released_by_name", "release_reason"])
    record("report.unlock", by=by, on=found.form, at=at, detail={"acceptance": found.pk}, reason=reason)
    return found


def _note_open(rows: list[tuple[int, str]], why: str, by: Actor, at: datetime) -> None:
    """A step for each report (key, area) that the figures were accepted without."""
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(
                """INSERT INTO reporting_ledgerstep (obligation_id, area_code, kind, text, by_name, office_id, at)
                SELECT r.id, r.area, %s, %s, %s, %s, %s FROM unnest(%s::bigint[], %s::text[]) AS r(id, area)""",
                [Step.ACCEPTED, why, by.name, by.office_id, at, *map(list, zip(*rows, strict=True))],
            )


def accepted_figures(
    by: Actor, form: Form, period_start: date, area_code: str, at: datetime
) -> dict[str, Any]:
    """The roll-up of an area for one period as an acceptance keeps it: stored numbers, exact means as a/b."""
    whole = queries.rollup(by, form, period_start, period_start, at=at, area=area_code).total
    totals = {
        code: str(number) if isinstance(number, Fraction) else number
        for code, number in whole.numbers.items()
        if code in form.slots
    }
    return {"totals": totals, "due": whole.due, "answered": whole.answered}


def _above(obligation_id: int, by: Actor) -> Obligation:
    roles.require(by, "report.accept")
    of = locked(obligation_id)
    if not is_above(by, of):
        raise NotAllowed(
            _("This is decided by an office above %(office)s, not by the office itself.")
            % {"office": of.office}
        )
    return of


def _unlocked(of: Obligation) -> None:
    over = ledger.acceptance_over(of)
    if over is not None:
        raise Refused(
            _("%(office)s accepted the figures of this period on %(when)s. Ask it to unlock them first.")
            % {"office": over.office, "when": timezone.localtime(over.at).strftime("%Y-%m-%d %H:%M")}
        )


def _set(
    of: Obligation, state: State, step: Step, text: str, by: Actor, at: datetime, **fields: object
) -> None:
    Obligation.objects.filter(pk=of.pk).update(state=state, told=0, **fields)
    of.state = state
    LedgerStep.objects.create(
        obligation=of,
        area_code=of.area_code,
        kind=step,
        text=text,
        by_name=by.name,
        office_id=by.office_id,
        at=at,
    )


def _told(of: Obligation, at: datetime) -> str:
    return str(ledger.standing(of, at).label)


def _needed(text: str, ask: str, longest: int) -> str:
    text = text.strip()
    if not text:
        raise Refused(ask)
    if len(text) > longest:
        raise Refused(_("The text is longer than %(n)s characters: shorten it.") % {"n": longest})
    return text


def _lacking(keys: list[int]) -> str:
    names = list(
        Obligation.objects.filter(pk__in=keys[:_NAMED])
        .order_by("area_code")
        .values_list("office__name", flat=True)
    )
    return _(
        "%(n)s offices have not answered yet: %(names)s. Chase or exempt them, or say why the figures are "
        "accepted without them."
    ) % {"n": len(keys), "names": "、".join(names) + ("…" if len(keys) > _NAMED else "")}
