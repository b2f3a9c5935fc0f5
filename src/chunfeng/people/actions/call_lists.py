"""The list of a round: filled in one statement, handed from caller to caller, added to, taken off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.areas import codes
from chunfeng.core.actions import record
from chunfeng.core.actor import Actor
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.offices import roles
from chunfeng.people.actions.common import required
from chunfeng.people.choices import CallState, CampaignState
from chunfeng.people.models import CallItem, Campaign
from chunfeng.people.models.census import OPEN_CALLS
from chunfeng.people.queries import callers as calling
from chunfeng.people.queries import choosing
from chunfeng.people.queries.callers import Caller, Share

LIKELY = ("caller",)
"""The roles that call where nobody was chosen; others only where an area has none of these."""

# households stay together: the people of a place stand in one row by village and household, and each
# caller takes an equal stretch of it
_FILL = """
WITH chosen AS ({chosen}),
placed AS (
    SELECT c.id, c.village, c.household_id, v.office, v.share
    FROM chosen c JOIN unnest(%s::text[], %s::bigint[], %s::int[]) AS v(code, office, share) ON v.code = c.village
    WHERE NOT EXISTS (SELECT 1 FROM people_callitem i WHERE i.campaign_id = %s AND i.person_id = c.id)
),
ranked AS (
    SELECT p.*, row_number() OVER w - 1 AS place, count(*) OVER (PARTITION BY p.share) AS many
    FROM placed p WINDOW w AS (PARTITION BY p.share ORDER BY p.village, p.household_id NULLS LAST, p.id)
),
shared AS (
    SELECT s.share, s.seat, s.office, s.caller, max(s.seat + 1) OVER (PARTITION BY s.share) AS seats
    FROM unnest(%s::int[], %s::int[], %s::bigint[], %s::bigint[]) AS s(share, seat, office, caller)
)
INSERT INTO people_callitem
    (campaign_id, person_id, area_code, office_id, caller_id, round, state, attempts, outcome, branch, version, why)
SELECT %s, r.id, r.village, coalesce(s.office, r.office), s.caller, %s, %s, 0, '', '', 1, ''
FROM ranked r LEFT JOIN shared s ON s.share = r.share AND s.seat = r.place * s.seats / r.many
ORDER BY r.village, r.household_id NULLS LAST, r.id
ON CONFLICT (campaign_id, person_id) DO NOTHING
"""


def held(campaign: Campaign, by: Actor) -> Campaign:
    """The row as it stands now, locked, of the actor's area, for somebody who may run it."""
    roles.require(by, "campaign.run")
    row = (
        Campaign.objects.select_for_update(of=("self",))
        .select_related("office", "dataset")
        .filter(pk=campaign.pk)
        .first()
    )
    if row is None or not by.sees(row.area_code):
        raise NotAllowed(_("This round is run by an office outside your area."))
    return row


def fill(campaign: Campaign, *, callers: Sequence[int], by: Actor, at: datetime) -> int:
    """Put the people of the filter on the list of a (locked) campaign who are not there yet; how many."""
    rows = choosing.who(by, choosing.load(campaign.chosen), timezone.localdate(at))
    return _put(campaign, rows, callers=callers, by=by, at=at)


@transaction.atomic
def add_people(
    *,
    campaign: Campaign,
    people: Sequence[int] | None = None,
    callers: Sequence[int] = (),
    by: Actor,
    at: datetime,
) -> int:
    """Put further people on the list of a round under way; how many are new.

    By default those whom the filter means today and who are not there yet; with `people` just these. They
    are shared among `callers` as when the round began, by default among those who have entries already.
    """
    row = _running(campaign, by)
    known = CallItem.objects.filter(campaign=row, caller__isnull=False)
    chosen = list(callers) or list(known.order_by().values_list("caller", flat=True).distinct())
    if people is None:
        n = fill(row, callers=chosen, by=by, at=at)
    else:
        rows = choosing.who(by, choosing.Chosen(), timezone.localdate(at)).filter(pk__in=list(people))
        n = _put(row, rows, callers=chosen, by=by, at=at)
    record("campaign.add", by=by, on=row, at=at, detail={"people": n})
    return n


@transaction.atomic
def reassign(
    *,
    campaign: Campaign,
    to: int | None,
    from_caller: int | None = None,
    area: str = "",
    items: Sequence[int] = (),
    by: Actor,
    at: datetime,
) -> int:
    """Hand open entries of a round to another caller (None: to nobody, for the office); how many.

    Narrowed by the caller who had them (0: nobody), by area (a code and everything inside) and by the entries
    themselves; at least one of the three. The office follows the new caller. An answer on its way from the old
    caller's telephone still counts.
    """
    roles.require(by, "campaign.run")
    if from_caller is None and not area and not items:
        raise Refused(_("Say which entries are handed on: those of a caller, of an area, or single ones."))
    rows = within(campaign, area, by).filter(state__in=OPEN_CALLS)
    if from_caller is not None:
        rows = rows.filter(caller=from_caller or None)
    if items:
        rows = rows.filter(pk__in=items)
    changes: dict[str, int | None] = {"caller": to}
    if to is not None:
        caller = next((c for c in calling.callers(by, timezone.localdate(at)) if c.user_id == to), None)
        if caller is None:
            raise Refused(_("This caller has no posting in your area today."))
        changes["office"] = caller.office_id
    n = rows.order_by().update(**changes)
    if n == 0:
        raise Refused(_("No open entry is among those chosen."))
    record(
        "campaign.reassign", by=by, on=campaign, at=at,
        detail={"entries": n, "from": from_caller, "to": to, "area": area},
    )  # fmt: skip
    return n


@transaction.atomic
def drop_item(*, item: CallItem, reason: str, by: Actor, at: datetime) -> CallItem:
    """Take one person off the list with a reason; the records of calls stay. Not one who has answered."""
    roles.require(by, "campaign.run")
    words = required(reason, _("reason"), 200)
    row = CallItem.objects.select_for_update(of=("self",)).filter(pk=item.pk).first()
    if row is None or not by.sees(row.area_code):
        raise NotAllowed(_("This entry is on no list of yours any more."))
    if row.state == CallState.DROPPED:
        return row
    if row.state in (CallState.DONE, CallState.CONTESTED):
        raise Refused(_("This person has answered: the answer stays on the list."))
    row.state, row.why, row.next_at, row.done_at = CallState.DROPPED, words, None, at
    row.version += 1
    row.save(update_fields=["state", "why", "next_at", "done_at", "version"])
    record("call.drop", by=by, on=row, at=at, reason=words)
    return row


def within(campaign: Campaign, area: str, by: Actor) -> QuerySet[CallItem]:
    """The entries of a round in the actor's range, and inside an area where one is named."""
    rows = CallItem.objects.filter(campaign=campaign, area_code__gte=by.lo, area_code__lt=by.hi)
    if area:
        lo, hi = codes.code_range(area)
        rows = rows.filter(area_code__gte=lo, area_code__lt=hi)
    return rows


def assignment(
    campaign: Campaign, villages: Sequence[str], *, callers: Sequence[int], by: Actor, on: date
) -> Mapping[str, Share | None]:
    """Who calls which village: those chosen; where nobody was, the nearest office that could."""
    known: list[Caller] = calling.callers(by, on)
    if callers:
        wanted = [caller for caller in known if caller.user_id in set(callers)]
        if {caller.user_id for caller in wanted} != set(callers):
            raise Refused(_("One of the callers has no posting in your area today. Choose again."))
        return calling.nearest(villages, wanted, first=campaign.office_id)
    likely = [caller for caller in known if caller.role in LIKELY]
    return calling.nearest(villages, likely or known, first=campaign.office_id)


def _put(campaign: Campaign, rows: QuerySet[Any], *, callers: Sequence[int], by: Actor, at: datetime) -> int:
    found = list(rows.order_by().values_list("village", flat=True).distinct())
    shares = assignment(campaign, found, callers=callers, by=by, on=timezone.localdate(at))
    number: dict[str, int] = {}
    villages: list[tuple[str, int, int]] = []
    seats: list[tuple[int, int, int, int]] = []
    for code in found:
        share = shares[code]
        place = share.area_code if share else ""
        if place not in number:
            number[place] = len(number)
            if share and callers:
                seats += [(number[place], n, c.office_id, c.user_id) for n, c in enumerate(share.callers)]
        villages.append((code, share.callers[0].office_id if share else campaign.office_id, number[place]))
    sql, params = rows.order_by().values("id", "village", "household_id").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            _FILL.replace("{chosen}", sql),
            [
                *params, *_columns(villages, 3), campaign.pk, *_columns(seats, 4),
                campaign.pk, campaign.round, CallState.WAITING.value,
            ],
        )  # fmt: skip
        return int(cursor.rowcount)


def _columns(rows: Sequence[tuple[object, ...]], width: int) -> list[list[object]]:
    return [[row[n] for row in rows] for n in range(width)]


def _running(campaign: Campaign, by: Actor) -> Campaign:
    row = held(campaign, by)
    if row.state != CampaignState.RUNNING:
        raise Refused(_("People are added to a round under way only."))
    return row
