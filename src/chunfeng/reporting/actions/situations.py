"""Important situations: report, take in, pass on, merge, settle, and no rest while one waits (C2, C3, C12)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.core import scope
from chunfeng.core.actions import record
from chunfeng.core.actor import SYSTEM, Actor
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.core.models import Event
from chunfeng.notices.models import Emergency
from chunfeng.offices import roles
from chunfeng.offices.models import Office
from chunfeng.reporting import situations_limits
from chunfeng.reporting.actions import _situation_messages as messages
from chunfeng.reporting.choices import SituationState
from chunfeng.reporting.models import Situation, SituationHop, SituationNews
from chunfeng.reporting.queries import situations as queries

MOST_PEOPLE = 100_000_000
CLOCK_SKEW = timedelta(minutes=10)
"""A phone's clock may be this far ahead."""


@transaction.atomic
def report_situation(
    *,
    what: str,
    happened_at: datetime,
    by: Actor,
    at: datetime,
    place: str = "",
    people: int | None = None,
    measures: str = "",
    contact: str = "",
    source: str = "",
    emergency: Emergency | None = None,
    key: str = "",
) -> Situation:
    """Report something that cannot wait; it is at once on its way to the next office above.

    `key` comes from the sender: the same key again returns the first report. At the top, where no office
    stands above, the report stays with the office itself. Raises Refused for what cannot be right.
    """
    return _new(
        what=what, happened_at=happened_at, by=by, at=at, place=place, people=people, measures=measures,
        contact=contact, source=source, emergency=emergency, key=key,
    )[0]  # fmt: skip


def _new(
    *,
    what: str,
    happened_at: datetime,
    by: Actor,
    at: datetime,
    place: str,
    people: int | None,
    measures: str,
    contact: str,
    source: str,
    emergency: Emergency | None,
    key: str,
) -> tuple[Situation, bool]:
    """The report, and whether it is new."""
    roles.require(by, "situation.report")
    own = _own(by)
    if happened_at > at + CLOCK_SKEW:
        raise Refused(_("“When” lies in the future. Give the time at which it happened."))
    if people is not None and not 0 <= people <= MOST_PEOPLE:
        raise Refused(_("“How many people” is a number from 0 up. Leave it empty if you do not know."))
    made = Situation(
        office_id=own,
        area_code=by.area_code,
        emergency=emergency or queries.running_emergency(by.area_code, timezone.localdate(at)),
        what=_text(what, _("What happened"), 4000, needed=True),
        place=_text(place, _("Where it happened"), 200),
        happened_at=happened_at,
        people=people,
        measures=_text(measures, _("Done so far"), 4000),
        contact=_text(contact, _("Contact"), 100) or None,
        source=_text(source, _("Source"), 300),
        key=key[:80],
        by_name=by.name,
        at=at,
    )
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        known = Situation.objects.filter(office=own, key=key[:80]).first() if key else None
        if known is None:
            raise
        return known, False
    first = _send(made, Office.objects.get(pk=own), by=by, at=at)
    record("situation.report", by=by, on=made, at=at, detail={"to": first.receiver_id if first else None})
    return made, True


@transaction.atomic
def take_in_situation(*, situation_id: int, by: Actor, at: datetime) -> SituationHop:
    """Sign for a report that was sent to the actor's office. A second person gets the first one's receipt."""
    found = _locked(situation_id, by)
    mine = _hop_to(found, by)
    if mine is None:
        raise NotAllowed(_("This situation was not sent to your office."))
    if mine.received_at is not None:
        return mine
    if found.state != SituationState.OPEN:
        raise Refused(_closed(found))
    mine.received_at, mine.received_by_name = at, by.name
    mine.save(update_fields=["received_at", "received_by_name"])
    record(
        "situation.take_in", by=by, on=found, at=at, detail={"hop": mine.position, "due": str(mine.due_at)}
    )
    return mine


@transaction.atomic
def pass_on_situation(*, situation_id: int, by: Actor, at: datetime, note: str = "") -> SituationHop:
    """Send a report that was taken in one step further up, with a note. Again: the hop that was made first."""
    found = _locked(situation_id, by)
    hops = queries.hops_of(found)
    sent = [hop for hop in hops if hop.sender_id == by.office_id and _hop_to(found, by) is not None]
    if sent:
        return sent[-1]
    _require(by, found, at, "pass_on", _("Take the situation in first; then pass it on."))
    here = Office.objects.get(pk=_own(by))
    made = _send(found, here, by=by, at=at, note=_text(note, _("Note"), 500))
    if made is None:
        raise Refused(_("No office stands above %(office)s in the directory.") % {"office": here})
    record("situation.pass_on", by=by, on=found, at=at, detail={"to": made.receiver_id})
    return made


@transaction.atomic
def pass_over_silent(*, situation_id: int, reason: str, by: Actor, at: datetime) -> SituationHop:
    """Send a report past an office that let its time run out, to the next one above; the reason is kept."""
    found = _locked(situation_id, by)
    why = _text(reason, _("Reason"), 500, needed=True)
    if (again := _passed_over(found, why, by)) and "pass_over" not in queries.possible(by, found, at):
        return again
    _require(
        by, found, at, "pass_over",
        _("Only the office that sent it can pass over a silent office, and only after its time has run out."),
    )  # fmt: skip
    silent = queries.last_hop(found)
    assert silent is not None  # `pass_over` is possible on a waiting hop only
    made = _send(found, silent.receiver, by=by, at=at, note=why)
    if made is None:
        raise Refused(
            _("No office stands above %(office)s in the directory. Reach it by telephone.")
            % {"office": silent.receiver}
        )
    silent.skipped_at, silent.skipped_by_name, silent.skip_reason = at, by.name, why
    silent.save(update_fields=["skipped_at", "skipped_by_name", "skip_reason"])
    record(
        "situation.pass_over", by=by, on=found, at=at, reason=why,
        detail={"over": silent.receiver_id, "to": made.receiver_id},
    )  # fmt: skip
    return made


@transaction.atomic
def merge_situations(
    *,
    situation_ids: Sequence[int],
    what: str,
    happened_at: datetime,
    by: Actor,
    at: datetime,
    place: str = "",
    people: int | None = None,
    measures: str = "",
    contact: str = "",
    source: str = "",
    key: str = "",
) -> Situation:
    """Take up several reports that the office has in hand in one new report, which goes up in their place.

    The merged ones keep their words and point at the new one, so that their senders see how it goes on.
    """
    roles.require(by, "report.accept")
    wanted = sorted(set(situation_ids))
    parts = [_locked(pk, by) for pk in wanted]  # in order of their keys: two mergers cannot block each other
    if key and (known := Situation.objects.filter(office=by.office_id, key=key[:80]).first()):
        return known
    if len(parts) < 2:
        raise Refused(_("Choose at least two situations to merge."))
    for part in parts:
        _require(
            by, part, at, "merge",
            _("“%(what)s” is not in the hands of your office, or was already passed on or merged.")
            % {"what": queries.shown(part.what[:40])},
        )  # fmt: skip
    emergencies = {part.emergency for part in parts}
    made, fresh = _new(
        what=what, happened_at=happened_at, by=by, at=at, place=place, people=people, measures=measures,
        contact=contact, source=source, emergency=emergencies.pop() if len(emergencies) == 1 else None, key=key,
    )  # fmt: skip
    if fresh:
        Situation.objects.filter(pk__in=wanted).update(state=SituationState.MERGED, merged_into=made)
        record("situation.merge", by=by, on=made, at=at, detail={"merged": wanted})
    return made


@transaction.atomic
def settle_situation(*, situation_id: int, outcome: str, by: Actor, at: datetime) -> Situation:
    """Close a report with what came of it; the senders of everything merged into it are told."""
    found = _locked(situation_id, by)
    words = _text(outcome, _("Outcome"), 4000, needed=True)
    if found.state == SituationState.CLOSED and found.outcome == words:
        return found
    _require(
        by, found, at, "settle", _("The office that has taken it in, and has not passed it on, settles it.")
    )
    found.state, found.outcome, found.settled_at = SituationState.CLOSED, words, at
    found.save(update_fields=["state", "outcome", "settled_at"])
    record("situation.settle", by=by, on=found, at=at)
    messages.tell_settled(found, at)
    return found


@transaction.atomic
def add_situation_news(
    *, situation_id: int, text: str, by: Actor, at: datetime, key: str = ""
) -> SituationNews:
    """Add what became known later; the office that has the report is told. The same key adds it once."""
    found = _locked(situation_id, by)
    if key and (known := found.news.filter(key=key[:80]).first()):
        return known
    _require(
        by, found, at, "news", _("Offices that reported it or took it in add news, until it is settled.")
    )
    if (top := queries.top_of(found)).state == SituationState.CLOSED:
        raise Refused(_closed(top))
    made = SituationNews.objects.create(
        situation=found,
        area_code=found.area_code,
        office_id=_own(by),
        text=_text(text, _("News"), 4000, needed=True),
        key=key[:80],
        by_name=by.name,
        at=at,
    )
    record("situation.news", by=by, on=found, at=at, detail={"news": made.pk})
    messages.tell_news(found, made, at)
    return made


@transaction.atomic
def reveal_situation(*, situation_id: int, reason: str, by: Actor, at: datetime) -> Situation:
    """A report with its contact and the numbers in its words in the open, for a reason that is recorded."""
    roles.require(by, "contact.read")
    why = _text(reason, _("Reason"), 500, needed=True)
    found = queries.visible(by).filter(pk=situation_id).first()
    if found is None:
        raise NotAllowed(_("This situation is not in the area of your posting."))
    record("situation.read", kind=Event.Kind.READ, by=by, on=found, at=at, reason=why)
    return found


def escalate_situations(*, now: datetime) -> int:
    """Tell the receivers of overdue hops again, their leaders, and the senders; how many hops. Run any time."""
    done = 0
    with scope.applied(SYSTEM):
        keys = list(_overdue(now).order_by("due_at", "pk").values_list("pk", flat=True)[:1000])
        for pk in keys:
            with transaction.atomic():
                # somebody taking it in at this moment goes first; another run has its own share
                rows = _overdue(now).select_for_update(of=("self", "situation"), skip_locked=True)
                hop = rows.select_related("situation__office", "sender", "receiver").filter(pk=pk).first()
                if hop is None:
                    continue
                messages.tell_overdue(hop, now)
                hop.escalated_at = now
                hop.save(update_fields=["escalated_at"])
                record(
                    "situation.escalate", by=SYSTEM, on=hop.situation, at=now,
                    detail={"hop": hop.position, "receiver": hop.receiver_id},
                )  # fmt: skip
                done += 1
    return done


def _overdue(now: datetime) -> QuerySet[SituationHop]:
    return queries.waiting(now).filter(due_at__lt=now, escalated_at=None)


def _send(of: Situation, sender: Office, *, by: Actor, at: datetime, note: str = "") -> SituationHop | None:
    """The next hop above `sender`, whose office `by` acts for; None at the top."""
    hops = queries.hops_of(of)
    taken = {of.office_id, *(hop.receiver_id for hop in hops)}
    receiver = queries.next_office(sender, taken=taken)
    if receiver is None:
        return None
    made = SituationHop.objects.create(
        situation=of,
        area_code=of.area_code,
        position=len(hops) + 1,
        sender_id=_own(by),
        receiver=receiver,
        sent_at=at,
        sent_by_name=by.name,
        note=note,
        due_at=situations_limits.due_at(receiver.level, at),
        told_at=at,
    )
    messages.tell_sent(of, made, at)
    return made


def _locked(pk: int, by: Actor) -> Situation:
    """The situation, locked until the end of the action, with its hops as they are now."""
    roles.require(by, "situation.report")
    found = Situation.objects.select_for_update(of=("self",)).filter(pk=pk).first()
    if found is None or not (by.role == "system" or by.sees(found.area_code)):
        raise NotAllowed(_("This situation is not in the area of your posting."))
    return found


def _require(by: Actor, found: Situation, at: datetime, move: str, otherwise: str) -> None:
    if move not in queries.possible(by, found, at):
        if found.state != SituationState.OPEN and move != "news":
            raise Refused(_closed(found))
        if move in {"settle", "merge"}:
            roles.require(by, "report.accept")
        raise Refused(otherwise)


def _own(by: Actor) -> int:
    if by.office_id is None:
        raise NotAllowed(_("Only people posted to an office can report a situation."))
    return by.office_id


def _hop_to(found: Situation, by: Actor) -> SituationHop | None:
    return next((hop for hop in queries.hops_of(found) if hop.receiver_id == by.office_id), None)


def _passed_over(found: Situation, why: str, by: Actor) -> SituationHop | None:
    """The hop that the same tap made before, where a retry asks for it again."""
    hops = queries.hops_of(found)
    for silent, after in pairwise(hops):
        if silent.skipped_at is not None and (silent.sender_id, silent.skip_reason) == (by.office_id, why):
            return after
    return None


def _closed(found: Situation) -> str:
    if found.state == SituationState.MERGED:
        return _("This situation was merged into another report; go on with that one.")
    when = timezone.localtime(found.settled_at).strftime("%Y-%m-%d %H:%M") if found.settled_at else "—"
    return _("This situation was settled on %(when)s.") % {"when": when}


def _text(value: str, label: str, limit: int, *, needed: bool = False) -> str:
    text = value.replace("\x00", "").strip()
    if needed and not text:
        raise Refused(_("“%(label)s” is empty: fill it in.") % {"label": label})
    if len(text) > limit:
        raise Refused(
            _("“%(label)s” has %(n)s characters; at most %(limit)s fit. Shorten it.")
            % {"label": label, "n": len(text), "limit": limit}
        )
    return text
