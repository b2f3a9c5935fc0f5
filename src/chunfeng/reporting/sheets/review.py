"""What a filled sheet would change: every row judged against what stands, before anything is filed.

A sheet of any size costs the same few queries, save for offices that gather from below, which are compared
with the sum of those one by one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chunfeng.areas import codes
from chunfeng.core.actor import Actor
from chunfeng.core.crypto import mask
from chunfeng.reporting import statements, values
from chunfeng.reporting.choices import ANSWERED, FormState, State
from chunfeng.reporting.definition import FormDefinition, Strength, Type
from chunfeng.reporting.models import Acceptance, Form, Obligation, Revision
from chunfeng.reporting.queries import ledger
from chunfeng.reporting.sheets.layout import COMMENT, OFFICE, REASON, ZERO, Layout
from chunfeng.reporting.sheets.reading import Fault, Row, Sheet
from chunfeng.reporting.sheets.templates import fileable, previous_of
from chunfeng.reporting.statements import BadFiling, Doubt, Statement


class Verdict(models.TextChoices):
    """What becomes of a row."""

    FILE = "file", gettext_lazy("To be filed")
    CORRECT = "correct", gettext_lazy("To be corrected")
    ZERO = "zero", gettext_lazy("Zero report")
    DOUBT = "doubt", gettext_lazy("Needs a comment")
    BAD = "bad", gettext_lazy("Cannot be filed")
    SAME = "same", gettext_lazy("Unchanged")
    EMPTY = "empty", gettext_lazy("Left empty")


GOOD = frozenset({Verdict.FILE, Verdict.CORRECT, Verdict.ZERO})
STOPS = frozenset({Verdict.DOUBT, Verdict.BAD})


@dataclass(frozen=True)
class Change:
    """One cell: its question, what stands, what the sheet says."""

    label: str
    old: str
    new: str


@dataclass
class Judged:
    """A row with its verdict. `faults` by field code; `after` is the statement that would stand."""

    row: Row
    verdict: Verdict
    owed: Obligation | None = None
    changes: list[Change] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    faults: dict[str, str] = field(default_factory=dict)
    standing: Statement = field(default_factory=Statement)
    after: Statement = field(default_factory=Statement)
    comment: str = ""
    done: bool = False

    @property
    def comments(self) -> dict[str, str]:
        """The row's comment under every doubt that asks for one."""
        return {doubt.code: self.comment for doubt in self.doubts if doubt.needs_comment and self.comment}


@dataclass(frozen=True)
class Review:
    """A whole sheet, judged."""

    sheet: Sheet
    rows: list[Judged]

    @property
    def counts(self) -> dict[Verdict, int]:
        """Rows by verdict, every verdict named."""
        found = Counter(judged.verdict for judged in self.rows)
        return {verdict: found[verdict] for verdict in Verdict}

    @property
    def good(self) -> int:
        """Rows that can be filed."""
        return sum(judged.verdict in GOOD for judged in self.rows)

    @property
    def bad(self) -> int:
        """Rows that stop the sheet."""
        return sum(judged.verdict in STOPS for judged in self.rows)

    def faults(self, judged: Judged) -> list[Fault]:
        """What is wrong with a row, each with its address."""
        return [Fault(self.sheet.address(judged.row, code), why) for code, why in judged.faults.items()]


def review(
    sheet: Sheet,
    *,
    form: Form,
    period_start: date,
    actor: Actor,
    digest: str,
    at: datetime,
    comments: Mapping[int, str] | None = None,
    lock: bool = False,
) -> Review:
    """Judge every row of a sheet for a period. `comments` by line answer doubts; `lock` holds the reports.

    `digest` is the SHA-256 of the file: a report that was filed from the same file before stays as it is.
    """
    found = fileable(actor, form, period_start).order_by("pk")
    found = found.filter(office__code__in={row.office_code for row in sheet.rows})
    if lock:
        # locked before they are read with form and version: a row that changed while waiting would drop out
        keys = list(found.select_related(None).select_for_update(of=("self",)).values_list("pk", flat=True))
        found = found.filter(pk__in=keys)
    owed = {each.office.code: each for each in found}
    judge = _Judge(sheet.layout, form, list(owed.values()), digest, at)
    judged = [
        judge.row(row, owed.get(row.office_code), (comments or {}).get(row.line, "") or row.comment)
        for row in sheet.rows
    ]
    return Review(sheet, judged)


def key_of(digest: str, row: int) -> str:
    """The key of a filing from a file: the same file again adds nothing."""
    return f"{digest}-{row}"


class _Judge:
    """Everything about a period that the rows are judged by, read once."""

    def __init__(self, layout: Layout, form: Form, owed: list[Obligation], digest: str, at: datetime) -> None:
        self.layout, self.form, self.digest, self.at = layout, form, digest, at
        self.definition: FormDefinition = layout.definition
        looks = statements.looks_back(self.definition)
        self.before = previous_of(owed) if looks else {}
        keys = [key_of(digest, each.office_id) for each in owed]
        known = Revision.objects.filter(obligation__in=owed, key__in=keys)
        self.known = set(known.values_list("obligation_id", flat=True))
        self.accepted: list[Acceptance] = []
        if owed:
            rows = Acceptance.objects.filter(
                form=form, period_start=owed[0].period_start, released_at=None
            ).select_related("office")
            self.accepted = sorted(rows, key=lambda each: codes.level(each.area_code))

    def row(self, row: Row, owed: Obligation | None, comment: str) -> Judged:
        """The verdict on one row."""
        judged = Judged(row, Verdict.BAD, owed, faults=dict(row.faults), comment=comment.strip())
        if not (row.values or row.zero or row.faults):
            judged.verdict = Verdict.EMPTY
            return judged
        if owed is None:
            judged.faults.setdefault(
                OFFICE, _("no office in your area with this code owes the report for this period")
            )
            return judged
        if owed.pk in self.known:
            judged.verdict = Verdict.SAME
            return judged
        self._state(judged, owed)
        return judged

    def _closed(self, owed: Obligation) -> str:
        """Why nothing can be filed here, or ""."""
        over = next((each for each in self.accepted if codes.contains(each.area_code, owed.area_code)), None)
        if over is not None:
            return _("%(office)s has accepted the figures of this period: ask it to unlock them") % {
                "office": over.office
            }
        if owed.state == State.EXEMPT:
            return _("this report is not owed: %(reason)s") % {"reason": owed.exempt_reason}
        if owed.version.number != self.layout.version:
            return _("this office reports in another wording of the form: use the page")
        if timezone.localdate(self.at) < owed.period_start:
            return _("the period has not begun yet")
        if self.form.state == FormState.ENDED and self.at > owed.closes_at:
            return _("the form has ended, and the time to file is over")
        return ""

    def _state(self, judged: Judged, owed: Obligation) -> None:
        """Merge, compare, check; the verdict comes out of it."""
        row, form = judged.row, self.definition
        judged.standing = ledger.stated(owed, self.form.slots)
        try:
            if row.zero:
                judged.after = self._zero(judged)
            else:
                judged.after, _changed = statements.merged(form, judged.standing, row.values)
        except BadFiling as bad:
            for code, why in bad.cells.items():
                judged.faults.setdefault(self._field(code), why)
            return
        judged.changes = self._changes(judged)
        stands = owed.state in ANSWERED and (owed.state == State.ZERO) == row.zero
        if not judged.changes and stands and not judged.faults:
            judged.verdict = Verdict.SAME
            return
        closed = self._closed(owed)
        if closed:
            judged.faults.setdefault(OFFICE, closed)
        if not row.zero:
            for code, why in statements.missing(form, judged.after).items():
                judged.faults.setdefault(self._field(code), why)
        if owed.revision and not row.reason and owed.state != State.RETURNED:
            judged.faults.setdefault(REASON, _("a report was filed already: say here why it changes"))
        self._doubt(judged, owed)

    def _doubt(self, judged: Judged, owed: Obligation) -> None:
        earlier = self.before.get(owed.office_id)
        before = values.by_code(earlier.numbers, self.form.slots) if earlier is not None else {}
        below = ledger.below_totals(owed)
        judged.doubts = statements.doubts(
            self.definition, judged.after.numbers, before, below, zero=judged.row.zero
        )
        open_ = []
        for doubt in judged.doubts:
            if doubt.strength is Strength.HARD:
                cell = self._field(doubt.code.partition(":")[2]) if ":" in doubt.code else OFFICE
                judged.faults.setdefault(cell, doubt.message)
            elif not judged.comment:
                open_.append(doubt)
        if judged.faults:
            return
        if open_:
            judged.verdict = Verdict.DOUBT
            judged.faults[COMMENT] = "；".join(doubt.message for doubt in open_)
        elif judged.row.zero:
            judged.verdict = Verdict.ZERO
        else:
            judged.verdict = Verdict.CORRECT if owed.revision else Verdict.FILE

    def _zero(self, judged: Judged) -> Statement:
        wrong = {
            code: _("a zero report has no figures but 0: take this one or the zero report away")
            for code, value in judged.row.values.items()
            if (indicator := self.layout.cells[code].indicator).numeric and values.stored(indicator, value)
        }
        if wrong:
            raise BadFiling(wrong)
        if not self.definition.zero:
            raise BadFiling({ZERO: _("this form takes no zero report: fill in the figures")})
        return statements.nothing_happened(self.definition, judged.standing)

    def _field(self, code: str) -> str:
        """The column a cell's fault is shown at: for the total of a breakdown its first part."""
        if code in self.layout.cells or code in self.layout.fields:
            return code
        cell = self.definition.cells.get(code)
        return cell.parts[0] if cell is not None and cell.parts else OFFICE

    def _changes(self, judged: Judged) -> list[Change]:
        found = []
        for code in statements.changes(self.definition, judged.standing, judged.after):
            cell = self.definition.cells[code]
            if not cell.entered:
                continue
            old, new = (self._shown(code, each) for each in (judged.standing, judged.after))
            found.append(Change(self.layout.heading(code).removesuffix(" *"), old, new))
        return found

    def _shown(self, code: str, stated: Statement) -> str:
        indicator = self.definition.cells[code].indicator
        if indicator.numeric:
            return values.shown(indicator, stated.numbers.get(code))
        if indicator.personal:
            return mask(stated.sealed[code]) if code in stated.sealed else "—"
        text = stated.texts.get(code, "—")
        choice = indicator.choices.get(text) if indicator.type is Type.CHOICE else None
        return str(choice) if choice else text
