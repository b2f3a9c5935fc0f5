"""Figures of claims and payments, offered to those who file reports (C10, L26).

A form names them in `prefill` as `register:benefits:FIGURE`: counted are the office's whole area and the days of the
report; `undecided` and `waiting` are what stands at this moment. Sums in yuan are rounded to whole yuan, half a yuan
up; the sentence beside the offer gives the exact sum.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.benefits import bank
from chunfeng.benefits.choices import PaymentState
from chunfeng.benefits.models import Claim, Payment
from chunfeng.benefits.queries import areas, progress
from chunfeng.reporting.models import Obligation
from chunfeng.reporting.suggestions import Offer, counter

PREFIX = "register:benefits:"
COUNTS = ("received", "decided", "granted", "paid")
SUMS = {"owed_yuan": "owed_fen", "paid_yuan": "paid_fen"}


def figures(of: Obligation) -> progress.Figures | None:
    """The figures of a report's days in its area; None where no claim was ever made there, which is not zero."""
    if "benefit_figures" not in of.__dict__:
        here = areas.inside(of.area_code)
        claims, payments = Claim.objects.filter(here), Payment.objects.filter(here)
        found = (
            progress.figures(claims, payments, of.period_start, of.period_end) if claims.exists() else None
        )
        of.__dict__["benefit_figures"] = found
    kept: progress.Figures | None = of.__dict__["benefit_figures"]
    return kept


def _count(name: str) -> Callable[[Obligation, datetime], Offer | None]:
    def count(of: Obligation, at: datetime) -> Offer | None:
        found = figures(of)
        return Offer(getattr(found, name), _("Claims and payments: in the area")) if found else None

    return count


def _sum(field: str) -> Callable[[Obligation, datetime], Offer | None]:
    def count(of: Obligation, at: datetime) -> Offer | None:
        found = figures(of)
        if found is None:
            return None
        fen = getattr(found, field)
        source = _("Claims and payments: %(sum)s yuan in the area, rounded to yuan") % {"sum": bank.yuan(fen)}
        return Offer((fen + 50) // 100, source)

    return count


for _name in COUNTS:
    counter(PREFIX + _name)(_count(_name))
for _name, _field in SUMS.items():
    counter(PREFIX + _name)(_sum(_field))


@counter(PREFIX + "undecided")
def _undecided(of: Obligation, at: datetime) -> Offer | None:
    """Claims handed in and not decided now."""
    rows = Claim.objects.filter(areas.inside(of.area_code))
    if not rows.exists():
        return None
    n = rows.filter(submitted_at__isnull=False, decided_at__isnull=True).exclude(state__in=progress.HIDDEN)
    return Offer(n.count(), _undecided_words(at))


def _undecided_words(at: datetime) -> str:
    return _("Claims in the area not decided at %(at)s") % {"at": f"{timezone.localtime(at):%Y-%m-%d %H:%M}"}


@counter(PREFIX + "waiting")
def _waiting(of: Obligation, at: datetime) -> Offer | None:
    """Payments owed and not paid now."""
    rows = Payment.objects.filter(areas.inside(of.area_code))
    if not rows.exists():
        return None
    n = rows.exclude(state=PaymentState.PAID).count()
    return Offer(n, _("Payments in the area owed and not paid yet"))
