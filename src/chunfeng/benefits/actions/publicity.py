"""Lists of grants the public may object to: names masked, nothing else of the person."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.areas import codes
from chunfeng.areas import queries as areas
from chunfeng.benefits import engine
from chunfeng.benefits.actions.beneficiaries import shown_name
from chunfeng.benefits.actions.common import alone_with, required, steps
from chunfeng.benefits.actions.payees import shown_payee
from chunfeng.benefits.choices import ClaimState, ClaimStepKind, PayeeRelation, PaymentState
from chunfeng.benefits.models import Claim, Decision, Measure, Payment, PublicityItem, PublicityList
from chunfeng.core.actions import record
from chunfeng.core.actor import Actor
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.offices import roles

MOST = 5_000


@transaction.atomic
def publish(
    *,
    measure: Measure,
    title: str,
    source: str,
    phone: str,
    from_on: date,
    until_on: date,
    claims: Collection[int] | None = None,
    by: Actor,
    at: datetime,
) -> PublicityList:
    """Show the grants of a measure in the actor's area that no list showed yet, from a day until before another.

    With `claims` (keys) those are shown that a monthly list proposes. None of them is paid before the last day is
    over. Two at once: each grant stands in one list. Raises Refused where there is nothing to show, or the days are
    none.
    """
    roles.require(by, "publicity.work")
    if by.office_id is None:
        raise NotAllowed(_("Only people posted to an office can publish a list."))
    if until_on <= from_on or from_on < timezone.localdate(at):
        raise Refused(_("Choose days from today on: the last comes after the first."))
    if (until_on - from_on).days < measure.publish_days:
        raise Refused(
            _("Grants of this measure are shown for at least %(n)s days.") % {"n": measure.publish_days}
        )
    alone_with(f"publicity:{measure.pk}")
    rows = _rows(measure, claims, by)
    if not rows:
        raise Refused(_("Every grant of this measure in your area was published before."))
    made = PublicityList.objects.create(
        measure=measure,
        office_id=by.office_id,
        area_code=by.area_code,
        title=required(title, _("title"), 200),
        source=required(source, _("source"), 300),
        phone=required(phone, _("telephone"), 40),
        from_on=from_on,
        until_on=until_on,
        made_at=at,
        by_name=by.name,
    )
    PublicityItem.objects.bulk_create(_items(made, rows), batch_size=2000)
    waiting = Payment.objects.filter(decision__claim__in=[row.pk for row in rows], state=PaymentState.WAITING)
    waiting.filter(due_from__isnull=False).update(due_from=Greatest(F("due_from"), until_on))
    steps(rows, ClaimStepKind.PUBLISH, by=by, at=at, text=made.title)
    record("publicity.publish", by=by, on=made, at=at, detail={"lines": len(rows)})
    return made


def _rows(measure: Measure, claims: Collection[int] | None, by: Actor) -> list[Claim]:
    chosen = Q(state=ClaimState.GRANTED) if claims is None else Q(state=ClaimState.PROPOSED, pk__in=claims)
    return list(
        Claim.objects.filter(chosen, area_code__gte=by.lo, area_code__lt=by.hi, measure=measure)
        .exclude(pk__in=PublicityItem.objects.values("claim"))
        .select_related("beneficiary", "payee")
        .prefetch_related("decisions__version")
        .order_by("area_code", "pk")[:MOST]
    )


def _items(made: PublicityList, rows: list[Claim]) -> list[PublicityItem]:
    names = _places({row.area_code for row in rows}, made.from_on)
    return [_item(made, n, row, names[row.area_code]) for n, row in enumerate(rows, start=1)]


def _item(made: PublicityList, position: int, row: Claim, place: str) -> PublicityItem:
    """A line: the beneficiary masked, the township, the sum, and another payee where there is one."""
    granted = _granted(row)
    return PublicityItem(
        list=made,
        claim=row,
        position=position,
        shown_name=shown_name(row.beneficiary),
        shown_unit=place[:120],
        shown_payee=_payee(row),
        amount=granted.amount if granted else row.amount or 0,
        sums=_sums(granted) if granted else [],
    )


def _payee(row: Claim) -> str:
    other = getattr(row, "payee", None)
    return "" if other is None or other.relation == PayeeRelation.SELF else shown_payee(other)


def _granted(row: Claim) -> Decision | None:
    """The newest decision that counts; none while the list comes before the decision."""
    decided = (d for d in row.decisions.all() if d.seconds_id is None)
    return max(decided, key=lambda d: d.number, default=None)


def _sums(decision: Decision) -> list[dict[str, Any]]:
    """What the amount is made of, where the measure gives several sums and the decision follows it."""
    found = engine.sums(decision.version, json.loads(decision.explanation))
    return found if len(found) > 1 and sum(each["fen"] for each in found) == decision.amount else []


def _places(found: set[str], on: date) -> dict[str, str]:
    """The township, or what is above it, of each area: nothing nearer is shown."""
    towns = {code: code[:9] + "000" if codes.level(code) > 4 else code for code in found}
    known = areas.areas(towns.values(), on)
    return {code: known[town].name if town in known else town for code, town in towns.items()}
