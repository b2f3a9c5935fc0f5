"""The named cases of a measure, read in the units of its facts and outcomes."""

from __future__ import annotations

from typing import Any

from chunfeng_rules import parts
from chunfeng_rules.marks import Marked
from chunfeng_rules.measure import STATES, Case, Group, Measure
from chunfeng_rules.parts import Desk
from chunfeng_rules.texts import Trouble
from chunfeng_rules.units import AREA, DATE, parse_value


def read_cases(desk: Desk, mark: Marked, measure: Measure) -> tuple[Case, ...]:
    """The named cases, their facts read in the units of the measure."""
    found: list[Case] = []
    with desk.part(mark):
        for each in mark.items():
            with desk.part(each):
                found.append(_case(desk, each, measure))
    return tuple(found)


def _case(desk: Desk, mark: Marked, measure: Measure) -> Case:
    keys = ("name", "on", "area", "given", "expect", "gives", "fails", "asks")
    fields = mark.fields(keys, ("name", "on", "given", "expect"))
    given: dict[str, Any] = {}
    for name, each in fields["given"].fields().items():
        with desk.part(each):
            if name in measure.groups:
                given[name] = [_row(desk, row, measure.groups[name]) for row in each.items()]
            elif name in measure.facts:
                given[name] = parse_value(each.word(), measure.facts[name].unit)
            else:
                raise Trouble(f"未声明的事项“{name}”", f"“{name}” is no fact of this measure")
    outcomes = {o.name: o.unit for o in measure.gives}
    gives: dict[str, Any] = {}
    for name, each in (fields["gives"].fields() if "gives" in fields else {}).items():
        with desk.part(each):
            if name not in outcomes:
                raise Trouble(f"没有结果“{name}”", f"“{name}” is no outcome of this measure")
            gives[name] = parse_value(each.word(), outcomes[name])
    return Case(
        name=parts.text(fields["name"]),
        on=parse_value(fields["on"].word(), DATE),
        area=parse_value(fields["area"].word(), AREA) if "area" in fields else None,
        given=given,
        expect=parts.one_of(desk, fields, "expect", STATES, ""),
        gives=gives,
        fails=tuple(m.word() for m in fields["fails"]) if "fails" in fields else None,
        asks=tuple(m.word() for m in fields["asks"]) if "asks" in fields else None,
        place=mark.place,
    )


def _row(desk: Desk, mark: Marked, group: Group) -> dict[str, Any]:
    units = {c.name: c.unit for c in group.columns}
    row: dict[str, Any] = {}
    for name, each in mark.fields(tuple(units)).items():
        with desk.part(each):
            row[name] = parse_value(each.word(), units[name])
    return row
