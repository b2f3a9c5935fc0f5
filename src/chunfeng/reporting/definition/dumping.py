"""`FormDefinition` → plain data, the keys in the order in which people read a form."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from chunfeng.reporting.definition.shape import (
    Check,
    FormDefinition,
    Indicator,
    Reporter,
    Source,
    Text,
    Type,
)


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


def _labels(values: Mapping[str, Text]) -> list[dict[str, Any]]:
    """One entry each: PostgreSQL keeps the order of lists, not that of the keys of an object."""
    return [{key: _text(label)} for key, label in values.items()]


def for_people(data: dict[str, Any]) -> dict[str, Any]:
    """Dumped data with categories and choices as one mapping each, as people write them in a file."""
    data = dict(data)
    for kind, name in (("dimensions", "categories"), ("indicators", "choices")):
        if kind in data:
            data[kind] = [each | {name: _merged(each[name])} if name in each else each for each in data[kind]]
    return data


def _merged(labels: list[dict[str, Any]]) -> dict[str, Any]:
    return {key: text for each in labels for key, text in each.items()}


def _text(text: Text) -> str | dict[str, str]:
    return {"zh": text.zh, "en": text.en} if text.en else text.zh


def _source(source: Source) -> dict[str, str]:
    return {key: value for key, value in vars(source).items() if value}
