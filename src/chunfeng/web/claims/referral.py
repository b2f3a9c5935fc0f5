"""The slip for somebody whom the rules of a claim send on to another kind of help (L25)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from chunfeng.benefits import engine
from chunfeng.benefits.queries import claims as queries
from chunfeng.web.claims import common
from chunfeng.web.guards import guarded
from chunfeng.web.people.common import Names


@never_cache
@guarded("claim.read")
def slip(request: HttpRequest, pk: int) -> HttpResponse:
    """Readable and printed: who, where to, by which clause, from which office."""
    row = common.claim_or_404(request, pk)
    tongue = engine.language()
    found = [(each["label"][tongue], each["sum"][tongue], each["clause"]) for each in queries.referrals(row)]
    context = {
        "claim": row,
        "document": common.document(row.beneficiary),
        "area": Names(request.actor).short(row.area_code),
        "referrals": found,
        "today": timezone.localdate(),
    }
    return render(request, "web/claims/referral.html", context)
