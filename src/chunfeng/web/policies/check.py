"""Would I get it? A few questions, an answer with its clauses. No log-in; nothing is written down anywhere.

What was answered travels in the form of the next page and is gone with it, unless it is sent to an officer with a
question (`web.policies.ask`).
"""

from __future__ import annotations

import uuid
from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from chunfeng.areas import queries as areas
from chunfeng.benefits import engine, force, rulebook
from chunfeng.benefits.actions.enquiries import WORDS
from chunfeng.benefits.engine import Question
from chunfeng.benefits.queries import measures as queries
from chunfeng.core.errors import Refused
from chunfeng.web import asked
from chunfeng.web.guards import public

UNKNOWN = "?"
"""What the form sends for «I do not know»."""


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, code: str) -> HttpResponse:
    """Ask only what still matters, then explain."""
    today = timezone.localdate()
    policy = queries.policy(code, today)
    if policy is None:
        raise Http404(_("This measure is not in force today."))
    questions = engine.questions(policy.version)
    sent = request.POST if request.method == "POST" else {}
    on = asked.day(sent.get("on", "")) or today
    area = sent.get("area", "").strip() or policy.measure.area_code
    facts, unknown, wrong = answers(questions, sent)
    refusal = ""
    if area != policy.measure.area_code and not areas.area(area, on):
        refusal, area = _("“%(code)s” is no area code.") % {"code": area[:20]}, policy.measure.area_code
    try:
        found = engine.evaluate(
            version=policy.version,
            refined_by=force.refinements(code, on, area),
            facts=facts,
            on=on,
            area=area,
        )
    except Refused as refused:
        found, refusal = None, str(refused)
    ask = [
        questions[name] for name in (found.asks if found else ()) if name in questions and name not in unknown
    ]
    shown = {
        "policy": policy,
        "on": on,
        "area": area,
        "found": found,
        "conditions": _conditions(found),
        "ask": [question for question in ask if question.name not in wrong],
        "wrong": [(questions[name], sent.get(f"f-{name}", ""), says) for name, says in wrong.items()],
        "answered": [(questions[name], _shown(questions[name], value)) for name, value in facts.items()],
        "unknown": [questions[name] for name in unknown],
        "kept": [(f"f-{name}", sent.get(f"f-{name}", "")) for name in (*facts, *unknown)],
        "refusal": refusal,
        "started": bool(facts or unknown or wrong),
        "tongue": engine.language(),
        "term": rulebook.term(today),
        "key": uuid.uuid4().hex,
        "most": WORDS,
        "typed": {},
    }
    return render(request, "web/policies/check.html", shown, status=422 if refusal or wrong else 200)


def answers(questions: dict[str, Question], sent: Any) -> tuple[dict[str, Any], list[str], dict[str, str]]:
    """(facts, those not known, name → what is wrong with what was typed)."""
    facts: dict[str, Any] = {}
    unknown: list[str] = []
    wrong: dict[str, str] = {}
    for name, question in questions.items():
        text = sent.get(f"f-{name}", "").strip()
        if not text:
            continue
        if text == UNKNOWN:
            unknown.append(name)
            continue
        try:
            facts[name] = _value(question, text)
        except Refused as refused:
            wrong[name] = str(refused)
    return facts, unknown, wrong


def _value(question: Question, text: str) -> Any:
    """What was typed as the rules take it. Raises Refused with what to do."""
    if question.kind == "yes_no":
        if text not in ("yes", "no"):
            raise Refused(_("Choose yes or no."))
        return text == "yes"
    if question.kind == "date":
        day = asked.day(text)
        if day is None:
            raise Refused(_("“%(text)s” is not a day: write it like 2020-02-03.") % {"text": text[:40]})
        return day.isoformat()
    if question.kind == "choice":
        if text not in dict(question.options):
            raise Refused(_("Choose one of the answers."))
        return text
    if question.kind == "area":
        if not areas.area(text, timezone.localdate()):
            raise Refused(_("“%(code)s” is no area code.") % {"code": text[:20]})
        return text
    return _number(question, text)


def _number(question: Question, text: str) -> int:
    scale = {"fen": 100, "rate": 100, "tenths": 10}.get(question.unit, 1)
    try:
        number = Decimal(text.rstrip("%元人天日个月年次 ").replace(",", "").replace("，", "")) * scale
        if not number.is_finite() or number != int(number):
            raise InvalidOperation
    except (InvalidOperation, ValueError, OverflowError):
        raise Refused(_("“%(text)s” is not a number that fits here.") % {"text": text[:40]}) from None
    if not question.least <= number <= question.most:
        raise Refused(
            _("That is out of range: a number from %(least)s to %(most)s is asked for.")
            % {"least": f"{Decimal(question.least) / scale:f}", "most": f"{Decimal(question.most) / scale:f}"}
        )
    return int(number)


def _shown(question: Question, value: Any) -> str:
    if question.kind == "yes_no":
        return _("yes") if value else _("no")
    if question.kind == "choice":
        return dict(question.options)[value]
    if question.kind == "number" and question.unit in ("fen", "rate", "tenths"):
        scale, sign = {"fen": (100, _("yuan")), "rate": (100, "%"), "tenths": (10, "")}[question.unit]
        return f"{Decimal(value) / scale:f}{sign}"
    return str(value)


def _conditions(found: engine.Evaluation | None) -> list[dict[str, Any]]:
    if found is None:
        return []
    tongue = engine.language()
    return [
        {
            "value": row["value"],
            "says": row["says"][tongue],
            "sum": row["sum"][tongue],
            "clause": row["clause"],
        }
        for row in found.explanation.get("conditions", [])
    ]
