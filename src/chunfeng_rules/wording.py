"""Explanations in words, Chinese and English: sums with their values, sentences with their figures, the answer."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from chunfeng_rules.functions import compiled
from chunfeng_rules.measure import ASK, ELIGIBLE, NOT_ELIGIBLE, Measure, Outcome, Parameter
from chunfeng_rules.texts import UNKNOWN, Text
from chunfeng_rules.tree import (
    All,
    Arithmetic,
    Call,
    Choose,
    Compare,
    Extreme,
    Literal,
    Look,
    Member,
    Name,
    Node,
    Not,
    Some,
)
from chunfeng_rules.units import RATE, Unit, words

if TYPE_CHECKING:
    from chunfeng_rules.explanation import Explanation

_SIGNS = {"*": "×", "/": "÷", "-": "−", "<=": "≤", ">=": "≥", "!=": "≠", "==": "="}
_RANKS = {"+": 1, "-": 1, "*": 2, "/": 2}
_ROUNDED = {
    "half_up": Text("四舍五入到{}", "rounded to the {}"),
    "down": Text("不足一{}的舍去", "what is less than a {} dropped"),
    "up": Text("不足一{}的进为一{}", "raised to a whole {}"),
}
_COINS = {1: Text("分", "fen"), 10: Text("角", "jiao"), 100: Text("元", "yuan")}
Labels = Iterable[tuple[str, Text]]


def value_words(value: Any, unit: Unit, options: Labels = ()) -> Text:
    """A value in words, a choice by its label; exact rates may come as fractions."""
    if unit.scale == RATE and isinstance(value, Fraction):
        value = value * RATE
    return words(value, unit, dict(options))


def parameter_words(parameter: Parameter, value: Any) -> Text:
    """A parameter's value in words; tables and lists option by option."""
    labels = dict(parameter.labels)
    if isinstance(value, dict):
        parts = [(labels.get(k, Text(k, k)), value_words(v, parameter.unit)) for k, v in value.items()]
        return Text(
            "；".join(f"{k.zh}{v.zh}" for k, v in parts), "; ".join(f"{k.en} {v.en}" for k, v in parts)
        )
    if isinstance(value, tuple):
        held = [value_words(v, parameter.unit, parameter.labels) for v in value]
        return Text("、".join(h.zh for h in held), ", ".join(h.en for h in held))
    return value_words(value, parameter.unit, parameter.labels)


def _name(name: str, kind: str, measure: Measure, env: dict[str, Any]) -> Text:
    value = env.get(name)
    if kind == "parameter":
        return parameter_words(measure.parameters[name], value)
    if kind == "step":
        return value_words(value, measure.steps[name].unit)
    if kind == "fact":
        fact = measure.facts[name]
        if fact.unit.kind == "yes_no":
            shown = words(value, fact.unit)
            return Text(f"{fact.label.zh}：{shown.zh}", f"{fact.label.en}: {shown.en}")
        return value_words(value, fact.unit, fact.options)
    return words(value, Unit("date" if kind == "on" else "area"))


def filled(text: Text, measure: Measure, env: dict[str, Any]) -> Text:
    """A sentence whose <names> of parameters, steps and facts are filled with their values."""
    if "<" not in text.zh and "<" not in text.en:
        return text
    kinds = (("parameter", measure.parameters), ("step", measure.steps), ("fact", measure.facts))
    values = {
        n: _name(n, kind, measure, env)
        for kind, held in kinds
        for n in held
        if f"<{n}>" in text.zh or f"<{n}>" in text.en
    }
    return text.filled(values)


def said(node: Node, measure: Measure, env: dict[str, Any], rank: int = 0) -> Text:
    """An expression with the values of this case."""
    match node:
        case Name(name=name, kind=kind):
            return _name(name, kind, measure, env)
        case Literal(value=value):
            return words(value, node.unit)
        case Arithmetic(op=op, left=left, right=right):
            own = _RANKS[op]
            one, other = said(left, measure, env, own), said(right, measure, env, own + (op in "-/"))
            return _bracketed(_infix(one, _SIGNS.get(op, op), other), rank > own)
        case Compare(op=op, left=left, right=right):
            one, other = said(left, measure, env), said(right, measure, env)
            if left.unit.kind == "choice":
                labels = _options(left, measure) or _options(right, measure)
                one, other = (_code(n, t, labels) for n, t in ((left, one), (right, other)))
            return _infix(one, _SIGNS.get(op, op), other)
        case All(items=items) | Some(items=items):
            word = Text("，且", ", and ") if isinstance(node, All) else Text("，或", ", or ")
            parts = [said(i, measure, env, 9) for i in items]
            joined = Text(word.zh.join(p.zh for p in parts), word.en.join(p.en for p in parts))
            return _bracketed(joined, rank > 0)
        case Not(item=item):
            inner = said(item, measure, env)
            return Text(f"非（{inner.zh}）", f"not ({inner.en})")
        case Choose(test=test, then=then, other=other):
            return _choice(test, then, other, measure, env, rank)
        case Extreme(least=least, items=items):
            parts = [said(i, measure, env) for i in items]
            head = Text("较小者", "the lesser of ") if least else Text("较大者", "the greater of ")
            return Text(
                f"{head.zh}（{'，'.join(p.zh for p in parts)}）",
                f"{head.en}({', '.join(p.en for p in parts)})",
            )
        case Member(item=item, codes=codes, parameter=parameter):
            labels = _options(item, measure)
            held = env.get(parameter) if parameter else codes
            names = [labels.get(c, Text(c, c)) for c in held or ()]
            one = _code(item, said(item, measure, env), labels)
            return Text(
                f"{one.zh} 属于（{'、'.join(n.zh for n in names)}）",
                f"{one.en} among ({', '.join(n.en for n in names)})",
            )
        case Call(arguments=arguments):
            return _call(node, arguments, measure, env)
        case Look(parameter=parameter, key=key):
            value = _value(node, env)
            at = said(key, measure, env)
            shown = value_words(value, measure.parameters[parameter].unit)
            return Text(f"{shown.zh}（{at.zh}）", f"{shown.en} ({at.en})")
    raise TypeError(node)  # pragma: no cover


def _value(node: Node, env: dict[str, Any]) -> Any:
    return compiled(node)(env)


def _choice(test: Node, then: Node, other: Node, measure: Measure, env: dict[str, Any], rank: int) -> Text:
    taken = _value(test, env)
    if taken is not None:
        return said(then if taken else other, measure, env, rank)
    asked, yes, no = said(test, measure, env), said(then, measure, env), said(other, measure, env)
    return Text(f"（若{asked.zh}，则{yes.zh}，否则{no.zh}）", f"({yes.en} if {asked.en}, else {no.en})")


def _call(node: Call, arguments: tuple[Node, ...], measure: Measure, env: dict[str, Any]) -> Text:
    parts = [said(a, measure, env) for a in arguments]
    value = words(_value(node, env), node.unit)
    match node.function:
        case "within":
            return Text(f"{parts[0].zh} 位于 {parts[1].zh}", f"{parts[0].en} within {parts[1].en}")
        case "year":
            return words(_value(node, env), node.unit)
        case "plus_days" | "plus_months":
            return Text(
                f"{value.zh}（{parts[0].zh}起{parts[1].zh}）",
                f"{value.en} ({parts[1].en} after {parts[0].en})",
            )
    return Text(f"{value.zh}（{parts[0].zh}至{parts[1].zh}）", f"{value.en} ({parts[0].en} to {parts[1].en})")


def _options(node: Node, measure: Measure) -> dict[str, Text]:
    if isinstance(node, Name) and node.kind == "fact":
        return dict(measure.facts[node.name].options)
    return {}


def _code(node: Node, text: Text, labels: dict[str, Text]) -> Text:
    return labels.get(str(node.value), text) if isinstance(node, Literal) else text


def _infix(one: Text, sign: str, other: Text) -> Text:
    return Text(f"{one.zh} {sign} {other.zh}", f"{one.en} {sign} {other.en}")


def _bracketed(text: Text, wanted: bool) -> Text:
    return Text(f"（{text.zh}）", f"({text.en})") if wanted else text


def sum_of(node: Node, value: Any, unit: Unit, measure: Measure, env: dict[str, Any]) -> Text:
    """A figure as a sum: the values that go in, and what comes out."""
    inner, outer = said(node, measure, env), value_words(value, unit)
    return inner if inner == outer or (outer == UNKNOWN and inner == UNKNOWN) else _infix(inner, "=", outer)


def outcome_sum(outcome: Outcome, value: Any, measure: Measure, env: dict[str, Any]) -> Text:
    """An outcome as a sum, with its cap and how it was rounded."""
    inner = said(outcome.node, measure, env)
    if outcome.cap is not None:
        cap = said(outcome.cap, measure, env)
        inner = Text(f"{inner.zh}，不超过{cap.zh}", f"{inner.en}, at most {cap.en}")
    shown = value_words(value, outcome.unit, outcome.options)
    if outcome.unit.kind != "number" and isinstance(outcome.node, Literal):
        return shown
    found = inner if inner == shown else _infix(inner, "=", shown)
    if outcome.round and value is not None:
        exact = _value(outcome.node, env)
        if exact is not None and Fraction(exact) != value and outcome.cap is None:
            how = _how(outcome)
            found = Text(f"{found.zh}（{how.zh}）", f"{found.en} ({how.en})")
    return found


_WHOLE = {
    "half_up": Text("四舍五入取整", "rounded to a whole number"),
    "down": Text("舍去零头", "fractions dropped"),
    "up": Text("零头进一", "raised to a whole number"),
}


def _how(outcome: Outcome) -> Text:
    """How an outcome was rounded."""
    if ("fen", 1) not in outcome.unit.dims:
        return _WHOLE[outcome.round]
    how, coin = _ROUNDED[outcome.round], _COINS[outcome.to]
    return Text(how.zh.replace("{}", coin.zh), how.en.replace("{}", coin.en))


def _listed(names: Iterable[str], measure: Measure) -> Text:
    labels = [measure.facts[n].label if n in measure.facts else Text("所在地区", "the area") for n in names]
    return Text("、".join(t.zh for t in labels), ", ".join(t.en for t in labels))


def _colon(outcome: Outcome) -> tuple[str, str]:
    """What stands between a label and its value: 返还18,000元, but 已提前公告：是."""
    return ("：", ":") if outcome.unit.kind in ("yes_no", "choice", "area") else ("", "")


def answer(explanation: Explanation) -> Text:
    """One sentence: the result, and what would decide it."""
    measure = explanation.measure
    match explanation.state:
        case state if state == ELIGIBLE:
            known = [g for g in explanation.gives if g.value is not None]
            zh = "；".join(f"{g.outcome.label.zh}{_colon(g.outcome)[0]}{g.words.zh}" for g in known)
            en = "; ".join(f"{g.outcome.label.en}{_colon(g.outcome)[1]} {g.words.en}" for g in known)
            yes = measure.says_yes or Text("符合条件", "Eligible")
            needs = _listed(explanation.asks_outcome, measure)
            more_zh = f"请再告知：{needs.zh}。" if explanation.asks_outcome else ""
            more_en = f" Tell us also: {needs.en}." if explanation.asks_outcome else ""
            return Text(
                f"{yes.zh}{'，' + zh if zh else ''}。{more_zh}",
                f"{yes.en}{': ' + en if en else ''}.{more_en}",
            )
        case state if state == NOT_ELIGIBLE:
            failed = explanation.failed
            zh = "；".join(f"{c.says.zh}（{c.clause.at}）" for c in failed)
            en = " ".join(f"{c.says.en} ({c.clause.at})" for c in failed)
            no = measure.says_no or Text("不符合条件", "Not eligible")
            return Text(f"{no.zh}，未满足：{zh}。", f"{no.en}. Not met: {en}")
        case state if state == ASK:
            needs = _listed(explanation.asks, measure)
            if not explanation.asks:
                return Text(
                    "资料不足，暂不能判定。", "This cannot be decided: a value or a figure is missing."
                )
            return Text(f"还不能判定，请告知：{needs.zh}。", f"Not decided yet. Tell us: {needs.en}.")
    if explanation.gave_way:
        return Text(
            f"当日当地执行另一文本：{explanation.gave_way}。",
            f"On that day there another text holds: {explanation.gave_way}.",
        )
    return Text("该措施当日或当地不执行。", "The measure is not in force on that day or in that area.")


_MARKS = {True: Text("✓", "✓"), False: Text("✗", "✗"), None: Text("？", "?")}


def lines(explanation: Explanation, language: str) -> list[str]:
    """The whole explanation in plain lines of one language."""
    measure, found = explanation.measure, []
    unverified = Text("（未核实）", " (unverified)")[language] if measure.confidence == "unverified" else ""
    found.append(f"{measure.title[language]} {measure.version}{unverified}")
    found.append(explanation.answer[language])
    for c in explanation.conditions:
        if c.applies:
            mark = _MARKS[c.value][language]
            found.append(f"  {mark} {c.says[language]}  [{c.sum[language]}]  {c.clause}")
    for s in explanation.steps:
        found.append(f"  · {s.step.label[language]}  [{s.sum[language]}]  {s.step.clause}")
    for g in explanation.gives:
        if g.value is not None:
            found.append(f"  = {g.outcome.label[language]}  {g.sum[language]}  {g.outcome.clause}")
    for w in explanation.won:
        parameter = measure.parameters[w.parameter]
        over = "、".join(f"{v.text} {parameter_words(parameter, v.value)[language]}" for v in w.over)
        label = Text("以", "prevails: ")[language]
        gave = Text("为准，不采", "; gave way: ")[language]
        found.append(f"  ! {parameter.label[language]} {label}{w.value.clause}{gave}{over}")
    for name in explanation.odd:
        word = Text("超出范围，按未知处理", "is out of range and counts as unknown")[language]
        found.append(f"  ! {measure.facts[name].label[language]} {word}")
    return found
