"""Two answers to one entry: an officer decides which one stands; both records stay."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from chunfeng.core.actions import record
from chunfeng.core.actor import Actor
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.offices import roles
from chunfeng.people import scripts
from chunfeng.people.actions.common import required, standing
from chunfeng.people.actions.syncing import answers_of, stand
from chunfeng.people.choices import CallState, Outcome
from chunfeng.people.models import CallItem, ContactRecord


@transaction.atomic
def decide(
    *, item: CallItem, contact: ContactRecord, version: int, reason: str, by: Actor, at: datetime
) -> CallItem:
    """Let one of the answers to a contested entry stand, for a reason; the others stay as records.

    `version` is the one the officer looked at: an answer that came in since is looked at first. Where another
    answer than the first one is chosen, everything follows that follows from an answer (statements, isolation,
    messages); what the first one brought about is not undone by itself. Decided again the same way, nothing
    happens. Raises `Refused`, `NotAllowed`.
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
    if chosen.pk == row.contact_id:
        row.state, row.contested, row.version = CallState.DONE, None, row.version + 1
        row.save(update_fields=["state", "contested", "version"])
    else:
        walk = scripts.complete(scripts.read(row.campaign.script), answers_of(chosen))
        chosen.person = standing(chosen.person, by)
        stand(row, chosen, walk, by=by, at=at)
    record("call.decide", by=by, on=row, at=at, reason=words, detail={"contact": chosen.pk})
    return row
