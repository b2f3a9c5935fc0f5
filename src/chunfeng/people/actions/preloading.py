"""What the entries of a batch will ask for, fetched and locked at once: a dozen queries for all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from chunfeng.people import batch
from chunfeng.people.choices import FollowUpReason, IsolationState, Recipient
from chunfeng.people.models import (
    CallItem,
    ContactRecord,
    FollowUp,
    Isolation,
    OptOut,
    Person,
    PersonAddress,
    PersonPhone,
)


def preload(*, items: Iterable[int], keys: Iterable[str]) -> dict[int, int]:
    """Lock the entries and their people, in one order for all batches, and learn what is known of them.

    Gives the person of every entry. Records that were merged are left to the entry itself. That something is
    not there (an open isolation, an open follow-up, a contact under a key) is learnt only for people who are
    locked: nobody else can make it meanwhile, and whoever makes it in this batch forgets the answer.
    """
    locked = CallItem.objects.select_for_update(of=("self",)).select_related("campaign", "person")
    rows = list(locked.filter(pk__in=list(items)).order_by("person_id", "pk"))
    for row in rows:
        batch.learn(("item", row.pk), row)
    wanted = {row.person_id for row in rows}
    people = Person.objects.select_for_update(of=("self",)).filter(pk__in=wanted).order_by("pk")
    standing = {person.pk: person for person in people if person.merged_into_id is None}
    for pk, person in standing.items():
        batch.learn(("person", pk), person)
    _learn_about(standing)
    asked = set(keys)
    for key in asked - set(ContactRecord.objects.filter(key__in=asked).values_list("key", flat=True)):
        batch.learn(("free key", key), True)
    return {row.pk: row.person_id for row in rows}


def _learn_about(people: dict[int, Person]) -> None:
    """What is asked of each person alone; of those who have a merged record, nothing."""
    families = set(Person.objects.filter(merged_into__in=people).values_list("merged_into_id", flat=True))
    alone = [pk for pk in people if pk not in families]
    declined, addresses, phones = (defaultdict[int, list](list) for _ in range(3))
    for person, channel in OptOut.objects.filter(person__in=alone).values_list("person_id", "channel"):
        declined[person].append((person, channel))
    for address in PersonAddress.objects.filter(person__in=alone, whose=Recipient.SELF).order_by("pk"):
        addresses[address.person_id].append(address)
    for phone in PersonPhone.objects.filter(person__in=alone).order_by("position", "pk"):
        phones[phone.person_id].append(phone)
    isolated = set(
        Isolation.objects.filter(person__in=alone, state=IsolationState.OPEN).values_list(
            "person_id", flat=True
        )
    )
    followed = set(
        FollowUp.objects.filter(person__in=alone, closed_at__isnull=True).values_list("person_id", "reason")
    )
    for pk in alone:
        batch.learn(("family", pk), [pk])
        batch.learn(("declined", (pk,)), declined[pk])
        batch.learn(("addresses", (pk,), str(Recipient.SELF)), addresses[pk])
        batch.learn(("phones", (pk,)), phones[pk])
        if pk not in isolated:
            batch.learn(("open isolation", (pk,)), None)
        for reason in FollowUpReason.values:
            if (pk, reason) not in followed:
                batch.learn(("open follow-up", (pk,), reason), None)
