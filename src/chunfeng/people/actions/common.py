"""What every action on people checks first."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.core.actor import Actor
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.notices.models import Clause
from chunfeng.offices.actions.common import bounded, required
from chunfeng.people import batch
from chunfeng.people.models import Dataset, Person
from chunfeng.people.queries import register
from chunfeng.reporting.actions import source_of

__all__ = [
    "bounded", "check_dataset", "check_version", "cited", "in_reach", "in_sight", "locked", "locked_row", "of_key",
    "required", "standing",
]  # fmt: skip


def in_sight(by: Actor, person: Person) -> bool:
    """Whether the home, the current or the work area lies in the actor's range."""
    return any(by.sees(code) for code in (person.area_code, person.current_area, person.work_area) if code)


def in_reach(by: Actor, person: Person) -> None:
    """The person is in sight of the actor, else `NotAllowed`."""
    if not in_sight(by, person):
        raise NotAllowed(
            _(
                "None of this person's areas (home, current, work) lies in your area. "
                "Ask an office of one of them, or one above."
            )
        )


def locked(person: Person, by: Actor) -> Person:
    """The row as it stands now, locked, in the actor's reach and not merged away."""
    row = locked_row(person.pk)
    if row is None:
        raise Refused(_("This person is no longer in the register, or out of your sight."))
    in_reach(by, row)
    if row.merged_into_id is not None:
        raise Refused(
            _("Record %(gone)s was merged into %(kept)s. Open that one.")
            % {"gone": row, "kept": f"#{row.merged_into_id}"}
        )
    return row


def standing(person: Person, by: Actor) -> Person:
    """`locked` for the record that stands for this one today, also where it is being merged at this moment.

    For what was noted on a device and must not be lost because the office merged two records meanwhile.
    """
    learnt = batch.recall(("person", person.pk))
    if learnt is not None:
        in_reach(by, learnt[0])
        return learnt[0]
    pk = person.pk
    while True:
        fresh = Person.objects.filter(pk=pk).first()
        found = None if fresh is None else register.survivor(fresh)
        row = None if found is None else _lock(found.pk)
        if row is None:
            raise Refused(_("This person is no longer in the register, or out of your sight."))
        if row.merged_into_id is None:
            in_reach(by, row)
            batch.keep(("person", row.pk), row)
            return row
        pk = row.pk


def locked_row(pk: int) -> Person | None:
    """The record with this key, locked; the one in hand where the entry of a batch holds it already."""
    return batch.kept(("person", pk), lambda: _lock(pk))


def _lock(pk: int) -> Person | None:
    return Person.objects.select_for_update(of=("self",)).filter(pk=pk).first()


def of_key(pk: int) -> Person:
    """The person with this key; Refused where the record is gone or out of sight though what hangs on it is not."""
    found = Person.objects.filter(pk=pk).first()
    if found is None:
        raise Refused(_("This person is no longer in the register, or out of your sight."))
    return found


def check_version(person: Person, version: int) -> None:
    """Nobody changed the record since the actor looked at it, else `Refused`."""
    if person.version != version:
        when = timezone.localtime(person.changed_at).strftime("%Y-%m-%d %H:%M")
        raise Refused(
            _("Somebody changed this record at %(when)s. Look at it again, then repeat your change.")
            % {"when": when}
        )


def check_dataset(dataset: Dataset, by: Actor, at: datetime) -> None:
    """The actor may put people into the dataset and it is not over."""
    if not (by.sees(dataset.area_code) or dataset.area_code in by.above):
        raise NotAllowed(
            _("The dataset “%(name)s” belongs to another area. Choose one of yours or of an office above.")
            % {"name": dataset.name}
        )
    if dataset.keep_until <= timezone.localdate(at):
        raise Refused(
            _("The dataset “%(name)s” was to be deleted on %(day)s: nobody can be added to it any more.")
            % {"name": dataset.name, "day": dataset.keep_until}
        )


def cited(clause: Clause) -> str:
    """A clause as one line: the number of its notice, or the title, and its label."""
    found = source_of(clause)
    parts = (found.get("number") or found.get("title"), found.get("clause", "").rstrip("、.．。 "))
    return " ".join(part for part in parts if part)
