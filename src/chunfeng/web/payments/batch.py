"""One batch on its way: written, sent by the leader, acknowledged, answered by the bank line by line."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache

from chunfeng.benefits import bank
from chunfeng.benefits.actions import payments as actions
from chunfeng.benefits.choices import BatchState, PaymentState
from chunfeng.benefits.models import PaymentBatch
from chunfeng.benefits.queries import claims
from chunfeng.benefits.queries import payments as queries
from chunfeng.core import actions as core
from chunfeng.core import events
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.offices import roles
from chunfeng.web import asked
from chunfeng.web.claims import common
from chunfeng.web.guards import guarded
from chunfeng.web.payments.home import context_of

NEEDS = {"send": "payment.send", "acknowledge": "payment.work", "reply": "payment.work"}
MAX_FILE = 20 << 20
LINES = 500


@never_cache
@guarded("payment.work")
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """The batch with its lines."""
    return _page(request, _found(request, pk))


@never_cache
@guarded("payment.work", "POST")
def act(request: HttpRequest, pk: int, move: str) -> HttpResponse:
    """Send, acknowledge, or take in the bank's reply; a refusal changes nothing and says why, line by line."""
    row = _found(request, pk)
    if move not in NEEDS:
        raise Http404
    roles.require(request.actor, NEEDS[move])
    try:
        said = _do(request, row, move)
    except NotAllowed:
        raise
    except Refused as refused:
        problems = getattr(refused, "problems", (str(refused),))
        response = _page(request, row, failed=move, problems=problems)
        response.roll_back = True  # type: ignore[attr-defined]
        return response
    messages.success(request, said)
    return redirect("payment-batch", row.pk)


@never_cache
@guarded("payment.work", "POST")
def file(request: HttpRequest, pk: int) -> HttpResponse:
    """The frozen file as it goes to the bank. It holds accounts in full: the trail says who took it."""
    row = _found(request, pk)
    if row.file is None:
        raise Refused(_("This batch was not sent yet."))
    response = HttpResponse(core.read_file(row.file), content_type=row.file.media_type)
    response["Content-Disposition"] = content_disposition_header(True, row.file.name)
    events.record_export(
        "batch.download", by=request.actor, on=row, detail={"sha256": row.sha256, "rows": row.count}
    )
    return response


@guarded("payment.work", "POST")
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Pay again what came back, to the account the beneficiary has now."""
    found = queries.payment(request.actor, pk)
    if found is None:
        raise Http404
    actions.pay_again(payment=found, by=request.actor, at=timezone.now())
    messages.success(request, _("It goes into the next batch, to the account that is entered now."))
    return redirect("payments")


@never_cache
@guarded("payment.work", "GET", "POST")
def payment(request: HttpRequest, pk: int) -> HttpResponse:
    """One payment; what was paid can be demanded back here."""
    found = queries.payment(request.actor, pk)
    if found is None:
        raise Http404
    error = ""
    if request.method == "POST":
        try:
            actions.recover(
                payment=found, amount=_fen(request.POST.get("amount", "")), reason=request.POST.get("reason", ""),
                source=request.POST.get("source", ""), by=request.actor, at=timezone.now(),
            )  # fmt: skip
        except NotAllowed:
            raise
        except Refused as refused:
            error = str(refused)
        else:
            messages.success(request, _("The sum is demanded back."))
            return redirect("payment", found.pk)
    context = context_of(found) | {
        "account": common.account(found),
        "parts": common.parts(claims.sums(found)),
        "accounted": common.money(found.accounted),
        "period": common.period(found),
        "recoveries": [
            {"row": each, "sum": common.money(each.amount), "open": each.state == "open",
             "tone": common.TONES.get(each.state, "warn")}
            for each in queries.of_payment(found)
        ],
        "yuan": bank.yuan(found.amount),
        "may_recover": found.state == PaymentState.PAID and roles.can(request.actor, "payment.send"),
        "today": timezone.localdate(),
        "error": error,
        "typed": request.POST,
    }  # fmt: skip
    return render(request, "web/payments/payment.html", context, status=422 if error else 200)


@guarded("payment.send", "POST")
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """The money came back, or is waived."""
    found = queries.recovery(request.actor, pk)
    if found is None:
        raise Http404
    actions.close_recovery(
        recovery=found,
        back=request.POST.get("back") == "yes",
        closing=request.POST.get("closing", ""),
        closed_on=asked.day(request.POST.get("closed_on")) or timezone.localdate(),
        by=request.actor,
        at=timezone.now(),
    )
    messages.success(request, _("The recovery is closed."))
    return redirect("payment", found.payment_id)


def _do(request: HttpRequest, row: PaymentBatch, move: str) -> str:
    now: dict[str, Any] = {"by": request.actor, "at": timezone.now()}
    if move == "send":
        form = bank.CSV if request.POST.get("form") == bank.CSV else bank.XLSX
        actions.send_batch(batch=row, form=form, **now)
        return _("The file is frozen. Download it and hand it to the bank.")
    if move == "acknowledge":
        actions.acknowledge(batch=row, sha256=request.POST.get("sha256", ""), **now)
        return _("Acknowledged: the bank holds the same file.")
    file = request.FILES.get("file")
    if file is None or file.size is None or file.size > MAX_FILE:
        raise Refused(_("Choose the bank's reply, at most 20 MB."))
    data = bytes(file.read())
    replies = bank.read_reply(data, file.name or "")
    actions.reconcile(batch=row, replies=replies, file=data, name=file.name or "reply", **now)
    return ngettext("%(n)s line taken in.", "%(n)s lines taken in.", len(replies)) % {"n": len(replies)}


def _page(
    request: HttpRequest, row: PaymentBatch, *, failed: str = "", problems: tuple[str, ...] = ()
) -> HttpResponse:
    row = _found(request, row.pk)
    states = queries.states(row)
    back = [each | {"sum": common.money(each["amount"])} for each in row.came_back]
    paid, fen = states.get(PaymentState.PAID, (0, 0))
    left, left_fen = states.get(PaymentState.BATCHED, (0, 0))
    context = {
        "batch": row,
        "tone": common.TONES.get(row.state, ""),
        "total": common.money(row.total),
        "steps": [(state.label, _step(row, state)) for state in BatchState],
        "figures": [
            (paid, common.money(fen), _("paid"), "good"),
            (len(back), common.money(sum(each["amount"] for each in row.came_back)), _("came back"), "bad"),
            (left, common.money(left_fen), _("not answered yet"), "info"),
        ],
        "back": back,
        "lines": [
            context_of(each) | {"account": common.account(each)} for each in queries.lines(row)[:LINES]
        ],
        "hidden": max(row.count - LINES, 0),
        "moved": queries.moved(row) if row.state == BatchState.OPEN else [],
        "may_send": row.state == BatchState.OPEN and roles.can(request.actor, "payment.send"),
        "failed": failed,
        "problems": problems,
        "typed": request.POST,
    }
    return render(request, "web/payments/batch.html", context, status=422 if problems else 200)


def _step(row: PaymentBatch, state: BatchState) -> str:
    """How a state stands to the batch's own; a bank that never acknowledged is not said to have."""
    order = list(BatchState)
    if state == BatchState.ACKNOWLEDGED and row.acknowledged_at is None:
        return ""
    at, now = order.index(state), order.index(BatchState(row.state))
    return "done" if at < now else "now" if at == now else ""


def _fen(text: str) -> int:
    try:
        return bank.fen(text)
    except ValueError:
        raise Refused(_("Write an amount like 1234.50.")) from None


def _found(request: HttpRequest, pk: int) -> PaymentBatch:
    found = queries.batch(request.actor, pk)
    if found is None:
        raise Http404
    return found
