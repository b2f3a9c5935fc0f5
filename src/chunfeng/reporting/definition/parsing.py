"""Plain data → `FormDefinition` and back. Every trouble is named with its place, all at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import time
from enum import StrEnum
from typing import Any, TypeVar

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
MAX_CELLS = 400
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
        dimensions = self.dimensions(data.get("dimensions"))
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
        if len(form.cells) > MAX_CELLS:
            self.wrong("indicators", _("more than %(n)s cells: split the form") % {"n": MAX_CELLS})
        seen: set[str] = set()
        for indicator in form.indicators:
            if indicator.code in seen:
                self.wrong(f"indicators.{indicator.code}", _("this code stands twice"))
            seen.add(indicator.code)
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
            for n, each in enumerate(data.get("checks") or [], start=1)
            if (found := self.check(each, f"checks[{n}]", names))
        )
        codes = [check.code for check in checks]
        for code in {code for code in codes if codes.count(code) > 1}:
            self.wrong(f"checks.{code}", _("this code stands twice"))
        return replace(form, checks=checks)

    def dimensions(self, data: object) -> dict[str, Dimension]:
        found: dict[str, Dimension] = {}
        for n, each in enumerate(data if isinstance(data, list) else [], start=1):
            where = f"dimensions[{n}]"
            if not isinstance(each, Mapping) or not self.code(each.get("code"), where):
                continue
            self.known(each, where, {"code", "label", "categories"})
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
        by = data.get("by") or []
        by = (by,) if isinstance(by, str) else tuple(str(each) for each in by)
        for each in by:
            if each not in dimensions:
                self.wrong(f"{where}.by", _("there is no dimension “%(code)s”") % {"code": each})
        indicator = Indicator(
            code=code,
            label=self.text(data.get("label"), where, needed=True),
            type=type_,
            unit=str(data.get("unit") or ("元" if type_ is Type.MONEY else "")),
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
            prefill=str(data.get("prefill") or ""),
        )
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
        offices = tuple(str(each) for each in data.get("offices") or ())
        if level:
            self.one_of(level, Level.values, f"{where}.level")
        if line:
            self.one_of(line, Line.values, f"{where}.line")
        if not (level or line or offices):
            self.wrong(where, _("say who reports: a level, a line of business or offices"))
        return Reporter(level, line, area, offices, self.whole(data, "within", f"{where}.within", 0, 10_000))

    def check(self, data: object, where: str, names: set[str]) -> Check | None:
        if not isinstance(data, Mapping) or not self.code(data.get("code"), where):
            return None
        where = f"checks.{data['code']}"
        self.known(data, where, {"code", "rule", "strength", "message", "identity", "source"})
        try:
            rule = expressions.parse(str(data.get("rule", "")))
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

    def several(self, data: Mapping[str, Any], key: str) -> list[Any]:
        found = data.get(key)
        if not isinstance(found, list) or not found:
            self.wrong(key, _("at least one entry is needed"))
            return []
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
        if isinstance(value, str):
            found = Text(value.strip())
        elif isinstance(value, Mapping):
            found = Text(str(value.get("zh") or "").strip(), str(value.get("en") or "").strip())
        else:
            found = Text("")
        if needed and not found:
            self.wrong(where, _("a text is missing"))
        return found

    def labelled(self, value: object, where: str, *, needed: bool) -> dict[str, Text]:
        if not value and not needed:
            return {}
        if not isinstance(value, Mapping) or not value:
            self.wrong(where, _("give codes and their labels"))
            return {}
        for key in value:
            self.code(key, where)
        return {str(key): self.text(label, f"{where}.{key}", needed=True) for key, label in value.items()}

    def source(self, value: object, where: str, *, needed: bool = True) -> Source | None:
        if isinstance(value, Mapping):
            self.known(value, where, {"number", "title", "clause", "date"})
            found = Source(*(str(value.get(key) or "") for key in ("number", "title", "clause", "date")))
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
        if isinstance(value, int) and not isinstance(value, bool):  # YAML reads 17:00 as 1020
            value = f"{value // 60:02d}:{value % 60:02d}"
        try:
            return time.fromisoformat(str(value))
        except ValueError:
            self.wrong("cut_off", _("write a clock time such as 17:00"))
            return time(17)

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


def dump(form: FormDefinition) -> dict[str, Any]:
    """The plain data of a definition: `parse(dump(form)) == form`. Defaults are left out."""
    data: dict[str, Any] = {
        "code": form.code,
        "title": _text(form.title),
        "source": _source(form.source),
        "every": form.every,
        "cut_off": form.cut_off.isoformat("minutes"),
        "reporters": [_without_defaults(vars(each), Reporter()) for each in form.reporters],
    }
    for key in ("grace", "days_after", "working_days", "peak_every", "figures", "zero"):
        value = getattr(form, key)
        if value != FormDefinition.__dataclass_fields__[key].default:
            data[key] = value
    if form.note:
        data["note"] = _text(form.note)
    if form.dimensions:
        data["dimensions"] = [
            {"code": d.code, "label": _text(d.label), "categories": _labels(d.categories)}
            for d in form.dimensions.values()
        ]
    data["indicators"] = [_indicator(each) for each in form.indicators]
    if form.checks:
        data["checks"] = [_check(each) for each in form.checks]
    return data


def _indicator(each: Indicator) -> dict[str, Any]:
    bare = Indicator(each.code, each.label, each.type, unit="元" if each.type is Type.MONEY else "")
    data = _without_defaults(vars(each), bare)
    if each.type is Type.MONEY:
        data.pop("decimals", None)
    return {"code": each.code, "label": _text(each.label), "type": each.type.value} | data


def _check(each: Check) -> dict[str, Any]:
    data: dict[str, Any] = {
        "code": each.code,
        "rule": each.rule.text,
        "strength": each.strength.value,
        "message": _text(each.message),
    }
    if each.identity:
        data["identity"] = True
    if each.source:
        data["source"] = _source(each.source)
    return data


def _without_defaults(values: Mapping[str, Any], bare: object) -> dict[str, Any]:
    return {key: _plain(value) for key, value in values.items() if value != getattr(bare, key)}


def _plain(value: Any) -> Any:
    match value:
        case Text():
            return _text(value)
        case Source():
            return _source(value)
        case StrEnum():
            return value.value
        case tuple():
            return list(value)
        case Mapping():
            return _labels(value)
    return value


def _labels(values: Mapping[str, Text]) -> dict[str, Any]:
    return {key: _text(label) for key, label in values.items()}


def _text(text: Text) -> str | dict[str, str]:
    return {"zh": text.zh, "en": text.en} if text.en else text.zh


def _source(source: Source) -> dict[str, str]:
    return {key: value for key, value in vars(source).items() if value}
