"""Rounds of calls: made, started, gone through once more, closed (D2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.core.actions import record
from chunfeng.core.actor import Actor
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.notices.models import Clause
from chunfeng.offices import roles
from chunfeng.offices.actions.common import bounded
from chunfeng.offices.models import Office
from chunfeng.people import scripts
from chunfeng.people.actions import call_lists, choosing
from chunfeng.people.actions.call_lists import held
from chunfeng.people.actions.common import check_dataset, cited, required
from chunfeng.people.choices import CallState, CampaignState, ContactKind, Outcome
from chunfeng.people.models import CallItem, Campaign, Dataset
from chunfeng.people.scripts import Script

MOST_ATTEMPTS, MOST_HOURS = 20, 240
KINDS = (ContactKind.CALL, ContactKind.VISIT)


@transaction.atomic
def make_campaign(
    *,
    name: str,
    script: Script,
    chosen: Mapping[str, Any],
    dataset: Dataset,
    source: str = "",
    clause: Clause | None = None,
    target_on: date,
    most_attempts: int = 3,
    retry_hours: int = 4,
    by: Actor,
    at: datetime,
) -> Campaign:
    """Prepare a round of calls or visits of the actor's office; nobody is called before it is started.

    `chosen` has the keys of `queries.choosing.Chosen`; `source` is the clause that orders the round, by default
    the words of `clause`. `dataset` says why the answers are kept and until when. The same again returns the
    draft there is. Raises `Refused`, `NotAllowed`.
    """
    values = _checked(script, chosen, dataset, source, clause, target_on, most_attempts, retry_hours, by, at)
    title = required(name, _("name"), 120)
    office = Office.objects.filter(pk=by.office_id or 0).first()
    if office is None:
        raise NotAllowed(_("Only people posted to an office can run a round of calls."))
    try:
        with transaction.atomic():
            made = Campaign.objects.create(
                office=office, area_code=office.area_code, name=title, made_at=at, by_name=by.name, **values
            )
    except IntegrityError:
        known = Campaign.objects.get(office=office, name=title)
        if any(getattr(known, field) != value for field, value in values.items()):
            raise Refused(
                _("%(office)s has a round “%(name)s” already. Choose another name.")
                % {"office": office.name, "name": title}
            ) from None
        return known
    record("campaign.make", by=by, on=made, at=at, detail={"script": script.code, "dataset": dataset.pk})
    return made


@transaction.atomic
def change_campaign(
    *,
    campaign: Campaign,
    name: str,
    script: Script,
    chosen: Mapping[str, Any],
    dataset: Dataset,
    source: str = "",
    clause: Clause | None = None,
    target_on: date,
    most_attempts: int = 3,
    retry_hours: int = 4,
    by: Actor,
    at: datetime,
) -> Campaign:
    """Change everything about a round that has not begun; the arguments are those of `make_campaign`."""
    values = _checked(script, chosen, dataset, source, clause, target_on, most_attempts, retry_hours, by, at)
    row = held(campaign, by)
    if row.state != CampaignState.DRAFT:
        raise Refused(_("The round has begun: its questions and its filter stay as they are."))
    values["name"] = required(name, _("name"), 120)
    changed = [field for field, value in values.items() if getattr(row, field) != value]
    for field in changed:
        setattr(row, field, values[field])
    if changed:
        try:
            with transaction.atomic():
                row.save(update_fields=changed)
        except IntegrityError:
            raise Refused(
                _("%(office)s has a round “%(name)s” already. Choose another name.")
                % {"office": row.office.name, "name": values["name"]}
            ) from None
        record("campaign.change", by=by, on=row, at=at, detail={"fields": sorted(changed)})
    return row


@transaction.atomic
def start_campaign(*, campaign: Campaign, callers: Sequence[int] = (), by: Actor, at: datetime) -> Campaign:
    """Put the people of the filter on the list and let the calls begin; started again, nothing happens.

    Each goes to the nearest office that has one of `callers` (keys of users), in equal shares among those of
    that place, households together. Without callers the entries stand unassigned at the nearest office that
    could call. One statement, whatever the number of people. Raises `Refused` for nobody.
    """
    row = held(campaign, by)
    if row.state == CampaignState.RUNNING:
        return row
    if row.state == CampaignState.CLOSED:
        raise Refused(_("The round is closed. Make a new one; its filter can name the people not reached."))
    if row.target_on < timezone.localdate(at):
        raise Refused(
            _("The day by which the round is to be complete (%(day)s) has passed.") % {"day": row.target_on}
        )
    check_dataset(row.dataset, by, at)
    row.state, row.started_at = CampaignState.RUNNING, at
    row.save(update_fields=["state", "started_at"])
    n = call_lists.fill(row, callers=callers, by=by, at=at)
    if n == 0:
        raise Refused(_("The filter means nobody. Widen it, then start."))
    record("campaign.start", by=by, on=row, at=at, detail={"people": n, "callers": len(set(callers))})
    return row


@transaction.atomic
def second_round(
    *,
    campaign: Campaign,
    outcomes: Sequence[str] = (Outcome.NO_ANSWER, Outcome.CALL_BACK, Outcome.WRONG_NUMBER),
    by: Actor,
    at: datetime,
) -> int:
    """Call again those who were not reached; how many.

    `outcomes` narrows to those whose last attempt ended so. Attempts count from none, callers stay, the record of
    the rounds before stays too. Raises `Refused` where nobody is left.
    """
    row = held(campaign, by)
    if row.state != CampaignState.RUNNING:
        raise Refused(_("Only a round under way can be gone through once more."))
    items = CallItem.objects.filter(campaign=row, state=CallState.UNREACHED, outcome__in=outcomes)
    n = items.update(
        state=CallState.WAITING,
        attempts=0,
        next_at=None,
        done_at=None,
        round=row.round + 1,
        version=F("version") + 1,
    )
    if n == 0:
        raise Refused(_("Nobody of the chosen ones is unreached: a second round would be empty."))
    row.round += 1
    row.save(update_fields=["round"])
    record("campaign.second_round", by=by, on=row, at=at, detail={"round": row.round, "people": n})
    return n


@transaction.atomic
def close_campaign(*, campaign: Campaign, by: Actor, at: datetime) -> Campaign:
    """End a round, or give up a draft. Answers given before and sent later are still taken."""
    row = held(campaign, by)
    if row.state != CampaignState.CLOSED:
        row.state, row.closed_at = CampaignState.CLOSED, at
        row.save(update_fields=["state", "closed_at"])
        record("campaign.close", by=by, on=row, at=at)
    return row


def _checked(
    script: Script,
    chosen: Mapping[str, Any],
    dataset: Dataset,
    source: str,
    clause: Clause | None,
    target_on: date,
    most_attempts: int,
    retry_hours: int,
    by: Actor,
    at: datetime,
) -> dict[str, Any]:
    roles.require(by, "campaign.run")
    on = timezone.localdate(at)
    if script.kind not in KINDS:
        raise Refused(
            _("A round calls or visits; these questions are for: %(kind)s.")
            % {"kind": ContactKind(script.kind).label}
        )
    check_dataset(dataset, by, at)
    if target_on < on:
        raise Refused(
            _("The day by which the round is to be complete (%(day)s) has passed.") % {"day": target_on}
        )
    if not 1 <= most_attempts <= MOST_ATTEMPTS or not 0 <= retry_hours <= MOST_HOURS:
        raise Refused(
            _("1 to %(n)s attempts, and 0 to %(hours)s hours between them.")
            % {"n": MOST_ATTEMPTS, "hours": MOST_HOURS}
        )
    words = bounded(source, _("source"), 300) or (cited(clause) if clause else "")
    return {
        "kind": script.kind,
        "script": scripts.dump(script),
        "chosen": choosing.check(chosen, by=by, on=on).dump(),
        "source": required(words, _("clause that orders the round"), 300),
        "clause": clause,
        "dataset": dataset,
        "target_on": target_on,
        "most_attempts": most_attempts,
        "retry_hours": retry_hours,
    }
