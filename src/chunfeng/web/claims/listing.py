"""The list of claims: found by name or number without any of them standing in an address."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from chunfeng.benefits import bank
from chunfeng.benefits.choices import ClaimChannel, ClaimState
from chunfeng.benefits.models import Claim
from chunfeng.benefits.queries import claims as queries
from chunfeng.core.actor import Actor
from chunfeng.web.claims import common
from chunfeng.web.guards import guarded
from chunfeng.web.lists import Column, Filter, Listing
from chunfeng.web.people.common import Names, open_text, seal_text

KEPT = ("state", "measure", "channel")
SHOWN = (
    ClaimState.OPEN, ClaimState.SUBMITTED, ClaimState.PROPOSED, ClaimState.CONFIRMING, ClaimState.GRANTED,
    ClaimState.REFUSED,
)  # fmt: skip


@never_cache
@guarded("claim.read")
def claims(request: HttpRequest) -> HttpResponse:
    """One page of the claims in sight; `export=xlsx` gives the whole list."""
    actor: Actor = request.actor
    names = Names(actor)
    listing = _listing(actor, names)
    rows = queries.claims(actor)
    if listing.wants_export(request):
        return listing.export(request, rows)
    page = listing.page(request, rows)
    names.load(row.area_code for row in page.rows)
    counts = queries.counts(actor)
    token = request.GET.get("q", "")
    context = {
        "page": page,
        "tones": common.TONES,
        "tiles": [(state, state.label, counts.get(state, 0), common.TONES[state]) for state in SHOWN],
        "state": request.GET.get("state", ""),
        "searched": open_text(token, actor) if token else "",
        "kept": [(name, request.GET[name]) for name in KEPT if request.GET.get(name)],
    }
    return render(request, "web/claims/claims.html", context)


@guarded("claim.read", "POST")
def find(request: HttpRequest) -> HttpResponse:
    """Take the search words and lead to the list under a token that only this user opens."""
    text = request.POST.get("text", "").strip()[:60]
    query = {name: request.POST[name][:40] for name in KEPT if request.POST.get(name)}
    if text:
        query["q"] = seal_text(text, request.actor)
    return redirect(reverse("claims") + ("?" + urlencode(query) if query else ""))


def _listing(actor: Actor, names: Names) -> Listing:
    return Listing(
        name="claims",
        sort="-pk",
        search=lambda rows, token: queries.find(rows, open_text(token, actor)),
        filters=[
            Filter("state", gettext_lazy("State"), lambda: ClaimState.choices),
            Filter(
                "measure",
                gettext_lazy("Measure"),
                lambda: queries.measures_claimed(actor),
                apply=lambda rows, code: rows.filter(measure__code=code),
            ),
            Filter("channel", gettext_lazy("Came by"), lambda: ClaimChannel.choices),
        ],
        columns=[
            Column("number", gettext_lazy("No."), lambda c: f"#{c.pk}", order="pk"),
            Column("name", gettext_lazy("Beneficiary"), lambda c: c.beneficiary.name),
            Column(
                "document", gettext_lazy("Document or credit code"), lambda c: common.document(c.beneficiary)
            ),
            Column("measure", gettext_lazy("Measure"), lambda c: c.measure.title),
            Column("period", gettext_lazy("Paid for"), common.period),
            Column("amount", gettext_lazy("Amount (yuan)"), _amount, number=True),
            Column("state", gettext_lazy("State"), lambda c: c.get_state_display()),
            Column("area", gettext_lazy("Area"), lambda c: names.short(c.area_code)),
            Column("made", gettext_lazy("Begun"), lambda c: timezone.localdate(c.made_at), order="made_at"),
        ],
    )


def _amount(row: Claim) -> str:
    return bank.yuan(row.amount) if row.amount is not None else ""
