"""Leading groups and who sits in them, dated (A1)."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from chunfeng.core.actions import record
from chunfeng.core.actor import Actor
from chunfeng.core.errors import Refused
from chunfeng.offices import roles
from chunfeng.offices.actions.common import bounded, in_reach, period, required
from chunfeng.offices.choices import GroupRole
from chunfeng.offices.models import GroupMembership, LeadingGroup, Office


@transaction.atomic
def set_up_group(
    *, office: Office, name: str, set_up_on: date, source: str = "", by: Actor, at: datetime
) -> LeadingGroup:
    """A leading group of an office from a day on; `source` is the clause that asked for it."""
    roles.require(by, "group.change")
    in_reach(by, office)
    title = required(name, _("name"), 120)
    there = LeadingGroup.objects.filter(office=office, name=title, dissolved_on__isnull=True).first()
    if there is not None:
        if there.set_up_on == set_up_on:
            return there
        raise Refused(
            _("%(office)s has had this group since %(on)s. Dissolve it first, or choose another name.")
            % {"office": office.name, "on": there.set_up_on}
        )
    group = LeadingGroup.objects.create(
        office=office,
        area_code=office.area_code,
        name=title,
        set_up_on=set_up_on,
        source=bounded(source, _("source"), 200),
    )
    record(
        "group.set_up", by=by, on=group, at=at, detail={"office": office.code, "on": set_up_on.isoformat()}
    )
    return group


@transaction.atomic
def dissolve_group(*, group: LeadingGroup, on: date, by: Actor, at: datetime) -> LeadingGroup:
    """End a group and every membership still running."""
    roles.require(by, "group.change")
    there = LeadingGroup.objects.select_for_update(of=("self",)).select_related("office").get(pk=group.pk)
    in_reach(by, there.office)
    if there.dissolved_on is not None:
        return there
    if on <= there.set_up_on:
        raise Refused(
            _("The group was set up on %(on)s; it can only be dissolved later.") % {"on": there.set_up_on}
        )
    there.dissolved_on = on
    there.save(update_fields=["dissolved_on"])
    running = there.memberships.filter(valid_to__isnull=True)
    running.filter(valid_from__gte=on).delete()
    running.update(valid_to=on)
    record("group.dissolve", by=by, on=there, at=at, detail={"on": on.isoformat()})
    return there


@transaction.atomic
def add_member(
    *,
    group: LeadingGroup,
    person: str,
    role: str,
    post: str = "",
    valid_from: date,
    valid_to: date | None = None,
    by: Actor,
    at: datetime,
) -> GroupMembership:
    """A person joins a group in a role from a day on. The same again returns the one that is there."""
    roles.require(by, "group.change")
    in_reach(by, group.office)
    name, title = required(person, _("name"), 60), bounded(post, _("post"), 80)
    period(valid_from, valid_to)
    if role not in GroupRole.values:
        raise Refused(_("Choose the place in the group: head, deputy, member or head of its office."))
    if valid_from < group.set_up_on or (group.dissolved_on and valid_from >= group.dissolved_on):
        raise Refused(
            _("The group exists from %(since)s to %(to)s; the membership must begin inside.")
            % {"since": group.set_up_on, "to": group.dissolved_on or "…"}
        )
    LeadingGroup.objects.select_for_update().get(pk=group.pk)
    there = group.memberships.filter(person=name, valid_to__isnull=True).first()
    if there is not None:
        if there.role == role and there.valid_from == valid_from:
            return there
        if there.valid_from >= valid_from:
            raise Refused(
                _("%(name)s has been %(role)s since %(since)s. Choose a later day.")
                % {"name": name, "role": there.get_role_display(), "since": there.valid_from}
            )
        there.valid_to = valid_from
        there.save(update_fields=["valid_to"])
    member = GroupMembership.objects.create(
        group=group,
        area_code=group.area_code,
        person=name,
        post=title,
        role=role,
        valid_from=valid_from,
        valid_to=valid_to,
    )
    record("group.add_member", by=by, on=member, at=at, detail={"group": group.pk, "role": role})
    return member


@transaction.atomic
def end_membership(*, membership: GroupMembership, on: date, by: Actor, at: datetime) -> GroupMembership:
    """A person leaves the group on a day."""
    roles.require(by, "group.change")
    there = GroupMembership.objects.select_for_update(of=("self",)).get(pk=membership.pk)
    in_reach(by, there.group.office)
    if there.valid_to is None:
        period(there.valid_from, on)
        there.valid_to = on
        there.save(update_fields=["valid_to"])
        record("group.end_member", by=by, on=there, at=at, detail={"on": on.isoformat()})
    return there
