"""The end of personal data: at a person's request, or on the day their datasets are deleted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, models, transaction
from django.db.models import Exists, OuterRef, ProtectedError, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.core import scope
from chunfeng.core.actions import file_path, record
from chunfeng.core.actor import SYSTEM, Actor
from chunfeng.core.errors import Refused
from chunfeng.core.models import StoredFile
from chunfeng.offices import roles
from chunfeng.people.actions.common import locked, required
from chunfeng.people.choices import IsolationState
from chunfeng.people.models import (
    CallItem,
    ContactRecord,
    DataRequest,
    Dataset,
    Fact,
    FellowWorker,
    FeverCase,
    FeverCaseStep,
    FollowUp,
    Household,
    ImportRow,
    ImportRun,
    Isolation,
    OptOut,
    Person,
    PersonAddress,
    PersonCategory,
    PersonDataset,
    PersonMessage,
    PersonPhone,
    PossibleDuplicate,
    Registration,
)

BATCH = 2000


@dataclass(frozen=True, slots=True)
class Expired:
    """What one run removed: people, places in datasets that were over, files they came in."""

    people: int = 0
    places: int = 0
    files: int = 0


@transaction.atomic
def erase(*, person: Person, reason: str, by: Actor, at: datetime) -> None:
    """Meet a person's request to be deleted: the record goes with all that hangs on it, the event stays.

    Refused while a dataset that a duty asks for holds the person; the sentence names it and its day.
    """
    roles.require(by, "person.change")
    why = required(reason, _("reason"), 500)
    row = locked(person, by)
    today = timezone.localdate(at)
    with scope.applied(
        SYSTEM
    ):  # the dataset may belong to an area out of sight; statements go by the system only
        due = Dataset.objects.filter(people__person=row, by_duty=True, keep_until__gt=today)
        needed = due.order_by("-keep_until").first()
        if needed is not None:
            raise Refused(
                _(
                    "A duty needs this record until %(day)s: dataset “%(name)s”, %(source)s. Tell the person so."
                )
                % {"day": needed.keep_until, "name": needed.name, "source": needed.source}
            )
        _forget_rows([row.pk])
        _remove([row.pk])
    record("person.erase", by=by, on=row, at=at, area_code=row.area_code, reason=why)


def expire(*, now: datetime) -> Expired:
    """Delete the people whose every dataset is past its day, a batch at a time, and the files they came in.

    A dataset is over on its `keep_until`. People who are in another dataset stay and leave the one that is over.
    May run any number of times; what is locked at the moment is left to the next run.
    """
    today = timezone.localdate(now)
    with scope.applied(SYSTEM):
        if not Dataset.objects.filter(keep_until__lte=today).exists():
            return Expired()
    people = 0
    while removed := _expire_batch(today, now):
        people += removed
    places, files = _clear_datasets(today, now)
    return Expired(people, places, files)


def _expire_batch(today: date, now: datetime) -> int:
    past = PersonDataset.objects.filter(person=OuterRef("pk"), dataset__keep_until__lte=today)
    with scope.applied(SYSTEM):
        found = Person.objects.filter(Exists(past), ~Exists(_alive(today)), merged_into__isnull=True)
        picked = list(
            found.order_by("pk")
            .select_for_update(of=("self",), skip_locked=True)
            .values_list("pk", flat=True)[:BATCH]
        )
        # somebody may have put one into a dataset while its lock was waited for; now nobody can
        still = set(
            PersonDataset.objects.filter(person__in=picked, dataset__keep_until__gt=today).values_list(
                "person", flat=True
            )
        )
        over = [pk for pk in picked if pk not in still]
        if over:
            _remove(over)
            record("person.expire", by=SYSTEM, at=now, detail={"n": len(over)})
    return len(over)


def _clear_datasets(today: date, now: datetime) -> tuple[int, int]:
    places = files = 0
    with scope.applied(SYSTEM):
        over = list(Dataset.objects.filter(keep_until__lte=today).order_by("pk"))
    for dataset in over:
        with scope.applied(SYSTEM):
            held = PersonDataset.objects.filter(dataset=dataset, person__merged_into__isnull=True)
            left = held.filter(Exists(_alive(today, "person_id"))).delete()[0]
            runs = list(ImportRun.objects.filter(dataset=dataset))
            for run in runs:
                _drop_run(run)
            if left or runs:
                detail = {"places": left, "files": len(runs)}
                record("dataset.expire", by=SYSTEM, on=dataset, at=now, detail=detail)
            places += left
            files += len(runs)
    return places, files


def _drop_run(run: ImportRun) -> None:
    """An import with its rows and its file: the file holds the people once more."""
    file = run.file
    ImportRow.objects.filter(run=run).delete()
    run.delete()
    try:
        with transaction.atomic():
            file.delete()
    except ProtectedError:  # another row of the house shows the same file
        return
    if not StoredFile.objects.filter(sha256=file.sha256).exists():
        transaction.on_commit(lambda: file_path(file.sha256).unlink(missing_ok=True))


def _alive(today: date, person: str = "pk") -> QuerySet[PersonDataset]:
    return PersonDataset.objects.filter(person=OuterRef(person), dataset__keep_until__gt=today)


def _forget_rows(ids: Sequence[int]) -> None:
    """What import rows say about a person who asked to be deleted."""
    runs = ImportRun.objects.filter(dataset__people__person__in=ids).values("pk")
    ImportRow.objects.filter(run__in=runs, person__in=ids).update(reasons=[])


def _remove(ids: Sequence[int]) -> None:
    """The records, those merged into them, and all that hangs on them. Only the system may, under its scope."""
    family, new = list(ids), list(ids)
    while new:
        new = list(Person.objects.filter(merged_into__in=new).values_list("pk", flat=True))
        family += new
    homes = set(
        Person.objects.filter(pk__in=family, household__isnull=False).values_list("household", flat=True)
    )
    PossibleDuplicate.objects.filter(Q(kept__in=family) | Q(other__in=family)).delete()
    _remove_work([*family])
    for part in (Fact, PersonCategory, PersonPhone, PersonDataset):
        part.objects.filter(person__in=family).delete()
    with connection.cursor() as cursor:  # in one statement, since records of one family point at each other
        cursor.execute("DELETE FROM people_person WHERE id = ANY(%s)", [family])
    empty = Household.objects.filter(pk__in=homes).filter(
        ~Exists(Person.objects.filter(household=OuterRef("pk")))
    )
    empty.delete()


def _remove_work(people: list[int]) -> None:
    """What offices did with the people: each kind before what it points at."""
    CallItem.objects.filter(person__in=people).update(contact=None, contested=None)
    FellowWorker.objects.filter(Q(person__in=people) | Q(case__person__in=people)).delete()
    FeverCaseStep.objects.filter(case__person__in=people).delete()
    moved = Isolation.objects.filter(person__in=people, moved_to__isnull=False)
    moved.update(moved_to=None, state=IsolationState.RELEASED)
    with connection.cursor() as cursor:  # in one statement, since a correction may be corrected itself
        cursor.execute(
            "DELETE FROM people_healthrecord WHERE isolation_id IN"
            " (SELECT id FROM people_isolation WHERE person_id = ANY(%s))",
            [people],
        )
    parts: tuple[type[models.Model], ...] = (FeverCase, Isolation, ContactRecord, CallItem, FollowUp)
    parts += (Registration, PersonMessage, OptOut, PersonAddress, DataRequest)
    for part in parts:
        part._base_manager.filter(person__in=people).delete()
