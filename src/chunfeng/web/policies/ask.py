"""Ask an officer: a question about a measure without log-in, and the address at which its answer is read (J6)."""

from __future__ import annotations

import re
import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from chunfeng.benefits import engine, files, rulebook
from chunfeng.benefits.actions import enquiries
from chunfeng.benefits.queries import enquiries as queries
from chunfeng.benefits.queries import measures
from chunfeng.core.errors import Refused
from chunfeng.web.guards import public
from chunfeng.web.policies.check import answers
from chunfeng.web.questions.common import kind_label

KEY = re.compile(r"[0-9a-f]{32}")
"""What nobody guesses: the question's address is all that guards it."""


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, code: str) -> HttpResponse:
    """Take a question with what was answered in the self-check; a refusal stands above what was typed."""
    policy = measures.policy(code, timezone.localdate())
    if policy is None:
        raise Http404(_("This measure is not in force today."))
    sent: Any = request.POST if request.method == "POST" else {}
    facts, _unknown, _wrong = answers(engine.questions(policy.version), sent)
    refusal = ""
    key = sent.get("key", "")
    key = key if KEY.fullmatch(key) else uuid.uuid4().hex
    if request.method == "POST":
        try:
            enquiries.ask_publicly(
                version=policy.version, question=sent.get("question", ""), facts=facts, name=sent.get("name", ""),
                phone=sent.get("phone", ""), connection=request.META.get("REMOTE_ADDR", ""),
                key=f"public:{key}", at=timezone.now(),
            )  # fmt: skip
            return redirect("policy-ticket", key)
        except Refused as refused:
            refusal = str(refused)
    kept = [(f"f-{name}", sent.get(f"f-{name}", "")) for name in facts]
    context = {
        "policy": policy,
        "title": files.read(policy.version.text).contents.title,
        "kept": kept,
        "refusal": refusal,
        "typed": sent,
        "term": rulebook.term(timezone.localdate()),
        "key": key,
        "most": enquiries.WORDS,
    }
    return render(request, "web/policies/ask.html", context, status=422 if refusal else 200)


@public
@never_cache
@require_safe
def ticket(request: HttpRequest, key: str) -> HttpResponse:
    """Where a question stands, and its answer, for whoever has its address. Never the words or who asked."""
    found = queries.by_ticket(key) if KEY.fullmatch(key) else None
    if found is None:
        raise Http404(_("No question stands under this address."))
    row, given = found
    context = {"row": row, "kind": kind_label(row.kind), "answers": given, "gone": row.question is None}
    return render(request, "web/policies/ticket.html", context)
