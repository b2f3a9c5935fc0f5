"""Plain data → `FormDefinition` and back. Every trouble is named with its place, all at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import time
from enum import StrEnum
from math import prod
from typing import Any, TypeVar
from unicodedata import category

from django.utils.translation import gettext as _

from chunfeng.areas import codes as area_codes
from chunfeng.core.errors import Refused
from chunfeng.offices.choices import Level, Line
from chunfeng.reporting.definition import expressions
from chunfeng.reporting.definition.shape import (
    Aggregate,
    Check,
    Dimension,
    FormDefinition,
    Indicator,
    Reporter,
    Source,
    Strength,
    Text,
    Type,
)
from chunfeng.tasking import due

CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
FORM_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)", re.ASCII)
_PREFILL = r"(below|previous|(form|register):[a-z0-9][a-z0-9_-]*:[a-z][a-z0-9_.]*)"
PREFILL = re.compile(rf"{_PREFILL}(, ?{_PREFILL})*")
MAX_CELLS = 400
MAX_CELL_CODE = 80
MAX_TEXT = 2000
E_ = TypeVar("E_", bound=StrEnum)


class BadForm(Refused):
    """A definition that cannot be used. `problems` are sentences, each with the place it speaks of."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


def parse(data: object) -> FormDefinition:
    """Check plain data (as YAML or JSON gives it) and make the definition. Raises `BadForm` with all problems."""
    return _Parser().form(data)


class _Parser:
    def __init__(self) -> None:
        self.problems: list[str] = []

    def wrong(self, where: str, text: str) -> None:
        self.problems.append(f"{where}: {text}")

    def form(self, data: object) -> FormDefinition:
        if not isinstance(data, Mapping):
            raise BadForm(
                [_("A form is a list of named entries: code, title, source, every, reporters, indicators.")]
            )
        self.known(data, "form", _FORM_KEYS)
        code = str(data.get("code", ""))
        if not FORM_CODE.fullmatch(code):
            self.wrong("code", _("use small letters, digits and hyphens, at most 60 characters"))
        dimensions = self.dimensions(data)
        indicators = tuple(
            self.indicator(each, f"indicators[{n}]", dimensions)
            for n, each in enumerate(self.several(data, "indicators"), start=1)
        )
        form = FormDefinition(
            code=code,
            title=self.text(data.get("title"), "title", needed=True),
            source=self.source(data.get("source"), "source") or Source(),
            every=self.every(data.get("every", "day"), "every", once=True),
            cut_off=self.clock(data.get("cut_off", "17:00")),
            grace=self.whole(data, "grace", "grace", 0, 100_000),
            days_after=self.whole(data, "days_after", "days_after", 0, 366),
            working_days=self.truth(data, "working_days", False),
            peak_every=self.every(data["peak_every"], "peak_every") if data.get("peak_every") else "",
            figures=self.one_of(data.get("figures", "area"), ("area", "own"), "figures"),
            zero=self.truth(data, "zero", True),
            reporters=tuple(
                self.reporter(each, f"reporters[{n}]")
                for n, each in enumerate(self.several(data, "reporters"), start=1)
            ),
            dimensions=dimensions,
            indicators=indicators,
            note=self.text(data.get("note"), "note"),
        )
        if not self.problems:
            form = self.with_checks(form, data)
        if self.problems:
            raise BadForm(self.problems)
        return form

    def with_checks(self, form: FormDefinition, data: Mapping[str, Any]) -> FormDefinition:
        sizes = (prod(len(form.dimensions[code].categories) for code in each.by) for each in form.indicators)
        if sum(sizes) > MAX_CELLS:
            self.wrong("indicators", _("more than %(n)s cells: split the form") % {"n": MAX_CELLS})
            return form
        seen: set[str] = set()
        for indicator in form.indicators:
            if indicator.code in seen:
                self.wrong(f"indicators.{indicator.code}", _("this code stands twice"))
            seen.add(indicator.code)
        for cell in form.cells:
            if len(cell) > MAX_CELL_CODE:
                self.wrong(f"indicators.{cell}", _("the code of this cell is longer than 80 characters"))
        for ratio in form.ratios:
            for part in (ratio.of, ratio.to):
                if part not in form.cells or not form.cells[part].indicator.numeric:
                    self.wrong(
                        f"indicators.{ratio.code}",
                        _("a ratio needs “of” and “to”, each the code of a number"),
                    )
        names = {cell.code for cell in form.number_cells if "." not in cell.code}
        checks = tuple(
            found
            for n, each in enumerate(self.several(data, "checks", needed=False), start=1)
            if (found := self.check(each, f"checks[{n}]", names))
        )
        codes = [check.code for check in checks]
        for code in {code for code in codes if codes.count(code) > 1}:
            self.wrong(f"checks.{code}", _("this code stands twice"))
        return replace(form, checks=checks)

    def dimensions(self, data: Mapping[str, Any]) -> dict[str, Dimension]:
        found: dict[str, Dimension] = {}
        for n, each in enumerate(self.several(data, "dimensions", needed=False), start=1):
            where = f"dimensions[{n}]"
            if not isinstance(each, Mapping):
                self.wrong(where, _("write an entry with code, label and categories"))
                continue
            if not self.code(each.get("code"), where):
                continue
            self.known(each, where, {"code", "label", "categories"})
            if each["code"] in found:
                self.wrong(where, _("this code stands twice"))
            found[each["code"]] = Dimension(
                each["code"],
                self.text(each.get("label"), where, needed=True),
                self.labelled(each.get("categories"), f"{where}.categories", needed=True),
            )
        return found

    def indicator(self, data: object, where: str, dimensions: Mapping[str, Dimension]) -> Indicator:
        if not isinstance(data, Mapping):
            self.wrong(where, _("write an entry with code, label and type"))
            return Indicator("", Text(""), Type.COUNT)
        code = str(data.get("code", ""))
        if self.code(code, where):
            where = f"indicators.{code}"
        self.known(data, where, _INDICATOR_KEYS)
        type_ = self.kind(data.get("type", "count"), Type, f"{where}.type")
        by = self.names(data, "by", where)
        for each in by:
            if each not in dimensions:
                self.wrong(f"{where}.by", _("there is no dimension “%(code)s”") % {"code": each})
        if len(set(by)) != len(by):
            self.wrong(f"{where}.by", _("this code stands twice"))
        indicator = Indicator(
            code=code,
            label=self.text(data.get("label"), where, needed=True),
            type=type_,
            unit=str(self.words(data.get("unit"), f"{where}.unit") or ("元" if type_ is Type.MONEY else "")),
            decimals=2 if type_ is Type.MONEY else self.whole(data, "decimals", f"{where}.decimals", 0, 6),
            aggregate=self.kind(data.get("aggregate", "sum"), Aggregate, f"{where}.aggregate"),
            required=self.truth(data, "required", True),
            by=by,
            choices=self.labelled(data.get("choices"), f"{where}.choices", needed=type_ is Type.CHOICE),
            of=str(data.get("of") or ""),
            to=str(data.get("to") or ""),
            target=self.maybe_whole(data, "target", where),
            jump=self.maybe_whole(data, "jump", where),
            jump_from=self.whole(data, "jump_from", f"{where}.jump_from", 0, 10**12),
            help=self.text(data.get("help"), f"{where}.help"),
            source=self.source(data.get("source"), f"{where}.source", needed=False),
            prefill=self.prefill(data, where),
        )
        if indicator.choices and type_ is not Type.CHOICE:
            self.wrong(f"{where}.choices", _("only the type choice has choices"))
        if by and not indicator.numeric:
            self.wrong(f"{where}.by", _("only numbers can be broken down"))
        if indicator.decimals and type_ in (Type.COUNT, Type.YESNO):
            self.wrong(f"{where}.decimals", _("a count is whole: use the type number"))
        return indicator

    def reporter(self, data: object, where: str) -> Reporter:
        if not isinstance(data, Mapping):
            self.wrong(where, _("write an entry with level, line, area or offices"))
            return Reporter()
        self.known(data, where, {"level", "line", "area", "offices", "within"})
        area = str(data.get("area") or "")
        if area:
            try:
                area_codes.check(area)
            except area_codes.BadCode as error:
                self.wrong(f"{where}.area", str(error))
        level, line = str(data.get("level") or ""), str(data.get("line") or "")
        offices = self.names(data, "offices", where)
        if level:
            self.one_of(level, Level.values, f"{where}.level")
        if line:
            self.one_of(line, Line.values, f"{where}.line")
        if not (level or line or offices):
            self.wrong(where, _("say who reports: a level, a line of business or offices"))
        return Reporter(level, line, area, offices, self.whole(data, "within", f"{where}.within", 0, 10_000))

    def check(self, data: object, where: str, names: set[str]) -> Check | None:
        if not isinstance(data, Mapping):
            self.wrong(where, _("write an entry with code, rule and message"))
            return None
        if not self.code(data.get("code"), where):
            return None
        where = f"checks.{data['code']}"
        self.known(data, where, {"code", "rule", "strength", "message", "identity", "source"})
        try:
            rule = expressions.parse_rule(str(data.get("rule", "")))
        except expressions.BadExpression as error:
            self.wrong(where, str(error))
            return None
        for name in sorted(rule.names - names):
            self.wrong(where, _("there is no number with the code “%(code)s”") % {"code": name})
        return Check(
            data["code"],
            rule,
            self.kind(data.get("strength", "hard"), Strength, f"{where}.strength"),
            self.text(data.get("message"), where, needed=True),
            self.truth(data, "identity", False),
            self.source(data.get("source"), f"{where}.source", needed=False),
        )

    def several(self, data: Mapping[str, Any], key: str, *, needed: bool = True) -> list[Any]:
        found = data.get(key)
        if found is None and not needed:
            return []
        if not isinstance(found, list) or (needed and not found):
            self.wrong(key, _("at least one entry is needed") if needed else _("write a list of entries"))
            return []
        return found

    def names(self, data: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
        found = data.get(key)
        if found is None:
            return ()
        if isinstance(found, str):
            return (found,)
        if not isinstance(found, list) or not all(isinstance(each, str | int) for each in found):
            self.wrong(f"{where}.{key}", _("write a list of codes"))
            return ()
        return tuple(str(each) for each in found)

    def prefill(self, data: Mapping[str, Any], where: str) -> str:
        found = str(data.get("prefill") or "")
        if found and not PREFILL.fullmatch(found):
            self.wrong(f"{where}.prefill", _("write below, previous, form:CODE:CELL or register:NAME:FIGURE"))
        return found

    def known(self, data: Mapping[str, Any], where: str, keys: set[str]) -> None:
        for key in data:
            if key not in keys:
                self.wrong(where, _("there is no entry “%(key)s” here") % {"key": key})

    def code(self, value: object, where: str) -> bool:
        if isinstance(value, str) and CODE.fullmatch(value):
            return True
        self.wrong(where, _("a code begins with a small letter and holds small letters, digits and _"))
        return False

    def text(self, value: object, where: str, *, needed: bool = False) -> Text:
        if isinstance(value, Mapping):
            self.known(value, where, {"zh", "en"})
            found = Text(self.words(value.get("zh"), where), self.words(value.get("en"), where))
        else:
            found = Text(self.words(value, where))
        if needed and not found:
            self.wrong(where, _("a text is missing"))
        return found

    def words(self, value: object, where: str) -> str:
        if value is None:
            return ""
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            self.wrong(where, _("write a text, or one for zh and one for en"))
            return ""
        text = str(value).replace("\r\n", "\n").strip()
        if any(category(sign) in ("Cc", "Cs") and sign not in "\n\t" for sign in text):
            self.wrong(where, _("the text holds a sign that cannot be printed"))
        if len(text) > MAX_TEXT:
            self.wrong(where, _("the text is longer than %(n)s characters") % {"n": MAX_TEXT})
        return text

    def labelled(self, value: object, where: str, *, needed: bool) -> dict[str, Text]:
        if not value and not needed:
            return {}
        if isinstance(value, list) and all(isinstance(each, Mapping) and len(each) == 1 for each in value):
            pairs = [pair for each in value for pair in each.items()]
            value = dict(pairs)
            if len(value) != len(pairs):
                self.wrong(where, _("this code stands twice"))
        if not isinstance(value, Mapping) or not value:
            self.wrong(where, _("give codes and their labels"))
            return {}
        for key in value:
            self.code(key, where)
        return {str(key): self.text(label, f"{where}.{key}", needed=True) for key, label in value.items()}

    def source(self, value: object, where: str, *, needed: bool = True) -> Source | None:
        if isinstance(value, Mapping):
            self.known(value, where, {"number", "title", "clause", "date"})
            parts = ("number", "title", "clause", "date")
            found = Source(*(self.words(value.get(key), f"{where}.{key}") for key in parts))
            if found.number or found.title:
                return found
        if needed:
            self.wrong(where, _("name the notice (number or title) and the clause that order this"))
        return None

    def every(self, value: object, where: str, *, once: bool = False) -> str:
        if once and value in ("once", "event"):
            return str(value)
        try:
            return due.check_rhythm(str(value))
        except due.BadRhythm as error:
            self.wrong(where, str(error))
            return "day"

    def clock(self, value: object) -> time:
        if isinstance(value, int) and not isinstance(value, bool):  # YAML 1.1 reads 17:00 as 1020
            value = f"{value // 60:02d}:{value % 60:02d}"
        found = CLOCK.fullmatch(str(value))
        if found is None:
            self.wrong("cut_off", _("write a clock time such as 17:00"))
            return time(17)
        return time(int(found[1]), int(found[2]))

    def whole(self, data: Mapping[str, Any], key: str, where: str, low: int, high: int) -> int:
        value = data.get(key) or 0
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            self.wrong(where, _("write a whole number from %(low)s to %(high)s") % {"low": low, "high": high})
            return low
        return value

    def maybe_whole(self, data: Mapping[str, Any], key: str, where: str) -> int | None:
        return None if data.get(key) is None else self.whole(data, key, f"{where}.{key}", 0, 10**9)

    def truth(self, data: Mapping[str, Any], key: str, default: bool) -> bool:
        value = data.get(key, default)
        if not isinstance(value, bool):
            self.wrong(key, _("write true or false"))
            return default
        return value

    def one_of(self, value: object, allowed: Any, where: str) -> str:
        if value not in allowed:
            self.wrong(where, _("write one of: %(allowed)s") % {"allowed": ", ".join(allowed)})
        return str(value)

    def kind(self, value: object, kind: type[E_], where: str) -> E_:
        try:
            return kind(str(value))
        except ValueError:
            self.one_of(value, [str(each) for each in kind], where)
            return next(iter(kind))


_FORM_KEYS = {
    "code", "title", "source", "every", "peak_every", "cut_off", "grace", "days_after", "working_days",
    "figures", "zero", "reporters", "dimensions", "indicators", "checks", "note",
}  # fmt: skip
_INDICATOR_KEYS = {
    "code", "label", "type", "unit", "decimals", "aggregate", "required", "by", "choices", "of", "to",
    "target", "jump", "jump_from", "help", "source", "prefill",
}  # fmt: skip
