"""The figures of a bulletin: each a plain value that says what it is, how it was reckoned and on what it stands.

An entry is JSON: form, cell, label, unit, mode, area, first, last, aggregate, value (exact, as text), shown,
due, answered, as_of, source. `key` is what makes two entries the same figure at different times.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.core.actor import Actor
from chunfeng.core.errors import Refused
from chunfeng.reporting.bulletins.plan import COUNTS, Mode
from chunfeng.reporting.choices import BulletinKind
from chunfeng.reporting.definition import FormDefinition, Type
from chunfeng.reporting.models import BulletinSeries, Form
from chunfeng.reporting.queries.forms import form_by_id
from chunfeng.reporting.queries.rollup import AreaRow, RollUp, indicator_of, label_of, rollup, shown

Entry = dict[str, Any]


class Reckoner:
    """Reckons figures for one issue; every table is read once."""

    def __init__(self, series: BulletinSeries, first: date, last: date, *, by: Actor, at: datetime) -> None:
        self.series, self.first, self.last, self.by, self.at = series, first, last, by, at
        self._forms: dict[int, Form] = {}
        self._tables: dict[tuple[int, date, date], RollUp] = {}

    @property
    def days(self) -> int:
        """How many days the issue covers."""
        return (self.last - self.first).days + 1

    @property
    def before(self) -> tuple[date, date]:
        """As many days just before the issue's."""
        return self.first - timedelta(days=self.days), self.first - timedelta(days=1)

    def form(self, pk: int) -> Form:
        """A form in sight. Raises `Refused` for one that is gone."""
        if pk not in self._forms:
            found = form_by_id(pk)
            if found is None:
                raise Refused(_("A form of this plan is no longer in sight. Change the plan of the series."))
            self._forms[pk] = found
        return self._forms[pk]

    def table(self, pk: int, first: date | None = None, last: date | None = None) -> RollUp:
        """The roll-up of a form by the areas below, by default over the days of the issue."""
        key = (pk, first or self.first, last or self.last)
        if key not in self._tables:
            self._tables[key] = rollup(
                self.by, self.form(pk), key[1], key[2], at=self.at, area=self.series.area_code
            )
        return self._tables[key]

    def entry(self, pk: int, cell: str, mode: str, row: AreaRow | None = None) -> Entry:
        """A figure of a form, for the whole area or for a row of its table."""
        table = self.table(pk)
        row = row or table.total
        if cell in COUNTS and not mode:
            return self._count(table, cell, row)
        mode = mode or Mode.VALUE
        if mode == Mode.TOTAL:
            form = self.form(pk)
            table = self.table(pk, min(form.starts_on or self.first, self.first))
            row = table.total
        elif mode == Mode.PREVIOUS:
            table = self.table(pk, *self.before)
            row = table.total
        found = self._entry(table, cell, mode, row)
        if mode in (Mode.CHANGE, Mode.CHANGE_PERCENT):
            self._compare(found, pk, cell, mode, row)
        return found

    def again(self, entry: Entry) -> Entry:
        """The same figure reckoned now; one whose area no longer has a line states nothing."""
        table = self.table(entry["form"])
        if entry["area"] == table.total.code and not entry.get("own"):
            return self.entry(entry["form"], entry["cell"], entry["mode"])
        for row in table.rows:
            if row.code == entry["area"] and row.own == bool(entry.get("own")):
                return self.entry(entry["form"], entry["cell"], entry["mode"], row)
        return entry | {"value": None, "shown": "—", "due": 0, "answered": 0, "as_of": self.at.isoformat()}

    def _entry(self, table: RollUp, cell: str, mode: str, row: AreaRow) -> Entry:
        definition = table.definition
        indicator = indicator_of(definition, cell)
        value = row.numbers.get(cell)
        return self._base(table, cell, mode, row) | {
            "label": label_of(definition, cell),
            "unit": indicator.unit if indicator.type is not Type.RATIO else "",
            "aggregate": indicator.aggregate.value if indicator.type is not Type.RATIO else "ratio",
            "value": None if value is None else str(value),
            "shown": _("not reported") if value is None else shown(indicator, value),
            "source": _source(definition, table.form, cell),
        }

    def _count(self, table: RollUp, what: str, row: AreaRow) -> Entry:
        value = row.per_cent if what == "completeness" else getattr(row, what)
        text = "—" if value is None else f"{value}%" if what == "completeness" else f"{value:,}"
        return self._base(table, what, "", row) | {
            "label": str(count_label(what)),
            "unit": "",
            "aggregate": "count",
            "value": None if value is None else str(value),
            "shown": text,
            "source": table.form.source,
        }

    def _base(self, table: RollUp, cell: str, mode: str, row: AreaRow) -> Entry:
        return {
            "form": table.form.pk,
            "form_title": str(table.definition.title),
            "cell": cell,
            "mode": str(mode),
            "area": row.code,
            "area_name": row.name,
            "own": row.own,
            "first": table.first.isoformat(),
            "last": table.last.isoformat(),
            "due": row.due,
            "answered": row.answered,
            "as_of": self.at.isoformat(),
        }

    def _compare(self, entry: Entry, pk: int, cell: str, mode: str, row: AreaRow) -> None:
        """Turn the entry into the change against the days before. Unknown on either side stays unknown."""
        before = self.table(pk, *self.before)
        indicator = indicator_of(before.definition, cell)
        old, new = before.total.numbers.get(cell), row.numbers.get(cell)
        entry |= {
            "before_first": before.first.isoformat(),
            "before_last": before.last.isoformat(),
            "before_due": before.total.due,
            "before_answered": before.total.answered,
        }
        if new is None or old is None:
            entry |= {"value": None, "shown": _("not comparable (no figures before)")}
            if new is None:
                entry["shown"] = _("not reported")
            return
        change = Fraction(new) - Fraction(old)
        if mode == Mode.CHANGE_PERCENT:
            if not old:
                entry |= {"value": None, "shown": _("not comparable (zero before)")}
                return
            change = change * 100 / abs(Fraction(old))
            size = f"{float(abs(change)):.1f}%"
        elif indicator.type is Type.RATIO:
            size = _("%(n)s percentage points") % {"n": f"{float(abs(change)):.1f}"}
        else:
            whole = abs(change)
            size = shown(indicator, int(whole) if whole.denominator == 1 else whole) + indicator.unit
        entry |= {"value": str(change), "shown": _direction(change, size)}


def _direction(change: Fraction, size: str) -> str:
    if change == 0:
        return _("the same as before")
    return (_("up %(size)s") if change > 0 else _("down %(size)s")) % {"size": size}


def _source(definition: FormDefinition, form: Form, cell: str) -> str:
    own = indicator_of(definition, cell).source
    return str(own or form.source)


def count_label(what: str) -> str:
    """The name of a count of reports."""
    return {
        "due": _("reports due"),
        "answered": _("reports received"),
        "zero": _("zero reports"),
        "late": _("late reports"),
        "missing": _("reports missing"),
        "exempt": _("exempt"),
        "completeness": _("completeness"),
    }[what]


def key(entry: Entry) -> tuple[Any, ...]:
    """What makes two entries the same figure."""
    return (*(entry[name] for name in ("form", "cell", "mode", "area", "first", "last")), bool(entry["own"]))


class Ledger:
    """The figures of one content by id; the same figure is held once."""

    def __init__(self, held: dict[str, Entry] | None = None) -> None:
        self.held: dict[str, Entry] = {}
        self._ids: dict[tuple[Any, ...], str] = {}
        self._next = 1 + max((int(each[1:]) for each in held or ()), default=0)

    def keep(self, entry: Entry, ident: str = "") -> str:
        """The id of this figure, the given one for one that had it before."""
        known = self._ids.get(key(entry))
        if known is not None and ident in ("", known):
            return known
        if not ident:
            ident = f"f{self._next}"
            self._next += 1
        self.held[ident] = entry
        self._ids.setdefault(key(entry), ident)
        return ident


def day_words(day: date, *, year: bool = False) -> str:
    """A day as a bulletin writes it."""
    if year:
        return _("%(year)s-%(month)s-%(day)s") % {"year": day.year, "month": day.month, "day": day.day}
    return _("%(month)s/%(day)s") % {"month": day.month, "day": day.day}


def span_words(first: date, last: date, *, year: bool = True) -> str:
    """A day, or from one day to another."""
    if first == last:
        return day_words(first, year=year)
    far = year and first.year != last.year
    return _("%(first)s to %(last)s") % {
        "first": day_words(first, year=year),
        "last": day_words(last, year=far),
    }


def moment_words(at: datetime | str) -> str:
    """A moment in local time: day and clock."""
    moment = timezone.localtime(datetime.fromisoformat(at) if isinstance(at, str) else at)
    return f"{day_words(moment.date(), year=True)}{moment:%H:%M}"


def title_words(kind: str, area: str, first: date, last: date) -> str:
    """The title an issue gets until somebody writes a better one."""
    span = {"area": area, "span": span_words(first, last)}
    return {
        BulletinKind.DAILY: _("%(area)s: situation on %(span)s"),
        BulletinKind.WEEKLY: _("%(area)s: summary of %(span)s"),
        BulletinKind.STAGE: _("%(area)s: stage summary (%(span)s)"),
        BulletinKind.ANALYSIS: _("%(area)s: analysis report (%(span)s)"),
    }[BulletinKind(kind)] % span


def shown_list(entries: Sequence[Entry]) -> str:
    """Figures by name and value, as the list of sources prints them."""
    return "；".join(f"{each['label']}{each['shown']}{each_unit(each)}" for each in entries)


def each_unit(entry: Entry) -> str:
    """The unit to print after a figure; a change carries its own."""
    if entry["value"] is None or entry["mode"] in (Mode.CHANGE, Mode.CHANGE_PERCENT):
        return ""
    return str(entry["unit"])
