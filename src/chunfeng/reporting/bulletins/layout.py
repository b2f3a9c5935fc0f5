"""A bulletin as it stands on paper and on the page: numbered headings, lines, tables, curves, sources. Pure.

Word, PDF and web page are made from the same `Printed`, so they cannot say different things.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from chunfeng.reporting.bulletins import sentences
from chunfeng.reporting.bulletins.figures import (
    Entry,
    day_words,
    each_unit,
    moment_words,
    shown_list,
    span_words,
)
from chunfeng.reporting.bulletins.plan import Mode
from chunfeng.reporting.choices import BulletinState
from chunfeng.reporting.models import Bulletin

_NUMERALS = "〇一二三四五六七八九"
Figures = Mapping[str, Entry]


@dataclass(frozen=True)
class Run:
    """A piece of a line. `figure` is the entry behind a figure; `hand` marks what a person wrote in."""

    text: str
    figure: Entry | None = None
    hand: bool = False


@dataclass(frozen=True)
class Heading:
    """一、 or （一） with the words."""

    text: str
    level: int = 1
    kind: str = "heading"


@dataclass(frozen=True)
class Line:
    """A paragraph; `notes` are the numbers of its sources."""

    runs: tuple[Run, ...]
    notes: tuple[int, ...] = ()
    ident: str = ""
    kind: str = "line"


@dataclass(frozen=True)
class Table:
    """A table: the first row after the header is the total."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[Run, ...], ...]
    notes: tuple[int, ...] = ()
    remark: str = ""
    kind: str = "table"


@dataclass(frozen=True)
class Picture:
    """A curve as data; whoever prints draws it."""

    caption: str
    unit: str
    lines: Mapping[str, tuple[tuple[date, float | None], ...]]
    notes: tuple[int, ...] = ()
    kind: str = "picture"


Item = Heading | Line | Table | Picture


@dataclass(frozen=True)
class Printed:
    """Everything on the pages, in order."""

    name: str
    issue: str
    office: str
    day: str
    title: str
    correction: str
    items: tuple[Item, ...]
    notes: tuple[str, ...]
    by_hand: tuple[str, ...]
    sent_to: str
    signed: str
    closing: str
    draft: bool = False
    made_on: datetime = field(default_factory=timezone.now)


def printed(bulletin: Bulletin) -> Printed:
    """The pages of a bulletin, in Chinese whatever the reader's language; a draft says that it is one."""
    with translation.override("zh-hans"):
        return _printed(bulletin)


def _printed(bulletin: Bulletin) -> Printed:
    content = bulletin.content
    figures: Figures = content["figures"]
    draft = bulletin.state == BulletinState.DRAFT
    when = bulletin.issued_at or bulletin.as_of
    day = day_words(timezone.localdate(when), year=True)
    notes = _Notes(figures)
    return Printed(
        name=bulletin.series.title,
        issue=_("Draft for approval") if draft else issue_words(bulletin),
        office=content["office"],
        day=day,
        title=content["title"],
        correction=_correction(bulletin),
        items=tuple(_items(content["blocks"], figures, notes)),
        notes=tuple(notes.texts()),
        by_hand=tuple(_by_hand(content["blocks"], figures)),
        sent_to=bulletin.series.sent_to,
        signed=bulletin.issued_by_name,
        closing=_("Drafted on %(day)s") % {"day": day} if draft else _("Issued on %(day)s") % {"day": day},
        draft=draft,
        made_on=when,
    )


def issue_words(bulletin: Bulletin) -> str:
    """The number of an issue: No. 3 of 2020."""
    return _("No. %(number)s of %(year)s") % {"number": bulletin.number, "year": bulletin.year}


def _correction(bulletin: Bulletin) -> str:
    wrong = bulletin.corrects
    if wrong is None:
        return ""
    return _("This issue corrects %(issue)s (%(day)s): %(reason)s") % {
        "issue": issue_words(wrong),
        "day": day_words(timezone.localdate(wrong.issued_at), year=True) if wrong.issued_at else "",
        "reason": bulletin.correction,
    }


def _items(blocks: Iterable[dict[str, Any]], figures: Figures, notes: _Notes) -> Iterable[Item]:
    first = second = tables = pictures = 0
    for block in blocks:
        match block["kind"]:
            case "heading" if block["level"] == 2:
                second += 1
                yield Heading(f"（{numeral(second)}）{block['text']}", 2)
            case "heading":
                first, second = first + 1, 0
                yield Heading(f"{numeral(first)}、{block['text']}")
            case "line":
                yield Line(
                    _runs(block["runs"], figures), notes.of(sentences.ids(block["runs"])), block.get("id", "")
                )
            case "table":
                tables += 1
                yield _table(block, figures, notes, _("Table %(n)s") % {"n": tables})
            case "curve":
                pictures += 1
                yield _picture(block, notes, _("Figure %(n)s") % {"n": pictures})
            case "silent":
                yield from _silent(block, figures, notes)
            case "situations":
                yield from _situations(block)


def _runs(runs: Iterable[dict[str, Any]], figures: Figures) -> tuple[Run, ...]:
    return tuple(
        Run(sentences.shown(run, figures), figures.get(run.get("figure", "")), "hand" in run) for run in runs
    )


def _table(block: dict[str, Any], figures: Figures, notes: _Notes, number: str) -> Table:
    header = [pgettext("bulletin table", "Area")]
    header += [f"{c['label']}（{c['unit']}）" if c["unit"] else str(c["label"]) for c in block["columns"]]
    header += [_("Received/due"), _("Completeness")]
    rows = []
    idents: list[str] = []
    for row in block["rows"]:
        idents += row["figures"]
        name = _("Total") if row.get("total") else row["name"]
        cells = [Run(figures[ident]["shown"], figures[ident]) for ident in row["figures"]]
        rows.append((Run(name), *cells, Run(f"{row['answered']}/{row['due']}"), Run(row["done"])))
    remark = _("%(n)s further areas are left out.") % {"n": block["more"]} if block.get("more") else ""
    total = block["rows"][0]["figures"]
    return Table(f"{number}　{block['caption']}", tuple(header), tuple(rows), notes.of(total), remark)


def _picture(block: dict[str, Any], notes: _Notes, number: str) -> Picture:
    lines = {
        each["label"]: tuple((date.fromisoformat(day), value) for day, value in each["points"])
        for each in block["lines"]
    }
    return Picture(f"{number}　{block['caption']}", block["unit"], lines, notes.of(block["figures"]))


def _silent(block: dict[str, Any], figures: Figures, notes: _Notes) -> Iterable[Line]:
    yield Line(_runs(block["runs"], figures), notes.of(sentences.ids(block["runs"])))
    for group in block["groups"]:
        text = _("%(area)s (%(n)s): %(offices)s") % {
            "area": group["area"],
            "n": group["n"],
            "offices": "、".join(group["offices"]),
        }
        if group["n"] > len(group["offices"]):
            text += _(" and others")
        yield Line((Run(text + "。"),))


def _situations(block: dict[str, Any]) -> Iterable[Line]:
    rows = [row for row in block["rows"] if not row.get("dropped")]
    if not rows:
        yield Line((Run(_("No important situation was reported.")),))
    for number, row in enumerate(rows, start=1):
        text = f"{number}．{row['text']}" if len(rows) > 1 else row["text"]
        yield Line((Run(text),))


def _by_hand(blocks: Iterable[dict[str, Any]], figures: Figures) -> Iterable[str]:
    for block in blocks:
        for run in block.get("runs", ()):
            if "hand" not in run:
                continue
            entry = figures.get(run.get("figure", ""))
            what = {"value": run["hand"], "by": run["by"], "at": moment_words(run["at"])}
            if entry is None:
                yield _("%(value)s was written by %(by)s at %(at)s, no report stands behind it.") % what
            else:
                what |= {"label": entry["label"], "was": entry["shown"] + each_unit(entry)}
                yield (
                    _("%(label)s %(value)s was put in by %(by)s at %(at)s; the reports give %(was)s.") % what
                )


class _Notes:
    """Numbers the sources as they are first used. Figures of one form over the same days share a note."""

    def __init__(self, figures: Figures) -> None:
        self._figures = figures
        self._numbers: dict[tuple[Any, ...], int] = {}
        self._entries: dict[int, dict[str, Entry]] = {}

    def of(self, idents: Iterable[str]) -> tuple[int, ...]:
        """The notes of these figures, in order of first use."""
        found = []
        for ident in idents:
            entry = self._figures[ident]
            names = ("form", "source", "first", "last", "before_first", "as_of")
            group = (*(entry.get(name) for name in names), entry["mode"] == "series")
            number = self._numbers.setdefault(group, len(self._numbers) + 1)
            self._entries.setdefault(number, {})[ident] = entry
            if number not in found:
                found.append(number)
        return tuple(found)

    def texts(self) -> Iterable[str]:
        """The text of every note: form, clause, days, reports received, moment, figures."""
        for number in sorted(self._entries):
            entries = list(self._entries[number].values())
            yield _note(entries)


def _note(entries: list[Entry]) -> str:
    first = entries[0]
    text = _("%(form)s (%(source)s), %(area)s, %(span)s") % {
        "form": first["form_title"],
        "source": first["source"],
        "area": first["area_name"],
        "span": span_words(date.fromisoformat(first["first"]), date.fromisoformat(first["last"])),
    }
    if first.get("before_first"):
        text += _(", against %(span)s (%(answered)s of %(due)s reports)") % {
            "span": span_words(
                date.fromisoformat(first["before_first"]), date.fromisoformat(first["before_last"])
            ),
            "answered": first["before_answered"],
            "due": first["before_due"],
        }
    text += _(": %(answered)s of %(due)s reports received, as of %(at)s.") % {
        "answered": first["answered"],
        "due": first["due"],
        "at": moment_words(first["as_of"]),
    }
    kinds = {Mode.TOTAL: _("in all"), Mode.PREVIOUS: _("days before"), "series": _("curve")}
    mode = kinds.get(first["mode"], "")
    return (
        text
        + (f"{mode}：" if mode else "")
        + shown_list([e for e in entries if e["aggregate"] != "count" or e["cell"] == "silent"])
        + "。"
    )


def title_lines(title: str) -> list[str]:
    """A long title broken before its last bracket, where a reader would take breath."""
    at = title.rfind("（")
    return [title[:at], title[at:]] if at > 0 and len(title) > 18 else [title]


def numeral(number: int) -> str:
    """1–99 as Chinese numerals: 十二."""
    tens, ones = divmod(number, 10)
    head = "" if not tens else "十" if tens == 1 else f"{_NUMERALS[tens]}十"
    return head + (_NUMERALS[ones] if ones or not tens else "")
