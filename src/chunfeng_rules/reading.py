"""From YAML to a measure or a refinement; everything wrong is found in one pass, each with its place.

The parts (parameters, facts, groups) are read in `parts`; this module puts a file together and reads what is
written in expressions, in order: a step may use the steps above it.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from chunfeng_rules import bounds, parts
from chunfeng_rules.marks import Marked, compose
from chunfeng_rules.measure import (
    PERIODS,
    SUBJECTS,
    Case,
    Clause,
    Condition,
    Fact,
    Group,
    Measure,
    Outcome,
    Parameter,
    Refinement,
    Span,
    Step,
    area_level,
    area_prefix,
)
from chunfeng_rules.parts import Desk
from chunfeng_rules.stated import read_cases
from chunfeng_rules.syntax import RESERVED, Scope, parse
from chunfeng_rules.texts import BadMeasure, Finding, Trouble
from chunfeng_rules.tree import Node
from chunfeng_rules.units import AREA, YES_NO, Unit, number, parse_unit, parse_value

_CODE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", re.ASCII)
_VERSION = re.compile(r"\d+\.\d+\.\d+", re.ASCII)
_ROUNDS = ("half_up", "down", "up")
_TO = {"fen": 1, "jiao": 10, "yuan": 100}
_HEAD = ("version", "title", "area", "in_force", "sources", "parameters", "conditions", "cases", "changes")
_MEASURE = (
    "measure", *_HEAD, "confidence", "summary", "subject", "family", "once_per", "excludes", "paid_to", "paid_from",
    "trigger", "estimate", "answer", "local", "facts", "groups", "steps", "gives",
)  # fmt: skip
_NEEDED = ("version", "title", "area", "in_force", "sources", "changes")
MAX_CONDITIONS = 60


def read_path(path: Path) -> Measure | Refinement:
    """Read a file. Raises BadMeasure, also for one that is not UTF-8; OSError when it cannot be opened."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        place = parts.Place(str(path), 1, 1)
        raise BadMeasure(
            [Finding(parts.Text("文件不是UTF-8编码", "the file is not UTF-8 text"), place)]
        ) from None
    return read(text, str(path))


def read(text: str, file: str = "measure") -> Measure | Refinement:
    """Read the text of a measure or refinement. Raises BadMeasure with everything that is wrong."""
    mark = compose(text, file)
    desk = Desk()
    found: Measure | Refinement | None = None
    with desk.part(mark):
        keys = {str(k.value) for k, _ in mark.node.value}
        if "refines" in keys:
            found = _refinement(desk, mark, text)
        else:
            found = _measure(desk, mark, text)
    if desk.findings or found is None:
        raise BadMeasure(sorted(desk.findings, key=lambda f: (f.place.line, f.place.column)))
    if isinstance(found, Measure) and (left := bounds.check(found)):
        raise BadMeasure(left)
    return found


def _head(desk: Desk, fields: dict[str, Marked], code_field: str) -> dict[str, Any]:
    """What a measure and a refinement have in common: code, version, title, area, days, sources, changes."""
    code = fields[code_field].word()
    if not _CODE.fullmatch(code):
        desk.add(
            fields[code_field],
            "代码只用小写字母、数字和连字符",
            "a code has small letters, digits and hyphens",
        )
    desk.code = code
    version = fields["version"].word()
    if not _VERSION.fullmatch(version):
        desk.add(fields["version"], "版本写作 1.0.0", "a version is written 1.0.0")
    head: dict[str, Any] = {"code": code, "version": version, "place": fields[code_field].place}
    with desk.part(fields["title"]):
        head["title"] = parts.text(fields["title"])
    with desk.part(fields["area"]):
        word = fields["area"].word()
        head["area"] = "" if word == "national" else area_prefix(parse_value(word, AREA))
    with desk.part(fields["in_force"]):
        head["span"] = desk.span = parts.span(fields["in_force"].fields(("from", "until"), ("from",)))
    with desk.part(fields["sources"]):
        desk.sources = parts.sources(desk, fields["sources"])
    head["sources"] = tuple(desk.sources.values())
    with desk.part(fields["changes"]):
        entries = fields["changes"].fields()
        head["changes"] = tuple((v, parts.text(m)) for v, m in entries.items())
        if version not in entries:
            desk.add(fields["changes"], f"缺少版本 {version} 的说明", f"version {version} has no line here")
    return head


def _measure(desk: Desk, mark: Marked, written: str) -> Measure:
    fields = mark.fields(_MEASURE, ("measure", *_NEEDED, "summary", "subject", "facts", "cases"))
    head = _head(desk, fields, "measure")
    subject = parts.one_of(desk, fields, "subject", SUBJECTS, "")
    texts = _texts(desk, fields)
    facts, groups, parameters = _declared(desk, fields, area_level(head.get("area", "")))
    scope = _scope(desk, mark, parameters, facts)
    if desk.findings:  # expressions over names that were not understood would only repeat what is wrong
        raise BadMeasure(sorted(desk.findings, key=lambda f: (f.place.line, f.place.column)))
    facts = {
        name: parts.aggregate(desk, fields["facts"].fields()[name], fact, groups, scope)
        for name, fact in facts.items()
    }
    steps = _steps(desk, fields["steps"], scope) if "steps" in fields else {}
    conditions = _conditions(desk, fields["conditions"], scope, "") if "conditions" in fields else ()
    gives = _gives(desk, fields["gives"], scope, facts) if "gives" in fields else ()
    if not conditions and not gives and not desk.findings:
        desk.add(mark, "既无条件也无结果", "there is neither a condition nor an outcome")
    if len(conditions) > MAX_CONDITIONS:
        desk.add(
            fields["conditions"], f"条件超过{MAX_CONDITIONS}条", f"more than {MAX_CONDITIONS} conditions"
        )
    measure = Measure(
        **head,
        confidence=parts.one_of(desk, fields, "confidence", ("verified", "unverified"), "unverified"),
        subject=subject,
        family=fields["family"].word() if "family" in fields else head["code"],
        once_per=parts.one_of(desk, fields, "once_per", PERIODS, "once"),
        excludes=tuple(m.word() for m in fields["excludes"]) if "excludes" in fields else (),
        local=parts.one_of(desk, fields, "local", ("fixed", "stricter"), "fixed"),
        parameters=parameters,
        facts=facts,
        groups=groups,
        steps=steps,
        conditions=conditions,
        gives=gives,
        cases=(),
        written=written,
        texts=((head["code"], head["title"]),),
        **texts,
    )
    return replace(measure, cases=read_cases(desk, fields["cases"], measure))


def _texts(desk: Desk, fields: dict[str, Marked]) -> dict[str, Any]:
    """What is said about the measure as a whole, under the names of its record."""
    found: dict[str, Any] = {}
    for key in ("summary", "paid_to", "paid_from", "trigger", "estimate"):
        if key in fields:
            with desk.part(fields[key]):
                found[key] = parts.text(fields[key])
    if "answer" in fields:
        with desk.part(fields["answer"]):
            said = fields["answer"].fields(("yes", "no"), ("yes", "no"))
            found["says_yes"], found["says_no"] = parts.text(said["yes"]), parts.text(said["no"])
    return found


def _declared(
    desk: Desk, fields: dict[str, Marked], level: int
) -> tuple[dict[str, Fact], dict[str, Group], dict[str, Parameter]]:
    """What expressions may name: facts (not yet counted), groups, and the parameters over their choices and days."""
    groups = parts.groups(desk, fields["groups"]) if "groups" in fields else {}
    facts = parts.facts(desk, fields["facts"], groups)
    choices = {name: f.unit for name, f in facts.items() if f.unit.kind == "choice"}
    for group in groups.values():
        choices |= {
            c.name: c.unit for c in group.columns if c.unit.kind == "choice" and c.name not in choices
        }
    if "parameters" not in fields:
        return facts, groups, {}
    labels = {name: f.options for name, f in facts.items()}
    counted = {n for n, each in fields["facts"].fields().items() if n in facts and "of" in each.fields()}
    days = {n for n, f in facts.items() if f.unit.kind == "date" and n not in counted}
    return facts, groups, parts.parameters(desk, fields["parameters"], choices, labels, days, level)


def _refinement(desk: Desk, mark: Marked, written: str) -> Refinement:
    fields = mark.fields(("refines", "measure", *_HEAD), ("refines", "measure", *_NEEDED))
    head = _head(desk, fields, "measure")
    refined = fields["refines"].word()
    if not head.get("area"):
        desk.add(fields["area"], "地方文本须写明区划代码", "a refinement names the area it is for")
    return Refinement(**head, refines=refined, values={}, conditions=(), cases=(), written=written)


def refine(refinement: Refinement, base: Measure) -> Refinement:
    """The refinement with its values, conditions and cases read against the measure it refines. Raises BadMeasure."""
    mark = compose(refinement.written, refinement.place.file)
    desk = Desk(refinement.code, {s.key: s for s in refinement.sources}, refinement.span)
    fields = mark.fields()
    values: dict[str, Any] = {}
    conditions: tuple[Condition, ...] = ()
    cases: tuple[Case, ...] = ()
    if "parameters" in fields:
        with desk.part(fields["parameters"]):
            for name, each in fields["parameters"].fields().items():
                with desk.part(each):
                    if name not in base.parameters:
                        raise Trouble(f"{base.code} 无此参数", f"{base.code} has no such parameter")
                    inner = each.fields(("values",), ("values",))["values"]
                    known = base.parameters[name]
                    level = area_level(refinement.area)
                    values[name] = parts.values(desk, inner, known, refinement.area, level)
    scope = _scope(desk, mark, base.parameters, base.facts)
    for step in base.steps.values():
        scope.values[step.name] = ("step", step.unit)
    if "conditions" in fields:
        if base.local != "stricter":
            desk.add(
                fields["conditions"],
                f"{base.code} 未允许地方增加条件",
                f"{base.code} does not allow an area to add conditions",
            )
        conditions = tuple(
            replace(
                c,
                area=refinement.area,
                span=Span(c.span.first or refinement.span.first, c.span.last or refinement.span.last),
            )
            for c in _conditions(desk, fields["conditions"], scope, refinement.code)
        )
        taken = {c.name for c in base.conditions}
        for c in conditions:
            if c.name in taken:
                desk.add(
                    fields["conditions"], f"条件“{c.name}”已存在", f"the condition “{c.name}” exists already"
                )
    if "cases" in fields:
        cases = read_cases(desk, fields["cases"], base)
    if desk.findings:
        raise BadMeasure(desk.findings)
    return replace(refinement, values=values, conditions=conditions, cases=cases)


def _scope(desk: Desk, mark: Marked, parameters: dict[str, Any], facts: dict[str, Fact]) -> Scope:
    scope = Scope()
    for name, parameter in parameters.items():
        if parameter.is_list:
            scope.lists[name] = parameter.unit
        elif parameter.by is not None:
            scope.tables[name] = (parameter.unit, parameter.by)
        else:
            scope.values[name] = ("parameter", parameter.unit)
    for name, fact in facts.items():
        if name in parameters:
            desk.add(mark, f"“{name}”既是参数又是事项", f"“{name}” is both a parameter and a fact")
        scope.values[name] = ("fact", fact.unit)
    return scope


def expression(desk: Desk, mark: Marked, scope: Scope, unit: Unit | None) -> Node | None:
    """Read one expression, or note what is wrong with it."""
    node: Node | None = None
    with desk.part(mark):
        node = parse(mark.word(), scope, unit)
    return node


def _clause(desk: Desk, fields: dict[str, Marked], key: str = "clause") -> Clause:
    return parts.clause(desk, fields[key])


def _steps(desk: Desk, mark: Marked, scope: Scope) -> dict[str, Step]:
    found: dict[str, Step] = {}
    with desk.part(mark):
        for name, each in mark.fields().items():
            with desk.part(each):
                parts.check_name(name, scope.known() | RESERVED)
                fields = each.fields(
                    ("label", "value", "clause", "round", "to"), ("label", "value", "clause")
                )
                node = expression(desk, fields["value"], scope, None)
                if node is None:
                    continue
                rounding, to = _rounding(desk, fields, node)
                unit = node.unit
                if unit.kind == "number":
                    shown = unit.name or _shown(node)
                    unit = number(unit.dims, name=shown)
                    if not rounding and not bounds.whole(node, found):
                        unit = number(unit.dims, name="inexact" if unit.dims else "rate")
                found[name] = Step(
                    name, parts.text(fields["label"]), node, unit, _clause(desk, fields), fields["value"].word(),
                    rounding, to, each.place,
                )  # fmt: skip
                scope.values[name] = ("step", unit)
    return found


def _shown(node: Node) -> str:
    """The name a reckoned unit is shown under: "rate" where it stands for a share."""
    return "rate" if not node.unit.dims else ""


def _rounding(desk: Desk, fields: dict[str, Marked], node: Node) -> tuple[str, int]:
    if "round" not in fields:
        if "to" in fields:
            desk.add(fields["to"], "缺少“round”", "“to” needs “round”")
        return "", 1
    rounding = parts.one_of(desk, fields, "round", _ROUNDS, "")
    to = parts.one_of(desk, fields, "to", tuple(_TO), "fen")
    if node.unit.kind != "number":
        desk.add(fields["round"], "只有数值可以取整", "only numbers are rounded")
    if "to" in fields and ("fen", 1) not in node.unit.dims:
        desk.add(fields["to"], "只有金额可取整到角、元", "only money is rounded to jiao or yuan")
    return rounding, _TO.get(to, 1)


def _conditions(desk: Desk, mark: Marked, scope: Scope, origin: str) -> tuple[Condition, ...]:
    found: list[Condition] = []
    with desk.part(mark):
        for name, each in mark.fields().items():
            with desk.part(each):
                parts.check_name(name, frozenset())
                fields = each.fields(("rule", "says", "clause", "from", "until"), ("rule", "says", "clause"))
                node = expression(desk, fields["rule"], scope, YES_NO)
                says, clause, span = parts.text(fields["says"]), _clause(desk, fields), parts.span(fields)
                for placeholder in re.findall(r"<(\w+)>", says.zh + says.en):
                    if placeholder not in scope.values:
                        desk.add(fields["says"], f"未声明“{placeholder}”", f"“{placeholder}” is not declared")
                if node is not None:
                    text = fields["rule"].word()
                    found.append(
                        Condition(
                            name,
                            node,
                            says,
                            clause,
                            text,
                            origin or desk.code,
                            span,
                            "",
                            fields["rule"].place,
                        )
                    )
    return tuple(found)


def _gives(desk: Desk, mark: Marked, scope: Scope, facts: dict[str, Fact]) -> tuple[Outcome, ...]:
    found: list[Outcome] = []
    keys = ("label", "is", "options", "value", "round", "to", "cap", "clause")
    with desk.part(mark):
        for name, each in mark.fields().items():
            with desk.part(each):
                parts.check_name(name, frozenset())
                fields = each.fields(keys, ("label", "is", "value", "clause"))
                options = parts.options(fields["options"]) if "options" in fields else ()
                unit = parse_unit(fields["is"].word(), tuple(code for code, _ in options))
                node = expression(desk, fields["value"], scope, unit)
                cap, cap_clause = None, None
                if "cap" in fields:
                    inner = fields["cap"].fields(("value", "clause"), ("value", "clause"))
                    cap, cap_clause = expression(desk, inner["value"], scope, unit), _clause(desk, inner)
                if node is None:
                    continue
                rounding, to = _rounding(desk, fields, node)
                found.append(
                    Outcome(
                        name, parts.text(fields["label"]), node, unit, _clause(desk, fields), fields["value"].word(),
                        rounding, to, cap, cap_clause, options, each.place,
                    )
                )  # fmt: skip
    return tuple(found)
