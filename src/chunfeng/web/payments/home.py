"""Payments: what waits by measure, new batches, what came back, what is to be recovered; the list of all."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from chunfeng.benefits import bank
from chunfeng.benefits.actions import payments as actions
from chunfeng.benefits.choices import PaymentState, RecoveryState
from chunfeng.benefits.queries import payments as queries
from chunfeng.core.actor import Actor
from chunfeng.web.claims import common
from chunfeng.web.guards import guarded
from chunfeng.web.lists import Column, Filter, Listing
from chunfeng.web.people.common import Names

BATCHES, RECOVERIES = 30, 50


@never_cache
@guarded("payment.work")
def home(request: HttpRequest) -> HttpResponse:
    """What is owed, with the bank, back and to be recovered."""
    actor = request.actor
    waiting = [
        {"row": row, "sum": common.money(row.due_fen)} for row in queries.waiting(actor, timezone.localdate())
    ]
    totals = queries.totals(actor)
    context = {
        "waiting": waiting,
        "due": sum(each["row"].due for each in waiting),  # type: ignore[attr-defined]
        "tiles": [
            (state, state.label, *_tile(totals.get(state, (0, 0))), common.TONES[state]) for state in PaymentState
        ],
        "batches": [
            {"row": row, "sum": common.money(row.total), "tone": common.TONES[row.state]}
            for row in queries.batches(actor).order_by("-pk")[:BATCHES]
        ],
        "back": [{"row": row, "sum": common.money(row.amount)} for row in queries.came_back(actor)],
        "recoveries": [
            {"row": row, "sum": common.money(row.amount), "open": row.state == RecoveryState.OPEN,
             "tone": common.TONES.get(row.state, "warn")}
            for row in queries.recoveries(actor)[:RECOVERIES]
        ],
    }  # fmt: skip
    return render(request, "web/payments/home.html", context)


@guarded("payment.work", "POST")
def make(request: HttpRequest) -> HttpResponse:
    """Put what is due into a batch: of one measure, or of all."""
    made = actions.make_batch(
        by=request.actor, at=timezone.now(), measure=request.POST.get("measure", "")[:80]
    )
    if made is None:
        messages.info(request, _("Nothing is due now."))
        return redirect("payments")
    return redirect("payment-batch", made.pk)


@never_cache
@guarded("payment.work")
def every(request: HttpRequest) -> HttpResponse:
    """Every payment of the area as a list; `export=xlsx` gives it whole."""
    actor: Actor = request.actor
    names = Names(actor)
    listing = _listing(actor, names)
    rows = queries.payments(actor)
    if listing.wants_export(request):
        return listing.export(request, rows)
    page = listing.page(request, rows)
    names.load(row.area_code for row in page.rows)
    return render(request, "web/payments/payments.html", {"page": page, "tones": common.TONES})


def _tile(total: tuple[int, int]) -> tuple[int, str]:
    return total[0], common.money(total[1])


def _listing(actor: Actor, names: Names) -> Listing:
    return Listing(
        name="payments",
        sort="-pk",
        filters=[
            Filter("state", gettext_lazy("State"), lambda: PaymentState.choices),
            Filter(
                "measure",
                gettext_lazy("Measure"),
                lambda: queries.measures_paid(actor),
                apply=lambda rows, code: rows.filter(measure__code=code),
            ),
        ],
        columns=[
            Column("number", gettext_lazy("No."), lambda p: f"#{p.pk}", order="pk"),
            Column("name", gettext_lazy("Payee"), lambda p: p.name),
            Column("whom", gettext_lazy("Paid for whom"), lambda p: context_of(p)["whom"]),
            Column("measure", gettext_lazy("Measure"), lambda p: p.measure.title),
            Column("period", gettext_lazy("Paid for"), common.period),
            Column(
                "amount",
                gettext_lazy("Amount (yuan)"),
                lambda p: bank.yuan(p.amount),
                order="amount",
                number=True,
            ),
            Column("state", gettext_lazy("State"), lambda p: p.get_state_display()),
            Column("batch", gettext_lazy("Batch"), lambda p: f"{p.batch} / {p.line}" if p.batch else ""),
            Column("paid", gettext_lazy("Paid on"), lambda p: p.paid_on.isoformat() if p.paid_on else ""),
            Column("area", gettext_lazy("Area"), lambda p: names.short(p.area_code)),
        ],
    )


def context_of(payment: Any) -> dict[str, Any]:
    """A payment for a page: sum and tone beside the row, and for whom it is where somebody else is paid."""
    whom = payment.beneficiary.name
    return {
        "row": payment,
        "sum": common.money(payment.amount),
        "tone": common.TONES[payment.state],
        "whom": "" if payment.name == whom else whom,
    }
