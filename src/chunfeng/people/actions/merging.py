"""Two records that may be one person: made one, told apart, or parted again.

A merge copies: the record that goes keeps all its own rows, points to the one that stays by `merged_into`, and
what was added to that one is written down, sealed, with the pair. Undoing takes back just that.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, connection, models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from chunfeng.core import scope
from chunfeng.core.actions import record
from chunfeng.core.actor import SYSTEM, Actor
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.offices import roles
from chunfeng.people.actions.common import bounded, in_sight
from chunfeng.people.choices import PairState
from chunfeng.people.models import (
    Fact,
    Person,
    PersonCategory,
    PersonDataset,
    PersonPhone,
    PossibleDuplicate,
)
from chunfeng.people.queries import register

_MERGING = 0x6D657267
"""Advisory lock of merging and parting."""
GAPS = ("sex", "birth", "current_area", "work_area", "employer", "occupation", "note")
DOCUMENT = ("id_kind", "id_number", "id_hash", "id_doubt")
COPIED: dict[str, tuple[type[models.Model], tuple[str, ...]]] = {
    "phones": (PersonPhone, ("number_hash",)),
    "categories": (PersonCategory, ("category", "valid_from")),
    "datasets": (PersonDataset, ("dataset_id",)),
    "facts": (Fact, ()),
}
"""What hangs on a person and is copied, and by which columns a row counts as there already."""


@transaction.atomic
def merge(*, pair: PossibleDuplicate, keep: Person, by: Actor, at: datetime) -> Person:
    """Make one person of the two records; `keep` stays, its gaps are filled, its stated values never change.

    Records merged before stand for what they were merged into. The same merge again does nothing. Raises
    `Refused`, `NotAllowed` where one of the two is out of sight.
    """
    roles.require(by, "person.merge")
    first, second = _both(pair, by)
    row = PossibleDuplicate.objects.select_for_update(of=("self",)).get(pk=pair.pk)
    stays = register.survivor(keep)
    if keep.pk not in (row.kept_id, row.other_id, first.pk, second.pk) or stays is None:
        raise Refused(_("Choose one of the two records to stay."))
    if row.state == PairState.MERGED:
        if first.pk == second.pk:
            return first
        raise Refused(_("This pair was decided meanwhile. Look at it again."))
    if first.pk == second.pk:  # made one by way of a third record
        _decide(row, PairState.MERGED, by, at)
        return first
    kept, gone = (first, second) if stays.pk == first.pk else (second, first)
    before: dict[str, Any] = {"kept": kept.pk, "gone": gone.pk}
    gone.merged_into, gone.version, gone.changed_at = kept, gone.version + 1, at
    gone.save(update_fields=["merged_into", "version", "changed_at"])  # first: one document, one open record
    before["filled"] = _fill(kept, gone)
    kept.version, kept.changed_at = kept.version + 1, at
    kept.save()
    for name, (model, same) in COPIED.items():
        before[name] = _copy(model, same, gone, kept)
    before["pairs"] = _close_inner(row, kept, by, at)
    row.before = json.dumps(before, ensure_ascii=False)
    _decide(row, PairState.MERGED, by, at)
    detail = {"gone": gone.pk, "filled": sorted(before["filled"]), "pair": row.pk}
    record("person.merge", by=by, on=kept, at=at, detail=detail)
    return kept


@transaction.atomic
def undo_merge(*, pair: PossibleDuplicate, by: Actor, at: datetime) -> tuple[Person, Person]:
    """Part two records again: (the one that stayed, the one that went). What was changed since stays changed.

    Refused where the person was merged further since: that merge is undone first.
    """
    roles.require(by, "person.merge")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_MERGING])
    before = _before(PossibleDuplicate.objects.filter(pk=pair.pk).first())
    kept, gone = _lock([before["kept"], before["gone"]], by)
    row = PossibleDuplicate.objects.select_for_update(of=("self",)).get(pk=pair.pk)
    _before(row)
    if kept.merged_into_id is not None or gone.merged_into_id != kept.pk:
        raise Refused(
            _("Record %(kept)s was merged into %(next)s since. Undo that merge first.")
            % {"kept": kept, "next": f"#{kept.merged_into_id or gone.merged_into_id}"}
        )
    for field, (old, new) in before["filled"].items():
        if _plain(getattr(kept, field)) == new:
            setattr(kept, field, _value(field, old))
    kept.version, kept.changed_at = kept.version + 1, at
    kept.save()
    gone.merged_into, gone.version, gone.changed_at = None, gone.version + 1, at
    try:
        with transaction.atomic():
            gone.save(update_fields=["merged_into", "version", "changed_at"])
    except IntegrityError:
        raise Refused(
            _(
                "The document of record %(gone)s was entered with another record since. Take it out there first."
            )
            % {"gone": gone}
        ) from None
    with scope.applied(SYSTEM):  # statements go by the system only
        for name, (model, _same) in COPIED.items():
            model._base_manager.filter(pk__in=before[name], person=kept).delete()
    again = PossibleDuplicate.objects.filter(pk__in=[*before["pairs"], row.pk])
    again.update(state=PairState.OPEN, decided_at=None, decided_by_name="", reason="", before=None)
    record("person.undo_merge", by=by, on=kept, at=at, detail={"gone": gone.pk, "pair": row.pk})
    return kept, gone


@transaction.atomic
def keep_apart(*, pair: PossibleDuplicate, reason: str = "", by: Actor, at: datetime) -> PossibleDuplicate:
    """Decide that the two are different persons. The same again does nothing."""
    roles.require(by, "person.merge")
    text = bounded(reason, _("reason"), 300)
    first, _second = _both(pair, by)
    row = PossibleDuplicate.objects.select_for_update(of=("self",)).get(pk=pair.pk)
    if row.state == PairState.MERGED:
        raise Refused(_("The two records were merged meanwhile. Undo the merge to tell them apart."))
    if row.state == PairState.OPEN:
        row.reason = text
        _decide(row, PairState.DISTINCT, by, at)
        record("person.keep_apart", by=by, on=first, at=at, detail={"pair": row.pk}, reason=text)
    return row


def _both(pair: PossibleDuplicate, by: Actor) -> tuple[Person, Person]:
    """What the two records stand for today, locked. Merges take turns: chains of them would lock crosswise."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_MERGING])
    for _attempt in range(5):
        ids = []
        for pk in (pair.kept_id, pair.other_id):
            start = Person.objects.filter(pk=pk).first()
            end = None if start is None else register.survivor(start)
            if end is None:
                raise _out_of_sight()
            ids.append(end.pk)
        rows = _lock(ids, by)
        if all(row.merged_into_id is None for row in rows):
            return rows[0], rows[1]
    raise Refused(_("Others are merging these records at this moment. Try again."))


def _lock(ids: Iterable[int], by: Actor) -> list[Person]:
    wanted = list(ids)
    locked = Person.objects.select_for_update(of=("self",)).filter(pk__in=wanted).order_by("pk")
    rows = {row.pk: row for row in locked}
    if any(pk not in rows or not in_sight(by, rows[pk]) for pk in wanted):
        raise _out_of_sight()
    return [rows[pk] for pk in wanted]


def _out_of_sight() -> NotAllowed:
    return NotAllowed(
        _(
            "One of the two records lies outside your area. An office above both can decide, for example the city."
        )
    )


def _decide(row: PossibleDuplicate, state: PairState, by: Actor, at: datetime) -> None:
    row.state, row.decided_at, row.decided_by_name = state, at, by.name
    row.save(update_fields=["state", "decided_at", "decided_by_name", "reason", "before"])


def _fill(kept: Person, gone: Person) -> dict[str, list[Any]]:
    """Fill what the kept record lacks; the filled columns with their values before and after."""
    fields = [field for field in GAPS if not getattr(kept, field) and getattr(gone, field)]
    if not kept.id_number and gone.id_number:
        fields += DOCUMENT
    if kept.household_id is None and gone.household_id and kept.area_code == gone.area_code:
        fields.append("household_id")
    filled = {}
    for field in fields:
        old, new = getattr(kept, field), getattr(gone, field)
        setattr(kept, field, new)
        filled[field] = [_plain(old), _plain(new)]
    return filled


def _copy(model: type[models.Model], same: tuple[str, ...], gone: Person, kept: Person) -> list[int]:
    """Copy the rows of one kind that the kept record has not; the keys of the copies."""
    held = list(model._base_manager.filter(person=kept))
    there = {tuple(getattr(row, field) for field in same) for row in held} if same else set()
    keys = {row.key for row in held if row.key} if model is Fact else set()  # type: ignore[attr-defined]
    columns = [f.attname for f in model._meta.concrete_fields if not f.primary_key and f.name != "person"]
    copies = []
    for row in model._base_manager.filter(person=gone).order_by("pk"):
        if (same and tuple(getattr(row, field) for field in same) in there) or getattr(
            row, "key", None
        ) in keys:
            continue
        copy = model(person=kept, **{column: getattr(row, column) for column in columns})
        if isinstance(copy, PersonPhone):
            copy.position += len(held)
        copies.append(copy)
    return [row.pk for row in model._base_manager.bulk_create(copies)]


def _close_inner(row: PossibleDuplicate, kept: Person, by: Actor, at: datetime) -> list[int]:
    """Other open pairs whose two records are the same person by now."""
    family, new = {kept.pk}, {kept.pk}
    while new:
        new = set(Person.objects.filter(merged_into__in=new).values_list("pk", flat=True)) - family
        family |= new
    inner = PossibleDuplicate.objects.filter(
        Q(state=PairState.OPEN), kept__in=family, other__in=family
    ).exclude(pk=row.pk)
    ids = list(inner.values_list("pk", flat=True))
    PossibleDuplicate.objects.filter(pk__in=ids).update(
        state=PairState.MERGED, decided_at=at, decided_by_name=by.name
    )
    return ids


def _before(row: PossibleDuplicate | None) -> dict[str, Any]:
    if row is None or row.state != PairState.MERGED:
        raise Refused(_("These two records are not merged."))
    if row.before is None:
        raise Refused(_("These two became one by way of a third record. Undo that merge instead."))
    found: dict[str, Any] = json.loads(row.before)
    return found


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _value(field: str, plain: Any) -> Any:
    return date.fromisoformat(plain) if field == "birth" and plain else plain
