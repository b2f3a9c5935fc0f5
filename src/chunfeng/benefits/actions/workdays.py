"""The days of a unit's monthly list: typed or read from a sheet, every row with a verdict, no day twice."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from chunfeng.benefits import engine, months
from chunfeng.benefits.actions import beneficiaries, claims
from chunfeng.benefits.actions.common import alone_with, required
from chunfeng.benefits.choices import WorkListState
from chunfeng.benefits.models import Beneficiary, MeasureVersion, WorkDay, WorkList
from chunfeng.core import scope
from chunfeng.core.actions import record
from chunfeng.core.actor import SYSTEM, Actor
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.offices import roles
from chunfeng.offices.imports.verdicts import RowRefused, State

OPEN = (WorkListState.OPEN, WorkListState.RETURNED)
"""States in which the days may change."""
MOST = 20_000
_DAY = re.compile(r"(?:(\d{4})[-./年])?(\d{1,2})[-./月](\d{1,2})日?(?:[ T]0{1,2}:00(?::00)?)?")
_HOURS = re.compile(r"(\d{1,2}(?:\.\d)?)(?:h|小时|时)")


@dataclass(frozen=True, slots=True)
class DayVerdict:
    """What became of one row; `line` counts as the sheet does, `column` is the one at fault, `why` what to do."""

    line: int
    name: str
    day: str
    state: State
    column: str = ""
    why: str = ""


@dataclass(slots=True)
class _Row:
    line: int
    cells: Mapping[str, str]
    key: str = ""
    number: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    day: WorkDay | None = None
    state: State = State.ADDED
    refused: RowRefused | None = None


@transaction.atomic
def state_days(
    *, row: WorkList, lines: Sequence[tuple[int, Mapping[str, str]]], dry_run: bool, by: Actor, at: datetime
) -> list[DayVerdict]:
    """Take rows (line number, cells by key: name, document, role, on, work_class, minutes, account, bank) in.

    What can be taken in is; every row gets a verdict, and with `dry_run` nothing is changed. The same rows again:
    unchanged. A day that stands in another list of the person, in any area, is refused with that unit's name.
    """
    roles.require(by, "worklist.work")
    alone_with(f"work days:{row.month:%Y-%m}")  # two units that list the same person one after another
    held = locked(row, by)
    if held.state not in OPEN:
        raise Refused(_("This list was handed in: it can be changed after it was sent back."))
    if len(lines) > MOST:
        raise Refused(_("At most %(n)s rows can be read at once. Split the sheet.") % {"n": MOST})
    reader = _Reader(held, at)
    rows = [reader.read(_Row(line, cells)) for line, cells in lines]
    _compare(held, rows)
    if not dry_run:
        _carry_out(held, rows, by, at)
        counts = Counter(str(each.state) for each in rows)
        record("worklist.days", by=by, on=held, at=at, detail=dict(counts))
    return [_verdict(each) for each in rows]


@transaction.atomic
def drop_days(*, row: WorkList, days: Sequence[int], by: Actor, at: datetime) -> int:
    """Take days (keys) out of a list that is not handed in. The number taken out."""
    roles.require(by, "worklist.work")
    held = locked(row, by)
    if held.state not in OPEN:
        raise Refused(_("This list was handed in: it can be changed after it was sent back."))
    gone, _by_model = held.days.filter(pk__in=days).delete()
    if gone:
        record("worklist.drop", by=by, on=held, at=at, detail={"days": gone})
    return gone


def locked(row: WorkList, by: Actor) -> WorkList:
    """The list as it stands now, locked, in the actor's area."""
    found = WorkList.objects.select_for_update(of=("self",)).filter(pk=row.pk).first()
    if found is None or not by.sees(found.area_code):
        raise NotAllowed(_("This list belongs to another area."))
    return found


def last_day(month: date) -> date:
    """The last day of the month that begins on this day."""
    return (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def version_of(row: WorkList) -> MeasureVersion:
    """The version that decides on the last day of the list's month. Raises Refused where none is in force."""
    return claims.in_force(row.measure.code, last_day(row.month), row.area_code)


def options(row: WorkList) -> dict[str, tuple[tuple[str, str], ...]]:
    """(code, label) of the roles and classes the measure knows, as fields of a work day."""
    asked = engine.questions(version_of(row))
    return {"role": asked[months.ROLE].options, "work_class": asked[months.CLASS].options}


class _Reader:
    """Turns cells into values or refuses a row at its column."""

    def __init__(self, row: WorkList, at: datetime) -> None:
        self.first, self.last = row.month, min(last_day(row.month), timezone.localdate(at))
        self.words: dict[str, dict[str, str]] = {"role": {}, "work_class": {}}
        self.labels = options(row)
        for language in ("zh-hans", "en"):
            with translation.override(language):
                for name, pairs in options(row).items():
                    for code, label in pairs:
                        short = re.split(r"[(（]", label)[0]
                        self.words[name] |= {_plain(word): code for word in (code, label, short)}
        self.seen: dict[tuple[str, date], int] = {}

    def read(self, row: _Row) -> _Row:
        """The row with its values, or with its refusal."""
        try:
            self._read(row)
        except RowRefused as refusal:
            row.refused, row.state = refusal, State.REFUSED
        return row

    def _read(self, row: _Row) -> None:
        cells = row.cells
        row.values["name"] = _checked("name", required, cells.get("name", ""), _("name"), 60)
        row.number = _checked("document", beneficiaries.document, cells.get("document", ""))
        row.key = beneficiaries.subject_key(row.number)
        on = self._day(cells.get("on", ""))
        row.values |= {"on": on, "minutes": _minutes(cells.get("minutes", ""))}
        row.values |= {name: self._word(name, cells.get(name, "")) for name in ("role", "work_class")}
        if bool(cells.get("account")) != bool(cells.get("bank")):
            raise RowRefused("account", _("Account and bank go together: fill in both, or neither."))
        if cells.get("account"):
            _checked("account", beneficiaries.account_number, cells["account"])
            _checked("bank", required, cells["bank"], _("bank"), 120)
        other = self.seen.setdefault((row.key, on), row.line)
        if other != row.line:
            raise RowRefused("on", _("Row %(row)s has this person on the same day.") % {"row": other})

    def _day(self, text: str) -> date:
        try:
            found = self._written(text.strip())
        except ValueError:
            raise RowRefused(
                "on", _("“%(text)s” is not a day: write it like 2020-02-03.") % {"text": text[:20]}
            ) from None
        if not self.first <= found <= self.last:
            raise RowRefused(
                "on",
                _("The day lies outside %(first)s to %(last)s.")
                % {"first": self.first.isoformat(), "last": self.last.isoformat()},
            )
        return found

    def _written(self, text: str) -> date:
        if text.isascii() and text.isdecimal() and len(text) <= 2:
            return self.first.replace(day=int(text))
        parts = _DAY.fullmatch(text)
        if parts is None:
            raise ValueError(text)
        return date(int(parts[1] or self.first.year), int(parts[2]), int(parts[3]))

    def _word(self, name: str, text: str) -> str:
        found = self.words[name].get(_plain(text))
        if found is None:
            labels = "、".join(label for _code, label in self.labels[name])
            raise RowRefused(
                name, _("“%(text)s” is not one of: %(choices)s.") % {"text": text[:40], "choices": labels}
            )
        return found


def _compare(row: WorkList, rows: list[_Row]) -> None:
    """What is there already: in this list, in another one, under another name."""
    good = [each for each in rows if each.refused is None]
    keys = {each.key for each in good}
    own = {(day.subject_key, day.on): day for day in row.days.all()}
    names = dict(
        Beneficiary.objects.filter(subject_key__in=keys, area_code=row.area_code).values_list(
            "subject_key", "name"
        )
    )
    with scope.applied(SYSTEM):
        others = WorkDay.objects.filter(subject_key__in=keys, on__gte=row.month, on__lte=last_day(row.month))
        taken = {
            (day.subject_key, day.on): day.list.unit
            for day in others.exclude(list=row.pk).select_related("list")
        }
    for each in good:
        at = each.key, each.values["on"]
        known = names.setdefault(each.key, each.values["name"])
        if beneficiaries.same_name(known) != beneficiaries.same_name(each.values["name"]):
            each.refused = RowRefused(
                "document", _("The number is known under another name. Compare both with the document.")
            )
        elif at in taken:
            each.refused = RowRefused(
                "on", _("%(unit)s lists this person on this day. A day is paid once.") % {"unit": taken[at]}
            )
        if each.refused is not None:
            each.state = State.REFUSED
            continue
        each.day = own.get(at)
        if each.day is not None:
            same = all(
                getattr(each.day, name) == each.values[name] for name in ("role", "work_class", "minutes")
            )
            each.state = State.UNCHANGED if same else State.CHANGED


def _carry_out(row: WorkList, rows: list[_Row], by: Actor, at: datetime) -> None:
    people: dict[str, Beneficiary] = {}
    for each in sorted(rows, key=lambda each: each.key):
        if each.refused is not None:
            continue
        if each.key not in people:
            people[each.key] = beneficiaries.know_listed(
                name=each.values["name"], number=each.number, area_code=row.area_code, by=by, at=at
            )
        account, bank = each.cells.get("account", ""), each.cells.get("bank", "")
        if account:
            beneficiaries.set_account(beneficiary=people[each.key], account=account, bank=bank, by=by, at=at)
    good = [each for each in rows if each.refused is None]
    made = [each for each in good if each.state == State.ADDED]
    WorkDay.objects.bulk_create(
        [
            WorkDay(
                list=row,
                beneficiary=people[each.key],
                subject_key=each.key,
                area_code=row.area_code,
                **_stored(each),
            )
            for each in made
        ],
        batch_size=2000,
    )
    changed = [each.day for each in good if each.state == State.CHANGED and each.day is not None]
    for each in good:
        if each.day is not None:
            for name, value in _stored(each).items():
                setattr(each.day, name, value)
    WorkDay.objects.bulk_update(changed, ["role", "work_class", "minutes"], batch_size=1000)


def _stored(each: _Row) -> dict[str, Any]:
    return {name: each.values[name] for name in ("on", "role", "work_class", "minutes")}


def _minutes(text: str) -> int:
    """1 to 1440; hours may be written 8h or 8小时."""
    plain = "".join(text.split()).removesuffix("分钟").removesuffix(".0")
    hours = _HOURS.fullmatch(plain)
    found = -1
    if hours is not None:
        whole, _dot, tenth = hours[1].partition(".")
        found = int(whole) * 60 + int(tenth or 0) * 6
    elif plain.isascii() and plain.isdecimal() and len(plain) < 6:
        found = int(plain)
    if not 0 < found <= 1440:
        raise RowRefused("minutes", _("Write minutes from 1 to 1440, or hours like 8h."))
    return found


def _checked(column: str, check: Any, *arguments: Any) -> Any:
    try:
        return check(*arguments)
    except Refused as refusal:
        raise RowRefused(column, str(refusal)) from refusal


def _plain(text: str) -> str:
    return re.sub(r"\s+", "", text).lower().replace("(", "（").replace(")", "）")


def _verdict(each: _Row) -> DayVerdict:
    name, day = each.cells.get("name", "")[:60], each.cells.get("on", "")[:20]
    on = each.values.get("on")
    if each.refused is None:
        return DayVerdict(each.line, name, on.isoformat() if on else day, each.state)
    return DayVerdict(each.line, name, day, State.REFUSED, each.refused.column, each.refused.why)
