"""From a plan to the content of an issue, and the same again with today's figures.

Content is JSON: `blocks` in order and `figures` by id. A block has `id`, `kind` and the `part` of the plan it
was made from:

    heading    text, level
    line       runs; `edited` once a person changed it
    table      caption, columns, rows (each with figure ids and completeness)
    curve      caption, unit, lines (label, points), figures
    silent     runs; groups (area, n, offices)
    situations rows (key, text, `edited`, `dropped`)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.areas import codes
from chunfeng.core.actor import Actor
from chunfeng.reporting.bulletins import sentences
from chunfeng.reporting.bulletins.figures import (
    Ledger,
    Reckoner,
    day_words,
    key,
    moment_words,
    span_words,
    title_words,
)
from chunfeng.reporting.bulletins.plan import Kind, Mode, Part, cells_of, load
from chunfeng.reporting.models import BulletinSeries
from chunfeng.reporting.queries import situations as happenings
from chunfeng.reporting.queries.ledger import is_silent
from chunfeng.reporting.queries.ledger import visible as obligations
from chunfeng.reporting.queries.rollup import AreaRow, label_of, within
from chunfeng.reporting.queries.rollup import series as by_day

Block = dict[str, Any]
Content = dict[str, Any]
MOST_ROWS = 200
MOST_SILENT = 120
MOST_CHANGES = 200


def compose(series: BulletinSeries, first: date, last: date, *, by: Actor, at: datetime) -> Content:
    """The content of a new issue. Every figure in it is an entry of `figures`; nobody answered is never 0."""
    reckoner, held = Reckoner(series, first, last, by=by, at=at), Ledger()
    blocks: list[Block] = []
    area = ""
    for part in load(series.plan):
        if part.heading:
            blocks.append({"kind": "heading", "text": part.heading, "level": part.level})
        made = _MAKERS[part.kind](part, reckoner, held)
        blocks.append(made | {"part": part.dump()})
        if part.form and not area:
            area = reckoner.table(part.form).total.name
    for number, block in enumerate(blocks, start=1):
        block["id"] = f"b{number}"
    return {
        "title": title_words(series.kind, area or series.office.name, first, last),
        "office": series.office.name,
        "area_name": area,
        "blocks": blocks,
        "figures": held.held,
    }


def refresh(
    content: Content, series: BulletinSeries, first: date, last: date, *, by: Actor, at: datetime
) -> tuple[Content, list[dict[str, str]]]:
    """The content with figures reckoned now, and what changed: label, days, old and new.

    Lines a person edited keep their words and what was overwritten by hand; all others are written anew.
    """
    reckoner, held = Reckoner(series, first, last, by=by, at=at), Ledger(content["figures"])
    blocks: list[Block] = []
    kept = [b for b in content["blocks"] if b["kind"] == "line" and b.get("edited")]
    for block in kept:
        for ident in sentences.ids(block["runs"]):
            held.keep(reckoner.again(content["figures"][ident]), ident)
    for block in content["blocks"]:
        if "part" not in block or block in kept or block["kind"] == "heading":
            blocks.append(block)
            continue
        (part,) = load([block["part"]])
        made = _MAKERS[part.kind](part, reckoner, held)
        if part.kind is Kind.SITUATIONS:
            made["rows"] = _same_situations(block["rows"], made["rows"])
        blocks.append(made | {"part": block["part"], "id": block["id"]})
    fresh = content | {"blocks": blocks, "figures": held.held}
    return fresh, _changes(content["figures"], held.held)


def _changes(old: dict[str, Any], new: dict[str, Any]) -> list[dict[str, str]]:
    before = {key(each): each for each in old.values()}
    found = []
    for each in new.values():
        was = before.get(key(each))
        if was is not None and was["shown"] != each["shown"]:
            found.append(
                {
                    "label": each["label"],
                    "area": each["area_name"],
                    "form": each["form_title"],
                    "old": was["shown"],
                    "new": each["shown"],
                }
            )
    return found[:MOST_CHANGES]


def _line(part: Part, reckoner: Reckoner, held: Ledger) -> Block:
    """A sentence with its figures; where nobody answered, a sentence that says so."""
    pk = part.form or 0
    total = reckoner.table(pk).total
    template = part.text
    if not total.due:
        template = _("{area}, {day}: no reports were due on “%(form)s”.")
    elif not total.answered:
        template = _("{area}, {day}: {due} reports were due on “%(form)s”, none was received; no figures.")
    title = str(reckoner.table(pk).definition.title)
    template = template if template == part.text else template % {"form": title}
    runs = sentences.fill(
        template, lambda code, mode: held.keep(reckoner.entry(pk, code, mode)), _words(reckoner, total.name)
    )
    return {"kind": "line", "runs": runs}


def _words(reckoner: Reckoner, area: str) -> dict[str, str]:
    return {
        "area": area or reckoner.series.office.name,
        "day": span_words(reckoner.first, reckoner.last, year=False),
        "first_day": day_words(reckoner.first),
        "last_day": day_words(reckoner.last),
        "days": str(reckoner.days),
    }


def _free(part: Part, reckoner: Reckoner, held: Ledger) -> Block:
    return {"kind": "line", "runs": [{"text": part.text}], "edited": {"by": "", "at": ""}}


def _table(part: Part, reckoner: Reckoner, held: Ledger) -> Block:
    table = reckoner.table(part.form or 0)
    known = cells_of(table.definition)
    chosen = [code for code in part.cells if code in known]
    rows = [_table_row(table.total, chosen, part, reckoner, held) | {"total": True}]
    rows += [_table_row(row, chosen, part, reckoner, held) for row in table.rows[:MOST_ROWS]]
    return {
        "kind": "table",
        "caption": _("%(form)s by area (%(span)s)")
        % {"form": table.definition.title, "span": span_words(reckoner.first, reckoner.last)},
        "columns": [
            {
                "label": label_of(table.definition, code),
                "unit": known[code].unit if known[code].numeric else "",
            }
            for code in chosen
        ],
        "rows": rows,
        "more": max(0, len(table.rows) - MOST_ROWS),
    }


def _table_row(
    row: AreaRow, chosen: list[str], part: Part, reckoner: Reckoner, held: Ledger
) -> dict[str, Any]:
    idents = []
    for code in chosen:
        entry = reckoner.entry(part.form or 0, code, Mode.VALUE, row)
        if entry["value"] is None:
            entry["shown"] = "—"
        idents.append(held.keep(entry))
    name = _("%(area)s (itself)") % {"area": row.name} if row.own else row.name
    done = "—" if row.per_cent is None else f"{row.per_cent}%"
    counts = {name: getattr(row, name) for name in ("due", "answered", "zero", "late", "missing", "exempt")}
    return {"code": row.code, "name": name, "figures": idents, "done": done} | counts


def _curve(part: Part, reckoner: Reckoner, held: Ledger) -> Block:
    pk, area = part.form or 0, reckoner.series.area_code
    days = part.days or max(reckoner.days, 7)
    start = reckoner.last - timedelta(days=days - 1)
    table = reckoner.table(pk)
    known = cells_of(table.definition)
    chosen = [code for code in part.cells if code in known]
    found = by_day(reckoner.form(pk), chosen, area, start, reckoner.last)
    units = {known[code].unit if known[code].numeric else "%" for code in chosen}
    idents = []
    for code in chosen:
        entry = reckoner.entry(pk, code, Mode.VALUE)
        total = reckoner.table(pk, start).total
        states = sum(value is not None for _day, value in found[code])
        idents.append(
            held.keep(
                entry
                | {
                    "mode": "series",
                    "first": start.isoformat(),
                    "last": reckoner.last.isoformat(),
                    "due": total.due,
                    "answered": total.answered,
                    "value": str(states),
                    "shown": _("%(n)s days with figures") % {"n": states},
                    "unit": "",
                }
            )
        )
    return {
        "kind": "curve",
        "caption": _("%(form)s by day (%(span)s)")
        % {"form": table.definition.title, "span": span_words(start, reckoner.last)},
        "unit": units.pop() if len(units) == 1 else "",
        "figures": idents,
        "lines": [
            {
                "label": label_of(table.definition, code),
                "points": [[day.isoformat(), value] for day, value in found[code]],
            }
            for code in chosen
        ],
    }


def _silent(part: Part, reckoner: Reckoner, held: Ledger) -> Block:
    """Offices that kept silent though the cut-off is over, by area; their count is a figure like any other."""
    pk = part.form or 0
    table = reckoner.table(pk)
    lo, hi = within(reckoner.series.area_code, reckoner.by)
    rows = obligations(reckoner.by).filter(
        is_silent(reckoner.at), form=pk, counts=True, area_code__gte=lo, area_code__lt=hi,
        period_start__gte=reckoner.first, period_start__lte=reckoner.last,
    )  # fmt: skip
    offices = list(
        rows.values_list("office__name", "area_code").annotate(n=Count("pk")).order_by("area_code", "office")
    )
    several = reckoner.first != reckoner.last
    groups: dict[str, list[str]] = {}
    for name, code, n in offices:
        home = next((row for row in table.rows if not row.own and codes.contains(row.code, code)), None)
        words = _("%(office)s (%(n)s times)") % {"office": name, "n": n} if several else name
        groups.setdefault(home.name if home else table.total.name, []).append(words)
    count = reckoner.entry(pk, "missing", "") | {
        "cell": "silent",
        "label": _("offices silent"),
        "value": str(len(offices)),
        "shown": f"{len(offices):,}",
    }
    template = _("“%(form)s”: {due} reports due, {answered} received; {silent} offices kept silent%(stop)s")
    form = str(table.definition.title)
    runs = sentences.fill(
        template % {"form": form, "stop": "：" if offices else "。"},
        lambda code, mode: held.keep(count if code == "silent" else reckoner.entry(pk, code, mode)),
        {},
    )
    fair = max(3, MOST_SILENT // max(1, len(groups)))
    return {
        "kind": "silent",
        "runs": runs,
        "groups": [{"area": area, "n": len(g), "offices": g[:fair]} for area, g in groups.items()],
    }


def _situations(part: Part, reckoner: Reckoner, held: Ledger) -> Block:
    """Important situations of the days that the series' own office reported or took in, numbers of persons masked."""
    zone = timezone.get_current_timezone()
    start = datetime.combine(reckoner.first, datetime.min.time(), zone)
    end = datetime.combine(reckoner.last + timedelta(days=1), datetime.min.time(), zone)
    own = replace(reckoner.by, office_id=reckoner.series.office_id)
    rows = []
    for side in ("ours", "taken"):
        found = happenings.of_side(happenings.visible(reckoner.by), own, side)
        found = found.filter(at__gte=start, at__lt=end).exclude(state="merged").select_related("office")
        rows += [
            {
                "key": each.pk,
                "at": each.at.isoformat(),
                "office": each.office.name,
                "text": _("%(at)s, %(office)s reports: %(what)s")
                % {
                    "at": moment_words(each.at),
                    "office": each.office.name,
                    "what": happenings.shown(each.what.strip()),
                },
            }
            for each in found.order_by("at", "pk")[:50]
        ]
    return {"kind": "situations", "rows": sorted(rows, key=lambda row: (row["at"], row["key"]))}


def _same_situations(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> list[dict[str, Any]]:
    held = {row["key"]: row for row in old}
    return [
        held[row["key"]] if held.get(row["key"], {}).keys() & {"edited", "dropped"} else row for row in new
    ]


_MAKERS: dict[Kind, Callable[[Part, Reckoner, Ledger], Block]] = {
    Kind.SENTENCE: _line,
    Kind.TEXT: _free,
    Kind.TABLE: _table,
    Kind.CURVE: _curve,
    Kind.SILENT: _silent,
    Kind.SITUATIONS: _situations,
}
