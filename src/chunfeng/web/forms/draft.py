"""What stands in the editor: every field as it was typed, in rows that keep their key while they move.

`from_data` and `to_data` go between the plain data of a definition and the fields; nothing is lost either
way. `from_post` reads the page, whatever was typed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from chunfeng.web.forms.codes import code_for

KINDS = {"reporters": "p", "dimensions": "d", "indicators": "i", "checks": "c"}
"""Lists of rows and the letter their keys begin with."""
_SOURCE = ("number", "title", "clause", "date")
_TEXTS = {
    "reporters": ("level", "line", "area", "within"),
    "dimensions": ("code", "label_zh", "label_en", "categories"),
    "indicators": (
        "code", "label_zh", "label_en", "type", "unit", "decimals", "aggregate", "choices", "of", "to", "target",
        "jump", "jump_from", "help_zh", "help_en", "prefill", *(f"source_{name}" for name in _SOURCE),
    ),
    "checks": ("code", "rule", "strength", "message_zh", "message_en", *(f"source_{name}" for name in _SOURCE)),
}  # fmt: skip
_TICKS = {"reporters": (), "dimensions": (), "indicators": ("required",), "checks": ("identity",)}
_LISTS = {"reporters": ("offices",), "dimensions": (), "indicators": ("by",), "checks": ()}
_FRESH: dict[str, dict[str, Any]] = {
    "reporters": {},
    "dimensions": {},
    "indicators": {"type": "count", "aggregate": "sum", "required": True},
    "checks": {"strength": "hard"},
}
_TOP = (
    "code", "title_zh", "title_en", "every", "peak_every", "cut_off", "grace", "days_after", "figures",
    "note_zh", "note_en", *(f"source_{name}" for name in _SOURCE),
)  # fmt: skip
_TOP_TICKS = ("working_days", "zero")


@dataclass
class Row:
    """One row: its key, what stands in its fields, and what is wrong with it."""

    kind: str
    key: str
    values: dict[str, Any]
    problems: list[str] = field(default_factory=list)


@dataclass
class Draft:
    """The whole editor. `problems` are those of the top fields, by field."""

    top: dict[str, Any]
    reporters: list[Row] = field(default_factory=list)
    dimensions: list[Row] = field(default_factory=list)
    indicators: list[Row] = field(default_factory=list)
    checks: list[Row] = field(default_factory=list)
    problems: dict[str, list[str]] = field(default_factory=dict)

    def rows(self, kind: str) -> list[Row]:
        """The rows of one kind, in order."""
        return getattr(self, kind)

    def row(self, key: str) -> Row | None:
        """The row with this key."""
        return next((row for kind in KINDS for row in self.rows(kind) if row.key == key), None)

    def add(self, kind: str, **values: Any) -> Row:
        """A fresh row at the end."""
        letter = KINDS[kind]
        used = [int(row.key[1:]) for row in self.rows(kind)]
        row = Row(kind, f"{letter}{max(used, default=0) + 1}", _blank(kind) | values)
        self.rows(kind).append(row)
        return row

    def move(self, key: str, step: int) -> None:
        """Move a row up (-1) or down (1) among its kind."""
        row = self.row(key)
        if row is None:
            return
        rows = self.rows(row.kind)
        at = rows.index(row)
        to = at + step
        if 0 <= to < len(rows):
            rows[at], rows[to] = rows[to], rows[at]

    def remove(self, key: str) -> None:
        """Take a row out."""
        row = self.row(key)
        if row is not None:
            self.rows(row.kind).remove(row)


def _blank(kind: str) -> dict[str, Any]:
    values: dict[str, Any] = dict.fromkeys(_TEXTS[kind], "")
    values |= dict.fromkeys(_TICKS[kind], False) | {name: [] for name in _LISTS[kind]}
    return values | _FRESH[kind]


def fresh() -> Draft:
    """An empty form with one reporter and one question."""
    top: dict[str, Any] = dict.fromkeys(_TOP, "") | {
        "every": "day", "cut_off": "17:00", "grace": "60", "figures": "area", "zero": True, "working_days": False,
    }  # fmt: skip
    draft = Draft(top)
    draft.add("reporters")
    draft.add("indicators")
    return draft


def from_post(post: QueryDict) -> Draft:
    """What was typed. Keys of rows that are none are passed over."""
    draft = Draft(
        {name: post.get(name, "").strip() for name in _TOP} | {name: name in post for name in _TOP_TICKS}
    )
    for kind, letter in KINDS.items():
        for key in dict.fromkeys(post.getlist(kind)):
            if not (key[:1] == letter and key[1:].isdecimal() and key.isascii() and len(key) < 6):
                continue
            values: dict[str, Any] = {n: post.get(f"{key}-{n}", "").strip() for n in _TEXTS[kind]}
            values |= {name: f"{key}-{name}" in post for name in _TICKS[kind]}
            values |= {name: post.getlist(f"{key}-{name}") for name in _LISTS[kind]}
            draft.rows(kind).append(Row(kind, key, values))
    return draft


# ---- from a definition's plain data


def from_data(data: Mapping[str, Any]) -> Draft:
    """The fields for plain data as `definition.dump` gives it."""
    draft = Draft(
        _both("title", data.get("title"))
        | _both("note", data.get("note"))
        | _source("source", data.get("source"))
        | {
            "code": str(data.get("code", "")),
            "every": str(data.get("every", "day")),
            "peak_every": str(data.get("peak_every") or ""),
            "cut_off": str(data.get("cut_off", "17:00")),
            "grace": _shown(data.get("grace")),
            "days_after": _shown(data.get("days_after")),
            "figures": str(data.get("figures", "area")),
            "zero": data.get("zero", True) is True,
            "working_days": data.get("working_days", False) is True,
        }
    )
    for each in data.get("reporters") or []:
        values = {n: str(each.get(n) or "") for n in ("level", "line", "area")}
        offices = [str(code) for code in each.get("offices") or ()]
        draft.add("reporters", **values, offices=offices, within=_shown(each.get("within")))
    for each in data.get("dimensions") or []:
        categories = _lines(each.get("categories"))
        draft.add(
            "dimensions",
            code=str(each.get("code", "")),
            categories=categories,
            **_both("label", each.get("label")),
        )
    keys = {row.values["code"]: row.key for row in draft.dimensions}
    for each in data.get("indicators") or []:
        draft.add("indicators", **_indicator_fields(each, keys))
    codes = {row.values["code"]: row.key for row in draft.indicators}
    for row in draft.indicators:
        for name in ("of", "to"):
            row.values[name] = _ref(codes, row.values[name])
    for each in data.get("checks") or []:
        draft.add(
            "checks",
            code=str(each.get("code", "")),
            rule=str(each.get("rule", "")),
            strength=str(each.get("strength", "hard")),
            identity=each.get("identity", False) is True,
            **_both("message", each.get("message")),
            **_source("source", each.get("source")),
        )
    return draft


def _indicator_fields(each: Mapping[str, Any], dimensions: Mapping[str, str]) -> dict[str, Any]:
    by = each.get("by") or []
    values = {n: str(each.get(n) or "") for n in ("code", "unit", "of", "to", "prefill")}
    values |= {n: _shown(each.get(n)) for n in ("decimals", "jump_from")}
    values |= {n: "" if each.get(n) is None else str(each[n]) for n in ("target", "jump")}
    return {
        **values,
        **_both("label", each.get("label")),
        **_both("help", each.get("help")),
        **_source("source", each.get("source")),
        "type": str(each.get("type", "count")),
        "aggregate": str(each.get("aggregate", "sum")),
        "required": each.get("required", True) is True,
        "by": [_ref(dimensions, str(code)) for code in ([by] if isinstance(by, str) else by)],
        "choices": _lines(each.get("choices")),
    }


def _ref(keys: Mapping[str, str], code: str) -> str:
    """A reference to a row survives a change of its code: "#i3"; to anything else it is the code."""
    return f"#{keys[code]}" if code in keys else code


def _both(name: str, text: Any) -> dict[str, str]:
    if isinstance(text, Mapping):
        return {f"{name}_zh": str(text.get("zh") or ""), f"{name}_en": str(text.get("en") or "")}
    return {f"{name}_zh": str(text or ""), f"{name}_en": ""}


def _source(name: str, source: Any) -> dict[str, str]:
    given = source if isinstance(source, Mapping) else {}
    return {f"{name}_{part}": str(given.get(part) or "") for part in _SOURCE}


def _shown(number: Any) -> str:
    return str(number) if number else ""


def _lines(labels: Any) -> str:
    if isinstance(labels, list):
        labels = {code: text for each in labels for code, text in each.items()}
    if not isinstance(labels, Mapping):
        return ""
    lines = []
    for code, text in labels.items():
        both = _both("t", text)
        english = f" | {both['t_en']}" if both["t_en"] else ""
        lines.append(f"{code} = {both['t_zh']}{english}")
    return "\n".join(lines)


# ---- to a definition's plain data


def to_data(draft: Draft) -> dict[str, Any]:
    """The plain data for `definition.parse`. Codes that nobody gave are made and written into the rows."""
    give_codes(draft)
    top = draft.top
    data: dict[str, Any] = {
        "code": top["code"],
        "title": _text(top, "title"),
        "source": _source_data(top),
        "every": top["every"],
        "cut_off": top["cut_off"],
        "reporters": reporters_data(draft),
    }
    for name in ("grace", "days_after"):
        _put(data, name, _number(top[name]))
    if top["working_days"]:
        data["working_days"] = True
    _put(data, "peak_every", top["peak_every"])
    if top["figures"] != "area":
        data["figures"] = top["figures"]
    if not top["zero"]:
        data["zero"] = False
    _put(data, "note", _text(top, "note"))
    if draft.dimensions:
        data["dimensions"] = [
            {
                "code": row.values["code"] or row.key,
                "label": _text(row.values, "label"),
                "categories": _labelled(row.values["categories"]),
            }
            for row in draft.dimensions
        ]
    data["indicators"] = [_indicator(draft, row) for row in draft.indicators]
    if draft.checks:
        data["checks"] = [_check(row) for row in draft.checks]
    return data


def give_codes(draft: Draft) -> None:
    """Make the codes nobody gave from the words and write them into the rows."""
    top = draft.top
    if not top["code"] and (top["title_zh"] or top["title_en"]):
        top["code"] = code_for(top["title_zh"] or top["title_en"], (), joint="-", most=60, empty="form")
    for kind, label in (("dimensions", "label"), ("indicators", "label"), ("checks", "message")):
        taken = {row.values["code"] for row in draft.rows(kind)}
        for row in draft.rows(kind):
            words = row.values[f"{label}_zh"] or row.values[f"{label}_en"]
            if words and not row.values["code"]:  # a row without words stands under its key
                row.values["code"] = code_for(words, taken, empty=row.key)
                taken.add(row.values["code"])
    for rows, name in ((draft.dimensions, "categories"), (draft.indicators, "choices")):
        for row in rows:
            row.values[name] = _lines(_labelled(row.values[name]))


def reporters_data(draft: Draft) -> list[dict[str, Any]]:
    """The entries `reporters` as typed."""
    return [_reporter(row.values) for row in draft.reporters]


def _reporter(values: Mapping[str, Any]) -> dict[str, Any]:
    data: dict[str, Any] = {n: values[n] for n in ("level", "line", "area") if values[n]}
    if values["offices"]:
        data["offices"] = list(values["offices"])
    _put(data, "within", _number(values["within"]))
    return data


def _indicator(draft: Draft, row: Row) -> dict[str, Any]:
    values = row.values
    type_ = values["type"]
    data: dict[str, Any] = {
        "code": values["code"] or row.key,
        "label": _text(values, "label"),
        "type": type_,
    }
    if values["unit"] and not (type_ == "money" and values["unit"] == "元"):
        data["unit"] = values["unit"]
    if type_ not in ("count", "yesno", "money"):
        _put(data, "decimals", _number(values["decimals"]))
    if values["aggregate"] not in ("", "sum"):
        data["aggregate"] = values["aggregate"]
    if not values["required"]:
        data["required"] = False
    by = [code for ref in values["by"] if (code := _deref(draft, ref))]
    _put(data, "by", by)
    if type_ == "choice":
        _put(data, "choices", _labelled(values["choices"]))
    if type_ == "ratio":
        data |= {n: _deref(draft, values[n]) for n in ("of", "to") if values[n]}
    for name in ("target", "jump"):
        if values[name] != "":
            data[name] = _number(values[name])
    _put(data, "jump_from", _number(values["jump_from"]))
    _put(data, "help", _text(values, "help"))
    _put(data, "source", _source_data(values))
    _put(data, "prefill", values["prefill"])
    return data


def _check(row: Row) -> dict[str, Any]:
    values = row.values
    data: dict[str, Any] = {
        "code": values["code"] or row.key,
        "rule": values["rule"],
        "strength": values["strength"] or "hard",
        "message": _text(values, "message"),
    }
    if values["identity"]:
        data["identity"] = True
    _put(data, "source", _source_data(values))
    return data


def _deref(draft: Draft, ref: str) -> str:
    if not ref.startswith("#"):
        return ref
    row = draft.row(ref[1:])
    return (row.values["code"] or row.key) if row else ""


def _put(data: dict[str, Any], name: str, value: Any) -> None:
    if value not in ("", 0, [], {}, None):
        data[name] = value


def _text(values: Mapping[str, Any], name: str) -> str | dict[str, str]:
    zh, en = values[f"{name}_zh"], values[f"{name}_en"]
    return {"zh": zh, "en": en} if en else zh


def _source_data(values: Mapping[str, Any]) -> dict[str, str]:
    return {part: values[f"source_{part}"] for part in _SOURCE if values[f"source_{part}"]}


def _number(text: str) -> int | str:
    """The number typed; what is none goes on as it is, so that the parser says where and why."""
    plain = text.strip()
    return int(plain) if plain.removeprefix("-").isdecimal() and len(plain) < 16 else plain


def _labelled(text: str) -> dict[str, Any]:
    """Lines "label", "code = label" or "code = label | English" as labels by code."""
    found: dict[str, Any] = {}
    for line in text.splitlines():
        code, sign, label = line.replace("＝", "=").partition("=")
        if not sign:
            code, label = "", line
        zh, _bar, en = (part.strip() for part in label.replace("｜", "|").partition("|"))
        if not (zh or en):
            continue
        given = code.strip() or code_for(zh or en, found)
        found[given] = {"zh": zh, "en": en} if en else zh
    return found


def labels(rows: Sequence[Row]) -> dict[str, str]:
    """Code → label of the indicators that stand in the editor."""
    return {
        r.values["code"] or r.key: r.values["label_zh"] or r.values["label_en"] or r.values["code"]
        for r in rows
    }
