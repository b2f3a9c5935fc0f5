"""What refunds were used for: by purpose and area, what is left to account for; the account of one payment (L3)."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from chunfeng.benefits import bank
from chunfeng.benefits.actions import funds as actions
from chunfeng.benefits.models import Payment
from chunfeng.benefits.queries import areas
from chunfeng.benefits.queries import funds as queries
from chunfeng.core.actor import Actor
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.web import asked
from chunfeng.web.claims import common
from chunfeng.web.guards import guarded
from chunfeng.web.lists import Column, Filter, Listing
from chunfeng.web.people.common import Names
from chunfeng.web.sheet import sheet

STATES = (
    (queries.OPEN, gettext_lazy("something is left")),
    (queries.OVERDUE, gettext_lazy("overdue")),
    (queries.DONE, gettext_lazy("all accounted for")),
    (queries.AGAINST, gettext_lazy("spent on what is not allowed")),
)


@never_cache
@guarded("payment.work")
def report(request: HttpRequest) -> HttpResponse:
    """Sums by purpose and by area; `export=areas` and `export=purposes` give them as xlsx."""
    actor, on = request.actor, timezone.localdate()
    code, measure = areas.reached(actor, request.GET.get("area", "")), request.GET.get("measure", "")[:80]
    rows = queries.payments(actor, code, measure)
    children = areas.below(code, on)
    lines = queries.by_area(rows, children, on)
    labels = queries.purposes(actor, on)
    purposes = [
        row | {"label": labels.get(row["purpose"], row["purpose"]), "sum": common.money(row["fen"])}
        for row in queries.by_purpose(rows)
    ]
    names = dict(children)
    if request.GET.get("export") == "areas":
        return sheet(request, "funds-areas", _AREA_HEADS, [_cells(line, names) for line in lines], area=code)
    if request.GET.get("export") == "purposes":
        heads = [_("Purpose"), _("Entries"), _("Yuan"), _("Allowed")]
        cells = [
            [row["label"], row["n"], Decimal(row["fen"]) / 100, _("no") if row["against_rule"] else _("yes")]
            for row in purposes
        ]
        return sheet(request, "funds-purposes", heads, cells, area=code)
    used = sum(row["fen"] for row in purposes)
    context = {
        "rules": queries.rules(actor),
        "measure": measure,
        "kept": urlencode({"measure": measure}) + "&",
        "area": code,
        "path": _path(actor, code),
        "tiles": _tiles(lines),
        "purposes": [row | {"share": _share(row["fen"], used)} for row in purposes],
        "used": common.money(used),
        "lines": [
            {"line": line, "name": names.get(line.code, ""), "share": _share(line.accounted, line.received)}
            | {name: common.money(getattr(line, name)) for name in _SUMS}
            for line in lines
        ],
    }
    return render(request, "web/payments/funds.html", context)


@never_cache
@guarded("payment.work")
def every(request: HttpRequest) -> HttpResponse:
    """Every payment that has to be accounted for; `export=xlsx` gives the whole list."""
    actor: Actor = request.actor
    names, on = Names(actor), timezone.localdate()
    listing = _listing(actor, names, on)
    rows = queries.payments(actor, request.GET.get("area", ""))
    if listing.wants_export(request):
        return listing.export(request, rows)
    page = listing.page(request, rows)
    names.load(row.area_code for row in page.rows)
    return render(
        request, "web/payments/funds_list.html", {"page": page, "area": request.GET.get("area", "")}
    )


@never_cache
@guarded("payment.work", "GET", "POST")
def account(request: HttpRequest, pk: int) -> HttpResponse:
    """What one payment was used for: entries, a new one, corrections, what the measure says of them."""
    found = queries.payment(request.actor, pk)
    if found is None:
        raise Http404
    error = ""
    if request.method == "POST":
        try:
            said = _do(request, found)
        except NotAllowed:
            raise
        except Refused as refused:
            error = str(refused)
        else:
            messages.success(request, said)
            return redirect("funds-account", found.pk)
    return _account(request, found, error)


def _do(request: HttpRequest, found: Payment) -> str:
    now: dict[str, Any] = {"by": request.actor, "at": timezone.now()}
    given = request.POST
    if given.get("move") == "correct":
        entry = queries.use(found, asked.key(given.get("entry")) or 0)
        if entry is None:
            raise Http404
        actions.correct(entry=entry, reason=given.get("reason", ""), **now)
        return _("The entry is taken back. Enter the right one now.")
    day = asked.day(given.get("spent_on"))
    if day is None:
        raise Refused(_("Say on which day the money was spent."))
    try:
        amount = bank.fen(given.get("amount", ""))
    except ValueError:
        raise Refused(_("Write an amount like 1234.50.")) from None
    actions.account_for(
        payment=found, purpose=given.get("purpose", ""), amount=amount, spent_on=day,
        voucher=given.get("voucher", ""), key=f"desk:{given.get('key', '')[:40]}", **now,
    )  # fmt: skip
    return _("The entry is made.")


def _account(request: HttpRequest, found: Payment, error: str) -> HttpResponse:
    found = queries.payment(request.actor, found.pk) or found
    on, entries = timezone.localdate(), queries.uses(found)
    try:
        purposes = actions.spending_of(found, on).purposes
        missing = ""
    except Refused as refused:
        purposes, missing = (), str(refused)
    verdict = queries.judged(found, entries, on)
    labels = dict(purposes)
    context = {
        "row": found,
        "period": common.period(found),
        "tiles": [
            (common.money(found.received), _("paid, less what comes back"), ""),
            (common.money(found.accounted), _("accounted for"), "good" if found.accounted else ""),
            (common.money(found.left), _("left to account for"), _late(found, on)),
        ],
        "overdue": found.left > 0 and found.account_by < on,
        "entries": [
            {"row": e, "label": labels.get(e.purpose, e.purpose), "sum": common.money(e.amount),
             "open": e.corrects_id is None and getattr(e, "corrected_by", None) is None}
            for e in entries
        ],
        "purposes": purposes,
        "missing": missing,
        "verdict": common.explained_data(verdict.explanation) if verdict and entries else None,
        "key": request.POST.get("key", "")[:40] if error else uuid.uuid4().hex,
        "today": on,
        "error": error,
        "typed": request.POST if error else {},
    }  # fmt: skip
    return render(request, "web/payments/funds_account.html", context, status=422 if error else 200)


def _late(found: Any, on: Any) -> str:
    if found.left <= 0:
        return ""
    return "bad" if found.account_by < on else "info"


def _listing(actor: Actor, names: Names, on: Any) -> Listing:
    return Listing(
        name="funds",
        sort="account_by",
        filters=[
            Filter(
                "state",
                gettext_lazy("Progress of the account"),
                lambda: STATES,
                apply=lambda rows, state: queries.narrowed(rows, state, on),
            ),
            Filter(
                "measure",
                gettext_lazy("Measure"),
                lambda: [(code, title) for _rules, code, title in queries.rules(actor)],
                apply=lambda rows, code: rows.filter(measure__code=code),
            ),
        ],
        columns=[
            Column("name", gettext_lazy("Beneficiary"), lambda p: p.beneficiary.name),
            Column("measure", gettext_lazy("Measure"), lambda p: p.measure.title),
            Column("period", gettext_lazy("Paid for"), common.period),
            Column("received", gettext_lazy("Paid (yuan)"), lambda p: bank.yuan(p.received), number=True),
            Column("accounted", gettext_lazy("Accounted for (yuan)"), lambda p: bank.yuan(p.accounted), number=True),
            Column("left", gettext_lazy("Left (yuan)"), lambda p: bank.yuan(p.left), order="left", number=True),
            Column("against", gettext_lazy("Not allowed (yuan)"), _against, number=True),
            Column("by", gettext_lazy("Account due"), lambda p: p.account_by, order="account_by"),
            Column("area", gettext_lazy("Area"), lambda p: names.short(p.area_code)),
        ],
    )  # fmt: skip


def _against(row: Any) -> str:
    return bank.yuan(row.against) if row.against else ""


_SUMS = ("received", "accounted", "against", "left", "overdue_fen")
_AREA_HEADS = (
    gettext_lazy("Area"), gettext_lazy("Number of payments"), gettext_lazy("Paid (yuan)"),
    gettext_lazy("Accounted for (yuan)"), gettext_lazy("Not allowed (yuan)"), gettext_lazy("Left (yuan)"),
    gettext_lazy("Overdue payments"), gettext_lazy("Overdue (yuan)"),
)  # fmt: skip


def _cells(line: queries.Line, names: dict[str, str]) -> list[Any]:
    sums = [Decimal(n) / 100 for n in (line.received, line.accounted, line.against, line.left)]
    name = names.get(line.code, _("the area itself"))
    return [name, line.payments, *sums, line.overdue, Decimal(line.overdue_fen) / 100]


def _tiles(lines: list[queries.Line]) -> list[tuple[str, str, Any, str, str]]:
    """(state, tone, label, number, yuan)."""

    def fen(name: str) -> str:
        return common.money(sum(getattr(line, name) for line in lines))

    return [
        ("", "", _("to be accounted for"), str(sum(line.payments for line in lines)), fen("received")),
        (queries.DONE, "good", _("accounted for"), "", fen("accounted")),
        (queries.OPEN, "info", _("left to account for"), "", fen("left")),
        (queries.OVERDUE, "bad", _("overdue"), str(sum(line.overdue for line in lines)), fen("overdue_fen")),
        (queries.AGAINST, "warn", _("spent on what is not allowed"), "", fen("against")),
    ]


def _share(part: int, whole: int) -> str:
    return f"{Decimal(part) * 100 / whole:.1f}%" if whole else "—"


def _path(actor: Actor, code: str) -> list[tuple[str, str]]:
    return areas.path(actor, code, timezone.localdate())
