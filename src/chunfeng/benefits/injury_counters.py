"""Figures of work injury cases, offered to those who file reports (I1): `register:benefits:injuries_…`.

Counted are the cases of the office's area on the days of the report, and those still open at its end.
"""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from chunfeng.areas import codes
from chunfeng.benefits.queries import injuries
from chunfeng.reporting.models import Obligation
from chunfeng.reporting.suggestions import Counter, Offer, counter

FIGURES = ("received", "decided", "recognised", "open")


def _register(name: str) -> Counter:
    def count(of: Obligation, at: datetime) -> Offer | None:
        lo, hi = codes.code_range(of.area_code)
        if not injuries.kept(lo, hi):
            return None
        found = injuries.figures(lo, hi, of.period_start, of.period_end)
        return Offer(getattr(found, name), _("Register of work injury cases: in the area"))

    return counter(f"register:benefits:injuries_{name}")(count)


for _name in FIGURES:
    _register(_name)
