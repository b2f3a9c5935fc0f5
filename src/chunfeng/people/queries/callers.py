"""Who can call, and which of them is nearest to a village."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from chunfeng.areas import codes
from chunfeng.core.actor import Actor
from chunfeng.core.models import User
from chunfeng.offices import roles
from chunfeng.offices.models import Posting
from chunfeng.offices.queries.postings import in_force


@dataclass(frozen=True, slots=True)
class Caller:
    """A user posted to an office in a role that may call."""

    user_id: int
    name: str
    office_id: int
    office_name: str
    area_code: str
    role: str


def callers(actor: Actor, on: date) -> list[Caller]:
    """Everybody in the actor's range who may call, by area and name; somebody with two postings of an office once."""
    rows = (
        Posting.objects.filter(
            in_force(on),
            area_code__gte=actor.lo,
            area_code__lt=actor.hi,
            role__in=roles.ABILITIES["call.work"],
            office__active=True,
            user__is_active=True,
        )
        .select_related("user", "office")
        .order_by("area_code", "office_id", "user_id", "role")
    )
    found: dict[tuple[int, int], Caller] = {}
    for row in rows:
        made = Caller(
            row.user_id, row.user.get_full_name(), row.office_id, row.office.name, row.area_code, row.role
        )
        found.setdefault((row.office_id, row.user_id), made)
    return list(found.values())


@dataclass(frozen=True, slots=True)
class Share:
    """The people of one place: who calls the villages for which it is the nearest with callers."""

    area_code: str
    callers: tuple[Caller, ...]


def nearest(villages: Iterable[str], of: Collection[Caller], *, first: int | None) -> dict[str, Share | None]:
    """For each village the callers of the nearest area that has any: its own, its township, its county, …

    Where several offices of that area have callers, those of the office `first` come alone if it is one of
    them. None for a village without any above it.
    """
    by_area: dict[str, list[Caller]] = {}
    for caller in of:
        by_area.setdefault(caller.area_code, []).append(caller)
    shares: dict[str, Share] = {}
    for area, rows in by_area.items():
        own = [row for row in rows if row.office_id == first]
        shares[area] = Share(area, tuple(own or rows))
    found: dict[str, Share | None] = {}
    for village in villages:
        chain = [village, *reversed(codes.ancestors(village))]
        found[village] = next((shares[code] for code in chain if code in shares), None)
    return found


def names(keys: Iterable[int]) -> dict[int, str]:
    """The names of users, also of those whose posting is over."""
    wanted = list(keys)
    return {row.pk: row.get_full_name() for row in User.objects.filter(pk__in=wanted)} if wanted else {}
