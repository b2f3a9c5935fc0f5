"""Measures together: the shipped ones, or any set of files, with local texts worked in and families settled."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from chunfeng_rules.measure import Measure, Refinement
from chunfeng_rules.precedence import refined, settled
from chunfeng_rules.reading import read_path
from chunfeng_rules.texts import BadMeasure, Finding, Text

SHIPPED = Path(__file__).with_name("measures")


def assemble(parsed: Iterable[Measure | Refinement]) -> dict[str, Measure]:
    """Code → measure, refined and settled. Raises BadMeasure for a code twice or a refinement of nothing."""
    measures: dict[str, Measure] = {}
    local: dict[str, list[Refinement]] = {}
    findings: list[Finding] = []
    codes: set[str] = set()
    for each in parsed:
        if each.code in codes:
            says = Text(f"代码“{each.code}”重复", f"the code “{each.code}” is there twice")
            findings.append(Finding(says, each.place))
        codes.add(each.code)
        if isinstance(each, Measure):
            measures[each.code] = each
        else:
            local.setdefault(each.refines, []).append(each)
    for code, texts in local.items():
        if code not in measures:
            says = Text(f"没有措施“{code}”", f"there is no measure “{code}” to refine")
            findings += [Finding(says, t.place) for t in texts]
            continue
        try:
            measures[code] = refined(measures[code], texts)
        except BadMeasure as bad:
            findings += bad.findings
    findings += shared_facts(measures.values())
    if findings:
        raise BadMeasure(findings)
    return {m.code: m for m in settled(measures[c] for c in sorted(measures))}


def shared_facts(measures: Iterable[Measure]) -> list[Finding]:
    """A fact of one name means one thing everywhere: same unit, same options."""
    seen: dict[str, Measure] = {}
    findings = []
    for measure in measures:
        for fact in measure.facts.values():
            first = seen.setdefault(fact.name, measure)
            if not first.facts[fact.name].unit.same(fact.unit):
                says = Text(
                    f"事项“{fact.name}”与 {first.code} 中的单位或选项不同",
                    f"“{fact.name}” has another unit or other options than in {first.code}",
                )
                findings.append(Finding(says, fact.place or measure.place))
    return findings


def load(paths: Iterable[Path]) -> dict[str, Measure]:
    """The measures of these files. Raises BadMeasure with the findings of all of them."""
    parsed, findings = [], []
    for path in paths:
        try:
            parsed.append(read_path(path))
        except BadMeasure as bad:
            findings += bad.findings
    if findings:
        raise BadMeasure(findings)
    return assemble(parsed)


@cache
def shipped() -> dict[str, Measure]:
    """The measures shipped with the programme, read once."""
    return load(sorted(SHIPPED.glob("*.yaml")))
