"""Which text holds where two meet: the higher prevails, between equals the later, unless the measure allows otherwise.

A local text can set values or add conditions to a measure (`refined`), or be a measure of its own in the same family
(`settled`). Both become data on the measure, so both evaluators follow them and the explanation can name them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from chunfeng_rules.measure import Measure, Parameter, Refinement, Span, Value, area_level
from chunfeng_rules.reading import refine
from chunfeng_rules.texts import BadMeasure, Finding, Text

_EARLY = date(1, 1, 1)


def _start(value: Value) -> date:
    return value.span.first or _EARLY


def ordered(parameter: Parameter, values: Iterable[Value]) -> tuple[Value, ...]:
    """Values of all texts in the order of precedence: the first that holds on a day in an area is taken."""

    def key(value: Value) -> Any:
        later = -_start(value).toordinal()
        match parameter.local:
            case "sets":
                return (-value.level, later)
            case "stricter":
                worth = value.value.toordinal() if isinstance(value.value, date) else value.value
                return (worth if parameter.stricter == "lower" else -worth, value.level, later)
        return (value.level, later)

    return tuple(sorted(values, key=key))


def refined(base: Measure, refinements: Iterable[Refinement]) -> Measure:
    """The measure with its local texts worked in. Raises BadMeasure when one does not fit it."""
    texts, sources = dict(base.texts), list(base.sources)
    values = {name: list(p.values) for name, p in base.parameters.items()}
    conditions, cases = list(base.conditions), list(base.cases)
    for each in refinements:
        local = refine(each, base)
        if base.area and not local.area.startswith(base.area):
            says = Text(f"所在地区不在 {base.code} 的范围内", f"this area lies outside that of {base.code}")
            raise BadMeasure([Finding(says, local.place)])
        texts[local.code] = local.title
        sources += [s for s in local.sources if s not in sources]
        for name, more in local.values.items():
            values[name] += [replace(v, span=_within(v.span, local.span)) for v in more]
        conditions += local.conditions
        cases += local.cases
    return replace(
        base,
        parameters={n: replace(p, values=ordered(p, values[n])) for n, p in base.parameters.items()},
        conditions=tuple(conditions),
        cases=tuple(cases),
        sources=tuple(sources),
        texts=tuple(texts.items()),
    )


def _within(inner: Span, outer: Span) -> Span:
    first = max((d for d in (inner.first, outer.first) if d), default=None)
    last = min((d for d in (inner.last, outer.last) if d), default=None)
    return Span(first, last)


def settled(measures: Iterable[Measure]) -> list[Measure]:
    """The measures of a family made to give way: a lower to a higher, an earlier to a later of its level."""
    everyone = list(measures)
    found = []
    for one in everyone:
        ways = []
        for other in everyone:
            if other is one or other.family != one.family or not other.span.meets(one.span):
                continue
            level, above = area_level(one.area), area_level(other.area)
            if not (one.area.startswith(other.area) or other.area.startswith(one.area)):
                continue
            later = (other.span.first or _EARLY, other.code) > (one.span.first or _EARLY, one.code)
            if above < level or (above == level and later):
                ways.append((other.code, other.span, other.area))
        found.append(replace(one, gives_way=tuple(sorted(ways, key=lambda w: w[0]))))
    return found
