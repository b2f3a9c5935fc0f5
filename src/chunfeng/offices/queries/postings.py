"""Reading offices and postings."""

from __future__ import annotations

from datetime import date

from django.db.models import Q

from chunfeng.areas import codes
from chunfeng.core import scope
from chunfeng.core.actor import Actor
from chunfeng.offices.models import Office, Posting


def in_force(on: date) -> Q:
    """Rows dated [valid_from, valid_to) that hold on a day: postings, memberships, responsibilities."""
    return Q(valid_from__lte=on) & (Q(valid_to__isnull=True) | Q(valid_to__gt=on))


def postings_on(user_id: int, on: date) -> list[Posting]:
    """The user's postings in force on a day, leader before officer before caller, then by office."""
    own = Actor(name="", user_id=user_id)
    with scope.applied(own):
        return list(
            Posting.objects.filter(in_force(on), user_id=user_id, office__active=True)
            .select_related("office", "user")
            .order_by("id")
        )


def actor_of(*, user_id: int, posting_id: int | None, on: date, ip: str = "") -> Actor | None:
    """The actor for a user's chosen posting, or for their first one. None without a posting in force."""
    postings = postings_on(user_id, on)
    chosen = next((p for p in postings if p.pk == posting_id), postings[0] if postings else None)
    return None if chosen is None else actor_for(chosen, ip=ip)


def actor_for(posting: Posting, *, ip: str = "") -> Actor:
    """The actor that a posting makes: its range and the areas above come from the office's area code."""
    lo, hi = codes.code_range(posting.area_code)
    return Actor(
        name=posting.user.get_full_name(),
        role=posting.role,
        user_id=posting.user_id,
        posting_id=posting.pk,
        office_id=posting.office_id,
        office_name=posting.office.name,
        area_code=posting.area_code,
        lo=lo,
        hi=hi,
        above=tuple(codes.ancestors(posting.area_code)),
        ip=ip,
    )


def officer_of(office: Office, name: str) -> Actor:
    """An officer of an office, as work that goes on in the background acts: with the office's range and this name."""
    lo, hi = codes.code_range(office.area_code)
    return Actor(
        name=name,
        role="officer",
        office_id=office.pk,
        office_name=office.name,
        area_code=office.area_code,
        lo=lo,
        hi=hi,
        above=tuple(codes.ancestors(office.area_code)),
    )
