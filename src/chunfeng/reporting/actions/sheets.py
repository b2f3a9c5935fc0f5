"""Filing a whole spreadsheet: all its rows, or the good ones of it, in one transaction (C2)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from chunfeng.core.actions import record, store_file
from chunfeng.core.actor import Actor
from chunfeng.core.errors import Refused
from chunfeng.core.models import StoredFile
from chunfeng.offices import queries as directory
from chunfeng.offices import roles
from chunfeng.reporting.actions import filing
from chunfeng.reporting.choices import Channel
from chunfeng.reporting.models import Form, Revision
from chunfeng.reporting.sheets.layout import COMMENT, OFFICE, Layout
from chunfeng.reporting.sheets.reading import Sheet, codes_of, read_xlsx
from chunfeng.reporting.sheets.review import GOOD, Judged, Review, Verdict, key_of, review
from chunfeng.reporting.sheets.templates import fileable, layout_of
from chunfeng.reporting.statements import BadFiling

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_BATCH = 500


class BadSheet(Refused):
    """A sheet with rows that cannot be filed; `review` says which and why."""

    def __init__(self, found: Review) -> None:
        faults = [str(fault) for judged in found.rows for fault in found.faults(judged)]
        shown = "；".join(faults[:20])
        more = _(" … and %(n)s more") % {"n": len(faults) - 20} if len(faults) > 20 else ""
        super().__init__(_("Nothing was filed. %(faults)s") % {"faults": shown + more})
        self.review = found


@dataclass(frozen=True)
class Filed:
    """What was filed from a sheet, and what not; `file` where it was kept."""

    review: Review
    revisions: list[Revision]
    file: StoredFile | None


def review_sheet(
    *,
    form: Form,
    period_start: date | None,
    data: bytes,
    by: Actor,
    at: datetime,
    comments: Mapping[int, str] | None = None,
) -> Review:
    """A dry run: every row with its verdict; nothing stays. Raises `WrongFile` for a file that is no such sheet."""
    roles.require(by, "report.file")
    sheet = _read(form, period_start, data, by, at)
    digest = hashlib.sha256(data).hexdigest()
    if period_start is not None:
        return review(
            sheet, form=form, period_start=period_start, actor=by, digest=digest, at=at, comments=comments
        )
    with transaction.atomic():  # a report on an event is judged by filing it
        found = _events(sheet, form, digest, by, at, comments or {})[0]
        transaction.set_rollback(True)
    return found


@transaction.atomic
def file_sheet(
    *,
    form: Form,
    period_start: date | None,
    data: bytes,
    name: str,
    by: Actor,
    at: datetime,
    only_good: bool = False,
    comments: Mapping[int, str] | None = None,
) -> Filed:
    """File the rows of a sheet; the file itself is kept beside them.

    A row that cannot be filed stops everything (`BadSheet`) unless `only_good`. Of a form that asks for personal
    data the file is not kept: those cells are sealed, a file is not. Empty cells leave what stands; rows that
    change nothing add nothing, and the same file again adds nothing. `comments` by line of the sheet
    answer doubts where the sheet does not.
    """
    roles.require(by, "report.file")
    sheet = _read(form, period_start, data, by, at)
    digest = hashlib.sha256(data).hexdigest()
    if period_start is None:
        found, revisions = _events(sheet, form, digest, by, at, comments or {})
    else:
        found = review(
            sheet, form=form, period_start=period_start, actor=by, digest=digest, at=at, comments=comments,
            lock=True,
        )  # fmt: skip
        revisions = []
    if found.bad and not only_good:
        raise BadSheet(found)
    if period_start is not None:
        revisions = _sign(found, form, digest, by, at)
    kept = None
    if revisions:
        if not any(cell.indicator.personal for cell in sheet.layout.cells.values()):
            kept = store_file(data=data, name=name, media_type=XLSX, area_code=by.area_code, by=by, at=at)
        told = {
            "file": kept.pk if kept else None,
            "sha256": digest,
            "period": period_start.isoformat() if period_start else "",
            "filed": len(revisions),
            "not_filed": found.bad,
        }
        record("report.sheet", by=by, on=form, at=at, detail=told, area_code=by.area_code)
    return Filed(found, revisions, kept)


def _read(form: Form, period_start: date | None, data: bytes, by: Actor, at: datetime) -> Sheet:
    codes = codes_of(data)
    upright = codes.get("upright") == "1"
    first = None
    if period_start is not None:
        first = fileable(by, form, period_start).first()
    return read_xlsx(data, layout_of(form, period_start, first, upright=upright, at=at))


def _sign(found: Review, form: Form, digest: str, by: Actor, at: datetime) -> list[Revision]:
    """One revision for every good row, written in bulk; the reports are locked by the review."""
    definition = found.sheet.layout.definition
    revisions = []
    for judged in found.rows:
        of = judged.owed
        if judged.verdict not in GOOD or of is None:
            continue
        how = filing.Filing(
            by, at, judged.comments, judged.row.reason, Channel.SHEET, key_of(digest, of.office_id),
            zero=judged.row.zero,
        )  # fmt: skip
        reason = filing.reason_for(of, how)
        doubts = [filing.explained(doubt, judged.comment) for doubt in judged.doubts]
        revisions.append(filing.signed(of, definition, judged.standing, judged.after, doubts, reason, how))
        judged.done = True
    Revision.objects.bulk_create(revisions, batch_size=_BATCH)
    filing.bring_up_to_date(revisions)
    for revision in revisions:
        filing.tell(revision, by=by)
    return revisions


def _events(
    sheet: Sheet, form: Form, digest: str, by: Actor, at: datetime, comments: Mapping[int, str]
) -> tuple[Review, list[Revision]]:
    """File the rows of an event sheet one by one, each by itself; what is refused is told by its row."""
    judged: list[Judged] = []
    revisions: list[Revision] = []
    offices = {
        code: directory.office_by_code(code) for code in {row.office_code for row in sheet.rows} - {""}
    }
    own = directory.office_by_id(by.office_id) if by.office_id else None
    # all at once and in order: two sheets with the same offices in another order must not block each other
    meant = [each for each in (*offices.values(), own) if each is not None and by.sees(each.area_code)]
    filing.hold_entries(form.pk, [each.pk for each in meant])
    for day in sorted({row.on for row in sheet.rows if row.on is not None}):
        filing.hold_period(form.pk, day, shared=True)
    keys = [key_of(digest, row.line) for row in sheet.rows]
    filed = Revision.objects.filter(obligation__form=form, key__in=keys)
    known = set(filed.values_list("key", flat=True))
    for row in sheet.rows:
        comment = (comments.get(row.line, "") or row.comment).strip()
        each = Judged(row, Verdict.BAD, faults=dict(row.faults), comment=comment)
        judged.append(each)
        office = offices.get(row.office_code) if row.office_code else own
        if office is None or not by.sees(office.area_code):
            each.faults.setdefault(OFFICE, _("no office in your area has this code"))
        if each.faults or office is None or row.on is None:
            continue
        if key_of(digest, row.line) in known:
            each.verdict = Verdict.SAME
            continue
        try:
            revision = filing.file_event(
                form=form, office=office, values=row.values, by=by, at=at, on=row.on,
                comments=_Always(comment), channel=Channel.SHEET, key=key_of(digest, row.line),
            )  # fmt: skip
        except BadFiling as bad:
            _blame(each, bad, sheet.layout)
        except Refused as refused:
            each.faults[OFFICE] = str(refused)
        else:
            each.verdict, each.done = Verdict.FILE, True
            revisions.append(revision)
    return Review(sheet, judged), revisions


def _blame(each: Judged, bad: BadFiling, layout: Layout) -> None:
    for code, why in bad.cells.items():
        each.faults[code if code in layout.fields else OFFICE] = why
    asked = [doubt for doubt in bad.checks if doubt.needs_comment]
    for doubt in bad.checks:
        if not doubt.needs_comment:
            each.faults.setdefault(OFFICE, doubt.message)
    if asked:
        each.doubts = asked
        if not each.faults:
            each.verdict = Verdict.DOUBT
        each.faults[COMMENT] = "；".join(doubt.message for doubt in asked)


class _Always(dict[str, str]):
    """One comment for every doubt of a row."""

    def __init__(self, comment: str) -> None:
        super().__init__()
        self.comment = comment

    def get(self, code: str, default: Any = "") -> str:
        return self.comment

    def __missing__(self, code: str) -> str:
        return self.comment
