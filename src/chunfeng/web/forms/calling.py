"""What stands on the page of a data call: as typed, and as the action wants it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from chunfeng.notices.masking import masked
from chunfeng.notices.models import Duty
from chunfeng.offices import queries as offices
from chunfeng.offices.choices import Level, Line
from chunfeng.offices.models import Office
from chunfeng.reporting import actions
from chunfeng.reporting.definition import Reporter
from chunfeng.web import asked as given
from chunfeng.web.forms.asking import TYPES, Asked, of, read
from chunfeng.web.forms.common import own_office
from chunfeng.web.forms.reach import reach
from chunfeng.web.forms.sources import Cited, cited

_LEVELS = [Level.PROVINCE, Level.PREFECTURE, Level.COUNTY, Level.TOWNSHIP, Level.VILLAGE]


@dataclass
class Row:
    """A question with the key that its fields carry."""

    key: str
    asked: Asked
    wrong: list[str] = field(default_factory=list)


@dataclass
class Call:
    """The page as typed. `wrong` holds sentences by field."""

    title: str = ""
    rows: list[Row] = field(default_factory=list)
    paste: str = ""
    document: str = ""
    clause: str = ""
    when: str = ""
    other: str = ""
    who: str = ""
    line: str = ""
    offices: list[Office] = field(default_factory=list)
    note: str = ""
    key: str = ""
    wrong: dict[str, list[str]] = field(default_factory=dict)

    def asked(self) -> list[Asked]:
        """Every question: the rows, then what is pasted and not yet made rows."""
        return [row.asked for row in self.rows if row.asked.label] + read(self.paste)

    def take_pasted(self) -> None:
        """Make a row of every pasted line; rows without a question go."""
        self.rows = [row for row in self.rows if row.asked.label]
        free = max((int(row.key[1:]) for row in self.rows), default=0)
        self.rows += [Row(f"r{free + n}", each) for n, each in enumerate(read(self.paste), start=1)]
        self.paste = ""

    def deadline(self) -> datetime | None:
        """The moment chosen, or None where none was or it cannot be read."""
        try:
            found = parse_datetime(self.other if self.when == "other" else self.when)
        except ValueError:
            return None
        if found is None or not 2000 <= found.year <= 2100:
            return None
        return timezone.make_aware(found) if timezone.is_naive(found) else found

    def source(self, found: Cited) -> dict[str, str]:
        """The entry `source`: the notice it was opened with, or what was typed."""
        if found.notice is not None:
            return found.source | ({"clause": self.clause} if self.clause and not found.clause else {})
        read_off = actions.read_source(self.document)
        if read_off and self.clause:
            read_off["clause"] = self.clause
        return read_off

    def reporters(self, owner: Office) -> list[dict[str, Any]]:
        """The entries `reporters`; empty where nobody was chosen."""
        if self.who == "chosen":
            return [{"offices": [office.code for office in self.offices]}] if self.offices else []
        below = levels_below(owner)
        line = {"line": self.line} if self.line else {}
        if self.who == "line":
            return [{"level": level, **line} for level in below] if self.line else []
        return [{"level": self.who, **line}] if self.who in below else []

    def parsed_reporters(self, owner: Office) -> list[Reporter]:
        """The same as the definition holds them."""
        return [
            Reporter(each.get("level", ""), each.get("line", ""), "", tuple(each.get("offices", ())))
            for each in self.reporters(owner)
        ]

    def check(self) -> None:
        """Say at each field what is still missing."""
        if not self.title:
            self.wrong["title"] = [_("Say in a few words what this is about.")]
        if not self.rows:
            self.wrong["rows"] = [_("Write at least one question, one per line.")]
        if self.deadline() is None:
            self.wrong["when"] = [_("Choose the deadline: a day and a time.")]
        if self.who == "chosen" and not self.offices:
            self.wrong["who"] = [_("Tick at least one office.")]
        elif self.who == "line" and not self.line:
            self.wrong["who"] = [_("Choose the line of business.")]

    def take_problems(self, problems: list[str]) -> None:
        """Put the sentences of a refusal at their fields."""
        places = {"title": "title", "source": "source", "reporters": "who", "indicators": "rows"}
        for problem in problems:
            where, _colon, text = problem.partition(": ")
            head, _dot, rest = where.replace("[", ".").partition(".")
            row = self._row(head, rest)
            if row is not None:
                row.wrong.append(text)
            elif text and head in places:
                self.wrong.setdefault(places[head], []).append(text)
            else:
                self.wrong.setdefault("all", []).append(problem)

    def _row(self, head: str, rest: str) -> Row | None:
        number = rest.split(".")[0].strip("]").removeprefix("n")
        if head != "indicators" or not number.isdecimal() or not 0 < int(number) <= len(self.rows):
            return None
        return self.rows[int(number) - 1]


def levels_below(owner: Office) -> list[str]:
    """Levels under the office's own, highest first."""
    at = [*_LEVELS].index(Level(owner.level)) if owner.level in _LEVELS else -1
    return [level.value for level in _LEVELS[at + 1 :]]


def deadlines(now: datetime, duty: Duty | None) -> list[tuple[str, str, str]]:
    """Deadlines to take with one click: value, words, day and time."""
    today = timezone.localdate(now)

    def at(days: int, hour: int) -> datetime:
        return timezone.make_aware(datetime.combine(today + timedelta(days=days), time(hour)))

    found = []
    if duty is not None and duty.due_on and (due := _due(duty)) > now:
        found.append((_("as the notice says"), due))
    if at(0, 17) > now + timedelta(minutes=30):
        found.append((_("today"), at(0, 17)))
    found += [(_("tomorrow"), at(1, 12)), (_("tomorrow"), at(1, 17)), (_("in 3 days"), at(3, 17))]
    local = [(label, timezone.localtime(moment)) for label, moment in found]
    return [(f"{moment:%Y-%m-%dT%H:%M}", label, f"{moment:%m-%d %H:%M}") for label, moment in local]


def _due(duty: Duty) -> datetime:
    assert duty.due_on is not None
    return timezone.make_aware(datetime.combine(duty.due_on, duty.due_time or time(17)))


def blank(request: HttpRequest) -> Call:
    """The page as it opens: the next level below in the own line of business, the first quick deadline."""
    owner = own_office(request)
    source = cited(request)
    below = levels_below(owner)
    who = below[0] if below else "chosen"
    line = str(owner.line)
    if below and not reach([Reporter(who, line)], owner, most=0).total:
        line = ""
    return Call(
        title=masked(source.duty.action)[:60] if source.duty else "",
        clause=source.source.get("clause", ""),
        when=deadlines(timezone.now(), source.duty)[0][0],
        who=who,
        line=line,
    )


def posted(request: HttpRequest) -> Call:
    """What was typed, whatever it is."""
    post = request.POST
    actor = request.actor
    keys = [k for k in dict.fromkeys(post.getlist("row")) if k[:1] == "r" and given.key(k[1:]) is not None]
    rows = []
    for key in keys[:300]:
        kind = post.get(f"{key}-type", "")
        label, unit = post.get(f"{key}-label", "").strip(), post.get(f"{key}-unit", "").strip()
        rows.append(Row(key, Asked(label, unit, kind) if kind in TYPES else of(label, unit)))
    chosen = offices.offices_by_id(given.keys(post.getlist("office"))[:2000])
    return Call(
        title=post.get("title", "").strip(),
        rows=rows,
        paste=post.get("paste", ""),
        document=post.get("document", "").strip(),
        clause=post.get("clause_text", "").strip(),
        when=post.get("when", ""),
        other=post.get("other", ""),
        who=post.get("who", ""),
        line=post.get("line", "") if post.get("line", "") in Line.values else "",
        offices=[office for office in chosen if actor.sees(office.area_code)],
        note=post.get("note", "").strip(),
        key=post.get("key", "")[:64],
    )
