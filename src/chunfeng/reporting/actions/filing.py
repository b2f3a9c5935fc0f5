"""Filing a report: every filing is a signed revision, the obligation keeps what stands (C1, C10)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.core.actions import record
from chunfeng.core.actor import Actor
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.offices import roles
from chunfeng.offices.models import Office
from chunfeng.reporting import periods, statements
from chunfeng.reporting import values as stored
from chunfeng.reporting.choices import Channel, FormState, State, Step
from chunfeng.reporting.definition import FormDefinition, Strength
from chunfeng.reporting.digests import digest
from chunfeng.reporting.models import Form, Obligation, Revision
from chunfeng.reporting.queries import ledger
from chunfeng.reporting.queries.forms import definition_of, version_for
from chunfeng.reporting.reporters import in_line, reports_to
from chunfeng.reporting.statements import BadFiling, Doubt, Statement

MAX_KEY = 80
MAX_REASON = 300


@transaction.atomic
def file_report(
    *,
    obligation_id: int,
    values: Mapping[str, object],
    by: Actor,
    at: datetime,
    comments: Mapping[str, str] | None = None,
    clear: Sequence[str] = (),
    reason: str = "",
    channel: str = Channel.PAGE,
    key: str = "",
) -> Revision:
    """File one office's statement for one period; filing again adds a revision and needs a reason.

    `values` by cell code as people wrote them; None or "" leaves untouched what stands, only `clear` takes a
    figure away, with a reason. The total of a breakdown is entered only where no part is, and refused where it
    contradicts them. Everything that speaks against the statement softly needs a comment under its code.
    Raises `BadFiling` (nothing is saved then). The same `key` again gives the first revision back, whatever
    happened since.
    """

    def state(form: FormDefinition, standing: Statement) -> Statement:
        return statements.merged(form, standing, values, clear)[0]

    filing = Filing(by, at, _cleaned(comments), _clean(reason), channel, key, cleared=tuple(clear))
    return _file(obligation_id, filing, state)


@transaction.atomic
def file_zero(
    *,
    obligation_id: int,
    by: Actor,
    at: datetime,
    reason: str = "",
    comments: Mapping[str, str] | None = None,
    channel: str = Channel.PAGE,
    key: str = "",
) -> Revision:
    """State that nothing happened: every number is zero, signed like any filing (C1).

    Refused where the form does not take zero reports, and where its checks say that it cannot be: a stock of
    yesterday does not vanish.
    """
    filing = Filing(by, at, _cleaned(comments), _clean(reason), channel, key, zero=True)
    return _file(obligation_id, filing, statements.nothing_happened)


@transaction.atomic
def file_event(
    *,
    form: Form,
    office: Office,
    values: Mapping[str, object],
    by: Actor,
    at: datetime,
    on: date,
    comments: Mapping[str, str] | None = None,
    channel: str = Channel.PAGE,
    key: str = "",
) -> Revision:
    """Report something that happened on a day, for a form on events: the obligation is made with its filing.

    The same `key` from the same office again gives the first revision back.
    """
    roles.require(by, "report.file")
    hold_entries(form.pk, [office.pk])
    if key:
        known = Revision.objects.filter(
            obligation__form=form, obligation__office=office, key=key, number=1
        ).first()
        if known is not None:
            return known
    version = version_for(form, on)
    definition = definition_of(version)
    _may_report_event(form, definition, office, at, on)
    hold_period(form.pk, on, shared=True)
    days = Obligation.objects.filter(form=form, office=office, period_start=on)
    last = days.aggregate(last=Max("sequence"))["last"] or 0
    made = Obligation.objects.create(
        form=form, version=version, office=office, area_code=office.area_code,
        period_start=on, period_end=on, sequence=last + 1, due_at=at, closes_at=at,
    )  # fmt: skip
    return file_report(
        obligation_id=made.pk, values=values, by=by, at=at, comments=comments, channel=channel, key=key
    )


@dataclass(frozen=True, slots=True)
class Filing:
    """How a statement comes in: who, when, why, and by which way."""

    by: Actor
    at: datetime
    comments: Mapping[str, str]
    reason: str
    channel: str
    key: str
    zero: bool = False
    cleared: tuple[str, ...] = ()


def _file(
    obligation_id: int, filing: Filing, state: Callable[[FormDefinition, Statement], Statement]
) -> Revision:
    roles.require(filing.by, "report.file")
    if len(filing.key) > MAX_KEY or not filing.key.isprintable():
        raise Refused(_("The key of a filing has at most %(n)s characters.") % {"n": MAX_KEY})
    if len(filing.reason) > MAX_REASON:
        raise Refused(_("The reason is longer than %(n)s characters: shorten it.") % {"n": MAX_REASON})
    of = locked(obligation_id)
    _may_file(filing.by, of)
    if filing.key:
        known = of.revisions.filter(key=filing.key).first()
        if known is not None:
            return known
    _is_open(of, filing.at)
    form = definition_of(of.version)
    if filing.zero and not form.zero:
        raise Refused(
            _("“%(form)s” takes no zero report: fill in the figures, 0 where there is none.")
            % {"form": of.form.title}
        )
    standing = ledger.stated(of)
    after = state(form, standing)
    reason = reason_for(of, filing)
    doubts = _checked(of, form, after, filing)
    return _sign(of, form, standing, after, doubts, reason, filing)


def locked(obligation_id: int) -> Obligation:
    """The obligation as it stands now, held until the transaction ends. Refused when out of sight."""
    rows = (
        Obligation.objects.select_for_update(of=("self",))
        .select_related("form", "version", "office")
        .defer("version__definition")  # kept in memory by the version's key
        .filter(pk=obligation_id)
    )
    # PostgreSQL drops a row whose version was changed while it waited: it no longer joins what was read before
    found = rows.first() or rows.first()
    if found is None:
        raise NotAllowed(_("This report is not in the area of your posting."))
    return found


def hold_entries(form_id: int, offices: Iterable[int]) -> None:
    """Number the reports on events of these offices alone until the commit; always in the same order."""
    with connection.cursor() as cursor:
        for office in sorted(set(offices)):
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"event:{form_id}:{office}"]
            )


def hold_period(form_id: int, period_start: date, *, shared: bool) -> None:
    """Keep accepting (alone) and reports on events (together) of one form and day apart until the commit."""
    call = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {call}(hashtextextended(%s, 0))", [f"accept:{form_id}:{period_start}"])


def is_above(by: Actor, of: Obligation) -> bool:
    """The actor's office is above the reporting one: its area strictly contains it, or it reports to it.

    A partner agency is above only in what its own line asks for.
    """
    if by.role == "system":
        return True
    if by.office_id is None or by.office_id == of.office_id:
        return False
    if by.area_code == of.area_code:
        return of.office.parent_id == by.office_id
    return by.sees(of.area_code) and in_line(by.office_id, of.form)


def _clean(text: str) -> str:
    return text.replace("\0", "").strip()


def _cleaned(comments: Mapping[str, str] | None) -> dict[str, str]:
    return {code: _clean(comment) for code, comment in (comments or {}).items()}


def _may_file(by: Actor, of: Obligation) -> None:
    for_another = is_above(by, of) and roles.can(by, "report.accept")
    if by.office_id != of.office_id and not for_another:
        raise NotAllowed(
            _("This report is filed by %(office)s, or for it by an office above it.") % {"office": of.office}
        )


def _may_report_event(form: Form, definition: FormDefinition, office: Office, at: datetime, on: date) -> None:
    if definition.every != "event":
        raise Refused(_("“%(form)s” is filed by period, not on an event.") % {"form": form.title})
    if not reports_to(form, definition, office):
        raise Refused(_("%(office)s does not report “%(form)s”.") % {"office": office, "form": form.title})
    over = form.state != FormState.ACTIVE or (form.ends_on is not None and on > form.ends_on)
    if over or (form.starts_on is not None and on < form.starts_on):
        raise Refused(_("“%(form)s” is not reported for this day.") % {"form": form.title})
    if on > timezone.localdate(at):
        raise Refused(_("%(day)s lies ahead: report what has happened.") % {"day": on.isoformat()})


def _is_open(of: Obligation, at: datetime) -> None:
    """Refuse what is locked, exempt, ended, or about days to come."""
    over = ledger.acceptance_over(of)
    if over is not None:
        raise Refused(
            _("%(office)s accepted the figures of this period on %(when)s. Ask it to unlock them first.")
            % {"office": over.office, "when": timezone.localtime(over.at).strftime("%Y-%m-%d %H:%M")}
        )
    if of.state == State.EXEMPT:
        raise Refused(
            _("This report is not owed: %(reason)s. The office above can ask for it again.")
            % {"reason": of.exempt_reason}
        )
    if timezone.localdate(at) < of.period_start:
        raise Refused(
            _("The period %(period)s has not begun yet.")
            % {"period": periods.name(of.period_start, of.period_end)}
        )
    if of.form.state == FormState.ENDED and at > of.closes_at:
        raise Refused(
            _("“%(form)s” has ended, and the time to file this report is over.") % {"form": of.form.title}
        )


def reason_for(of: Obligation, filing: Filing) -> str:
    """Why it is filed again; after a return what the office above wrote will do."""
    if of.revision == 0 and not filing.cleared:
        return filing.reason
    if not filing.reason and of.state == State.RETURNED and not filing.cleared:
        step = of.steps.filter(kind=Step.RETURNED).order_by("-pk").first()
        return (step.text if step else "")[:MAX_REASON]
    if not filing.reason:
        raise Refused(
            _("Figures are cleared only with a reason: say why.")
            if filing.cleared
            else _("A report for this period was already filed. Say why it changes.")
        )
    return filing.reason


def _checked(of: Obligation, form: FormDefinition, after: Statement, filing: Filing) -> list[dict[str, str]]:
    """The doubts that were explained, each with its comment. Raises `BadFiling` for everything else."""
    gaps = {} if filing.zero else statements.missing(form, after)
    found = ledger.doubts_about(of, form, after, zero=filing.zero)
    unanswered = [
        doubt
        for doubt in found
        if doubt.strength is Strength.HARD or not filing.comments.get(doubt.code, "").strip()
    ]
    if gaps or unanswered:
        raise BadFiling(gaps, unanswered)
    return [explained(doubt, filing.comments[doubt.code]) for doubt in found]


def explained(doubt: Doubt, comment: str) -> dict[str, str]:
    return {"code": doubt.code, "message": doubt.message, "comment": comment.strip()[:500]}


def _sign(
    of: Obligation,
    form: FormDefinition,
    standing: Statement,
    after: Statement,
    doubts: list[dict[str, str]],
    reason: str,
    filing: Filing,
) -> Revision:
    """Write the revision, bring the obligation up to date, and leave an audit event."""
    revision = signed(of, form, standing, after, doubts, reason, filing)
    revision.save(force_insert=True)
    bring_up_to_date([revision])
    tell(revision, by=filing.by)
    return revision


def signed(
    of: Obligation,
    form: FormDefinition,
    standing: Statement,
    after: Statement,
    doubts: list[dict[str, str]],
    reason: str,
    filing: Filing,
) -> Revision:
    """The revision to be written, with its digest; the obligation must be locked."""
    revision = Revision(
        obligation=of,
        area_code=of.area_code,
        number=of.revision + 1,
        zero=filing.zero,
        numbers=stored.in_slots(after.numbers, of.form.slots),
        texts=dict(after.texts),
        sealed=json.dumps(dict(after.sealed), ensure_ascii=False, sort_keys=True) if after.sealed else None,
        changed=statements.changes(form, standing, after),
        doubts=doubts,
        reason=reason,
        channel=filing.channel,
        key=filing.key,
        office_id=filing.by.office_id,
        user_id_at=filing.by.user_id,
        by_name=filing.by.name,
        at=filing.at,
    )
    revision.digest = digest(revision)
    return revision


_UP_TO_DATE = """UPDATE reporting_obligation o SET
  state = CASE WHEN r.zero THEN %(zero)s ELSE %(filed)s END, revision = r.number,
  numbers = r.numbers, texts = r.texts, sealed = r.sealed,
  first_filed_at = coalesce(o.first_filed_at, r.at), filed_at = r.at, filed_by_name = r.by_name,
  warnings = jsonb_array_length(r.doubts),
  corrections = o.corrections + (o.first_filed_at IS NOT NULL AND r.at > o.closes_at)::int
FROM reporting_revision r
WHERE r.id = ANY(%(revisions)s) AND o.id = r.obligation_id"""


def bring_up_to_date(revisions: Sequence[Revision]) -> None:
    """Make the obligations say what these revisions, the newest of each, have signed. One statement."""
    with connection.cursor() as cursor:
        keys = [revision.pk for revision in revisions]
        cursor.execute(_UP_TO_DATE, {"zero": State.ZERO, "filed": State.FILED, "revisions": keys})


def tell(revision: Revision, *, by: Actor) -> None:
    """Leave the audit event of a filing."""
    of = revision.obligation
    record(
        "report.zero" if revision.zero else "report.file",
        by=by,
        on=of,
        at=revision.at,
        detail={
            "revision": revision.number,
            "channel": str(revision.channel),
            "for_office": of.office_id if by.office_id != of.office_id else None,
            "digest": revision.digest,
        },
        reason=revision.reason,
    )
