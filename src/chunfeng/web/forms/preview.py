"""A definition as the page of the phone will ask it, and as a reader wants it explained."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from chunfeng.reporting.definition import Check, FormDefinition, Indicator
from chunfeng.web.forms import words
from chunfeng.web.forms.reach import Reach
from chunfeng.web.reports.cells import Question, questions


@dataclass(frozen=True)
class Preview:
    """A whole form, ready to be shown."""

    form: FormDefinition
    questions: list[Question]
    ratios: list[tuple[str, str]]
    jumps: list[tuple[str, str]]
    rhythm: str
    peak: str
    cut_off: str
    grace: str
    checks: list[tuple[Check, str]]
    reach: Reach | None


def preview(form: FormDefinition, reach: Reach | None = None, *, deadline: str = "") -> Preview:
    """What the page shows; `deadline` replaces the rhythm's cut-off for a data call."""
    labels = {each.code: str(each.label) for each in form.indicators}
    return Preview(
        form=form,
        questions=questions(form, None, {}),
        ratios=[(str(each.label), _ratio(form, each, labels)) for each in form.ratios],
        jumps=[(str(each.label), text) for each in form.indicators if (text := words.jump(each))],
        rhythm=words.rhythm(form.every),
        peak=words.rhythm(form.peak_every) if form.peak_every else "",
        cut_off=deadline or words.cut_off(form),
        grace=words.minutes(form.grace) if form.grace else "",
        checks=[(check, words.rule(check.rule.text, labels)) for check in form.checks],
        reach=reach,
    )


def _ratio(form: FormDefinition, each: Indicator, labels: dict[str, str]) -> str:
    text = f"{_label(form, each.of, labels)} ÷ {_label(form, each.to, labels)}"
    return text if each.target is None else f"{text} · " + _("target %(n)s%%") % {"n": each.target}


def _label(form: FormDefinition, code: str, labels: dict[str, str]) -> str:
    cell = form.cells.get(code)
    name = labels.get(code.partition(".")[0], code)
    return f"{name}（{cell.label}）" if cell and cell.categories else name
