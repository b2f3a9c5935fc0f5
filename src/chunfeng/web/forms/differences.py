"""What one version of a form changed against another, entry by entry, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from chunfeng.reporting.definition import FormDefinition, Indicator, Source, Text, Type
from chunfeng.web.forms import words


@dataclass(frozen=True)
class Difference:
    """One change: where, what stood, what stands now; either is empty for something new or gone."""

    where: str
    old: str
    new: str


def differences(old: FormDefinition, new: FormDefinition) -> list[Difference]:
    """Every entry that differs, in the order of the page."""
    found = _compare("", _terms(old), _terms(new))
    found += _keyed(
        _("indicator"), {i.code: i for i in old.indicators}, {i.code: i for i in new.indicators}, _indicator
    )
    found += _keyed(
        _("check"),
        {c.code: (c, old) for c in old.checks},
        {c.code: (c, new) for c in new.checks},
        lambda pair: {
            "": words.rule(pair[0].rule.text, {i.code: str(i.label) for i in pair[1].indicators}),
            _("strength"): str(dict(words.STRENGTHS)[pair[0].strength.value]),
            _("words"): str(pair[0].message),
        },
    )
    order_old = [i.code for i in old.indicators if new.indicator(i.code)]
    order_new = [i.code for i in new.indicators if old.indicator(i.code)]
    if order_old != order_new:
        found.append(Difference(_("order of the questions"), _names(old, order_old), _names(new, order_new)))
    return found


def _names(form: FormDefinition, order: list[str]) -> str:
    return "、".join(str(each.label) for code in order if (each := form.indicator(code)))


def _terms(form: FormDefinition) -> dict[str, str]:
    return {
        _("title"): str(form.title),
        _("source"): str(form.source),
        _("how often"): words.rhythm(form.every),
        _("in peak periods"): words.rhythm(form.peak_every) if form.peak_every else "",
        _("cut-off"): words.cut_off(form),
        _("grace"): words.minutes(form.grace) if form.grace else "",
        _("only on working days"): _yes(form.working_days),
        _("a zero report is allowed"): _yes(form.zero),
        _("figures"): str(dict(words.FIGURES)[form.figures]),
        _("who reports"): "；".join(words.reporter(each, {}, {}) for each in form.reporters),
        _("breakdowns"): "；".join(
            f"{each.label}（{_labels(each.categories)}）" for each in form.dimensions.values()
        ),
        _("note"): str(form.note),
    }


def _indicator(each: Indicator) -> dict[str, str]:
    number = each.numeric
    return {
        "": str(each.label),
        _("type"): str(words.TYPES[each.type]),
        _("unit"): each.unit,
        _("digits after the point"): str(each.decimals) if each.type is Type.NUMBER else "",
        _("put together"): str(words.AGGREGATES[each.aggregate]) if number else "",
        _("must be filled in"): _yes(each.required),
        _("breakdowns"): "、".join(each.by),
        _("choices"): _labels(each.choices),
        _("ratio of"): f"{each.of} ÷ {each.to}" if each.of else "",
        _("target"): "" if each.target is None else f"{each.target}%",
        _("jump"): words.jump(each),
        _("help"): str(each.help),
        _("source"): str(each.source or Source()),
        _("filled from a register"): each.prefill,
    }


def _keyed(kind: str, old: Mapping[str, Any], new: Mapping[str, Any], say: Any) -> list[Difference]:
    found = []
    for code in [*new, *(code for code in old if code not in new)]:
        was, now = (say(side[code]) if code in side else None for side in (old, new))
        name = f"{kind} “{(now or was)['']}”"
        if was is None or now is None:
            found.append(Difference(name, was[""] if was else "", now[""] if now else ""))
        else:
            found += _compare(name, was, now)
    return found


def _compare(name: str, old: Mapping[str, str], new: Mapping[str, str]) -> list[Difference]:
    return [
        Difference(" · ".join(part for part in (name, key) if part), old[key], new[key])
        for key in new
        if old[key] != new[key]
    ]


def _labels(labels: Mapping[str, Text]) -> str:
    return "、".join(str(label) for label in labels.values())


def _yes(truth: bool) -> str:
    return _("yes") if truth else _("no")
