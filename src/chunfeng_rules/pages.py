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

    def t(zh: str, en: str) -> str:
        return Text(zh, en)[language]

    m = measure
    lines = [f"# {m.title[language]}", "", m.summary[language], ""]
    if m.confidence == "unverified":
        lines += [_UNVERIFIED[language], ""]
    rows = [
        (t("代码与版本", "code and version"), f"`{m.code}` {m.version}"),
        (t("对象", "for"), SUBJECTS[m.subject][language]),
        (t("地区", "area"), _area(m.area)[language]),
        (t("执行期", "in force"), _span(m.span)[language]),
        (t("享受次数", "how often"), PERIODS[m.once_per][language]),
    ]
    for label, value in (
        (t("付给", "paid to"), m.paid_to),
        (t("资金来源", "paid from"), m.paid_from),
        (t("启动条件", "trigger"), m.trigger),
        (t("费用估计", "estimate"), m.estimate),
    ):
        if value is not None:
            rows.append((label, value[language]))
    if m.excludes:
        rows.append((t("不与下列措施同时享受", "not together with"), ", ".join(f"`{c}`" for c in m.excludes)))
    for code, span, _ in m.gives_way:
        rows.append((t("让位于", "gives way to"), f"`{code}` {_span(span)[language]}"))
    lines += ["| | |", "|---|---|", *(f"| {a} | {_cell(b)} |" for a, b in rows), ""]
    lines += _section(t("依据", "Sources"))
    for source in m.sources:
        more = [x for x in (source.issuer, source.date.isoformat() if source.date else "") if x]
        note = f" {source.note[language]}" if source.note else ""
        lines.append(f"- {source}{'，'.join(['', *more])}{note}")
    lines.append("")
    if m.conditions:
        lines += _section(t("条件（须全部满足）", "Conditions (all must hold)"))
        for n, c in enumerate(m.conditions, 1):
            labels = {k: p.label for k, p in m.parameters.items()} | {k: s.label for k, s in m.steps.items()}
            says = c.says.filled({k: Text(f"“{v.zh}”", f"“{v.en}”") for k, v in labels.items()})[language]
            dates = "" if c.span == Span() else f"（{_span(c.span)[language]}）"
            lines += [f"{n}. {says}{dates} — {_clause(c.clause, m)}", f"   `{_code(c.written)}`"]
        lines.append("")
    if m.gives:
        lines += _section(t("待遇", "Outcome"))
        for o in m.gives:
            lines += [f"- **{o.label[language]}** — {_clause(o.clause, m)}", f"  `{_code(o.written)}`"]
        lines.append("")
    if m.steps:
        lines += _section(t("中间步骤", "Steps"))
        for s in m.steps.values():
            lines += [f"- {s.label[language]} — {_clause(s.clause, m)}", f"  `{s.name} = {_code(s.written)}`"]
        lines.append("")
    if m.parameters:
        lines += _section(t("参数", "Parameters"))
        lines += [
            t("| 参数 | 值 | 日期 | 条款 |", "| parameter | value | days | clause |"),
            "|---|---|---|---|",
        ]
        for p in m.parameters.values():
            for v in p.values:
                where = "" if v.text == m.code else f" ({v.text})"
                worth = parameter_words(p, v.value)[language]
                lines.append(
                    f"| {_cell(p.label[language])} `{p.name}` | {_cell(worth)} | {_span(v.span)[language]} "
                    f"| {_cell(_clause(v.clause, m))}{where} |"
                )
        lines.append("")
    lines += _section(t("需要的资料", "What must be known"))
    lines += [
        t(
            "| 问题 | 单位 | 证明材料 | 登记库可答 |",
            "| question | unit | document | register that answers |",
        ),
        "|---|---|---|---|",
    ]
    for f in m.facts.values():
        proof = f.proof[language] if f.proof else "–"
        lines.append(
            f"| {_cell(f.ask[language])} `{f.name}` | {_unit(f.unit)} | {_cell(proof)} | {f.register or '–'} |"
        )
    lines += ["", *_section(t("案例", "Cases"))]
    for case in m.cases:
        given = []
        for name, value in case.given.items():
            if name in m.facts:
                fact = m.facts[name]
                given.append(
                    f"{fact.label[language]} {value_words(value, fact.unit, fact.options)[language]}"
                )
            else:
                given.append(f"{m.groups[name].label[language]} × {len(value)}")
        comes = [STATES[case.expect][language]]
        for outcome in m.gives:
            if outcome.name in case.gives:
                words = value_words(case.gives[outcome.name], outcome.unit, outcome.options)
                comes.append(f"{outcome.label[language]} {words[language]}")
        joined = t("；", "; ").join(given)
        lines.append(
            f"- {case.name[language]} ({case.on.isoformat()}): {joined} → **{t('，', ', ').join(comes)}**"
        )
    lines += ["", *_section(t("版本", "Versions"))]
    lines += [f"- {version}: {text[language]}" for version, text in reversed(m.changes)]
    lines += ["", _GENERATED[language], ""]
    return "\n".join(lines)


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
