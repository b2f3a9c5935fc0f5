"""Two answers to one entry: an officer decides which one stands; both records stay."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from chunfeng.core.actions import record
from chunfeng.core.actor import Actor
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.offices import roles
from chunfeng.people import scripts
from chunfeng.people.actions.common import required, standing
from chunfeng.people.actions.releasing import take_along
from chunfeng.people.actions.syncing import answers_of, stand
from chunfeng.people.actions.undoing import undo
from chunfeng.people.choices import CallState, Outcome
from chunfeng.people.models import CallItem, ContactRecord
from chunfeng.people.queries import consequences
from chunfeng.people.queries.consequences import Undone
from chunfeng.people.scripts import Walk


@transaction.atomic
def decide(
    *, item: CallItem, contact: ContactRecord, version: int, reason: str, by: Actor, at: datetime
) -> CallItem:
    """Let one of the answers to a contested entry stand, for a reason; the others stay as records.

    `version` is the one the officer looked at: an answer that came in since is looked at first. What the other
    answers opened ends (`undoing`; `ahead` shows it before). Where another answer than the first one is chosen,
    everything follows that follows from an answer (statements, isolation, messages); the daily records of an
    isolation that is replaced count on in the new one. Decided again the same way, nothing happens. Raises
    `Refused`, `NotAllowed`.
    """
    roles.require(by, "campaign.run")
    words = required(reason, _("reason"), 500)
    row = (
        CallItem.objects.select_for_update(of=("self",))
        .select_related("campaign", "contact")
        .filter(pk=item.pk)
        .first()
    )
    if row is None or not by.sees(row.area_code):
        raise NotAllowed(_("This entry is on no list of yours any more."))
    if row.state == CallState.DONE and row.contact_id == contact.pk:
        return row
    if row.state != CallState.CONTESTED:
        raise Refused(_("Nothing is contested here any more. Look at the entry again."))
    if row.version != version:
        raise Refused(_("A further answer came in meanwhile. Look at all of them, then decide."))
    chosen = row.contacts.filter(pk=contact.pk, outcome=Outcome.REACHED).first()
    if chosen is None:
        raise Refused(_("Choose one of the answers to this entry."))
    walk = _walk(row, chosen)
    ended = undo(item=row, chosen=chosen, walk=walk, reason=words, by=by, at=at)
    if chosen.pk == row.contact_id:
        row.state, row.contested, row.version = CallState.DONE, None, row.version + 1
        row.save(update_fields=["state", "contested", "version"])
    else:
        chosen.person = standing(chosen.person, by)
        placed = stand(row, chosen, walk, decided=True, by=by, at=at).placed
        if placed is not None and placed.isolation is not None:
            for old in ended.isolations:
                take_along(old, placed.isolation, at)
    record("call.decide", by=by, on=row, at=at, reason=words, detail={"contact": chosen.pk})
    return row


def ahead(*, item: CallItem, by: Actor, on: date) -> dict[int, Undone]:
    """For every answer to an entry what would end if it stood, by its contact: what the officer sees before."""
    answers = item.contacts.filter(outcome=Outcome.REACHED).select_related("person")
    return {row.pk: consequences.undone(item, row, _walk(item, row), by, on) for row in answers}


def _walk(item: CallItem, contact: ContactRecord) -> Walk:
    return scripts.complete(scripts.read(item.campaign.script), answers_of(contact))
