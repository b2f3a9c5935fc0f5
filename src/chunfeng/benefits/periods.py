"""The periods within which nobody is paid twice: "" once for ever, 2020, 2020-02, 2020-02-03, or an event's name."""

from __future__ import annotations

import re
from datetime import date

from django.utils.translation import gettext as _

from chunfeng.core.errors import Refused

_DATED = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
ONCE, YEAR, MONTH, DAY = "once", "year", "month", "day"
MOST = 40


def period_of(once_per: str, on: date, case: str = "") -> str:
    """The period a claim of `on` falls into. Measures paid by event or case take the name given. Raises Refused."""
    if once_per == ONCE:
        return ""
    if once_per in (YEAR, MONTH, DAY):
        return on.isoformat()[: {YEAR: 4, MONTH: 7, DAY: 10}[once_per]]
    name = " ".join(case.split())
    if not name or len(name) > MOST:
        raise Refused(_("Name the event or case this is about, in at most %(n)s characters.") % {"n": MOST})
    if _DATED.fullmatch(name):
        raise Refused(_("“%(name)s” is a date, not the name of an event or case.") % {"name": name})
    return name


def share(one: str, other: str) -> bool:
    """Whether two periods of the same measure are, or hold, one another: a month and one of its days."""
    return one == other or bool(_DATED.fullmatch(one) and _DATED.fullmatch(other) and meet(one, other))


def meet(one: str, other: str) -> bool:
    """Whether two periods have a day in common; an event may lie anywhere, so it meets every other period."""
    if not (_DATED.fullmatch(one) and _DATED.fullmatch(other)):
        return True
    return one.startswith(other) or other.startswith(one)
