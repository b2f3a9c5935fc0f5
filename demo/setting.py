"""The stage: zones, offices, a leading group here and there, and the accounts. Safe to run again."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from chunfeng.areas import actions as area_actions
from chunfeng.areas import queries as areas
from chunfeng.core import scope
from chunfeng.core.actor import SYSTEM
from chunfeng.core.models import User
from chunfeng.offices import actions as office_actions
from chunfeng.offices.choices import GroupRole
from chunfeng.offices.models import LeadingGroup, Office, Posting
from demo import cast, places


@transaction.atomic
def offices(*, villages: str, on: date, at: datetime) -> None:
    """Zones as local areas, then every office not yet there."""
    with scope.applied(SYSTEM):
        zones = {name: _zone(name, on, at) for name in places.ZONES}
        have = dict(Office.objects.values_list("code", "pk"))
        for level in ("province", "prefecture", "county", "township", "village"):
            fresh = [
                Office(
                    code=row.code,
                    name=row.name,
                    short_name=row.short,
                    level=row.level,
                    line=row.line,
                    area_code=row.area_code,
                    parent_id=have.get(row.parent),
                    agency_code=row.agency,
                    is_partner=row.partner,
                )
                for row in _rows(on, zones, villages)
                if row.level == level and row.code not in have
            ]
            # the bureau before the offices that report to it
            for group in ([o for o in fresh if o.line == "hrss"], [o for o in fresh if o.line != "hrss"]):
                for office in group:
                    office.parent_id = office.parent_id or have.get(_parents[office.code])
                Office.objects.bulk_create(group, batch_size=2000)
                have |= {office.code: office.pk for office in group}
        _leading_groups(at)


_parents: dict[str, str] = {}


def _rows(on: date, zones: dict[str, str], villages: str) -> list[places.Row]:
    found = list(places.rows(on=on, zones=zones, villages=villages))
    _parents.update({row.code: row.parent for row in found})
    return found


def _zone(name: str, on: date, at: datetime) -> str:
    known = areas.resolve(name, on, within=places.PREFECTURE)
    if known:
        return known[0].code
    return area_actions.add_local_area(
        parent=places.PREFECTURE, name=name, kind="functional_zone", by=SYSTEM, at=at
    ).code


def _leading_groups(at: datetime) -> None:
    """A few offices have set up what the notice asks for; the others show as missing (A2)."""
    for code in ("HR22", "HR2201", "HR220184", "HR220102"):
        office = Office.objects.filter(code=code).first()
        if office is None or LeadingGroup.objects.filter(office=office).exists():
            continue
        group = LeadingGroup.objects.create(
            office=office,
            area_code=office.area_code,
            name="疫情防控就业服务领导小组",
            set_up_on=at.date(),
            source="吉人社演示发1号（八）",
        )
        for n, role in enumerate((GroupRole.HEAD, GroupRole.DEPUTY, GroupRole.MEMBER)):
            group.memberships.create(
                area_code=office.area_code, person=f"演示成员{'一二三'[n]}", role=role, valid_from=at.date()
            )


@transaction.atomic
def accounts(*, since: date, at: datetime) -> None:
    """The demo log-ins, each with one posting."""
    with scope.applied(SYSTEM):
        for part in cast.PARTS:
            if User.objects.filter(username=part.user).exists():
                continue
            user = User.objects.create_user(username=part.user, password=cast.PASSWORD, name=part.name)
            office = Office.objects.filter(code__startswith=part.office).order_by("code")[0]
            if Posting.objects.filter(user=user, office=office).exists():
                continue
            office_actions.post_user(
                user=user,
                office=office,
                role=part.role,
                title=part.title,
                valid_from=since,
                valid_to=None,
                by=SYSTEM,
                at=at,
            )
