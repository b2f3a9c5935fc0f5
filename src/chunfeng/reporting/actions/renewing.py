"""What is owed and not answered follows the form: a new wording, an end, a peak period."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Max, Min

from chunfeng.areas import codes
from chunfeng.core.actor import Actor
from chunfeng.reporting.actions.obligations import make_obligations
from chunfeng.reporting.choices import OPEN, State
from chunfeng.reporting.models import Form, FormVersion, Obligation
from chunfeng.reporting.queries.forms import definition_of


def renew(
    *,
    form: Form,
    since: date,
    by: Actor,
    at: datetime,
    version: FormVersion | None = None,
    until: date | None = None,
    area_code: str = "",
    reason: str = "",
) -> None:
    """Lay out anew what is owed from `since` on and was never answered, chased or returned.

    With `version`, rows keep their place and take the new wording where its calendar and reporters are those
    of the wording before: a page somebody has open stays good. Otherwise only rows with a history do. With
    `until` (the form ends), what begins later is owed no more: with a history it is exempt for `reason`.
    With neither the rhythm changed, also inside the period that holds `since`: it is cut short there.
    """
    rows = Obligation.objects.filter(form=form, revision=0, sequence=0)
    if version is None and until is None:
        rows = rows.filter(period_end__gte=since)
    else:
        rows = rows.filter(period_start__gte=since)
    if area_code:
        lo, hi = codes.code_range(area_code)
        rows = rows.filter(area_code__gte=lo, area_code__lt=hi)
    # a filing under way is waited for, and then is answered and left alone
    list(rows.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
    reach = rows.aggregate(first=Min("period_start"), last=Max("period_end"))
    last = until or reach["last"]
    since = min(since, reach["first"] or since)
    stays = version is not None and _same_calendar(version)
    if version is not None:
        (rows if stays else rows.filter(steps__isnull=False)).update(version=version)
    untouched = rows.filter(state=State.DUE, steps__isnull=True)
    if stays:
        pass  # make_obligations lets what is still ahead follow a changed cut-off
    elif until is None:
        untouched.delete()
    else:
        untouched.filter(period_start__gt=until).delete()
        rows.filter(state__in=OPEN, period_start__gt=until).update(
            state=State.EXEMPT, exempt_reason=reason[:300]
        )
    if last is not None:
        make_obligations(form=form, until=last, since=since, by=by, at=at)


def _same_calendar(version: FormVersion) -> bool:
    """Whether the wording before laid out the same periods for the same offices."""
    earlier = version.form.versions.filter(published_at__isnull=False, number__lt=version.number)
    before = earlier.order_by("-number").first()
    if before is None:
        return False
    old, new = definition_of(before), definition_of(version)
    return all(getattr(old, each) == getattr(new, each) for each in _CALENDAR)


_CALENDAR = ("every", "peak_every", "working_days", "reporters", "figures")
