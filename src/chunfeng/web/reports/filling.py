"""Filling a report in: the page, the look at what is typed, signing, the zero report, the receipt."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from chunfeng.core.actor import Actor
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.offices import roles
from chunfeng.people import suggestions as registers
from chunfeng.reporting import actions, statements, values
from chunfeng.reporting.actions import BadFiling
from chunfeng.reporting.choices import OPEN
from chunfeng.reporting.definition import FormDefinition
from chunfeng.reporting.models import Obligation
from chunfeng.reporting.queries import board, definition_of, ledger
from chunfeng.web import queued
from chunfeng.web.guards import guarded
from chunfeng.web.ledgers import asking as ledgers
from chunfeng.web.reports import cells, common


@never_cache
@guarded("report.file", "GET", "POST")
def fill(request: HttpRequest, pk: int) -> HttpResponse:
    """Fill in, put right after a return, correct, or file on behalf of an office below."""
    of = common.report_or_404(request, pk)
    if request.method == "POST":
        return _file(request, of)
    if "fill" not in common.moves(request.actor, of, ledger.acceptance_over(of), timezone.now()):
        return redirect("report", pk)
    return page(request, of)


def _file(request: HttpRequest, of: Obligation) -> HttpResponse:
    form = definition_of(of.version)
    said = cells.typed(request, form)
    try:
        if wiped := cells.emptied(form, of, said):
            raise BadFiling(wiped)
        revision = actions.file_report(
            obligation_id=of.pk,
            values=said.values,
            comments=said.comments,
            clear=said.clear,
            reason=said.reason,
            by=request.actor,
            at=timezone.now(),
            key=said.once if said.key else "",
        )
    except NotAllowed:
        raise
    except Refused as refusal:
        if answer := queued.refused(request, str(refusal)):
            return answer
        response = page(request, of, said=said, refusal=refusal)
        response.roll_back = True
        return response
    return queued.arrived(request, f"{reverse('report-receipt', args=[of.pk])}?filing={revision.number}")


def page(
    request: HttpRequest, of: Obligation, *, said: cells.Typed | None = None, refusal: Refused | None = None
) -> HttpResponse:
    """The page to fill in; after a refusal with everything that was typed, and what is wrong with it."""
    form = definition_of(of.version)
    now, actor = timezone.now(), request.actor
    bad = refusal if isinstance(refusal, BadFiling) else None
    may = common.moves(actor, of, ledger.acceptance_over(of), now)
    context = {
        "obligation": of,
        "standing": ledger.standing(of, now),
        "action": reverse("report-fill", args=[of.pk]),
        "check": reverse("report-check", args=[of.pk]),
        "draft": common.draft_name(actor, f"report-{of.pk}"),
        "on_behalf": actor.office_id != of.office_id,
        "returned": board.notes([of]).get(of.pk),
        "needs_reason": _needs_reason(of, bad, said),
        "reason": said.reason if said else "",
        "zero_link": reverse("report-zero", args=[of.pk]) if "zero" in may and not of.revision else "",
        "sheet_link": common.url_if_there("sheet-template", of.form_id),
        "questions": cells.questions(
            form,
            of,
            of.form.slots,
            before=ledger.previous(of),
            suggestions=board.suggestions(of) if of.state in OPEN else (),
            behind=_behind(form, of, actor) if of.state in OPEN else None,
            said=said,
            errors=common.at_cells(form, bad.checks) | bad.cells if bad else {},
        ),
        **shown(form, said, refusal),
    }  # fmt: skip
    asked = [field for question in context["questions"] for field in question.fields]
    context["has_stock"] = not of.revision and sum(f.is_stock and f.before != "" for f in asked) > 1
    context["form"] = of.form
    context["source"] = of.form.source
    return render(request, "web/reports/fill.html", context, status=422 if refusal else 200)


def _behind(form: FormDefinition, of: Obligation, actor: Actor) -> dict[str, str]:
    """Where the people stand from whom a figure of the register was counted, by cell."""
    if not roles.can(actor, "person.read"):
        return {}
    question = registers.asked_by(of, timezone.localdate())
    lists = {cell.code: registers.list_behind(cell.indicator.prefills) for cell in form.number_cells}
    return {code: ledgers.link(name, question) for code, name in lists.items() if name}


def shown(form: Any, said: cells.Typed | None, refusal: Refused | None) -> dict[str, Any]:
    """What the page of a report and that of an entry have in common."""
    bad = refusal if isinstance(refusal, BadFiling) else None
    sentence = ""
    if bad is not None:
        n = len(bad.cells) + len(bad.checks)
        sentence = _("Nothing is filed yet: %(n)s to look at below, what you typed is all here.") % {"n": n}
    elif refusal is not None:
        sentence = str(refusal)
    return {
        "note": str(form.note),
        "then": common.then_word(form),
        "has_personal": any(c.indicator.personal for c in form.cells.values()),
        "key": (said.key if said else "") or common.new_key(),
        "doubts": common.doubt_rows(bad.checks, said.comments) if bad and said else [],
        "refusal": sentence,
        "refused": refusal is not None,
    }


def _needs_reason(of: Obligation, bad: BadFiling | None, said: cells.Typed | None) -> bool:
    """Filing again says why; after a return the words of the return will do."""
    if said and said.clear:
        return True
    return of.revision > 0 and of.state not in OPEN


@guarded("report.file", "POST")
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """What speaks against the figures typed so far, while somebody writes. Saves nothing."""
    of = common.report_or_404(request, pk)
    form = definition_of(of.version)
    said = cells.typed(request, form)
    wrong = cells.emptied(form, of, said)
    doubts: list[statements.Doubt] = []
    try:
        doubts = ledger.doubts_for(of, {k: v for k, v in said.values.items() if k not in wrong})
    except BadFiling as bad:
        wrong |= bad.cells
    return looked_at(request, form, said, wrong, doubts)


def looked_at(
    request: HttpRequest, form: Any, said: cells.Typed, wrong: dict[str, str], doubts: list[statements.Doubt]
) -> HttpResponse:
    """The doubts, and beside them the sentence of every cell for its place on the page."""
    wrong = common.at_cells(form, doubts) | wrong
    marks = [{"n": n, "error": wrong.get(code, "")} for n, code in enumerate(form.cells)]
    context = {"doubts": common.doubt_rows(doubts, said.comments), "marks": marks}
    return render(request, "web/reports/checked.html", context)


@never_cache
@guarded("report.file", "GET", "POST")
def zero(request: HttpRequest, pk: int) -> HttpResponse:
    """The signed statement that there was nothing, with every figure that will stand at zero."""
    of = common.report_or_404(request, pk)
    form = definition_of(of.version)
    refusal: Refused | None = None
    said = cells.typed(request, form)
    if request.method == "POST":
        try:
            revision = actions.file_zero(
                obligation_id=pk,
                by=request.actor,
                at=timezone.now(),
                comments=said.comments,
                reason=said.reason,
                key=said.once if said.key else "",
            )
        except NotAllowed:
            raise
        except Refused as caught:
            if answer := queued.refused(request, str(caught)):
                return answer
            refusal = caught
        else:
            return queued.arrived(request, f"{reverse('report-receipt', args=[pk])}?filing={revision.number}")
    elif "zero" not in common.moves(request.actor, of, ledger.acceptance_over(of), timezone.now()):
        return redirect("report", pk)
    response = _zero_page(request, of, said, refusal)
    response.roll_back = refusal is not None  # type: ignore[attr-defined]
    return response


def _zero_page(
    request: HttpRequest, of: Obligation, said: cells.Typed, refusal: Refused | None
) -> HttpResponse:
    form = definition_of(of.version)
    nothing = statements.nothing_happened(form, ledger.stated(of))
    doubts = ledger.doubts_about(of, form, nothing, zero=True)
    rows = common.doubt_rows(doubts, said.comments)
    plain = refusal is not None and not isinstance(refusal, BadFiling)
    context = {
        "obligation": of,
        "zeros": [
            {
                "label": cell.indicator.label,
                "unit": cell.indicator.unit,
                "zero": values.shown(replace(cell.indicator, decimals=0), 0),
            }
            for cell in form.number_cells
            if not cell.categories
        ],
        "doubts": rows,
        "impossible": any(row["tone"] == "hard" for row in rows),
        "refusal": str(refusal) if plain else "",
        "refused": refusal is not None,
        "on_behalf": request.actor.office_id != of.office_id,
        "needs_reason": of.revision > 0 and of.state not in OPEN,
        "reason": said.reason,
        "key": said.key or common.new_key(),
        "source": of.form.source,
    }
    return render(request, "web/reports/zero.html", context, status=422 if refusal else 200)


@guarded("report.file")
def receipt(request: HttpRequest, pk: int) -> HttpResponse:
    """What was filed, when, under which number; and what happens with it next."""
    of = common.report_or_404(request, pk)
    form = definition_of(of.version)
    filings = ledger.revisions(of)
    number = request.GET.get("filing", "")
    revision = next((each for each in filings if str(each.number) == number), filings[0] if filings else None)
    if revision is None:
        raise Http404(_("Nothing was filed for this report yet."))
    now = timezone.now()
    owed = [line for line in ledger.my_reports(request.actor, now) if line.is_open]
    again = reverse("entry-new", args=[of.form_id]) if of.sequence else ""
    context = {
        "obligation": of,
        "revision": revision,
        "standing": ledger.standing(of, now),
        "figures": cells.summary(form, revision, of.form.slots),
        "recipient": of.form.owner.name if of.form.owner_id != request.actor.office_id else "",
        "accepted": ledger.acceptance_over(of) is not None,
        "open_left": len(owed),
        "again": again,
        "on_behalf": of.office_id != request.actor.office_id and not of.sequence,
        "keys": acknowledged(filings),
        "draft": common.draft_name(
            request.actor, f"entry-{of.form_id}" if of.sequence else f"report-{of.pk}"
        ),
    }
    return render(request, "web/reports/receipt.html", context)


def acknowledged(filings: list[Any]) -> str:
    """The keys of the pages from which a report was filed: what they kept on the device may go."""
    return " ".join(each.key.split("-")[0] for each in filings if each.key)


def say_filed(request: HttpRequest, number: int) -> None:
    """One line above the next page."""
    messages.success(request, _("Saved: entry %(n)s of the day.") % {"n": number})
