"""XLSForm workbooks (the sheets survey, choices, settings) → a draft definition.

What has a place here is taken over; every row that has none is named with its sheet, row and reason, so that
nothing is lost in silence. XLSForms know no source and no reporters: the caller asks for them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from chunfeng.reporting.definition import xlsrules
from chunfeng.reporting.definition.expressions import BadExpression
from chunfeng.reporting.definition.parsing import BadForm
from chunfeng.reporting.definition.xlsbook import Row, bilingual, code_of, form_code_of, joined, sheets_of

_TYPES = {
    "integer": "count", "int": "count", "decimal": "number", "text": "text", "string": "text", "date": "date",
    "today": "date", "time": "time",
}  # fmt: skip
_CALCULATE = gettext_noop("reckoned fields are not taken over: write a ratio or a check instead")
_REPEAT = gettext_noop("repeats have no place here: make a form on events of its own")
_FILE = gettext_noop("pictures, recordings and files are not kept in a form")
_PLACE = gettext_noop("positions are not kept: the area of the office stands for the place")
_MOMENT = gettext_noop("a moment is not asked in one cell: ask a date and a time")
_HIDDEN = gettext_noop("a hidden field is filled by nobody")
_NOTE = gettext_noop("it asks nothing: its words stand in the note of the form")
_FILED = gettext_noop("every filing keeps it anyway: who, when and through which channel")
_REASONS = (
    dict.fromkeys(("begin_repeat", "end_repeat"), _REPEAT)
    | dict.fromkeys(("image", "audio", "video", "file", "background-audio"), _FILE)
    | dict.fromkeys(("geopoint", "geotrace", "geoshape", "start-geopoint"), _PLACE)
    | dict.fromkeys(
        ("start", "end", "deviceid", "username", "simserial", "phonenumber", "subscriberid"), _FILED
    )
    | {"datetime": _MOMENT, "calculate": _CALCULATE, "hidden": _HIDDEN, "note": _NOTE, "audit": _FILED}
)
_OWN_COLUMNS = {"type", "name", "label", "hint", "required", "constraint", "constraint_message"}
_CHOICE_COLUMNS = {"list_name", "list name", "name", "value", "label"}
_LOOKS = {"multiline", "minimal", "quick", "compact", "numbers"}
"""Appearances that change nothing that is asked."""
_PERSONAL = (
    ("id", re.compile(r"身份证|证件号|\bid[ _-]?(number|card)", re.I)),
    ("phone", re.compile(r"电话|手机|\b(tele)?phone|\bmobile", re.I)),
    ("name", re.compile(r"姓名|\bfull[ _]name|\bname of (the )?(person|patient|worker)", re.I)),
)


@dataclass(frozen=True)
class Left:
    """One row that could not be taken over, wholly or in part. `row` counts from 1 as spreadsheets do."""

    sheet: str
    row: int
    what: str
    why: str

    def __str__(self) -> str:
        return _("sheet %(sheet)s, row %(row)s (%(what)s): %(why)s") % vars(self)


@dataclass
class Imported:
    """The draft as plain data (without source and reporters), and what was left."""

    data: dict[str, Any]
    left: list[Left] = field(default_factory=list)


def read_xlsform(data: bytes) -> Imported:
    """Read a workbook. Raises `BadForm` for a file that is no XLSForm at all."""
    sheets = sheets_of(data)
    if "survey" not in sheets:
        raise BadForm([_("The workbook has no sheet “survey”: this is no XLSForm.")])
    return _Reader(sheets).read()


class _Reader:
    def __init__(self, sheets: Mapping[str, list[Row]]) -> None:
        self.sheets = sheets
        self.left: list[Left] = []
        self.codes: dict[str, str] = {}
        self.kept: list[Row] = []
        self.numbers: set[str] = set()
        self.indicators: list[dict[str, Any]] = []
        self.checks: list[dict[str, Any]] = []
        self.notes: list[str] = []
        self.groups: list[dict[str, str] | str] = []
        self.choices = self.lists(sheets.get("choices", []))

    def read(self) -> Imported:
        survey = self.sheets["survey"]
        repeats = 0
        for row in survey:
            kind = " ".join(row.get("type").split())
            word = kind.replace(" ", "_").lower()
            if word in ("begin_repeat", "end_repeat"):
                repeats += 1 if word == "begin_repeat" else -1
            elif repeats > 0:
                self.lost(row, _("it stands inside a repeat: make a form on events of its own"))
                continue
            self.row(row, kind, word)
        for row in self.kept:
            if row.get("constraint"):
                self.constraint(row)
        settings = (self.sheets.get("settings") or [Row("settings", 2, {})])[0]
        data: dict[str, Any] = {
            "code": form_code_of(settings.get("form_id") or settings.get("id_string")),
            "title": _title(settings),
            "every": "event",
            "figures": "own",
            "zero": False,
            "indicators": self.indicators,
        }
        if self.checks:
            data["checks"] = self.checks
        if self.notes:
            data["note"] = "\n".join(self.notes)[:2000]
        self.other_settings()
        for name, rows in self.sheets.items():
            if name not in ("survey", "choices", "settings"):
                self.left += [
                    Left(row.sheet, row.number, "…", _("only survey, choices and settings are read"))
                    for row in rows
                ]
        return Imported(data, sorted(self.left, key=lambda each: (each.sheet, each.row)))

    def row(self, row: Row, kind: str, word: str) -> None:
        base, _sep, listed = kind.partition(" ")
        base = base.lower()
        if word in ("begin_group", "end_group"):
            self.group(row, word)
        elif base in ("select_one", "select_multiple"):
            name, *more = listed.split(" ")
            if more:
                self.lost(
                    row, _("“%(key)s” is not taken over: %(text)s") % {"key": base, "text": " ".join(more)}
                )
            self.select(row, base, name)
        elif word in _TYPES:
            self.plain(row, _TYPES[word])
        elif word == "note":
            self.note(row)
        elif word in ("acknowledge", "trigger"):
            self.plain(row, "yesno")
        else:
            why = _REASONS.get(word)
            self.lost(row, _(why) if why else _("the type “%(type)s” is not known here") % {"type": kind})

    def group(self, row: Row, word: str) -> None:
        """A group's heading goes before the labels of what it holds."""
        if word == "end_group":
            if self.groups:
                self.groups.pop()
            return
        self.groups.append(bilingual(row.text("label")))
        self.rest(row)

    def note(self, row: Row) -> None:
        label = bilingual(row.text("label"))
        words = label if isinstance(label, str) else label.get("zh") or label.get("en", "")
        if words:
            self.notes.append(words)
        self.lost(row, _(_NOTE))

    def plain(self, row: Row, type_: str, **more: Any) -> None:
        code = self.code(row)
        if code is None:
            return
        label = self.label(row) or row.get("name")
        entry: dict[str, Any] = {"code": code, "label": label, "type": type_}
        if type_ == "count" and re.search(r"-\s*\d", row.get("constraint")):
            entry["type"] = "number"  # a count is never below zero
        elif type_ == "number":
            entry["decimals"] = 2
        elif type_ == "text":
            words = f"{row.get('name')} {label}"
            found = next((kind for kind, pattern in _PERSONAL if pattern.search(words)), "")
            entry["type"] = found or ("long" if "multiline" in row.get("appearance") else "text")
        entry["required"] = row.get("required").lower() in ("yes", "true", "true()", "1", "是")
        if hint := bilingual(row.text("hint")):
            entry["help"] = hint
        self.indicators.append(entry | more)
        if type_ in ("count", "number", "yesno"):
            self.numbers.add(code)
        self.rest(row)

    def select(self, row: Row, base: str, listed: str) -> None:
        choices = self.choices.get(listed)
        if not choices:
            self.lost(row, _("the list “%(name)s” stands nowhere in choices") % {"name": listed})
            return
        words = {re.sub(r"\W", "", key.lower()) for key in choices}
        if base == "select_one" and words == {"yes", "no"}:
            self.plain(row, "yesno")
        elif base == "select_one":
            self.plain(row, "choice", choices=choices)
        else:
            self.several(row, choices)

    def several(self, row: Row, choices: Mapping[str, Any]) -> None:
        """select_multiple becomes a yes/no cell for each choice."""
        stem = self.code(row)
        if stem is None:
            return
        label = self.label(row)
        for key, choice in choices.items():
            code = self.free(f"{stem}_{key}"[:40])
            self.codes[f"{row.get('name')}/{key}"] = code
            self.indicators.append(
                {"code": code, "label": joined(label, choice), "type": "yesno", "required": False}
            )
            self.numbers.add(code)
        self.rest(row)

    def label(self, row: Row) -> dict[str, str] | str:
        label = row.text("label")
        others = label.keys() - {"zh", "en"} if isinstance(label, dict) else set()
        if others:
            languages = ", ".join(sorted(others))
            self.lost(row, _("labels in %(languages)s are not kept") % {"languages": languages})
        label = bilingual(label)
        group = next((each for each in reversed(self.groups) if each), "")
        return joined(group, label) if group and label else label

    def code(self, row: Row) -> str | None:
        name = row.get("name")
        if not name:
            self.lost(row, _("the row has no name"))
            return None
        if name in self.codes:
            self.lost(row, _("the name “%(name)s” stands twice") % {"name": name})
            return None
        made = self.free(code_of(name))
        self.codes[name] = made
        self.kept.append(row)
        if made != name:
            self.lost(
                row, _("its code is now “%(code)s”: codes hold small letters, digits and _") % {"code": made}
            )
        return made

    def free(self, code: str) -> str:
        taken = set(self.codes.values()) | {each["code"] for each in self.indicators}
        found, n = code, 1
        while found in taken:
            n += 1
            found = f"{code[:36]}_{n}"
        return found

    def constraint(self, row: Row) -> None:
        """`. >= 0` is a check over the row's own cell; a negative number a count refuses anyway is no check."""
        own, text = self.codes[row.get("name")], row.get("constraint")
        try:
            rule = xlsrules.translate(text, own, self.codes, self.numbers)
        except BadExpression as error:
            self.lost(
                row, _("the constraint “%(text)s” is not taken over: %(why)s") % {"text": text, "why": error}
            )
            return
        message = bilingual(row.text("constraint_message")) or _(
            "The constraint of “%(name)s” does not hold: %(text)s"
        ) % {"name": row.get("name"), "text": text}
        self.checks.append({"code": f"c{len(self.checks) + 1}", "rule": rule, "message": message})

    def rest(self, row: Row) -> None:
        """Whatever else the row says is named."""
        for heading, value in row.cells.items():
            name = heading.partition("::")[0]
            if name not in _OWN_COLUMNS and not (name == "appearance" and value in _LOOKS):
                self.lost(row, _("“%(key)s” is not taken over: %(text)s") % {"key": heading, "text": value})

    def lists(self, rows: Iterable[Row]) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        for row in rows:
            name = row.get("list_name") or row.get("list name")
            value = row.get("name") or row.get("value")
            if not name or not value:
                self.lost(row, _("a choice needs list_name and name"))
                continue
            choices = found.setdefault(name, {})
            key = code_of(value)
            if key in choices:
                self.lost(row, _("the name “%(name)s” stands twice") % {"name": value})
                continue
            if key != value:
                self.lost(
                    row,
                    _("its code is now “%(code)s”: codes hold small letters, digits and _") % {"code": key},
                )
            choices[key] = bilingual(row.text("label")) or value
            for heading, text in row.cells.items():
                if heading.partition("::")[0] not in _CHOICE_COLUMNS:
                    self.lost(
                        row, _("“%(key)s” is not taken over: %(text)s") % {"key": heading, "text": text}
                    )
        return found

    def other_settings(self) -> None:
        for row in self.sheets.get("settings", []):
            for key, value in row.cells.items():
                if key.partition("::")[0] not in ("form_title", "form_id", "id_string"):
                    self.lost(row, _("“%(key)s” is not taken over: %(text)s") % {"key": key, "text": value})

    def lost(self, row: Row, why: str) -> None:
        what = row.get("name") or row.get("type") or next(iter(row.cells), "")
        self.left.append(Left(row.sheet, row.number, what, why))


def _title(settings: Row) -> dict[str, str] | str:
    return bilingual(settings.text("form_title")) or settings.get("form_id") or _("Imported form")
