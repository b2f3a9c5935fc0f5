"""Pages about measures for people, in Chinese and English: one a measure and an index, made from the files alone."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from chunfeng_rules.measure import Clause, Measure, Span
from chunfeng_rules.texts import Text
from chunfeng_rules.units import Unit
from chunfeng_rules.wording import parameter_words, value_words

LANGUAGES = ("zh", "en")
SUBJECTS = {
    "person": Text("个人", "person"),
    "employer": Text("用人单位", "employer"),
    "group": Text("团体", "group"),
    "claim": Text("申请件", "claim"),
}
PERIODS = {
    "once": Text("一次", "once"),
    "day": Text("每日一次", "once a day"),
    "month": Text("每月一次", "once a month"),
    "year": Text("每年一次", "once a year"),
    "event": Text("每次事件一次", "once for each event"),
    "case": Text("每案一次", "once for each case"),
}
STATES = {
    "eligible": Text("符合", "eligible"),
    "not eligible": Text("不符合", "not eligible"),
    "ask": Text("资料不足", "not decided"),
    "not in force": Text("不执行", "not in force"),
}
_ALWAYS, _GENERATED = (
    Text("不限", "no limit"),
    Text(
        "本页由措施文件生成，请勿手改（`chunfeng measure pages docs/policy`）。",
        "This page is made from the file of the measure; do not edit it (`chunfeng measure pages docs/policy`).",
    ),
)
_UNVERIFIED = Text(
    "**未核实**：条文未经逐字核对，使用前请核对原文。",
    "**Unverified**: the text has not been checked word by word; check it before use.",
)


def write(measures: Iterable[Measure], folder: Path) -> int:
    """Write all pages and remove those of measures that are gone; returns how many pages there are."""
    wanted = pages(measures)
    for name, text in wanted.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
    for path in folder.glob("*/*.md"):
        if path.relative_to(folder).as_posix() not in wanted:
            path.unlink()
    return len(wanted)


def pages(measures: Iterable[Measure]) -> dict[str, str]:
    """Path below the folder → Markdown."""
    held = sorted(measures, key=lambda m: m.code)
    found = {}
    for language in LANGUAGES:
        found[f"{language}/index.md"] = _index(held, language)
        for measure in held:
            found[f"{language}/{measure.code}.md"] = page(measure, language)
    return found


def _index(measures: list[Measure], language: str) -> str:
    head = Text("政策措施", "Measures")
    columns = Text("| 措施 | 对象 | 地区 | 执行期 | 版本 |", "| measure | for | area | in force | version |")
    lines = [f"# {head[language]}", "", _GENERATED[language], "", columns[language], "|---|---|---|---|---|"]
    for m in measures:
        sign = Text("（未核实）", " (unverified)")[language] if m.confidence == "unverified" else ""
        lines.append(
            f"| [{_cell(m.title[language])}]({m.code}.md){sign} | {SUBJECTS[m.subject][language]} "
            f"| {_area(m.area)[language]} | {_span(m.span)[language]} | {m.version} |"
        )
    return "\n".join(lines) + "\n"


def page(measure: Measure, language: str) -> str:
    """The page of one measure."""
    lines = [f"# {measure.title[language]}", "", measure.summary[language], ""]
    if measure.confidence == "unverified":
        lines += [_UNVERIFIED[language], ""]
    for part in (
        _at_a_glance,
        _sources,
        _conditions,
        _outcome,
        _steps,
        _parameters,
        _facts,
        _cases,
        _versions,
    ):
        lines += part(measure, language)
    lines += ["", _GENERATED[language], ""]
    return "\n".join(lines)


def _at_a_glance(m: Measure, language: str) -> list[str]:
    rows = [
        (Text("代码与版本", "code and version"), f"`{m.code}` {m.version}"),
        (Text("对象", "for"), SUBJECTS[m.subject][language]),
        (Text("地区", "area"), _area(m.area)[language]),
        (Text("执行期", "in force"), _span(m.span)[language]),
        (Text("享受次数", "how often"), PERIODS[m.once_per][language]),
    ]
    for label, value in (
        (Text("付给", "paid to"), m.paid_to),
        (Text("资金来源", "paid from"), m.paid_from),
        (Text("启动条件", "trigger"), m.trigger),
        (Text("费用估计", "estimate"), m.estimate),
    ):
        if value is not None:
            rows.append((label, value[language]))
    if m.excludes:
        others = ", ".join(f"`{c}`" for c in m.excludes)
        rows.append((Text("不与下列措施同时享受", "not together with"), others))
    for code, span, _ in m.gives_way:
        rows.append((Text("让位于", "gives way to"), f"`{code}` {_span(span)[language]}"))
    return ["| | |", "|---|---|", *(f"| {a[language]} | {_cell(b)} |" for a, b in rows), ""]


def _sources(m: Measure, language: str) -> list[str]:
    lines = _section(Text("依据", "Sources")[language])
    for source in m.sources:
        more = [x for x in (source.issuer, source.date.isoformat() if source.date else "") if x]
        note = f" {source.note[language]}" if source.note else ""
        lines.append(f"- {source}{'，'.join(['', *more])}{note}")
    return [*lines, ""]


def _conditions(m: Measure, language: str) -> list[str]:
    if not m.conditions:
        return []
    lines = _section(Text("条件（须全部满足）", "Conditions (all must hold)")[language])
    labels = {k: p.label for k, p in m.parameters.items()} | {k: s.label for k, s in m.steps.items()}
    quoted = {k: Text(f"“{v.zh}”", f"“{v.en}”") for k, v in labels.items()}
    for n, c in enumerate(m.conditions, 1):
        dates = "" if c.span == Span() else f"（{_span(c.span)[language]}）"
        says = c.says.filled(quoted)[language]
        lines += [f"{n}. {says}{dates} — {_clause(c.clause, m)}", f"   `{_code(c.written)}`"]
    return [*lines, ""]


def _outcome(m: Measure, language: str) -> list[str]:
    if not m.gives:
        return []
    lines = _section(Text("待遇", "Outcome")[language])
    for o in m.gives:
        lines += [f"- **{o.label[language]}** — {_clause(o.clause, m)}", f"  `{_code(o.written)}`"]
    return [*lines, ""]


def _steps(m: Measure, language: str) -> list[str]:
    if not m.steps:
        return []
    lines = _section(Text("中间步骤", "Steps")[language])
    for s in m.steps.values():
        lines += [f"- {s.label[language]} — {_clause(s.clause, m)}", f"  `{s.name} = {_code(s.written)}`"]
    return [*lines, ""]


def _parameters(m: Measure, language: str) -> list[str]:
    if not m.parameters:
        return []
    head = Text("| 参数 | 值 | 日期 | 条款 |", "| parameter | value | days | clause |")
    lines = [*_section(Text("参数", "Parameters")[language]), head[language], "|---|---|---|---|"]
    for p in m.parameters.values():
        for v in p.values:
            where = "" if v.text == m.code else f" ({v.text})"
            worth = parameter_words(p, v.value)[language]
            lines.append(
                f"| {_cell(p.label[language])} `{p.name}` | {_cell(worth)} | {_span(v.span)[language]} "
                f"| {_cell(_clause(v.clause, m))}{where} |"
            )
    return [*lines, ""]


def _facts(m: Measure, language: str) -> list[str]:
    head = Text(
        "| 问题 | 单位 | 证明材料 | 登记库可答 |", "| question | unit | document | register that answers |"
    )
    title = Text("需要的资料", "What must be known")
    lines = [*_section(title[language]), head[language], "|---|---|---|---|"]
    for f in m.facts.values():
        proof = f.proof[language] if f.proof else "–"
        lines.append(
            f"| {_cell(f.ask[language])} `{f.name}` | {_unit(f.unit)} | {_cell(proof)} | {f.register or '–'} |"
        )
    return [*lines, ""]


def _cases(m: Measure, language: str) -> list[str]:
    between, comma = Text("；", "; ")[language], Text("，", ", ")[language]
    lines = _section(Text("案例", "Cases")[language])
    for case in m.cases:
        given = []
        for name, value in case.given.items():
            if name in m.facts:
                fact = m.facts[name]
                words = value_words(value, fact.unit, fact.options)
                given.append(f"{fact.label[language]} {words[language]}")
            else:
                given.append(f"{m.groups[name].label[language]} × {len(value)}")
        comes = [STATES[case.expect][language]]
        for outcome in m.gives:
            if outcome.name in case.gives:
                words = value_words(case.gives[outcome.name], outcome.unit, outcome.options)
                comes.append(f"{outcome.label[language]} {words[language]}")
        when = case.on.isoformat()
        lines.append(f"- {case.name[language]} ({when}): {between.join(given)} → **{comma.join(comes)}**")
    return [*lines, ""]


def _versions(m: Measure, language: str) -> list[str]:
    lines = _section(Text("版本", "Versions")[language])
    return [*lines, *(f"- {version}: {text[language]}" for version, text in reversed(m.changes))]


def _section(title: str) -> list[str]:
    return [f"## {title}", ""]


def _clause(clause: Clause, measure: Measure) -> str:
    return clause.at if clause.source == measure.sources[0] else str(clause)


def _area(prefix: str) -> Text:
    return (
        Text("全国", "the whole country")
        if not prefix
        else Text(prefix.ljust(12, "0"), prefix.ljust(12, "0"))
    )


def _span(span: Span) -> Text:
    if span == Span():
        return _ALWAYS
    first = span.first.isoformat() if span.first else ""
    last = span.last.isoformat() if span.last else ""
    return Text(f"{first} 至 {last or '今'}", f"{first} to {last or 'now'}")


def _unit(unit: Unit) -> str:
    return unit.name or unit.kind


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _code(text: str) -> str:
    return " ".join(text.split())
