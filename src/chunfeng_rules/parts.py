"""The parts of a file that hold no expressions: texts, sources, clauses, dated values, facts, groups."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from chunfeng_rules.marks import Marked, Placed
from chunfeng_rules.measure import (
    Aggregate,
    Clause,
    Column,
    Fact,
    Group,
    Parameter,
    Source,
    Span,
    Value,
)
from chunfeng_rules.syntax import RESERVED, Scope, parse
from chunfeng_rules.texts import BadMeasure, Finding, Place, Text, Trouble
from chunfeng_rules.units import DATE, YES_NO, Unit, default_range, parse_unit, parse_value

__all__ = ["Desk", "Place", "Text"]
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", re.ASCII)
AGGREGATES = ("count", "sum", "least", "greatest")


@dataclass
class Desk:
    """What is known while a file is read, and everything found wrong with it."""

    code: str = ""
    sources: dict[str, Source] = field(default_factory=dict)
    span: Span = field(default_factory=Span)
    findings: list[Finding] = field(default_factory=list)

    @contextmanager
    def part(self, mark: Marked) -> Iterator[None]:
        """Note a trouble of this part and go on with the next."""
        try:
            yield
        except Placed as trouble:
            self.findings.append(Finding(trouble.says, trouble.place))
        except Trouble as trouble:
            self.findings.append(mark.finding(trouble))
        except BadMeasure as bad:
            self.findings += [f for f in bad.findings if f not in self.findings]

    def add(self, mark: Marked, zh: str, en: str) -> None:
        """Note one thing wrong at a place."""
        self.findings.append(Finding(Text(zh, en), mark.place))


def text(mark: Marked) -> Text:
    """A sentence in both languages."""
    fields = mark.fields()
    if set(fields) != {"zh", "en"}:
        raise Trouble(
            "此处写 {zh: 中文, en: 英文}；含逗号、冒号的句子要加引号",
            'write {zh: …, en: …} here; a sentence with a comma or colon goes in quotation marks ("…")',
        )
    found = Text(fields["zh"].word().strip(), fields["en"].word().strip())
    if not found.zh or not found.en:
        raise Trouble("中英文都要写", "both languages are needed")
    return found


def one_of(desk: Desk, fields: dict[str, Marked], key: str, known: tuple[str, ...], default: str) -> str:
    """A word of a closed list; the default where the entry is missing."""
    if key not in fields:
        return default
    with desk.part(fields[key]):
        word = fields[key].word()
        if word in known:
            return word
        raise Trouble(f"“{word}”应为：{'、'.join(known)}", f"“{word}” should be one of {', '.join(known)}")
    return default


def check_name(name: str, taken: set[str] | frozenset[str]) -> None:
    """A name is small letters, digits and single underscores, and not taken. Raises Trouble."""
    if not _NAME.fullmatch(name) or len(name) > 60:
        raise Trouble(
            f"名称“{name}”只用小写字母、数字和单个下划线",
            f"the name “{name}” should have small letters, digits and single underscores",
        )
    if name in taken:
        raise Trouble(f"名称“{name}”已用", f"the name “{name}” is taken")


def span(fields: dict[str, Marked]) -> Span:
    """from … until; either may be missing. Raises Trouble when they are the wrong way round."""
    first = parse_value(fields["from"].word(), DATE) if "from" in fields else None
    last = parse_value(fields["until"].word(), DATE) if "until" in fields else None
    if first and last and last < first:
        raise Placed(fields["until"], "截止日早于开始日", "the last day is before the first")
    return Span(first, last)


def sources(desk: Desk, mark: Marked) -> dict[str, Source]:
    """The texts by key; the first is meant where a clause names none."""
    found: dict[str, Source] = {}
    for key, each in mark.fields().items():
        with desk.part(each):
            fields = each.fields(("title", "number", "issuer", "date", "note"), ("title",))
            words = {k: fields[k].word() for k in ("title", "number", "issuer") if k in fields}
            day = parse_value(fields["date"].word(), DATE) if "date" in fields else None
            found[key] = Source(
                key, date=day, note=text(fields["note"]) if "note" in fields else None, **words
            )
    if not found and not desk.findings:
        raise Trouble("至少要有一个依据", "at least one source is needed")
    return found


def clause(desk: Desk, mark: Marked) -> Clause:
    """A clause: "第四条" of the first source, or "KEY 第四条" of another. Raises Trouble."""
    word = mark.word().strip()
    if not word:
        raise Placed(mark, "缺少条款", "the clause is missing")
    key, _, rest = word.partition(" ")
    if rest and key in desk.sources:
        return Clause(desk.sources[key], rest.strip())
    if word in desk.sources:
        raise Placed(mark, "写明依据中的哪一条", "name the clause within the source")
    if not desk.sources:
        raise Placed(mark, "没有依据", "there is no source for this clause")
    return Clause(next(iter(desk.sources.values())), word)


def options(mark: Marked) -> tuple[tuple[str, Text], ...]:
    """The options of a choice, code → label."""
    found = []
    for code, each in mark.fields().items():
        check_name(code, frozenset())
        found.append((code, text(each)))
    if not found:
        raise Trouble("选项为空", "there are no options")
    return tuple(found)


def _range(fields: dict[str, Marked], unit: Unit) -> tuple[int, int]:
    if unit.kind != "number":
        return 0, 0
    least, most = default_range(unit)
    if "least" in fields:
        least = parse_value(fields["least"].word(), unit)
    if "most" in fields:
        most = parse_value(fields["most"].word(), unit)
    if least > most:
        raise Placed(
            fields.get("most", fields.get("least", next(iter(fields.values())))),
            "上限小于下限",
            "the most is below the least",
        )
    return least, most


def groups(desk: Desk, mark: Marked) -> dict[str, Group]:
    """Groups of rows."""
    found: dict[str, Group] = {}
    with desk.part(mark):
        for name, each in mark.fields().items():
            with desk.part(each):
                check_name(name, RESERVED)
                fields = each.fields(("label", "columns"), ("label", "columns"))
                columns = []
                for column, inner in fields["columns"].fields().items():
                    with desk.part(inner):
                        check_name(column, RESERVED)
                        entry = inner.fields(("is", "label", "options", "least", "most"), ("is", "label"))
                        chosen = options(entry["options"]) if "options" in entry else ()
                        unit = parse_unit(entry["is"].word(), tuple(c for c, _ in chosen))
                        least, most = _range(entry, unit)
                        columns.append(Column(column, text(entry["label"]), unit, least, most, chosen))
                found[name] = Group(name, text(fields["label"]), tuple(columns))
    return found


def facts(desk: Desk, mark: Marked, known: dict[str, Group]) -> dict[str, Fact]:
    """The facts, without their aggregates."""
    keys = ("is", "label", "ask", "proof", "register", "options", "least", "most", "of", "where", *AGGREGATES)
    found: dict[str, Fact] = {}
    with desk.part(mark):
        for name, each in mark.fields().items():
            with desk.part(each):
                check_name(name, {*RESERVED, *known})
                # "least" is a range beside "most" and an aggregate beside "of".
                fields = each.fields(keys, ("is", "label", "ask"))
                chosen = options(fields["options"]) if "options" in fields else ()
                unit = parse_unit(fields["is"].word(), tuple(c for c, _ in chosen))
                least, most = (
                    default_range(unit) if "of" in fields and unit.kind == "number" else _range(fields, unit)
                )
                found[name] = Fact(
                    name, text(fields["label"]), unit, text(fields["ask"]), least, most,
                    text(fields["proof"]) if "proof" in fields else None,
                    fields["register"].word() if "register" in fields else "", chosen, None, each.place,
                )  # fmt: skip
    return found


def aggregate(desk: Desk, mark: Marked, fact: Fact, known: dict[str, Group], scope: Scope) -> Fact:
    """The fact with the way it is reckoned from a group, where it has one."""
    with desk.part(mark):
        fields = mark.fields()
        if "of" not in fields:
            return fact
        group = known.get(fields["of"].word())
        if group is None:
            raise Placed(fields["of"], "没有这个组", "there is no such group")
        kinds = [k for k in AGGREGATES if k in fields]
        if len(kinds) != 1:
            raise Trouble(
                "要写 count、sum、least、greatest 之一", "one of count, sum, least, greatest is needed"
            )
        columns = {c.name: ("column", c.unit) for c in group.columns}
        values = {n: v for n, v in scope.values.items() if v[0] == "parameter"} | columns
        inner = Scope(values, scope.tables, scope.lists)
        kind, written = kinds[0], fields[kinds[0]]
        where = value = None
        with desk.part(written):
            if kind == "count":
                where = parse(written.word(), inner, YES_NO)
                if fact.unit.kind != "number" or fact.unit.scale != 1:
                    raise Trouble("计数的结果应为整数单位", "a count needs a unit of whole numbers")
            else:
                value = parse(written.word(), inner, fact.unit)
                if kind == "sum" and fact.unit.kind != "number":
                    raise Trouble("只有数值可以相加", "only numbers can be added")
        if "where" in fields:
            with desk.part(fields["where"]):
                if kind == "count":
                    raise Trouble("count 已含条件", "count holds the condition itself")
                where = parse(fields["where"].word(), inner, YES_NO)
        return replace(fact, aggregate=Aggregate(group.name, kind, value, where))
    return fact


def parameters(
    desk: Desk,
    mark: Marked,
    choices: dict[str, Unit],
    labels: dict[str, tuple[tuple[str, Text], ...]],
    days: set[str],
    level: int,
) -> dict[str, Parameter]:
    """The parameters with their dated values, latest first."""
    keys = ("label", "is", "values", "by", "list", "of", "as_of", "local", "stricter")
    found: dict[str, Parameter] = {}
    with desk.part(mark):
        for name, each in mark.fields().items():
            with desk.part(each):
                check_name(name, RESERVED)
                fields = each.fields(keys, ("label", "is", "values"))
                of = fields["of"].word() if "of" in fields else ""
                for key in ("of", "by"):
                    if key in fields and fields[key].word() not in choices:
                        raise Placed(
                            fields[key], "应为一个选项类的事项", "this should name a fact that is a choice"
                        )
                as_of = fields["as_of"].word() if "as_of" in fields else "on"
                if as_of != "on" and as_of not in days:
                    raise Placed(
                        fields["as_of"], "应为一个日期类的事项", "this should name a fact that is a date"
                    )
                unit = choices[of] if of else parse_unit(fields["is"].word())
                local = one_of(desk, fields, "local", ("fixed", "sets", "stricter"), "fixed")
                stricter = one_of(desk, fields, "stricter", ("lower", "higher"), "")
                if (local == "stricter") != bool(stricter):
                    raise Trouble(
                        "local: stricter 须同时写 stricter: lower 或 higher",
                        "local: stricter goes with stricter: lower or higher",
                    )
                key_name = fields["by"].word() if "by" in fields else ""
                parameter = Parameter(
                    name, text(fields["label"]), unit, (), choices[key_name] if key_name else None, of or key_name,
                    labels.get(of or key_name, ()), one_of(desk, fields, "list", ("true", "false"), "") == "true",
                    as_of, local, stricter, each.place,
                )  # fmt: skip
                if local == "stricter" and (
                    parameter.by or parameter.is_list or unit.kind not in ("number", "date")
                ):
                    raise Trouble(
                        "只有单个数值或日期可比宽严", "only single numbers and dates can be stricter"
                    )
                found[name] = replace(parameter, values=values(desk, fields["values"], parameter, "", level))
    return found


def values(desk: Desk, mark: Marked, parameter: Parameter, area: str, level: int) -> tuple[Value, ...]:
    """Dated values, the latest first. Overlaps are refused here: no reader could tell which one holds."""
    found: list[Value] = []
    for each in mark.items():
        with desk.part(each):
            fields = each.fields(("from", "until", "value", "clause", "note"), ("from", "value", "clause"))
            dated = span(fields)
            with desk.part(fields["value"]):
                worth = _worth(fields["value"], parameter)
                note = text(fields["note"]) if "note" in fields else None
                one = Value(
                    dated, worth, clause(desk, fields["clause"]), desk.code, area, level, note, each.place
                )
                for other in found:
                    if other.span.meets(one.span) and not _continues(other, one):
                        raise Placed(
                            each, "日期与另一个值重叠", "the days overlap with those of another value"
                        )
                found.append(one)
    found.sort(key=lambda v: v.span.first or desk.span.first or DATE_MIN, reverse=True)
    closed: list[Value] = []
    for value in found:  # an open value ends on the eve of the next
        if closed and value.span.last is None and (begins := closed[-1].span.first):
            value = replace(value, span=Span(value.span.first, begins - timedelta(days=1)))
        closed.append(value)
    if not closed and not desk.findings:
        raise Trouble("没有值", "there is no value")
    return tuple(closed)


def _continues(earlier: Value, later: Value) -> bool:
    """An open value ends where the next one begins; only written last days can overlap."""
    first, second = sorted((earlier, later), key=lambda v: v.span.first or DATE_MIN)
    return first.span.last is None and first.span.first != second.span.first


DATE_MIN = parse_value("1900-01-01", DATE)


def _worth(mark: Marked, parameter: Parameter) -> Any:
    if parameter.by is not None:
        table = mark.fields(parameter.by.options, parameter.by.options)
        return {code: parse_value(each.word(), parameter.unit) for code, each in table.items()}
    if parameter.is_list:
        return tuple(parse_value(each.word(), parameter.unit) for each in mark.items())
    return parse_value(mark.word(), parameter.unit)
