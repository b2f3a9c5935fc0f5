"""Taking a file into the register: start, map its columns, try it, run it, go on after a crash, drop it.

A run goes chunk by chunk, each in one transaction with its verdicts and the place it reached: whatever kills
it, it goes on at the row where it stopped and ends as if nothing had happened.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import OperationalError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.core import scope
from chunfeng.core.actions import record
from chunfeng.core.actor import SYSTEM, Actor
from chunfeng.core.errors import Refused
from chunfeng.offices import roles
from chunfeng.offices.models import Office
from chunfeng.offices.queries import officer_of
from chunfeng.people.actions.common import check_dataset
from chunfeng.people.choices import RunState, Verdict
from chunfeng.people.imports import storing
from chunfeng.people.imports.fields import BY_KEY, NEEDED, header_sha256
from chunfeng.people.imports.garbage import collected_rarely
from chunfeng.people.imports.places import Places
from chunfeng.people.imports.reading import Layout, Table, open_file, rows_of
from chunfeng.people.imports.rows import Given, Reader
from chunfeng.people.imports.settling import matcher_of, settle
from chunfeng.people.models import ColumnMap, Dataset, ImportRun
from chunfeng.people.queries import imports as queries

CHUNK = 5_000
DRY_ROWS = 20_000
"""Rows a trial looks at, from the beginning of the file."""
PROBLEMS = 5
"""Rows named for each kind of problem of a trial."""
_LOCK = 0x70656F706C65  # "people": one chunk of one import at a time finds what the one before it wrote
_RUN = 0x696D70  # "imp"
_TRIES = 3


@dataclass(slots=True)
class Trial:
    """What an import would do: verdicts of the rows tried, and for each reason how often and where first."""

    tried: int
    counts: dict[str, int]
    problems: dict[str, int] = field(default_factory=dict)
    rows: dict[str, list[int]] = field(default_factory=dict)


class Taken(Refused):
    """Somebody else is at work on this import."""


def start(
    *,
    source: bytes | Path,
    name: str,
    dataset: Dataset,
    by: Actor,
    at: datetime,
    encoding: str = "",
    columns: Sequence[str] | None = None,
    office: Office | None = None,
) -> ImportRun:
    """Keep the file and read how it is laid out; nobody is entered yet.

    `columns` names a field for each column ("" for none); without it the mapping of the office's last file
    with this header is taken, else one is suggested. `office` is the actor's own unless the system acts.
    """
    if isinstance(source, bytes):
        with tempfile.NamedTemporaryFile(prefix="chunfeng-") as kept:
            kept.write(source)
            kept.flush()
            return start(
                source=Path(kept.name), name=name, dataset=dataset, by=by, at=at,
                encoding=encoding, columns=columns, office=office,
            )  # fmt: skip
    roles.require(by, "person.import")
    office = office or Office.objects.filter(pk=by.office_id or 0).first()
    if office is None:
        raise Refused(_("Say for which office the file is taken in."))
    check_dataset(dataset, by, at)
    table = open_file(source, name, encoding)
    return _started(table, source, dataset, office, columns, by, at)


@transaction.atomic
def _started(
    table: Table,
    source: Path,
    dataset: Dataset,
    office: Office,
    columns: Sequence[str] | None,
    by: Actor,
    at: datetime,
) -> ImportRun:
    kind = "text/csv" if table.layout.kind == "csv" else "application/octet-stream"
    file = storing.keep(source, name=table.name, media_type=kind, area_code=office.area_code, by=by, at=at)
    chosen = list(columns) if columns is not None else queries.columns_for(office, table.header)
    run = ImportRun.objects.create(
        office=office,
        area_code=office.area_code,
        dataset=dataset,
        file=file,
        encoding=table.encoding,
        columns={
            "header": table.header,
            "fields": _checked(chosen, table.header, complete=False),
            "row": table.layout.row,
            "delimiter": table.layout.delimiter,
            "kind": table.layout.kind,
        },
        total=table.total,
        by_name=by.name,
        at=at,
    )
    record("people.import-start", by=by, on=run, at=at, detail={"sha256": file.sha256, "rows": table.total})
    return run


@transaction.atomic
def map_columns(*, run: ImportRun, columns: Sequence[str], by: Actor, at: datetime) -> ImportRun:
    """Say what each column holds, and remember it for the office's next file with this header."""
    roles.require(by, "person.import")
    row = _locked(run)
    if row.state != RunState.READ:
        raise Refused(_("This import has begun: its columns stay as they are."))
    header = row.columns["header"]
    row.columns = {**row.columns, "fields": _checked(columns, header, complete=True)}
    row.save(update_fields=["columns"])
    ColumnMap.objects.update_or_create(
        office_id=row.office_id,
        header_sha256=header_sha256(header),
        defaults={"columns": row.columns["fields"], "used_at": at, "area_code": row.area_code},
    )
    return row


@transaction.atomic
def begin(*, run: ImportRun, by: Actor, at: datetime) -> ImportRun:
    """Let an import run, or go on after it stopped; the work itself is `run`, in the background."""
    roles.require(by, "person.import")
    row = _locked(run)
    _begun(row, by, at)
    transaction.on_commit(lambda: _defer(row.pk))
    return row


def _defer(run_id: int) -> None:
    from chunfeng.people import jobs

    jobs.defer_import(run_id)


def _begun(row: ImportRun, by: Actor, at: datetime) -> None:
    if row.state == RunState.RUNNING:
        return
    if row.state not in (RunState.READ, RunState.STOPPED):
        raise Refused(_("This import is over. Choose the file again to take it in again."))
    _checked(row.columns["fields"], row.columns["header"], complete=True)
    check_dataset(row.dataset, by, at)
    row.state, row.error = RunState.RUNNING, ""
    row.save(update_fields=["state", "error"])
    record("people.import-begin", by=by, on=row, at=at, detail={"from": row.done})


@transaction.atomic
def drop(*, run: ImportRun, by: Actor, at: datetime) -> ImportRun:
    """Give up an import that is not running; the rows taken in so far stay."""
    roles.require(by, "person.import")
    row = _locked(run)
    if row.state == RunState.RUNNING:
        raise Refused(_("This import is running. Wait until it stops."))
    if row.state in (RunState.READ, RunState.STOPPED):
        row.state, row.ended_at = RunState.DROPPED, at
        row.save(update_fields=["state", "ended_at"])
        record("people.import-drop", by=by, on=row, at=at, detail={"done": row.done})
    return row


def dry_run(*, run: ImportRun, by: Actor, at: datetime, most: int = DRY_ROWS) -> Trial:
    """What the first `most` rows would become. Writes nothing."""
    roles.require(by, "person.import")
    _checked(run.columns["fields"], run.columns["header"], complete=True)
    actor, reader = _reader(run)
    counts: Counter[str] = Counter()
    problems: Counter[str] = Counter()
    rows: dict[str, list[int]] = {}
    matcher = matcher_of(run)
    tried = 0
    with scope.applied(actor), rows_of(storing.path_of(run.file), layout_of(run)) as source:
        while cells := list(islice(source, min(CHUNK, most - tried))):
            # one matcher for all chunks: what an earlier one would have entered is known to the next
            settled = matcher.settle(reader.chunk(cells, tried + 1), iter(range(-tried - 1, -(1 << 40), -1)))
            tried += len(settled)
            for each in settled:
                counts[each.verdict] += 1
                for reason in each.reasons:
                    kind = "same_as" if reason.startswith("same_as") else reason
                    problems[kind] += 1
                    seen = rows.setdefault(kind, [])
                    if len(seen) < PROBLEMS:
                        seen.append(each.given.number)
    return Trial(tried, {verdict: counts[verdict] for verdict in Verdict.values}, dict(problems), rows)


def run(run_id: int, at: datetime, *, progress: Callable[[int, int], object] | None = None) -> ImportRun:
    """Take the rows in that are not settled yet; ends with every row settled.

    Call it outside any transaction. Acts for the office that started the import, within its range. Raises
    `Taken` where another process is at work on it, and `Refused` with the reason where it has to stop.
    """
    here = _found(run_id)
    if here.state == RunState.DONE:
        return here
    actor, reader = _reader(here)
    try:
        with _alone(run_id), collected_rarely():
            with scope.applied(actor):
                here = _locked(here)
                _begun(here, actor, at)
            with rows_of(storing.path_of(here.file), layout_of(here), skip=here.done) as source:
                for given in reader.chunks(source, here.done, CHUNK):
                    here = _chunk(here, actor, given, at)
                    if progress is not None:
                        progress(here.done, here.total)
            return _ended(here, actor, at)
    except Taken:
        raise
    except Refused as refusal:
        _stopped(here, actor, str(refusal))
        raise
    except Exception as error:
        # the text of a database error holds the row it fell over: only its kind may be written down
        why = _(
            "It stopped at row %(row)s (%(kind)s). Let it go on; tell the administrator if it stops again."
        ) % {
            "row": here.done + 1,
            "kind": type(error).__name__,
        }
        _stopped(here, actor, why)
        raise Refused(why) from None


def waiting() -> list[int]:
    """Imports that should be running: their worker may have died."""
    with scope.applied(SYSTEM, read_only=True):
        return queries.waiting()


@contextmanager
def _alone(run_id: int) -> Iterator[None]:
    """One process at a time works on an import; the mark goes with its session, however that ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [_RUN, run_id])
        if not cursor.fetchone()[0]:
            raise Taken(_("Another process is at work on this import."))
    try:
        yield
    finally:
        if connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_RUN, run_id])


def _chunk(here: ImportRun, actor: Actor, given: list[Given], at: datetime) -> ImportRun:
    for tries in range(_TRIES):
        try:
            with scope.applied(actor):
                return _settled(here, given, at)
        except OperationalError:  # a deadlock with somebody who merges two records: nothing was written
            if tries == _TRIES - 1:
                raise
    raise AssertionError("unreachable")


def _settled(here: ImportRun, given: list[Given], at: datetime) -> ImportRun:
    """One chunk in one transaction."""
    with connection.cursor() as cursor:
        # estimates for a chunk are rough; compiling its statements would take longer than running them
        cursor.execute("SELECT set_config('jit', 'off', true), pg_advisory_xact_lock(%s)", [_LOCK])
    row = _locked(here)
    if row.done != here.done or row.state != RunState.RUNNING:
        raise Taken(_("Another process is at work on this import."))
    settled = settle(row, given)
    counts = Counter(row.counts) + Counter(each.verdict for each in settled)
    row.counts, row.done = dict(counts), row.done + len(settled)
    row.save(update_fields=["counts", "done"])
    return row


def _ended(here: ImportRun, actor: Actor, at: datetime) -> ImportRun:
    with scope.applied(actor):
        row = _locked(here)
        if row.done != row.total:
            raise Refused(
                _("The file holds %(done)s rows, not %(total)s as when it was chosen. Choose it again.")
                % {"done": row.done, "total": row.total}
            )
        row.state, row.ended_at = RunState.DONE, timezone.now()
        row.save(update_fields=["state", "ended_at"])
        record("people.import", by=actor, on=row, at=at, detail={"sha256": row.file.sha256, **row.counts})
    return row


def _stopped(here: ImportRun, actor: Actor, why: str) -> None:
    with scope.applied(actor):
        ImportRun.objects.filter(pk=here.pk, state=RunState.RUNNING).update(
            state=RunState.STOPPED, error=why[:300]
        )


def layout_of(run: ImportRun) -> Layout:
    """How the stored file of a run is read."""
    found: dict[str, Any] = run.columns
    return Layout(found["kind"], run.encoding, found["delimiter"], found["row"])


def _found(run_id: int) -> ImportRun:
    with scope.applied(SYSTEM):
        found = ImportRun.objects.select_related("office", "dataset", "file").filter(pk=run_id).first()
    if found is None:
        raise Refused(_("There is no such import."))
    return found


def _locked(run: ImportRun) -> ImportRun:
    rows = ImportRun.objects.select_related("office", "dataset", "file").select_for_update(of=("self",))
    found = rows.filter(pk=run.pk).first()
    if found is None:
        raise Refused(_("There is no such import."))
    return found


def _reader(run: ImportRun) -> tuple[Actor, Reader]:
    actor = officer_of(run.office, run.by_name)
    on = timezone.localdate(run.at)
    with scope.applied(actor, read_only=False):
        places = Places(run.area_code, on)
        return actor, Reader(run.columns["fields"], run.columns["header"], actor, places, on)


def _checked(columns: Sequence[str], header: Sequence[str], *, complete: bool) -> list[str]:
    """The mapping, one field for each column. Raises Refused for unknown, double or missing fields."""
    if len(columns) != len(header):
        raise Refused(
            _("The file has %(n)s columns and the mapping %(m)s.") % {"n": len(header), "m": len(columns)}
        )
    unknown = [key for key in columns if key and key not in BY_KEY]
    if unknown:
        raise Refused(_("“%(field)s” is not something the register holds.") % {"field": unknown[0]})
    for key, times in Counter(key for key in columns if key).items():
        if times > 1 and not BY_KEY[key].many:
            raise Refused(
                _("“%(field)s” can stand in one column only; it was chosen for %(n)s.")
                % {"field": BY_KEY[key].label, "n": times}
            )
    if complete:
        for key in NEEDED:
            if key not in columns:
                raise Refused(_("Say which column holds “%(field)s”.") % {"field": BY_KEY[key].label})
    return list(columns)
