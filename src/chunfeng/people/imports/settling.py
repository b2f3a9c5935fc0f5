"""One chunk of rows into the register: matched, written, paired, and its verdicts noted. Inside a transaction."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection, transaction
from django.utils import timezone

from chunfeng.people.choices import Verdict
from chunfeng.people.imports import pairs, writing
from chunfeng.people.imports.matching import Matcher, Settled
from chunfeng.people.imports.rows import Given
from chunfeng.people.models import ImportRun


def settle(row: ImportRun, given: list[Given]) -> list[Settled]:
    """Match and write; a document somebody entered meanwhile is met again at the second try."""
    for again in (True, False):
        for each in given:
            del each.reasons[each.remarks :]
        settled = matcher_of(row).settle(given, writing.serials(sum(not g.rejected for g in given)))
        records = list({id(s.record): s.record for s in settled if s.record is not None}.values())
        fresh = [r for r in records if r.fresh]
        mark = transaction.savepoint()
        homes = writing.households(records)
        entered = writing.enter(fresh, homes, row.at)
        if again and len(entered) < len(fresh) and _seen_now([r.first for r in fresh if r.pk not in entered]):
            transaction.savepoint_rollback(mark)
            continue
        transaction.savepoint_commit(mark)
        break
    known = [r for r in records if not r.fresh]
    writing.fill(known, homes, row.at)
    present = [r for r in records if not r.fresh or r.pk in entered]
    writing.parts(
        [r for r in present if r.fresh or r.filled or r.place or r.more_phones or r.more_categories
         or r.more_facts or r.joined],
        run=row, dataset=row.dataset, key=_fact_key(row), on=timezone.localdate(row.at),
    )  # fmt: skip
    shared = pairs.queue([r for r in fresh if r.pk in entered], area_code=row.area_code, at=row.at)
    for one in settled:
        if one.record is None:
            continue
        if one.record.fresh and one.record.pk not in entered:
            one.verdict, one.record = Verdict.PARKED.value, None
            one.given.reasons.append("elsewhere")
        elif one.record.first is one.given:
            one.given.reasons += [f"maybe_{key}" for key in sorted(shared.get(one.record.pk, ()))]
    writing.verdicts(row, settled)
    return settled


def _seen_now(missing: Sequence[Given | None]) -> bool:
    """Whether any of these documents, refused a moment ago, stands in a record in sight."""
    hashes = [given.id_hash for given in missing if given is not None]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM people_person WHERE id_hash = ANY(%s) AND merged_into_id IS NULL LIMIT 1", [hashes]
        )
        return cursor.fetchone() is not None


def matcher_of(run: ImportRun) -> Matcher:
    """What matches the rows of this import."""
    return Matcher(dataset_id=run.dataset_id, sha256=run.file.sha256, run_id=run.pk, fact_key=_fact_key(run))


def _fact_key(run: ImportRun) -> str:
    """The beginning of the keys of statements out of this file: the same file again states nothing twice."""
    return f"import-{run.file.sha256[:16]}-"
